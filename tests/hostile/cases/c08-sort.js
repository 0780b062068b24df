// A comparison that never decides.
// expect: cpu_limit

const a = [...Array(3e5).keys()];
for (;;) a.sort(() => Math.random() - 0.5);

// A finalizer that never ends.
// expect: ok, cpu_limit

const r = new FinalizationRegistry(() => { for (;;) {} });
for (let i = 0; i < 1e5; i++) r.register({}, i);
console.log("done");

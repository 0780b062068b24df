// Microtasks without end.
// expect: cpu_limit

(async () => { for (;;) await 0; })();

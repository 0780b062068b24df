// Exceptions thrown and caught for ever.
// expect: cpu_limit

function f() { throw new Error("x"); }
for (;;) { try { f(); } catch {} }

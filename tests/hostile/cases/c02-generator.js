// A generator that is never exhausted.
// expect: cpu_limit

function* g() { for (;;) { try { yield 1; } finally { yield 2; } } }
for (const x of g()) { try { throw x; } catch {} }

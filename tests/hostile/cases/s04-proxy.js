// A recursion by the traps of a proxy.
// expect: stack_overflow

const p = new Proxy({}, { get: (t, k, r) => r[k], has: (t, k) => k in p, ownKeys: () => Object.keys(p) });
p.x;

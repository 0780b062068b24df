// Running out of memory while an error is made.
// expect: memory_limit, script_error, cpu_limit

const a = [];
class E extends Error { constructor() { super("x".repeat(1e5)); a.push(this, new ArrayBuffer(1e5)); throw new E(); } }
new E();

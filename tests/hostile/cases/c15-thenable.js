// A promise that is resolved with itself again and again.
// expect: cpu_limit

const t = { then(resolve) { resolve(t); } };
Promise.resolve(t);

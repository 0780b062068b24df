// Waiting by blocking the thread.
// expect: ok
// prints: undefined undefined

console.log(typeof Atomics, typeof SharedArrayBuffer);

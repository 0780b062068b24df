// One line of many megabytes.
// expect: ok, memory_limit, script_error
// log: 8
// memory: 64

console.log("x".repeat(3e7));

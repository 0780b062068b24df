// A line that looks like two, and like the host's.
// expect: ok
// prints: a\n\{"level":"error"\}\nb

console.log("a\n{\"level\":\"error\"}");
console.log("b");

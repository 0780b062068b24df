// Native loops over a large typed array.
// expect: cpu_limit

const a = new Float64Array(1e6);
for (;;) { a.fill(1).reverse().sort(); a.indexOf(2); }

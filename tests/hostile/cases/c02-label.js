// Loops that jump to each other.
// expect: cpu_limit

a: for (;;) { b: for (;;) { continue a; } }

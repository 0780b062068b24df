// Array.fromAsync over a source that never ends.
// expect: cpu_limit, memory_limit

Array.fromAsync({ async *[Symbol.asyncIterator]() { for (;;) yield 1; } });

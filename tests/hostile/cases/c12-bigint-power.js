// A power with more digits than there is memory.
// expect: script_error, memory_limit

2n ** (2n ** 40n);

// A shift by more bits than there is memory.
// expect: script_error, memory_limit

1n << (1n << 62n);

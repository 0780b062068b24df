// Source text with 100,000 nested blocks.
// expect: script_error, stack_overflow, syntax_error

eval("{".repeat(1e5) + "}".repeat(1e5));

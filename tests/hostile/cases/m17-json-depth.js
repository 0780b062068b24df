// JSON with a million brackets.
// expect: stack_overflow, script_error

JSON.parse("[".repeat(1e6));

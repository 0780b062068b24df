// Parsing of nested objects, deep.
// expect: stack_overflow, script_error

JSON.parse('{"a":'.repeat(1e5) + "1" + "}".repeat(1e5));

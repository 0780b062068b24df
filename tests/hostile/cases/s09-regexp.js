// A regular expression that nests look-behinds.
// expect: script_error, stack_overflow, ok

new RegExp("(?<=".repeat(5000) + "a" + ")".repeat(5000)).test("aaa");

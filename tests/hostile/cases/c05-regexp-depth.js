// A regular expression with 20,000 nested groups.
// expect: script_error

new RegExp("(".repeat(20000) + ")".repeat(20000));

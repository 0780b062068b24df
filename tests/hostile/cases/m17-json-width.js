// JSON that is larger parsed than as text.
// expect: memory_limit, script_error, cpu_limit

JSON.parse("[" + "[],".repeat(2e6) + "[]]");

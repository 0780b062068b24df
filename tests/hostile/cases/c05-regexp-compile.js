// Regular expressions whose compilation multiplies.
// expect: cpu_limit, memory_limit, script_error

for (;;) { try { new RegExp("((((a{1,60}){1,60}){1,60}){1,60})"); } catch {} }

// A server that drips past the limit of the run.
// expect: wall_limit
// grant: server
// wall: 500ms

fetch(variables.SERVER + "/drip");

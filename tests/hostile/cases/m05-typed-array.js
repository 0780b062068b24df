// A gigabyte in one typed array.
// expect: memory_limit, script_error

new Uint8Array(2 ** 30);

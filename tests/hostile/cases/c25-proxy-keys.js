// A proxy whose keys never end.
// expect: cpu_limit, memory_limit, script_error

const p = new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => "k" + i), getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) });
for (;;) Object.keys(p);

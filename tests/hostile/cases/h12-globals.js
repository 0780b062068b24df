// Globals replaced and deleted.
// expect: ok
// prints: undefined undefined

for (const name of Object.getOwnPropertyNames(globalThis)) { if (name !== "console") try { delete globalThis[name]; } catch {} }
console.log(typeof leak, typeof secret);

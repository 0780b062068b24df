// Objects that run code when they are printed.
// expect: ok

const o = { get a() { throw 1; }, toString() { throw 2; }, [Symbol.toPrimitive]() { throw 3; }, [Symbol.for("nodejs.util.inspect.custom")]() { throw 4; }, get [Symbol.toStringTag]() { throw 5; } };
console.log(o, [o], new Map([[o, o]]), new Proxy(o, { get() { throw 6; }, ownKeys() { throw 7; } }));
console.log("%s %d %i %f %j %o %O %c", o, o, o, o, o, o, o, o);

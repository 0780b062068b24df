// The global object of a script, and what the engine calls back.

// Underscore's timer functions would fail with "setTimeout is not defined", which
// tells a script's author nothing.
const underscore = globalThis._;

function withoutTimers(name) {
  return () => {
    throw new Error(
      `_.${name} needs timers, and activity scripts have none: a run ends when the script and its promises are done`,
    );
  };
}

underscore.mixin({
  delay: withoutTimers("delay"),
  defer: withoutTimers("defer"),
  debounce: withoutTimers("debounce"),
  throttle: withoutTimers("throttle"),
});

const MODULES = { __proto__: null, storage, underscore, crypto };

function require(name) {
  const module = MODULES[name];
  if (module === undefined) {
    throw new Error(
      `require: there is no module ${inspect(name)}; there are "storage", "underscore" and "crypto"`,
    );
  }
  return module;
}

function queueMicrotask(callback) {
  if (typeof callback !== "function") {
    throw new TypeError("queueMicrotask: the argument must be a function");
  }
  natives.enqueue(callback);
}

const DateNow = Date.now;

const performance = define({}, {
  now() {
    return natives.elapsed();
  },
  get timeOrigin() {
    return DateNow() - natives.elapsed();
  },
});
tag(performance, "Performance");

define(globalThis, {
  Headers,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  console,
  crypto,
  fetch,
  performance,
  queueMicrotask,
  require,
  structuredClone,
});

// Their state is private: a clone would be an empty object.
SetAdd(UNCLONEABLE, Headers.prototype);
SetAdd(UNCLONEABLE, Response.prototype);
SetAdd(UNCLONEABLE, URL.prototype);
SetAdd(UNCLONEABLE, URLSearchParams.prototype);
SetAdd(UNCLONEABLE, TextDecoder.prototype);
SetAdd(UNCLONEABLE, TextEncoder.prototype);
SetAdd(UNCLONEABLE, Digest.prototype);

// Threads and shared memory are not part of the API.
delete globalThis.Atomics;
delete globalThis.SharedArrayBuffer;

// defineFunctions adds the functions of the embedder: global functions, or
// methods of a global object for a name such as "geo.lookup".
function defineFunctions(names) {
  for (let i = 0; i < names.length; i++) {
    const operation = FIRST_EMBEDDER_FUNCTION + i;
    const dot = StringIndexOf(names[i], ".");
    const owner = dot < 0 ? globalThis : ownerOf(StringSlice(names[i], 0, dot));
    const name = StringSlice(names[i], dot + 1);
    define(owner, { [name]: natives.hostFunction(name, operation) });
  }
}

function ownerOf(name) {
  if (!ObjectHasOwn(globalThis, name)) define(globalThis, { [name]: {} });
  return globalThis[name];
}

return { describe, defineFunctions };


// What the features' scripts are checked with. It stands behind each of them, so that
// the first line of a script is its own; function declarations are there from the
// start. Nothing here calls a method that a script may have replaced.

function assert(ok, why) {
  if (!ok) return failed(why === undefined ? "not so" : "not so: " + why);
  asserted();
}

// failed tells of an assertion that does not hold; the script goes on.
function failed(why) {
  asserted("failed", `${why}\n${new Error().stack}`);
}

// same compares like Object.is; arrays and plain objects by what they hold.
function same(got, want, why) {
  const difference = differs(got, want, "");
  if (difference) return failed((why === undefined ? "" : why + ": ") + difference);
  asserted();
}

function differs(got, want, path) {
  if (identical(got, want)) return "";
  if (typeof want !== "object" || want === null || typeof got !== "object" || got === null) {
    return `${path || "it"} is ${show(got)}, want ${show(want)}`;
  }
  const prototype = Object.getPrototypeOf(want);
  if (prototype !== Array.prototype && prototype !== Object.prototype && prototype !== null) {
    return `${path || "it"} is another object`;
  }
  const keys = Reflect.ownKeys(want), has = Reflect.ownKeys(got);
  if (keys.length !== has.length) return `${path || "it"} is ${show(got)}, want ${show(want)}`;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (!Object.prototype.hasOwnProperty.call(got, key)) return `${path}.${String(key)} is missing`;
    const difference = differs(got[key], want[key], `${path}.${String(key)}`);
    if (difference) return difference;
  }
  return "";
}

function identical(a, b) {
  if (a === b) return a !== 0 || 1 / a === 1 / b;
  return a !== a && b !== b;
}

function show(value) {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return value + "n";
  if (identical(value, -0)) return "-0";
  try {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  } catch {
    return typeof value;
  }
}

// throws returns what f threw, which must be of that very class.
function throws(kind, f, why) {
  let thrown;
  try {
    f();
  } catch (e) {
    thrown = { e };
  }
  if (!thrown) return failed(`nothing was thrown by ${why || f}`);
  if (Object.getPrototypeOf(Object(thrown.e)) !== kind.prototype) {
    return failed(`${show(String(thrown.e))} was thrown, want ${kind.name} by ${why || f}`);
  }
  asserted();
  return thrown.e;
}

// invalid checks that none of the sources parses as a script.
function invalid(...sources) {
  for (const source of sources) throws(SyntaxError, () => (0, eval)(source), show(source));
}

// valid checks that all of the sources parse as the body of a function.
function valid(...sources) {
  for (const source of sources) {
    try {
      new Function(source);
    } catch (e) {
      failed(`${show(source)}: ${e}`);
      continue;
    }
    asserted();
  }
}

// attributes returns those of a property as "wec", a dash for each that is not set;
// accessors have "gs" in place of w.
function attributes(object, key) {
  const d = Reflect.getOwnPropertyDescriptor(object, key);
  if (!d) return "none";
  const first = "value" in d ? (d.writable ? "w" : "-") : (d.get ? "g" : "-") + (d.set ? "s" : "-");
  return first + (d.enumerable ? "e" : "-") + (d.configurable ? "c" : "-");
}

// method checks what holds of every built-in function that is a property.
function method(object, key, length, name = key) {
  const d = Reflect.getOwnPropertyDescriptor(object, key);
  if (!d) return failed(`there is no ${String(key)}`);
  same(attributes(object, key), "w-c", String(key));
  same(d.value.length, length, `length of ${String(key)}`);
  same(d.value.name, name, `name of ${String(key)}`);
  same(attributes(d.value, "length"), "--c");
  same(attributes(d.value, "name"), "--c");
  same(Object.prototype.hasOwnProperty.call(d.value, "prototype"), false);
  throws(TypeError, () => Reflect.construct(Object, [], d.value), `new of ${String(key)}`);
}

// later runs what is asynchronous; the feature holds only if it comes to its end.
function later(f) {
  asserted("begun");
  f().then(() => asserted("ended"));
}

// rejected waits for what a promise is rejected with, which must be of that class.
async function rejected(kind, promise) {
  let reason;
  try {
    await promise;
  } catch (e) {
    reason = { e };
  }
  if (!reason) return failed("the promise was not rejected");
  if (Object.getPrototypeOf(Object(reason.e)) !== kind.prototype) {
    return failed(`rejected with ${show(String(reason.e))}, want ${kind.name}`);
  }
  asserted();
  return reason.e;
}

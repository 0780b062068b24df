// What an object is, found out without asking it: a script may have put a getter,
// a Proxy trap or a lie anywhere, so these functions read data properties and
// internal slots only.

// BUILTINS tells of the prototypes of built-in classes what their instances are,
// and gives a probe that throws for an object that only inherits from one.
const BUILTINS = new Map();

function addBuiltin(builtin, kind, probe) {
  MapSet(BUILTINS, builtin.prototype, { __proto__: null, kind, probe });
}

addBuiltin(ArrayBuffer, "ArrayBuffer", ArrayBufferByteLength);
addBuiltin(BigInt, "BigInt", BigIntValueOf);
addBuiltin(Boolean, "Boolean", BooleanValueOf);
addBuiltin(Date, "Date", DateGetTime);
addBuiltin(DOMException, "DOMException", DOMExceptionName);
addBuiltin(Error, "Error", () => undefined);
addBuiltin(Map, "Map", MapSize);
addBuiltin(Number, "Number", NumberValueOf);
addBuiltin(RegExp, "RegExp", RegExpSource);
addBuiltin(Set, "Set", SetSize);
addBuiltin(String, "String", StringValueOf);
addBuiltin(Symbol, "Symbol", SymbolValueOf);
addBuiltin(WeakMap, "WeakMap", (value) => WeakMapHas(value, value));
addBuiltin(WeakRef, "WeakRef", WeakRefDeref);
addBuiltin(WeakSet, "WeakSet", (value) => WeakSetHas(value, value));

// CLASSES is what Object.prototype.toString knows by internal slots.
const CLASSES = {
  __proto__: null,
  "[object Arguments]": "Arguments",
  "[object Boolean]": "Boolean",
  "[object Date]": "Date",
  "[object Error]": "Error",
  "[object Number]": "Number",
  "[object RegExp]": "RegExp",
  "[object String]": "String",
};

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

// ownData returns the value of a data property of object itself.
function ownData(object, key) {
  const property = getOwnPropertyDescriptor(object, key);
  return property !== undefined && ObjectHasOwn(property, "value")
    ? property.value
    : undefined;
}

// findProperty returns the descriptor of the property that reading object[key]
// would use, and undefined also when a Proxy would have to be asked.
function findProperty(object, key) {
  while (object !== null && !isProxy(object)) {
    const property = getOwnPropertyDescriptor(object, key);
    if (property !== undefined) return property;
    object = getPrototypeOf(object);
  }
  return undefined;
}

// inheritedData is ownData along the prototype chain.
function inheritedData(object, key) {
  const property = findProperty(object, key);
  return property !== undefined && ObjectHasOwn(property, "value")
    ? property.value
    : undefined;
}

function inheritsFrom(object, prototype) {
  while (!isProxy(object)) {
    object = getPrototypeOf(object);
    if (object === null) return false;
    if (object === prototype) return true;
  }
  return false;
}

// constructorAt returns the name of the class that object, which is value or one
// of its prototypes, says value is an instance of.
function constructorAt(object, value) {
  const constructor = ownData(object, "constructor");
  if (typeof constructor !== "function" || isProxy(constructor)) return undefined;
  const name = ownData(constructor, "name");
  if (typeof name !== "string" || name === "") return undefined;
  const prototype = ownData(constructor, "prototype");
  const isInstance =
    (prototype === object && object !== value) || inheritsFrom(value, prototype);
  return isInstance ? clip(name) : undefined;
}

// readTag notes the Symbol.toStringTag that object has, if it has one. The only
// getter that is asked is the typed arrays' own.
function readTag(facts, object, value) {
  const property = getOwnPropertyDescriptor(object, SymbolToStringTag);
  if (property === undefined) return;
  facts.tagged = true;
  if (object === TypedArrayPrototype && !ObjectHasOwn(property, "value")) {
    facts.tag = isTypedArray(value) ? TypedArrayName(value) : "";
  } else if (ObjectHasOwn(property, "value") && typeof property.value === "string") {
    facts.tag = clip(property.value);
    facts.tagIsShown = object === value && property.enumerable;
  }
}

// study collects what the prototype chain of an object tells:
//   constructor  the class's name, or undefined
//   tag          the string under Symbol.toStringTag, or ""
//   tagIsShown   whether that is among the object's own enumerable properties
//   tagged       whether there is any such property, a getter included
//   hidden       whether a Proxy hides the rest of the chain
//   builtin      the nearest entry of BUILTINS
//   kind         what kindOf makes of all that
//   fallback     a name for where the constructor has none
function study(value) {
  const facts = {
    __proto__: null,
    constructor: undefined,
    tag: "",
    tagIsShown: false,
    tagged: false,
    hidden: false,
    builtin: undefined,
    kind: "",
    fallback: "",
  };
  for (let object = value; object !== null; object = getPrototypeOf(object)) {
    if (isProxy(object)) {
      facts.hidden = true;
      break;
    }
    facts.constructor ??= constructorAt(object, value);
    if (!facts.tagged) readTag(facts, object, value);
    if (object !== value) facts.builtin ??= MapGet(BUILTINS, object);
  }
  facts.kind = kindOf(value, facts);
  return facts;
}

function passes(probe, value) {
  try {
    probe(value);
    return true;
  } catch {
    return false;
  }
}

// kindOf names what value, which is no Proxy, is: "Function", "Array",
// "TypedArray", "DataView", "Promise", "Arguments", a kind of BUILTINS, or
// "Object" for all else.
function kindOf(value, facts) {
  if (typeof value === "function") return "Function";
  if (isArray(value)) return "Array";
  if (isView(value)) {
    return TypedArrayName(value) === undefined ? "DataView" : "TypedArray";
  }
  if (ErrorIsError?.(value) && facts.builtin?.kind !== "DOMException") return "Error";
  if (promiseState(value) !== undefined) return "Promise";
  const { builtin } = facts;
  if (builtin !== undefined && passes(builtin.probe, value)) return builtin.kind;
  // Without a tag on the way Object.prototype.toString reads nothing of a script.
  if (facts.tagged || facts.hidden) return "Object";
  const kind = CLASSES[ObjectToString(value)] ?? "Object";
  return kind !== "Arguments" && facts.constructor === "Object" ? "Object" : kind;
}

// readStack returns an error's stack, "" when it has none. Engines differ in where
// they keep it, and in whether a line "Name: message" stands above the frames.
function readStack(error) {
  let stack = ownData(error, "stack");
  if (stack === undefined && ErrorStack !== undefined) stack = ErrorStack(error);
  return typeof stack === "string" ? stack : "";
}

// stackFrames returns the stack without the line feed at its end.
function stackFrames(error) {
  const stack = readStack(error);
  let end = stack.length;
  while (end > 0 && stack[end - 1] === "\n") end--;
  return StringSlice(stack, 0, end);
}

function isDetached(buffer) {
  return !passes((detached) => new Uint8Array(detached), buffer);
}

// regExpFlags is the flags getter without the properties that it reads.
function regExpFlags(value) {
  let flags = RegExpHasIndices(value) ? "d" : "";
  if (RegExpGlobal(value)) flags += "g";
  if (RegExpIgnoreCase(value)) flags += "i";
  if (RegExpMultiline(value)) flags += "m";
  if (RegExpDotAll(value)) flags += "s";
  if (RegExpUnicode(value)) flags += "u";
  if (RegExpUnicodeSets(value)) flags += "v";
  return RegExpSticky(value) ? flags + "y" : flags;
}

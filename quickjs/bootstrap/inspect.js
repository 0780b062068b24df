// inspect prints a value as util.inspect of Node does by default, for console.log
// and for error messages. It runs no code of the script: no getter, no toString,
// no Proxy trap. Its work and its output are bounded, whatever it is given.
//
// Text is joined with + here and in the next files: for a template literal the
// engine calls String.prototype.concat, which a script may have replaced.

const MAX_ITEMS = 100; // of an array, Map or Set; Node's maxArrayLength
const MAX_TEXT = 10_000; // characters of a string; Node's maxStringLength
const MAX_OUTPUT = 1 << 20; // characters, after which nothing more is begun
const MAX_LISTED = 10_000; // elements of an array that is searched for other keys

function inspect(value, depth = 2) {
  const state = {
    __proto__: null,
    depth,
    indent: 0, // columns
    reached: 0, // the level of the object that was last begun
    path: [], // the objects that are being printed, outermost first
    references: undefined, // a Map from those that are printed again to a number
    room: MAX_OUTPUT,
  };
  return formatValue(state, value, 0);
}

// spend takes a finished piece of text off the room that is left.
function spend(state, text) {
  state.room -= text.length + state.indent + 2;
  return text;
}

// clip shortens what has no limit in Node but could fill the log.
function clip(text) {
  if (text.length <= MAX_TEXT) return text;
  return StringSlice(text, 0, MAX_TEXT) + more(text.length - MAX_TEXT, "character");
}

function more(count, what) {
  return "... " + count + " more " + what + (count > 1 ? "s" : "");
}

function formatValue(state, value, level) {
  if (!isObject(value)) return spend(state, formatPrimitive(value, state.indent));
  if (isProxy(value)) return spend(state, "[Proxy]");
  for (let i = 0; i < state.path.length; i++) {
    if (state.path[i] === value) {
      return spend(state, "[Circular *" + referenceTo(state, value) + "]");
    }
  }
  return formatObject(state, value, level);
}

function referenceTo(state, value) {
  state.references ??= new Map();
  if (!MapHas(state.references, value)) {
    MapSet(state.references, value, MapSize(state.references) + 1);
  }
  return MapGet(state.references, value);
}

// formatNested formats what stands two columns further in.
function formatNested(state, value, level) {
  state.indent += 2;
  const text = formatValue(state, value, level);
  state.indent -= 2;
  return text;
}

function formatObject(state, value, level) {
  const facts = study(value);
  facts.constructor ??= nameWithoutConstructor(state, value, facts, level);
  facts.fallback = fallbackName(value, facts);
  if (facts.tagIsShown) facts.tag = "";
  // Below the last level an array that is not empty need not be looked into.
  const isDeeper = level > state.depth;
  if (isDeeper && facts.kind === "Array" && value.length > 0) {
    return spend(state, classOnly(facts));
  }
  const shape = shapeOf(value, facts, state.indent);
  if (shape.text !== undefined) return spend(state, shape.text);
  if (!isDeeper) return formatParts(state, value, shape, level + 1);
  return spend(state, facts.kind === "RegExp" ? shape.base : classOnly(facts));
}

// classOnly stands for an object whose contents are too deep to be shown.
function classOnly(facts) {
  return facts.constructor === null
    ? "[" + facts.fallback + ": null prototype]"
    : "[" + StringSlice(prefix(facts), 0, -1) + "]";
}

// nameWithoutConstructor is for an object none of whose prototypes names a class:
// null when it has no prototype, else text that tells of the prototype.
function nameWithoutConstructor(state, value, facts, level) {
  const prototype = getPrototypeOf(value);
  if (prototype === null) return null;
  const name = fallbackName(value, facts);
  if (level > state.depth) return name + " <Complex prototype>";
  if (isProxy(prototype)) return name + " <[Proxy]>";
  const outer = study(prototype);
  const outerName =
    outer.constructor ?? nameWithoutConstructor(state, prototype, outer, level + 1);
  return name + " <" + (outerName ?? inspect(prototype, -1)) + ">";
}

// fallbackName is the name for an object that has no constructor.
function fallbackName(value, facts) {
  if (facts.kind === "TypedArray") return TypedArrayName(value);
  return facts.kind === "Object" && facts.tag !== "" ? facts.tag : facts.kind;
}

// formatParts prints the contents of an object and puts them between its braces.
function formatParts(state, value, shape, level) {
  append(state.path, value);
  state.reached = level;
  spend(state, shape.base + shape.open);
  const parts = [];
  if (shape.fill !== undefined) shape.fill(state, value, parts, level);
  const { keys } = shape;
  for (let i = 0; i < keys.length; i++) {
    if (state.room < 0) {
      append(parts, more(keys.length - i, "key"));
      break;
    }
    append(parts, formatProperty(state, value, keys[i], level));
  }
  state.path.length -= 1;
  const reference =
    state.references === undefined ? undefined : MapGet(state.references, value);
  if (reference !== undefined) {
    const mark = "<ref *" + reference + ">";
    shape.base = shape.base === "" ? mark : mark + " " + shape.base;
  }
  return layOut(state, value, shape, parts, level);
}

function formatProperty(state, object, key, level) {
  const property = getOwnPropertyDescriptor(object, key);
  const name = formatKey(key, property.enumerable);
  spend(state, name);
  return name + ": " + formatSlot(state, property, level);
}

// formatSlot prints what a property holds, or that it has accessors.
function formatSlot(state, property, level) {
  if (ObjectHasOwn(property, "value")) {
    return formatNested(state, property.value, level);
  }
  if (property.get === undefined) {
    return spend(state, property.set === undefined ? "undefined" : "[Setter]");
  }
  return spend(state, property.set === undefined ? "[Getter]" : "[Getter/Setter]");
}

// enumerableKeys returns the names and then the symbols of the enumerable
// properties of an object itself.
function enumerableKeys(object) {
  const keys = ObjectKeys(object);
  const symbols = ObjectGetOwnPropertySymbols(object);
  for (let i = 0; i < symbols.length; i++) {
    if (ObjectPropertyIsEnumerable(object, symbols[i])) append(keys, symbols[i]);
  }
  return keys;
}

function isIndex(key) {
  return (
    typeof key === "string" &&
    RegExpExec(/^(?:0|[1-9][0-9]{0,9})$/, key) !== null &&
    +key < 2 ** 32 - 1
  );
}

// countIndices tells how many of an object's keys are array indices: they come
// first, in ascending order.
function countIndices(keys) {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = MathFloor((low + high) / 2);
    if (isIndex(keys[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

// keysAfter returns the keys from start on.
function keysAfter(keys, start) {
  const rest = [];
  for (let i = start; i < keys.length; i++) append(rest, keys[i]);
  return rest;
}

// extraKeys returns the keys of an array that are no indices. A long array
// without early holes is not searched: naming each of its elements would take
// more memory than the array.
function extraKeys(array, length) {
  if (length > MAX_LISTED) {
    let i = 0;
    while (i < MAX_ITEMS && ObjectHasOwn(array, i)) i++;
    if (i === MAX_ITEMS) return [];
  }
  const keys = enumerableKeys(array);
  // The usual case: an array without holes, and nothing else.
  if (length > 0 && keys.length === length && isIndex(keys[length - 1])) return [];
  return keysAfter(keys, countIndices(keys));
}

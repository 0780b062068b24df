// How inspect prints each kind of object. A shape tells of one:
//   text   all there is to print; if undefined, the rest counts
//   base   what stands before the braces
//   open, close   the braces, open with the name of the class before it
//   keys   the properties to print
//   fill   fill(state, value, parts, level) appends the contents to parts
//   isList whether many short parts may be put in columns

function newShape(open, keys) {
  return {
    __proto__: null,
    text: undefined,
    base: "",
    open,
    close: "}",
    keys,
    fill: undefined,
    isList: false,
  };
}

// prefix names the class of an object as it stands before a brace.
function prefix(facts, size = "") {
  const { constructor, tag, fallback } = facts;
  if (constructor === null) {
    const tagged = tag !== "" && tag !== fallback ? "[" + tag + "] " : "";
    return "[" + fallback + size + ": null prototype] " + tagged;
  }
  const tagged = tag !== "" && tag !== constructor ? "[" + tag + "] " : "";
  return constructor + size + " " + tagged;
}

function shapeOf(value, facts, indent) {
  const make = SHAPES[facts.kind] ?? filledShape;
  return make(value, facts, indent);
}

const SHAPES = {
  __proto__: null,
  Arguments: objectShape,
  Array: arrayShape,
  BigInt: boxedShape,
  Boolean: boxedShape,
  DOMException: errorShape,
  Date: dateShape,
  Error: errorShape,
  Function: functionShape,
  Map: collectionShape,
  Number: boxedShape,
  Object: objectShape,
  RegExp: regExpShape,
  Set: collectionShape,
  String: boxedShape,
  Symbol: boxedShape,
  TypedArray: typedArrayShape,
  WeakRef: objectShape,
};

// FILLS has what is always printed of the other kinds.
const FILLS = {
  __proto__: null,
  ArrayBuffer: fillBuffer,
  DataView: fillDataView,
  Map: fillMap,
  Promise: fillPromise,
  Set: fillSet,
  WeakMap: fillUnknown,
  WeakSet: fillUnknown,
};

function filledShape(value, facts) {
  const shape = newShape(prefix(facts) + "{", enumerableKeys(value));
  shape.fill = FILLS[facts.kind];
  return shape;
}

function collectionShape(value, facts) {
  const size = facts.kind === "Map" ? MapSize(value) : SetSize(value);
  const shape = newShape(prefix(facts, "(" + size + ")") + "{", enumerableKeys(value));
  shape.fill = FILLS[facts.kind];
  if (size === 0 && shape.keys.length === 0) shape.text = shape.open + "}";
  return shape;
}

function objectShape(value, facts) {
  let open = prefix(facts) + "{";
  if (facts.constructor === "Object") {
    if (facts.kind === "Arguments") open = "[Arguments] {";
    else if (facts.tag === "") open = "{";
  }
  const shape = newShape(open, enumerableKeys(value));
  if (shape.keys.length === 0) shape.text = open + "}";
  return shape;
}

function listShape(open, keys, length, fill) {
  const shape = newShape(open + "[", keys);
  shape.close = "]";
  shape.isList = true;
  shape.fill = fill;
  if (length === 0 && keys.length === 0) shape.text = shape.open + "]";
  return shape;
}

function arrayShape(value, facts) {
  const plain = facts.constructor === "Array" && facts.tag === "";
  const open = plain ? "" : prefix(facts, "(" + value.length + ")");
  const keys = extraKeys(value, value.length);
  return listShape(open, keys, value.length, fillArray);
}

function typedArrayShape(value, facts) {
  const length = TypedArrayLength(value);
  const open = prefix(facts, "(" + length + ")");
  return listShape(open, extraKeys(value, length), length, fillTypedArray);
}

// withBase is the shape of a value that one piece of text tells all of, but for
// properties that a script has added.
function withBase(base, keys) {
  const shape = newShape("{", keys);
  shape.base = base;
  if (keys.length === 0) shape.text = base;
  return shape;
}

function dateShape(value, facts) {
  const time = DateGetTime(value);
  const text = time !== time ? "Invalid Date" : DateToISOString(value);
  const plain = facts.constructor === "Date" && facts.tag === "";
  return withBase(plain ? text : prefix(facts) + text, enumerableKeys(value));
}

function regExpShape(value, facts) {
  const text = clip("/" + RegExpSource(value) + "/" + regExpFlags(value));
  const plain = facts.constructor === "RegExp" && facts.tag === "";
  return withBase(plain ? text : prefix(facts) + text, enumerableKeys(value));
}

const UNBOX = {
  __proto__: null,
  BigInt: BigIntValueOf,
  Boolean: BooleanValueOf,
  Number: NumberValueOf,
  String: StringValueOf,
  Symbol: SymbolValueOf,
};

function boxedShape(value, { kind, constructor, tag }) {
  const primitive = UNBOX[kind](value);
  let base = "[" + kind;
  if (constructor === null) base += " (null prototype)";
  else if (constructor !== kind) base += " (" + constructor + ")";
  base += ": " + formatPrimitive(primitive, 0) + "]";
  if (tag !== "" && tag !== constructor) base += " [" + tag + "]";
  const keys = enumerableKeys(value);
  // The characters of a boxed string are properties too.
  return withBase(base, kind === "String" ? keysAfter(keys, primitive.length) : keys);
}

// nameOf returns the name that a function itself has.
function nameOf(callable) {
  const name = ownData(callable, "name");
  return typeof name === "string" || typeof name === "number" ? clip(String(name)) : "";
}

function functionShape(value, facts) {
  return withBase(
    isClass(value) ? describeClass(value, facts) : describeFunction(value, facts),
    enumerableKeys(value),
  );
}

// isClass tells a class from a method named class by the prototype that only
// classes cannot change.
function isClass(value) {
  const property = getOwnPropertyDescriptor(value, "prototype");
  return (
    property !== undefined &&
    ObjectHasOwn(property, "writable") &&
    !property.writable &&
    StringStartsWith(FunctionToString(value), "class")
  );
}

function describeClass(value, { constructor, tag, hidden }) {
  let text = "[class " + (nameOf(value) || "(anonymous)");
  const isPlain = constructor === "Function" || constructor === null || hidden;
  if (!isPlain) text += " [" + constructor + "]";
  if (tag !== "" && tag !== constructor) text += " [" + tag + "]";
  const parent = getPrototypeOf(value);
  if (parent === null) return text + " extends [null prototype]]";
  const name = isProxy(parent) ? "[Proxy]" : nameOf(parent);
  return name === "" ? text + "]" : text + " extends " + name + "]";
}

function describeFunction(value, { constructor, tag }) {
  const type = functionType(value);
  const name = nameOf(value);
  let text = "[" + type;
  if (constructor === null) text += " (null prototype)";
  text += name === "" ? " (anonymous)]" : ": " + name + "]";
  if (constructor !== type && constructor !== null) text += " " + constructor;
  return tag !== "" && tag !== constructor ? text + " [" + tag + "]" : text;
}

function functionType(value) {
  if (inheritsFrom(value, AsyncGeneratorFunctionPrototype)) {
    return "AsyncGeneratorFunction";
  }
  if (inheritsFrom(value, GeneratorFunctionPrototype)) return "GeneratorFunction";
  return inheritsFrom(value, AsyncFunctionPrototype) ? "AsyncFunction" : "Function";
}

// errorShape prints an error as its stack, under a line "Name: message".
function errorShape(value, facts, indent) {
  const name = errorField(value, facts, "name", DOMExceptionName, "Error");
  const message = errorField(value, facts, "message", DOMExceptionMessage, "");
  const frames = stackFrames(value);
  let text = clip(frames);
  if (frames === "" || StringStartsWith(frames, "    at ")) {
    const colon = name !== "" && message !== "" ? ": " : "";
    text = clip(name + colon + message);
    if (frames !== "") text += "\n" + clip(frames);
  }
  const keys = errorKeys(value, text);
  text = nameClass(text, name, facts);
  const start = MathMax(StringIndexOf(text, message), 0);
  const isTraced = StringIndexOf(text, "\n    at", start) >= 0;
  return withBase(indentLines(isTraced ? text : "[" + text + "]", indent), keys);
}

// errorField reads a string of an error, or of a DOMException, whose class keeps
// it in slots.
function errorField(value, facts, key, slot, fallback) {
  if (facts.kind === "DOMException") return slot(value);
  const field = inheritedData(value, key);
  return field === undefined || isObject(field) || typeof field === "symbol"
    ? fallback
    : String(field);
}

// nameClass puts the name of the error's class at the start of text when name,
// which stands there, does not tell it.
function nameClass(text, name, facts) {
  if (facts.constructor === null) {
    const start = RegExpExec(/^[A-Z]\w*(?=:|\n|$)/, text)?.[0] ?? "";
    facts.fallback = start === "" ? "Error" : start;
    return StringSlice(prefix(facts), 0, -1) + StringSlice(text, start.length);
  }
  const next = StringSlice(text, name.length, name.length + 1);
  const isThere =
    StringEndsWith(name, "Error") &&
    StringStartsWith(text, name) &&
    (next === "" || next === ":" || next === "\n");
  const named = StringSlice(prefix(facts), 0, -1);
  if (!isThere || named === name) return text;
  const full = StringIncludes(named, name) ? named : named + " [" + name + "]";
  return full + StringSlice(text, name.length);
}

// errorKeys leaves out what the text of the error says already, and adds what it
// was caused by.
function errorKeys(value, text) {
  const all = enumerableKeys(value);
  const keys = [];
  for (let i = 0; i < all.length; i++) {
    if (!tells(text, all[i], ownData(value, all[i]))) append(keys, all[i]);
  }
  if (isHidden(value, "cause")) append(keys, "cause");
  if (isHidden(value, "errors") && isArray(ownData(value, "errors"))) {
    append(keys, "errors");
  }
  return keys;
}

function tells(text, key, field) {
  if (key === "stack") return typeof field === "string";
  if (key !== "name" && key !== "message") return false;
  if (isObject(field) || typeof field === "symbol") return false;
  return StringIncludes(text, String(field));
}

function isHidden(object, key) {
  return ObjectHasOwn(object, key) && !ObjectPropertyIsEnumerable(object, key);
}

// holes tells of count elements that are missing in an array.
function holes(count) {
  return "<" + count + " empty item" + (count > 1 ? "s" : "") + ">";
}

function fillArray(state, array, parts, level) {
  const { length } = array;
  let indices;
  let i = 0;
  while (i < length && parts.length < MAX_ITEMS && state.room >= 0) {
    const property = getOwnPropertyDescriptor(array, i);
    if (property !== undefined) {
      append(parts, formatSlot(state, property, level));
      i++;
    } else {
      indices ??= ObjectKeys(array);
      const next = nextIndex(indices, i, length);
      append(parts, spend(state, holes(next - i)));
      i = next;
    }
  }
  if (i < length) append(parts, more(length - i, "item"));
}

// nextIndex returns the first array index in keys that is greater than i, else
// length.
function nextIndex(keys, i, length) {
  let low = 0;
  const end = countIndices(keys);
  let high = end;
  while (low < high) {
    const middle = MathFloor((low + high) / 2);
    if (+keys[middle] > i) high = middle;
    else low = middle + 1;
  }
  return low < end ? +keys[low] : length;
}

function fillTypedArray(state, array, parts) {
  const length = TypedArrayLength(array);
  const shown = MathMin(length, MAX_ITEMS);
  for (let i = 0; i < shown; i++) {
    append(parts, spend(state, formatPrimitive(array[i], 0)));
  }
  if (length > shown) append(parts, more(length - shown, "item"));
}

// fillFrom appends what format makes of each item that next gives.
function fillFrom(state, parts, size, next, format) {
  state.indent += 2;
  let left = size;
  while (left > 0 && parts.length < MAX_ITEMS && state.room >= 0) {
    append(parts, format(next().value));
    left--;
  }
  state.indent -= 2;
  if (left > 0) append(parts, more(left, "item"));
}

function fillMap(state, map, parts, level) {
  const entries = MapEntries(map);
  const format = (entry) => {
    const key = formatValue(state, entry[0], level);
    return key + " => " + formatValue(state, entry[1], level);
  };
  fillFrom(state, parts, MapSize(map), () => MapIteratorNext(entries), format);
}

function fillSet(state, set, parts, level) {
  const values = SetValues(set);
  const format = (value) => formatValue(state, value, level);
  fillFrom(state, parts, SetSize(set), () => SetIteratorNext(values), format);
}

function fillPromise(state, promise, parts, level) {
  const settled = promiseState(promise);
  if (settled[0] === "pending") {
    append(parts, "<pending>");
    return;
  }
  const result = formatNested(state, settled[1], level);
  append(parts, settled[0] === "rejected" ? "<rejected> " + result : result);
}

function fillUnknown(state, value, parts) {
  append(parts, "<items unknown>");
}

function fillBuffer(state, buffer, parts) {
  const length = ArrayBufferByteLength(buffer);
  append(parts, isDetached(buffer) ? "(detached)" : hexContents(buffer, length));
  append(parts, "byteLength: " + length);
}

function hexContents(buffer, length) {
  const bytes = new Uint8Array(buffer);
  const pairs = [];
  for (let i = 0; i < length && i < MAX_ITEMS; i++) {
    append(pairs, StringPadStart(NumberToString(bytes[i], 16), 2, "0"));
  }
  if (length > MAX_ITEMS) append(pairs, more(length - MAX_ITEMS, "byte"));
  return "[Uint8Contents]: <" + ArrayJoin(pairs, " ") + ">";
}

function fillDataView(state, view, parts, level) {
  const buffer = DataViewBuffer(view);
  if (!isDetached(buffer)) {
    append(parts, "byteLength: " + DataViewByteLength(view));
    append(parts, "byteOffset: " + DataViewByteOffset(view));
  }
  append(parts, "buffer: " + formatNested(state, buffer, level));
}

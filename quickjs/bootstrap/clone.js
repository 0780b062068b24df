// structuredClone of the HTML Standard. Only ArrayBuffers can be transferred.

// UNCLONEABLE has prototypes whose objects keep state that cannot be copied. The
// kinds that study() tells apart are missing from CLONERS instead.
const UNCLONEABLE = new Set();
SetAdd(UNCLONEABLE, IteratorPrototype);
SetAdd(UNCLONEABLE, AsyncIteratorPrototype);
SetAdd(UNCLONEABLE, FinalizationRegistry.prototype);

const CLONERS = {
  __proto__: null,
  Array: cloneArray,
  ArrayBuffer: cloneBuffer,
  BigInt: cloneBoxed,
  Boolean: cloneBoxed,
  DOMException: cloneDOMException,
  DataView: cloneDataView,
  Date: (value) => new Date(DateGetTime(value)),
  Error: cloneError,
  Map: cloneMap,
  Number: cloneBoxed,
  Object: cloneObject,
  RegExp: (value) => new RegExp(RegExpSource(value), regExpFlags(value)),
  Set: cloneSet,
  String: cloneBoxed,
  TypedArray: cloneTypedArray,
};

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) {
    throw new TypeError("structuredClone: there is no value to clone");
  }
  const buffers = transferList(options);
  // copies maps what was cloned to its clone, for cycles and shared references.
  const copies = new Map();
  for (let i = 0; i < buffers.length; i++) cloneBuffer(buffers[i], copies);
  const clone = cloneValue(value, copies);
  // Only now that nothing else can fail do the originals lose their memory.
  for (let i = 0; i < buffers.length; i++) {
    if (isDetached(buffers[i])) refuse(buffers[i]);
    ArrayBufferTransfer(buffers[i], 0);
  }
  return clone;
}

// transferList returns the ArrayBuffers that options.transfer lists.
function transferList(options) {
  if (options === undefined || options === null) return [];
  if (!isObject(options)) {
    throw new TypeError("structuredClone: the options must be an object");
  }
  const { transfer } = options;
  const buffers = [];
  if (transfer === undefined) return buffers;
  if (!isArray(transfer)) {
    throw new TypeError("structuredClone: transfer must be an array");
  }
  const seen = new Set();
  for (let i = 0; i < transfer.length; i++) {
    const buffer = transfer[i];
    if (!isArrayBuffer(buffer) || SetHas(seen, buffer)) refuse(buffer, "transferred");
    SetAdd(seen, buffer);
    append(buffers, buffer);
  }
  return buffers;
}

function refuse(value, what = "cloned") {
  throw new DOMException(
    clip(inspect(value, 0)) + " could not be " + what + ".",
    "DataCloneError",
  );
}

function cloneValue(value, copies) {
  if (!isObject(value)) {
    if (typeof value === "symbol") refuse(value);
    return value;
  }
  const known = MapGet(copies, value);
  if (known !== undefined) return known;
  const clone = isProxy(value) ? undefined : CLONERS[study(value).kind];
  if (clone === undefined) refuse(value);
  const copy = clone(value, copies);
  MapSet(copies, value, copy);
  return copy;
}

function setProperty(object, key, value, enumerable) {
  defineProperty(object, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable,
    configurable: true,
  });
}

// cloneKeys copies the enumerable properties with string keys. It reads them as
// the standard does, getters included, one of which may remove another property.
function cloneKeys(value, copy, copies) {
  MapSet(copies, value, copy);
  const keys = ObjectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    if (!ObjectHasOwn(value, keys[i])) continue;
    setProperty(copy, keys[i], cloneValue(value[keys[i]], copies), true);
  }
  return copy;
}

function cloneArray(value, copies) {
  const copy = [];
  copy.length = value.length;
  return cloneKeys(value, copy, copies);
}

function cloneObject(value, copies) {
  for (
    let prototype = getPrototypeOf(value);
    prototype !== null && !isProxy(prototype);
    prototype = getPrototypeOf(prototype)
  ) {
    if (SetHas(UNCLONEABLE, prototype)) refuse(value);
  }
  return cloneKeys(value, {}, copies);
}

function cloneBoxed(value) {
  return Object(UNBOX[study(value).kind](value));
}

function cloneMap(value, copies) {
  const copy = new Map();
  MapSet(copies, value, copy);
  const entries = [];
  MapForEach(value, (item, key) => append(entries, [key, item]));
  for (let i = 0; i < entries.length; i++) {
    const key = cloneValue(entries[i][0], copies);
    MapSet(copy, key, cloneValue(entries[i][1], copies));
  }
  return copy;
}

function cloneSet(value, copies) {
  const copy = new Set();
  MapSet(copies, value, copy);
  const items = [];
  SetForEach(value, (item) => append(items, item));
  for (let i = 0; i < items.length; i++) SetAdd(copy, cloneValue(items[i], copies));
  return copy;
}

function cloneBuffer(value, copies) {
  if (isDetached(value)) refuse(value);
  const length = ArrayBufferByteLength(value);
  const copy =
    ArrayBufferResizable?.(value) === true
      ? new ArrayBuffer(length, {
          __proto__: null,
          maxByteLength: ArrayBufferMaxByteLength(value),
        })
      : new ArrayBuffer(length);
  // Not slice: it would ask the script's ArrayBuffer[Symbol.species].
  TypedArraySet(new Uint8Array(copy), new Uint8Array(value));
  MapSet(copies, value, copy);
  return copy;
}

function cloneTypedArray(value, copies) {
  const buffer = cloneValue(TypedArrayBuffer(value), copies);
  const Class = TYPED_ARRAYS[TypedArrayName(value)];
  return new Class(buffer, TypedArrayByteOffset(value), TypedArrayLength(value));
}

function cloneDataView(value, copies) {
  const buffer = cloneValue(DataViewBuffer(value), copies);
  return new DataView(buffer, DataViewByteOffset(value), DataViewByteLength(value));
}

const CLONED_ERRORS = {
  __proto__: null,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

// cloneError keeps what the standard does, and the cause. An error of any other
// class becomes a plain Error.
function cloneError(value, copies) {
  const name = inheritedData(value, "name");
  const Class = (typeof name === "string" ? CLONED_ERRORS[name] : undefined) ?? Error;
  const copy = new Class();
  MapSet(copies, value, copy);
  const message = ownData(value, "message");
  if (message !== undefined) setProperty(copy, "message", toText(message), false);
  copyStack(value, copy);
  if (ObjectHasOwn(value, "cause")) {
    setProperty(copy, "cause", cloneValue(ownData(value, "cause"), copies), false);
  }
  return copy;
}

function cloneDOMException(value) {
  const copy = new DOMException(DOMExceptionMessage(value), DOMExceptionName(value));
  copyStack(value, copy);
  return copy;
}

function copyStack(value, copy) {
  const stack = readStack(value);
  if (stack !== "") setProperty(copy, "stack", stack, false);
}

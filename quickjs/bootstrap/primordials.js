// What the script API needs of the language, taken before any script runs. A
// script may replace Array.prototype.push or delete JSON.stringify; nothing in
// these files must notice. So they follow four rules:
//   - methods of built-ins are called through the functions below, never by name;
//   - no spread, no destructuring of arrays, no for-of: they call iterators that
//     live on prototypes;
//   - arrays grow by append(), never by assignment past their end, which a
//     setter on Array.prototype would see;
//   - objects that are read by key have no prototype, or private fields.

const { call: hostCall, append, utf8Encode, utf8Decode, promiseState, isProxy } =
  natives;

const {
  apply,
  construct,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
} = Reflect;

const { bind, call: functionCall } = globalThis.Function.prototype;
const uncurry = (method) => apply(bind, functionCall, [method]);
const getter = (prototype, name) =>
  uncurry(getOwnPropertyDescriptor(prototype, name).get);
const optionalGetter = (prototype, name) =>
  getOwnPropertyDescriptor(prototype, name) && getter(prototype, name);

const { Array, Boolean, Date, Function, Map, Number, Object } = globalThis;
const { Promise, RegExp, Set, String } = globalThis;
const { ArrayBuffer, BigInt, DataView, Symbol, Uint8Array } = globalThis;
const { FinalizationRegistry, WeakMap, WeakRef, WeakSet } = globalThis;
const {
  DOMException,
  Error,
  EvalError,
  InternalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
} = globalThis;

const isArray = Array.isArray;
const ArrayJoin = uncurry(Array.prototype.join);
const ArraySort = uncurry(Array.prototype.sort);
const ArrayValues = uncurry(Array.prototype.values);

const StringCodePointAt = uncurry(String.prototype.codePointAt);
const StringCharCodeAt = uncurry(String.prototype.charCodeAt);
const StringEndsWith = uncurry(String.prototype.endsWith);
const StringIncludes = uncurry(String.prototype.includes);
const StringIndexOf = uncurry(String.prototype.indexOf);
const StringLastIndexOf = uncurry(String.prototype.lastIndexOf);
const StringIsWellFormed = uncurry(String.prototype.isWellFormed);
const StringPadEnd = uncurry(String.prototype.padEnd);
const StringPadStart = uncurry(String.prototype.padStart);
const StringRepeat = uncurry(String.prototype.repeat);
const StringSlice = uncurry(String.prototype.slice);
const StringStartsWith = uncurry(String.prototype.startsWith);
const StringToLowerCase = uncurry(String.prototype.toLowerCase);
const StringToUpperCase = uncurry(String.prototype.toUpperCase);
const StringToWellFormed = uncurry(String.prototype.toWellFormed);
const StringTrim = uncurry(String.prototype.trim);
const StringFromCharCode = String.fromCharCode;

const NumberToString = uncurry(Number.prototype.toString);
const isFinite = Number.isFinite;
const isInteger = Number.isInteger;
const { parseFloat, parseInt } = Number;

const BigIntValueOf = uncurry(BigInt.prototype.valueOf);
const BooleanValueOf = uncurry(Boolean.prototype.valueOf);
const NumberValueOf = uncurry(Number.prototype.valueOf);
const StringValueOf = uncurry(String.prototype.valueOf);
const SymbolValueOf = uncurry(Symbol.prototype.valueOf);

const ObjectHasOwn = Object.hasOwn;
const ObjectIs = Object.is;
const ObjectKeys = Object.keys;
const ObjectGetOwnPropertySymbols = Object.getOwnPropertySymbols;
const ObjectDefineProperties = Object.defineProperties;
const ObjectPropertyIsEnumerable = uncurry(
  Object.prototype.propertyIsEnumerable,
);
const ObjectToString = uncurry(Object.prototype.toString);

const MapForEach = uncurry(Map.prototype.forEach);
const MapGet = uncurry(Map.prototype.get);
const MapHas = uncurry(Map.prototype.has);
const MapSet = uncurry(Map.prototype.set);
const SetAdd = uncurry(Set.prototype.add);
const SetForEach = uncurry(Set.prototype.forEach);
const SetHas = uncurry(Set.prototype.has);
const MapEntries = uncurry(Map.prototype.entries);
const MapIteratorNext = uncurry(new Map().entries().next);
const MapSize = getter(Map.prototype, "size");
const SetIteratorNext = uncurry(new Set().values().next);
const SetSize = getter(Set.prototype, "size");
const SetValues = uncurry(Set.prototype.values);
const WeakMapHas = uncurry(WeakMap.prototype.has);
const WeakRefDeref = uncurry(WeakRef.prototype.deref);
const WeakSetHas = uncurry(WeakSet.prototype.has);

const TypedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
const TypedArrayBuffer = getter(TypedArrayPrototype, "buffer");
const TypedArrayByteLength = getter(TypedArrayPrototype, "byteLength");
const TypedArrayByteOffset = getter(TypedArrayPrototype, "byteOffset");
const TypedArrayLength = getter(TypedArrayPrototype, "length");
const TypedArrayName = getter(TypedArrayPrototype, Symbol.toStringTag);
const TypedArraySet = uncurry(TypedArrayPrototype.set);
const ArrayBufferByteLength = getter(ArrayBuffer.prototype, "byteLength");
const isView = ArrayBuffer.isView;
// The next three are undefined where the language is older.
const ArrayBufferMaxByteLength = optionalGetter(ArrayBuffer.prototype, "maxByteLength");
const ArrayBufferResizable = optionalGetter(ArrayBuffer.prototype, "resizable");
const ArrayBufferTransfer =
  ArrayBuffer.prototype.transfer && uncurry(ArrayBuffer.prototype.transfer);
// TYPED_ARRAYS maps what TypedArrayName returns to the class.
const TYPED_ARRAYS = {
  __proto__: null,
  BigInt64Array: globalThis.BigInt64Array,
  BigUint64Array: globalThis.BigUint64Array,
  Float16Array: globalThis.Float16Array,
  Float32Array: globalThis.Float32Array,
  Float64Array: globalThis.Float64Array,
  Int16Array: globalThis.Int16Array,
  Int32Array: globalThis.Int32Array,
  Int8Array: globalThis.Int8Array,
  Uint16Array: globalThis.Uint16Array,
  Uint32Array: globalThis.Uint32Array,
  Uint8Array,
  Uint8ClampedArray: globalThis.Uint8ClampedArray,
};
const DataViewBuffer = getter(DataView.prototype, "buffer");
const DataViewByteLength = getter(DataView.prototype, "byteLength");
const DataViewByteOffset = getter(DataView.prototype, "byteOffset");

const DateGetTime = uncurry(Date.prototype.getTime);
const DateToISOString = uncurry(Date.prototype.toISOString);
const FunctionToString = uncurry(Function.prototype.toString);
const AsyncFunctionPrototype = getPrototypeOf(async function () {});
const AsyncGeneratorFunctionPrototype = getPrototypeOf(async function* () {});
const IteratorPrototype = getPrototypeOf(getPrototypeOf(new Map().entries()));
const AsyncIteratorPrototype = getPrototypeOf(
  getPrototypeOf(async function* () {}.prototype),
);
const GeneratorFunctionPrototype = getPrototypeOf(function* () {});

const RegExpExec = uncurry(RegExp.prototype.exec);
const RegExpSource = getter(RegExp.prototype, "source");
const RegExpHasIndices = getter(RegExp.prototype, "hasIndices");
const RegExpGlobal = getter(RegExp.prototype, "global");
const RegExpIgnoreCase = getter(RegExp.prototype, "ignoreCase");
const RegExpMultiline = getter(RegExp.prototype, "multiline");
const RegExpDotAll = getter(RegExp.prototype, "dotAll");
const RegExpUnicode = getter(RegExp.prototype, "unicode");
const RegExpUnicodeSets = getter(RegExp.prototype, "unicodeSets");
const RegExpSticky = getter(RegExp.prototype, "sticky");

const DOMExceptionName = getter(DOMException.prototype, "name");
const DOMExceptionMessage = getter(DOMException.prototype, "message");
// Error.isError is undefined where the language is older, and so is the getter of
// a stack that errors have as a property of their own.
const ErrorIsError = Error.isError;
const ErrorStack = optionalGetter(Error.prototype, "stack");

const JSONParse = JSON.parse;
const JSONStringify = JSON.stringify;
const MathMin = Math.min;
const MathFloor = Math.floor;
const MathMax = Math.max;
const MathRound = Math.round;
const MathSqrt = Math.sqrt;

const SymbolIterator = Symbol.iterator;
const SymbolToPrimitive = Symbol.toPrimitive;
const SymbolToStringTag = Symbol.toStringTag;
const SymbolToString = uncurry(Symbol.prototype.toString);

// define gives target non-enumerable members, as built-ins have them: source's
// own properties, getters included.
function define(target, source) {
  const names = ownKeys(source);
  for (let i = 0; i < names.length; i++) {
    const property = getOwnPropertyDescriptor(source, names[i]);
    property.enumerable = false;
    defineProperty(target, names[i], property);
  }
  return target;
}

// tag sets what Object.prototype.toString prints.
function tag(target, name) {
  defineProperty(target, SymbolToStringTag, {
    __proto__: null,
    value: name,
    configurable: true,
  });
}

// isArrayBuffer and isTypedArray look at what an object is, not at what it says.
function isArrayBuffer(value) {
  try {
    ArrayBufferByteLength(value);
    return true;
  } catch {
    return false;
  }
}

function isTypedArray(value) {
  return isView(value) && TypedArrayName(value) !== undefined;
}

// toBytes returns the bytes of a view or buffer as a Uint8Array that shares its
// memory, and undefined for anything else.
function toBytes(value) {
  if (isArrayBuffer(value)) return new Uint8Array(value);
  if (!isTypedArray(value)) return undefined;
  return new Uint8Array(
    TypedArrayBuffer(value),
    TypedArrayByteOffset(value),
    TypedArrayByteLength(value),
  );
}

// console, and the text that it makes of its arguments.

// BUILTIN_CONVERSIONS are the methods by which %s does not know a class of the
// script's own.
const BUILTIN_CONVERSIONS = new Set();

function addConversions(builtin) {
  SetAdd(BUILTIN_CONVERSIONS, builtin.prototype.toString);
  SetAdd(BUILTIN_CONVERSIONS, builtin.prototype[SymbolToPrimitive]);
}

addConversions(Array);
addConversions(BigInt);
addConversions(Boolean);
addConversions(Date);
addConversions(Error);
addConversions(Function);
addConversions(Number);
addConversions(Object);
addConversions(RegExp);
addConversions(String);
addConversions(Symbol);

function converts(object, key) {
  const method = inheritedData(object, key);
  return typeof method === "function" && !SetHas(BUILTIN_CONVERSIONS, method);
}

// toText is %s: as String does it, but an object shows its contents unless the
// script gave it a conversion of its own.
function toText(value) {
  if (!isObject(value)) {
    return typeof value === "string" ? value : formatPrimitive(value, 0);
  }
  if (isProxy(value)) return "[Proxy]";
  if (converts(value, SymbolToPrimitive) || converts(value, "toString")) {
    try {
      return String(value);
    } catch {
      return inspect(value, 0);
    }
  }
  return typeof value === "function" ? FunctionToString(value) : inspect(value, 0);
}

// toNumber is %d, %i and %f; convert may call the valueOf of an object.
function toNumber(value, convert) {
  if (typeof value === "bigint" && convert !== parseFloat) return value + "n";
  if (typeof value === "symbol" || isProxy(value)) return "NaN";
  try {
    return formatNumber(convert(value));
  } catch {
    return "NaN";
  }
}

// toJSON is %j, and never throws: what JSON has no text for is inspected.
function toJSON(value) {
  try {
    return String(JSONStringify(value));
  } catch (error) {
    const message = isObject(error) ? inheritedData(error, "message") : undefined;
    return typeof message === "string" && StringIncludes(message, "circular")
      ? "[Circular]"
      : inspect(value);
  }
}

const DIRECTIVES = {
  __proto__: null,
  O: (value) => inspect(value),
  c: () => "",
  d: (value) => toNumber(value, Number),
  f: (value) => toNumber(value, parseFloat),
  i: (value) => toNumber(value, parseInt),
  j: toJSON,
  o: (value) => inspect(value, 4),
  s: toText,
};

// formatLog makes one text of the arguments of console.log. A first argument with
// directives such as %s takes up some of the others; the rest follow after spaces.
function formatLog(args) {
  const parts = [];
  let used = 0;
  if (args.length > 1 && typeof args[0] === "string") {
    used = fillDirectives(args, parts);
  }
  for (let i = used; i < args.length; i++) {
    append(parts, typeof args[i] === "string" ? args[i] : inspect(args[i]));
  }
  return ArrayJoin(parts, " ");
}

// fillDirectives appends args[0] with its directives replaced, and returns how
// many of args that took.
function fillDirectives(args, parts) {
  const format = args[0];
  let text = "";
  let done = 0;
  let used = 1;
  for (let i = StringIndexOf(format, "%"); i >= 0; i = StringIndexOf(format, "%", i)) {
    const letter = i + 1 < format.length ? format[i + 1] : "";
    const convert = used < args.length ? DIRECTIVES[letter] : undefined;
    i += 1;
    if (letter === "%") {
      text += StringSlice(format, done, i);
    } else if (convert !== undefined) {
      text += StringSlice(format, done, i - 1) + convert(args[used++]);
    } else {
      continue;
    }
    i += 1;
    done = i;
  }
  append(parts, text + StringSlice(format, done));
  return used;
}

let groupIndent = 0;
const MAX_GROUP_INDENT = 100;
const counts = new Map();

function writeLog(level, args) {
  const text = indentLines(formatLog(args), groupIndent);
  const line = StringRepeat(" ", groupIndent) + text;
  hostCall(OP_LOG, level, StringToWellFormed(line));
}

const console = {
  log(...args) {
    writeLog("log", args);
  },
  info(...args) {
    writeLog("info", args);
  },
  debug(...args) {
    writeLog("debug", args);
  },
  warn(...args) {
    writeLog("warn", args);
  },
  error(...args) {
    writeLog("error", args);
  },
  assert(condition, ...args) {
    if (condition) return;
    writeLog("error", labelled("Assertion failed", args));
  },
  dir(value) {
    writeLog("log", [inspect(value)]);
  },
  table(...args) {
    writeLog("log", args);
  },
  trace(...args) {
    const frames = stackFrames(new Error());
    const start = StringIndexOf(frames, "    at ");
    const lines = start < 0 ? "" : "\n" + StringSlice(frames, start);
    writeLog("error", [formatLog(labelled("Trace", args)) + lines]);
  },
  group(...args) {
    if (args.length > 0) writeLog("log", args);
    groupIndent = MathMin(groupIndent + 2, MAX_GROUP_INDENT);
  },
  groupEnd() {
    groupIndent = MathMax(groupIndent - 2, 0);
  },
  count(label = "default") {
    const name = toText(label);
    const count = (MapGet(counts, name) ?? 0) + 1;
    MapSet(counts, name, count);
    writeLog("log", [name + ": " + count]);
  },
  countReset(label = "default") {
    MapSet(counts, toText(label), 0);
  },
};
tag(console, "console");

// labelled puts a label before the arguments of a message; a format string stays
// the first of them.
function labelled(label, args) {
  if (args.length === 0) return [label];
  const isFormat = typeof args[0] === "string";
  const result = [isFormat ? label + ": " + args[0] : label + ":"];
  for (let i = isFormat ? 1 : 0; i < args.length; i++) append(result, args[i]);
  return result;
}

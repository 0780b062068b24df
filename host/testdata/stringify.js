// Values at random, written by JSON.stringify and by the algorithm as the standard has
// it (ECMA-262, SerializeJSONProperty), spelled out below. Both must write the same and
// call what the values bring along in the same order. FIRST, COUNT: the seed and how
// many values are tried.

const ESCAPES = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\" };
function quote(text) {
  let out = '"';
  for (const c of text) { // by code points: a surrogate that comes alone is one
    const code = c.codePointAt(0);
    if (ESCAPES[c]) out += ESCAPES[c];
    else if (code < 32 || code >= 0xd800 && code <= 0xdfff) out += "\\u" + code.toString(16).padStart(4, "0");
    else out += c;
  }
  return out + '"';
}

// primitive returns what a Number, String, Boolean or BigInt object holds. instanceof
// does not tell: values at random have such objects for their prototypes.
function primitive(v) {
  if (typeof v !== "object") return v;
  for (const type of [Number, String, Boolean, BigInt]) {
    try {
      return type.prototype.valueOf.call(v);
    } catch {}
  }
  return v;
}

function reference(value, replacer, space) {
  let list, gap = "";
  if (Array.isArray(replacer)) {
    list = [];
    for (let item of replacer) {
      if (typeof item === "number" || item instanceof Number || item instanceof String) item = String(item);
      if (typeof item === "string" && !list.includes(item)) list.push(item);
    }
  }
  if (space instanceof Number) space = Number(space);
  if (space instanceof String) space = String(space);
  if (typeof space === "number") gap = " ".repeat(Math.max(0, Math.min(10, Math.trunc(space))));
  if (typeof space === "string") gap = space.slice(0, 10);
  const stack = [];

  function property(holder, key, indent) {
    let v = holder[key];
    if (v !== null && typeof v === "object" || typeof v === "function" || typeof v === "bigint") {
      const toJSON = v.toJSON;
      if (typeof toJSON === "function") v = toJSON.call(v, key);
    }
    if (typeof replacer === "function") v = replacer.call(holder, key, v);
    v = primitive(v);
    switch (typeof v) {
      case "string": return quote(v);
      case "number": return Number.isFinite(v) ? String(v) : "null";
      case "boolean": return String(v);
      case "bigint": throw new TypeError("BigInt are forbidden in JSON.stringify");
      case "object": break;
      default: return undefined;
    }
    if (v === null) return "null";
    if (stack.includes(v)) throw new TypeError("circular reference");
    stack.push(v);
    const inner = indent + gap, parts = [];
    const array = Array.isArray(v);
    if (array) {
      for (let i = 0; i < v.length; i++) parts.push(property(v, String(i), inner) ?? "null");
    } else {
      for (const k of list ?? Object.keys(v)) {
        const text = property(v, k, inner);
        if (text !== undefined) parts.push(quote(k) + (gap ? ": " : ":") + text);
      }
    }
    stack.pop();
    const [open, close] = array ? "[]" : "{}";
    if (parts.length === 0) return open + close;
    return gap ? `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}` : open + parts.join(",") + close;
  }
  return property({ "": value }, "", "");
}

const PIECES = ["", "a", "key", '"', "\\", "\n\t\r\b\f", "\u0000\u001f ", "é", "ÿ\u007f", "Ā", "😀", "\ud83d", "\ude00", "x\ud83d😀\ude00y", "\uffff",
  "text that needs nothing", "__proto__", "0", "17", "-1"];
function text() {
  let s = "";
  for (let n = random(4); n >= 0; n--) s += pick(PIECES);
  return random(9) ? s : s.repeat(40) + s.repeat(300); // long ones are concatenated when they are read
}

let calls = [];
function value(depth) {
  switch (random(depth > 0 ? 22 : 11)) {
    case 0: return random(100000) - 500;
    case 1: return random(1000) / 8;
    case 2: return pick([NaN, Infinity, -0, 1e300, 2 ** 53]);
    case 3: return pick([true, false, null]);
    case 4: return undefined;
    case 5: return () => 1;
    case 6: return Symbol("s");
    case 7: return pick([new String(text()), new Number(5), new Boolean(false)]);
    case 8: return random(20) ? "n" : 10n;
    case 9: case 10: return text();
    case 11: case 12: case 13: {
      const a = [];
      for (let n = random(5); n > 0; n--) a.push(value(depth - 1));
      if (random(6) === 0) a[a.length + 2] = 1;
      if (random(6) === 0) a.extra = 1;
      return a;
    }
    case 14: return { b: 1, a: value(depth - 1), get c() { calls.push("get"); return 2; }, d: 4 };
    case 15: {
      const again = random(2), fails = random(30) === 0;
      return { toJSON(k) {
        calls.push(`toJSON ${k}`);
        if (fails) throw new RangeError("as it must");
        return again ? { k, v: 1 } : k;
      } };
    }
    case 16: return new Proxy({ x: 1, y: value(depth - 1) }, { get(t, k) { calls.push(String(k)); return t[k]; } });
    case 17: return pick([new Map([[1, 2]]), new Date(0), /x/g, new Error("e"), new Uint8Array([1, 2]), Object.create({ inherited: 1 }),
      new (class { p = 1; #q = 2; })(), Object.create(null)]);
    case 18: {
      const o = {};
      Object.defineProperty(o, "hidden", { value: 1 });
      o[Symbol("q")] = 1; o.shown = 2; o[5] = 1; o[3] = 2; o.later = 3;
      if (random(3) === 0) delete o.shown;
      return o;
    }
    case 19: return { get first() { calls.push("first"); delete this.second; this.fourth = 4; return 1; }, second: 2, third: value(depth - 1) };
  }
  const o = {};
  for (let n = random(7); n > 0; n--) o[text()] = value(depth - 1);
  if (random(25) === 0) o.self = o;
  return o;
}
BigInt.prototype.toJSON = function (key) { calls.push(`big ${key}`); return key.length % 2 ? "big" : this; };

function attempt(stringify, seed) {
  // The getters change the values, so each gets its own.
  state = seed;
  calls = [];
  const v = value(4);
  const drops = 3 + random(40);
  const replacer = pick([undefined, undefined, null, (k, x) => { calls.push(`r ${k} ${typeof x}`); return calls.length % drops ? x : undefined; },
    ["a", "key", 0, "", new String("b"), "a", text()]]);
  const space = pick([undefined, undefined, 2, "\t", "é Ā long long long", 0, 99, new Number(3), new String("-")]);
  let out;
  try {
    out = stringify(v, replacer, space);
  } catch (e) {
    out = `${e.name}: ${e.message}`;
  }
  return [`${out} after ${calls.join()}`, out];
}

let written = 0;
for (let n = 0; n < COUNT; n++) {
  const seed = (random(0xffffffff) || 1) >>> 0;
  const [got, out] = attempt((...args) => JSON.stringify(...args), seed);
  const [want] = attempt(reference, seed);
  if (got !== want) throw new Error(`seed ${seed}: ${got.slice(0, 2000)}\nand the standard ${want.slice(0, 2000)}`);
  written += out === undefined ? 0 : out.length;
}
console.log(String(written));

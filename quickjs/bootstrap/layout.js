// Text for inspect: strings in quotes, keys, columns and lines. Widths and rules
// are those of util.inspect of Node for a terminal that is none.

const LINE_WIDTH = 80;
const MAX_COLUMNS = 15;
const NESTED_ON_ONE_LINE = 3; // levels of objects; Node's "compact"

function formatNumber(value) {
  return ObjectIs(value, -0) ? "-0" : String(value);
}

function formatPrimitive(value, indent) {
  switch (typeof value) {
    case "string":
      return formatString(value, indent);
    case "number":
      return formatNumber(value);
    case "bigint":
      return clip(value + "n");
    case "symbol":
      return clip(SymbolToString(value));
    default:
      return String(value);
  }
}

// formatString quotes a string; a long one is split after its line feeds.
function formatString(value, indent) {
  let rest = "";
  let text = value;
  if (value.length > MAX_TEXT) {
    rest = more(value.length - MAX_TEXT, "character");
    text = StringSlice(value, 0, MAX_TEXT);
  }
  if (text.length <= 16 || text.length <= LINE_WIDTH - indent - 4) {
    return quote(text) + rest;
  }
  const lines = [];
  let start = 0;
  while (start < text.length) {
    const feed = StringIndexOf(text, "\n", start);
    const end = feed < 0 ? text.length : feed + 1;
    append(lines, quote(StringSlice(text, start, end)));
    start = end;
  }
  return ArrayJoin(lines, " +\n" + StringRepeat(" ", indent + 2)) + rest;
}

// quote takes the quotes that need the fewest escapes.
function quote(text) {
  let mark = "'";
  if (StringIncludes(text, "'")) {
    if (!StringIncludes(text, '"')) mark = '"';
    else if (!StringIncludes(text, "`") && !StringIncludes(text, "${")) mark = "`";
  }
  return mark + escapeText(text, mark) + mark;
}

const ESCAPES = {
  __proto__: null,
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

// escapeText escapes control characters, backslashes, lone surrogates, and the
// single quote where that is the mark.
function escapeText(text, mark) {
  if (RegExpExec(/[\x00-\x1f'\\\x7f-\x9f\ud800-\udfff]/, text) === null) return text;
  let out = "";
  let done = 0;
  for (let i = 0; i < text.length; i++) {
    const code = StringCodePointAt(text, i);
    if (code > 0xffff) {
      i++;
      continue;
    }
    const escape = escapeOf(text[i], code, mark);
    if (escape === undefined) continue;
    out += StringSlice(text, done, i) + escape;
    done = i + 1;
  }
  return out + StringSlice(text, done);
}

function escapeOf(character, code, mark) {
  if (code === 39) return mark === "'" ? "\\'" : undefined;
  if (code < 0x20 || code === 92 || (code >= 0x7f && code < 0xa0)) {
    const hex = StringToUpperCase(NumberToString(code, 16));
    return ESCAPES[character] ?? "\\x" + StringPadStart(hex, 2, "0");
  }
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  return isSurrogate ? "\\u" + NumberToString(code, 16) : undefined;
}

function formatKey(key, enumerable) {
  if (typeof key === "symbol") {
    return "[" + escapeText(clip(SymbolToString(key)), "'") + "]";
  }
  if (key === "__proto__") return "['__proto__']";
  if (!enumerable) return "[" + escapeText(clip(key), "'") + "]";
  return RegExpExec(/^[a-zA-Z_][a-zA-Z_0-9]*$/, key) === null
    ? quote(clip(key))
    : clip(key);
}

// indentLines moves all lines but the first to the right.
function indentLines(text, columns) {
  if (columns === 0) return text;
  const line = "\n" + StringRepeat(" ", columns);
  let out = "";
  let start = 0;
  for (;;) {
    const feed = StringIndexOf(text, "\n", start);
    if (feed < 0) return out + StringSlice(text, start);
    out += StringSlice(text, start, feed) + line;
    start = feed + 1;
  }
}

// layOut joins the parts of an object: on one line where they fit and nest
// little, in columns for a longer list, else each on a line of its own.
function layOut(state, value, shape, parts, level) {
  const { base, open, close } = shape;
  const start = base === "" ? open : base + " " + open;
  let lines = parts;
  if (shape.isList && parts.length > 6) lines = inColumns(state, value, parts);
  if (lines === parts && state.reached - level < NESTED_ON_ONE_LINE) {
    const taken = state.indent + open.length + base.length + 10;
    if (fitsOnLine(parts, taken, base)) {
      return start + " " + ArrayJoin(parts, ", ") + " " + close;
    }
  }
  const line = "\n" + StringRepeat(" ", state.indent);
  return start + line + "  " + (ArrayJoin(lines, "," + line + "  ")) + line + close;
}

function fitsOnLine(parts, taken, base) {
  if (StringIncludes(base, "\n")) return false;
  let width = taken + 2 * parts.length;
  for (let i = 0; i < parts.length; i++) {
    width += parts[i].length;
    if (width > LINE_WIDTH || StringIncludes(parts[i], "\n")) return false;
  }
  return true;
}

// inColumns sets the parts of a list in aligned columns and returns the lines,
// or parts itself where they are too long or too uneven for that. The line that
// tells how many items are left out stays by itself.
function inColumns(state, value, parts) {
  const count = parts.length > MAX_ITEMS ? parts.length - 1 : parts.length;
  const widths = [];
  let total = 0;
  let widest = 0;
  for (let i = 0; i < count; i++) {
    const width = textWidth(parts[i]);
    append(widths, width);
    total += width + 2;
    widest = MathMax(widest, width);
  }
  const cell = widest + 2;
  const isEven = total / cell > 5 || widest <= 6;
  if (cell * 3 + state.indent >= LINE_WIDTH || !isEven) return parts;
  const columns = countColumns(cell, total, parts.length, count, state.indent);
  if (columns <= 1) return parts;
  const lines = [];
  const cells = columnWidths(widths, columns);
  const pad = isNumeric(value, parts.length) ? StringPadStart : StringPadEnd;
  for (let i = 0; i < count; i += columns) {
    append(lines, oneLine(parts, widths, cells, i, MathMin(i + columns, count), pad));
  }
  if (count < parts.length) append(lines, parts[count]);
  return lines;
}

// countColumns aims at a block that looks square: a character is two and a half
// times as high as it is wide.
function countColumns(cell, total, entries, count, indent) {
  const bias = MathSqrt(cell - total / entries);
  const width = MathMax(cell - 3 - bias, 1);
  return MathMin(
    MathRound(MathSqrt(2.5 * width * count) / width),
    MathFloor((LINE_WIDTH - indent) / cell),
    NESTED_ON_ONE_LINE * 4,
    MAX_COLUMNS,
  );
}

function columnWidths(widths, columns) {
  const cells = [];
  for (let column = 0; column < columns; column++) {
    let widest = 0;
    for (let i = column; i < widths.length; i += columns) {
      widest = MathMax(widest, widths[i]);
    }
    append(cells, widest + 2);
  }
  return cells;
}

// oneLine joins parts[from] to parts[to - 1], each padded to its column. Text is
// aligned at its start, numbers at their end.
function oneLine(parts, widths, cells, from, to, pad) {
  let line = "";
  for (let i = from; i < to; i++) {
    const isLast = i === to - 1;
    const text = isLast ? parts[i] : parts[i] + ", ";
    if (isLast && pad === StringPadEnd) return line + text;
    const width = cells[i - from] - (isLast ? 2 : 0);
    line += pad(text, width + parts[i].length - widths[i]);
  }
  return line;
}

function isNumeric(list, count) {
  for (let i = 0; i < count; i++) {
    const type = typeof ownData(list, i);
    if (type !== "number" && type !== "bigint") return false;
  }
  return true;
}

// WIDE has the first and last code points of blocks that take two columns.
const WIDE = [
  0x1100, 0x115f, 0x2329, 0x232a, 0x2e80, 0x303e, 0x3040, 0xa4cf, 0xa960, 0xa97c,
  0xac00, 0xd7a3, 0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6f, 0xff01, 0xff60,
  0xffe0, 0xffe6, 0x16fe0, 0x18cff, 0x1aff0, 0x1b2ff, 0x1f004, 0x1f004, 0x1f0cf,
  0x1f0cf, 0x1f18e, 0x1f18e, 0x1f191, 0x1f19a, 0x1f200, 0x1f320, 0x1f32d, 0x1f335,
  0x1f337, 0x1f37c, 0x1f37e, 0x1f393, 0x1f3a0, 0x1f3ca, 0x1f3cf, 0x1f3d3, 0x1f3e0,
  0x1f3f0, 0x1f3f4, 0x1f3f4, 0x1f3f8, 0x1f43e, 0x1f440, 0x1f440, 0x1f442, 0x1f4fc,
  0x1f4ff, 0x1f53d, 0x1f54b, 0x1f567, 0x1f57a, 0x1f57a, 0x1f595, 0x1f596, 0x1f5a4,
  0x1f5a4, 0x1f5fb, 0x1f64f, 0x1f680, 0x1f6c5, 0x1f6cc, 0x1f6cc, 0x1f6d0, 0x1f6d7,
  0x1f6dc, 0x1f6df, 0x1f6eb, 0x1f6ec, 0x1f6f4, 0x1f6fc, 0x1f7e0, 0x1f7eb, 0x1f90c,
  0x1f93a, 0x1f93c, 0x1f945, 0x1f947, 0x1f9ff, 0x1fa70, 0x1faff, 0x20000, 0x3fffd,
];

// ZERO has those that take none: combining marks, joiners and selectors.
const ZERO = [
  0x0300, 0x036f, 0x0483, 0x0489, 0x0591, 0x05bd, 0x0610, 0x061a, 0x064b, 0x065f,
  0x1ab0, 0x1aff, 0x1dc0, 0x1dff, 0x200b, 0x200f, 0x202a, 0x202e, 0x2060, 0x2064,
  0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f, 0xfeff, 0xfeff, 0xe0000, 0xe01ef,
];

function isIn(blocks, code) {
  for (let i = 0; i < blocks.length; i += 2) {
    if (code < blocks[i]) return false;
    if (code <= blocks[i + 1]) return true;
  }
  return false;
}

// textWidth counts the columns that text takes in a terminal.
function textWidth(text) {
  if (RegExpExec(/[^\x20-\x7e]/, text) === null) return text.length;
  let width = 0;
  for (let i = 0; i < text.length; i++) {
    const code = StringCodePointAt(text, i);
    if (code > 0xffff) i++;
    if (isIn(WIDE, code)) width += 2;
    else if (code >= 0x20 && !isIn(ZERO, code)) width += 1;
  }
  return width;
}

// URL and URLSearchParams (URL Standard). The host parses, with the parser that
// fetch uses; what lives here is the objects.

// Places of the parts in what the host returns.
const HREF = 0;
const ORIGIN = 1;
const PROTOCOL = 2;
const USERNAME = 3;
const PASSWORD = 4;
const HOST = 5;
const HOSTNAME = 6;
const PORT = 7;
const PATHNAME = 8;
const SEARCH = 9;
const HASH = 10;

class URL {
  #parts;
  #params;

  constructor(url, base) {
    this.#parts = hostCall(
      OP_URL_PARSE,
      StringToWellFormed(`${url}`),
      base === undefined ? null : StringToWellFormed(`${base}`),
    );
    if (this.#parts === null) {
      throw new TypeError(`URL: ${inspect(`${url}`)} is not a valid URL`);
    }
  }
  static canParse(url, base) {
    return (
      hostCall(
        OP_URL_PARSE,
        StringToWellFormed(`${url}`),
        base === undefined ? null : StringToWellFormed(`${base}`),
      ) !== null
    );
  }
  static part(url, index) {
    return url.#parts[index];
  }
  static setPart(url, name, value) {
    const parts = hostCall(
      OP_URL_SET,
      url.#parts[HREF],
      name,
      StringToWellFormed(`${value}`),
    );
    if (parts === null) {
      throw new TypeError(`URL: ${inspect(`${value}`)} is not a valid URL`);
    }
    url.#parts = parts;
    if (url.#params && (name === "href" || name === "search")) {
      searchParamsReset(url.#params, parts[SEARCH]);
    }
  }
  static setQuery(url, text) {
    url.#parts = hostCall(OP_URL_SET, url.#parts[HREF], "search", text);
  }
  get searchParams() {
    this.#params ??= searchParamsOf(this, this.#parts[SEARCH]);
    return this.#params;
  }
  toString() {
    return this.#parts[HREF];
  }
  toJSON() {
    return this.#parts[HREF];
  }
}

const { part: urlPart, setPart: urlSetPart, setQuery: urlSetQuery } = URL;
delete URL.part;
delete URL.setPart;
delete URL.setQuery;

function defineUrlPart(name, index, writable) {
  defineProperty(URL.prototype, name, {
    __proto__: null,
    get() {
      return urlPart(this, index);
    },
    set: writable
      ? function (value) {
          urlSetPart(this, name, value);
        }
      : undefined,
    enumerable: true,
    configurable: true,
  });
}
defineUrlPart("href", HREF, true);
defineUrlPart("origin", ORIGIN, false);
defineUrlPart("protocol", PROTOCOL, true);
defineUrlPart("username", USERNAME, true);
defineUrlPart("password", PASSWORD, true);
defineUrlPart("host", HOST, true);
defineUrlPart("hostname", HOSTNAME, true);
defineUrlPart("port", PORT, true);
defineUrlPart("pathname", PATHNAME, true);
defineUrlPart("search", SEARCH, true);
defineUrlPart("hash", HASH, true);
tag(URL.prototype, "URL");

class URLSearchParams {
  #flat = []; // name, value, name, value …
  #url; // the URL whose query this is, if any

  constructor(init = "") {
    if (init === null) init = "null";
    if (typeof init === "object" || typeof init === "function") {
      this.#flat = flatParams(init);
    } else {
      this.#flat = parseParams(`${init}`);
    }
  }
  static is(value) {
    return typeof value === "object" && value !== null && #flat in value;
  }
  static of(url, search) {
    const params = new URLSearchParams(search);
    params.#url = url;
    return params;
  }
  static reset(params, search) {
    params.#flat = parseParams(search);
  }
  static flat(params) {
    return params.#flat;
  }
  static text(params) {
    return params.#text();
  }
  get size() {
    return this.#flat.length / 2;
  }
  append(name, value) {
    this.#add(`${name}`, `${value}`);
    this.#changed();
  }
  delete(name, value) {
    this.#keep((n, v) => n !== `${name}` || (value !== undefined && v !== `${value}`));
    this.#changed();
  }
  get(name) {
    const at = this.#find(`${name}`, 0);
    return at < 0 ? null : this.#flat[at + 1];
  }
  getAll(name) {
    const values = [];
    for (let at = this.#find(`${name}`, 0); at >= 0; at = this.#find(`${name}`, at + 2)) {
      append(values, this.#flat[at + 1]);
    }
    return values;
  }
  has(name, value) {
    for (let at = this.#find(`${name}`, 0); at >= 0; at = this.#find(`${name}`, at + 2)) {
      if (value === undefined || this.#flat[at + 1] === `${value}`) return true;
    }
    return false;
  }
  set(name, value) {
    const at = this.#find(`${name}`, 0);
    if (at < 0) {
      this.#add(`${name}`, `${value}`);
    } else {
      this.#flat[at + 1] = StringToWellFormed(`${value}`);
      let i = 0;
      this.#keep((n) => i++ * 2 <= at || n !== `${name}`);
    }
    this.#changed();
  }
  sort() {
    const pairs = this.#pairs();
    ArraySort(pairs, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#flat = [];
    for (let i = 0; i < pairs.length; i++) this.#add(pairs[i][0], pairs[i][1]);
    this.#changed();
  }
  forEach(callback, self) {
    for (let i = 0; i < this.#flat.length; i += 2) {
      apply(callback, self, [this.#flat[i + 1], this.#flat[i], this]);
    }
  }
  entries() {
    return ArrayValues(this.#pairs());
  }
  keys() {
    return ArrayValues(column(this.#pairs(), 0));
  }
  values() {
    return ArrayValues(column(this.#pairs(), 1));
  }
  toString() {
    return this.#text();
  }
  #text() {
    let text = "";
    for (let i = 0; i < this.#flat.length; i += 2) {
      if (i > 0) text += "&";
      text += `${formEncode(this.#flat[i])}=${formEncode(this.#flat[i + 1])}`;
    }
    return text;
  }
  #pairs() {
    const pairs = [];
    for (let i = 0; i < this.#flat.length; i += 2) {
      append(pairs, [this.#flat[i], this.#flat[i + 1]]);
    }
    return pairs;
  }
  #find(name, from) {
    for (let i = from; i < this.#flat.length; i += 2) {
      if (this.#flat[i] === name) return i;
    }
    return -1;
  }
  #add(name, value) {
    append(this.#flat, StringToWellFormed(name));
    append(this.#flat, StringToWellFormed(value));
  }
  #keep(wanted) {
    const kept = [];
    for (let i = 0; i < this.#flat.length; i += 2) {
      if (!wanted(this.#flat[i], this.#flat[i + 1])) continue;
      append(kept, this.#flat[i]);
      append(kept, this.#flat[i + 1]);
    }
    this.#flat = kept;
  }
  #changed() {
    if (this.#url) urlSetQuery(this.#url, this.#text());
  }
}
define(URLSearchParams.prototype, {
  [SymbolIterator]: URLSearchParams.prototype.entries,
});
tag(URLSearchParams.prototype, "URLSearchParams");

const {
  is: isSearchParams,
  of: searchParamsOf,
  reset: searchParamsReset,
  flat: searchParamsFlat,
  text: searchParamsText,
} = URLSearchParams;
delete URLSearchParams.is;
delete URLSearchParams.of;
delete URLSearchParams.reset;
delete URLSearchParams.flat;
delete URLSearchParams.text;

function flatParams(init) {
  if (isSearchParams(init)) return copyList(searchParamsFlat(init));
  const flat = [];
  const iterate = init[SymbolIterator];
  if (iterate === undefined || iterate === null) {
    const names = ObjectKeys(init);
    for (let i = 0; i < names.length; i++) {
      append(flat, StringToWellFormed(names[i]));
      append(flat, StringToWellFormed(`${init[names[i]]}`));
    }
    return flat;
  }
  const iterator = apply(iterate, init, []);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    const pair = step.value;
    if (typeof pair !== "object" || pair === null || pair.length !== 2) {
      throw new TypeError("URLSearchParams: every entry must be a [name, value] pair");
    }
    append(flat, StringToWellFormed(`${pair[0]}`));
    append(flat, StringToWellFormed(`${pair[1]}`));
  }
  return flat;
}

function parseParams(text) {
  const flat = [];
  let at = text[0] === "?" ? 1 : 0;
  while (at < text.length) {
    let end = StringIndexOf(text, "&", at);
    if (end < 0) end = text.length;
    const part = StringSlice(text, at, end);
    if (part !== "") {
      const equals = StringIndexOf(part, "=");
      append(flat, formDecode(equals < 0 ? part : StringSlice(part, 0, equals)));
      append(flat, equals < 0 ? "" : formDecode(StringSlice(part, equals + 1)));
    }
    at = end + 1;
  }
  return flat;
}

function hexValue(code) {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function formDecode(text) {
  const bytes = encodeUtf8(text);
  const size = TypedArrayLength(bytes);
  const out = new Uint8Array(size);
  let length = 0;
  for (let i = 0; i < size; i++) {
    let byte = bytes[i] === 43 ? 32 : bytes[i];
    if (byte === 37 && i + 2 < size) {
      const high = hexValue(bytes[i + 1]);
      const low = hexValue(bytes[i + 2]);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        i += 2;
      }
    }
    out[length++] = byte;
  }
  return utf8Decode(copyBytes(out, 0, length), false);
}

function isFormSafe(byte) {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    byte === 42 ||
    byte === 45 ||
    byte === 46 ||
    byte === 95
  );
}

function formEncode(text) {
  const bytes = encodeUtf8(text);
  const size = TypedArrayLength(bytes);
  let out = "";
  for (let i = 0; i < size; i++) {
    const byte = bytes[i];
    if (isFormSafe(byte)) out += StringFromCharCode(byte);
    else if (byte === 32) out += "+";
    else {
      out += `%${StringToUpperCase(HEX_DIGITS[byte >> 4] + HEX_DIGITS[byte & 15])}`;
    }
  }
  return out;
}

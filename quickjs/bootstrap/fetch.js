// fetch: synchronous. The host checks the request and does the work; what it
// reads is copied here once.

const MAX_HEADERS = 100;

// Headers are kept as a flat list, name, value, name, value, names in lower case.
class Headers {
  #flat;

  constructor(init) {
    this.#flat = init === undefined || init === null ? [] : flatHeaders(init);
  }
  static flat(headers) {
    return headers.#flat;
  }
  static isHeaders(value) {
    return typeof value === "object" && value !== null && #flat in value;
  }
  static fromFlat(flat) {
    const headers = new Headers();
    headers.#flat = flat;
    return headers;
  }
  get(name) {
    const lower = StringToLowerCase(`${name}`);
    const values = [];
    for (let i = 0; i < this.#flat.length; i += 2) {
      if (this.#flat[i] === lower) append(values, this.#flat[i + 1]);
    }
    return values.length === 0 ? null : ArrayJoin(values, ", ");
  }
  has(name) {
    return this.get(name) !== null;
  }
  getSetCookie() {
    const values = [];
    for (let i = 0; i < this.#flat.length; i += 2) {
      if (this.#flat[i] === "set-cookie") append(values, this.#flat[i + 1]);
    }
    return values;
  }
  forEach(callback, self) {
    const pairs = this.#combined();
    for (let i = 0; i < pairs.length; i++) {
      apply(callback, self, [pairs[i][1], pairs[i][0], this]);
    }
  }
  entries() {
    return ArrayValues(this.#combined());
  }
  keys() {
    return ArrayValues(column(this.#combined(), 0));
  }
  values() {
    return ArrayValues(column(this.#combined(), 1));
  }
  #combined() {
    const names = [];
    for (let i = 0; i < this.#flat.length; i += 2) {
      if (!contains(names, this.#flat[i])) append(names, this.#flat[i]);
    }
    ArraySort(names);
    const pairs = [];
    for (let i = 0; i < names.length; i++) {
      append(pairs, [names[i], this.get(names[i])]);
    }
    return pairs;
  }
}
define(Headers.prototype, { [SymbolIterator]: Headers.prototype.entries });
tag(Headers.prototype, "Headers");

// The helpers of the class are ours alone.
const { flat: headersFlat, isHeaders, fromFlat: headersFromFlat } = Headers;
delete Headers.flat;
delete Headers.isHeaders;
delete Headers.fromFlat;

function contains(list, item) {
  for (let i = 0; i < list.length; i++) if (list[i] === item) return true;
  return false;
}

function copyList(list) {
  const copy = [];
  for (let i = 0; i < list.length; i++) append(copy, list[i]);
  return copy;
}

function column(pairs, index) {
  const list = [];
  for (let i = 0; i < pairs.length; i++) append(list, pairs[i][index]);
  return list;
}

function flatHeaders(init) {
  if (isHeaders(init)) return copyList(headersFlat(init));
  if (typeof init !== "object") {
    throw invalid("headers must be an object or an array of pairs");
  }
  const flat = [];
  if (isArray(init)) {
    for (let i = 0; i < init.length; i++) {
      if (!isArray(init[i]) || init[i].length !== 2) {
        throw invalid("headers given as an array must hold [name, value] pairs");
      }
      addHeader(flat, init[i][0], init[i][1]);
    }
    return flat;
  }
  const names = ObjectKeys(init);
  for (let i = 0; i < names.length; i++) addHeader(flat, names[i], init[names[i]]);
  return flat;
}

function addHeader(flat, name, value) {
  append(flat, StringToLowerCase(`${name}`));
  append(flat, `${value}`);
}

function invalid(problem) {
  return makeError("TypeError", `fetch: ${problem}`, "EINVAL");
}

// requestBody returns the body as a string or bytes, null for none, and adds the
// Content-Type that its type stands for when the script gave none.
function requestBody(body, flat) {
  if (body === undefined || body === null) return null;
  if (typeof body === "string") {
    defaultContentType(flat, "text/plain;charset=UTF-8");
    return StringToWellFormed(body);
  }
  if (isSearchParams(body)) {
    defaultContentType(flat, "application/x-www-form-urlencoded;charset=UTF-8");
    return searchParamsText(body);
  }
  const bytes = toBytes(body);
  if (bytes === undefined) {
    throw invalid(
      "body must be a string, a Uint8Array, an ArrayBuffer or URLSearchParams; use JSON.stringify to send an object",
    );
  }
  return bytes;
}

function defaultContentType(flat, type) {
  for (let i = 0; i < flat.length; i += 2) {
    if (flat[i] === "content-type") return;
  }
  append(flat, "content-type");
  append(flat, type);
}

const REDIRECTS = { __proto__: null, follow: 1, manual: 1, error: 1 };

function fetch(url, options) {
  if (arguments.length === 0) throw invalid("the URL is missing");
  const { method, headers, body, redirect = "follow", timeout = 0 } =
    options ?? { __proto__: null };
  const flat =
    headers === undefined || headers === null ? [] : flatHeaders(headers);
  const content = requestBody(body, flat);
  if (flat.length > 2 * MAX_HEADERS) {
    throw invalid(`at most ${MAX_HEADERS} headers`);
  }
  if (!REDIRECTS[redirect]) {
    throw invalid('redirect must be "follow", "manual" or "error"');
  }
  if (typeof timeout !== "number" || !(timeout >= 0)) {
    throw invalid("timeout must be a number of milliseconds");
  }
  const args = [
    OP_FETCH,
    StringToWellFormed(`${url}`),
    method === undefined ? "GET" : StringToWellFormed(`${method}`),
    content,
    redirect,
    timeout,
  ];
  for (let i = 0; i < flat.length; i++) {
    append(args, StringToWellFormed(flat[i]));
  }
  return newResponse(apply(hostCall, undefined, args));
}

class Response {
  #status;
  #statusText;
  #url;
  #redirected;
  #headers;
  #bytes;
  #body;

  constructor(key, fields) {
    if (key !== responseKey) {
      throw new TypeError("Response: only fetch makes responses");
    }
    this.#status = fields[0];
    this.#statusText = fields[1];
    this.#url = fields[2];
    this.#redirected = fields[3];
    this.#headers = headersFromFlat(fields[4]);
    this.#bytes = fields[5];
  }
  get ok() {
    return this.#status >= 200 && this.#status < 300;
  }
  get status() {
    return this.#status;
  }
  get statusText() {
    return this.#statusText;
  }
  get url() {
    return this.#url;
  }
  get redirected() {
    return this.#redirected;
  }
  get headers() {
    return this.#headers;
  }
  // Vendor examples read resp.body.text() and resp.body.json().
  get body() {
    const response = this;
    this.#body ??= define({}, {
      text: () => responseText(response),
      json: () => responseJson(response),
    });
    return this.#body;
  }
  text() {
    return this.#text();
  }
  json() {
    return this.#json();
  }
  bytes() {
    return copyBytes(this.#bytes, 0, TypedArrayLength(this.#bytes));
  }
  arrayBuffer() {
    return TypedArrayBuffer(this.bytes());
  }
  static textOf(response) {
    return response.#text();
  }
  static jsonOf(response) {
    return response.#json();
  }
  #text() {
    const text = utf8Decode(this.#bytes, false);
    return text[0] === "\ufeff" ? StringSlice(text, 1) : text;
  }
  #json() {
    const text = this.#text();
    try {
      return JSONParse(text);
    } catch (error) {
      const start = inspect(StringSlice(text, 0, 60));
      throw new SyntaxError(
        `the response (${this.#status}) is no JSON: ${error.message}; it begins ${start}`,
      );
    }
  }
}
tag(Response.prototype, "Response");

const responseKey = {};
const { textOf: responseText, jsonOf: responseJson } = Response;
delete Response.textOf;
delete Response.jsonOf;

function newResponse(fields) {
  return new Response(responseKey, fields);
}

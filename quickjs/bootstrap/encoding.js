// TextEncoder and TextDecoder (Encoding Standard), for UTF-8 alone.

function encodeUtf8(text) {
  return utf8Encode(StringToWellFormed(text));
}

class TextEncoder {
  get encoding() {
    return "utf-8";
  }
  encode(text = "") {
    return encodeUtf8(`${text}`);
  }
  encodeInto(text, target) {
    const source = `${text}`;
    let read = 0;
    let written = 0;
    while (read < source.length) {
      const units = isSurrogatePair(source, read) ? 2 : 1;
      const bytes = encodeUtf8(StringSlice(source, read, read + units));
      const size = TypedArrayLength(bytes);
      if (written + size > TypedArrayLength(target)) break;
      TypedArraySet(target, bytes, written);
      written += size;
      read += units;
    }
    return { read, written };
  }
}

function isSurrogatePair(text, at) {
  const high = StringCharCodeAt(text, at);
  const low = StringCharCodeAt(text, at + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}

const UTF8_LABELS = {
  __proto__: null,
  "unicode-1-1-utf-8": true,
  unicode11utf8: true,
  unicode20utf8: true,
  utf8: true,
  "utf-8": true,
  "x-unicode20utf8": true,
};

class TextDecoder {
  #fatal;
  #ignoreBOM;
  #pending = new Uint8Array(0);
  #started = false;

  constructor(label = "utf-8", options = {}) {
    if (!UTF8_LABELS[StringToLowerCase(StringTrim(`${label}`))]) {
      throw new RangeError(
        `TextDecoder: the encoding "${label}" is not supported; only utf-8 is`,
      );
    }
    this.#fatal = !!options.fatal;
    this.#ignoreBOM = !!options.ignoreBOM;
  }
  get encoding() {
    return "utf-8";
  }
  get fatal() {
    return this.#fatal;
  }
  get ignoreBOM() {
    return this.#ignoreBOM;
  }
  decode(input, options = {}) {
    let bytes = this.#take(input);
    this.#pending = new Uint8Array(0);
    if (options.stream) {
      const length = TypedArrayLength(bytes);
      const complete = length - incompleteSuffix(bytes);
      this.#pending = copyBytes(bytes, complete, length);
      bytes = copyBytes(bytes, 0, complete);
    }
    let text = utf8Decode(bytes, this.#fatal);
    if (text === undefined) {
      throw new TypeError("TextDecoder: the bytes are not valid utf-8");
    }
    if (!this.#ignoreBOM && !this.#started && text[0] === "\ufeff") {
      text = StringSlice(text, 1);
    }
    this.#started = !!options.stream && (this.#started || TypedArrayLength(bytes) > 0);
    return text;
  }
  #take(input) {
    if (input === undefined) return this.#pending;
    const bytes = toBytes(input);
    if (bytes === undefined) {
      throw new TypeError(
        "TextDecoder.decode: the input must be an ArrayBuffer or a typed array",
      );
    }
    return TypedArrayLength(this.#pending) === 0 ? bytes : joinBytes(this.#pending, bytes);
  }
}

// incompleteSuffix returns how many bytes at the end begin a sequence that the
// next chunk may complete: 0 to 3.
function incompleteSuffix(bytes) {
  const end = TypedArrayLength(bytes);
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

function copyBytes(bytes, from, to) {
  const copy = new Uint8Array(to - from);
  for (let i = from; i < to; i++) copy[i - from] = bytes[i];
  return copy;
}

function joinBytes(first, second) {
  const at = TypedArrayLength(first);
  const joined = new Uint8Array(at + TypedArrayLength(second));
  TypedArraySet(joined, first, 0);
  TypedArraySet(joined, second, at);
  return joined;
}

tag(TextEncoder.prototype, "TextEncoder");
tag(TextDecoder.prototype, "TextDecoder");

// createHmac and createHash as Node has them, randomness from the run's seed.

// Byte strings that digest() returned in this run. One of them, used as a key or
// as data, means its bytes; any other string means its UTF-8. That is what makes
// a chain such as HMAC(HMAC(secret, date), region) come out right.
const digestStrings = new Set();

function cryptoBytes(value, what) {
  if (typeof value === "string") {
    return SetHas(digestStrings, value) ? latin1Bytes(value) : encodeUtf8(value);
  }
  const bytes = toBytes(value);
  if (bytes === undefined) {
    throw new TypeError(
      `${what} must be a string, a Uint8Array or an ArrayBuffer`,
    );
  }
  return bytes;
}

function latin1Bytes(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = StringCharCodeAt(text, i);
  return bytes;
}

function latin1String(bytes) {
  const length = TypedArrayLength(bytes);
  let text = "";
  for (let i = 0; i < length; i++) text += StringFromCharCode(bytes[i]);
  return text;
}

function encodeDigest(bytes, encoding) {
  switch (encoding) {
    case undefined:
    case "":
    case "binary":
    case "latin1": {
      const text = latin1String(bytes);
      SetAdd(digestStrings, text);
      return text;
    }
    case "hex":
      return hex(bytes);
    case "base64":
      return base64(bytes);
    case "base64url":
      return base64url(bytes);
    default:
      throw new TypeError(
        `digest: unknown encoding ${inspect(encoding)}; use "hex", "base64", "base64url", or nothing for a byte string`,
      );
  }
}

const HEX_DIGITS = "0123456789abcdef";

function hex(bytes) {
  const length = TypedArrayLength(bytes);
  let text = "";
  for (let i = 0; i < length; i++) {
    text += HEX_DIGITS[bytes[i] >> 4] + HEX_DIGITS[bytes[i] & 15];
  }
  return text;
}

const toBase64 = btoa;

function base64(bytes) {
  return toBase64(latin1String(bytes));
}

function base64url(bytes) {
  const text = base64(bytes);
  let out = "";
  for (let i = 0; i < text.length && text[i] !== "="; i++) {
    out += text[i] === "+" ? "-" : text[i] === "/" ? "_" : text[i];
  }
  return out;
}

const ALGORITHMS = { __proto__: null, sha256: 1, sha1: 1, md5: 1, sha512: 1 };

function algorithmName(name, what) {
  const lower = typeof name === "string" ? StringToLowerCase(name) : "";
  if (!ALGORITHMS[lower]) {
    throw new Error(
      `${what}: unknown algorithm ${inspect(name)}; use "sha256", "sha1", "md5" or "sha512"`,
    );
  }
  return lower;
}

// Digest gathers data until digest(); the host does the arithmetic in one call.
class Digest {
  #operation;
  #algorithm;
  #key;
  #data = new Uint8Array(64);
  #length = 0;
  #finished = false;

  constructor(operation, algorithm, key) {
    this.#operation = operation;
    this.#algorithm = algorithm;
    this.#key = key;
  }
  update(data) {
    this.#mustBeOpen("update");
    const bytes = cryptoBytes(data, "update: the data");
    const size = TypedArrayLength(bytes);
    this.#reserve(size);
    TypedArraySet(this.#data, bytes, this.#length);
    this.#length += size;
    return this;
  }
  digest(encoding) {
    this.#mustBeOpen("digest");
    this.#finished = true;
    const data = new Uint8Array(TypedArrayBuffer(this.#data), 0, this.#length);
    const bytes = hostCall(this.#operation, this.#algorithm, data, this.#key);
    this.#data = this.#key = undefined;
    return encodeDigest(bytes, encoding);
  }
  #mustBeOpen(method) {
    if (this.#finished) {
      throw new Error(`${method}: digest() was already called`);
    }
  }
  #reserve(more) {
    const needed = this.#length + more;
    const capacity = TypedArrayLength(this.#data);
    if (needed <= capacity) return;
    const larger = new Uint8Array(needed > 2 * capacity ? needed : 2 * capacity);
    TypedArraySet(larger, this.#data, 0);
    this.#data = larger;
  }
}

class Hmac extends Digest {}
class Hash extends Digest {}
tag(Hmac.prototype, "Hmac");
tag(Hash.prototype, "Hash");

const INTEGER_ARRAYS = {
  __proto__: null,
  Int8Array: 1,
  Uint8Array: 1,
  Uint8ClampedArray: 1,
  Int16Array: 1,
  Uint16Array: 1,
  Int32Array: 1,
  Uint32Array: 1,
  BigInt64Array: 1,
  BigUint64Array: 1,
};

const crypto = define({}, {
  createHmac(algorithm, key) {
    const name = algorithmName(algorithm, "createHmac");
    // The key is copied: the script may change its array before digest().
    const bytes = cryptoBytes(key, "createHmac: the key");
    return new Hmac(OP_HMAC, name, copyBytes(bytes, 0, TypedArrayLength(bytes)));
  },
  createHash(algorithm) {
    return new Hash(OP_DIGEST, algorithmName(algorithm, "createHash"));
  },
  timingSafeEqual(a, b) {
    const left = cryptoBytes(a, "timingSafeEqual: the first value");
    const right = cryptoBytes(b, "timingSafeEqual: the second value");
    const length = TypedArrayLength(left);
    if (length !== TypedArrayLength(right)) {
      throw new RangeError("timingSafeEqual: the values differ in length");
    }
    let difference = 0;
    for (let i = 0; i < length; i++) difference |= left[i] ^ right[i];
    return difference === 0;
  },
  randomUUID() {
    const bytes = hostCall(OP_RANDOM, 16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const text = hex(bytes);
    return ArrayJoin(
      [
        StringSlice(text, 0, 8),
        StringSlice(text, 8, 12),
        StringSlice(text, 12, 16),
        StringSlice(text, 16, 20),
        StringSlice(text, 20),
      ],
      "-",
    );
  },
  getRandomValues(array) {
    if (!isTypedArray(array) || !INTEGER_ARRAYS[TypedArrayName(array)]) {
      throw new TypeError("getRandomValues: the argument must be an integer typed array");
    }
    const bytes = toBytes(array);
    const length = TypedArrayLength(bytes);
    if (length > 65536) {
      throw new DOMException(
        "getRandomValues: at most 65536 bytes a call",
        "QuotaExceededError",
      );
    }
    TypedArraySet(bytes, hostCall(OP_RANDOM, length), 0);
    return array;
  },
});
tag(crypto, "Crypto");

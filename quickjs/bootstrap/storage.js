// require("storage"): the integration's key-value store.

function storageKey(key, method) {
  const name = String(key);
  if (name === "") {
    throw new TypeError(`storage.${method}: the key must not be empty`);
  }
  if (!StringIsWellFormed(name)) {
    throw new TypeError(
      `storage.${method}: the key ${inspect(name)} has a lone surrogate and cannot be stored`,
    );
  }
  return name;
}

function checkStorageValue(key, value) {
  const type = typeof value;
  if (type === "string" || type === "boolean") return;
  if (type === "number" && isFinite(value)) return;
  const kind = value === null ? "null" : type === "number" ? `${value}` : type;
  throw new TypeError(
    `storage.set(${inspect(key)}): a value must be a string, a finite number or a boolean, not ${kind}; use JSON.stringify to store anything else`,
  );
}

const storage = define({}, {
  get(key) {
    return hostCall(OP_STORAGE_GET, storageKey(key, "get"));
  },
  set(key, value) {
    const name = storageKey(key, "set");
    checkStorageValue(name, value);
    hostCall(OP_STORAGE_SET, name, value);
  },
  remove(key) {
    hostCall(OP_STORAGE_REMOVE, storageKey(key, "remove"));
  },
  clear() {
    hostCall(OP_STORAGE_CLEAR);
  },
  keys() {
    return hostCall(OP_STORAGE_KEYS);
  },
  has(key) {
    return hostCall(OP_STORAGE_HAS, storageKey(key, "has"));
  },
});
define(storage, {
  getItem: storage.get,
  setItem: storage.set,
  removeItem: storage.remove,
});
tag(storage, "Storage");

// The script API for the engines that bring none, on the functions host_log,
// host_get, host_set, host_hmac, host_fetch and host_input. It does what ours does
// as far as the benchmark goes, and no more: the peers are not charged for extras.
(function (global) {
  "use strict";
  const log = global.host_log;
  const get = global.host_get;
  const set = global.host_set;
  const hmac = global.host_hmac;
  const input = global.host_input;
  const send = global.host_fetch;

  function text(args) {
    const parts = [];
    for (let i = 0; i < args.length; i++) {
      parts.push(typeof args[i] === "string" ? args[i] : JSON.stringify(args[i]));
    }
    return parts.join(" ");
  }
  const write = (...args) => log(text(args));
  global.console = { log: write, info: write, debug: write, warn: write, error: write };

  // Inputs are parsed when they are first touched, as ours are.
  function lazy(name) {
    Object.defineProperty(global, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = JSON.parse(input(name));
        Object.defineProperty(global, name, { value, writable: true, enumerable: true });
        return value;
      },
    });
  }
  lazy("activity");
  lazy("project");
  global.variables = {};

  const storage = {
    get(key) {
      const found = get(String(key));
      return found === "" ? null : JSON.parse(found);
    },
    set(key, value) {
      set(String(key), JSON.stringify(value));
    },
  };
  global.crypto = {
    createHmac(algorithm, key) {
      let data = "";
      return {
        update(more) {
          data += more;
          return this;
        },
        digest: () => hmac(algorithm, key, data),
      };
    },
  };
  const modules = { storage, underscore: global._, crypto: global.crypto };
  global.require = (name) => {
    if (!modules[name]) throw new Error("there is no module " + name);
    return modules[name];
  };
  global.fetch = (url, options) => {
    const answer = JSON.parse(send(JSON.stringify({ url, ...options })));
    return {
      ok: answer.status < 300,
      status: answer.status,
      text: () => answer.body,
      json: () => JSON.parse(answer.body),
    };
  };
})(globalThis);

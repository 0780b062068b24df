// Errors: those that the host asks to throw, and the report of the one that
// ended the run.

const ERROR_CLASSES = {
  __proto__: null,
  Error,
  RangeError,
  SyntaxError,
  TypeError,
};

// makeError builds the error for a host function's failure. A name that is not a
// class of the language is set on a plain Error; a code goes to cause.code.
function makeError(name, message, code) {
  const known = ERROR_CLASSES[name];
  const options = code === "" ? undefined : { __proto__: null, cause: { code } };
  const error = new (known ?? Error)(message, options);
  if (known === undefined) {
    defineProperty(error, "name", {
      __proto__: null,
      value: name,
      writable: true,
      configurable: true,
    });
  }
  return error;
}

natives.setErrorMaker(makeError);

// Error.prepareStackTrace is not in the standard, and the engine would call a
// script's function of that name in the middle of ours. With its accessor gone a
// script may set the property, and nothing reads it.
delete Error.prepareStackTrace;

// textOf reads a property of an error without running the getters that a script
// may have put there.
function textOf(error, name) {
  const value = inheritedData(error, name);
  return typeof value === "string" ? value : undefined;
}

// describe tells of a thrown value: whether it is an error, its name, message
// and stack, and, of what is no error, how console.log would print it.
function describe(thrown) {
  if (isObject(thrown) && !isProxy(thrown)) {
    const kind = study(thrown).kind;
    if (kind === "DOMException") {
      const message = DOMExceptionMessage(thrown);
      return [true, DOMExceptionName(thrown), message, readStack(thrown)];
    }
    if (kind === "Error") {
      const message = textOf(thrown, "message") ?? "";
      return [true, textOf(thrown, "name") ?? "Error", message, readStack(thrown)];
    }
  }
  let text;
  try {
    text = typeof thrown === "string" ? thrown : inspect(thrown);
  } catch {
    text = "a value that cannot be printed";
  }
  return [false, "", text, ""];
}

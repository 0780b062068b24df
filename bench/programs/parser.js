// A tokenizer, a recursive descent parser, a constant folder and an interpreter of
// a small language, fed with a program that is itself made here.
(function () {
  const KEYWORDS = new Set(["let", "while", "if", "else", "print", "func", "return"]);

  function tokenize(text) {
    const tokens = [];
    let at = 0;
    const is = (low, high) => text[at] >= low && text[at] <= high;
    while (at < text.length) {
      const start = at;
      const c = text[at];
      if (c === " " || c === "\n") {
        at++;
      } else if (is("0", "9")) {
        while (at < text.length && is("0", "9")) at++;
        tokens.push({ kind: "number", value: Number(text.slice(start, at)) });
      } else if (is("a", "z")) {
        while (at < text.length && (is("a", "z") || is("0", "9"))) at++;
        const word = text.slice(start, at);
        tokens.push({ kind: KEYWORDS.has(word) ? word : "name", value: word });
      } else {
        const two = text.slice(at, at + 2);
        const symbol = two === "==" || two === "<=" || two === "!=" ? two : c;
        if (!"+-*/%<>=!(){};,".includes(symbol[0])) throw new SyntaxError("unexpected " + c);
        at += symbol.length;
        tokens.push({ kind: symbol, value: symbol });
      }
    }
    tokens.push({ kind: "end", value: "" });
    return tokens;
  }

  const PRECEDENCE = { "==": 1, "!=": 1, "<": 2, ">": 2, "<=": 2, "+": 3, "-": 3, "*": 4, "/": 4, "%": 4 };

  class Parser {
    constructor(tokens) {
      this.tokens = tokens;
      this.at = 0;
    }
    get kind() {
      return this.tokens[this.at].kind;
    }
    take(kind) {
      const token = this.tokens[this.at];
      if (token.kind !== kind) throw new SyntaxError(`expected ${kind}, found ${token.value}`);
      this.at++;
      return token.value;
    }
    accept(kind) {
      if (this.kind !== kind) return false;
      this.at++;
      return true;
    }
    program() {
      const body = [];
      while (this.kind !== "end") body.push(this.statement());
      return { type: "block", body };
    }
    block() {
      const body = [];
      this.take("{");
      while (!this.accept("}")) body.push(this.statement());
      return { type: "block", body };
    }
    statement() {
      switch (this.kind) {
        case "{":
          return this.block();
        case "while":
          this.at++;
          return { type: "while", test: this.grouped(), body: this.block() };
        case "if": {
          this.at++;
          const node = { type: "if", test: this.grouped(), then: this.block(), other: null };
          if (this.accept("else")) node.other = this.block();
          return node;
        }
        case "func":
          return this.function();
        case "let":
          this.at++;
          return this.assignment("let");
        case "print":
        case "return": {
          const type = this.take(this.kind);
          return this.ended({ type, value: this.expression(0) });
        }
        default:
          return this.tokens[this.at + 1].kind === "="
            ? this.assignment("set")
            : this.ended({ type: "expression", value: this.expression(0) });
      }
    }
    function() {
      this.take("func");
      const name = this.take("name");
      const parameters = [];
      this.take("(");
      while (!this.accept(")")) {
        parameters.push(this.take("name"));
        this.accept(",");
      }
      return { type: "func", name, parameters, body: this.block() };
    }
    assignment(type) {
      const name = this.take("name");
      this.take("=");
      return this.ended({ type, name, value: this.expression(0) });
    }
    ended(node) {
      this.take(";");
      return node;
    }
    grouped() {
      this.take("(");
      const node = this.expression(0);
      this.take(")");
      return node;
    }
    expression(minimum) {
      let left = this.primary();
      for (let p = PRECEDENCE[this.kind]; p > minimum; p = PRECEDENCE[this.kind]) {
        const operator = this.take(this.kind);
        left = { type: "binary", operator, left, right: this.expression(p) };
      }
      return left;
    }
    primary() {
      if (this.kind === "number") return { type: "number", value: this.take("number") };
      if (this.kind === "(") return this.grouped();
      if (this.accept("-")) {
        return { type: "binary", operator: "-", left: { type: "number", value: 0 }, right: this.primary() };
      }
      const name = this.take("name");
      if (!this.accept("(")) return { type: "name", name };
      const args = [];
      while (!this.accept(")")) {
        args.push(this.expression(0));
        this.accept(",");
      }
      return { type: "call", name, args };
    }
  }

  const OPERATIONS = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => Math.trunc(a / b),
    "%": (a, b) => a % b,
    "<": (a, b) => (a < b ? 1 : 0),
    ">": (a, b) => (a > b ? 1 : 0),
    "<=": (a, b) => (a <= b ? 1 : 0),
    "==": (a, b) => (a === b ? 1 : 0),
    "!=": (a, b) => (a !== b ? 1 : 0),
  };

  function fold(node) {
    if (node === null || typeof node !== "object") return node;
    if (Array.isArray(node)) return node.map(fold);
    const copy = {};
    for (const key of Object.keys(node)) copy[key] = fold(node[key]);
    if (copy.type === "binary" && copy.left.type === "number" && copy.right.type === "number") {
      return { type: "number", value: OPERATIONS[copy.operator](copy.left.value, copy.right.value) };
    }
    return copy;
  }

  class Interpreter {
    constructor() {
      this.functions = {};
      this.output = [];
    }
    run(node, scope) {
      switch (node.type) {
        case "block":
          for (const one of node.body) {
            const result = this.run(one, scope);
            if (result !== undefined) return result;
          }
          return undefined;
        case "while":
          while (this.value(node.test, scope)) {
            const result = this.run(node.body, scope);
            if (result !== undefined) return result;
          }
          return undefined;
        case "if": {
          const branch = this.value(node.test, scope) ? node.then : node.other;
          return branch === null ? undefined : this.run(branch, scope);
        }
        case "func":
          this.functions[node.name] = node;
          return undefined;
        case "let":
        case "set":
          scope.set(node.name, this.value(node.value, scope));
          return undefined;
        case "print":
          this.output.push(this.value(node.value, scope));
          return undefined;
        case "return":
          return this.value(node.value, scope);
        default:
          this.value(node.value, scope);
          return undefined;
      }
    }
    value(node, scope) {
      switch (node.type) {
        case "number":
          return node.value;
        case "name":
          if (!scope.has(node.name)) throw new ReferenceError(node.name);
          return scope.get(node.name);
        case "binary":
          return OPERATIONS[node.operator](this.value(node.left, scope), this.value(node.right, scope));
        default: {
          const called = this.functions[node.name];
          const inner = new Map();
          called.parameters.forEach((name, i) => inner.set(name, this.value(node.args[i], scope)));
          return this.run(called.body, inner) ?? 0;
        }
      }
    }
  }

  function source(functions) {
    let text = "";
    for (let i = 0; i < functions; i++) {
      text += `func gcd${i}(a, b) { while (b != 0) { let c = a % b; a = b; b = c; } return a + ${i} * (2 + 3); }\n`;
      text += `func fact${i}(n) { if (n <= 1) { return 1; } else { return n * fact${i}(n - 1) % 9973; } }\n`;
      text += `let sum = 0; let k = 1; while (k < 12) { sum = sum + gcd${i}(k * 12, 18 + ${i}) - fact${i}(k); k = k + 1; }\n`;
      text += `print sum * (4 - 3) + -${i} / 2;\n`;
    }
    return text;
  }

  const program = fold(new Parser(tokenize(source(30))).program());
  const interpreter = new Interpreter();
  interpreter.run(program, new Map());
  report(String(interpreter.output.reduce((h, n) => (((h * 31 + n) % 1000003) + 1000003) % 1000003, 7) + "," + interpreter.output.length));
})();

// A call with 65,536 arguments and more.
// expect: ok
// prints: (RangeError|ok)\n(RangeError|ok)\n(RangeError|InternalError|SyntaxError|ok)

function f() { return arguments.length; }
for (const g of [() => f.apply(null, Array(1e6).fill(1)), () => f(...Array(2e5).fill(1)), () => new Function(Array(70000).fill(0).map((_, i) => "a" + i).join(), "")()]) {
  try { g(); console.log("ok"); } catch (e) { console.log(e.name); }
}

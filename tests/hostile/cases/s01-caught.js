// A recursion that is caught, and goes on.
// expect: ok
// prints: RangeError true

let e;
function f() { f(); }
try { f(); } catch (x) { e = x; }
console.log(e.name, e instanceof RangeError);

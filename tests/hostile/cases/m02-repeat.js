// Strings of the longest length there is.
// expect: ok
// prints: (out of memory|invalid string length|invalid repeat count|string too long)(\n(out of memory|invalid string length|invalid repeat count|string too long))*

for (const f of [() => "x".repeat(2 ** 29), () => "x".padEnd(2 ** 30 - 1), () => "x".repeat(2 ** 53)]) {
  try { f(); } catch (e) { console.log(e.message); }
}

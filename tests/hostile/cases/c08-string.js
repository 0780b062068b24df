// Endless work on strings.
// expect: cpu_limit

const s = "ab".repeat(1e5);
for (;;) { s.replaceAll("a", "b").indexOf("c"); s.split("b").join("x").toUpperCase().localeCompare(s); }

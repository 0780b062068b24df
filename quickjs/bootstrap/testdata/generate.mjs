// Recomputes what the tests of console.log expect, from Node:
//
//	node generate.mjs
//
// Written with Node 20; another version may print some values differently.
//
//   inspect.json    "expr" is an expression, "want" what console.log(expr) prints
//   format.json     "args" is an array expression, "want" what console.log prints
//                   of its elements
//   pollution.json  the same, either "expr" or "args", whose value is made before
//                   the statements in "break" run, and printed after them. Node
//                   does not run "break": it must not make a difference.
//
// An entry with a "note" is one where the console differs from Node on purpose,
// and the note says why. Its "want" is written by hand and stays as it is.
//
// To add a case, add an object with "expr" or "args" to the file and run this.
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "node:util";

// In the global scope, where the cases see none of this file's names.
const evaluate = (expression) => (0, eval)(`(${expression})`);

function wanted(entry) {
  if (entry.note !== undefined) return entry.want;
  const args = entry.args ?? `[${entry.expr}]`;
  return format(...evaluate(args));
}

for (const name of ["inspect", "format", "pollution"]) {
  const file = new URL(`${name}.json`, import.meta.url);
  const entries = JSON.parse(readFileSync(file, "utf8"));
  for (const entry of entries) {
    entry.want = wanted(entry);
    if (entry.note !== undefined) {
      // Keep the note last.
      const { note } = entry;
      delete entry.note;
      entry.note = note;
    }
  }
  const lines = entries.map((entry) => `  ${JSON.stringify(entry)}`);
  writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
}

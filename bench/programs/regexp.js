// Regular expressions: matching, groups, replacement by functions, splitting.
function source() {
  const lines = [];
  for (let i = 0; i < 700; i++) {
    lines.push(
      `10.0.${i % 256}.${(i * 7) % 256} - user${i % 13} [2026-03-${String((i % 28) + 1).padStart(2, "0")}T09:15:00Z] ` +
        `"GET /shop/item-${i}/view?color=red&size=${i % 9} HTTP/1.1" ${i % 11 === 0 ? 404 : 200} ${i * 37}`,
    );
  }
  return lines;
}

const LINE = /^(\d+\.\d+\.\d+\.\d+) - (\w+) \[([^\]]+)\] "(GET|POST) ([^ ?]+)(?:\?(\S*))? HTTP\/1\.[01]" (\d{3}) (\d+)$/;
const lines = source();
let bytes = 0;
let missing = 0;
let colors = 0;
for (const line of lines) {
  const match = LINE.exec(line);
  bytes += Number(match[8]);
  if (match[7] === "404") missing++;
  for (const pair of match[6].matchAll(/([a-z]+)=([a-z0-9]+)/g)) if (pair[2] === "red") colors++;
}
const text = lines.join("\n");
const dates = text.replace(/(\d{4})-(\d\d)-(\d\d)/g, (_, y, m, d) => `${d}.${m}.${y}`);
const words = text.split(/[\s"?&=\/\[\]]+/).length;
const slugs = text.replace(/item-(?<n>\d+)/g, "<$<n>>").length;
const vowels = text.match(/[aeiou]/gi).length;
const emails = "ada@example.test, bob.b@mail.example.org; nobody@ ".repeat(300).match(/[\w.]+@[\w-]+(?:\.[\w-]+)+/g).length;
report(String([bytes, missing, colors, dates.length, words, slugs, vowels, emails].join(",")));

// Text built, searched, split, padded and read character by character.
function hash(text) {
  let h = 7;
  for (let i = 0; i < text.length; i++) h = (h * 31 + text.charCodeAt(i)) % 1000003;
  return h;
}

function build(lines) {
  let text = "";
  for (let i = 0; i < lines; i++) {
    text += `line ${i}: ${"ab".repeat(i % 5)} ${String(i * 37).padStart(8, "0")}\n`;
  }
  return text;
}

function words(text) {
  const seen = {};
  for (const line of text.split("\n")) {
    for (const word of line.trim().split(" ")) {
      const key = word.toUpperCase().slice(0, 4);
      seen[key] = (seen[key] || 0) + 1;
    }
  }
  return Object.keys(seen).length;
}

function search(text) {
  let found = 0;
  for (let at = text.indexOf("abab"); at >= 0; at = text.indexOf("abab", at + 1)) found++;
  return found + (text.includes("line 77:") ? 1 : 0) + text.lastIndexOf("line");
}

function caesar(text) {
  let out = "";
  for (const c of text) {
    out += c >= "a" && c <= "z" ? String.fromCharCode(((c.charCodeAt(0) - 84) % 26) + 97) : c;
  }
  return out;
}

const text = build(3500);
const german = "Grüße aus Wien – 日本語 ".repeat(600);
report(
  [
    text.length,
    hash(text),
    words(text),
    search(text),
    hash(caesar(text.slice(0, 40000))),
    hash(german.split("").reverse().join("")),
    hash(text.replaceAll("line", "row")),
  ].join(","),
);

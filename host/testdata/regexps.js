// Patterns at random, each written twice: as it is, and with every character and the
// beginning hidden in a group with an alternative that never matches, so that the
// engine finds neither runs of single characters nor a character to search for. Both
// must find the same. Strings are also split by both ways there are. FIRST, COUNT: the
// seed and how many patterns are tried.

const CHARACTERS = ["a", "b", "K", "é", "Ā", "\\n", "\\u017f"];
const CLASSES = ["[ab]", "[^a]", "[^b\\n]", "\\w", "\\W", "\\d", "\\s", "\\S", ".", "[a-cx-z]", "[\\w-]", "[^\\s,]", "[āĀ-Ă]", "[^]",
  "[acegikmoqsuwy]", "[^acegikmoqsuwy0-9 ]", "[\\u{1F600}-\\u{1F64F}]", "[^\\u{1F600}]"];
const QUANTIFIERS = ["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,2}", "*?", "+?", "??", "{1,}?"];

// Each function returns the pattern and the same with what is hidden.
let captures;
function atom(depth) {
  const n = random(depth > 0 ? 16 : 10);
  if (n < 10) {
    const one = n < 4 ? pick(CHARACTERS) : pick(CLASSES);
    return [one, `(?:${one}|(?!))`];
  }
  const [plain, hidden] = alternatives(depth - 1);
  switch (n) {
    case 10: case 11: captures++; return [`(${plain})`, `(${hidden})`];
    case 12: return [`(?:${plain})`, `(?:${hidden})`];
    case 13: { const [open] = [pick(["(?=", "(?!"])]; return [`${open}${plain})`, `${open}${hidden})`, true]; }
    case 14: { const [open] = [pick(["(?<=", "(?<!"])]; return [`${open}${plain})`, `${open}${hidden})`, true]; }
  }
  const text = pick(["^", "$", "\\b", "\\B", captures > 0 ? `\\${random(captures) + 1}` : "a"]);
  return [text, text, true];
}
function term(depth) {
  const [plain, hidden, bare] = atom(depth);
  if (bare || random(5) < 2) return [plain, hidden];
  const quantifier = pick(QUANTIFIERS);
  return [plain + quantifier, hidden + quantifier];
}
function sequence(depth) {
  let plain = "", hidden = "";
  for (let n = 1 + random(4); n > 0; n--) {
    const [p, h] = term(depth);
    plain += p;
    hidden += h;
  }
  return [plain, hidden];
}
function alternatives(depth) {
  const [plain, hidden] = sequence(depth);
  if (random(5)) return [plain, hidden];
  const [p, h] = sequence(depth);
  return [`${plain}|${p}`, `${hidden}|${h}`];
}

const PIECES = ["a", "b", "aa", "ab", "K", "k", "é", "x", "-", ",", " ", "\n", "0", "12"];
const WIDE = ["Ā", "ā", "\u212a", "\u017f", "😀", "\ud83d", "\ude00", "\uffff"];
function subject() {
  let s = "";
  const wide = random(2);
  for (let n = random(11); n > 0; n--) s += wide && random(3) === 0 ? pick(WIDE) : pick(PIECES);
  return s;
}

// A subclass with an exec of its own is tried at every character of what it splits, as
// the standard has it; others search.
class Stepwise extends RegExp {
  exec(text) { return super.exec(text); }
}

function found(regexp, text) {
  const all = [];
  if (regexp.global) {
    for (const m of text.matchAll(regexp)) all.push([m.index, ...m]);
    all.push(text.replace(regexp, "<$&>"));
  } else {
    regexp.lastIndex = text.length >> 2;
    const m = regexp.exec(text);
    all.push(m && [m.index, ...m], regexp.lastIndex);
  }
  return JSON.stringify(all);
}

let matched = 0, refused = 0;
for (let n = 0; n < COUNT; n++) {
  captures = 0;
  const [plain, hidden] = alternatives(2);
  const flags = pick(["", "g"]) + pick(["", "", "i"]) + pick(["", "", "m"]) + pick(["", "", "s"]) + pick(["", "", "u", "v"]) + pick(["", "", "", "y"]);
  let regexp, other;
  try {
    regexp = new RegExp(plain, flags);
    other = new RegExp(`(?:|(?!))(?:${hidden})`, flags);
  } catch (e) {
    if (!(e instanceof SyntaxError)) throw e;
    refused++;
    continue;
  }
  for (let k = 0; k < 6; k++) {
    const text = subject();
    const got = found(regexp, text), want = found(other, text);
    if (got !== want) throw new Error(`/${plain}/${flags} on ${JSON.stringify(text)} finds ${got}, /${hidden}/ finds ${want}`);
    const limit = pick([undefined, undefined, 0, 1, 3]);
    const parts = JSON.stringify(text.split(regexp, limit)), steps = JSON.stringify(text.split(new Stepwise(plain, flags), limit));
    if (parts !== steps) throw new Error(`${JSON.stringify(text)} is split by /${plain}/${flags} at ${limit} into ${parts}, step by step into ${steps}`);
    if (got[1] !== "n" && got.length > 10) matched++;
  }
}

const exec = RegExp.prototype.exec;
let tries = 0;
RegExp.prototype.exec = function (text) { tries++; return exec.call(this, text); };
if ("abc".split(/b/).join() !== "a,c" || tries !== 3) throw new Error(`an exec of the script's own was called ${tries} times, want 3`);

console.log(`${matched} ${refused}`);

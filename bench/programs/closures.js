// Functions that are made, kept and called: counters, composition, currying.
function counter(start) {
  let value = start;
  return {
    next: () => (value = (value * 5 + 1) % 65537),
    add: (n) => {
      value += n;
      return value;
    },
  };
}

const compose = (...functions) => (x) => functions.reduce((y, f) => f(y), x);
const curry = (f) => (a) => (b) => (c) => f(a, b, c);

function run() {
  let sum = 0;
  const made = [];
  for (let i = 0; i < 20000; i++) made.push((x) => (x + i) & 0xffff);
  for (let turn = 0; turn < 4; turn++) {
    for (const f of made) sum = (sum + f(turn)) % 1000003;
  }
  for (let i = 0; i < 3000; i++) {
    const c = counter(i);
    for (let turn = 0; turn < 10; turn++) sum = (sum + c.next()) % 1000003;
    sum = (sum + c.add(3)) % 1000003;
  }
  const pipeline = compose((x) => x + 1, (x) => x * 3, (x) => x % 9973);
  const volume = curry((a, b, c) => (a * b * c) % 9973);
  for (let i = 0; i < 15000; i++) {
    sum = (sum + pipeline(i) + volume(i)(i + 1)(i + 2)) % 1000003;
  }
  return sum;
}

report(String(run()));

// Generators, iterators, promises and async functions.
function* naturals(limit) {
  for (let i = 0; i < limit; i++) yield i;
}

function* chained(limit) {
  yield* naturals(limit);
  yield* naturals(limit / 2);
}

class Range {
  constructor(from, to) {
    this.from = from;
    this.to = to;
  }
  [Symbol.iterator]() {
    let at = this.from;
    const to = this.to;
    return { next: () => (at < to ? { value: at++, done: false } : { value: undefined, done: true }) };
  }
}

async function later(n) {
  await null;
  return n * 2;
}

async function main() {
  let sum = 0;
  for (const n of chained(30000)) sum = (sum + n) % 1000003;
  for (const n of new Range(0, 30000)) sum = (sum + n) % 1000003;
  for (let i = 0; i < 3000; i++) sum = (sum + (await later(i))) % 1000003;
  const all = await Promise.all(Array.from({ length: 1500 }, (_, i) => later(i)));
  return sum + all.length + all[1499];
}

main().then((sum) => report(String(sum)));

// Arrays: map, filter, reduce, slice, splice, spread, flat, two dimensions.
function pipeline(size) {
  const list = Array.from({ length: size }, (_, i) => i);
  let sum = 0;
  for (let turn = 0; turn < 6; turn++) {
    sum += list
      .filter((n) => n & 1)
      .map((n) => n * turn)
      .reduce((a, b) => (a + b) % 1000003, 0);
  }
  return sum;
}

function queue(turns) {
  const waiting = [];
  let check = 0;
  for (let i = 0; i < turns; i++) {
    waiting.push(i, i + 1);
    check = (check + waiting.shift()) % 1000003;
    if (waiting.length > 60) waiting.splice(10, 40);
  }
  return check;
}

function grid(size) {
  const cells = Array.from({ length: size }, () => new Array(size).fill(0));
  for (let turn = 0; turn < 3; turn++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const up = y > 0 ? cells[y - 1][x] : 1;
        const left = x > 0 ? cells[y][x - 1] : 1;
        cells[y][x] = (up + left + turn) % 9973;
      }
    }
  }
  return cells.flat().reduce((a, b) => a + b, 0);
}

function destructured(turns) {
  let [a, b, c] = [1, 2, 3];
  for (let i = 0; i < turns; i++) {
    [a, b, c] = [b, c, (a + b) % 997];
    const [first, ...rest] = [a, b, c];
    c = (first + rest[0] + rest.concat([i]).indexOf(i)) % 997;
  }
  return a + b + c;
}

report(String([pipeline(7000), queue(20000), grid(70), destructured(8000)].join(",")));

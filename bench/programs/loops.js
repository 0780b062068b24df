// Integer and floating point arithmetic in loops, without calls.
function primes(limit) {
  let count = 0;
  for (let n = 2; n < limit; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) {
      if (n % d === 0) {
        prime = false;
        break;
      }
    }
    if (prime) count++;
  }
  return count;
}

function mandelbrot(size, depth) {
  let inside = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const a = (column / size) * 3 - 2;
      const b = (row / size) * 2 - 1;
      let x = 0;
      let y = 0;
      let turn = 0;
      while (turn < depth && x * x + y * y < 4) {
        const next = x * x - y * y + a;
        y = 2 * x * y + b;
        x = next;
        turn++;
      }
      if (turn === depth) inside++;
    }
  }
  return inside;
}

function mixed(turns) {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < turns; i++) {
    hash ^= i & 0xff;
    hash = (hash + (hash << 1) + (hash << 4) + (hash << 7)) | 0;
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

report(String([primes(14000), mandelbrot(80, 60), mixed(250000)].join(",")));

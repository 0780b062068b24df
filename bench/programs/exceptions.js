// Exceptions thrown, caught, rethrown and cleaned up after.
class Refusal extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

function check(n) {
  if (n % 5 === 0) throw new Refusal("a multiple of five", n % 7);
  if (n % 11 === 0) throw new RangeError("a multiple of eleven");
  return n;
}

function guarded(n) {
  let depth = 0;
  try {
    depth = 1;
    return check(n);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  } finally {
    depth++;
    cleaned += depth;
  }
}

let cleaned = 0;
function run(turns) {
  let sum = 0;
  for (let i = 1; i < turns; i++) {
    try {
      sum = (sum + guarded(i)) % 1000003;
    } catch (error) {
      sum = (sum + error.message.length) % 1000003;
    }
    switch (i % 4) {
      case 0:
        sum++;
        continue;
      case 1:
        sum += 2;
        break;
      default:
        sum += 3;
    }
  }
  return sum;
}

report(String(run(40000) + "," + cleaned));

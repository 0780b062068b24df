// BigInt: factorials, modular exponentiation, Fibonacci, conversion to text.
function factorial(n) {
  let product = 1n;
  for (let i = 2n; i <= n; i++) product *= i;
  return product;
}

function power(base, exponent, modulus) {
  let result = 1n;
  base %= modulus;
  while (exponent > 0n) {
    if (exponent & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
    exponent >>= 1n;
  }
  return result;
}

function fibonacci(n) {
  let [a, b] = [0n, 1n];
  for (let i = 0; i < n; i++) [a, b] = [b, a + b];
  return a;
}

const big = factorial(700n).toString();
const prime = (1n << 521n) - 1n;
let small = 0n;
for (let i = 0n; i < 40000n; i++) small = (small * 6364136223846793005n + i) & 0xffffffffffffffffn;
report(
  [
    big.length,
    big.slice(0, 12),
    power(3n, prime - 2n, prime) % 1000003n,
    fibonacci(5000) % 1000000007n,
    small,
    BigInt.asIntN(64, -small * 3n),
    BigInt(big) % 1000003n,
  ].join(","),
);

// Typed arrays: matrix product, a sieve, a checksum over bytes, DataView.
function product(n) {
  const a = new Float64Array(n * n);
  const b = new Float64Array(n * n);
  const c = new Float64Array(n * n);
  for (let i = 0; i < n * n; i++) {
    a[i] = i % 7;
    b[i] = i % 5;
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
  }
  return c.reduce((x, y) => x + y, 0);
}

function sieve(limit) {
  const composite = new Uint8Array(limit);
  let count = 0;
  for (let i = 2; i < limit; i++) {
    if (composite[i]) continue;
    count++;
    for (let j = i * i; j < limit; j += i) composite[j] = 1;
  }
  return count;
}

function crc32(bytes) {
  const table = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    table[n] = c;
  }
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

function view(records) {
  const data = new DataView(new ArrayBuffer(records * 12));
  for (let i = 0; i < records; i++) {
    data.setUint32(i * 12, i * 3, true);
    data.setFloat64(i * 12 + 4, i / 4);
  }
  let sum = 0;
  for (let i = 0; i < records; i++) sum += data.getUint32(i * 12, true) + data.getFloat64(i * 12 + 4);
  return sum;
}

const bytes = new Uint8Array(60000).map((_, i) => i * 31);
report(String([product(56), sieve(150000), crc32(bytes), view(6000), bytes.subarray(9, 999).indexOf(200)].join(",")));

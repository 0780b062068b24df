// Map, Set and WeakMap with keys of all kinds.
function counts(turns) {
  const map = new Map();
  for (let i = 0; i < turns; i++) {
    const key = (i * 7919) % 4001;
    map.set(key, (map.get(key) || 0) + 1);
  }
  let check = 0;
  for (const [key, count] of map) check = (check * 31 + key * count) % 1000003;
  return check;
}

function texts(turns) {
  const map = new Map();
  for (let i = 0; i < turns; i++) map.set("key:" + (i % 3000), i);
  for (let i = 0; i < turns; i += 3) map.delete("key:" + (i % 3000));
  return map.size;
}

function union(size) {
  const a = new Set();
  const b = new Set();
  for (let i = 0; i < size; i++) {
    a.add(i * 2);
    b.add(i * 3);
  }
  let both = 0;
  a.forEach((value) => {
    if (b.has(value)) both++;
  });
  return both + new Set([...a, ...b]).size;
}

function marks(size) {
  const owners = [];
  const ages = new WeakMap();
  for (let i = 0; i < size; i++) {
    const owner = { i };
    owners.push(owner);
    ages.set(owner, i % 90);
  }
  let sum = 0;
  for (const owner of owners) sum += ages.get(owner);
  return sum;
}

report(String([counts(14000), texts(30000), union(6000), marks(12000)].join(",")));

// Objects made, read, extended, copied and walked: lists, trees, dictionaries.
function tree(depth) {
  return depth === 0
    ? { left: null, right: null, weight: 1 }
    : { left: tree(depth - 1), right: tree(depth - 1), weight: depth };
}

function weight(node) {
  return node === null ? 0 : node.weight + weight(node.left) + weight(node.right);
}

function list(length) {
  let head = null;
  for (let i = 0; i < length; i++) head = { value: i, next: head };
  return head;
}

function sum(node) {
  let total = 0;
  for (; node !== null; node = node.next) total = (total + node.value) % 1000003;
  return total;
}

function dictionary(keys) {
  const counts = {};
  for (let i = 0; i < keys; i++) {
    const key = "key" + ((i * 7919) % 997);
    counts[key] = (counts[key] || 0) + i;
  }
  let check = 0;
  for (const key in counts) check = (check * 31 + counts[key] + key.length) % 1000003;
  for (const [key, value] of Object.entries(counts)) {
    check = (check + value * key.length) % 1000003;
    delete counts[key];
  }
  return check + Object.keys(counts).length;
}

function copies(count) {
  let record = { id: 0, name: "n", nested: { a: 1, b: 2 }, tags: ["x"] };
  for (let i = 0; i < count; i++) {
    const { nested, ...rest } = record;
    record = { ...rest, id: record.id + nested.a, nested: { ...nested, b: i } };
  }
  return record.id + record.nested.b;
}

report(String([weight(tree(13)), sum(list(60000)), dictionary(40000), copies(9000)].join(",")));

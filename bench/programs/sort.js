// Array.prototype.sort with functions and without, and a quicksort by hand.
function numbers(count) {
  const list = [];
  let seed = 42;
  for (let i = 0; i < count; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    list.push(seed % 100000);
  }
  return list;
}

function quicksort(list, low, high) {
  while (low < high) {
    const pivot = list[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (list[i] < pivot) i++;
      while (list[j] > pivot) j--;
      if (i <= j) {
        const swap = list[i];
        list[i++] = list[j];
        list[j--] = swap;
      }
    }
    if (j - low < high - i) {
      quicksort(list, low, j);
      low = i;
    } else {
      quicksort(list, i, high);
      high = j;
    }
  }
}

function digest(list, key) {
  let h = 0;
  for (let i = 0; i < list.length; i++) h = (h * 17 + key(list[i])) % 1000003;
  return h;
}

const ascending = numbers(12000).sort((a, b) => a - b);
const records = numbers(6000).map((n, i) => ({ key: n % 500, index: i }));
records.sort((a, b) => b.key - a.key);
const texts = numbers(6000).map((n) => "t" + n).sort();
const own = numbers(30000);
quicksort(own, 0, own.length - 1);
report(
  [
    digest(ascending, (n) => n),
    digest(records, (r) => r.key + r.index),
    digest(texts, (t) => t.charCodeAt(t.length - 1)),
    digest(own, (n) => n),
  ].join(","),
);

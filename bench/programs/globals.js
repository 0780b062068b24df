// What a script without functions does: variables of the top level.
var total = 0;
let steps = 0;
const LIMIT = 400000;

for (var number = 1; number < LIMIT; number++) {
  if (number % 3 === 0) {
    total = (total + number * 7) % 1000003;
  } else {
    total = (total ^ number) % 1000003;
  }
  steps++;
}

report(String(total + "," + steps));

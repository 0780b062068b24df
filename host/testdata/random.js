// What scripts draw from that try things at random. FIRST is the seed.

let state = FIRST * 2654435761 >>> 0 || 1;
function random(n) {
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return state % n;
}
const pick = (list) => list[random(list.length)];

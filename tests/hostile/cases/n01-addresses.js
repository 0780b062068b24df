// Addresses that are not public, by all spellings.
// expect: ok
// grant: fetch
// prints: 0 of 20

const urls = ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001", "0", "localhost", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00::1]"];
let reached = 0;
for (const u of urls) { try { fetch("http://" + u + "/"); reached++; } catch (e) { if (!(e instanceof TypeError)) throw e; } }
console.log(reached + " of " + urls.length);

// Schemes that are not the web's.
// expect: ok
// grant: fetch
// prints: 0

let reached = 0;
for (const u of ["file:///etc/passwd", "gopher://x/", "ftp://x/", "data:text/plain,x", "javascript:1", "unix:/x", "about:blank", "//x", "http:", "http://", "http://a b/", "http://x:99999/", "http://[::1%25eth0]/"]) { try { fetch(u); reached++; } catch (e) { if (!(e instanceof TypeError)) throw e; } }
console.log(reached);

// Headers that would make another request.
// expect: ok
// grant: server
// prints: 0

let sent = 0;
for (const [k, v] of [["X", "a\r\nY: b"], ["X\r\nY", "b"], ["Host", "x"], ["Transfer-Encoding", "chunked"], ["Content-Length", "1"], ["Connection", "X"], ["X", "a\0"], ["", "x"], ["X Y", "z"]]) { try { fetch(variables.SERVER + "/ok", { headers: { [k]: v } }); sent++; console.log(k); } catch (e) { if (!(e instanceof TypeError)) throw e; } }
for (const method of ["CONNECT", "TRACE", "TRACK", "GET / HTTP/1.1\r\nX:", "G T"]) { try { fetch(variables.SERVER + "/ok", { method }); sent++; console.log(method); } catch (e) { if (!(e instanceof TypeError)) throw e; } }
console.log(sent);

// More requests than a run may make.
// expect: ok
// grant: server
// prints: 50 EBUDGET

let n = 0;
try { for (;;) { fetch(variables.SERVER + "/ok"); n++; } } catch (e) { console.log(n, e.cause && e.cause.code); }

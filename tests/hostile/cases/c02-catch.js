// A loop that catches whatever would end it.
// expect: cpu_limit

for (;;) { try { for (;;) {} } catch (e) {} finally { continue; } }

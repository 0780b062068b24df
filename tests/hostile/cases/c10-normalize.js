// Normalisation that makes text longer.
// expect: cpu_limit, memory_limit

for (;;) "\u0344".repeat(3e6).normalize("NFD");

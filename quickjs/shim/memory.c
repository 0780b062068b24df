/* memcpy, memmove, memset and memcmp. wasi-libc's work byte by byte or word by word,
 * and every turn of their loops pays for a check; the instructions of the bulk-memory
 * proposal run at the host's speed, but cost about 30 ns to enter. So: no loop at
 * all below THRESHOLD, the instruction above. Compiled with -mbulk-memory
 * -fno-builtin, which makes the builtins below those instructions. */
#include <stddef.h>
#include <stdint.h>

#define THRESHOLD 64

typedef uint64_t __attribute__((aligned(1), may_alias)) word;
typedef uint32_t __attribute__((aligned(1), may_alias)) half;

#define WORD(p, at) (*(word *)((p) + (at)))
#define HALF(p) (*(half *)(p))

void *memcpy(void *restrict target, const void *restrict source, size_t n)
{
    unsigned char *d = target;
    const unsigned char *s = source;

    if (n >= THRESHOLD)
        return __builtin_memcpy(target, source, n);
    if (n & 32) {
        WORD(d, 0) = WORD(s, 0);
        WORD(d, 8) = WORD(s, 8);
        WORD(d, 16) = WORD(s, 16);
        WORD(d, 24) = WORD(s, 24);
        d += 32;
        s += 32;
    }
    if (n & 16) {
        WORD(d, 0) = WORD(s, 0);
        WORD(d, 8) = WORD(s, 8);
        d += 16;
        s += 16;
    }
    if (n & 8) {
        WORD(d, 0) = WORD(s, 0);
        d += 8;
        s += 8;
    }
    if (n & 4) {
        HALF(d) = HALF(s);
        d += 4;
        s += 4;
    }
    if (n & 2) {
        d[0] = s[0];
        d[1] = s[1];
        d += 2;
        s += 2;
    }
    if (n & 1)
        d[0] = s[0];
    return target;
}

void *memmove(void *target, const void *source, size_t n)
{
    unsigned char *d = target;
    const unsigned char *s = source;

    if (n >= THRESHOLD || (d > s && d < s + n))
        return __builtin_memmove(target, source, n);
    return memcpy(target, source, n);
}

void *memset(void *target, int value, size_t n)
{
    unsigned char *d = target;
    uint64_t pattern = 0x0101010101010101 * (unsigned char)value;

    if (n >= THRESHOLD)
        return __builtin_memset(target, value, n);
    if (n & 32) {
        WORD(d, 0) = pattern;
        WORD(d, 8) = pattern;
        WORD(d, 16) = pattern;
        WORD(d, 24) = pattern;
        d += 32;
    }
    if (n & 16) {
        WORD(d, 0) = pattern;
        WORD(d, 8) = pattern;
        d += 16;
    }
    if (n & 8) {
        WORD(d, 0) = pattern;
        d += 8;
    }
    if (n & 4) {
        HALF(d) = pattern;
        d += 4;
    }
    if (n & 2) {
        d[0] = pattern;
        d[1] = pattern;
        d += 2;
    }
    if (n & 1)
        d[0] = pattern;
    return target;
}

int memcmp(const void *left, const void *right, size_t n)
{
    const unsigned char *a = left, *b = right;

    for (; n >= 8; n -= 8, a += 8, b += 8) {
        uint64_t x = WORD(a, 0), y = WORD(b, 0);
        if (x != y) {
            /* The first byte in memory is the lowest one here, but counts most. */
            x = __builtin_bswap64(x);
            y = __builtin_bswap64(y);
            return x < y ? -1 : 1;
        }
    }
    if (n & 4) {
        uint32_t x = HALF(a), y = HALF(b);
        if (x != y)
            return __builtin_bswap32(x) < __builtin_bswap32(y) ? -1 : 1;
        a += 4;
        b += 4;
    }
    if (n & 2) {
        if (a[0] != b[0])
            return a[0] - b[0];
        if (a[1] != b[1])
            return a[1] - b[1];
        a += 2;
        b += 2;
    }
    return n & 1 ? a[0] - b[0] : 0;
}

/* memcpy, memmove and memset. wasi-libc's copy byte by byte or word by word, and
 * every turn of their loops pays for a check; the instructions of the bulk-memory
 * proposal run at the host's speed, but cost about 30 ns to enter. So: a loop of
 * words below THRESHOLD, the instruction above. Compiled with -mbulk-memory
 * -fno-builtin, which makes the builtins below those instructions and keeps the
 * loops loops. */
#include <stddef.h>
#include <stdint.h>

#define THRESHOLD 64

typedef uint64_t __attribute__((aligned(1), may_alias)) word;

void *memcpy(void *restrict target, const void *restrict source, size_t n)
{
    unsigned char *d = target;
    const unsigned char *s = source;

    if (n >= THRESHOLD)
        return __builtin_memcpy(target, source, n);
    for (; n >= sizeof(word); n -= sizeof(word)) {
        *(word *)d = *(const word *)s;
        d += sizeof(word);
        s += sizeof(word);
    }
    for (; n > 0; n--)
        *d++ = *s++;
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
    for (; n >= sizeof(word); n -= sizeof(word)) {
        *(word *)d = pattern;
        d += sizeof(word);
    }
    for (; n > 0; n--)
        *d++ = (unsigned char)value;
    return target;
}

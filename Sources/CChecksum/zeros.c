#include "cable_checksum.h"
#include <string.h>

/* A block that equals itself shifted by one octet and begins with a zero is all zeros: memcmp does it by vectors. */
enum { block = 4096 };

static int all_zero(const uint8_t *p, size_t n) { return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0); }

size_t cable_leading_zeros(const void *octets, size_t n) {
    const uint8_t *p = octets;
    size_t i = 0;
    while (i + block <= n && all_zero(p + i, block)) i += block;
    while (i < n && p[i] == 0) i++;
    return i;
}

size_t cable_trailing_zeros(const void *octets, size_t n) {
    const uint8_t *p = octets;
    size_t end = n;
    while (end >= block && all_zero(p + end - block, block)) end -= block;
    while (end > 0 && p[end - 1] == 0) end--;
    return n - end;
}

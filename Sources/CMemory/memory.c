#include "CMemory.h"

#include <malloc.h>

enum { ARENAS = 2, LARGE_OCTETS = 128 << 10 };

void cable_keep_memory_small(void) {
    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_MMAP_THRESHOLD, LARGE_OCTETS);
    mallopt(M_TRIM_THRESHOLD, LARGE_OCTETS);
}

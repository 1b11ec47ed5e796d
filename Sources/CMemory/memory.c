#include "CMemory.h"

#include <malloc.h>

/* Buffers of a connection, of 256 KiB and less, come and go with every reading: they must stay. */
enum { ARENAS = 2, LARGE_OCTETS = 1 << 20, SPARE_OCTETS = 2 << 20 };

void cable_keep_memory_small(void) {
    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_MMAP_THRESHOLD, LARGE_OCTETS);
    mallopt(M_TRIM_THRESHOLD, SPARE_OCTETS);
}

#include "cable_checksum.h"
#include <string.h>

size_t cable_line_octets(const void *octets, size_t n) {
    const char *place = octets, *end = place + n;
    size_t longest = 0;
    while (place < end) {
        const char *feed = memchr(place, '\n', (size_t)(end - place));
        size_t length = (size_t)((feed ? feed : end) - place);
        if (length > longest) longest = length;
        place = feed ? feed + 1 : end;
    }
    return longest;
}

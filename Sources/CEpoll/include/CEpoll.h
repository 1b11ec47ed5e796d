#ifndef CEPOLL_H
#define CEPOLL_H

#include <stdint.h>

/// The events of `epoll`, which Swift's Glibc module does not show.
enum { CABLE_READABLE = 1, CABLE_WRITABLE = 4, CABLE_GONE = 8 | 16 };

/// One descriptor that is ready: the number under which it is watched, and what it is ready for.
struct cable_ready {
    uint64_t number;
    uint32_t events;
};

/// Returns a descriptor to watch others with, or -1.
int cable_epoll(void);

/// Returns a descriptor that becomes readable when 8 octets are written, or -1.
int cable_bell(void);

/// Watches `descriptor` for other events than before; 0: it was not watched, or is not any more.
int cable_watch(int epoll, int descriptor, uint64_t number, uint32_t before, uint32_t events);

/// Waits for what is ready, for so many milliseconds or, below 0, for ever. Returns how many are ready, or -1.
int cable_ready(int epoll, struct cable_ready *ready, int most, int milliseconds);

/// Names the thread that calls, with 15 octets at most.
void cable_name_thread(const char *name);

#endif

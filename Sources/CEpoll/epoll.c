#define _GNU_SOURCE
#include "CEpoll.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

_Static_assert(CABLE_READABLE == EPOLLIN && CABLE_WRITABLE == EPOLLOUT && CABLE_GONE == (EPOLLERR | EPOLLHUP),
               "the events bear the system's numbers");

enum { MOST = 64 };

int cable_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cable_bell(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cable_watch(int epoll, int descriptor, uint64_t number, uint32_t before, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = number};
    int operation = events == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int cable_ready(int epoll, struct cable_ready *ready, int most, int milliseconds) {
    struct epoll_event events[MOST];
    int count = epoll_wait(epoll, events, most < MOST ? most : MOST, milliseconds);
    for (int place = 0; place < count; place++) {
        ready[place].number = events[place].data.u64;
        ready[place].events = events[place].events;
    }
    return count;
}

void cable_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

/// Time as everything outside of C counts it, in nanoseconds, and as the kernel does.
#pragma once
#include <stdint.h>
#include <time.h>

enum { NANOSECONDS = 1000000000 };

static inline struct timespec timespec_of(int64_t nanoseconds) {
    return (struct timespec){.tv_sec = nanoseconds / NANOSECONDS, .tv_nsec = nanoseconds % NANOSECONDS};
}

static inline int64_t clock_now(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec;
}

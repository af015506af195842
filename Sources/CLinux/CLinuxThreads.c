#include "CLinuxThreads.h"
#include "Nanoseconds.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { STACK_BYTES = 256 << 10, GUARD_BYTES = 64 << 10 };

int CLinux_eventfd(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

void CLinux_eventfd_signal(int descriptor) {
    // Can only fail when the counter is at its end, which is readable too.
    (void)!write(descriptor, &(uint64_t){1}, sizeof(uint64_t));
}

int CLinux_eventfd_take(int descriptor) {
    uint64_t count;
    return read(descriptor, &count, sizeof count) == sizeof count;
}

int CLinux_timerfd(void) {
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

void CLinux_timerfd_arm(int descriptor, int64_t nanoseconds) {
    struct itimerspec timer = {.it_value = timespec_of(nanoseconds)};
    timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &timer, NULL);
}

int CLinux_epoll_pair(int first, int second) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(descriptor, EPOLL_CTL_ADD, first, &event) == 0 &&
        epoll_ctl(descriptor, EPOLL_CTL_ADD, second, &event) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    return -error;
}

void CLinux_wait_readable(int descriptor, int64_t nanoseconds) {
    struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
    struct timespec limit = timespec_of(nanoseconds < 0 ? 0 : nanoseconds);
    ppoll(&wanted, 1, nanoseconds < 0 ? NULL : &limit, NULL);
}

int64_t CLinux_monotonic(void) { return clock_now(CLOCK_MONOTONIC); }

int CLinux_thread_start(CLinux_thread *thread, const char *name, int priority, int *refused,
                        void *(*body)(void *), void *argument) {
    *refused = 0;
    void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return errno;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (!error && mprotect(stack, GUARD_BYTES, PROT_NONE)) error = errno;
    if (!error && mlock((char *)stack + GUARD_BYTES, STACK_BYTES - GUARD_BYTES)) *refused = errno;
    if (!error) error = pthread_attr_setstack(&attributes, (char *)stack + GUARD_BYTES, STACK_BYTES - GUARD_BYTES);
    // Signals are others' business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (!error) error = pthread_create(&thread->handle, &attributes, body, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error) {
        munmap(stack, STACK_BYTES);
        return error;
    }
    thread->stack = stack;
    pthread_setname_np(thread->handle, name);
    int unscheduled = pthread_setschedparam(thread->handle, SCHED_FIFO, &(struct sched_param){priority});
    if (!*refused) *refused = unscheduled;
    return 0;
}

// The thread sanitizer knows this way to join, and not the one with a clock that nobody sets.
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define pthread_clockjoin_np(handle, result, clock, limit) pthread_join(handle, result)
#endif
#endif

int CLinux_thread_join(CLinux_thread *thread, int64_t nanoseconds) {
    struct timespec limit = timespec_of(CLinux_monotonic() + nanoseconds);
    (void)limit;
    int error = pthread_clockjoin_np(thread->handle, NULL, CLOCK_MONOTONIC, &limit);
    if (!error) munmap(thread->stack, STACK_BYTES);
    return error;
}

void CLinux_pause(int64_t nanoseconds) {
    struct timespec pause = timespec_of(nanoseconds);
    clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

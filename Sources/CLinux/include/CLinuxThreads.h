/// Threads, timers and wake-ups, as the audio thread needs them and Swift's Glibc module lacks them.
#pragma once
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/// An eventfd, non-blocking and closed on exec; or -errno.
int CLinux_eventfd(void);

/// Makes an eventfd readable. Never blocks.
void CLinux_eventfd_signal(int descriptor);

/// Takes what an eventfd counted; whether it was readable.
int CLinux_eventfd_take(int descriptor);

/// A timerfd of CLOCK_MONOTONIC, non-blocking and closed on exec; or -errno.
int CLinux_timerfd(void);

/// Lets a timerfd become readable at an instant of CLOCK_MONOTONIC in nanoseconds; 0 for never.
void CLinux_timerfd_arm(int descriptor, int64_t nanoseconds);

/// An epoll descriptor that is readable when one of two others is; or -errno.
int CLinux_epoll_pair(int first, int second);

/// Waits until the descriptor is readable, or so many nanoseconds (negative: for ever). A signal ends it early.
void CLinux_wait_readable(int descriptor, int64_t nanoseconds);

/// CLOCK_MONOTONIC in nanoseconds.
int64_t CLinux_monotonic(void);

/// A thread with a stack of its own.
typedef struct CLinux_thread {
    pthread_t handle;
    void *stack;
} CLinux_thread;

/// Starts a thread on a stack that is locked in memory where that is allowed, with a guard page below it.
///
/// Real-time scheduling is asked for; `refused` gets 0, or the errno of the first request that was refused (locked
/// memory, SCHED_FIFO). Returns 0 or an errno.
int CLinux_thread_start(CLinux_thread *thread, const char *name, int priority, int *refused,
                        void *(*body)(void *), void *argument);

/// Waits so many nanoseconds for a thread to end, and gives its stack back. 0, or ETIMEDOUT: it lives on.
int CLinux_thread_join(CLinux_thread *thread, int64_t nanoseconds);

/// Sleeps so many nanoseconds, less than a second.
void CLinux_pause(int64_t nanoseconds);

/// Clocks, timers, signals and sockets for the loop thread.
///
/// Every function returns -errno on failure, unless it says otherwise.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// A timerfd of CLOCK_BOOTTIME, non-blocking and closed on exec.
int CLinux_boot_timer(void);

/// Lets a boot timer become readable at an instant of CLOCK_BOOTTIME in nanoseconds; 0 disarms it.
int CLinux_boot_timer_arm(int descriptor, int64_t nanoseconds);

/// A timerfd that becomes readable (its read fails with ECANCELED) when somebody sets the wall clock.
int CLinux_step_timer(void);

/// Arms a step timer, again after each step.
int CLinux_step_timer_arm(int descriptor);

/// Blocks SIGTERM, SIGINT and SIGHUP for the process, ignores SIGPIPE, and gives a signalfd for the former.
int CLinux_signals(void);

/// Reads one signal from a signalfd: its number, or 0 when there is none.
int CLinux_take_signal(int descriptor);

/// A socket of rtnetlink(7) that becomes readable when links and routes change.
int CLinux_network(void);

/// Reads what there is on such a socket: 1 if a way to the network may have come up, else 0.
int CLinux_network_returned(int descriptor);

/// An inotify(7) descriptor, non-blocking and closed on exec.
int CLinux_watch(void);

/// Watches what comes into a folder, goes from it, or changes its mode there; the number of the watch.
int CLinux_watch_folder(int descriptor, const char *path);

/// Takes what inotify has to tell: whether any of it is of the watch `folder`, or of the name `name` in another.
int CLinux_watch_taken(int descriptor, int folder, const char *name);

/// Takes the line of a GPIO chip as an input with a pull-up, which tells of each edge after it was stable for so many
/// microseconds; a descriptor that is readable then. -ENODEV where there is no such line.
int CLinux_gpio_line(const char *chip, unsigned line, unsigned debounce);

/// Takes what there is to read of such a line: 1 if there was an edge, 0 if not, or -errno.
int CLinux_gpio_taken(int descriptor);

/// Takes what there is to read of an input device (evdev): 1 if that key was pressed, 0 if not, or -errno; -ENODEV also at
/// its end.
int CLinux_key_taken(int descriptor, int code);

/// Reads both clocks close together, and what the kernel says of its synchronisation.
///
/// `wall` is the reading of CLOCK_REALTIME that belongs to `boot`, the middle of two of CLOCK_BOOTTIME around it.
/// `synchronised` is 1 when adjtimex says so with a maximum error below ten seconds.
int CLinux_clocks(int64_t *wall, int64_t *boot, int *synchronised, int64_t *error_microseconds);

/// CLOCK_BOOTTIME less CLOCK_MONOTONIC in nanoseconds: how long the machine was suspended.
int64_t CLinux_suspended(void);

/// A listening Unix socket at `path`, with that mode; the path must not exist.
int CLinux_listen(const char *path, mode_t mode, int backlog);

/// A Unix socket connected to `path`.
int CLinux_connect(const char *path);

/// Accepts a connection, non-blocking and closed on exec.
int CLinux_accept(int descriptor);

/// Who is at the other end (SO_PEERCRED).
int CLinux_peer(int descriptor, uid_t *uid, gid_t *gid, pid_t *pid);

/// The supplementary groups of the process at the other end (SO_PEERGROUPS, Linux 4.13), as it had them when it
/// connected; at most `most` of them, none where it has more or the kernel does not say.
int CLinux_peer_groups(int descriptor, gid_t *groups, int most);

/// Receives up to `count` bytes and at most one descriptor, -1 in `*passed` if there was none.
///
/// Descriptors beyond the first are closed at once.
ssize_t CLinux_receive(int descriptor, void *bytes, size_t count, int *passed);

/// Sends bytes, and a descriptor with them unless `passed` is negative.
ssize_t CLinux_send(int descriptor, const void *bytes, size_t count, int passed);

/// Sends one datagram to a service supervisor's socket; a leading `@` means the abstract namespace.
int CLinux_notify(const char *path, const char *message);

/// Whether the user, or one of those groups of their process, is in the group that has the name; 0 when there is none.
int CLinux_is_member(uid_t uid, const gid_t *groups, int count, const char *group);

/// Waits for one of `count` descriptors to have events; like ppoll without a signal mask. `timeout` in
/// nanoseconds, negative for ever.
struct pollfd;
int CLinux_ppoll(struct pollfd *descriptors, unsigned long count, int64_t timeout);

/// A file in memory that is closed on exec, with that content.
int CLinux_memory_file(const char *name, const void *bytes, size_t count);

/// Names the calling thread, as the kernel shows it; at most 15 bytes.
void CLinux_name_thread(const char *name);

/// The flag O_PATH, which glibc shows only to those who ask for GNU.
extern const int CLinux_O_PATH;

/// Takes a lock on an open file that ends with the process; -EWOULDBLOCK when another process has it.
int CLinux_lock(int descriptor);

/// Waits until all that was written to the file system of an open file is on the medium.
int CLinux_sync_all(int descriptor);

#include "CLinuxHost.h"
#include "Nanoseconds.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/gpio.h>
#include <linux/input.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

const int CLinux_O_PATH = O_PATH;

int CLinux_boot_timer(void) {
    int descriptor = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int CLinux_boot_timer_arm(int descriptor, int64_t nanoseconds) {
    struct itimerspec timer = {.it_value = timespec_of(nanoseconds)};
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &timer, NULL) < 0 ? -errno : 0;
}

int CLinux_step_timer(void) {
    int descriptor = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int CLinux_step_timer_arm(int descriptor) {
    // An instant that never comes: only the cancellation counts.
    struct itimerspec timer = {.it_value = timespec_of(INT64_MAX / 2)};
    int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    return timerfd_settime(descriptor, flags, &timer, NULL) < 0 ? -errno : 0;
}

int CLinux_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    int error = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (error) return -error;
    int descriptor = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int CLinux_take_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int CLinux_network(void) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0) return -errno;
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
    };
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

// Whether a message tells of something that a packet can go through which it could not before.
static int brings_way(const struct nlmsghdr *message) {
    if (message->nlmsg_type == RTM_NEWROUTE) return 1;
    if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg))) return 0;
    const struct ifinfomsg *link = NLMSG_DATA(message);
    return (link->ifi_flags & IFF_RUNNING) && !(link->ifi_flags & IFF_LOOPBACK) && (link->ifi_change & IFF_RUNNING);
}

int CLinux_network_returned(int descriptor) {
    _Alignas(struct nlmsghdr) char buffer[8192];
    int returned = 0;
    // Bounded: what is left makes the descriptor readable again.
    for (int round = 0; round < 64; round++) {
        ssize_t count = recv(descriptor, buffer, sizeof buffer, 0);
        // More came than the kernel kept: something of it may have been a way.
        if (count < 0 && errno == ENOBUFS) returned = 1;
        if (count <= 0) break;
        unsigned length = (unsigned)count;
        for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, length);
             message = NLMSG_NEXT(message, length)) {
            returned |= brings_way(message);
        }
    }
    return returned;
}

int CLinux_watch(void) {
    int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int CLinux_watch_folder(int descriptor, const char *path) {
    // A node is made first, and may be opened only when its mode has been set.
    uint32_t events = IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE_SELF | IN_ONLYDIR;
    int watch = inotify_add_watch(descriptor, path, events);
    return watch < 0 ? -errno : watch;
}

int CLinux_watch_taken(int descriptor, int folder, const char *name) {
    _Alignas(struct inotify_event) char buffer[4096];
    int taken = 0;
    // Bounded: what is left makes the descriptor readable again.
    for (int round = 0; round < 64; round++) {
        ssize_t count = read(descriptor, buffer, sizeof buffer);
        if (count <= 0) break;
        for (char *place = buffer; place < buffer + count;) {
            struct inotify_event *event = (struct inotify_event *)place;
            taken |= event->wd == folder || event->mask & IN_Q_OVERFLOW || (event->len && !strcmp(event->name, name));
            place += sizeof *event + event->len;
        }
    }
    return taken;
}

int CLinux_gpio_line(const char *chip, unsigned line, unsigned debounce) {
    int descriptor = open(chip, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct gpio_v2_line_request request = {.offsets = {line}, .num_lines = 1, .consumer = "loaphuong"};
    request.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_UP | GPIO_V2_LINE_FLAG_EDGE_RISING |
                           GPIO_V2_LINE_FLAG_EDGE_FALLING;
    request.config.num_attrs = 1;
    request.config.attrs[0].mask = 1;
    request.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    request.config.attrs[0].attr.debounce_period_us = debounce;
    int result = ioctl(descriptor, GPIO_V2_GET_LINE_IOCTL, &request);
    int error = errno;
    close(descriptor);
    if (result < 0) return -error;
    fcntl(request.fd, F_SETFL, fcntl(request.fd, F_GETFL) | O_NONBLOCK);
    return request.fd;
}

int CLinux_gpio_taken(int descriptor) {
    struct gpio_v2_line_event events[16];
    ssize_t count = read(descriptor, events, sizeof events);
    if (count < 0) return errno == EAGAIN ? 0 : -errno;
    return count >= (ssize_t)sizeof *events ? 1 : -ENODEV;
}

int CLinux_key_taken(int descriptor, int code) {
    struct input_event events[64];
    ssize_t count = read(descriptor, events, sizeof events);
    if (count < 0) return errno == EAGAIN ? 0 : -errno;
    if (count == 0) return -ENODEV;
    // 1 is pressed, 2 held, 0 let go.
    for (size_t i = 0; i < (size_t)count / sizeof *events; i++) {
        if (events[i].type == EV_KEY && events[i].code == code && events[i].value == 1) return 1;
    }
    return 0;
}

int CLinux_clocks(int64_t *wall, int64_t *boot, int *synchronised, int64_t *error_microseconds) {
    // The thread may be interrupted between two readings: the narrowest bracket tells best which belong together.
    int64_t narrowest = INT64_MAX;
    for (int attempt = 0; attempt < 5; attempt++) {
        int64_t before = clock_now(CLOCK_BOOTTIME);
        int64_t between = clock_now(CLOCK_REALTIME);
        int64_t width = clock_now(CLOCK_BOOTTIME) - before;
        if (width >= narrowest) continue;
        narrowest = width;
        *wall = between;
        *boot = before + width / 2;
    }
    struct timex state = {.modes = 0};
    int answer = adjtimex(&state);
    *synchronised = answer >= 0 && answer != TIME_ERROR && !(state.status & STA_UNSYNC) && state.maxerror < 10000000;
    *error_microseconds = state.maxerror;
    return answer < 0 ? -errno : 0;
}

int64_t CLinux_suspended(void) { return clock_now(CLOCK_BOOTTIME) - clock_now(CLOCK_MONOTONIC); }

/// The address of a path; its length, or -ENAMETOOLONG.
static socklen_t address_of(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path) return 0;
    memcpy(address->sun_path, path, length);
    if (path[0] != '@') return sizeof *address;
    address->sun_path[0] = 0;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static int unix_socket(int type) {
    int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    return descriptor < 0 ? -errno : descriptor;
}

static int fail(int descriptor) {
    int error = errno;
    close(descriptor);
    return -error;
}

int CLinux_listen(const char *path, mode_t mode, int backlog) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0) return -ENAMETOOLONG;
    int descriptor = unix_socket(SOCK_STREAM | SOCK_NONBLOCK);
    if (descriptor < 0) return descriptor;
    if (bind(descriptor, (struct sockaddr *)&address, length) < 0) return fail(descriptor);
    if (chmod(path, mode) < 0 || listen(descriptor, backlog) < 0) return fail(descriptor);
    return descriptor;
}

int CLinux_connect(const char *path) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0) return -ENAMETOOLONG;
    int descriptor = unix_socket(SOCK_STREAM);
    if (descriptor < 0) return descriptor;
    if (connect(descriptor, (struct sockaddr *)&address, length) < 0) return fail(descriptor);
    return descriptor;
}

int CLinux_accept(int descriptor) {
    int client = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return client < 0 ? -errno : client;
}

int CLinux_peer(int descriptor, uid_t *uid, gid_t *gid, pid_t *pid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
    *uid = peer.uid;
    *gid = peer.gid;
    *pid = peer.pid;
    return 0;
}

int CLinux_peer_groups(int descriptor, gid_t *groups, int most) {
    socklen_t length = (socklen_t)most * sizeof(gid_t);
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0) return 0;
    return (int)(length / sizeof(gid_t));
}

ssize_t CLinux_receive(int descriptor, void *bytes, size_t count, int *passed) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(16 * sizeof(int))];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *passed = -1;
    ssize_t received = recvmsg(descriptor, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t descriptors = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < descriptors; index++) {
            int given;
            memcpy(&given, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
            if (*passed < 0) {
                *passed = given;
            } else {
                close(given);
            }
        }
    }
    return received;
}

ssize_t CLinux_send(int descriptor, const void *bytes, size_t count, int passed) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (passed >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed, sizeof(int));
    }
    ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

int CLinux_notify(const char *path, const char *message) {
    struct sockaddr_un address;
    socklen_t length = address_of(path, &address);
    if (length == 0) return -ENAMETOOLONG;
    int descriptor = unix_socket(SOCK_DGRAM);
    if (descriptor < 0) return descriptor;
    ssize_t sent = sendto(descriptor, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT,
                          (struct sockaddr *)&address, length);
    int result = sent < 0 ? -errno : 0;
    close(descriptor);
    return result;
}

int CLinux_is_member(uid_t uid, const gid_t *groups, int count, const char *group) {
    // Called on the loop thread only, so the static buffers of the plain functions are safe.
    struct group *entry = getgrnam(group);
    if (!entry) return 0;
    for (int index = 0; index < count; index++) {
        if (groups[index] == entry->gr_gid) return 1;
    }
    struct passwd *user = getpwuid(uid);
    if (!user) return 0;
    if (user->pw_gid == entry->gr_gid) return 1;
    for (char **member = entry->gr_mem; *member; member++) {
        if (strcmp(*member, user->pw_name) == 0) return 1;
    }
    return 0;
}

int CLinux_ppoll(struct pollfd *descriptors, unsigned long count, int64_t timeout) {
    struct timespec limit = timespec_of(timeout < 0 ? 0 : timeout);
    int ready = ppoll(descriptors, count, timeout < 0 ? NULL : &limit, NULL);
    return ready < 0 ? -errno : ready;
}

int CLinux_memory_file(const char *name, const void *bytes, size_t count) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    if (descriptor < 0) return -errno;
    if (write(descriptor, bytes, count) != (ssize_t)count) return fail(descriptor);
    return descriptor;
}

void CLinux_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int CLinux_sync_all(int descriptor) { return syncfs(descriptor) < 0 ? -errno : 0; }

int CLinux_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB) < 0 ? -errno : 0; }

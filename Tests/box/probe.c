// Tries, under a unit's sandbox, what a station needs and what it must not be able to do: a line each, NAME ERRNO.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *name, int answer) { printf("%s %d\n", name, answer < 0 ? errno : 0); }

static void tell_written(const char *path) {
    char name[256];
    snprintf(name, sizeof name, "%s/probe", path);
    int file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    snprintf(name, sizeof name, "write:%s", path);
    tell(name, file);
}

int main(int count, char **arguments) {
    static char page[4096];
    struct timex question = {0}, order = {.modes = ADJ_FREQUENCY};
    struct timespec now;
    struct sched_param priority = {.sched_priority = 40};
    struct stat information;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(8080)};
    struct sockaddr_in group = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, "224.0.0.1", &group.sin_addr);

    tell("clock-read", adjtimex(&question));
    tell("fifo", sched_setscheduler(0, SCHED_FIFO, &priority));
    tell("mlock", mlock(page, sizeof page));
    tell("processes", stat("/proc/1", &information));
    tell("cards", access("/proc/sys/kernel/random/boot_id", R_OK));
    tell("tcp", socket(AF_INET, SOCK_STREAM, 0));

    clock_gettime(CLOCK_REALTIME, &now);
    tell("clock-set", clock_settime(CLOCK_REALTIME, &now));
    tell("clock-adjust", adjtimex(&order));
    tell("cmdline", open("/proc/1/cmdline", O_RDONLY));
    tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    tell("packet", socket(AF_PACKET, SOCK_RAW, 0));
    tell("listen", bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&any, sizeof any));
    tell("multicast", (int)sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&group, sizeof group));
    tell("mount", mount("none", "/mnt", "tmpfs", 0, NULL));
    tell("unshare", unshare(CLONE_NEWUSER));
    tell("trace", (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
    tell("executable", mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0);
    tell("setuid-file", chmod("/var/lib/loaphuong/probe-mode", 04755));
    tell("kernel-log", open("/dev/kmsg", O_RDONLY));
    for (int index = 1; index < count; index++) tell_written(arguments[index]);
    return 0;
}

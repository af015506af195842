#include "CLinuxProcess.h"
#include "CLinuxHost.h"
#include "CLinuxThreads.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What runs between vfork and exec shares the memory of the process that started it: it only makes system calls.

/// Landlock as the kernel has it, whose header may be older: https://docs.kernel.org/userspace-api/landlock.html
enum { RULE_PATH_BENEATH = 1, FS_EXECUTE = 1 << 0, FS_READ_FILE = 1 << 2, FS_READ_DIR = 1 << 3 };

static void allow_reading(int ruleset, int descriptor, uint64_t rights) {
    struct {
        uint64_t rights;
        int32_t descriptor;
    } __attribute__((packed)) rule = {rights, descriptor};
    // What lies on no disk (a file in memory) needs no rule, and takes none.
    syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

/// Leaves the process nothing to open but programs, libraries and its input; and nothing to write.
static int confine_files(const char *program) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    // A kernel without it, or a supervisor that forbids it: the other limits hold.
    if (version < 1) return 0;
    struct {
        uint64_t files, network, scopes;
    } rules = {
        .files = version >= 5 ? 0xFFFF : version >= 3 ? 0x7FFF : version >= 2 ? 0x3FFF : 0x1FFF,
        .network = 3,
        .scopes = 3,
    };
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (ruleset < 0) return errno;
    const char *const folders[] = {"/usr", "/lib", "/lib64", "/bin"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        int folder = open(folders[i], O_PATH | O_CLOEXEC);
        if (folder >= 0) allow_reading(ruleset, folder, FS_EXECUTE | FS_READ_FILE | FS_READ_DIR);
    }
    int cache = open("/etc/ld.so.cache", O_PATH | O_CLOEXEC);
    if (cache >= 0) allow_reading(ruleset, cache, FS_READ_FILE);
    int own = open(program, O_PATH | O_CLOEXEC);
    if (own >= 0) allow_reading(ruleset, own, FS_EXECUTE | FS_READ_FILE);
    allow_reading(ruleset, STDIN_FILENO, FS_READ_FILE);
    return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? errno : 0;
}

#if defined __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined __arm__
#define NATIVE AUDIT_ARCH_ARM
#elif defined __riscv && __riscv_xlen == 64
#define NATIVE AUDIT_ARCH_RISCV64
#endif

#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSED ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define REFUSE(call) IS(call, 0, 1), REFUSED
/// A call whose first argument is a process: on this one, by its number or as 0, it may be.
#define REFUSE_ON_OTHERS(call, own)                                                                                    \
    IS(call, 0, 5), LOAD(args[0]), IS(0, 2, 0), IS(own, 1, 0), REFUSED, ANSWER(SECCOMP_RET_ALLOW)

/// Leaves the process no socket, no child, and no other process to signal, to slow down or to look into.
///
/// The C library aborts by tgkill, and asks for its limits by prlimit64: both on itself.
static int confine_calls(void) {
#ifdef NATIVE
    const uint32_t own = (uint32_t)getpid();
    struct sock_filter filter[] = {
        LOAD(arch),
        IS(NATIVE, 1, 0),
        REFUSED,
        LOAD(nr),
#ifdef __x86_64__
        // The other set of numbers.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        REFUSED,
#endif
        REFUSE(SYS_socket),
        REFUSE(SYS_io_uring_setup),
        REFUSE(SYS_ptrace),
        REFUSE(SYS_process_vm_readv),
        REFUSE(SYS_process_vm_writev),
        REFUSE(SYS_kill),
        REFUSE(SYS_tkill),
        REFUSE(SYS_rt_sigqueueinfo),
        REFUSE(SYS_rt_tgsigqueueinfo),
        REFUSE(SYS_pidfd_send_signal),
        REFUSE(SYS_setpriority),
        REFUSE(SYS_ioprio_set),
        REFUSE(SYS_sched_setscheduler),
        REFUSE(SYS_sched_setparam),
        REFUSE(SYS_sched_setattr),
        REFUSE(SYS_sched_setaffinity),
        REFUSE_ON_OTHERS(SYS_tgkill, own),
        REFUSE_ON_OTHERS(SYS_prlimit64, own),
        // A pipe's owner gets a signal when it can be read, which one is the asker's choice.
        IS(SYS_fcntl, 0, 5),
        LOAD(args[1]),
        IS(F_SETOWN, 2, 0),
        IS(F_SETOWN_EX, 1, 0),
        ANSWER(SECCOMP_RET_ALLOW),
        REFUSED,
#ifdef SYS_fork
        REFUSE(SYS_fork),
        REFUSE(SYS_vfork),
#endif
        // Its flags cannot be looked at; the C library then asks by clone.
        IS(SYS_clone3, 0, 1),
        ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
        IS(SYS_clone, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        REFUSED,
        ANSWER(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? errno : 0;
#else
    return 0;
#endif
}

static int limit(__rlimit_resource_t resource, uint64_t most) {
    struct rlimit limits = {.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &limits) < 0 ? errno : 0;
}

/// Takes what the process does not need; 0 or an errno.
static int confine(const char *program, const CLinux_limits *limits, pid_t parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) return errno;
    if (getppid() != parent) return ESRCH;
    sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0});
    setpriority(PRIO_PROCESS, 0, limits->niceness);
    int error = limit(RLIMIT_CORE, 0);
    if (!error) error = limit(RLIMIT_FSIZE, 0);
    // A library keeps 32 KB for secrets that it never has, and complains where it may not.
    if (!error) error = limit(RLIMIT_MEMLOCK, 64 << 10);
    if (!error) error = limit(RLIMIT_RTPRIO, 0);
    if (!error) error = limit(RLIMIT_CPU, limits->seconds);
    if (!error) error = limit(RLIMIT_AS, limits->memory);
    if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) error = errno;
    if (!error) error = confine_files(program);
    if (!error) error = confine_calls();
    // Last: the rules above were descriptors, too.
    if (!error) error = limit(RLIMIT_NOFILE, limits->files);
    return error;
}

/// Makes three descriptors the process's own, and closes all others.
static int take_descriptors(const int descriptors[3]) {
    int spare[3];
    for (int i = 0; i < 3; i++) {
        spare[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, 3);
        if (spare[i] < 0) return errno;
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(spare[i], i) < 0) return errno;
    }
    if (syscall(SYS_close_range, 3U, ~0U, 0U) == 0) return 0;
    // Linux before 5.9: each by itself.
    int most = (int)sysconf(_SC_OPEN_MAX);
    for (int descriptor = 3; descriptor < most; descriptor++) close(descriptor);
    return 0;
}

/// Gives every signal back its standard action, what is ignored for ever otherwise included.
///
/// By the system call: the C library keeps two signals to itself and refuses to touch them, and whoever started the
/// station may have left them ignored.
static void forget_handlers(void) {
    // The kernel's record, whose fields differ between machines and is shorter than this; zero is the standard action.
    static const uint64_t standard[8];
    for (int number = 1; number < NSIG; number++) {
        syscall(SYS_rt_sigaction, number, standard, NULL, (size_t)(NSIG - 1) / 8);
    }
}

/// Where memory runs short, a process goes before who started it.
///
/// Only once it runs its own program: until then it shares a memory that may be closed to its own user, and /proc
/// refuses it, or under ProtectProc=invisible has nothing of it. The kernel lets vfork return a moment before that.
static void offer_to_end(pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)process);
    int score = open(path, O_WRONLY | O_CLOEXEC);
    for (int attempt = 0; score < 0 && (errno == EACCES || errno == ENOENT) && attempt < 50; attempt++) {
        CLinux_pause(200000);
        score = open(path, O_WRONLY | O_CLOEXEC);
    }
    if (score < 0) return;
    (void)!write(score, "1000", 4);
    close(score);
}

/// Starts a program; with `limits`, confined. The process, or -errno.
static pid_t start(char *const arguments[], char *const environment[], const int descriptors[3],
                   const CLinux_limits *limits) {
    sigset_t all, before, none;
    sigfillset(&all);
    sigemptyset(&none);
    pid_t parent = getpid();
    volatile int error = 0;
    // Nobody's handler may run in the memory that both share.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t process = vfork();
    if (process == 0) {
        error = take_descriptors(descriptors);
        if (!error && (limits ? setsid() : setpgid(0, 0)) < 0) error = errno;
        if (!error && limits) error = confine(arguments[0], limits, parent);
        if (!error) {
            forget_handlers();
            sigprocmask(SIG_SETMASK, &none, NULL);
            execve(arguments[0], arguments, environment);
            error = errno;
        }
        _exit(127);
    }
    int failure = process < 0 ? errno : error;
    if (process > 0 && failure) waitpid(process, NULL, 0);
    if (process > 0 && !failure && limits) offer_to_end(process);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure ? -failure : process;
}

pid_t CLinux_spawn(char *const arguments[]) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) return -errno;
    pid_t process = start(arguments, environ, (int[]){nowhere, nowhere, nowhere}, NULL);
    close(nowhere);
    return process;
}

pid_t CLinux_spawn_confined(char *const arguments[], char *const environment[], const int descriptors[3],
                            const CLinux_limits *limits) {
    return start(arguments, environment, descriptors, limits);
}

int CLinux_wait_child(pid_t process, int64_t nanoseconds, int *status) {
    int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    if (descriptor >= 0) {
        struct pollfd ended = {.fd = descriptor, .events = POLLIN};
        int ready = CLinux_ppoll(&ended, 1, nanoseconds);
        close(descriptor);
        if (ready == 0) return -ETIMEDOUT;
    }
    int code;
    while (waitpid(process, &code, 0) < 0) {
        if (errno != EINTR) return -errno;
    }
    *status = WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
    return 0;
}

void CLinux_hide_memory(void) { prctl(PR_SET_DUMPABLE, 0); }

void CLinux_end_with_parent(int signal) { prctl(PR_SET_PDEATHSIG, signal); }

int CLinux_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return 0;
}

/// Processes that are started, with no more than they need.
///
/// Every function returns -errno on failure.
#pragma once
#include <stdint.h>
#include <sys/types.h>

/// Starts a program without a shell, in a process group of its own, with no input and its output thrown away.
///
/// `arguments` ends with NULL; its first is the program's path. Returns the process, or -errno.
pid_t CLinux_spawn(char *const arguments[]);

/// What a program may use at the most.
typedef struct CLinux_limits {
    /// Address space, in bytes.
    uint64_t memory;
    /// Time of a processor, in seconds.
    uint64_t seconds;
    /// Files that are open at once.
    uint64_t files;
    /// How much it stands back behind others; 0 to 19.
    int niceness;
} CLinux_limits;

/// Starts a program that is to work on bytes of strangers.
///
/// It has these three descriptors as its own 0, 1 and 2 and no other, and `environment`; it dies with the calling thread.
/// It gains no rights; it opens no socket, starts no process, signals none but itself, and writes no file. Where the
/// kernel has Landlock, it reads nothing but its program, the system's programs and libraries, and what its descriptor 0
/// is. Returns the process, or -errno.
pid_t CLinux_spawn_confined(char *const arguments[], char *const environment[], const int descriptors[3],
                            const CLinux_limits *limits);

/// Waits so many nanoseconds for a process to end. `*status` is its exit code, or 128 and the signal's number.
/// Returns 0, or -ETIMEDOUT.
int CLinux_wait_child(pid_t process, int64_t nanoseconds, int *status);

/// Lets no other process of the same user look into this one, until it executes another program.
void CLinux_hide_memory(void);

/// Has the kernel send this process a signal when the thread that started it ends.
void CLinux_end_with_parent(int signal);

/// A pipe, closed on exec, whose reading end does not block; both ends.
int CLinux_pipe(int ends[2]);

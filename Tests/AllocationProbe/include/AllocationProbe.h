/// Counts the allocations of one thread, by taking malloc's place in the whole process.
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/// Whether the probe is built in: it is not under a sanitizer.
bool allocation_probe_exists(void);

/// Counts, from now on and from 0, what this thread allocates and frees.
void allocation_probe_watch(pthread_t thread);

/// How often it did.
int64_t allocation_probe_count(void);

#include "AllocationProbe.h"

#include <errno.h>
#include <stddef.h>

static pthread_t watched;
static int64_t count;

void allocation_probe_watch(pthread_t thread) {
    __atomic_store_n(&count, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&watched, thread, __ATOMIC_RELEASE);
}

int64_t allocation_probe_count(void) { return __atomic_load_n(&count, __ATOMIC_ACQUIRE); }

#ifdef WITHOUT_PROBE
bool allocation_probe_exists(void) { return false; }
#else
bool allocation_probe_exists(void) { return true; }

static void notice(void) {
    if (pthread_self() == __atomic_load_n(&watched, __ATOMIC_ACQUIRE)) __atomic_fetch_add(&count, 1, __ATOMIC_ACQ_REL);
}

// glibc keeps its own under these names for exactly this.
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t size) {
    notice();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    notice();
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    notice();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    notice();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    void *allocated = memalign(alignment, size);
    if (!allocated) return ENOMEM;
    *memory = allocated;
    return 0;
}

void free(void *memory) {
    if (memory) notice();
    __libc_free(memory);
}
#endif

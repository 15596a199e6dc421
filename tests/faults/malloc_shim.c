/*
 * Preloaded into the server: counts its allocations from the moment that the test arms it, fails
 * those that it is asked to, and counts the blocks that live. See malloc_control.h.
 */
#include "malloc_control.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What glibc calls itself by; dlsym() would allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static struct malloc_control *control;

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv(MALLOC_CONTROL_VARIABLE);
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED)
        control = mapped;
}

/* "libjansson.so.4(json_object+0x1f)": symbols that are not exported show as the one before. */
static void note_caller(const void *caller)
{
    Dl_info info = {0};

    dladdr(caller, &info);
    const char *object = info.dli_fname == NULL ? "?" : info.dli_fname;
    const char *slash = strrchr(object, '/');
    const char *base = info.dli_saddr == NULL ? info.dli_fbase : info.dli_saddr;
    snprintf(control->caller, sizeof control->caller, "%s(%s+0x%tx)",
             slash == NULL ? object : slash + 1, info.dli_sname == NULL ? "" : info.dli_sname,
             (const char *)caller - base);
}

/* Whether this allocation is one of those that fail. */
static bool fails(const void *caller)
{
    if (control == NULL || !atomic_load_explicit(&control->armed, memory_order_relaxed))
        return false;
    long long number = atomic_fetch_add(&control->count, 1) + 1;
    long long first = atomic_load(&control->first);
    if (first == 0 || number < first || number - first >= atomic_load(&control->how_many))
        return false;
    if (atomic_fetch_add(&control->failed, 1) == 0)
        note_caller(caller);
    errno = ENOMEM;
    return true;
}

static void *made(void *block)
{
    if (control != NULL && block != NULL)
        atomic_fetch_add_explicit(&control->live, 1, memory_order_relaxed);
    return block;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : made(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : made(__libc_calloc(count, size));
}

void free(void *block)
{
    if (control != NULL && block != NULL)
        atomic_fetch_sub_explicit(&control->live, 1, memory_order_relaxed);
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    if (block != NULL && size == 0) {
        free(block);
        return NULL;
    }
    if (fails(__builtin_return_address(0)))
        return NULL;
    void *grown = __libc_realloc(block, size);
    return block == NULL ? made(grown) : grown;
}

void *memalign(size_t alignment, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : made(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : made(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block =
        fails(__builtin_return_address(0)) ? NULL : made(__libc_memalign(alignment, size));

    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

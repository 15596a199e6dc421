/* Random bytes of the kernel, handed out from a buffer per thread. */
#ifndef BATON_STORE_ENTROPY_H
#define BATON_STORE_ENTROPY_H

#include <stddef.h>

/** Fills len bytes. The kernel cannot fail here once it has started; if it does, the process
 *  ends, since an id or a salt that is not random must never be used. */
void entropy_fill(void *bytes, size_t len);

#endif

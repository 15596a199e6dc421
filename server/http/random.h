/* Random bytes for ids, fetched from the kernel in bulk. Any thread. */
#ifndef BATON_SERVER_RANDOM_H
#define BATON_SERVER_RANDOM_H

#include "base/uuid.h"

#include <stddef.h>

/** Ends the process when the kernel has none, which it does not do once booted. */
void random_bytes(void *out, size_t len);

/** A UUIDv7 of the present moment. */
struct uuid random_uuid(void);

#endif

/* Feeds that may be asked to wait for something new: wait_seconds. A read that waits holds neither
 * a thread nor a database connection. */
#ifndef BATON_SERVER_LONG_READ_H
#define BATON_SERVER_LONG_READ_H

#include "http/request.h"

#include "base/input.h"

#define LONG_READ_MAX_SECONDS 60

extern const struct input_type wait_seconds_type;

/* A field of an input's struct, an int64_t. */
#define WAIT_FIELD(struct_type, member)                                                            \
    {                                                                                              \
        "wait_seconds", &wait_seconds_type, AT(struct_type, member)                                \
    }

/** A handler has found nothing up to this position. True: it returns without an answer and is
 *  called again when an entry that is wanted has come (wants NULL: any), or the time is up. */
bool long_read_waits(struct request *r, int64_t wait_seconds, int64_t after,
                     bool (*wants)(int kind));

#endif

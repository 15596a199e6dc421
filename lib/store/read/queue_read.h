/* Whom a page of handoffs is about. */
#ifndef BATON_STORE_QUEUE_READ_H
#define BATON_STORE_QUEUE_READ_H

#include "core/handoff/handoff.h"
#include "core/lead/lead.h"
#include "store/read/read.h"

struct queue_item {
    struct lead *lead;   /* NULL: it was erased, or merged into another */
    struct uuid open;    /* its open handoff */
    const char *verdict; /* Verdict of openapi.yaml: the one that let it through; NULL: none */
    size_t verdict_len;
};

/** One per handoff, in their order. As read_run(). */
enum err queue_read(const struct read *read, struct handoff *const *handoffs, size_t count,
                    struct queue_item **out) MUST_USE;

#endif

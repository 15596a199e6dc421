/* Deliveries of senders. */
#ifndef BATON_STORE_DELIVERY_READ_H
#define BATON_STORE_DELIVERY_READ_H

#include "core/intake/completion.h"
#include "core/intake/delivery_status.h"
#include "store/read/read.h"

struct delivery_filter {
    enum delivery_status status; /* DELIVERY_STATUS_COUNT: any */
    struct uuid source;          /* nil: any */
    struct uuid before;          /* the last of the page before; nil: the first page */
};

struct delivery_item {
    struct uuid id;
    struct uuid source;
    instant received_at;
    const char *content_type;
    enum delivery_status status;
    const char *error;   /* NULL when it was applied */
    struct uuid lead;    /* the first of several; nil: none */
    instant replayed_at; /* INSTANT_NONE: never */
};

struct delivery_page {
    struct delivery_item *items;
    size_t count;
    bool more;
};

struct delivery_whole {
    struct delivery_item item;
    const char *headers; /* JSON, or NULL: gone, or of a delivery before they were kept */
    const char *body;    /* NULL: gone */
    size_t body_len;
    const char *report;                   /* JSON, or NULL: of a delivery before it was kept */
    const struct completion *completions; /* what its items made us fetch, by item */
    size_t completion_count;
};

/** ERR_NOT_FOUND. */
enum err delivery_read_one(const struct read *read, struct uuid id,
                           struct delivery_whole *out) MUST_USE;

/** Newest first; without headers, body and report. */
enum err delivery_read_page(const struct read *read, const struct delivery_filter *filter,
                            int limit, struct delivery_page *out) MUST_USE;

/** Those that brought this lead or one that it absorbed, likewise. */
enum err delivery_read_of_lead(const struct read *read, struct uuid lead, int limit,
                               struct delivery_page *out) MUST_USE;

#endif

/* Deliveries of senders; the raw bodies are not read here. */
#ifndef BATON_STORE_DELIVERY_READ_H
#define BATON_STORE_DELIVERY_READ_H

#include "base/input.h"
#include "store/read/read.h"

enum delivery_status { DELIVERY_APPLIED, DELIVERY_FAILED, DELIVERY_STATUS_COUNT };

const char *delivery_status_name(enum delivery_status status);
extern const struct input_type delivery_status_type;

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

/** Newest first. */
enum err delivery_read_page(const struct read *read, const struct delivery_filter *filter,
                            int limit, struct delivery_page *out) MUST_USE;

#endif

/*
 * What the handlers of reads share: the read's memory, refusals, pages with their cursors and the
 * Link header. Everything here runs on a reader's thread, but for the specs.
 */
#ifndef BATON_SERVER_READING_H
#define BATON_SERVER_READING_H

#include "http/request.h"

#include "base/cursor.h"
#include "store/read/read.h"
#include "store/read/reader.h"

/** A list's answer, at most. */
#define PAGE_ANSWER_MAX_BYTES ((size_t)32 << 20)

/** Starts a read with memory of its own. On error the reply is made. */
enum err reading_begin(struct request *r, struct reader *reader, struct read *out) MUST_USE;

void reading_end(struct read *read);

/** Makes the reply of a read that failed; what is the thing that was asked for ("lead"). */
enum err reading_refuse(struct request *r, enum err err, const char *what);

/** Adds a fault of a query parameter. */
void reading_fault(struct request *r, const char *parameter, const char *code, const char *detail);

/** Refuses with 400 when faults were added; else ERR_NONE. */
enum err reading_check(struct request *r) MUST_USE;

/** The parameters of a page, in a query's struct. */
struct reading_query {
    int64_t limit;
    const char *cursor; /* of "cursor" or "after"; NULL: from the beginning */
};

/* Fields of struct reading_query, the member of this name of a query's struct. */
#define PAGE_LIMIT_FIELD(query_type, member)                                                       \
    {                                                                                              \
        .name = "limit", .type = INPUT_INT, .min = 1, .max = READ_LIMIT_MAX,                       \
        .otherwise = READ_LIMIT_DEFAULT, .offset = offsetof(query_type, member.limit)              \
    }
#define PAGE_PLACE_FIELD(query_type, member, parameter)                                            \
    {                                                                                              \
        .name = parameter, .type = INPUT_LINE, .min = 1, .max = CURSOR_MAX_BYTES,                  \
        .offset = offsetof(query_type, member.cursor)                                              \
    }

/** The place that the parameter names, zero without one; adds a fault when it is no cursor of this
 *  list. */
struct cursor reading_place(struct request *r, const struct reading_query *page,
                            const char *parameter, const char *tag);

/** A page being written: begin, one value per item, end. */
struct reading_page {
    struct json_out json;
    const char *parameter; /* that takes next */
};

void reading_page_begin(struct reading_page *page, const char *parameter);

/** Ends the page and makes the reply; place is where the next one goes on, NULL on the last. */
enum err reading_page_end(struct request *r, struct reading_page *page, const struct cursor *place,
                          const char *tag);

/** The same of a feed, which has no last page: next is always there, to be asked again with later;
 *  a link to it only when more is waiting, so that whoever follows links comes to an end. */
enum err reading_feed_end(struct request *r, struct reading_page *page, const struct cursor *place,
                          const char *tag, bool more);

#endif

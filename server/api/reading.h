/*
 * Shared by the handlers of reads: faults of parameters, pages with their cursors and the Link
 * header. Everything but the specs runs on a reader's thread.
 */
#ifndef BATON_SERVER_READING_H
#define BATON_SERVER_READING_H

#include "api/values.h"
#include "http/request.h"

#include "base/cursor.h"
#include "store/read/read.h"

/** A list's answer, at most. */
#define PAGE_ANSWER_MAX_BYTES ((size_t)32 << 20)

/** Adds a fault of a query parameter. */
void reading_fault(struct request *r, const char *parameter, const char *code, const char *detail);

/** The parameters of a page, in the struct of a read's input. */
struct reading_query {
    int64_t limit;
    const struct cursor *place; /* of "cursor" or "after"; NULL: from the beginning */
};

/** The places of one list; cursors of other lists are refused. */
struct reading_places {
    struct input_type type; /* the first */
    const char *tag;
};

/** Of a pointer to struct cursor, by struct reading_places. */
input_read reading_read_place;

#define READING_PLACES(its_tag)                                                                    \
    {                                                                                              \
        .type = {.kind = INPUT_LINE,                                                               \
                 .min = 1,                                                                         \
                 .max = CURSOR_MAX_BYTES,                                                          \
                 .read = reading_read_place},                                                      \
        .tag = (its_tag),                                                                          \
    }

/* Fields of struct reading_query, the member of this name of an input's struct. */
#define PAGE_LIMIT_FIELD(struct_type, member)                                                      \
    {                                                                                              \
        "limit", &limit_type, AT(struct_type, member.limit), .otherwise = READ_LIMIT_DEFAULT       \
    }
#define PAGE_PLACE_FIELD(struct_type, member, parameter, places)                                   \
    {                                                                                              \
        parameter, &(places).type, AT(struct_type, member.place)                                   \
    }

/** The values of a row that a number stands in, ["google",null]: one for each dimension that rows
 * are cut by. */
#define READING_ROW_MAX 2

struct reading_row {
    const char *values[READING_ROW_MAX]; /* NULL: absent */
    int count;
};

/** Of a pointer to struct reading_row. */
extern const struct input_type reading_row_type;

/** Where a page begins; all zero at the beginning. */
struct cursor reading_begin_at(const struct reading_query *page);

/** A page while it is written: begin, one value per item, end. */
struct reading_page {
    struct json_out json;
    const char *parameter; /* that takes next */
};

void reading_page_begin(struct request *r, struct reading_page *page, const char *parameter);

/** Ends the page and makes the reply; next is where the next page begins, NULL on the last. */
enum err reading_page_end(struct request *r, struct reading_page *page,
                          const struct reading_places *places, const struct cursor *next);

/** The Link header alone, for a page that is no JSON; next as of reading_page_end(). */
void reading_page_link(struct request *r, const char *parameter,
                       const struct reading_places *places, const struct cursor *next);

/** The same for a feed, which has no last page: next is always there, to be used later; the link to
 *  it is there only when more is waiting, so that a client that follows links reaches the end. */
enum err reading_feed_end(struct request *r, struct reading_page *page,
                          const struct reading_places *places, const struct cursor *next,
                          bool more);

#endif

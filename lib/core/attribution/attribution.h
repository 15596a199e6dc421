/*
 * The answer to "where do our leads and conversions come from": parts counted by the database are
 * joined into rows, ordered, and written as JSON or CSV. The rules are in docs/attribution.md.
 * Credit is counted in millionths; a conversion always gives exactly one whole, so that the credit
 * of all rows equals the number of conversions.
 */
#ifndef BATON_CORE_ATTRIBUTION_H
#define BATON_CORE_ATTRIBUTION_H

#include "base/error.h"
#include "base/json_out.h"
#include "base/text_out.h"
#include "core/config.h"
#include "core/lead/lead.h"

#include <stdbool.h>

enum attribution_model {
    ATTRIBUTION_FIRST, /* the first touch at or before the milestone gets all the credit */
    ATTRIBUTION_LAST,  /* the last one gets it */
    ATTRIBUTION_MODEL_COUNT
};

const char *attribution_model_name(enum attribution_model model);
extern const struct input_type attribution_model_type;

/** A whole conversion, in millionths. */
#define ATTRIBUTION_CREDIT_ONE ((int64_t)1000000)

/** Room for the longest credit, "9223372036854.775807", and a NUL. */
#define ATTRIBUTION_CREDIT_TEXT_MAX 24

#define ATTRIBUTION_DIMENSIONS_MAX 2

/** Rows of one answer, at most. */
#define ATTRIBUTION_ROWS_MAX 100000

struct attribution_query {
    enum milestone milestone;
    enum attribution_model model;
    enum dimension dimensions[ATTRIBUTION_DIMENSIONS_MAX]; /* source, medium or campaign */
    int dimension_count;
    bool monthly;         /* rows are cut by month */
    const char *timezone; /* IANA name, for months and bare dates */
    int window_days;      /* 0: none. Days of exactly 24 hours */
};

/** How the touches of a conversion relate to its milestone. */
enum attribution_standing {
    STANDING_CREDITED,  /* a touch at or before the milestone and within the window gets the credit
                         */
    STANDING_LATE,      /* no touch precedes the milestone: the earliest gets the credit */
    STANDING_OUTSIDE,   /* touches precede it, all older than the window */
    STANDING_UNTOUCHED, /* there is no touch at all */
};

/** Leads, or conversions, that have all of this in common. */
struct attribution_part {
    const char *month;                              /* "2026-11-01"; NULL unless monthly */
    const char *values[ATTRIBUTION_DIMENSIONS_MAX]; /* of the touch; NULL: absent */
    bool conversions;                               /* else leads, by their first touch */
    int64_t count;
    enum attribution_standing standing; /* of conversions, as are the amounts */
    int64_t amount_minor;               /* sum */
    const char *currency;               /* NULL: none of them has an amount */
};

/** Sums of amounts stop at this: 2^53 - 1, which JSON numbers hold exactly. */
#define ATTRIBUTION_AMOUNT_MAX INT64_C(9007199254740991)

struct attribution_row {
    const char *month;
    const char *values[ATTRIBUTION_DIMENSIONS_MAX];
    int64_t leads;
    int64_t credit; /* millionths */
    int64_t amount_minor;
    const char *currency; /* NULL: no amount */
    bool mixed;           /* several currencies: no sum */
};

struct attribution {
    struct attribution_query query;
    struct attribution_row *rows;
    size_t row_count;
    int64_t leads;
    int64_t conversions;
    int64_t outside_window;
    int64_t late_first_touch;
};

/** The part's credit, in millionths. */
int64_t attribution_credit(const struct attribution_part *part);

/** Joins the parts into rows in the order of the answer; the texts of parts stay borrowed.
 *  ERR_LIMIT_REACHED beyond ATTRIBUTION_ROWS_MAX; ERR_OUT_OF_MEMORY. */
enum err attribution_make(const struct attribution_query *query,
                          const struct attribution_part *parts, size_t count, struct arena *arena,
                          struct attribution *out) MUST_USE;

/** "3.000000" */
void attribution_credit_format(int64_t millionths, char out[ATTRIBUTION_CREDIT_TEXT_MAX]);

/** Attribution of openapi.yaml; names the definitions that were in force at any time from `from`
 *  (INSTANT_NONE: ever) to `to`. */
void attribution_write_json(const struct attribution *answer, const struct config *config,
                            instant from, instant to, struct json_out *out);

/** RFC 4180, with a header line; null is an empty field. */
void attribution_write_csv(const struct attribution *answer, struct text_out *out);

#endif

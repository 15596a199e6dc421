/*
 * The answer to "where do our leads and conversions come from": parts counted by the database are
 * joined into rows, ordered, and written as JSON or CSV. The rules are in docs/attribution.md.
 * A conversion always gives exactly one whole of credit (CREDIT_ONE), so that the credit of all
 * rows equals the number of conversions.
 */
#ifndef BATON_CORE_ATTRIBUTION_H
#define BATON_CORE_ATTRIBUTION_H

#include "base/error.h"
#include "base/json_out.h"
#include "base/text_out.h"
#include "core/attribution/attribution_setup.h"
#include "core/attribution/rates.h"
#include "core/config.h"
#include "core/lead/lead.h"

#include <stdbool.h>

/** A model, by its name. */
extern const struct input_type attribution_model_type;
bool attribution_model_parse(const char *name, size_t len, enum credit_model *out);

/** Conversions of one answer, at most, when they are read one by one: all models but first and
 * last. */
#define ATTRIBUTION_JOURNEYS_MAX 100000

/** In the place of values that a chain does not tell apart. */
#define ATTRIBUTION_OTHER "(other)"

/** Room for the longest credit, "9223372036.854775807", and a NUL. */
#define ATTRIBUTION_CREDIT_TEXT_MAX 24

#define ATTRIBUTION_DIMENSIONS_MAX 2

/** Rows of one answer, at most. */
#define ATTRIBUTION_ROWS_MAX 100000

struct attribution_query {
    const struct attribution_setup *setup; /* what counts, where nothing below says it */
    enum milestone milestone;
    enum credit_model model;
    enum attribution_cut dimensions[ATTRIBUTION_DIMENSIONS_MAX];
    int dimension_count;
    const char *interval; /* "month" …: rows are cut by it; NULL: they are not */
    const char *timezone; /* IANA name, for intervals and bare dates */
    int window_days;      /* 0: none. Days of exactly 24 hours */
    struct credit_rules rules;
    int64_t counted_to;        /* the position up to where it is counted; 0: it is read now */
    bool null_paths;           /* of markov: ways that have not converted count in the chain */
    bool costs;                /* what was spent stands beside what came of it */
    const char *currency;      /* amounts are converted to; NULL: they are as they are */
    const struct rates *rates; /* by these; their date is in rates_at */
    instant rates_at;
    bool owners_of_contents; /* values of content_owner are those of contents, to be joined */
    const char *asked;       /* the same as a query string without the model, for links */
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
    const char *time;                               /* "2026-11-01"; NULL without an interval */
    const char *values[ATTRIBUTION_DIMENSIONS_MAX]; /* of the touch; NULL: absent */
    bool conversions;                               /* else leads, by their first touch */
    bool uncut;                                     /* is counted in the totals alone */
    int64_t count;
    int64_t credit;                     /* of conversions, in units of CREDIT_ONE */
    enum attribution_standing standing; /* of conversions, as are the amounts */
    int64_t amount_minor;               /* sum */
    int64_t pipeline_minor;             /* of these the parts of open opportunities … */
    int64_t won_minor;                  /* … and of customers: never added up */
    const char *currency;               /* NULL: none of them has an amount */
};

/** Sums of amounts stop at this: 2^53 - 1, which JSON numbers hold exactly. */
#define ATTRIBUTION_AMOUNT_MAX INT64_C(9007199254740991)

/** Currencies without a rate that an answer names, at most. */
#define ATTRIBUTION_NO_RATE_MAX 20

struct attribution_row {
    const char *time;
    const char *values[ATTRIBUTION_DIMENSIONS_MAX];
    int64_t leads;
    int64_t credit; /* in units of CREDIT_ONE */
    int64_t amount_minor;
    int64_t pipeline_minor;
    int64_t won_minor;
    const char *currency; /* NULL: no amount */
    bool mixed;           /* several currencies: no sum */
    int64_t cost_minor;
    const char *cost_currency; /* NULL: nothing was spent */
    bool cost_mixed;
};

/** What was spent, of one currency. */
struct attribution_spend {
    const char *time;
    const char *values[ATTRIBUTION_DIMENSIONS_MAX];
    const char *currency;
    int64_t minor;
};

/** Touches of the conversions that do not count. */
struct attribution_left_out {
    bool asked;
    int64_t after_milestone;
    int64_t outside_window; /* older than it */
    int64_t other_kinds;    /* than those that the setup names */
};

struct attribution {
    struct attribution_query query;
    struct attribution_row *rows;
    size_t row_count;
    int64_t leads;
    int64_t conversions;
    int64_t outside_window;
    int64_t late_first_touch;
    /* currencies that could not be converted: rows with such have no amount */
    char no_rate[ATTRIBUTION_NO_RATE_MAX][4];
    size_t no_rate_count;
    struct attribution_left_out left_out; /* of any model */
};

/** Joins the parts into rows in the order of the answer; the texts of parts stay borrowed.
 *  ERR_LIMIT_REACHED beyond ATTRIBUTION_ROWS_MAX; ERR_OUT_OF_MEMORY. */
enum err attribution_make(const struct attribution_query *query,
                          const struct attribution_part *parts, size_t count, struct arena *arena,
                          struct attribution *out) MUST_USE;

/** Adds what was spent to the rows of an answer, and rows for what brought nothing; texts stay
 * borrowed. As attribution_make(). */
enum err attribution_add_spend(struct attribution *answer, const struct attribution_spend *spend,
                               size_t count, struct arena *arena) MUST_USE;

/** "3.000000000" */
void attribution_credit_format(int64_t credit, char out[ATTRIBUTION_CREDIT_TEXT_MAX]);

/** Attribution of openapi.yaml, of one model or several side by side; names the definitions that
 *  were in force at any time from `from` (INSTANT_NONE: ever) to `to`. */
void attribution_write_json(const struct attribution *answers, size_t count,
                            const struct config *config, instant from, instant to,
                            struct json_out *out);

/** The rows alone, flat and with numbers: what charts read. */
void attribution_write_rows(const struct attribution *answers, size_t count, struct json_out *out);

/** RFC 4180, with a header line; null is an empty field. */
void attribution_write_csv(const struct attribution *answers, size_t count, struct text_out *out);

#endif

/*
 * What a report is: leads (or handoffs of leads) counted by what they have in common. A report
 * declares what its rows can be cut by and what stands in its columns; questions, answers in JSON
 * and CSV, and the links by which each number opens to its leads are made of that, alike for all.
 */
#ifndef BATON_CORE_REPORT_H
#define BATON_CORE_REPORT_H

#include "base/json_out.h"
#include "base/text_out.h"
#include "core/config.h"

#include <stdbool.h>

#define REPORT_DIMENSIONS_MAX 16 /* of one report */
#define REPORT_CUTS_MAX       2  /* by, then_by */
#define REPORT_COLUMNS_MAX    24

/** Rows of one answer, at most. */
#define REPORT_ROWS_MAX 5000

/** The longest period of one question, in days, and the one that nobody asked for otherwise. */
#define REPORT_PERIOD_MAX_DAYS 366
#define REPORT_PERIOD_DAYS     30

enum report_form {
    REPORT_LEADS,  /* a count, which opens to what it counts */
    REPORT_SHARE,  /* of two counts, in percent; not read but made */
    REPORT_TENTHS, /* a number with one decimal; null: of nothing. So are these: */
    REPORT_NUMBER,
    REPORT_MINUTES,
    REPORT_MOMENT,
    REPORT_FLAG,   /* 0 or 1 */
    REPORT_HIDDEN, /* read, for numbers that are made of it, and not shown */
};

/** What others have measured, in tenths of a percent. */
struct report_published {
    int from;
    int to;
    const char *by;
};

struct report_column {
    const char *name;
    enum report_form form;
    bool of_whole;       /* it stands in the totals alone */
    const char *part_of; /* who answers for it: "marketing", "joint" or "sales"; NULL: not said */
    const char *part;    /* of a share: the columns of the two counts */
    const char *whole;
    int counted; /* 1 + what is kept counted for it (attribution/rollup_reports.h); 0: nothing */
    struct report_published published; /* by NULL: nothing */
};

struct report {
    const char *name;                              /* in the path */
    const char *basis;                             /* that is asked for; NULL: it has one alone */
    const char *dimensions[REPORT_DIMENSIONS_MAX]; /* by which rows can be cut; NULL ends them */
    int cuts;         /* so many of the first are, when the question names none */
    int days;         /* of the period that nobody asked for otherwise; 0: REPORT_PERIOD_DAYS */
    int days_max;     /* 0: REPORT_PERIOD_MAX_DAYS */
    int counted;      /* the basis of what is kept counted for its columns; 0: nothing is */
    const char *only; /* why it cannot be asked as of an earlier moment; NULL: it can */
    /* The first column counts what a row is made of: a row where it is 0 is left out. */
    struct report_column columns[REPORT_COLUMNS_MAX];
};

struct report_query {
    const struct config *config; /* teams and agreements as they are now */
    instant from;                /* inclusive */
    instant to;                  /* exclusive */
    instant as_of;               /* as it stood then; INSTANT_NONE: as it is */
    int64_t least_leads;         /* rows of fewer are left out; 0: none is */
    int cuts[REPORT_CUTS_MAX];   /* places among the dimensions */
    int cut_count;
};

/** In the place of a number: there is none. */
#define REPORT_NO_NUMBER INT64_MIN

struct report_row {
    const char *values[REPORT_CUTS_MAX]; /* NULL: absent */
    int64_t numbers[REPORT_COLUMNS_MAX]; /* minutes, microseconds of a moment */
    int64_t leads;                       /* behind it, where rows of a few are left out */
};

struct report_rows {
    struct report_row *items; /* the largest first */
    size_t count;
    size_t left_out; /* rows of fewer leads than the caller may see */
    struct report_row whole;
};

int report_column_count(const struct report *report);
/** The place of a dimension or column; -1: there is none of this name. */
int report_dimension(const struct report *report, const char *name);
int report_column(const struct report *report, const char *name);

/** Leaves out rows with fewer than this many leads behind them. */
void report_leave_out(struct report_rows *rows, int64_t fewer_than);

/** The report of openapi.yaml; names the agreements in force at any time of the period. */
void report_write_json(const struct report *report, const struct report_query *query,
                       const struct report_rows *rows, struct json_out *out);

/** The path of the items that a column of this row counts; row NULL: of all rows. */
void report_put_link(const struct report *report, const struct report_query *query,
                     const struct report_row *row, const char *column, struct text_out *out);

/** With a header line; the last column is the link to the leads of the row. */
void report_write_csv(const struct report *report, const struct report_query *query,
                      const struct report_rows *rows, struct text_out *out);

#endif

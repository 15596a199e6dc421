/*
 * The answered leads that suggestions are made of, gathered one by one as they were known when they
 * were first judged: what became of each, what each criterion saw, and its attributes that are in
 * no criterion. Memory is the arena's and grows with the leads.
 */
#ifndef BATON_CORE_SUGGESTION_SET_H
#define BATON_CORE_SUGGESTION_SET_H

#include "base/error.h"
#include "base/map.h"
#include "core/evidence/history.h"

/** Attributes that are tried, at most. */
#define SUGGESTION_NAMES_MAX 500

struct suggestion_rates {
    int64_t leads, accepted, sql, won;
    int64_t hits; /* reached the target, which is one of the three */
};

/** Leads by what a test came to. Only met and unmet are compared: of unknown ones nobody can say
 *  which side they belong to. */
struct suggestion_split {
    struct suggestion_rates met, unmet, unknown;
};

struct suggestion_lead {
    struct history_answer answer;
    bool hit;    /* reached the target */
    bool counts; /* mature, and sales has done with it; see suggestion_set_close() */
    bool qualified;
    bool total_decides; /* nothing but the total threshold stands in its way, or not even that */
    int32_t score;
    size_t age;             /* days since it was judged */
    const uint8_t *results; /* enum criterion_result, by criterion */
    const int32_t *points;
};

struct suggestion_seen {
    const struct value *value;
    size_t lead; /* its place among the leads */
};

/** An attribute that is in no criterion, with all values that were known. */
struct suggestion_name {
    const char *name;
    struct suggestion_seen *items; /* ordered by value once closed; only of leads that count */
    size_t count, size;
    struct suggestion_rates known; /* of the leads that count */
    bool excluded;                 /* by who asks */
    bool told_by_sales;            /* sales gave a value of it: it may be the answer itself */
};

/** Attributes that who asks leaves out. */
#define SUGGESTION_EXCLUDE_MAX 50

struct suggestion_exclude {
    const char *names[SUGGESTION_EXCLUDE_MAX];
    size_t count;
};

struct suggestion_set {
    const struct definition *definition;
    enum history_target target;
    instant now;
    struct arena *arena;
    const struct suggestion_exclude *exclude; /* borrowed; NULL: none */
    struct suggestion_lead *leads;
    size_t count, size;
    struct map by_name;
    struct suggestion_name *names[SUGGESTION_NAMES_MAX];
    size_t name_count;
    int64_t reached_after[HISTORY_DAYS];
    /* known once closed */
    int mature_days;                  /* -1: too few have reached the target to say */
    int64_t open, immature;           /* leads that do not count */
    struct suggestion_rates answered; /* all leads */
    struct suggestion_rates all;      /* those that count */
};

/** now: when it is asked. NULL when memory is short. */
struct suggestion_set *suggestion_begin(const struct definition *definition,
                                        enum history_target target, instant now,
                                        struct arena *arena);

/** Whether an attribute is left out: who asks wants it so, or sales gave values of it, which an sql
 *  definition alone asks for. */
bool suggestion_leaves_out(const struct suggestion_set *set, const struct suggestion_name *name);

/** Adds an answered lead; what is kept of it is copied. ERR_OUT_OF_MEMORY. */
enum err suggestion_add(struct suggestion_set *set, const struct history_view *view,
                        const struct history_answer *answer) MUST_USE;

/** When all are added: says which leads count, and orders the values. */
void suggestion_set_close(struct suggestion_set *set);

void suggestion_rates_add(struct suggestion_rates *rates, const struct suggestion_lead *lead);
/** What is in the whole and not in the part. */
struct suggestion_rates suggestion_rates_rest(const struct suggestion_rates *whole,
                                              const struct suggestion_rates *part);
/** Whether a share of the one is greater than of the other; false when either is empty. */
bool suggestion_rates_beat(const struct suggestion_rates *a, const struct suggestion_rates *b);

/** The leads that count, by what a criterion came to. */
struct suggestion_split suggestion_split_criterion(const struct suggestion_set *set,
                                                   size_t criterion);

#endif

/*
 * A definition: the written criteria for one term, compiled from its document (see
 * docs/definition.md). Immutable once compiled and free of references to the document, so any
 * number of threads may use it at once.
 */
#ifndef BATON_CORE_DEFINITION_H
#define BATON_CORE_DEFINITION_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/instant.h"
#include "core/definition/criterion_test.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRITERIA_MAX               64
#define TIERS_MAX                  10 /* of one criterion */
#define REASONS_MAX                50
#define NAMES_MAX                  128 /* attributes and facts that one definition uses */
#define TOUCH_KINDS_MAX            64  /* kinds of touch that one definition names */
#define CODE_MAX_BYTES             64
#define TITLE_MAX_BYTES            200
#define STATEMENT_MAX_BYTES        2000
#define POINTS_MAX                 10000 /* and as many below zero */
#define RESPOND_MINUTES_MAX        129600
#define CLOCK_DAYS_MAX             730
#define LIMIT_PER_MONTH_MAX        100000
#define DEFINITION_MEMORY_BYTES    (4 << 20) /* compiled */
#define DEFINITION_CANONICAL_BYTES (4 << 20) /* text that is hashed */

/* Used when the document does not say. */
#define RESPOND_MINUTES_DEFAULT 480
#define DECIDE_DAYS_DEFAULT     14
#define NURTURE_DAYS_DEFAULT    30

enum term { TERM_MQL, TERM_SRL, TERM_SQL, TERM_COUNT };

const char *term_name(enum term term);
bool term_parse(const char *name, enum term *out);
extern const struct input_type term_type;
extern const struct input_type criterion_kind_type;
extern const struct input_type reason_about_type;
extern const struct input_type reason_then_type;
extern const struct input_type exception_kind_type;

/** The first three are also the kinds of score. */
enum criterion_kind {
    CRITERION_FIT,
    CRITERION_ENGAGEMENT,
    CRITERION_READINESS,
    CRITERION_DISQUALIFIER,
    CRITERION_KIND_COUNT
};

#define SCORE_KINDS 3
/** There is a threshold for each kind of score, and one for the total. */
#define THRESHOLD_TOTAL SCORE_KINDS
#define THRESHOLD_COUNT (SCORE_KINDS + 1)

const char *criterion_kind_name(enum criterion_kind kind);
/** "fit", "engagement", "readiness" or "total". */
const char *threshold_name(int threshold);
extern const struct input_type threshold_name_type;

struct tier {
    uint16_t test; /* index of its first node */
    int32_t points;
};

/*
 * Result and points of a criterion:
 * - With a test, its result is the criterion's. When it is met, the criterion gives its points, or
 * instead those of the highest tier that is met: the one with the most points. Tiers of a criterion
 * whose test is not met give nothing; an unknown tier gives nothing.
 * - With tiers alone, it is met when any tier is, and gives the points of the highest one met;
 * unknown when none is met and one is unknown.
 */
struct criterion {
    const char *id;
    const char *title;
    enum criterion_kind kind;
    bool required;
    bool has_test;
    bool has_points;     /* the document gives points or tiers */
    uint16_t test;       /* index of its first node, when has_test */
    int32_t points;      /* of the test; 0 when none were written */
    int32_t most_points; /* the most that it gives when met */
    const struct tier *tiers;
    size_t tiers_count;
    const char *pointer; /* its index in the document */
};

enum reason_about { ABOUT_CRITERION, ABOUT_GAP, ABOUT_SOURCE, ABOUT_PROCESS, ABOUT_COUNT };
enum reason_then { THEN_NURTURE, THEN_DISQUALIFY, THEN_REROUTE, THEN_MERGE, THEN_COUNT };

const char *reason_about_name(enum reason_about about);
const char *reason_then_name(enum reason_then then);

struct reason {
    const char *code;
    const char *title;
    enum reason_about about;
    int criterion; /* index when about is ABOUT_CRITERION, else -1 */
    enum reason_then then;
    const char *team; /* with THEN_REROUTE: whose the lead is then; NULL: the next route's */
};

enum exception_kind {
    EXCEPTION_UNCLEAR,
    EXCEPTION_STRATEGIC,
    EXCEPTION_ACCOUNT_BASED,
    EXCEPTION_OVERRIDE,
    EXCEPTION_KIND_COUNT
};

const char *exception_kind_name(enum exception_kind kind);

struct exception {
    bool allowed;
    int32_t limit_per_month;
};

struct definition_name {
    const char *name;
    bool is_fact;
};

/** Read-only. */
struct definition {
    struct arena *arena; /* holds everything, including this struct */
    enum term term;
    const char *title;
    const char *statement; /* "" when there is none */
    const struct criterion *criteria;
    size_t criteria_count;
    const struct test_node *nodes;
    size_t nodes_count;
    const struct definition_name *names; /* attributes sorted by name, then facts likewise */
    size_t names_count;
    size_t attributes_count;  /* how many of the names are attributes */
    const char *const *kinds; /* kinds of touch, sorted */
    size_t kinds_count;
    bool counts_touches;     /* true if any test counts touches */
    bool asks_touch_details; /* true if any of them asks for a direction or a dimension */
    bool has_threshold[THRESHOLD_COUNT];
    int32_t thresholds[THRESHOLD_COUNT];
    const struct reason *reasons;
    size_t reasons_count;
    struct exception exceptions[EXCEPTION_KIND_COUNT];
    int32_t respond_minutes;
    int32_t decide_days;
    int32_t nurture_days;
    const struct signers *signers; /* core/definition/signers.h; NULL: one of each side */
};

/**
 * Checks the whole document and compiles it. Every fault is collected with its pointer; warnings
 * name what is allowed but looks wrong. Both may be NULL. ERR_INVALID_DEFINITION with at least one
 * fault; ERR_OUT_OF_MEMORY. *out is NULL on error, else the caller frees it.
 */
enum err definition_compile(const json_t *document, struct faults *faults, struct faults *warnings,
                            struct definition **out) MUST_USE;

void definition_free(struct definition *definition);

/** The memory that it takes; 0 for NULL. */
size_t definition_bytes(const struct definition *definition);

/** NULL when there is none with this code. */
const struct reason *definition_reason(const struct definition *definition, const char *code);

/** Index of the criterion with this id, or -1. */
int definition_criterion(const struct definition *definition, const char *id);

/** The highest score of this threshold that a lead with all required criteria met can have. */
int32_t definition_most_score(const struct definition *definition, int threshold);

bool definition_uses_attribute(const struct definition *definition, const char *name);

/** Whether the criterion's result or points depend on this attribute (so that a correction of it
 *  may change them) or on this fact. */
bool definition_criterion_uses(const struct definition *definition, size_t criterion,
                               const char *name, bool is_fact);

/**
 * What both sides sign: SHA-256 over the canonical JSON text of
 * {"document": …, "effective_from": RFC 3339 text or null}: keys sorted by their bytes, no white
 * space, text as UTF-8 with only `"`, `\` and control characters escaped, integers in decimal,
 * other numbers in the shortest form that reads back as the same double.
 * ERR_OUT_OF_MEMORY, or ERR_INVALID_DEFINITION when the text passes DEFINITION_CANONICAL_BYTES.
 */
enum err definition_hash(const json_t *document, instant effective_from,
                         uint8_t out[DIGEST_BYTES]) MUST_USE;

#endif

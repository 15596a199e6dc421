/*
 * A mapping says, as data, how what a sender delivers or a file holds becomes captures and deals.
 * docs/mapping.md is its manual. Compiled once, immutable, shared by threads.
 */
#ifndef BATON_CORE_MAPPING_H
#define BATON_CORE_MAPPING_H

#include "base/arena.h"
#include "base/error.h"
#include "base/fault.h"
#include "core/handoff/handoff.h"
#include "core/intake/lead_capture.h"
#include "core/intake/mapping_field.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MAPPING_ATTRIBUTES_MAX ATTRIBUTES_PER_LEAD_MAX
#define MAPPING_STEPS_MAX      8
#define MAPPING_CASES_MAX      30
#define MAPPING_EACH_MAX       8
#define MAPPING_URL_MAX_BYTES  2000 /* of what is fetched */
#define MAPPING_MERGED_MAX     50   /* ids that one event says are one person */
#define MAPPING_PLACES_MAX     4    /* where they are */
/** Items of one document, at most. */
#define MAPPING_ITEMS_MAX 256
/** Bytes of an identity and of an event id. */
#define MAPPING_ID_MAX_BYTES 200

enum mapping_use {
    MAPPING_INBOUND, /* of a source of webhooks */
    MAPPING_IMPORT,  /* of files: names the team and may map deals */
};

/** What comes of an item. */
enum mapping_effect {
    MAPPING_LEAD,    /* a lead, with all that is mapped */
    MAPPING_TOUCH,   /* only what happened with it */
    MAPPING_FACTS,   /* what sales has found out about it */
    MAPPING_OUTCOME, /* what became of the deal with it */
    MAPPING_ERASURE, /* the person is to be forgotten */
    MAPPING_MERGE,   /* it is the same person as others */
    MAPPING_FETCH,   /* it names what is to be fetched, which is a delivery of its own */
    MAPPING_IGNORED, /* nothing, on purpose */
    MAPPING_EFFECT_COUNT
};

const char *mapping_effect_name(enum mapping_effect effect);

struct mapping_attribute {
    const char *name;
    const char *what; /* it, when it is left out: "attributes.<name>" */
    struct mapping_field field;
};

struct mapping_step {
    const char *team;          /* name */
    const char *member_source; /* NULL: steps without a member */
    struct mapping_field member;
    struct mapping_field at;
    /* whether the team rejected it */
    struct mapping_reject {
        const struct mapping_condition *is;
        size_t is_count; /* 0: it never did */
        struct mapping_field reason;
        struct mapping_field at; /* absent: as the step */
    } reject;
};

/** What is fetched: an address, with values of the item in it. */
struct mapping_fetch {
    const char *url; /* NULL: nothing. "{name}" is a value, percent-encoded, after the host */
    const struct mapping_attribute *values; /* sorted by name */
    size_t value_count;
    const char *headers; /* a line for each, where "{secret}" may stand; NULL: none */
    bool wants_secret;
};

struct mapping_merged {
    struct mapping_field field; /* one id, or a list of them */
    const char *source;         /* NULL: the name of the source */
};

struct mapping {
    bool is_deal;
    const char *team;                /* name; imports only */
    const struct mapping_path *each; /* the first that is there; a token "*" is each of an array */
    size_t each_count;               /* 0: the document itself */
    /* of a mapping for several kinds of events: an item is the first case's that it fits */
    const struct mapping *cases; /* NULL: it is for all items */
    size_t case_count;
    const struct mapping_condition *is; /* of a case; of a file: the rows to take ("where") */
    size_t is_count;
    bool by_content; /* of a file: rows have no id, and are known by what stands in them */
    enum mapping_effect effect;
    const char *const *nulls; /* texts that stand for nothing */
    size_t null_count;        /* when none are given: "" */
    bool nulls_given;
    struct mapping_field email;
    const char *external_source; /* NULL: the name of the source */
    struct mapping_field external_id;
    struct mapping_field anonymous_id;
    struct mapping_field event_id;
    struct mapping_field occurred_at;
    struct mapping_field claimed_stage;
    const struct mapping_attribute *attributes; /* sorted by name */
    size_t attribute_count;
    bool touches;
    struct mapping_field touch_kind;
    struct mapping_field touch_direction;
    struct mapping_field touch_values[DIMENSION_COUNT];
    struct mapping_field touch_url;
    struct mapping_field touch_cost;
    struct mapping_field touch_currency;
    /* of deals */
    const struct mapping_step *steps;
    size_t step_count;
    struct mapping_outcome {
        struct mapping_field kind;
        struct mapping_field at;
        struct mapping_field reason;
        struct mapping_field amount;
        struct mapping_field currency;
    } outcome;
    const struct mapping_attribute *facts; /* sorted by name */
    size_t fact_count;
    /* where other ids of the same person are */
    const struct mapping_merged *merged;
    size_t merged_count;
    struct mapping_fetch fetch;
};

/** What a mapping is read for, and by whom. */
struct mapping_reading {
    enum mapping_use use;
    const char *pointer; /* where it stands in its body */
    /* The zones that its dates name, for the caller to open, since that reads a file:
     * time_zone_find() */
    const struct time_zone *(*find_zone)(const char *name, struct arena *arena);
};

/**
 * Compiles a document; everything is copied into the arena, so the JSON may go. ERR_INVALID_VALUE
 * with all faults at once; ERR_OUT_OF_MEMORY.
 */
enum err mapping_compile(const json_t *json, const struct mapping_reading *reading,
                         struct arena *arena, struct faults *faults,
                         const struct mapping **out) MUST_USE;

/* code, what people read */
#define MAPPED_ERROR_TABLE(X)                                                                      \
    X(MISSING, "missing", "There is nothing here.")                                                \
    X(TOO_MANY, "too_many", "More items than one delivery may have.")                              \
    X(NO_CASE, "no_case", "No case of the mapping fits.")                                          \
    X(NO_IDENTITY, "no_identity", "Neither email nor external id nor anonymous id is there.")      \
    X(TYPE, "type", "A text or a number is wanted, or a list of them for an attribute.")           \
    X(EMAIL, "email", "This is not an email address.")                                             \
    X(TOO_LONG, "too_long", "The text is too long.")                                               \
    X(CONTROL, "control", "The text has control characters.")                                      \
    X(DATE, "date", "This is not a date such as 2026-11-23 or 2026-11-23T10:00:00Z.")              \
    X(DATE_BOUNDS, "date_bounds", "Nothing happens before 1990 or later than tomorrow.")           \
    X(NUMBER, "number", "This is not a number such as 1200 or -0.5.")                              \
    X(BOOLEAN, "boolean", "This is neither yes nor no.")                                           \
    X(STAGE, "stage", "There is no such stage; map the sender's word.")                            \
    X(KIND, "kind", "A kind of touch has a-z, 0-9, _ - . : only; map the sender's word.")          \
    X(DIRECTION, "direction", "Only inbound and outbound are directions.")                         \
    X(PERSONAL, "personal",                                                                        \
      "It looks like an email address or a phone number: (personal) stands there.")                \
    X(EVENT_SHARED, CAPTURE_EVENT_SHARED,                                                          \
      "Another person has this event, too: it is one touch of each.")                              \
    X(CUT, "cut", "The text was too long, and its beginning is kept.")                             \
    X(UNKNOWN_LEAD, "unknown_lead", "Nobody with this identity is known.")                         \
    X(NO_HANDOFF, "no_handoff", "The lead was never handed on.")                                   \
    X(NOT_RECEIVER, "not_receiver", "Facts come from a team that receives handoffs.")              \
    X(NOT_CONFIRMED, "not_confirmed", "The source does not erase: say so with \"erases\".")        \
    X(OTHER_SIDE, "other_side", "The lead is the other side's.")                                   \
    X(OPEN_HANDOFFS, "open_handoffs", "Both leads have an open handoff: close one of them first.") \
    X(OLDER, "older", "It was so before what is known, and changes nothing.")                      \
    X(REASON, "reason", "The definitions do not know this reason; map the sender's word.")         \
    X(FETCH, "fetch", "What is to be fetched is not named.")                                       \
    X(NO_SECRET, "no_secret",                                                                      \
      "Say what is shown when it is fetched: \"fetch_secret\" of the source.")                     \
    X(MERGED, "merged", "No other id of the same person is here.")                                 \
    X(FACTS, "facts", "There is no fact here.")                                                    \
    X(AMOUNT, "amount", "This is not an amount such as 1200 or 1200.50, with its currency.")       \
    X(OUTCOME, "outcome", "Only opportunity, won and lost are outcomes; map the sender's word.")

enum mapped_error {
    MAPPED_OK,
#define X(name, code, detail) MAPPED_##name,
    MAPPED_ERROR_TABLE(X)
#undef X
        MAPPED_ERROR_COUNT
};

const char *mapped_error_code(enum mapped_error error);
const char *mapped_error_detail(enum mapped_error error);

struct mapped_step {
    const char *team;
    const char *member_source;
    const char *member; /* external id, or NULL */
    instant at;
};

struct mapped_deal {
    const struct mapped_step *steps;
    size_t step_count;         /* up to the one that was rejected */
    size_t steps_max;          /* that its mapping has */
    bool rejected;             /* by the team of the last step: at outcome_at, for the reason */
    enum outcome_kind outcome; /* OUTCOME_NONE: none is given */
    instant outcome_at;        /* INSTANT_NONE: that of the last step */
    const char *reason;        /* of a lost or rejected one, or NULL */
    struct amount amount;
    const char *event_id; /* which deal of its lead it is; NULL: it has one */
};

/** What became of a deal, as a CRM says. */
struct mapped_outcome {
    enum outcome_kind kind; /* never OUTCOME_NONE */
    struct amount amount;
    const char *reason; /* or NULL */
};

/** One item of a document. */
struct mapped {
    enum mapped_error error; /* of what says who it is; nothing else holds then */
    const char *detail;      /* in words; static text */
    const char *pointer;     /* its place, from the document's root; never a value */
    enum mapping_effect effect;
    struct capture_input capture;   /* with what else did not fit, and was left out */
    const struct mapped_deal *deal; /* NULL: a lead */
    /* of the effects that are named so; who it is and when stand in capture */
    const struct fact_input *facts; /* sorted by name */
    size_t fact_count;
    struct mapped_outcome outcome;
    const char *fetch_url;
    const char *fetch_headers;
    const struct identity *merged; /* the other ids of the same person */
    size_t merged_count;
    const char *row_id; /* of a file's row that has no id of its own: by what stands in
                           it; set by who reads the file. NULL: none */
};

/** Whether a lead comes of it. */
static inline bool mapped_is_capture(const struct mapped *item)
{
    return item->error == MAPPED_OK &&
           (item->effect == MAPPING_LEAD || item->effect == MAPPING_TOUCH);
}

/** Whether something is to be done to a lead that is there. */
static inline bool mapped_is_change(const struct mapped *item)
{
    return item->error == MAPPED_OK && item->effect != MAPPING_IGNORED && !mapped_is_capture(item);
}

/** Names something of an item beside what its mapping has left out. */
void mapped_note(struct mapped *item, const char *what, enum mapped_error error,
                 struct arena *arena);

/** Who sends it, and in what form. */
struct mapped_from {
    const char *source_name;         /* of external ids that name no other */
    const char *sender;              /* whose event ids these are: touch_input.sender */
    enum knowledge_source knowledge; /* of the attributes */
    bool tabular;                    /* a form or a row of CSV: every value came as text */
    bool file;                       /* a row can be mended and sent again: a wrong identity, even
                                        beside one that is right, or a wrong date refuses it */
    instant occurred_at;             /* when the document does not say; INSTANT_NONE: now */
    instant now; /* what lies a day after it is nonsense; INSTANT_NONE: nothing */
};

/**
 * Maps a document to its items. Texts are borrowed from mapping and document or made in the arena.
 * ERR_OUT_OF_MEMORY alone; what is wrong with an item stands in it. At least one item.
 */
enum err mapping_apply(const struct mapping *mapping, const json_t *document,
                       const struct mapped_from *from, struct arena *arena, struct mapped **items,
                       size_t *count) MUST_USE;

#endif

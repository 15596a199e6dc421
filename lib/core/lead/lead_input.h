/*
 * What is said of a lead: attributes, facts and touches, by a capture, a correction or a merge.
 */
#ifndef BATON_CORE_LEAD_INPUT_H
#define BATON_CORE_LEAD_INPUT_H

#include "core/command.h"

/** An attribute as somebody gave it: VALUE_NULL clears. */
struct attribute_input {
    const char *name;
    struct value value;
};

struct touch_input {
    const char *kind;
    instant occurred_at;                 /* INSTANT_NONE: now */
    const char *values[DIMENSION_COUNT]; /* NULL: none */
    struct amount cost;
    enum direction direction;
    const char *event_id; /* NULL: none */
    const char *sender;   /* whose event ids these are: "api", or an inbound source's id */
};

/** Attributes of one lead that somebody gave at once. */
struct attributes_input {
    const struct attribute_input *items; /* sorted by name, each name once */
    size_t count;
    instant occurred_at; /* when it was so; INSTANT_NONE: now */
    enum knowledge_source source;
    bool adds_only; /* what is known from another kind of source stays as it is */
    bool word; /* without a date: a person says so now, which beats all that was known before */
};

/** What they changed. */
struct attribute_changes {
    size_t count;
    size_t kept;             /* not changed, for adds_only */
    const char *commitments; /* JSON object of those that changed, for an entry's body */
    size_t commitments_len;
};

/** The moment that counts for a given one: a moment in the future counts as the moment of receipt,
 * and so does INSTANT_NONE. */
instant lead_moment(const struct work *work, instant given);

/** Gives them to a lead that is open for change; *changes lives in the arena. Uses the scratch
 * text, so no ledger body may be begun. ERR_LIMIT_REACHED; ERR_OUT_OF_MEMORY. */
enum err lead_attributes_apply(struct work *work, struct lead *lead,
                               const struct attributes_input *input,
                               struct attribute_changes *changes) MUST_USE;

struct fact_input {
    const char *name;
    struct value value;
    const char *evidence; /* NULL: none */
};

/** Facts of one lead that a member confirmed at once. */
struct confirmed_input {
    const struct fact_input *items; /* sorted by name */
    size_t count;
    instant occurred_at; /* INSTANT_NONE: now */
};

/** Writes them to a lead that is open for change, with their ledger entry. */
enum err lead_facts_apply(struct work *work, struct lead *lead, const struct caller *caller,
                          const struct confirmed_input *input) MUST_USE;

/** The touch that this would be, by the caller's team; its texts are borrowed. */
struct touch lead_touch_of(struct work *work, const struct caller *caller,
                           const struct touch_input *input);

/** Adds a touch to a lead that is open for change: FIND_ABSENT. FIND_FOUND: its event is known
 *  already, and nothing has changed. An event of another person is one of this one, too. */
enum find lead_touch_apply(struct work *work, struct lead *lead, const struct caller *caller,
                           const struct touch_input *input, struct touch *touch);

/** A touch as the ledger keeps it, with sorted keys. */
void touch_write_ledger(const struct touch *touch, const struct lead *lead, struct json_out *body);

#endif

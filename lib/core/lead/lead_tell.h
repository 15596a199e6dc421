/*
 * What is said of a lead: attributes, facts and touches, by a capture, a correction or a merge.
 */
#ifndef BATON_CORE_LEAD_TELL_H
#define BATON_CORE_LEAD_TELL_H

#include "core/command.h"

/** An attribute as told: VALUE_NULL clears. */
struct told {
    const char *name;
    struct value value;
};

struct touch_input {
    const char *kind;
    instant occurred_at;                 /* INSTANT_NONE: now */
    const char *values[DIMENSION_COUNT]; /* NULL: none */
    enum direction direction;
    const char *event_id; /* NULL: none */
    const char *sender;   /* whose event ids these are: "api", or an inbound source's id */
};

/** Tells a lead attributes (sorted by name); writes the commitments of those that changed as
 *  members into an open JSON object, and counts them. The lead must be open for change.
 *  ERR_LIMIT_REACHED; ERR_OUT_OF_MEMORY. */
enum err lead_tell(struct work *work, struct lead *lead, const struct told *told, size_t count,
                   const struct observation *how, struct json_out *commitments,
                   size_t *changed) MUST_USE;

struct fact_input {
    const char *name;
    struct value value;
    const char *evidence; /* NULL: none */
};

/** Writes facts by a member to a lead that is open for change, with its ledger entry. */
enum err lead_facts_apply(struct work *work, struct lead *lead, const struct caller *caller,
                          const struct fact_input *facts, size_t count,
                          instant occurred_at) MUST_USE;

/** Adds a touch to a lead that is open for change, unless its event is known already. */
enum find lead_touch_apply(struct work *work, struct lead *lead, const struct caller *caller,
                           const struct touch_input *input, struct touch *touch, bool *known);

/** A touch as the ledger keeps it, with sorted keys. */
void touch_write_ledger(const struct touch *touch, struct json_out *body);

#endif

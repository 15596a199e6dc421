/*
 * Capture: a lead that a team has heard of, new or known. Finds the lead by its identities, adds
 * what is new and the touch, judges it, and offers it when the way is open.
 */
#ifndef BATON_CORE_LEAD_CAPTURE_H
#define BATON_CORE_LEAD_CAPTURE_H

#include "core/lead/lead_input.h"

/** The origin is the touch's direction; without a touch, inbound. */
#define CAPTURE_ORIGIN_OF_TOUCH (-1)

/** A value that came with a capture and did not fit: it was left out, and the lead is there. */
struct left_out {
    const char *what;    /* such as "attributes.size" or "touch.campaign" */
    const char *code;    /* why */
    const char *detail;  /* in words; static text */
    const char *pointer; /* where it stood in what was sent */
};

/** Named in the lead's history beside what was left out: the event was another person's, too. */
#define CAPTURE_EVENT_SHARED "event_shared"
/** Likewise: attributes that a key that only adds may not change were given, and kept as they are.
 */
#define CAPTURE_KEPT "kept"

struct capture_input {
    const struct identity *identities; /* at least one; emails normalised */
    size_t identity_count;
    const struct attribute_input *attributes; /* sorted by name, each name once */
    size_t attribute_count;
    const struct touch_input *touch; /* NULL: none */
    enum stage claimed_stage;        /* STAGE_COUNT: none */
    int origin;                      /* enum direction of a new lead, or CAPTURE_ORIGIN_OF_TOUCH */
    enum knowledge_source source;    /* of the attributes */
    instant occurred_at;             /* of the attributes; INSTANT_NONE: the touch's, else now */
    const struct left_out *left_out; /* named in the lead's history */
    size_t left_out_count;
    bool imported;  /* history: nothing is judged, nothing is offered */
    bool adds_only; /* by a key that may capture and no more: of what is known it changes what forms
                       said, and its answer shows nothing of it */
};

struct judgement;

/** What a capture did, for callers that write an answer of their own. */
struct captured {
    enum err err;      /* why it was refused, else ERR_NONE */
    struct lead *lead; /* NULL when memory is short */
    bool created;
    bool known_event;  /* the touch was there already */
    bool shared_event; /* its event is one of another person as well */
    bool changed;      /* anything: what is known already changes nothing */
    bool ahead;        /* a moment that was given lies in the future, and counts as now */
    bool adds_only;    /* as in its input */
    bool joined;       /* an anonymous lead was found to be the same person */
    const struct uuid *duplicates;
    size_t duplicate_count;
    struct judgement *judgement;
};

/** The capture itself, without an answer: for batch, inbound and import. FIND_NEEDED: load more;
 *  else FIND_FOUND. */
enum find lead_capture_apply(struct work *work, const struct caller *caller,
                             const struct capture_input *input, struct captured *captured);

/** Words for a capture that was refused. */
void lead_capture_refuse(struct work *work, const struct captured *captured,
                         struct outcome *outcome);

/** The attributes given, and those that follow from an email address where they are not given
 *  themselves, sorted by name. NULL: memory is short. */
struct attribute_input *lead_capture_attributes(struct work *work,
                                                const struct capture_input *input, size_t *count);

/** After FIND_NEEDED, for the captures of the same command that were not tried yet: notes what they
 *  can be seen to need, so that one more round brings it for all of them. */
void lead_capture_note_needs(struct work *work, const struct capture_input *input);

/** The identities and the event that a capture will look for. */
bool lead_capture_note_keys(const struct capture_input *input, struct work *work,
                            struct uuid workspace, struct work_keys *keys);

/** Writes the members lead, created, possible_duplicates, verdict and handoff; of a capture that
 * only adds, created and the lead's id. */
void lead_capture_write(const struct work *work, const struct captured *captured,
                        struct json_out *out);

bool lead_capture_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision lead_capture(struct work *work, const struct command *command,
                           struct outcome *outcome);

#endif

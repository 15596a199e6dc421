/*
 * What a ledger entry says to those who follow the ledger: the event feed, the feedback feed, a
 * lead's timeline. Read from the entry's body; no personal data is in it.
 */
#ifndef BATON_CORE_EVENT_H
#define BATON_CORE_EVENT_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/handoff/handoff.h"
#include "core/lead/lead.h"

struct event {
    int64_t pos; /* from 1, dense per workspace */
    enum ledger_kind kind;
    instant at;
    struct actor actor;
    struct uuid team;
    struct uuid lead;        /* nil when it is about something else */
    struct uuid handoff;     /* nil: none */
    enum term term;          /* with version */
    int version;             /* of the definition; 0: none */
    enum stage stage_before; /* STAGE_COUNT: the stage did not move */
    enum stage stage_after;
    const char *reason; /* a code, or NULL */
    const char *cause;  /* a code: why the system did it, or NULL */
    struct uuid touch;  /* nil: none */
    int rating;         /* 0: none */
    struct amount amount;
    struct uuid other_lead; /* of a merge, made or taken back; nil of all else */
    const char *left_out;   /* JSON: what came with a capture and did not fit; NULL: nothing */
};

/** Whether the subject of entries of this kind is a lead. */
bool event_is_of_lead(enum ledger_kind kind);

/** Whether GET /v1/feedback shows entries of this kind (enum ledger_kind). */
bool event_is_feedback(int kind);

/** Reads an entry's body; everything that the body does not say is nil, NULL or 0. Texts live in
 *  the arena. ERR_INTERNAL for a damaged body, ERR_OUT_OF_MEMORY. */
enum err event_read(const struct ledger_entry *entry, int64_t pos, struct arena *arena,
                    struct event *out) MUST_USE;

/** Event of openapi.yaml. */
void event_write(const struct event *event, const struct config *config, struct json_out *out);

/** TimelineItem; touch may be NULL, its values are its dimensions' texts. */
void event_write_timeline(const struct event *event, const struct touch *touch,
                          const struct config *config, struct json_out *out);

/** FeedbackItem; the handoff is the one that the event is about. Rejections and returns take their
 *  note from it; note is that of everything else, and may be NULL. */
void event_write_feedback(const struct event *event, const struct handoff *handoff,
                          const char *note, const struct config *config, struct json_out *out);

#endif

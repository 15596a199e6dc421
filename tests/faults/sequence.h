/*
 * A sequence of things that clients do to a workspace: made from a seed, written and read as text,
 * so that one that failed is played again and cut down to what matters.
 *
 * Everything is named by a small number: a person by an index of its email addresses, a lead or
 * handoff by its place among those that the clients have heard of so far, modulo their count. A
 * step therefore means something in whatever company it is played.
 */
#ifndef BATON_TESTS_SEQUENCE_H
#define BATON_TESTS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_STEPS_MAX   400
#define SEQUENCE_CLIENTS_MAX 4

/* Members with keys of their own, then the keys of the teams themselves. */
#define WHO_TABLE(X)                                                                               \
    X(ANA, ana)                                                                                    \
    X(MAX, max)                                                                                    \
    X(SAM, sam)                                                                                    \
    X(SUE, sue)                                                                                    \
    X(MARKETING, marketing)                                                                        \
    X(SALES, sales)

enum who {
#define X(name, text) WHO_##name,
    WHO_TABLE(X)
#undef X
        WHO_COUNT
};

#define ACT_TABLE(X)                                                                               \
    X(CAPTURE, capture)                                                                            \
    X(BATCH, batch)                                                                                \
    X(TOUCH, touch)                                                                                \
    X(PATCH, patch)                                                                                \
    X(FACTS, facts)                                                                                \
    X(OVERRIDE, override)                                                                          \
    X(MERGE, merge)                                                                                \
    X(ERASE, erase)                                                                                \
    X(OFFER, offer)                                                                                \
    X(CLAIM, claim)                                                                                \
    X(RELEASE, release)                                                                            \
    X(ASSIGN, assign)                                                                              \
    X(ACCEPT, accept)                                                                              \
    X(REJECT, reject)                                                                              \
    X(RETURN, return )                                                                             \
    X(WITHDRAW, withdraw)                                                                          \
    X(QUALIFY, qualify)                                                                            \
    X(FEEDBACK, feedback)                                                                          \
    X(DISPUTE, dispute)                                                                            \
    X(UPHOLD, uphold)                                                                              \
    X(CONCEDE, concede)                                                                            \
    X(OUTCOME, outcome)                                                                            \
    X(ROUTES, routes)                                                                              \
    X(DEFINE, define)                                                                              \
    X(REPEAT, repeat)                                                                              \
    X(REUSE, reuse)                                                                                \
    X(GET_LEAD, get_lead)                                                                          \
    X(GET_HANDOFF, get_handoff)                                                                    \
    X(LATER, later) /* nobody does anything for LATER_SECONDS */

/* Longer than any lease, and a part of every other time. */
#define LATER_SECONDS 7200

enum act {
#define X(name, text) ACT_##name,
    ACT_TABLE(X)
#undef X
        ACT_COUNT
};

const char *act_name(enum act act);
const char *who_name(enum who who);

#define STEP_NONE (-1)

/* The numbers that a step has; STEP_NONE: left out. */
#define STEP_TABLE(X)                                                                              \
    X(client)                                                                                      \
    X(lead)      /* place among the known leads */                                                 \
    X(other)     /* the lead to absorb; or which earlier step of this client is repeated */        \
    X(handoff)   /* place among those known to fit, the latest first */                            \
    X(email)     /* of EMAILS */                                                                   \
    X(external)  /* of EXTERNALS */                                                                \
    X(anonymous) /* of ANONYMOUS */                                                                \
    X(employees) /* of model_employees */                                                          \
    X(seniority) /* of model_seniorities */                                                        \
    X(rival)     /* 0 or 1 */                                                                      \
    X(budget)    /* of model_budgets */                                                            \
    X(touch)     /* of model_touches: one comes with it */                                         \
    X(event)     /* of EVENTS: the event id of the touch */                                        \
    X(outbound)  /* 1: the touch is ours */                                                        \
    X(when)      /* of MOMENTS; left out: now */                                                   \
    X(choice)    /* reason, kind, term, result, outcome, rating … */                             \
    X(limit)     /* handoffs to claim */

#define EMAILS    7
#define EXTERNALS 3
#define ANONYMOUS 3
#define EVENTS    6
#define MOMENTS   8

struct step {
    enum act act;
    enum who who;
#define X(name) int name;
    STEP_TABLE(X)
#undef X
};

struct sequence {
    struct step steps[SEQUENCE_STEPS_MAX];
    size_t count;
};

/** The same seed, the same steps. Configuration is changed by the first client alone. Time passes
 *  for one client, if it wants that. */
void sequence_make(struct sequence *sequence, uint64_t seed, size_t count, int clients,
                   bool time_passes);

/** One step a line, "capture who=ana client=0 email=1". The caller frees it. */
char *sequence_write(const struct sequence *sequence);

/** Lines that are empty or begin with # are left out. False for text that is no sequence. */
bool sequence_read(struct sequence *sequence, const char *text);

/**
 * Leaves out steps as long as the rest still fails: halves, quarters …, single ones. fails() is
 * called with what is left, `runs` times at most.
 */
void sequence_shrink(struct sequence *sequence, bool (*fails)(void *, const struct sequence *),
                     void *context, int runs);

#endif

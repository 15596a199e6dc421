/*
 * A handoff's life: every step that there is, as one table. A rule says who may take the step, in
 * which states and when, and what comes of it: the handoff's state, the lead's owner, stage, hold
 * and next step, and the ledger entry with what it says.
 *
 * Core walks the table (handoff_walk.h). `allowed_actions`, the replay of the ledger (replay.h),
 * the table of docs/handoff.md and the exhaustive test (tests/unit/test_life.c) are made from it. A
 * new step is a new rule; docs/architecture.md lists what else it takes.
 */
#ifndef BATON_CORE_LIFE_H
#define BATON_CORE_LIFE_H

#include "core/handoff/handoff.h"

/* What callers do with a handoff, by its id; in the order of allowed_actions. */
#define HANDOFF_ACTION_TABLE(X)                                                                    \
    X(CLAIM, "claim")                                                                              \
    X(ACCEPT, "accept")                                                                            \
    X(REJECT, "reject")                                                                            \
    X(RETURN, "return")                                                                            \
    X(QUALIFY, "qualify")                                                                          \
    X(GRANT, "grant")                                                                              \
    X(DECLINE, "decline")                                                                          \
    X(WITHDRAW, "withdraw")                                                                        \
    X(RELEASE, "release")                                                                          \
    X(ASSIGN, "assign")                                                                            \
    X(FEEDBACK, "feedback")                                                                        \
    X(DISPUTE, "dispute")                                                                          \
    X(UPHOLD, "uphold")                                                                            \
    X(CONCEDE, "concede")                                                                          \
    X(APPEAL, "appeal")                                                                            \
    X(OUTCOME, "outcome")

/* What happens to it otherwise; never among allowed_actions. */
#define HANDOFF_EVENT_TABLE(X)                                                                     \
    X(OFFER, "offer")                                                                              \
    X(REQUEST, "request")                                                                          \
    X(RETAKE, "concede, the new one") /* what a concession makes of the disputed handoff */        \
    X(IMPORT, "import")                                                                            \
    X(DEAL, "deal")     /* to another member, as the first has not answered */                     \
    X(REMIND, "remind") /* of the answer, also before it is due, or of the decision */             \
    X(EXPIRE, "expire")                                                                            \
    X(GRANT_UNANSWERED, "grant, for want of an answer")                                            \
    X(DECLINE_UNANSWERED, "decline, for want of an answer")                                        \
    X(OVERTAKE, "overtake") /* somebody gets the lead before its request is answered */            \
    X(UNMERGE, "unmerge")   /* the merge that led to the offer is taken back */                    \
    X(ERASE, "erase")

enum handoff_action {
#define X(name, text) ACTION_##name,
    HANDOFF_ACTION_TABLE(X)
#undef X
        ACTION_COUNT, /* of those that callers take */
    ACTION_BEFORE_EVENTS = ACTION_COUNT - 1,
#define X(name, text) ACTION_##name,
    HANDOFF_EVENT_TABLE(X)
#undef X
        ACTION_AND_EVENT_COUNT
};

const char *handoff_action_name(enum handoff_action action);

/* name, in words */
#define LIFE_WHO_TABLE(X)                                                                          \
    X(RECEIVER, "the receiving team")                                                              \
    X(OFFERER, "the offering team")                                                                \
    /* and of whom no rule is asked, because the command itself knows */                           \
    X(OWNER, "the team that has the lead, or Baton along a route")                                 \
    X(ASKER, "a sales team that does not have the lead")                                           \
    X(REFEREE, "the referee whom the routes name")                                                 \
    X(ERASER, "whoever erases the lead")                                                           \
    X(IMPORTER, "whoever imports it")                                                              \
    X(BATON, "Baton")

enum life_who {
#define X(name, text) WHO_##name,
    LIFE_WHO_TABLE(X)
#undef X
        WHO_COUNT
};

/* name, predicate in life.c, in words, error and detail of a refusal; NULL: the general one.
 * Refusals follow this order. */
#define LIFE_WHEN_TABLE(X)                                                                         \
    X(NOT_ANOTHERS, is_not_anothers, "no other member has claimed it", ERR_CLAIMED_BY_OTHER,       \
      "Another member has claimed it; the lease is in claimed_until")                              \
    X(UNCLAIMED, is_unclaimed, "it is not claimed", ERR_STATE_CONFLICT, NULL)                      \
    X(CLAIMED, is_claimed, "it is claimed", ERR_STATE_CONFLICT, NULL)                              \
    X(OVERDUE, is_overdue, "`respond_by` has passed", ERR_STATE_CONFLICT, NULL)                    \
    X(IN_TIME, is_in_time, "`respond_by` has not passed", ERR_STATE_CONFLICT, NULL)                \
    X(UNDISPUTED, is_undisputed, "it was never disputed", ERR_STATE_CONFLICT, NULL)                \
    X(DISPUTED, is_disputed, "the dispute is open", ERR_STATE_CONFLICT, NULL)                      \
    X(UPHELD, is_upheld, "the receiving team has upheld it", ERR_STATE_CONFLICT, NULL)             \
    X(REFEREED, is_refereed, "the routes name a referee", ERR_STATE_CONFLICT,                      \
      "The routes name no referee: what is upheld stands")                                         \
    X(APPEALED, is_appealed, "it is appealed", ERR_STATE_CONFLICT, NULL)                           \
    X(UNDECIDED, is_undecided, "it is neither won nor lost", ERR_STATE_CONFLICT, NULL)             \
    X(LEAD_FREE, is_lead_free, "its lead has no open handoff", ERR_STATE_CONFLICT,                 \
      "The lead has an open handoff: withdraw it, or let it be answered")                          \
    X(LEAD_KEPT, is_lead_kept, "the receiving team has the lead", ERR_STATE_CONFLICT,              \
      "The lead was handed on: its outcome is for the team that has it to report")                 \
    X(LEAD_OWNED, is_lead_back, "the lead is with the team that was asked", ERR_STATE_CONFLICT,    \
      "The lead is with another team by now: decline")                                             \
    X(LEAD_BACK, is_lead_back, "the offering team has the lead, with no handoff open",             \
      ERR_STATE_CONFLICT, "The lead was handed on since: uphold, or offer it anew")

enum life_when {
#define X(name, holds, text, err, detail) LIFE_WHEN_##name,
    LIFE_WHEN_TABLE(X)
#undef X
        LIFE_WHEN_COUNT
};

/* Which of several rules of one action in one state: by what the command says, or by the lead. The
 * first that fits is taken, so the general one stands last. name, predicate in life.c, in words */
#define LIFE_CASE_TABLE(X)                                                                         \
    X(ANY, is_any, "")                                                                             \
    X(SELF_SOURCED, is_self_sourced, "a lead that sales found itself")                             \
    X(CHAIN, came_by_sql, "through the gate `sql`")                                                \
    X(UNTIL, is_until, "until a date")                                                             \
    X(OPPORTUNITY, is_opportunity, "an opportunity")                                               \
    X(WON, is_won, "won")                                                                          \
    X(CUSTOMER_LOST, is_customer_lost, "lost, and the lead is a customer already")                 \
    X(LOST, is_lost, "lost")                                                                       \
    X(REJECTED, is_rejected, "of one that sales rejected")

enum life_case {
#define X(name, holds, text) CASE_##name,
    LIFE_CASE_TABLE(X)
#undef X
        CASE_COUNT
};

/* Who owns the lead afterwards. */
#define LIFE_OWNER_TABLE(X)                                                                        \
    X(STAYS, "")                                                                                   \
    X(RECEIVER, "the receiving team")                                                              \
    X(OFFERER, "the offering team")                                                                \
    X(FIRST, "the team that offered it first")                                                     \
    X(BY_HISTORY, "as the history says")

enum life_owner {
#define X(name, text) OWNER_##name,
    LIFE_OWNER_TABLE(X)
#undef X
        OWNER_COUNT
};

/* What becomes of the lead's stage. On the way to customer it only rises, and a milestone is
 * reached once. */
#define LIFE_STAGE_TABLE(X)                                                                        \
    X(STAYS, "")                                                                                   \
    X(SAL, "`sal` with a sales team; with another, back from nurture")                             \
    X(SQL, "`sql`")                                                                                \
    X(OPPORTUNITY, "`opportunity`")                                                                \
    X(CUSTOMER, "`customer`")                                                                      \
    X(NURTURE, "`nurture`")                                                                        \
    X(BY_REASON, "by the reason")                                                                  \
    X(BY_HISTORY, "as the history says")

enum life_stage {
#define X(name, text) MOVE_##name,
    LIFE_STAGE_TABLE(X)
#undef X
        MOVE_COUNT
};

/* Whether the lead is held, so that nothing is offered by itself. */
#define LIFE_HOLD_TABLE(X)                                                                         \
    X(STAYS, "")                                                                                   \
    X(ENDS, "no longer")                                                                           \
    X(BEGINS, "yes")

enum life_hold {
#define X(name, text) HOLD_##name,
    LIFE_HOLD_TABLE(X)
#undef X
        HOLD_COUNT
};

/* The lead's next step, and with it its next date; `why` of the rule says why. */
#define LIFE_NEXT_TABLE(X)                                                                         \
    X(STAYS, "")                                                                                   \
    X(ANSWER, "answer, by `respond_by`, or by when it is dealt again")                             \
    X(DECIDE, "decide, by `decide_by`")                                                            \
    X(NURTURE, "nurture, for `nurture_days`")                                                      \
    X(UNTIL, "nurture, until that date")                                                           \
    X(REVIEW, "review, at once")                                                                   \
    X(FOLLOW_UP, "follow up, in `nurture_days`")                                                   \
    X(AGAIN, "the same, in a day")                                                                 \
    X(NONE, "none")                                                                                \
    X(BY_REASON, "by the reason")

enum life_next {
#define X(name, text) NEXT_##name,
    LIFE_NEXT_TABLE(X)
#undef X
        NEXT_COUNT
};

/* What the entry says, beside the handoff, a stage that moved, and Baton's cause. Each is said when
 * there is something to say. name, members */
#define LIFE_SAYS_TABLE(X)                                                                         \
    X(OFFER, "from, kind, to, verdict_seq")                                                        \
    X(PREVIOUS, "previous")                                                                        \
    X(RESPOND_BY, "respond_by")                                                                    \
    X(DECIDE_BY, "decide_by")                                                                      \
    X(SHARE, "percent")      /* of its time to answer that has passed */                           \
    X(GATE, "term, version") /* what let it through */                                             \
    X(SQL, "term, version")  /* what qualified it */                                               \
    X(OWNER, "owner")                                                                              \
    X(LEASE, "assignee, claimed_until")                                                            \
    X(DEALT, "by, rule")                                                                           \
    X(CLASS, "class, criterion")                                                                   \
    X(REASON, "reason")                                                                            \
    X(FEEDBACK, "feedback, rating")                                                                \
    X(OUTCOME, "amount, occurred_at")                                                              \
    X(HISTORY, "attributes, member, occurred_at, outcome, outcome_at")                             \
    X(STATE, "handoff_state") /* of a kind of entry that otherwise leads to another */

enum life_says {
#define X(name, members) LIFE_SAYS_##name,
    LIFE_SAYS_TABLE(X)
#undef X
        LIFE_SAYS_COUNT
};

/* Their bits. */
enum {
#define X(name, members) SAYS_##name = 1 << LIFE_SAYS_##name,
    LIFE_SAYS_TABLE(X)
#undef X
};

/* Among the states of a rule: it makes the handoff. */
#define LIFE_NOT_BEGUN (1u << HANDOFF_STATE_COUNT)

/* The state that a rule leads to: the one that it is in. */
#define LIFE_STAYS HANDOFF_STATE_COUNT

#define LIFE_ALSO(action) (ACTION_##action + 1)

struct life_rule {
    enum handoff_action action;
    enum life_who who;
    unsigned states;     /* bits 1u << state: it is in one of them */
    unsigned when;       /* bits 1u << LIFE_WHEN_…: all of them hold */
    enum life_case only; /* and this is the case */
    enum handoff_state to;
    enum dispute dispute; /* it has then; DISPUTE_NONE: as it is */
    enum life_owner owner;
    enum life_stage stage;
    enum life_hold hold;
    enum life_next next;
    const char *why; /* of the next step, before the reason; NULL: there is no next step to say */
    enum ledger_kind entry;
    unsigned says;       /* bits SAYS_… */
    int also;            /* LIFE_ALSO(action): what happens to it next, at once; 0: nothing */
    const char *follows; /* what else, in words; the command does that. NULL: nothing */
};

/** The whole table. */
const struct life_rule *life_rules(size_t *count);

/** The first rule of an action. */
const struct life_rule *life_rule(enum handoff_action action);
/** The rule that makes this handoff, of which kind and teams are known: offer, retake, import. */
const struct life_rule *life_rule_making(enum handoff_action action, const struct handoff *handoff);
/** The rule that is to be walked at once after this one, of this handoff; NULL: none. */
const struct life_rule *life_rule_after(const struct life_rule *rule,
                                        const struct handoff *handoff);

/** What becomes of a lead that is rejected or returned, by what its reason leads to. */
struct life_reason {
    enum stage stage; /* but for an opportunity and a customer, who stay what they are */
    enum life_next next;
};

const struct life_reason *life_after_reason(enum reason_then then);

/** How things stand as an action is tried. */
struct life_situation {
    const struct handoff *handoff;
    struct uuid lead_with; /* handoff_lead_with() of its lead */
    instant now;
    struct uuid team; /* of whoever asks */
    struct uuid member;
    struct uuid referee; /* of the routes in force; nil: none */
    /* for the cases alone */
    enum stage stage; /* the lead's */
    enum outcome_kind outcome;
    instant until;  /* INSTANT_NONE: no date */
    bool by_source; /* a source of the team says so, and no member is named */
};

/** Why an action is not to be. */
struct life_refusal {
    enum err err;       /* ERR_ACTOR_REQUIRED, ERR_NOT_YOUR_HANDOFF, ERR_CLAIMED_BY_OTHER,
                           ERR_STATE_CONFLICT */
    struct uuid team;   /* ERR_NOT_YOUR_HANDOFF: whose it is to do that */
    const char *detail; /* of the last two */
};

/** The rule by which the action is taken now; NULL, with *refusal, when none allows it. */
const struct life_rule *life_find(const struct life_situation *situation,
                                  enum handoff_action action, struct life_refusal *refusal);

/** Names of what the caller's team may do now, in the table's order; how many. Which member it is
 *  matters for leases alone. */
size_t life_allowed(const struct life_situation *situation, const char *out[ACTION_COUNT]);

/** The kind of entry that brings a handoff into this state. */
enum ledger_kind life_entry_into(enum handoff_state state);

#endif

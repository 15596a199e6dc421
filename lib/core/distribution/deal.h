/*
 * Dealing an offer: to which member of the receiving team it goes, by the team's distribution.
 *
 * Whoever is away on the day on which they next work, or has as many as their capacity says, gets
 * nothing. As long as somebody of a pool is at work, it deals to those who are; when nobody is, to
 * all of them, and the time to answer begins with their hours.
 */
#ifndef BATON_CORE_DEAL_H
#define BATON_CORE_DEAL_H

#include "core/distribution/distribution.h"
#include "core/work.h"

/** A handoff in hand is counted up to this where no limit is lower. */
#define DEAL_OPEN_COUNTED_MAX 1000

struct dealt_member {
    const struct member *member;
    bool working; /* now */
    bool absent;  /* on the day on which they next work, */
    int64_t day;  /* which is this one (since 1970-01-01): what they get now counts for it */
    int given;    /* on that day, by all rules */
    int open;     /* in hand, as far as it was counted */
};

/** A member's place in the pool of a rule. */
struct dealt_place {
    struct dealt_member *who; /* NULL: no longer of the team */
    struct share share;
    bool changed;
};

/** A row of the counts: how many a rule gave a member on a day. */
struct dealt_count {
    struct uuid team;
    struct uuid member;
    int64_t day;
    int rule; /* its number */
    int given;
    bool changed;
};

/** All that dealing needs to know of a team; loaded under a lock of the team that is held until the
 *  group is saved, so that no two servers give out the same room. KIND_DEALING. */
struct dealing {
    struct uuid team;
    const struct distribution *by;
    struct dealt_member *members; /* the active ones */
    size_t member_count;
    struct dealt_place **places; /* by rule, `otherwise` last */
    struct list counts;          /* struct dealt_count */
};

/** Before anything has been read of it; the team has a distribution. NULL: memory is short. */
struct dealing *dealing_new(const struct config *config, struct uuid team, instant now,
                            struct arena *arena);

/* What was read, a row each; of members and places that there are. */
void dealing_put_claim(struct dealing *dealing, int rule, struct uuid member, int64_t claim);
void dealing_put_count(struct dealing *dealing, const struct dealt_count *count,
                       struct arena *arena);
void dealing_put_open(struct dealing *dealing, struct uuid member, int open);

/** Up to how many handoffs in hand it matters to count; 0: it does not. */
int dealing_open_counted(const struct dealing *dealing, const struct dealt_member *member);

/** Why a rule, or a member, was or was not the one: a code of docs/handoff.md. */
struct deal_look {
    int rule;
    struct uuid member; /* nil: the rule */
    const char *why;
};

struct deal {
    int rule; /* its number; DEAL_OTHERWISE */
    enum deal_by by;
    struct uuid member; /* nil: nobody, it is in the queue */
};

/** What is dealt. */
struct deal_ask {
    struct work *work;
    const struct lead *lead;
    struct uuid owner;  /* of the lead's account: a member, or nil */
    struct uuid except; /* a member who had it already; nil: none */
    struct list *looks; /* gets a struct deal_look for whatever was looked at; NULL */
};

/** Deals, and counts it: the change is undone with the command. */
struct deal deal(struct dealing *dealing, const struct deal_ask *ask);

#endif

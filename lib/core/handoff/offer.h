/* Offering a lead: by route and verdict, or by a member's wish. */
#ifndef BATON_CORE_OFFER_H
#define BATON_CORE_OFFER_H

#include "core/command.h"
#include "core/handoff/judgement.h"

struct offer {
    struct uuid from_team;
    struct uuid to_team;
    enum handoff_kind kind;
    bool gated;
    enum term term;
    int version;         /* 0: no definition */
    int64_t verdict_seq; /* 0: none */
    int32_t score;       /* of that verdict */
    const char *note;    /* why an exception or override is made */
    struct uuid previous;
    const struct caller *caller; /* NULL: Baton itself, along a route */
};

/** Makes the handoff and walks its rule. The lead must be open for change and have none under way;
 * a request that waits is overtaken. NULL when memory is short. */
struct handoff *offer_make(struct work *work, struct lead *lead, const struct offer *offer);

/** Offers the lead to another team, where an agreement says so: what let it through lets it through
 * to that team as well. closed is the handoff that it was in. */
void offer_pass_on(struct work *work, struct lead *lead, const struct handoff *closed,
                   struct uuid team);

/** A lead that was offered before. */
struct offer_again {
    struct uuid previous; /* the handoff that the new one follows; nil: none */
    struct uuid except;   /* a team that it is not offered to; nil: none */
    struct uuid only;     /* the team that it is offered to; nil: any */
    /* The member of its owner who wants it offered, which opens the routes that are not automatic,
     * and ends the wait of whoever is or is claimed to be an opportunity or a customer; NULL: it is
     * offered by itself. */
    const struct caller *wish;
    const char *note; /* of the wish; NULL: none */
};

/**
 * Offers the lead along the first automatic route from its owner that is for it and of which it
 * meets a gate, unless it has an open handoff, is held, or is or is claimed to be an opportunity or
 * a customer, or is disqualified. What is suspended lets nobody pass. NULL when nothing was
 * offered.
 */
struct handoff *offer_by_itself(struct work *work, struct lead *lead,
                                const struct judgement *judgement, const struct offer_again *again);

/** Ends a request for the lead that waits for its answer, if there is one: somebody gets the lead
 * without it. The lead must be open for change. */
void offer_overtake(struct work *work, struct lead *lead);

/** When an answer that this team owes within so many minutes is due: in its working time, if it has
 * a calendar. */
instant offer_answer_due(const struct work *work, struct uuid by, int64_t minutes);

/** Whether a sender claims that sales has the lead already, or that it is a customer: then it is
 * never offered by itself, and its owner reviews it. */
bool offer_is_claimed(const struct lead *lead);

/** Why a lead that meets a definition was not offered by itself: "not_automatic", its owner offers
 *  by hand; "suspended", as one side has suspended the definition or the routes; "no_route" that
 *  its verdict opens. */
const char *offer_hindrance(struct work *work, const struct lead *lead,
                            const struct judgement *judgement);

/** Whether the route is for this lead: its test is met, and its account is named, as far as it
 * asks. What it needs and is not loaded is noted in work->again. */
bool offer_route_is_for(struct work *work, const struct route_rule *route, const struct lead *lead);

/** Whether both sides have named the lead's account; *found: FIND_NEEDED when it is not loaded. */
bool offer_is_of_named(struct work *work, const struct lead *lead, enum find *found);

#endif

/* A sales team asks for a lead that another team has, which grants or declines it. */
#ifndef BATON_CORE_HANDOFF_REQUEST_H
#define BATON_CORE_HANDOFF_REQUEST_H

#include "core/command.h"

/** How long the team that has the lead has to answer, in minutes of its working time, where the
 * routes in force do not say it; then the request is declined. */
#define REQUEST_ANSWER_MINUTES 960

struct handoff_request_input {
    struct uuid lead;
    const char *team; /* that is to have it, the caller's own; NULL: that one */
    const char *note; /* why */
};

/**
 * Makes a handoff of kind and state `requested`, 201. Nothing about the lead changes, and Baton
 * goes on offering it: an offer overtakes the request. Refused while the lead is offered, accepted
 * or asked for, and for a customer.
 */
enum decision handoff_request(struct work *work, const struct command *command,
                              struct outcome *outcome);

struct handoff_grant_input {
    struct uuid handoff;
    const char *note; /* NULL: none */
};

/** Whoever asked for the lead has it, accepted. */
enum decision handoff_grant(struct work *work, const struct command *command,
                            struct outcome *outcome);

struct handoff_decline_input {
    struct uuid handoff;
    const char *reason; /* a code */
    const char *note;   /* NULL: none */
};

enum decision handoff_decline(struct work *work, const struct command *command,
                              struct outcome *outcome);

/** Whether the lead is asked for and the time to answer is over. */
bool handoff_request_is_due(const struct lead *lead, instant now);

/** Grants or declines it, as the routes in force say; what its owner does not have any more cannot
 * be granted. The lead must be open for change. */
void handoff_request_unanswered(struct work *work, struct lead *lead);

#endif

/*
 * What a handoff carries to whoever works it: who it is, where it stands and what to do there, the
 * verdict in words, what is known and what is missing, what happened, the campaigns in which it
 * did, what was asked for, the handoffs before this one, and who the members in it are.
 */
#ifndef BATON_CORE_CARRIED_H
#define BATON_CORE_CARRIED_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/handoff/handoff.h"

/** How many of the latest touches are shown. */
#define CARRIED_TOUCHES_MAX 20

/**
 * HandoffCarried of openapi.yaml. Of the handoff what is loaded beside its row is read (the
 * verdict, earlier, texts, campaigns), and of the lead its latest touches. A part that is to ride
 * along is a member here and, where core does not have it, a column beside those of
 * store/table/carried.h.
 */
void carried_write(const struct config *config, const struct handoff *handoff,
                   const struct lead *lead, struct json_out *out);

#endif

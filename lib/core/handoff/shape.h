/* The JSON shapes of leads and handoffs as openapi.yaml has them: one place for decided answers and
 * for reads. */
#ifndef BATON_CORE_SHAPE_H
#define BATON_CORE_SHAPE_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/handoff/handoff.h"
#include "core/lead/lead.h"

/** NextStep {step, at, why}, or null. */
void shape_next(const struct lead_next *next, struct json_out *out);

/** LeadShort: {id, stage, owner_team, next} */
void shape_lead_short(const struct config *config, const struct lead *lead, struct json_out *out);

/** Lead; the lead's touches are not shown. open is its open handoff's id or nil. */
void shape_lead(const struct config *config, const struct lead *lead, struct uuid open,
                struct json_out *out);

/** The facts of a lead that are known: {name: {value, evidence, confirmed_by, …}}. */
void shape_facts(const struct lead *lead, struct json_out *out);

/** The member external_ids: a list of source and id. */
void shape_external_ids(const struct lead *lead, struct json_out *out);

/** HandoffShort {id, state}, or null. */
void shape_handoff_short(const struct handoff *handoff, struct json_out *out);

/** Actor {type, member, team, cause}; cause only of what the system does, else NULL. */
void shape_actor(const struct config *config, struct actor actor, struct uuid team,
                 const char *cause, struct json_out *out);

/** A member: Money, or null. */
void shape_amount(const char *name, const struct amount *amount, struct json_out *out);

/** Touch; values holds the texts of the touch's dimensions (touch->values is used). */
void shape_touch(const struct config *config, const struct touch *touch, struct json_out *out);

/** "/v1/leads/<id>", "/v1/handoffs/<id>" */
const char *shape_lead_path(struct uuid id, struct arena *arena);
const char *shape_handoff_path(struct uuid id, struct arena *arena);

#endif

#include "core/handoff/shape_handoff.h"

#include "core/handoff/carried.h"

#include <string.h>

static void write_definition_ref(struct json_out *out, const char *key, enum term term, int version)
{
    json_out_key(out, key);
    if (version == 0) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(term));
    json_out_member_int(out, "version", version);
    json_out_end_object(out);
}

static void write_answer(const struct handoff *handoff, struct json_out *out)
{
    json_out_member_text(out, "reason", handoff->reason);
    json_out_member_text(out, "class", rejection_class_name(handoff->klass));
    json_out_key(out, "criterion");
    if (handoff->criterion == NULL)
        json_out_null(out);
    else
        json_out_raw(out, handoff->criterion, strlen(handoff->criterion));
    json_out_member_text(out, "note", handoff->note);
    json_out_member_text(out, "dispute", dispute_name(handoff->dispute));
    json_out_key(out, "rating");
    if (handoff->rating == 0)
        json_out_null(out);
    else
        json_out_int(out, handoff->rating);
    json_out_member_text(out, "outcome", outcome_kind_name(handoff->outcome));
    json_out_member_text(out, "outcome_reason", handoff->outcome_reason);
    json_out_member_instant(out, "outcome_at", handoff->outcome_at);
}

static void write_dealt(const struct handoff *handoff, struct json_out *out)
{
    json_out_key(out, "distribution");
    if (!handoff->dealt) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_key(out, "rule");
    if (handoff->dealt_rule == DEAL_OTHERWISE)
        json_out_null(out);
    else
        json_out_int(out, handoff->dealt_rule);
    json_out_member_text(out, "by", deal_by_name(handoff->dealt_by));
    json_out_member_uuid(out, "member", handoff->dealt_to);
    json_out_end_object(out);
}

void shape_handoff(const struct config *config, const struct handoff *handoff, instant now,
                   const char *const *actions, size_t action_count, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", handoff->id);
    json_out_member_uuid(out, "lead_id", handoff->lead);
    json_out_member_text(out, "kind", handoff_kind_name(handoff->kind));
    json_out_member_text(out, "state", handoff_state_name(handoff->state));
    json_out_member_text(out, "from_team", config_team_name(config, handoff->from_team));
    json_out_member_text(out, "to_team", config_team_name(config, handoff->to_team));
    write_definition_ref(out, "gate", handoff->term, handoff->version);
    if (handoff->verdict_seq == 0)
        json_out_member_null(out, "score");
    else
        json_out_member_int(out, "score", handoff->score);
    json_out_member_text(out, "offer_note", handoff->offer_note);
    json_out_member_instant(out, "offered_at", handoff->offered_at);
    json_out_member_instant(out, "respond_by", handoff->respond_by);
    json_out_member_bool(out, "overdue", handoff_is_overdue(handoff, now));
    json_out_member_uuid(out, "assignee", handoff->assignee);
    json_out_member_instant(out, "claimed_until", handoff->claimed_until);
    json_out_member_instant(out, "accepted_at", handoff->accepted_at);
    json_out_member_uuid(out, "accepted_by", handoff->accepted_by);
    json_out_member_instant(out, "first_contact_at", handoff->first_contact_at);
    json_out_member_instant(out, "decide_by", handoff->decide_by);
    json_out_member_instant(out, "closed_at", handoff->closed_at);
    json_out_member_uuid(out, "closed_by", handoff->closed_by);
    write_definition_ref(out, "definition", TERM_SQL, handoff->qualified_version);
    write_answer(handoff, out);
    json_out_member_uuid(out, "previous", handoff->previous);
    write_dealt(handoff, out);
    json_out_member_instant(out, "updated_at", handoff->updated_at);
    json_out_key(out, "allowed_actions");
    json_out_begin_array(out);
    for (size_t i = 0; i < action_count; i++)
        json_out_text(out, actions[i]);
    json_out_end_array(out);
    if (handoff->carries != NULL) {
        json_out_key(out, "carries");
        carried_write(config, handoff, handoff->carries, out);
    }
    json_out_end_object(out);
}

#include "core/agreement/shape_agreement.h"

#include "core/handoff/shape.h"
#include "core/setup/shape_setup.h"

#include <string.h>

void shape_routes(const struct config *config, const struct route_rule *routes, size_t count,
                  struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "from", config_team_name(config, routes[i].from_team));
        json_out_member_text(out, "to", config_team_name(config, routes[i].to_team));
        json_out_member_text(out, "gate", routes[i].gated ? term_name(routes[i].gate) : NULL);
        json_out_member_bool(out, "automatic", routes[i].automatic);
        json_out_member_text(out, "overdue", overdue_then_name(routes[i].overdue));
        json_out_member_text(out, "escalate_to", config_team_name(config, routes[i].escalate_to));
        json_out_end_object(out);
    }
    json_out_end_array(out);
    json_out_end_object(out);
}

static void write_hash(const char *name, const struct definition_version *version,
                       struct json_out *out)
{
    json_out_key(out, name);
    if (version->state == DEFINITION_DRAFT)
        json_out_null(out);
    else
        json_out_hex(out, version->hash, DIGEST_BYTES);
}

static void write_member_ref(const struct config *config, struct uuid id, struct json_out *out)
{
    const struct member *member = config_member(config, id);

    json_out_begin_object(out);
    json_out_member_uuid(out, "id", id);
    json_out_member_text(out, "name", member == NULL ? "" : member->name);
    json_out_member_text(out, "team",
                         member == NULL ? NULL : config_team_name(config, member->team));
    json_out_end_object(out);
}

static void write_signature(const struct config *config, enum side side,
                            const struct signature *signature, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "side", side_name(side));
    json_out_key(out, "member");
    write_member_ref(config, signature->member, out);
    json_out_member_instant(out, "signed_at", signature->signed_at);
    json_out_key(out, "content_hash");
    json_out_hex(out, signature->hash, DIGEST_BYTES);
    shape_public_id(config, "key_id", signature->key, out);
    json_out_key(out, "key_made_by");
    shape_made_by(config, signature->key_made_by, out);
    json_out_end_object(out);
}

static void write_signatures(const struct config *config, const struct definition_version *version,
                             struct json_out *out)
{
    json_out_key(out, "signatures");
    json_out_begin_array(out);
    for (int side = 0; side < SIDE_COUNT; side++)
        if (version->signatures[side].given)
            write_signature(config, (enum side)side, &version->signatures[side], out);
    json_out_end_array(out);
}

static void write_declined(const struct config *config, const struct definition_version *version,
                           struct json_out *out)
{
    json_out_key(out, "declined");
    if (version->state != DEFINITION_DECLINED) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_key(out, "member");
    write_member_ref(config, version->declined_by, out);
    json_out_member_instant(out, "declined_at", version->declined_at);
    json_out_member_text(out, "note", version->decline_reason);
    json_out_end_object(out);
}

static void write_acknowledgements(const struct config *config,
                                   const struct definition_version *version, struct json_out *out)
{
    json_out_key(out, "acknowledgements");
    json_out_begin_array(out);
    for (size_t i = 0; i < version->acknowledged_count; i++) {
        json_out_begin_object(out);
        json_out_key(out, "member");
        write_member_ref(config, version->acknowledged_by[i], out);
        json_out_member_instant(out, "acknowledged_at", version->acknowledged_at[i]);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_actions(unsigned actions, struct json_out *out)
{
    json_out_key(out, "allowed_actions");
    json_out_begin_array(out);
    for (int i = 0; i < DEFINITION_ACTION_COUNT; i++)
        if (actions & 1u << i)
            json_out_text(out, definition_action_name((enum definition_action)i));
    json_out_end_array(out);
}

void shape_definition_version(const struct config *config, const struct definition_version *version,
                              const struct faults *warnings, unsigned actions, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(version->term));
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", definition_state_name(version->state));
    write_hash("content_hash", version, out);
    json_out_key(out, "document");
    json_out_raw(out, version->document, strlen(version->document));
    json_out_member_instant(out, "effective_from", version->effective_from);
    json_out_member_instant(out, "in_force_from", version->in_force_from);
    json_out_member_instant(out, "superseded_at", version->superseded_at);
    json_out_member_uuid(out, "created_by", version->created_by);
    json_out_member_instant(out, "created_at", version->created_at);
    json_out_member_uuid(out, "proposed_by", version->proposed_by);
    json_out_member_instant(out, "proposed_at", version->proposed_at);
    write_signatures(config, version, out);
    write_declined(config, version, out);
    write_acknowledgements(config, version, out);
    json_out_key(out, "warnings");
    if (warnings != NULL) {
        faults_write(warnings, out);
    } else {
        json_out_begin_array(out);
        json_out_end_array(out);
    }
    write_actions(actions, out);
    json_out_end_object(out);
}

void shape_version_summary(const struct definition_version *version, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", definition_state_name(version->state));
    write_hash("content_hash", version, out);
    json_out_member_instant(out, "in_force_from", version->in_force_from);
    json_out_member_instant(out, "superseded_at", version->superseded_at);
    json_out_member_instant(out, "created_at", version->created_at);
    json_out_end_object(out);
}

#include "core/agreement/shape_agreement.h"

#include "core/handoff/shape.h"
#include "core/setup/shape_setup.h"

#include <string.h>

static void write_hash(const char *name, const struct agreement_version *version,
                       struct json_out *out)
{
    json_out_key(out, name);
    if (version->state == AGREEMENT_DRAFT)
        json_out_null(out);
    else
        json_out_hex(out, version->hash, DIGEST_BYTES);
}

void shape_member_ref(const struct config *config, struct uuid id, struct json_out *out)
{
    const struct member *member = config_member(config, id);

    json_out_begin_object(out);
    json_out_member_uuid(out, "id", id);
    json_out_member_text(out, "name", member == NULL ? "" : member->name);
    json_out_member_text(out, "team",
                         member == NULL ? NULL : config_team_name(config, member->team));
    json_out_end_object(out);
}

/* A list that is kept as JSON; NULL is an empty one. */
static void write_list(const char *name, const char *json, struct json_out *out)
{
    json_out_key(out, name);
    json_out_raw(out, json == NULL ? "[]" : json, json == NULL ? 2 : strlen(json));
}

static void write_signature(const struct config *config, const struct signature *signature,
                            struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "side", side_name(signature->side));
    json_out_key(out, "member");
    shape_member_ref(config, signature->member, out);
    json_out_member_instant(out, "signed_at", signature->signed_at);
    json_out_key(out, "content_hash");
    json_out_hex(out, signature->hash, DIGEST_BYTES);
    shape_public_id(config, "key_id", signature->key, out);
    json_out_key(out, "key_made_by");
    shape_made_by(config, signature->key_made_by, out);
    write_list("evidence", signature->evidence, out);
    json_out_end_object(out);
}

static void write_signatures(const struct config *config, const struct agreement_version *version,
                             struct json_out *out)
{
    json_out_key(out, "signatures");
    json_out_begin_array(out);
    for (size_t i = 0; i < version->signature_count; i++)
        write_signature(config, &version->signatures[i], out);
    json_out_end_array(out);
}

/* Who took a step alone, when, and why. */
static void write_step(const struct config *config, const char *name, bool taken, struct uuid by,
                       instant at, const char *note, struct json_out *out)
{
    json_out_key(out, name);
    if (!taken) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_key(out, "member");
    shape_member_ref(config, by, out);
    json_out_member_instant(out, "at", at);
    json_out_member_text(out, "note", note);
    json_out_end_object(out);
}

static void write_comments(const struct config *config, const struct agreement_version *version,
                           struct json_out *out)
{
    json_out_key(out, "comments");
    json_out_begin_array(out);
    for (size_t i = 0; i < version->comment_count; i++) {
        const struct agreement_comment *comment = &version->comments[i];
        json_out_begin_object(out);
        json_out_member_uuid(out, "id", comment->id);
        json_out_key(out, "member");
        shape_member_ref(config, comment->member, out);
        json_out_member_instant(out, "at", comment->at);
        json_out_member_text(out, "criterion", comment->criterion);
        json_out_member_uuid(out, "backtest", comment->backtest);
        json_out_member_text(out, "text", comment->text);
        json_out_member_bool(out, "asks_for_changes", comment->asks_for_changes != 0);
        write_list("edits", comment->edits, out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* The version that will end this one: signed already, or proposed. */
static const struct agreement_version *successor(const struct config *config,
                                                 const struct agreement_version *version)
{
    const struct agreement_version *next = NULL;

    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *other = &config->agreements[i];
        bool waits = other->state == AGREEMENT_SIGNED || other->state == AGREEMENT_PROPOSED;
        if (other->kind != version->kind || other->version <= version->version || !waits)
            continue;
        if (next == NULL || other->state == AGREEMENT_SIGNED)
            next = other;
    }
    return next;
}

static void write_notice(const struct config *config, const struct agreement_version *version,
                         struct json_out *out)
{
    const struct agreement_version *next = successor(config, version);

    json_out_key(out, "notice");
    if (next == NULL || version->state == AGREEMENT_SUPERSEDED ||
        version->state == AGREEMENT_DECLINED || version->state == AGREEMENT_REVOKED ||
        version->state == AGREEMENT_DELETED) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_int(out, "version", next->version);
    json_out_member_text(out, "state", agreement_state_name(next->state));
    json_out_member_instant(out, "effective_from", next->effective_from);
    json_out_end_object(out);
}

static void write_declined(const struct config *config, const struct agreement_version *version,
                           struct json_out *out)
{
    json_out_key(out, "declined");
    if (version->state != AGREEMENT_DECLINED) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_key(out, "member");
    shape_member_ref(config, version->declined_by, out);
    json_out_member_instant(out, "declined_at", version->declined_at);
    json_out_member_text(out, "note", version->decline_reason);
    json_out_end_object(out);
}

static void write_acknowledgements(const struct config *config,
                                   const struct agreement_version *version, struct json_out *out)
{
    json_out_key(out, "acknowledgements");
    json_out_begin_array(out);
    for (size_t i = 0; i < version->acknowledged_count; i++) {
        json_out_begin_object(out);
        json_out_key(out, "member");
        shape_member_ref(config, version->acknowledged_by[i], out);
        json_out_member_instant(out, "acknowledged_at", version->acknowledged_at[i]);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_unread(const struct config *config, const struct agreement_version *version,
                         struct json_out *out)
{
    json_out_key(out, "not_acknowledged");
    json_out_begin_array(out);
    for (size_t i = 0; i < config->member_count; i++)
        if (agreement_is_unread_by(config, version, &config->members[i]))
            shape_member_ref(config, config->members[i].id, out);
    json_out_end_array(out);
}

/* The sides whose signature a proposal still wants. */
static void write_waiting(const struct config *config, const struct agreement_version *version,
                          struct json_out *out)
{
    json_out_key(out, "waits_for");
    json_out_begin_array(out);
    for (enum side side = 0; version->state == AGREEMENT_PROPOSED && side < SIDE_COUNT; side++)
        if (!agreement_side_is_complete(config, version, side))
            json_out_text(out, side_name(side));
    json_out_end_array(out);
}

static void write_actions(unsigned actions, struct json_out *out)
{
    json_out_key(out, "allowed_actions");
    json_out_begin_array(out);
    for (int i = 0; i < AGREEMENT_ACTION_COUNT; i++)
        if (actions & 1u << i)
            json_out_text(out, agreement_action_name((enum agreement_action)i));
    json_out_end_array(out);
}

void shape_agreement_version(const struct config *config, const struct agreement_version *version,
                             const struct faults *warnings, unsigned actions, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, agreement_is_definition(version->kind) ? "term" : "subject",
                         agreement_kind_name(version->kind));
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", agreement_state_name(version->state));
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
    write_step(config, "revoked", version->state == AGREEMENT_REVOKED, version->declined_by,
               version->declined_at, version->decline_reason, out);
    write_step(config, "suspended", version->state == AGREEMENT_SUSPENDED, version->suspended_by,
               version->suspended_at, version->suspend_reason, out);
    write_notice(config, version, out);
    write_waiting(config, version, out);
    write_acknowledgements(config, version, out);
    write_unread(config, version, out);
    write_comments(config, version, out);
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

static bool is_open(const struct agreement_version *version)
{
    return version->state == AGREEMENT_DRAFT || version->state == AGREEMENT_PROPOSED ||
           version->state == AGREEMENT_SIGNED || version->state == AGREEMENT_IN_FORCE ||
           version->state == AGREEMENT_SUSPENDED;
}

static void write_open(const struct config *config, const struct agreement_version *version,
                       const struct caller *caller, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", agreement_state_name(version->state));
    write_hash("content_hash", version, out);
    json_out_member_instant(out, "effective_from", version->effective_from);
    json_out_member_instant(out, "in_force_from", version->in_force_from);
    write_signatures(config, version, out);
    write_acknowledgements(config, version, out);
    write_unread(config, version, out);
    write_step(config, "suspended", version->state == AGREEMENT_SUSPENDED, version->suspended_by,
               version->suspended_at, version->suspend_reason, out);
    write_notice(config, version, out);
    write_actions(agreement_actions(config, version, caller), out);
    json_out_end_object(out);
}

void shape_agreements(const struct config *config, const struct caller *caller,
                      struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "data");
    json_out_begin_array(out);
    for (int kind = 0; kind < AGREEMENT_KIND_COUNT; kind++) {
        const struct agreement_version *in_force = config->in_force[kind];
        json_out_begin_object(out);
        json_out_member_text(out, "subject", agreement_kind_name((enum agreement_kind)kind));
        json_out_key(out, "in_force");
        if (in_force == NULL)
            json_out_null(out);
        else
            json_out_int(out, in_force->version);
        json_out_key(out, "versions");
        json_out_begin_array(out);
        for (size_t i = config->agreement_count; i > 0; i--)
            if ((int)config->agreements[i - 1].kind == kind && is_open(&config->agreements[i - 1]))
                write_open(config, &config->agreements[i - 1], caller, out);
        json_out_end_array(out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
    json_out_end_object(out);
}

void shape_version_summary(const struct agreement_version *version, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "state", agreement_state_name(version->state));
    write_hash("content_hash", version, out);
    json_out_member_instant(out, "in_force_from", version->in_force_from);
    json_out_member_instant(out, "superseded_at", version->superseded_at);
    json_out_member_instant(out, "created_at", version->created_at);
    json_out_end_object(out);
}

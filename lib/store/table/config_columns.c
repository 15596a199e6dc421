#include "store/table/config_columns.h"

#include "core/lead/stage_words.h"
#include "core/setup/subscription.h"
#include "core/setup/target.h"
#include "store/table/column_words.h"

/* A draft has no hash yet, and none any more. */
static void put_hash(struct column_writer *w, const void *row)
{
    const struct agreement_version *version = row;

    if (version->state == AGREEMENT_DRAFT || version->state == AGREEMENT_DELETED)
        pg_array_null(w->to);
    else
        as_bytes.put(w, row);
}

static bool get_hash(const struct column_reader *r, void *row)
{
    return as_bytes.get(r, row);
}

static const struct column_form as_agreement_hash = {
    .type = PG_BYTEA, .size = DIGEST_BYTES, .put = put_hash, .get = get_hash};
static const struct column_form as_agreement_state =
    COLUMN_WORD(agreement_state_name, AGREEMENT_STATE_COUNT);
static const struct column_form as_agreement_kind =
    COLUMN_WORD(agreement_kind_name, AGREEMENT_KIND_COUNT);

static const char *subscription_name(unsigned state)
{
    return subscription_state_name((enum subscription_state)state);
}

static const char *target_name(unsigned kind)
{
    return target_kind_name((enum target_kind)kind);
}

/* clang-format off */

#define IN(name) MEMBER(struct config, name)

static const struct column workspace_list[] = {
    {"name",         &as_text,    IN(name)},
    {"clear_secret", &as_bytes,   .use = COLUMN_NULL | COLUMN_FREE,
        .unread = "until it is sealed: store/sealing.c", .unsaved = "it is sealed",
        .proven = "until it is sealed"},
    {"salt",         &as_bytes,   IN(salt), .proven = "the commitments made with it"},
    {"created_at",   &as_instant, .unread = "nobody asks", .unsaved = "now", .use = COLUMN_FREE,
        .proven = "nobody asks"},
};
#undef IN

const struct columns workspace_columns =
    COLUMNS("workspace", workspace_list, struct config, PROOF_VERIFIED, "workspace.created");

#define IN(name) MEMBER(struct team, name)

static const struct column team_list[] = {
    {"team_id",    &as_uuid,          IN(id),     COLUMN_KEY},
    {"name",       &as_text,          IN(name)},
    {"title",      &as_text,          IN(title),  COLUMN_CHANGES},
    {"function",   &as_team_function, IN(function), COLUMN_CHANGES},
    {"active",     &as_bool,          IN(active), COLUMN_CHANGES},
    {"calendar",   &as_json,          IN(calendar), COLUMN_CHANGES | COLUMN_NULL},
    {"distribution", &as_json,        IN(distribution), COLUMN_CHANGES | COLUMN_NULL},
    {"created_at", &as_instant,       IN(created_at)},
};
#undef IN

const struct columns team_columns =
    COLUMNS("team", team_list, struct team, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct member, name)

static const struct column member_list[] = {
    {"member_id",       &as_uuid,    IN(id),              COLUMN_KEY},
    {"team_id",         &as_uuid,    IN(team),            COLUMN_CHANGES},
    {"name",            &as_text,    IN(name),            COLUMN_CHANGES},
    {"email",           &as_text,    IN(email),           COLUMN_CHANGES | COLUMN_NULL},
    {"external_source", &as_text,    IN(external_source), COLUMN_CHANGES | COLUMN_NULL},
    {"external_id",     &as_text,    IN(external_id),     COLUMN_CHANGES | COLUMN_NULL},
    {"active",          &as_bool,    IN(active),          COLUMN_CHANGES},
    {"hours",           &as_json,    IN(hours),           COLUMN_CHANGES | COLUMN_NULL},
    {"absent",          &as_json,    IN(absent),          COLUMN_CHANGES | COLUMN_NULL},
    {"per_day",         &as_int4,    IN(capacity.per_day), COLUMN_CHANGES | COLUMN_NULL,
        .beside = offsetof(struct member, capacity.per_day_limited)},
    {"open_limit",      &as_int4,    IN(capacity.open_limit),   COLUMN_CHANGES | COLUMN_NULL,
        .beside = offsetof(struct member, capacity.open_limited)},
    {"notify",          &as_int4,    IN(notify),          COLUMN_CHANGES | COLUMN_NULL},
    {"created_at",      &as_instant, IN(created_at)},
};
#undef IN

const struct columns member_columns =
    COLUMNS("member", member_list, struct member, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct api_key, name)

static const struct column key_list[] = {
    {"key_id",       &as_uuid,    IN(id),         COLUMN_KEY},
    {"team_id",      &as_uuid,    IN(team)},
    {"member_id",    &as_uuid,    IN(member),     COLUMN_NULL},
    {"title",        &as_text,    IN(title)},
    {"roles",        &as_int4,    IN(roles)},
    {"rate_limit",   &as_int4,    IN(rate_limit), COLUMN_NULL},
    {"secret_hash",  &as_bytes,   IN(secret_hash)},
    {"made_by_kind", &as_int2,    IN(made_by.kind)},
    {"made_by",      &as_uuid,    IN(made_by.id), COLUMN_NULL},
    {"created_at",   &as_instant, IN(created_at)},
    {"revoked_at",   &as_instant, IN(revoked_at), COLUMN_CHANGES | COLUMN_NULL},
};
#undef IN

const struct columns key_columns =
    COLUMNS("api_key", key_list, struct api_key, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct agreement_version, name)

static const struct column agreement_list[] = {
    {"agreement_id",   &as_uuid,            IN(id)},
    {"kind",           &as_agreement_kind,  IN(kind),           COLUMN_KEY},
    {"version",        &as_int4,            IN(version),        COLUMN_KEY},
    {"state",          &as_agreement_state, IN(state),          COLUMN_CHANGES},
    {"document",       &as_text,            IN(document),       COLUMN_CHANGES},
    {"revision",       &as_int4,            IN(revision),       COLUMN_CHANGES},
    {"hash",           &as_agreement_hash,  IN(hash),           COLUMN_CHANGES | COLUMN_NULL},
    {"effective_from", &as_instant,         IN(effective_from), COLUMN_CHANGES | COLUMN_NULL},
    {"in_force_from",  &as_instant,         IN(in_force_from),  COLUMN_CHANGES | COLUMN_NULL},
    {"superseded_at",  &as_instant,         IN(superseded_at),  COLUMN_CHANGES | COLUMN_NULL},
    {"created_by",     &as_uuid,            IN(created_by),     COLUMN_NULL},
    {"created_at",     &as_instant,         IN(created_at)},
    {"proposed_by",    &as_uuid,            IN(proposed_by),    COLUMN_CHANGES | COLUMN_NULL},
    {"proposed_at",    &as_instant,         IN(proposed_at),    COLUMN_CHANGES | COLUMN_NULL},
    {"declined_by",    &as_uuid,            IN(declined_by),    COLUMN_CHANGES | COLUMN_NULL},
    {"declined_at",    &as_instant,         IN(declined_at),    COLUMN_CHANGES | COLUMN_NULL},
    {"decline_reason", &as_text,            IN(decline_reason), COLUMN_CHANGES | COLUMN_NULL},
    {"suspended_by",   &as_uuid,            IN(suspended_by),   COLUMN_CHANGES | COLUMN_NULL},
    {"suspended_at",   &as_instant,         IN(suspended_at),   COLUMN_CHANGES | COLUMN_NULL},
    {"suspend_reason", &as_text,            IN(suspend_reason), COLUMN_CHANGES | COLUMN_NULL},
};
#undef IN

const struct columns agreement_columns =
    COLUMNS("agreement", agreement_list, struct agreement_version, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct signature_row, name)

static const struct column signature_list[] = {
    {"kind",             &as_agreement_kind, IN(kind),             COLUMN_KEY},
    {"version",          &as_int4,           IN(version),          COLUMN_KEY},
    {"member_id",        &as_uuid,           IN(signature.member), COLUMN_KEY},
    {"side",             &as_side,           IN(signature.side)},
    {"key_id",           &as_uuid,           IN(signature.key)},
    {"key_made_by_kind", &as_int2,           IN(signature.key_made_by.kind)},
    {"key_made_by",      &as_uuid,           IN(signature.key_made_by.id), COLUMN_NULL},
    {"hash",             &as_bytes,          IN(signature.hash)},
    {"signed_at",        &as_instant,        IN(signature.signed_at)},
    {"evidence",         &as_json,           IN(signature.evidence), COLUMN_NULL},
};
#undef IN

const struct columns signature_columns =
    COLUMNS("agreement_signature", signature_list, struct signature_row, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct acknowledgement_row, name)

static const struct column acknowledgement_list[] = {
    {"kind",            &as_agreement_kind, IN(kind),    COLUMN_KEY},
    {"version",         &as_int4,           IN(version), COLUMN_KEY},
    {"member_id",       &as_uuid,           IN(member),  COLUMN_KEY},
    {"acknowledged_at", &as_instant,        IN(at)},
};
#undef IN

const struct columns acknowledgement_columns =
    COLUMNS("agreement_acknowledgement", acknowledgement_list, struct acknowledgement_row, PROOF_COMMITTED,
            NULL);

#define IN(name) MEMBER(struct comment_row, name)

static const struct column comment_list[] = {
    {"kind",       &as_agreement_kind, IN(kind),       COLUMN_KEY},
    {"version",    &as_int4,           IN(version),    COLUMN_KEY},
    {"comment_id", &as_uuid,           IN(comment.id), COLUMN_KEY},
    {"member_id",  &as_uuid,           IN(comment.member)},
    {"criterion",  &as_text,           IN(comment.criterion), COLUMN_NULL},
    {"backtest",   &as_uuid,           IN(comment.backtest),  COLUMN_NULL},
    {"words",      &as_text,           IN(comment.text)},
    {"created_at", &as_instant,        IN(comment.at)},
    {"asks_for_changes", &as_int4,     IN(comment.asks_for_changes), COLUMN_NULL},
    {"edits",      &as_json,           IN(comment.edits),     COLUMN_NULL},
};
#undef IN

const struct columns comment_columns =
    COLUMNS("agreement_comment", comment_list, struct comment_row, PROOF_COMMITTED, NULL);

#define IN(name) MEMBER(struct source, name)

static const struct column source_list[] = {
    {"source_id",        &as_uuid,    IN(id),           COLUMN_KEY},
    {"name",             &as_text,    IN(name)},
    {"team_id",          &as_uuid,    IN(team),         COLUMN_CHANGES},
    {"auth",             &as_json,    IN(auth),         COLUMN_CHANGES},
    {"mapping",          &as_json,    IN(mapping),      COLUMN_CHANGES},
    {"active",           &as_bool,    IN(active),       COLUMN_CHANGES},
    {"revision",         &as_int4,    IN(revision),     COLUMN_CHANGES},
    {"created_at",       &as_instant, IN(created_at)},
    {"erases",           &as_bool,    IN(erases),       COLUMN_CHANGES},
    {"secret_since",     &as_instant, IN(secret_since), COLUMN_CHANGES | COLUMN_NULL},
    {"old_secret_until", &as_instant, IN(old_until),    COLUMN_CHANGES | COLUMN_NULL},
};
#undef IN

static const struct column_form as_subscription_state =
    COLUMN_WORD(subscription_name, SUBSCRIPTION_STATE_COUNT);
static const struct column_form as_target_kind = COLUMN_WORD(target_name, TARGET_KIND_COUNT);

#define IN(name) MEMBER(struct subscription, name)

static const struct column subscription_list[] = {
    {"subscription_id",  &as_uuid,               IN(id),               COLUMN_KEY},
    {"name",             &as_text,               IN(name)},
    {"team_id",          &as_uuid,               IN(team)},
    {"events",           &as_json,               IN(events),           COLUMN_CHANGES},
    {"where_test",       &as_json,               IN(where),            COLUMN_CHANGES | COLUMN_NULL},
    {"include",          &as_int4,               IN(include),          COLUMN_CHANGES},
    {"kind",             &as_target_kind,        IN(kind),             COLUMN_CHANGES},
    {"url",              &as_text,               IN(url),              COLUMN_CHANGES},
    {"template",         &as_json,               IN(template),         COLUMN_CHANGES | COLUMN_NULL},
    {"state",            &as_subscription_state, IN(state),            COLUMN_CHANGES},
    {"off_cause",        &as_text,               IN(off_cause),        COLUMN_CHANGES | COLUMN_NULL},
    {"revision",         &as_int4,               IN(revision),         COLUMN_CHANGES},
    {"secret_since",     &as_instant,            IN(secret_since),     COLUMN_CHANGES},
    {"old_secret_since", &as_instant,            IN(old_secret_since), COLUMN_CHANGES | COLUMN_NULL},
    {"old_secret_until", &as_instant,            IN(old_secret_until), COLUMN_CHANGES | COLUMN_NULL},
    {"created_at",       &as_instant,            IN(created_at)},
    {"warnings",         &as_json,               IN(warnings),         COLUMN_CHANGES},
    {"made_pos",         &as_int8,               IN(made_pos),
        .unsaved = "known when the head has moved", .use = COLUMN_FREE,
        .proven = "known when its entry has been made"},
};
#undef IN

#define IN(name) MEMBER(struct stage_words, name)

static const struct column stage_list[] = {
    {"stage",            &as_stage,   IN(stage),                  COLUMN_KEY},
    {"title",            &as_text,    IN(agreed.title),           COLUMN_CHANGES | COLUMN_NULL},
    {"meaning",          &as_text,    IN(agreed.meaning),         COLUMN_CHANGES | COLUMN_NULL},
    {"proposed_side",    &as_side,    IN(proposed_side),          COLUMN_CHANGES | COLUMN_NULL,
        .beside = offsetof(struct stage_words, is_proposed)},
    {"proposed_title",   &as_text,    IN(proposed.title),         COLUMN_CHANGES | COLUMN_NULL},
    {"proposed_meaning", &as_text,    IN(proposed.meaning),       COLUMN_CHANGES | COLUMN_NULL},
    {"proposed_by",      &as_uuid,    IN(proposed_by),            COLUMN_CHANGES | COLUMN_NULL},
    {"proposed_at",      &as_instant, IN(proposed_at),            COLUMN_CHANGES | COLUMN_NULL},
    {"guide_marketing",  &as_json,    IN(guides[SIDE_MARKETING]), COLUMN_CHANGES | COLUMN_NULL},
    {"guide_sales",      &as_json,    IN(guides[SIDE_SALES]),     COLUMN_CHANGES | COLUMN_NULL},
    {"updated_at",       &as_instant, IN(updated_at),             COLUMN_CHANGES},
};
#undef IN

/* clang-format on */

const struct columns stage_columns =
    COLUMNS("stage", stage_list, struct stage_words, PROOF_COMMITTED, NULL);
const struct columns subscription_columns =
    COLUMNS("subscription", subscription_list, struct subscription, PROOF_COMMITTED, NULL);
const struct columns source_columns =
    COLUMNS("source", source_list, struct source, PROOF_COMMITTED, NULL);

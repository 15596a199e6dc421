#include "core/handoff/event.h"

#include "base/json_tree.h"
#include "core/handoff/shape.h"

#include <jansson.h>
#include <string.h>

/* Kinds below are entries of leads' chains. */
#define FIRST_KIND_OF_OTHERS LEDGER_DEFINITION_DRAFTED

#define LEFT_OUT_MAX_BYTES ((size_t)1 << 20)

bool event_is_of_lead(enum ledger_kind kind)
{
    return kind < FIRST_KIND_OF_OTHERS;
}

bool event_is_feedback(int kind)
{
    switch (kind) {
    case LEDGER_HANDOFF_REJECTED:
    case LEDGER_HANDOFF_RETURNED:
    case LEDGER_HANDOFF_DISPUTED:
    case LEDGER_HANDOFF_UPHELD:
    case LEDGER_HANDOFF_CONCEDED:
    case LEDGER_FEEDBACK_GIVEN:
    case LEDGER_OUTCOME_OPPORTUNITY:
    case LEDGER_OUTCOME_WON:
    case LEDGER_OUTCOME_LOST:
        return true;
    default:
        return false;
    }
}

/* ---- reading ---- */

static struct uuid read_uuid(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    struct uuid id;

    return text != NULL && uuid_parse(text, &id) ? id : (struct uuid){{0}};
}

static enum stage read_stage(const json_t *body, const char *key)
{
    const char *text = json_string_value(json_object_get(body, key));
    enum stage stage;

    return text != NULL && stage_parse(text, &stage) ? stage : STAGE_COUNT;
}

static const char *read_text(const json_t *body, const char *key, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(body, key));

    return text == NULL ? NULL : arena_strdup(arena, text);
}

/* A verdict names its definition inside, every other entry at the top. */
static void read_definition(const json_t *body, struct event *out)
{
    const json_t *verdict = json_object_get(body, "verdict");
    const json_t *holder = verdict == NULL ? body : verdict;
    const char *term = json_string_value(json_object_get(holder, "term"));

    if (term != NULL && term_parse(term, &out->term))
        out->version = (int)json_integer_value(json_object_get(holder, "version"));
}

static void read_amount(const json_t *body, struct event *out)
{
    const json_t *amount = json_object_get(body, "amount");
    const char *currency = json_string_value(json_object_get(amount, "currency"));

    if (currency == NULL || strlen(currency) != 3)
        return;
    out->amount.given = true;
    out->amount.minor = json_integer_value(json_object_get(amount, "minor"));
    memcpy(out->amount.currency, currency, 3);
}

static const char *read_json(const json_t *body, const char *key, struct arena *arena)
{
    const json_t *json = json_object_get(body, key);
    struct json_out out;

    if (json == NULL)
        return NULL;
    json_out_init(&out, arena, LEFT_OUT_MAX_BYTES);
    json_tree_write(json, &out);
    return out.written.text;
}

/* The other lead of a merge: each kind names it by what it was in it. */
static struct uuid read_other_lead(enum ledger_kind kind, const json_t *body)
{
    struct uuid other = {{0}};

    if (kind == LEDGER_LEAD_MERGED)
        other = read_uuid(body, "absorbed");
    else if (kind == LEDGER_LEAD_ABSORBED)
        other = read_uuid(body, "survivor");
    else if (kind == LEDGER_LEAD_UNMERGED)
        other = read_uuid(body, json_object_get(body, "from") == NULL ? "restored" : "from");
    return other;
}

enum err event_read(const struct ledger_entry *entry, int64_t pos, struct arena *arena,
                    struct event *out)
{
    json_t *body = json_tree_read(arena, entry->body, entry->body_len, 0, NULL);

    if (body == NULL)
        return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_INTERNAL;
    *out = (struct event){
        .pos = pos,
        .kind = entry->kind,
        .at = entry->at,
        .actor = entry->actor,
        .team = entry->team,
        .lead = event_is_of_lead(entry->kind) ? entry->subject : (struct uuid){{0}},
        .handoff = read_uuid(body, "handoff"),
        .stage_before = read_stage(body, "stage_from"),
        .stage_after = read_stage(body, "stage_to"),
        .reason = read_text(body, "reason", arena),
        .cause = read_text(body, "cause", arena),
        .touch = read_uuid(json_object_get(body, "touch"), "id"),
        .rating = (int)json_integer_value(json_object_get(body, "rating")),
    };
    read_definition(body, out);
    read_amount(body, out);
    out->other_lead = read_other_lead(entry->kind, body);
    out->left_out = read_json(body, "left_out", arena);
    json_decref(body);
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

/* ---- writing ---- */

static void write_definition(struct json_out *out, const char *key, enum term term, int version)
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

static void write_head(const struct event *event, const struct config *config, struct json_out *out)
{
    json_out_member_int(out, "pos", event->pos);
    json_out_member_text(out, "type", ledger_kind_name((int)event->kind));
    json_out_member_instant(out, "at", event->at);
    json_out_key(out, "actor");
    shape_actor(config, event->actor, event->team,
                event->actor.kind == ACTOR_SYSTEM ? event->cause : NULL, out);
}

static void write_what(const struct event *event, struct json_out *out)
{
    json_out_member_uuid(out, "handoff_id", event->handoff);
    write_definition(out, "definition", event->term, event->version);
    json_out_member_text(out, "old_stage", stage_name(event->stage_before));
    json_out_member_text(out, "new_stage", stage_name(event->stage_after));
    json_out_member_text(out, "reason", event->reason);
}

void event_write(const struct event *event, const struct config *config, struct json_out *out)
{
    json_out_begin_object(out);
    write_head(event, config, out);
    json_out_member_uuid(out, "lead_id", event->lead);
    write_what(event, out);
    json_out_end_object(out);
}

void event_write_timeline(const struct event *event, const struct touch *touch,
                          const struct config *config, struct json_out *out)
{
    json_out_begin_object(out);
    write_head(event, config, out);
    write_what(event, out);
    json_out_key(out, "touch");
    if (touch == NULL)
        json_out_null(out);
    else
        shape_touch(config, touch, out);
    json_out_member_uuid(out, "other_lead_id", event->other_lead);
    json_out_key(out, "left_out");
    if (event->left_out == NULL)
        json_out_raw(out, "[]", 2);
    else
        json_out_raw(out, event->left_out, strlen(event->left_out));
    json_out_end_object(out);
}

/* ---- feedback ---- */

static const char *feedback_type(enum ledger_kind kind)
{
    switch (kind) {
    case LEDGER_HANDOFF_REJECTED:
        return "rejected";
    case LEDGER_HANDOFF_RETURNED:
        return "returned";
    case LEDGER_HANDOFF_DISPUTED:
        return "disputed";
    case LEDGER_HANDOFF_APPEALED:
        return "appealed";
    case LEDGER_HANDOFF_UPHELD:
        return "upheld";
    case LEDGER_HANDOFF_CONCEDED:
        return "conceded";
    case LEDGER_FEEDBACK_GIVEN:
        return "feedback";
    default:
        return "outcome";
    }
}

static enum outcome_kind outcome_of(enum ledger_kind kind)
{
    return kind == LEDGER_OUTCOME_OPPORTUNITY ? OUTCOME_OPPORTUNITY
           : kind == LEDGER_OUTCOME_WON       ? OUTCOME_WON
           : kind == LEDGER_OUTCOME_LOST      ? OUTCOME_LOST
                                              : OUTCOME_NONE;
}

static bool is_answer(enum ledger_kind kind)
{
    return kind == LEDGER_HANDOFF_REJECTED || kind == LEDGER_HANDOFF_RETURNED;
}

/* The id of a criterion that is stored as {id, result, seen, now}; what was seen stays out. */
static void write_criterion_id(const char *criterion, struct json_out *out)
{
    json_t *root = criterion == NULL
                       ? NULL
                       : json_tree_read(out->written.arena, criterion, strlen(criterion), 0, NULL);

    json_out_member_text(out, "criterion", json_string_value(json_object_get(root, "id")));
    json_decref(root);
}

static void write_rating(const struct event *event, struct json_out *out)
{
    if (event->rating == 0)
        json_out_member_null(out, "rating");
    else
        json_out_member_int(out, "rating", event->rating);
}

void event_write_feedback(const struct event *event, const struct handoff *handoff,
                          const char *note, const struct config *config, struct json_out *out)
{
    bool answer = is_answer(event->kind);

    json_out_begin_object(out);
    json_out_member_int(out, "pos", event->pos);
    json_out_member_text(out, "type", feedback_type(event->kind));
    json_out_member_instant(out, "at", event->at);
    json_out_member_uuid(out, "handoff_id", handoff->id);
    json_out_member_uuid(out, "lead_id", event->lead);
    json_out_member_text(out, "from_team", config_team_name(config, handoff->from_team));
    json_out_member_text(out, "to_team", config_team_name(config, handoff->to_team));
    write_definition(out, "gate", handoff->term, handoff->version);
    json_out_key(out, "actor");
    shape_actor(config, event->actor, event->team,
                event->actor.kind == ACTOR_SYSTEM ? event->cause : NULL, out);
    json_out_member_text(out, "reason", event->reason);
    json_out_member_text(out, "class", answer ? rejection_class_name(handoff->klass) : NULL);
    write_criterion_id(answer ? handoff->criterion : NULL, out);
    write_rating(event, out);
    json_out_member_text(out, "outcome", outcome_kind_name(outcome_of(event->kind)));
    shape_amount("amount", &event->amount, out);
    json_out_member_text(out, "note", answer ? handoff->note : note);
    json_out_end_object(out);
}

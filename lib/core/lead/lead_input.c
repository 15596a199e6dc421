#include "core/lead/lead_input.h"

#include "core/lead/lead_hold.h"

#include <string.h>

/* ---- attributes ---- */

#define VALUE_MAX_BYTES (64 * 1024)

/* A member of an object of commitments: what stands in the ledger for a value. text is room for the
 * value's JSON. */
static void commit(struct json_out *out, struct json_out *text, struct lead *lead,
                   const struct attribute_input *item)
{
    uint8_t commitment[DIGEST_BYTES];

    json_out_clear(text);
    value_write(&item->value, text);
    if (arena_failed(text->written.arena))
        return;
    ledger_commit_by(lead_salt(lead), item->name, text->written.text, text->written.len,
                     commitment);
    json_out_key(out, item->name);
    json_out_hex(out, commitment, DIGEST_BYTES);
}

instant lead_moment(const struct work *work, instant given)
{
    return given == INSTANT_NONE || given > work->now ? work->now : given;
}

/* After whatever is known, should that carry a date to come: rows of before have such. */
static instant after_all(const struct attribute_set *known, const char *name, instant now)
{
    const struct attribute *attribute = attribute_find(known, name);

    return attribute == NULL || attribute->observations[0].occurred_at < now
               ? now
               : attribute->observations[0].occurred_at;
}

/* Whether somebody else has said it: a form does not speak against a person's word. */
static bool said_otherwise(const struct attribute_set *known, const char *name,
                           enum knowledge_source source)
{
    const struct attribute *attribute = attribute_find(known, name);

    return attribute != NULL && attribute->observations[0].source != source;
}

enum err lead_attributes_apply(struct work *work, struct lead *lead,
                               const struct attributes_input *input,
                               struct attribute_changes *changes)
{
    struct json_out *commitments = &work->scratch;
    struct json_out text;
    enum err err = ERR_NONE;
    struct observation seen = {
        .occurred_at = lead_moment(work, input->occurred_at),
        .known_from = work->now,
        .source = input->source,
    };

    *changes = (struct attribute_changes){0};
    json_out_init(&text, work->arena, VALUE_MAX_BYTES);
    json_out_clear(commitments);
    json_out_begin_object(commitments);
    for (size_t i = 0; i < input->count && err == ERR_NONE; i++) {
        const struct attribute_input *item = &input->items[i];
        bool differs;
        if (input->adds_only && said_otherwise(&lead->attributes, item->name, input->source)) {
            changes->kept++;
            continue;
        }
        seen.value = item->value;
        if (input->word && input->occurred_at == INSTANT_NONE)
            seen.occurred_at = after_all(&lead->attributes, item->name, work->now);
        err = attribute_observe(&lead->attributes, work->arena, item->name, &seen, &differs);
        if (err != ERR_NONE || !differs)
            continue;
        commit(commitments, &text, lead, item);
        lead_input_changed(lead, INPUT_ATTRIBUTE, item->name);
        changes->count++;
    }
    json_out_end_object(commitments);
    if (changes->count > 0)
        changes->commitments = json_out_keep(commitments, work->arena, &changes->commitments_len);
    return arena_failed(work->arena) ? ERR_OUT_OF_MEMORY : err;
}

/* ---- the touch ---- */

struct touch lead_touch_of(struct work *work, const struct caller *caller,
                           const struct touch_input *input)
{
    const struct team *team = config_team(work->config, caller->team);
    struct touch touch = {
        .kind = input->kind,
        .occurred_at = lead_moment(work, input->occurred_at),
        .recorded_at = work->now,
        .direction = input->direction,
        .function = team == NULL ? FUNCTION_OTHER : team->function,
        .team = caller->team,
        .cost = input->cost,
    };

    memcpy(touch.values, input->values, sizeof touch.values);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        touch.dimensions[i] = dimension_id((enum dimension)i, input->values[i]);
    const char *source = input->values[DIMENSION_SOURCE];
    touch.id = input->event_id == NULL ? work_new_id(work)
                                       : touch_id(work->config->workspace, input->sender,
                                                  source == NULL ? "" : source, input->event_id);
    return touch;
}

static void write_dimension(const struct touch *touch, enum dimension dimension,
                            struct json_out *body)
{
    if (touch->dimensions[dimension] != 0)
        json_out_member_int(body, dimension_name(dimension), touch->dimensions[dimension]);
}

void touch_write_ledger(const struct touch *touch, const struct lead *lead, struct json_out *body)
{
    json_out_begin_object(body);
    write_dimension(touch, DIMENSION_CAMPAIGN, body);
    write_dimension(touch, DIMENSION_CHANNEL, body);
    write_dimension(touch, DIMENSION_CONTENT, body);
    if (touch->cost.given) {
        json_out_key(body, "cost");
        json_out_begin_object(body);
        json_out_member_text(body, "currency", touch->cost.currency);
        json_out_member_int(body, "minor", touch->cost.minor);
        json_out_end_object(body);
    }
    json_out_member_text(body, "direction", direction_name(touch->direction));
    json_out_member_text(body, "function", team_function_name(touch->function));
    json_out_member_uuid(body, "id", touch->id);
    json_out_member_text(body, "kind", touch->kind);
    write_dimension(touch, DIMENSION_MEDIUM, body);
    json_out_member_int(body, "occurred_at", touch->occurred_at);
    if (lead->chain.at > touch->recorded_at) /* the entry's time is that of the one before it */
        json_out_member_int(body, "recorded_at", touch->recorded_at);
    write_dimension(touch, DIMENSION_SOURCE, body);
    if (!uuid_is_nil(touch->team))
        json_out_member_uuid(body, "team", touch->team);
    write_dimension(touch, DIMENSION_TERM, body);
    json_out_end_object(body);
}

/* The first outbound touch by the receiving team is the first contact of an accepted handoff. */
static void note_first_contact(struct work *work, struct lead *lead, const struct caller *caller,
                               const struct touch *touch)
{
    struct handoff *open = lead->open;

    if (open == NULL || open->state == HANDOFF_REQUESTED ||
        touch->direction != DIRECTION_OUTBOUND || open->first_contact_at != INSTANT_NONE ||
        !uuid_equal(caller->team, open->to_team))
        return;
    work_change_handoff(work, open);
    open->first_contact_at = touch->occurred_at;
}

/* An event that its sender names is one touch, for ever. Of another person it is a touch of its
 * own: senders use one id for a webinar, or for a form. One of somebody who was erased was known
 * before. */
static enum find find_event(struct work *work, const struct lead *lead, struct touch *touch)
{
    struct uuid holder;
    struct lead *other;
    enum find found = work_find_touch(work, touch->id, &holder);

    if (found != FIND_FOUND || uuid_equal(holder, lead->id))
        return found;
    found = work_find_lead(work, holder, &other);
    if (found != FIND_FOUND || other == lead || other->status == LEAD_ERASED)
        return found == FIND_NEEDED ? FIND_NEEDED : FIND_FOUND;
    touch->id = touch_id_of(touch->id, lead->id);
    if (lead->row == ROW_NEW && !work_has(work, KIND_TOUCH, &touch->id))
        work_put_touch(work, touch->id, (struct uuid){{0}}); /* its id was made a moment ago */
    return work_find_touch(work, touch->id, &holder);
}

enum find lead_touch_apply(struct work *work, struct lead *lead, const struct caller *caller,
                           const struct touch_input *input, struct touch *touch)
{
    enum find found = FIND_ABSENT;

    *touch = lead_touch_of(work, caller, input);
    if (input->event_id != NULL)
        found = find_event(work, lead, touch);
    if (found != FIND_ABSENT)
        return found;
    work_add_touch(work, lead, touch);
    note_first_contact(work, lead, caller, touch);
    lead_input_changed(lead, INPUT_TOUCH, touch->kind);
    lead_input_changed(lead, INPUT_TOUCH, INPUT_TOUCH_ANY);
    return FIND_ABSENT;
}

/* ---- facts ---- */

enum err lead_facts_apply(struct work *work, struct lead *lead, const struct caller *caller,
                          const struct confirmed_input *input)
{
    struct json_out *body = work_body(work);
    struct json_out text;
    enum err err = ERR_NONE;

    json_out_init(&text, work->arena, VALUE_MAX_BYTES);
    json_out_key(body, "facts");
    json_out_begin_object(body);
    for (size_t i = 0; i < input->count && err == ERR_NONE; i++) {
        const struct fact_input *fact = &input->items[i];
        struct observation seen = {
            .value = fact->value,
            .occurred_at = input->occurred_at == INSTANT_NONE
                               ? after_all(&lead->facts, fact->name, work->now)
                               : lead_moment(work, input->occurred_at),
            .known_from = work->now,
            .source = SOURCE_SALES,
            .evidence = fact->evidence,
            .confirmed_by = caller->member,
        };
        bool differs;
        err = attribute_observe(&lead->facts, work->arena, fact->name, &seen, &differs);
        if (err != ERR_NONE)
            continue;
        /* unlike an attribute also when it is what was known: somebody vouches for it anew */
        commit(body, &text, lead, &(struct attribute_input){fact->name, fact->value});
        if (differs)
            lead_input_changed(lead, INPUT_FACT, fact->name);
    }
    json_out_end_object(body);
    if (err == ERR_NONE)
        caller_append(caller, work, lead, LEDGER_FACTS_CONFIRMED);
    return err;
}

#include "core/lead/lead_tell.h"

#include "base/defect.h"
#include "core/lead/lead_hold.h"

#include <string.h>

/* ---- attributes ---- */

static void commit_value(struct json_out *out, const struct lead *lead, const char *name,
                         const struct value *value)
{
    struct json_out text;
    uint8_t commitment[DIGEST_BYTES];

    json_out_init(&text, 64 * 1024);
    value_write(value, &text);
    if (!json_out_failed(&text)) {
        ledger_commit(lead->salt, name, text.text, text.len, commitment);
        json_out_key(out, name);
        json_out_hex(out, commitment, DIGEST_BYTES);
    } else {
        out->failed = true;
    }
    json_out_release(&text);
}

enum err lead_tell(struct work *work, struct lead *lead, const struct told *told, size_t count,
                   const struct observation *how, struct json_out *commitments, size_t *changed)
{
    for (size_t i = 0; i < count; i++) {
        struct observation seen = *how;
        bool differs;
        seen.value = told[i].value;
        enum err err =
            attribute_tell(&lead->attributes, work->arena, told[i].name, &seen, &differs);
        if (err != ERR_NONE)
            return err;
        if (!differs)
            continue;
        commit_value(commitments, lead, told[i].name, &told[i].value);
        lead_input_changed(lead, INPUT_ATTRIBUTE, told[i].name);
        (*changed)++;
    }
    return ERR_NONE;
}

/* ---- the touch ---- */

static struct touch touch_of(struct work *work, const struct caller *caller,
                             const struct touch_input *input)
{
    const struct team *team = config_team(work->config, caller->team);
    struct touch touch = {
        .kind = input->kind,
        .occurred_at = input->occurred_at == INSTANT_NONE ? work->now : input->occurred_at,
        .recorded_at = work->now,
        .direction = input->direction,
        .function = team == NULL ? FUNCTION_OTHER : team->function,
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

void touch_write_ledger(const struct touch *touch, struct json_out *body)
{
    static const int sorted[] = {DIMENSION_CAMPAIGN, DIMENSION_CHANNEL, DIMENSION_CONTENT};
    json_out_begin_object(body);
    for (size_t i = 0; i < 3; i++)
        if (touch->dimensions[sorted[i]] != 0)
            json_out_member_int(body, dimension_name((enum dimension)sorted[i]),
                                touch->dimensions[sorted[i]]);
    json_out_member_text(body, "direction", direction_name(touch->direction));
    json_out_member_text(body, "function", team_function_name(touch->function));
    json_out_member_uuid(body, "id", touch->id);
    json_out_member_text(body, "kind", touch->kind);
    if (touch->dimensions[DIMENSION_MEDIUM] != 0)
        json_out_member_int(body, "medium", touch->dimensions[DIMENSION_MEDIUM]);
    json_out_member_int(body, "occurred_at", touch->occurred_at);
    if (touch->dimensions[DIMENSION_SOURCE] != 0)
        json_out_member_int(body, "source", touch->dimensions[DIMENSION_SOURCE]);
    json_out_end_object(body);
}

/* The first outbound touch by the receiving team is the first contact of an accepted handoff. */
static void note_first_contact(struct work *work, struct lead *lead, const struct caller *caller,
                               const struct touch *touch)
{
    struct handoff *open = lead->open;

    if (open == NULL || touch->direction != DIRECTION_OUTBOUND ||
        open->first_contact_at != INSTANT_NONE || !uuid_equal(caller->team, open->to_team))
        return;
    work_change_handoff(work, open);
    open->first_contact_at = touch->occurred_at;
}

enum find lead_touch_apply(struct work *work, struct lead *lead, const struct caller *caller,
                           const struct touch_input *input, struct touch *touch, bool *known)
{
    *touch = touch_of(work, caller, input);
    *known = false;
    if (input->event_id != NULL) {
        enum find found = work_find_touch(work, touch->id);
        if (found == FIND_NEEDED)
            return found;
        *known = found == FIND_FOUND;
    }
    if (*known) {
        lead->touch_count += DEFECT(touch_twice);
        return FIND_FOUND;
    }
    work_add_touch(work, lead, touch);
    note_first_contact(work, lead, caller, touch);
    lead_input_changed(lead, INPUT_TOUCH, touch->kind);
    lead_input_changed(lead, INPUT_TOUCH, INPUT_TOUCH_ANY);
    return FIND_FOUND;
}

/* ---- facts ---- */

enum err lead_facts_apply(struct work *work, struct lead *lead, const struct caller *caller,
                          const struct fact_input *facts, size_t count, instant occurred_at)
{
    struct json_out *body = work_body(work);

    json_out_key(body, "facts");
    json_out_begin_object(body);
    for (size_t i = 0; i < count; i++) {
        struct observation seen = {
            .value = facts[i].value,
            .occurred_at = occurred_at == INSTANT_NONE ? work->now : occurred_at,
            .known_from = work->now,
            .source = SOURCE_SALES,
            .evidence = facts[i].evidence,
            .confirmed_by = caller->member,
        };
        bool differs;
        enum err err = attribute_tell(&lead->facts, work->arena, facts[i].name, &seen, &differs);
        if (err != ERR_NONE)
            return err;
        commit_value(body, lead, facts[i].name, &facts[i].value);
        if (differs)
            lead_input_changed(lead, INPUT_FACT, facts[i].name);
    }
    json_out_end_object(body);
    work_append(work, lead, LEDGER_FACTS_CONFIRMED, caller_actor(caller), caller->team);
    return ERR_NONE;
}

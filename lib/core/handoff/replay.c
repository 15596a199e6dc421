#include "core/handoff/replay.h"

#include "base/hex.h"
#include "base/json_tree.h"
#include "core/handoff/event.h"
#include "core/handoff/life.h"

#include <jansson.h>
#include <string.h>

/* ---- reading a body ---- */

static struct uuid read_uuid(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    struct uuid id;

    return text != NULL && uuid_parse(text, &id) ? id : (struct uuid){{0}};
}

static enum stage read_stage(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    enum stage stage;

    return text != NULL && stage_parse(text, &stage) ? stage : STAGE_COUNT;
}

static bool read_hash(const json_t *body, const char *name, uint8_t out[DIGEST_BYTES])
{
    const json_t *text = json_object_get(body, name);

    return json_is_string(text) &&
           hex_decode_lower(json_string_value(text), json_string_length(text), out, DIGEST_BYTES);
}

/* ---- the steps ---- */

static void fault(struct replay_step *step, const char *text)
{
    if (step->fault == NULL)
        step->fault = text;
}

static void move_stage(struct replay *replay, const json_t *body, struct replay_step *step)
{
    enum stage from = read_stage(body, "stage_from");
    enum stage to = read_stage(body, "stage_to");

    if (to == STAGE_COUNT)
        return;
    if (from != replay->stage)
        fault(step, "leaves a stage that the lead was not in");
    replay->stage = to;
}

static void open_handoff(struct replay *replay, struct uuid handoff, enum handoff_state state,
                         struct replay_step *step)
{
    if (uuid_is_nil(handoff))
        fault(step, "names no handoff");
    if (!uuid_is_nil(replay->open))
        fault(step, "opens a handoff while another is open");
    replay->open = handoff;
    replay->open_state = state;
}

static void make_handoff(struct replay *replay, struct uuid handoff, const struct life_rule *rule,
                         struct replay_step *step)
{
    step->made = handoff;
    if (handoff_state_is_open(rule->to)) {
        open_handoff(replay, handoff, rule->to, step);
    } else {
        step->closed = handoff;
        step->closed_state = rule->to;
    }
}

/* matched: by a rule that leads on from the state that the open handoff is in. */
static void move_handoff(struct replay *replay, struct uuid handoff, const struct life_rule *rule,
                         bool matched, struct replay_step *step)
{
    bool is_open = !uuid_is_nil(handoff) && uuid_equal(handoff, replay->open);

    if (handoff_state_is_open(rule->to)) {
        if (!is_open || !matched)
            fault(step, "accepts a handoff that was not offered");
        replay->open = handoff;
        replay->open_state = rule->to;
        return;
    }
    if (!is_open)
        fault(step, "closes a handoff that was not open");
    else if (!matched)
        fault(step, "closes a handoff that was in another state");
    replay->open = (struct uuid){{0}};
    step->closed = handoff;
    step->closed_state = rule->to;
}

/* Of two rules that make a handoff with the same kind of entry, the entry says which it was. */
static bool makes_it(const struct life_rule *rule, const json_t *body)
{
    const char *state = json_string_value(json_object_get(body, "handoff_state"));

    return (rule->says & SAYS_STATE) == 0
               ? state == NULL
               : state != NULL && strcmp(state, handoff_state_name(rule->to)) == 0;
}

/* What the rules of a handoff's life say of entries of this kind. One kind may both lead a handoff
 * on and make one (a concession's is accepted from the start): what is made then names the one
 * before it, and nothing is open. */
static void live(struct replay *replay, enum ledger_kind kind, const json_t *body,
                 struct replay_step *step)
{
    const struct life_rule *makes = NULL, *leads = NULL;
    struct uuid handoff = read_uuid(body, "handoff");
    bool matched = false;
    size_t count;
    const struct life_rule *rules = life_rules(&count);

    for (size_t i = 0; i < count; i++) {
        if (rules[i].entry != kind || rules[i].to == LIFE_STAYS)
            continue;
        if (rules[i].states & LIFE_NOT_BEGUN) {
            makes = makes == NULL || makes_it(&rules[i], body) ? &rules[i] : makes;
        } else if (!matched) {
            leads = &rules[i];
            matched = !uuid_is_nil(replay->open) && leads->states & 1u << replay->open_state;
        }
    }
    bool is_made =
        makes != NULL &&
        (leads == NULL || (uuid_is_nil(replay->open) && !uuid_is_nil(read_uuid(body, "previous"))));
    if (is_made)
        make_handoff(replay, handoff, makes, step);
    else if (leads != NULL)
        move_handoff(replay, handoff, leads, matched, step);
}

static void read_moved(const json_t *body, struct replay_step *step)
{
    const char *state = json_string_value(json_object_get(body, "handoff_state"));

    step->moved = read_uuid(body, "handoff");
    if (!uuid_is_nil(step->moved) &&
        (state == NULL || !handoff_state_parse(state, &step->moved_state)))
        fault(step, "moves a handoff without its state");
}

static void merge(struct replay *replay, const json_t *body, struct replay_step *step)
{
    step->absorbed = read_uuid(body, "absorbed");
    step->absorbed_seq = json_integer_value(json_object_get(body, "absorbed_seq"));
    if (uuid_is_nil(step->absorbed) || !read_hash(body, "absorbed_hash", step->absorbed_hash))
        fault(step, "does not name what it absorbs");
    read_moved(body, step);
    if (!uuid_is_nil(step->moved))
        open_handoff(replay, step->moved, step->moved_state, step);
}

static void end_lead(struct replay *replay, enum lead_status status)
{
    replay->status = status;
    replay->owner = (struct uuid){{0}};
    replay->open = (struct uuid){{0}};
}

static void be_absorbed(struct replay *replay, const json_t *body, struct replay_step *step)
{
    replay->survivor = read_uuid(body, "survivor");
    read_moved(body, step);
    if (!uuid_equal(step->moved, replay->open))
        fault(step, "does not hand over the open handoff");
    else if (!uuid_is_nil(step->moved) && step->moved_state != replay->open_state)
        fault(step, "hands over a handoff in another state");
    end_lead(replay, LEAD_MERGED);
}

/* In the survivor's chain, which names who is restored, or in that one's own. */
static void unmerge(struct replay *replay, const json_t *body, struct replay_step *step)
{
    read_moved(body, step);
    if (!uuid_is_nil(read_uuid(body, "restored"))) {
        if (!uuid_is_nil(step->moved) && !uuid_equal(step->moved, replay->open))
            fault(step, "gives back a handoff that was not open");
        if (!uuid_is_nil(step->moved))
            replay->open = (struct uuid){{0}};
        return;
    }
    if (!uuid_equal(read_uuid(body, "from"), replay->survivor))
        fault(step, "goes back from a lead that had not absorbed it");
    replay->status = LEAD_ACTIVE;
    replay->survivor = (struct uuid){{0}};
    if (!uuid_is_nil(step->moved))
        open_handoff(replay, step->moved, step->moved_state, step);
}

static void be_erased(struct replay *replay, struct replay_step *step)
{
    if (!uuid_is_nil(replay->open))
        fault(step, "erases a lead whose handoff is open");
    end_lead(replay, LEAD_ERASED);
}

static void follow(struct replay *replay, const struct ledger_entry *entry, const json_t *body,
                   struct replay_step *step)
{
    switch (entry->kind) {
    case LEDGER_LEAD_MERGED:
        merge(replay, body, step);
        break;
    case LEDGER_LEAD_ABSORBED:
        be_absorbed(replay, body, step);
        break;
    case LEDGER_LEAD_UNMERGED:
        unmerge(replay, body, step);
        break;
    case LEDGER_LEAD_ERASED:
        be_erased(replay, step);
        break;
    default: /* a stage or an owner that an entry moves was read already */
        live(replay, entry->kind, body, step);
        break;
    }
}

static bool begins_a_lead(const struct ledger_entry *entry, const json_t *body)
{
    return (entry->kind == LEDGER_LEAD_CAPTURED || entry->kind == LEDGER_LEAD_IMPORTED) &&
           json_integer_value(json_object_get(body, "created")) == 1;
}

static void check_place(const struct replay *replay, const struct ledger_entry *entry,
                        const json_t *body, struct replay_step *step)
{
    if (!event_is_of_lead(entry->kind))
        fault(step, "is not of a lead");
    else if (replay->status != LEAD_ACTIVE &&
             !(replay->status == LEAD_MERGED && entry->kind == LEDGER_LEAD_UNMERGED))
        fault(step, "follows the entry that ended the lead");
    else if (replay->stage == STAGE_COUNT && !begins_a_lead(entry, body))
        fault(step, "comes before the one that begins the lead");
    else if (replay->stage != STAGE_COUNT && begins_a_lead(entry, body))
        fault(step, "begins a lead that is there");
}

/* ---- the fold ---- */

bool replay_is_of_lead(enum ledger_kind first)
{
    return event_is_of_lead(first);
}

void replay_begin(struct replay *replay, struct uuid subject)
{
    *replay = (struct replay){.subject = subject, .stage = STAGE_COUNT};
}

enum err replay_entry(struct replay *replay, const struct ledger_entry *entry, struct arena *arena,
                      struct replay_step *step)
{
    json_t *body = json_tree_read(arena, entry->body, entry->body_len, 0, NULL);

    *step = (struct replay_step){0};
    if (body == NULL && arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    if (body == NULL)
        fault(step, "has a body that cannot be read");
    check_place(replay, entry, body, step);
    move_stage(replay, body, step);
    struct uuid owner = read_uuid(body, "owner");
    if (!uuid_is_nil(owner))
        replay->owner = owner;
    follow(replay, entry, body, step);
    json_decref(body);
    return ERR_NONE;
}

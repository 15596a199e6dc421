#include "core/intake/lead_capture.h"

#include "base/email.h"
#include "core/handoff/judge.h"
#include "core/handoff/lead_absorb.h"
#include "core/handoff/shape.h"
#include "core/intake/block.h"
#include "core/intake/lead_result.h"
#include "core/lead/collision.h"

#include <string.h>

#define DUPLICATES_MAX 10

/* ---- which lead ---- */

struct match {
    struct lead *lead; /* that the capture speaks of; NULL: a new one */
    struct lead *anonymous[IDENTITIES_PER_LEAD_MAX]; /* that join it */
    size_t anonymous_count;
    struct uuid duplicates[DUPLICATES_MAX]; /* identified leads that match as well */
    size_t duplicate_count;
};

static bool names_a_person(const struct capture_input *input)
{
    for (size_t i = 0; i < input->identity_count; i++)
        if (input->identities[i].kind != IDENTITY_ANONYMOUS)
            return true;
    return false;
}

static void note_duplicate(struct match *match, const struct lead *lead)
{
    for (size_t i = 0; i < match->duplicate_count; i++)
        if (uuid_equal(match->duplicates[i], lead->id))
            return;
    if (match->duplicate_count < DUPLICATES_MAX)
        match->duplicates[match->duplicate_count++] = lead->id;
}

static void note_anonymous(struct match *match, struct lead *lead)
{
    for (size_t i = 0; i < match->anonymous_count; i++)
        if (match->anonymous[i] == lead)
            return;
    if (match->anonymous_count < IDENTITIES_PER_LEAD_MAX)
        match->anonymous[match->anonymous_count++] = lead;
}

/* One matching lead, in order of the identities' strength. An anonymous id that belongs to
 * somebody else by now says nothing about a person who is named. */
static void weigh(struct match *match, struct lead *lead, const struct identity *by, bool named)
{
    if (lead == match->lead)
        return;
    if (lead_is_anonymous(lead) && (match->lead != NULL || named))
        note_anonymous(match, lead);
    else if (match->lead == NULL && !(by->kind == IDENTITY_ANONYMOUS && named))
        match->lead = lead;
    else
        note_duplicate(match, lead);
}

/* Looks at every identity before it asks for more, so that one more round brings all. */
static enum find find_matches(struct work *work, const struct capture_input *input,
                              struct match *match)
{
    bool named = names_a_person(input);
    bool needed = false;

    for (int kind = IDENTITY_EXTERNAL; kind <= IDENTITY_ANONYMOUS; kind++) {
        for (size_t i = 0; i < input->identity_count; i++) {
            const struct identity *identity = &input->identities[i];
            struct uuid id;
            struct lead *lead;
            if ((int)identity->kind != kind)
                continue;
            enum find found = work_find_identity(work, identity, &id);
            if (found == FIND_FOUND)
                found = work_find_lead(work, id, &lead);
            if (found == FIND_NEEDED)
                needed = true;
            if (found == FIND_FOUND && lead->status == LEAD_ACTIVE)
                weigh(match, lead, identity, named);
        }
    }
    return needed ? FIND_NEEDED : FIND_FOUND;
}

/* A person who turns out to have made anonymous visits takes over the first such lead. */
static void settle(struct match *match)
{
    if (match->lead != NULL || match->anonymous_count == 0)
        return;
    match->lead = match->anonymous[0];
    match->anonymous_count--;
    memmove(match->anonymous, match->anonymous + 1,
            match->anonymous_count * sizeof match->anonymous[0]);
}

/* ---- what is given ---- */

/* Attributes that follow from an email address: the most there are. */
#define DERIVED_MAX 3

static struct value text_value(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(text), .text = text};
}

static size_t derive(const char *email, struct arena *arena, struct attribute_input *out)
{
    const char *domain = email_domain(email);
    bool free_mail = email_is_free_mail(domain);
    const char *company = free_mail ? NULL : email_company_domain(domain, arena);
    size_t count = 0;

    out[count++] = (struct attribute_input){"email.domain", text_value(domain)};
    out[count++] = (struct attribute_input){
        "email.is_free_mail", (struct value){.type = VALUE_BOOL, .boolean = free_mail}};
    if (company != NULL)
        out[count++] = (struct attribute_input){"company.domain", text_value(company)};
    return count;
}

struct attribute_input *lead_capture_attributes(struct work *work,
                                                const struct capture_input *input, size_t *count)
{
    struct attribute_input derived[DERIVED_MAX];
    struct attribute_input *all =
        ARENA_ARRAY(work->arena, struct attribute_input, input->attribute_count + DERIVED_MAX);
    size_t derived_count = 0;

    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < input->identity_count && derived_count == 0; i++)
        if (input->identities[i].kind == IDENTITY_EMAIL)
            derived_count = derive(input->identities[i].value, work->arena, derived);
    *count = input->attribute_count;
    if (*count > 0)
        memcpy(all, input->attributes, *count * sizeof *all);
    for (size_t i = 0; i < derived_count; i++) {
        size_t at = *count;
        while (at > 0 && strcmp(all[at - 1].name, derived[i].name) > 0)
            at--;
        if (at > 0 && strcmp(all[at - 1].name, derived[i].name) == 0)
            continue; /* given: that beats what follows from the address */
        memmove(all + at + 1, all + at, (*count - at) * sizeof *all);
        all[at] = derived[i];
        (*count)++;
    }
    return all;
}

/* ---- the capture ---- */

/* A capture while it is applied. */
struct capture {
    struct work *work;
    const struct caller *caller;
    const struct capture_input *input;
    struct captured *captured;
    struct match match;
    /* what is new of the lead */
    struct attribute_changes attributes;
    bool identities;
    bool claimed;
    struct touch touch;
    bool touched;
    enum stage stage_before;
};

static void start_lead(const struct capture *capture, struct lead *lead)
{
    const struct capture_input *input = capture->input;
    const struct team *team = config_team(capture->work->config, capture->caller->team);
    bool came = input->touch != NULL && input->touch->direction == DIRECTION_INBOUND;

    lead->owner_team = capture->caller->team;
    lead->stage = came ? STAGE_INQUIRY : STAGE_PROSPECT;
    lead->origin = input->origin != CAPTURE_ORIGIN_OF_TOUCH ? (enum direction)input->origin
                   : input->touch != NULL                   ? input->touch->direction
                                                            : DIRECTION_INBOUND;
    lead->found_by = team == NULL ? FUNCTION_OTHER : team->function;
    if (input->imported) /* nobody judges it; of others the verdict says what is next */
        lead_set_next(lead, STEP_NURTURE, lead_next_date(capture->work), "imported");
}

static void write_identities(struct lead *lead, const struct capture_input *input,
                             struct json_out *body)
{
    uint8_t commitment[DIGEST_BYTES];

    json_out_key(body, "identities");
    json_out_begin_array(body);
    for (size_t i = 0; i < input->identity_count; i++) {
        const struct identity *identity = &input->identities[i];
        ledger_commit_by(lead_salt(lead), identity->source, identity->value,
                         strlen(identity->value), commitment);
        json_out_hex(body, commitment, DIGEST_BYTES);
    }
    json_out_end_array(body);
}

/* Codes and names alone: the ledger holds no values. */
static void write_left_out(const struct capture *capture, struct json_out *body)
{
    const struct capture_input *input = capture->input;

    bool kept = capture->attributes.kept > 0;

    if (input->left_out_count == 0 && !capture->captured->shared_event && !kept)
        return;
    json_out_key(body, "left_out");
    json_out_begin_array(body);
    for (size_t i = 0; i < input->left_out_count; i++) {
        json_out_begin_object(body);
        json_out_member_text(body, "code", input->left_out[i].code);
        json_out_member_text(body, "what", input->left_out[i].what);
        json_out_end_object(body);
    }
    if (capture->captured->shared_event) {
        json_out_begin_object(body);
        json_out_member_text(body, "code", CAPTURE_EVENT_SHARED);
        json_out_member_text(body, "what", "event_id");
        json_out_end_object(body);
    }
    if (kept) {
        json_out_begin_object(body);
        json_out_member_text(body, "code", CAPTURE_KEPT);
        json_out_member_text(body, "what", "attributes");
        json_out_end_object(body);
    }
    json_out_end_array(body);
}

static enum err give_identities(struct capture *capture)
{
    const struct capture_input *input = capture->input;
    struct lead *lead = capture->captured->lead;

    for (size_t i = 0; i < input->identity_count; i++) {
        struct uuid holder;
        if (work_find_identity(capture->work, &input->identities[i], &holder) == FIND_FOUND)
            continue; /* this lead's already, or a possible duplicate's */
        if (lead->identity_count >= IDENTITIES_PER_LEAD_MAX)
            return ERR_LIMIT_REACHED;
        work_give_identity(capture->work, lead, &input->identities[i]);
        capture->identities = true;
    }
    return ERR_NONE;
}

static enum err give_attributes(struct capture *capture)
{
    const struct capture_input *input = capture->input;
    struct attributes_input given = {
        .occurred_at = input->occurred_at,
        .source = input->source,
        .adds_only = input->adds_only,
    };

    given.items = lead_capture_attributes(capture->work, input, &given.count);
    if (given.items == NULL)
        return ERR_OUT_OF_MEMORY;
    if (given.occurred_at == INSTANT_NONE && input->touch != NULL)
        given.occurred_at = input->touch->occurred_at;
    return lead_attributes_apply(capture->work, capture->captured->lead, &given,
                                 &capture->attributes);
}

/* History does not speak against what was claimed since. */
static void claim_stage(struct capture *capture)
{
    const struct capture_input *input = capture->input;
    struct lead *lead = capture->captured->lead;

    if (input->claimed_stage == STAGE_COUNT || lead->claimed_stage == input->claimed_stage ||
        ((input->imported || input->adds_only) && lead->claimed_stage != STAGE_COUNT))
        return;
    lead->claimed_stage = input->claimed_stage;
    capture->claimed = true;
}

static bool names_an_event(const struct capture_input *input)
{
    return input->touch != NULL && input->touch->event_id != NULL;
}

static struct uuid id_of_event(struct uuid workspace, const struct touch_input *touch)
{
    const char *source = touch->values[DIMENSION_SOURCE];

    return touch_id(workspace, touch->sender, source == NULL ? "" : source, touch->event_id);
}

static enum find add_touch(struct capture *capture)
{
    struct captured *captured = capture->captured;

    if (capture->input->touch == NULL)
        return FIND_FOUND;
    enum find found = lead_touch_apply(capture->work, captured->lead, capture->caller,
                                       capture->input->touch, &capture->touch);
    captured->known_event = found == FIND_FOUND;
    capture->touched = found == FIND_ABSENT;
    captured->shared_event =
        capture->touched && names_an_event(capture->input) &&
        !uuid_equal(capture->touch.id,
                    id_of_event(capture->work->config->workspace, capture->input->touch));
    return found == FIND_NEEDED ? FIND_NEEDED : FIND_FOUND;
}

static void append_captured(struct capture *capture)
{
    const struct capture_input *input = capture->input;
    struct lead *lead = capture->captured->lead;
    bool created = capture->captured->created;
    struct json_out *body = work_body(capture->work);

    if (capture->attributes.count > 0) {
        json_out_key(body, "attributes");
        json_out_raw(body, capture->attributes.commitments, capture->attributes.commitments_len);
    }
    if (input->imported)
        json_out_member_text(body, "cause", "import");
    if (capture->claimed)
        json_out_member_text(body, "claimed_stage", stage_name(lead->claimed_stage));
    json_out_member_int(body, "created", created);
    write_identities(lead, input, body);
    write_left_out(capture, body);
    json_out_member_uuid(body, "owner", lead->owner_team);
    if (!created && capture->stage_before != lead->stage)
        json_out_member_text(body, "stage_from", stage_name(capture->stage_before));
    if (created || capture->stage_before != lead->stage)
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    if (capture->touched) {
        json_out_key(body, "touch");
        touch_write_ledger(&capture->touch, lead, body);
    }
    caller_append(capture->caller, capture->work, lead,
                  input->imported ? LEDGER_LEAD_IMPORTED : LEDGER_LEAD_CAPTURED);
    if (capture->touched && !input->imported)
        collision_note(capture->work, lead, capture->caller, &capture->touch);
}

/* Gives the lead what is new. A capture that is repeated changes nothing, so it writes nothing and
 * judges nobody: senders repeat themselves. */
static enum find capture_into(struct capture *capture)
{
    struct captured *captured = capture->captured;
    struct lead *lead = captured->lead;

    capture->stage_before = lead->stage;
    captured->err = give_identities(capture);
    if (captured->err == ERR_NONE)
        captured->err = give_attributes(capture);
    if (captured->err != ERR_NONE)
        return FIND_FOUND;
    claim_stage(capture);
    if (add_touch(capture) == FIND_NEEDED)
        return FIND_NEEDED;
    captured->changed = captured->joined || captured->created || capture->attributes.count > 0 ||
                        capture->identities || capture->claimed || capture->touched;
    if (!captured->changed)
        return FIND_FOUND;
    /* a prospect that does something of its own has come to us */
    if (lead->stage == STAGE_PROSPECT && capture->touched &&
        capture->touch.direction == DIRECTION_INBOUND)
        lead->stage = STAGE_INQUIRY;
    append_captured(capture);
    if (!capture->input->imported)
        captured->judgement = judge_lead(capture->work, lead, capture->caller);
    return FIND_FOUND;
}

static void keep_duplicates(struct capture *capture)
{
    const struct match *match = &capture->match;
    struct uuid *copy = ARENA_ARRAY(capture->work->arena, struct uuid, DUPLICATES_MAX);

    if (copy == NULL)
        return;
    memcpy(copy, match->duplicates, sizeof match->duplicates);
    capture->captured->duplicates = copy;
    capture->captured->duplicate_count = match->duplicate_count;
}

/* Where both have a handoff open a human decides: the anonymous lead is named as a duplicate. */
static void join_anonymous(struct capture *capture)
{
    struct captured *captured = capture->captured;

    for (size_t i = 0; i < capture->match.anonymous_count; i++) {
        struct lead *anonymous = capture->match.anonymous[i];
        if (handoff_is_under_way(captured->lead) && handoff_is_under_way(anonymous)) {
            note_duplicate(&capture->match, anonymous);
            continue;
        }
        lead_absorb(capture->work, captured->lead, anonymous, capture->caller);
        captured->joined = true;
    }
}

/* Which leads it concerns, with all that joining them takes. */
static enum find look_up(struct work *work, const struct capture_input *input, struct match *match)
{
    enum find all = find_matches(work, input, match);

    settle(match);
    if (block_find(work, input->identities, input->identity_count, NULL) == FIND_NEEDED)
        all = FIND_NEEDED;
    for (size_t i = 0; i < match->anonymous_count; i++)
        if (work_find_identities(work, match->anonymous[i]) == FIND_NEEDED)
            all = FIND_NEEDED;
    return all;
}

static void look_up_event(struct work *work, const struct capture_input *input)
{
    struct uuid holder;

    if (names_an_event(input))
        work_find_touch(work, id_of_event(work->config->workspace, input->touch), &holder);
}

void lead_capture_note_needs(struct work *work, const struct capture_input *input)
{
    struct match match = {0};

    look_up(work, input, &match);
    look_up_event(work, input);
}

enum find lead_capture_apply(struct work *work, const struct caller *caller,
                             const struct capture_input *input, struct captured *captured)
{
    struct capture capture = {.work = work, .caller = caller, .input = input, .captured = captured};

    *captured = (struct captured){.adds_only = input->adds_only};
    if (look_up(work, input, &capture.match) == FIND_NEEDED) {
        look_up_event(work, input);
        return FIND_NEEDED;
    }
    if (block_find(work, input->identities, input->identity_count, NULL) == FIND_FOUND) {
        captured->err = ERR_BLOCKED;
        return FIND_FOUND;
    }
    captured->created = capture.match.lead == NULL;
    captured->ahead = input->occurred_at > work->now ||
                      (input->touch != NULL && input->touch->occurred_at > work->now);
    captured->lead = captured->created ? work_add_lead(work) : capture.match.lead;
    if (captured->lead == NULL)
        return FIND_FOUND;
    if (captured->created)
        start_lead(&capture, captured->lead);
    else
        work_change_lead(work, captured->lead);
    join_anonymous(&capture);
    keep_duplicates(&capture);
    return capture_into(&capture);
}

void lead_capture_refuse(struct work *work, const struct captured *captured,
                         struct outcome *outcome)
{
    if (captured->err == ERR_BLOCKED)
        outcome_refuse(work, outcome, ERR_BLOCKED, BLOCK_DETAIL);
    else
        outcome_refuse(work, outcome, captured->err,
                       "A lead has at most %d attributes and %d identities",
                       ATTRIBUTES_PER_LEAD_MAX, IDENTITIES_PER_LEAD_MAX);
}

bool lead_capture_note_keys(const struct capture_input *input, struct work *work,
                            struct uuid workspace, struct work_keys *keys)
{
    for (size_t i = 0; i < input->identity_count; i++)
        if (!list_add(&keys->of[KIND_IDENTITY], work->arena, (void *)&input->identities[i]))
            return false;
    if (!block_note_keys(work, input->identities, input->identity_count, keys))
        return false;
    if (!names_an_event(input))
        return true;
    struct uuid *id = ARENA_NEW(work->arena, struct uuid);
    if (id == NULL)
        return false;
    *id = id_of_event(workspace, input->touch);
    return list_add(&keys->of[KIND_TOUCH], work->arena, id);
}

void lead_capture_write(const struct work *work, const struct captured *captured,
                        struct json_out *out)
{
    json_out_member_bool(out, "created", captured->created);
    if (captured->adds_only) {
        lead_id_write(captured->lead, out);
        return;
    }
    json_out_key(out, "possible_duplicates");
    json_out_begin_array(out);
    for (size_t i = 0; i < captured->duplicate_count; i++)
        json_out_uuid(out, captured->duplicates[i]);
    json_out_end_array(out);
    lead_result_write(work, captured->lead, captured->judgement, captured->ahead, out);
}

bool lead_capture_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return lead_capture_note_keys(command->input, work, command->caller.workspace, keys);
}

enum decision lead_capture(struct work *work, const struct command *command,
                           struct outcome *outcome)
{
    struct captured captured;

    if (lead_capture_apply(work, &command->caller, command->input, &captured) == FIND_NEEDED)
        return DECIDE_AGAIN;
    if (captured.err != ERR_NONE)
        lead_capture_refuse(work, &captured, outcome);
    if (captured.err != ERR_NONE || captured.lead == NULL)
        return DECIDED;
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    lead_capture_write(work, &captured, out);
    json_out_end_object(out);
    outcome->lead = captured.lead->id;
    if (captured.created)
        outcome->location = shape_lead_path(captured.lead->id, work->arena);
    return outcome_answer(work, outcome, captured.created ? 201 : 200);
}

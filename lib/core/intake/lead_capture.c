#include "core/intake/lead_capture.h"

#include "base/defect.h"
#include "base/email.h"
#include "core/handoff/judge.h"
#include "core/handoff/shape.h"
#include "core/intake/lead_merge.h"
#include "core/intake/lead_result.h"

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

/* A person who turns out to be behind anonymous visits takes over the first such lead. */
static void settle(struct match *match)
{
    if (match->lead != NULL || match->anonymous_count == 0)
        return;
    match->lead = match->anonymous[0];
    match->anonymous_count--;
    memmove(match->anonymous, match->anonymous + 1,
            match->anonymous_count * sizeof match->anonymous[0]);
}

/* ---- what is told ---- */

static bool told_already(const struct capture_input *input, const char *name)
{
    for (size_t i = 0; i < input->attribute_count; i++)
        if (strcmp(input->attributes[i].name, name) == 0)
            return true;
    return false;
}

static void add_told(const struct capture_input *input, struct told *told, size_t *count,
                     const char *name, struct value value)
{
    size_t at = *count;

    if (told_already(input, name))
        return;
    while (at > 0 && strcmp(told[at - 1].name, name) > 0) {
        told[at] = told[at - 1];
        at--;
    }
    told[at] = (struct told){name, value};
    (*count)++;
}

static struct value text_value(const char *text)
{
    return (struct value){.type = VALUE_TEXT, .len = (uint32_t)strlen(text), .text = text};
}

struct told *lead_told_with_derived(struct work *work, const struct capture_input *input,
                                    size_t *count)
{
    struct told *told = ARENA_ARRAY(work->arena, struct told, input->attribute_count + 3);

    if (told == NULL)
        return NULL;
    if (input->attribute_count > 0)
        memcpy(told, input->attributes, input->attribute_count * sizeof *told);
    *count = input->attribute_count;
    for (size_t i = 0; i < input->identity_count; i++) {
        if (input->identities[i].kind != IDENTITY_EMAIL)
            continue;
        const char *domain = email_domain(input->identities[i].value);
        bool free_mail = email_is_free_mail(domain);
        const char *company = free_mail ? NULL : email_company_domain(domain, work->arena);
        add_told(input, told, count, "email.domain", text_value(domain));
        add_told(input, told, count, "email.is_free_mail",
                 (struct value){.type = VALUE_BOOL, .boolean = free_mail});
        if (company != NULL)
            add_told(input, told, count, "company.domain", text_value(company));
        break;
    }
    return told;
}

/* ---- the capture ---- */

static void start_lead(struct work *work, struct lead *lead, const struct caller *caller,
                       const struct capture_input *input)
{
    const struct team *team = config_team(work->config, caller->team);
    bool came = input->touch != NULL && input->touch->direction == DIRECTION_INBOUND;

    lead->owner_team = caller->team;
    lead->stage = came ? STAGE_INQUIRY : STAGE_PROSPECT;
    lead->origin = input->origin != CAPTURE_ORIGIN_OF_TOUCH ? (enum direction)input->origin
                   : input->touch != NULL                   ? input->touch->direction
                                                            : DIRECTION_INBOUND;
    lead->found_by = team == NULL ? FUNCTION_OTHER : team->function;
    lead->due_at = lead_next_date(work);
}

static void write_identities(const struct lead *lead, const struct capture_input *input,
                             struct json_out *body)
{
    uint8_t commitment[DIGEST_BYTES];

    json_out_key(body, "identities");
    json_out_begin_array(body);
    for (size_t i = 0; i < input->identity_count; i++) {
        const struct identity *identity = &input->identities[i];
        ledger_commit(lead->salt, identity->source, identity->value, strlen(identity->value),
                      commitment);
        json_out_hex(body, commitment, DIGEST_BYTES);
    }
    json_out_end_array(body);
}

static enum err give_identities(struct work *work, struct lead *lead,
                                const struct capture_input *input, bool *gave)
{
    for (size_t i = 0; i < input->identity_count; i++) {
        struct uuid holder;
        if (work_find_identity(work, &input->identities[i], &holder) == FIND_FOUND)
            continue; /* this lead's already, or a possible duplicate's */
        if (lead->identity_count >= IDENTITIES_PER_LEAD_MAX)
            return ERR_LIMIT_REACHED;
        work_give_identity(work, lead, &input->identities[i]);
        *gave = true;
    }
    return ERR_NONE;
}

static struct observation how_told(const struct work *work, const struct capture_input *input)
{
    instant at = input->occurred_at;

    if (at == INSTANT_NONE && input->touch != NULL)
        at = input->touch->occurred_at;
    return (struct observation){
        .occurred_at = at == INSTANT_NONE ? work->now : at,
        .known_from = work->now,
        .source = input->source,
    };
}

struct capture_changes {
    struct json_out commitments;
    size_t attributes;
    bool identities;
    bool claimed;
    struct touch touch;
    bool touched;
    enum stage stage_before;
};

static void write_captured(struct work *work, struct lead *lead, const struct caller *caller,
                           const struct capture_input *input, bool created,
                           struct capture_changes *changes)
{
    struct json_out *body = work_body(work);

    if (changes->attributes > 0) {
        json_out_end_object(&changes->commitments);
        json_out_key(body, "attributes");
        json_out_raw(body, changes->commitments.text, changes->commitments.len);
    }
    if (input->imported)
        json_out_member_text(body, "cause", "import");
    if (changes->claimed)
        json_out_member_text(body, "claimed_stage", stage_name(lead->claimed_stage));
    json_out_member_int(body, "created", created);
    write_identities(lead, input, body);
    json_out_member_uuid(body, "owner", lead->owner_team);
    if (!created && changes->stage_before != lead->stage)
        json_out_member_text(body, "stage_from", stage_name(changes->stage_before));
    if (created || changes->stage_before != lead->stage)
        json_out_member_text(body, "stage_to", stage_name(lead->stage));
    if (changes->touched) {
        json_out_key(body, "touch");
        touch_write_ledger(&changes->touch, body);
    }
    work_append(work, lead, input->imported ? LEDGER_LEAD_IMPORTED : LEDGER_LEAD_CAPTURED,
                caller_actor(caller), caller->team);
}

static bool anything_changed(const struct capture_changes *changes, bool created)
{
    return created || changes->attributes > 0 || changes->identities || changes->claimed ||
           changes->touched;
}

/* A prospect that does something of its own has come to us. */
static void note_inquiry(struct lead *lead, const struct capture_changes *changes)
{
    if (lead->stage == STAGE_PROSPECT && changes->touched &&
        changes->touch.direction == DIRECTION_INBOUND)
        lead->stage = STAGE_INQUIRY;
}

/* History does not speak against what was claimed since. */
static bool claims_anew(const struct lead *lead, const struct capture_input *input)
{
    if (input->claimed_stage == STAGE_COUNT || lead->claimed_stage == input->claimed_stage)
        return false;
    return !input->imported || lead->claimed_stage == STAGE_COUNT;
}

static enum find tell_lead(struct work *work, const struct caller *caller,
                           const struct capture_input *input, struct captured *captured,
                           struct capture_changes *changes, enum err *err)
{
    struct lead *lead = captured->lead;
    struct observation how = how_told(work, input);
    size_t told_count = 0;
    struct told *told = lead_told_with_derived(work, input, &told_count);

    if (told == NULL)
        return FIND_FOUND;
    *err = give_identities(work, lead, input, &changes->identities);
    if (*err == ERR_NONE)
        *err = lead_tell(work, lead, told, told_count, &how, &changes->commitments,
                         &changes->attributes);
    if (*err != ERR_NONE)
        return FIND_FOUND;
    if (claims_anew(lead, input)) {
        lead->claimed_stage = input->claimed_stage;
        changes->claimed = true;
    }
    if (input->touch == NULL)
        return FIND_FOUND;
    enum find found =
        lead_touch_apply(work, lead, caller, input->touch, &changes->touch, &captured->known_event);
    changes->touched = !captured->known_event;
    return found;
}

static enum find capture_into(struct work *work, const struct caller *caller,
                              const struct capture_input *input, struct captured *captured,
                              struct outcome *outcome)
{
    struct capture_changes changes = {0};
    enum err err = ERR_NONE;

    json_out_init(&changes.commitments, 256 * 1024);
    json_out_begin_object(&changes.commitments);
    changes.stage_before = captured->lead->stage;
    enum find found = tell_lead(work, caller, input, captured, &changes, &err);
    captured->changed = captured->joined || anything_changed(&changes, captured->created);
    if (found != FIND_NEEDED && err == ERR_NONE && captured->changed) {
        note_inquiry(captured->lead, &changes);
        write_captured(work, captured->lead, caller, input, captured->created, &changes);
        if (!input->imported)
            captured->judgement = judge_lead(work, captured->lead, caller);
    }
    if (changes.commitments.failed)
        arena_fail(work->arena);
    json_out_release(&changes.commitments);
    if (err != ERR_NONE)
        outcome_refuse(work, outcome, err, "A lead has at most %d attributes and %d identities",
                       ATTRIBUTES_PER_LEAD_MAX, IDENTITIES_PER_LEAD_MAX);
    return found;
}

static void keep_duplicates(struct work *work, const struct match *match, struct captured *captured)
{
    struct uuid *copy = ARENA_ARRAY(work->arena, struct uuid, DUPLICATES_MAX);

    if (copy == NULL)
        return;
    memcpy(copy, match->duplicates, sizeof match->duplicates);
    captured->duplicates = copy;
    captured->duplicate_count = match->duplicate_count;
}

/* Where both have a handoff open a human decides: the anonymous lead is named as a duplicate. */
static void join_anonymous(struct work *work, const struct caller *caller, struct match *match,
                           struct captured *captured)
{
    for (size_t i = 0; i < match->anonymous_count; i++) {
        struct lead *anonymous = match->anonymous[i];
        if (captured->lead->open != NULL && anonymous->open != NULL) {
            note_duplicate(match, anonymous);
            continue;
        }
        lead_absorb(work, captured->lead, anonymous, caller_actor(caller), caller->team);
        captured->joined = true;
    }
}

/* Which leads it concerns, with all that joining them takes. */
static enum find look_up(struct work *work, const struct capture_input *input, struct match *match)
{
    enum find all = find_matches(work, input, match);

    settle(match);
    for (size_t i = 0; i < match->anonymous_count; i++)
        if (work_find_identities(work, match->anonymous[i]) == FIND_NEEDED)
            all = FIND_NEEDED;
    return all;
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

void lead_capture_note_needs(struct work *work, const struct capture_input *input)
{
    struct match match = {0};

    look_up(work, input, &match);
    if (names_an_event(input))
        work_find_touch(work, id_of_event(work->config->workspace, input->touch));
}

enum find lead_capture_apply(struct work *work, const struct caller *caller,
                             const struct capture_input *input, struct captured *captured,
                             struct outcome *outcome)
{
    struct match match = {0};

    *captured = (struct captured){0};
    if (look_up(work, input, &match) == FIND_NEEDED) {
        if (names_an_event(input))
            work_find_touch(work, id_of_event(work->config->workspace, input->touch));
        return FIND_NEEDED;
    }
    captured->created = match.lead == NULL;
    captured->lead = captured->created ? work_add_lead(work) : match.lead;
    if (captured->lead == NULL)
        return FIND_FOUND;
    if (captured->created)
        start_lead(work, captured->lead, caller, input);
    else
        work_change_lead(work, captured->lead);
    join_anonymous(work, caller, &match, captured);
    keep_duplicates(work, &match, captured);
    return capture_into(work, caller, input, captured, outcome);
}

bool lead_capture_note_keys(const struct capture_input *input, struct work *work,
                            struct uuid workspace, struct work_keys *keys)
{
    for (size_t i = 0; i < input->identity_count; i++)
        if (!list_add(&keys->of[KIND_IDENTITY], work->arena, (void *)&input->identities[i]))
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
    json_out_key(out, "possible_duplicates");
    json_out_begin_array(out);
    for (size_t i = 0; i < captured->duplicate_count; i++)
        json_out_uuid(out, captured->duplicates[i]);
    json_out_end_array(out);
    lead_result_write(work, captured->lead, captured->judgement, out);
}

bool lead_capture_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    return lead_capture_note_keys(command->input, work, command->caller.workspace, keys);
}

enum decision lead_capture(struct work *work, const struct command *command,
                           struct outcome *outcome)
{
    struct captured captured;

    if (lead_capture_apply(work, &command->caller, command->input, &captured, outcome) ==
        FIND_NEEDED)
        return DECIDE_AGAIN;
    if (outcome->err != ERR_NONE || captured.lead == NULL)
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

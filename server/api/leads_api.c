#include "api/leads_api.h"

#include "api/batch.h"
#include "api/capture_input.h"

#include "base/email.h"
#include "core/intake/lead_change.h"
#include "core/intake/lead_erase.h"
#include "core/intake/lead_merge.h"

#include <stdlib.h>
#include <string.h>

/* A sales team's word is sales', anybody else's is what the person told them. */
static enum knowledge_source source_of(const struct request *r)
{
    const struct team *team = config_team(r->config, r->caller.team);

    return team != NULL && team->function == FUNCTION_SALES ? SOURCE_SALES : SOURCE_FORM;
}

/* What stays of a request whose JSON was read with faults. */
static enum err refuse_body(struct request *r, enum err err)
{
    if (err == ERR_OUT_OF_MEMORY)
        return request_refuse(r, err, "Try again in a moment");
    return request_refuse(r, ERR_INVALID_BODY, "See errors for each place and what is wanted");
}

enum err leads_capture(struct request *r, struct command *command)
{
    struct capture_input *input = ARENA_NEW(r->arena, struct capture_input);
    struct faults *faults = request_faults(r);

    if (input == NULL || faults == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = capture_input_read(r->json, "", source_of(r), r->arena, faults, input);
    if (err != ERR_NONE)
        return refuse_body(r, err);
    command->kind = COMMAND_LEAD_CAPTURE;
    command->input = input;
    return ERR_NONE;
}

enum err leads_batch(struct request *r, struct command *command)
{
    struct batch_input *input = ARENA_NEW(r->arena, struct batch_input);

    if (input == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = batch_read(r, source_of(r), input);
    if (err != ERR_NONE)
        return err;
    command->kind = COMMAND_LEAD_BATCH;
    command->input = input;
    return ERR_NONE;
}

/* ---- PATCH ---- */

struct update_body {
    struct identities_body identities;
    json_t *attributes;
    instant occurred_at;
    instant due_at;
};

static const struct input_field update_fields[] = {
    {.name = "email",
     .type = INPUT_LINE,
     .nullable = true,
     .min = 3,
     .max = EMAIL_MAX_BYTES,
     .offset = offsetof(struct update_body, identities.email),
     .presence = offsetof(struct update_body, identities.email_given)},
    {.name = "external_ids",
     .type = INPUT_OBJECTS,
     .min = 1,
     .max = EXTERNAL_IDS_MAX,
     .of = &external_id_spec,
     .offset = offsetof(struct update_body, identities.external_ids),
     .count_offset = offsetof(struct update_body, identities.external_id_count)},
    {.name = "anonymous_ids",
     .type = INPUT_TEXTS,
     .min = 1,
     .max = EXTERNAL_IDS_MAX,
     .item_max = 200,
     .offset = offsetof(struct update_body, identities.anonymous_ids),
     .count_offset = offsetof(struct update_body, identities.anonymous_id_count)},
    {.name = "attributes",
     .type = INPUT_MAP,
     .max = ATTRIBUTES_PER_LEAD_MAX,
     .offset = offsetof(struct update_body, attributes)},
    {.name = "occurred_at",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct update_body, occurred_at)},
    {.name = "due_at", .type = INPUT_INSTANT, .offset = offsetof(struct update_body, due_at)},
};

static const struct input_spec update_spec = INPUT_SPEC(update_fields, struct update_body);

enum err leads_update(struct request *r, struct command *command)
{
    struct update_input *input = ARENA_NEW(r->arena, struct update_input);
    struct faults *faults = request_faults(r);
    struct update_body body;

    if (input == NULL || faults == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = request_param_uuid(r, "lead_id", &input->lead);
    if (err == ERR_NONE)
        err = request_gather(r, &update_spec, &body);
    if (err != ERR_NONE)
        return err;
    input->drop_email = body.identities.email_given == INPUT_NULL;
    input->occurred_at = body.occurred_at;
    input->due_at = body.due_at;
    err = capture_identities_read(&body.identities, "", r->arena, faults, &input->identities,
                                  &input->identity_count);
    if (err == ERR_NONE)
        err = capture_attributes_read(body.attributes, "/attributes", r->arena, faults,
                                      &input->attributes, &input->attribute_count);
    if (json_is_object(r->json) && json_object_size(r->json) == 0)
        faults_add(faults, "", "required", "At least one member to change is needed");
    if (err != ERR_NONE)
        return refuse_body(r, err);
    err = request_settle(r);
    if (err != ERR_NONE)
        return err;
    input->if_match = r->if_match;
    command->kind = COMMAND_LEAD_UPDATE;
    command->input = input;
    return ERR_NONE;
}

/* ---- touches ---- */

enum err leads_add_touch(struct request *r, struct command *command)
{
    struct add_touch_input *input = ARENA_NEW(r->arena, struct add_touch_input);
    struct faults *faults = request_faults(r);
    struct touch_body body;

    if (input == NULL || faults == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = request_param_uuid(r, "lead_id", &input->lead);
    if (err == ERR_NONE)
        err = request_gather(r, &touch_input_spec, &body);
    if (err != ERR_NONE)
        return err;
    if (capture_touch_read(&body, "", r->arena, faults, &input->touch) != ERR_NONE)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    err = request_settle(r);
    if (err != ERR_NONE)
        return err;
    command->kind = COMMAND_LEAD_TOUCH;
    command->input = input;
    return ERR_NONE;
}

/* ---- facts ---- */

struct fact_body {
    json_t *value;
    const char *evidence;
};

static const struct input_field fact_fields[] = {
    {.name = "value",
     .type = INPUT_ANY,
     .required = true,
     .nullable = true,
     .offset = offsetof(struct fact_body, value)},
    {.name = "evidence",
     .type = INPUT_TEXT,
     .min = 1,
     .max = EVIDENCE_MAX_BYTES,
     .offset = offsetof(struct fact_body, evidence)},
};

static const struct input_spec fact_spec = INPUT_SPEC(fact_fields, struct fact_body);

static int fact_order(const void *a, const void *b)
{
    return strcmp(((const struct fact_input *)a)->name, ((const struct fact_input *)b)->name);
}

static void read_fact(struct request *r, const char *pointer, const char *name, const json_t *json,
                      struct faults *faults, struct fact_input *out)
{
    const char *place = pointer_join(r->arena, pointer, name);
    struct fact_body body;

    out->name = name;
    if (!attribute_name_valid(name))
        faults_add(faults, place, "name", "A name has 1 to %d bytes and no control characters",
                   ATTRIBUTE_NAME_MAX_BYTES);
    if (input_object(json, &fact_spec, place, r->arena, faults, &body) == ERR_OUT_OF_MEMORY)
        return;
    out->evidence = body.evidence;
    if (body.value != NULL &&
        value_from_json(body.value, r->arena, &out->value) == ERR_INVALID_VALUE)
        faults_add(faults, pointer_join(r->arena, place, "value"), "type",
                   "A text, a number, a boolean, null, or a list of them is wanted");
}

enum err facts_read(struct request *r, const json_t *map, const char *pointer,
                    const struct fact_input **out, size_t *out_count)
{
    struct faults *faults = request_faults(r);
    size_t count = json_object_size(map);
    struct fact_input *facts = ARENA_ARRAY(r->arena, struct fact_input, count + 1);
    const char *name;
    json_t *value;
    size_t i = 0;

    if (facts == NULL || faults == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    json_object_foreach((json_t *)map, name, value)
        read_fact(r, pointer, name, value, faults, &facts[i++]);
    qsort(facts, count, sizeof *facts, fact_order);
    *out = facts;
    *out_count = count;
    return ERR_NONE;
}

struct facts_body {
    json_t *facts;
    instant occurred_at;
};

static const struct input_field facts_fields[] = {
    {.name = "facts",
     .type = INPUT_MAP,
     .required = true,
     .min = 1,
     .max = 50,
     .offset = offsetof(struct facts_body, facts)},
    {.name = "occurred_at",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct facts_body, occurred_at)},
};

static const struct input_spec facts_spec = INPUT_SPEC(facts_fields, struct facts_body);

enum err leads_set_facts(struct request *r, struct command *command)
{
    struct facts_input *input = ARENA_NEW(r->arena, struct facts_input);
    struct facts_body body;

    if (input == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = request_param_uuid(r, "lead_id", &input->lead);
    if (err == ERR_NONE)
        err = request_gather(r, &facts_spec, &body);
    if (err == ERR_NONE)
        err = facts_read(r, body.facts, "/facts", &input->facts, &input->fact_count);
    if (err == ERR_NONE)
        err = request_settle(r);
    if (err != ERR_NONE)
        return err;
    input->occurred_at = body.occurred_at;
    command->kind = COMMAND_LEAD_FACTS;
    command->input = input;
    return ERR_NONE;
}

/* ---- override, merge, erase ---- */

static const char *const term_names[] = {"mql", "srl", "sql", NULL};
static const char *const result_names[] = {"qualified", "not_qualified", NULL};

struct override_body {
    const char *note;
    int term;
    int result;
};

static const struct input_field override_fields[] = {
    {.name = "note",
     .type = INPUT_TEXT,
     .required = true,
     .min = 1,
     .max = NOTE_MAX_BYTES,
     .offset = offsetof(struct override_body, note)},
    {.name = "term",
     .type = INPUT_ENUM,
     .required = true,
     .values = term_names,
     .offset = offsetof(struct override_body, term)},
    {.name = "result",
     .type = INPUT_ENUM,
     .required = true,
     .values = result_names,
     .offset = offsetof(struct override_body, result)},
};

static const struct input_spec override_spec = INPUT_SPEC(override_fields, struct override_body);

enum err leads_override(struct request *r, struct command *command)
{
    struct override_input *input = ARENA_NEW(r->arena, struct override_input);
    struct override_body body;

    if (input == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = request_param_uuid(r, "lead_id", &input->lead);
    if (err == ERR_NONE)
        err = request_input(r, &override_spec, &body);
    if (err != ERR_NONE)
        return err;
    input->term = (enum term)body.term;
    input->result = body.result == 0 ? VERDICT_QUALIFIED : VERDICT_NOT_QUALIFIED;
    input->note = body.note;
    command->kind = COMMAND_LEAD_OVERRIDE;
    command->input = input;
    return ERR_NONE;
}

static const struct input_field merge_fields[] = {
    {.name = "from",
     .type = INPUT_UUID,
     .required = true,
     .offset = offsetof(struct merge_input, absorbed)},
};

static const struct input_spec merge_spec = INPUT_SPEC(merge_fields, struct merge_input);

enum err leads_merge(struct request *r, struct command *command)
{
    struct merge_input *input = ARENA_NEW(r->arena, struct merge_input);

    if (input == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    enum err err = request_input(r, &merge_spec, input);
    if (err == ERR_NONE)
        err = request_param_uuid(r, "lead_id", &input->survivor);
    command->kind = COMMAND_LEAD_MERGE;
    command->input = input;
    return err;
}

enum err leads_erase(struct request *r, struct command *command)
{
    struct erase_input *input = ARENA_NEW(r->arena, struct erase_input);

    if (input == NULL)
        return refuse_body(r, ERR_OUT_OF_MEMORY);
    command->kind = COMMAND_LEAD_ERASE;
    command->input = input;
    return request_param_uuid(r, "lead_id", &input->lead);
}

#include "core/definition/signers.h"

#include "base/name.h"

#include <string.h>

static const struct input_type count_type = {
    .kind = INPUT_INT32, .min = 1, .max = SIGNERS_PER_SIDE_MAX};

static bool read_teams(struct input *in, const struct input_node *at, struct side_signers *out)
{
    size_t count = json_array_size(at->json);
    const char **teams = ARENA_ARRAY(in->arena, const char *, count + 1);
    bool sound = true;

    if (count == 0 || count > SIGNERS_PER_SIDE_MAX)
        return input_fault(in, at, "length", "1 to %d teams are named", SIGNERS_PER_SIDE_MAX);
    for (size_t i = 0; teams != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        sound = input_value(in, &item, &name_type, &teams[i]) && sound;
        for (size_t k = 0; sound && k < i; k++)
            if (strcmp(teams[k], teams[i]) == 0)
                sound = input_fault(in, &item, "duplicate", "This team stands here already");
    }
    *out = (struct side_signers){0, teams, teams == NULL ? 0 : count};
    return sound;
}

static bool read_side(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    struct side_signers *side = (struct side_signers *)((char *)base + field->offset);

    return json_is_array(at->json) ? read_teams(in, at, side)
                                   : input_value(in, at, &count_type, &side->count);
}

static const struct input_type side_type = {.kind = INPUT_ANY, .read = read_side};

static const struct input_field fields[] = {
    {"marketing", &side_type, AT(struct signers, of[FUNCTION_MARKETING])},
    {"sales", &side_type, AT(struct signers, of[FUNCTION_SALES])},
};
static const struct input_spec spec = INPUT_SPEC(fields, struct signers);

static bool read_signers(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    struct signers *signers = ARENA_NEW(in->arena, struct signers);

    *(const struct signers **)((char *)base + field->offset) = signers;
    return signers != NULL && input_object(in, at, &spec, signers);
}

const struct input_type signers_type = {.kind = INPUT_MAP, .read = read_signers};

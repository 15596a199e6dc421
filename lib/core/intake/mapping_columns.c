#include "core/intake/mapping.h"

/* Two of each step. */
static const struct mapping_field *step_field(const struct mapping *mapping, size_t i)
{
    if (i / 2 >= mapping->step_count)
        return NULL;
    const struct mapping_step *step = &mapping->steps[i / 2];
    return i % 2 == 0 ? &step->member : &step->at;
}

/* All places a value may come from, in a row; NULL after the last. */
static const struct mapping_field *field_at(const struct mapping *mapping, size_t i)
{
    const struct mapping_field *const single[] = {
        &mapping->email,      &mapping->external_id,     &mapping->anonymous_id,
        &mapping->event_id,   &mapping->occurred_at,     &mapping->claimed_stage,
        &mapping->touch_kind, &mapping->touch_direction, &mapping->outcome_kind,
        &mapping->outcome_at, &mapping->outcome_reason,
    };
    size_t singles = sizeof single / sizeof *single;

    if (i < singles)
        return single[i];
    i -= singles;
    if (i < DIMENSION_COUNT)
        return &mapping->touch_values[i];
    i -= DIMENSION_COUNT;
    if (i < mapping->attribute_count)
        return &mapping->attributes[i].field;
    return step_field(mapping, i - mapping->attribute_count);
}

const char *mapping_next_absent(const struct mapping *mapping, const json_t *row, size_t *at)
{
    const struct mapping_field *field;

    while ((field = field_at(mapping, (*at)++)) != NULL)
        if (field->path.depth > 0 && json_object_get(row, field->path.tokens[0]) == NULL)
            return field->path.pointer;
    return NULL;
}

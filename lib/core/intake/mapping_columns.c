#include "core/intake/mapping_columns.h"

struct columns {
    struct mapping_column *list;
    size_t count;
    size_t size; /* 0: they are only counted */
    size_t use;
};

static void add(struct columns *columns, const struct mapping_path *path, enum mapping_need need)
{
    if (path->depth == 0)
        return;
    if (columns->count < columns->size)
        columns->list[columns->count] = (struct mapping_column){
            .name = path->tokens[0],
            .pointer = path->pointer,
            .need = need,
            .use = columns->use,
        };
    columns->count++;
}

/* A constant among several stands in for all of them. */
static bool is_constant(const struct mapping_field *field)
{
    for (size_t i = 0; i < field->part_count; i++)
        if (is_constant(&field->parts[i]))
            return true;
    return field->constant != NULL;
}

static void add_parts(struct columns *columns, const struct mapping_field *field,
                      enum mapping_need need)
{
    add(columns, &field->path, need);
    for (size_t i = 0; i < field->part_count; i++)
        add_parts(columns, &field->parts[i], need);
}

static void add_field(struct columns *columns, const struct mapping_field *field,
                      enum mapping_need need)
{
    columns->use++;
    add_parts(columns, field, is_constant(field) ? MAPPING_COLUMN_WANTED : need);
}

static void add_conditions(struct columns *columns, const struct mapping_condition *conditions,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        columns->use++;
        add(columns, &conditions[i].path, MAPPING_COLUMN_NEEDED);
    }
}

static void add_step(struct columns *columns, const struct mapping_step *step)
{
    add_field(columns, &step->member, MAPPING_COLUMN_NEEDED);
    add_field(columns, &step->at, MAPPING_COLUMN_NEEDED);
    add_conditions(columns, step->reject.is, step->reject.is_count);
    add_field(columns, &step->reject.reason, MAPPING_COLUMN_NEEDED);
    add_field(columns, &step->reject.at, MAPPING_COLUMN_NEEDED);
}

static void add_all(struct columns *columns, const struct mapping *mapping)
{
    add_conditions(columns, mapping->is, mapping->is_count);
    add_field(columns, &mapping->external_id, MAPPING_COLUMN_NEEDED);
    add_field(columns, &mapping->email, MAPPING_COLUMN_NEEDED);
    add_field(columns, &mapping->anonymous_id, MAPPING_COLUMN_NEEDED);
    add_field(columns, &mapping->occurred_at, MAPPING_COLUMN_DATES);
    add_field(columns, &mapping->event_id, MAPPING_COLUMN_NEEDED);
    add_field(columns, &mapping->claimed_stage, MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->touch_kind, MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->touch_direction, MAPPING_COLUMN_WANTED);
    for (int i = 0; i < DIMENSION_COUNT; i++)
        add_field(columns, &mapping->touch_values[i], MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->touch_url, MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->touch_cost, MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->touch_currency, MAPPING_COLUMN_WANTED);
    for (size_t i = 0; i < mapping->attribute_count; i++)
        add_field(columns, &mapping->attributes[i].field, MAPPING_COLUMN_WANTED);
    for (size_t i = 0; i < mapping->step_count; i++)
        add_step(columns, &mapping->steps[i]);
    add_field(columns, &mapping->outcome.kind, MAPPING_COLUMN_NEEDED);
    add_field(columns, &mapping->outcome.at, MAPPING_COLUMN_NEEDED);
    add_field(columns, &mapping->outcome.reason, MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->outcome.amount, MAPPING_COLUMN_WANTED);
    add_field(columns, &mapping->outcome.currency, MAPPING_COLUMN_WANTED);
}

const struct mapping_column *mapping_columns(const struct mapping *mapping, struct arena *arena,
                                             size_t *count)
{
    struct columns columns = {0};

    add_all(&columns, mapping);
    columns.size = columns.count;
    columns.list = ARENA_ARRAY(arena, struct mapping_column, columns.size + 1);
    columns.count = columns.use = 0;
    if (columns.list == NULL)
        return NULL;
    add_all(&columns, mapping);
    *count = columns.count;
    return columns.list;
}

#include "core/intake/import_tally.h"

#include <string.h>

static struct import_cause *find(struct import_tally *tally, const struct import_cause *wanted)
{
    for (int i = 0; i < tally->cause_count; i++) {
        struct import_cause *cause = &tally->causes[i];
        if (cause->kind == wanted->kind && strcmp(cause->why, wanted->why) == 0 &&
            strcmp(cause->column, wanted->column) == 0)
            return cause;
    }
    return NULL;
}

void import_tally_cause(struct import_tally *tally, struct arena *arena,
                        const struct import_cause *wanted, int64_t line)
{
    struct import_cause *cause = find(tally, wanted);

    if (cause == NULL && tally->cause_count == IMPORT_CAUSES_MAX) {
        tally->other_causes++;
        return;
    }
    if (cause == NULL) {
        cause = &tally->causes[tally->cause_count];
        *cause = (struct import_cause){
            .kind = wanted->kind,
            .column = arena_strdup(arena, wanted->column),
            .why = arena_strdup(arena, wanted->why),
        };
        if (cause->column == NULL || cause->why == NULL)
            return;
        tally->cause_count++;
    }
    if (cause->count < IMPORT_CAUSE_LINES_MAX)
        cause->lines[cause->count] = line;
    cause->count++;
}

/* What can be said of a definition only as a whole. */
#include "core/definition_reader.h"

#include <string.h>

/* The most that can be scored when all required criteria are met, as they must be. */
static int32_t reachable(const struct definition *definition, int threshold)
{
    int32_t sum = 0;

    for (size_t i = 0; i < definition->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        if (criterion->kind == CRITERION_DISQUALIFIER ||
            (threshold != THRESHOLD_TOTAL && (int)criterion->kind != threshold))
            continue;
        if (criterion->required || criterion->most_points > 0)
            sum += criterion->most_points;
    }
    return sum;
}

static void check_thresholds(struct definition_reader *reader)
{
    const struct definition *definition = reader->definition;

    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        int32_t most = reachable(definition, i);
        if (!definition->has_threshold[i] || definition->thresholds[i] <= most)
            continue;
        faults_add(reader->faults, reader_member(reader, "/thresholds", threshold_name(i)),
                   "unreachable", "%d can never be reached: the criteria give %d at most",
                   (int)definition->thresholds[i], (int)most);
    }
}

void definition_check(struct definition_reader *reader)
{
    check_thresholds(reader);
}

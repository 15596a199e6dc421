#include "http/pace.h"

#include <stdbool.h>

/* Long enough for several groups of a lane, so that one burst is no pace, and short enough that it
 * is known soon. A full group on a machine that is busy with something else takes more than a
 * second, so that only after three a rest is one. */
#define STRETCH_US 200000
#define OLD_US     3000000
/* Those of a group are answered with no longer pauses between them: a stretch that ended in the
 * middle of one would have its time and not its count. */
#define GROUP_US 20000

void pace_begin(struct pace *pace, int64_t now_us)
{
    pace->since_us = pace->last_us = now_us;
    pace->count = 0;
    pace->full_us = 0;
}

static void end_stretch(struct pace *pace)
{
    int64_t took = pace->last_us - pace->since_us;

    if (took < OLD_US) { /* else it was a rest */
        pace->last[1] = pace->last[0];
        pace->last[0] = (struct pace_stretch){pace->count, took, pace->last_us};
    }
    pace_begin(pace, pace->last_us);
}

void pace_note(struct pace *pace, int64_t now_us)
{
    bool is_over = now_us - pace->last_us > GROUP_US || now_us - pace->full_us > STRETCH_US;

    if (pace->full_us != 0 && is_over)
        end_stretch(pace);
    pace->count++;
    pace->last_us = now_us;
    pace->asked_us = 0;
    if (pace->full_us == 0 && now_us - pace->since_us >= STRETCH_US)
        pace->full_us = now_us;
}

static int64_t within(const struct pace_stretch *stretch, int64_t now_us, int64_t within_us)
{
    if (stretch->took_us == 0 || now_us - stretch->until_us > OLD_US)
        return 0;
    return (int64_t)((double)stretch->answered * (double)within_us / (double)stretch->took_us);
}

int64_t pace_within(struct pace *pace, int64_t now_us, int64_t within_us)
{
    int64_t last = within(&pace->last[0], now_us, within_us);
    int64_t before = within(&pace->last[1], now_us, within_us);

    if (last > 0)
        return last > before ? last : before;
    if (pace->asked_us == 0)
        pace->asked_us = now_us;
    return now_us - pace->asked_us < OLD_US ? INT64_MAX : 0;
}

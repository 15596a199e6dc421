/*
 * Full groups on demand. With BATON_TEST_GROUP_FILL=N the lane's every group becomes one of N
 * commands: others that are refused stand before and after the real ones. A story that passes alone
 * and fails among them has found a refusal that changes what is not its own.
 */
#include "core/command_decide.h"
#include "core/intake/lead_erase.h"
#include "store/lane_group.h"
#include "store/pg/entropy.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void __real_lane_group_run(struct group_runner *runner, struct group *group);
void __wrap_lane_group_run(struct group_runner *runner, struct group *group);

struct filler {
    struct lane_job job;
    struct erase_input input;
};

static size_t group_fill;

__attribute__((constructor)) static void read_setting(void)
{
    const char *given = getenv("BATON_TEST_GROUP_FILL");

    group_fill = given == NULL ? 0 : strtoul(given, NULL, 10);
    if (group_fill > GROUP_MAX)
        group_fill = GROUP_MAX;
}

/* Once, so that a test can see that it is so. */
static void say_so(void)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;

    if (!atomic_flag_test_and_set(&said))
        dprintf(
            STDERR_FILENO,
            "{\"level\":\"info\",\"event\":\"test\",\"message\":\"groups are filled up to %zu\"}\n",
            group_fill);
}

static void nobody_waits(struct lane_job *job, const struct outcome *outcome)
{
    (void)job;
    (void)outcome;
}

/* An erasure of a lead that there is not. */
static struct lane_job *refused(struct filler *filler, struct uuid workspace)
{
    entropy_fill(filler->input.lead.b, sizeof filler->input.lead.b);
    filler->job.command.kind = COMMAND_LEAD_ERASE;
    filler->job.command.caller.workspace = workspace;
    filler->job.command.input = &filler->input;
    filler->job.done = nobody_waits;
    return &filler->job;
}

/* Not the halves of a group that was filled and split: they would be filled for ever. */
static _Thread_local bool is_filled;

void __wrap_lane_group_run(struct group_runner *runner, struct group *group)
{
    struct lane_job *jobs[GROUP_MAX];
    struct outcome outcomes[GROUP_MAX];
    struct group full = *group;

    if (is_filled || group->count >= group_fill || command_is_solo(&group->jobs[0]->command)) {
        __real_lane_group_run(runner, group);
        return;
    }
    struct filler *fillers = calloc(group_fill, sizeof *fillers);
    if (fillers == NULL)
        abort();
    say_so();
    size_t before = (group_fill - group->count) / 2;
    for (size_t i = 0; i < group_fill; i++)
        jobs[i] = i >= before && i < before + group->count ? group->jobs[i - before]
                                                           : refused(&fillers[i], group->workspace);
    full.jobs = jobs;
    full.outcomes = outcomes;
    full.count = group_fill;
    is_filled = true;
    __real_lane_group_run(runner, &full);
    is_filled = false;
    free(fillers);
}

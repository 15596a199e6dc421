#include "core/background_change.h"

#include "core/setup_change.h"

static enum decision answer(struct work *work, const struct background_job *job, int status,
                            struct outcome *outcome)
{
    background_write(work->config, job, outcome_begin(work));
    return outcome_answer(work, outcome, status);
}

/* ---- queue and cancel ---- */

/* The lowest free slot; 0: none. */
static int free_slot(const struct slots *slots)
{
    for (int slot = 1; slot <= BACKGROUND_SLOTS; slot++)
        if ((slots->taken & (1u << (slot - 1))) == 0)
            return slot;
    return 0;
}

static void mark_slot(struct work *work, int slot, bool taken)
{
    struct slots *slots = work_peek(work, KIND_SLOTS, &work_whole);
    uint32_t bit = slot == 0 ? 0 : 1u << (slot - 1);

    if (slots == NULL)
        return; /* the next command of this group sees that it is taken */
    work_remember(work, slots, sizeof *slots);
    slots->taken = taken ? slots->taken | bit : slots->taken & ~bit;
}

/* It makes no ledger entry: asking changes nothing that the ledger records; the job's effects
 * do. */
enum decision background_queue(struct work *work, const struct command *command,
                               enum background_kind kind, const char *request, size_t request_len,
                               struct outcome *outcome)
{
    struct background_job *job = ARENA_NEW(work->arena, struct background_job);
    enum find found;
    const struct slots *slots = work_find(work, KIND_SLOTS, &work_whole, &found);
    char id[UUID_TEXT_LEN + 1];

    if (slots == NULL)
        return DECIDE_AGAIN;
    if (job == NULL)
        return DECIDED;
    int slot = free_slot(slots);
    if (slot == 0)
        return outcome_refuse(work, outcome, ERR_TOO_MANY_JOBS,
                              "%d jobs of this workspace are queued or running: wait until one has "
                              "ended, or cancel one",
                              BACKGROUND_SLOTS);
    *job = (struct background_job){
        .row = ROW_NEW,
        .id = work_new_id(work),
        .kind = kind,
        .state = BACKGROUND_QUEUED,
        .slot = slot,
        .request = request,
        .request_len = request_len,
        .asked_by = command->caller.member,
        .team = command->caller.team,
        .created_at = work->now,
        .started_at = INSTANT_NONE,
        .ended_at = INSTANT_NONE,
    };
    mark_slot(work, slot, true);
    work_save_row(work, KIND_BACKGROUND, job);
    uuid_format(job->id, id);
    outcome->location = arena_printf(work->arena, "/v1/jobs/%s", id);
    return answer(work, job, 202, outcome);
}

static enum decision refuse_ended(struct work *work, const struct background_job *job,
                                  struct outcome *outcome)
{
    outcome_refuse(work, outcome, ERR_STATE_CONFLICT, "The job is %s: there is nothing to cancel",
                   background_state_name(job->state));
    outcome->problem.state = background_state_name(job->state);
    return DECIDED;
}

enum decision job_cancel(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct job_cancel_input *input = command->input;
    enum find found;

    if (!setup_may(work, command, ROLE_SIGN | ROLE_ADMIN, outcome))
        return DECIDED;
    struct background_job *job = work_find(work, KIND_BACKGROUND, &input->job, &found);
    switch (found) {
    case FIND_NEEDED:
        return DECIDE_AGAIN;
    case FIND_ABSENT:
        return outcome_refuse(work, outcome, ERR_NOT_FOUND, "There is no such job");
    case FIND_FOUND:
        break;
    }
    if (job->state == BACKGROUND_DONE || job->state == BACKGROUND_FAILED)
        return refuse_ended(work, job, outcome);
    if (job->state != BACKGROUND_CANCELLED) {
        work_remember(work, job, sizeof *job);
        job->state = BACKGROUND_CANCELLED;
        job->ended_at = work->now;
        mark_slot(work, job->slot, false);
        job->slot = 0;
        work_save_row(work, KIND_BACKGROUND, job);
    }
    return answer(work, job, 200, outcome);
}

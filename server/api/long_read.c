#include "api/long_read.h"

#include "delivery/feed.h"
#include "http/task.h"
#include "http/waiting.h"

const struct input_type wait_seconds_type = {
    .kind = INPUT_INT, .min = 0, .max = LONG_READ_MAX_SECONDS};

struct long_read {
    struct feed_wait wait;
    struct task *task;
};

static void read_again(struct feed_wait *wait)
{
    const struct long_read *read = wait->owner;

    task_read_again(read->task);
}

static int64_t until_ms(const struct request *r, int64_t wait_seconds)
{
    return r->started_us / 1000 + wait_seconds * 1000;
}

static bool put_aside(struct task *task)
{
    struct long_read *read = task->waits_for;

    waiting_extend(task->r, read->wait.until_ms * 1000);
    return feed_wait(task->feed, &read->wait);
}

bool long_read_waits(struct request *r, int64_t wait_seconds, int64_t after,
                     bool (*wants)(int kind))
{
    struct task *task = r->work;
    struct long_read *read = task->waits_for;
    int64_t until = until_ms(r, wait_seconds);

    if (wait_seconds == 0 || task->waited_enough || pg_now_ms() >= until)
        return false;
    if (read == NULL)
        read = ARENA_NEW(r->arena, struct long_read);
    if (read == NULL)
        return false;
    *read = (struct long_read){
        .wait = {.workspace = r->caller.workspace,
                 .after = after,
                 .wants = wants,
                 .until_ms = until,
                 .wake = read_again,
                 .owner = read},
        .task = task,
    };
    task->waits_for = read;
    task->wait = put_aside;
    return true;
}

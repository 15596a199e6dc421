#include "http/task.h"

#include "http/etag_reply.h"
#include "http/metrics.h"
#include "http/reply.h"
#include "http/representation.h"
#include "http/request_input.h"
#include "http/request_refuse.h"

#include "base/digest.h"
#include "store/read/read.h"

#include <inttypes.h>
#include <string.h>

/* How old the confirmation of the configuration may be that a read uses. */
#define CONFIG_AGE_MS 1000

struct task *task_of(struct request *r, struct lanes *lanes, struct readers *readers)
{
    struct task *task = r->work;

    if (task != NULL)
        return task;
    task = ARENA_NEW(r->arena, struct task);
    if (task == NULL)
        return NULL;
    task->r = r;
    task->lanes = lanes;
    task->readers = readers;
    r->work = task;
    return task;
}

static void refuse(struct request *r, enum err err)
{
    switch (err) {
    case ERR_UNAVAILABLE:
        request_refuse(r, err,
                       "The database is out of reach, or cannot take this now; nothing "
                       "was done. Try again");
        break;
    case ERR_CONTENDED:
        request_refuse(r, err,
                       "Others kept changing the same things meanwhile; nothing was done. "
                       "Try again");
        break;
    case ERR_NOT_LOADABLE:
        request_refuse(r, err,
                       "Nothing was done, and trying again will not help: give the id of "
                       "this request to whoever runs the service");
        break;
    case ERR_OVERLOADED:
        request_refuse(r, err, "Too much is waiting; nothing was done. Try again");
        break;
    case ERR_OUTCOME_UNKNOWN:
        request_refuse(r, err,
                       "It may have been done. Repeat it with this Idempotency-Key to find out");
        r->reply.idempotency_key = r->idempotency_key;
        break;
    case ERR_UNAUTHENTICATED:
        request_refuse(r, err, "This key is not valid, or it was revoked");
        break;
    default:
        request_refuse(r, err, "Try again in a moment");
    }
}

/* An answer that was written while memory was short may lack parts: it is not sent. Whatever ran
 * short has marked the request's arena. */
static void refuse_short(struct request *r)
{
    if (arena_failed(r->arena) && r->reply.status != 503)
        refuse(r, ERR_OUT_OF_MEMORY);
}

/* ---- reads ---- */

/* Whether the caller's key is still valid in the newest configuration, which the read then uses. */
static enum err confirm_caller(struct request *r, struct reader *reader)
{
    const struct config *config;
    int64_t age = r->route->flags & ROUTE_FRESH ? 0 : CONFIG_AGE_MS;
    enum err err = reader_refresh(reader, r->caller.workspace, age, &config);

    if (err != ERR_NONE)
        return err;
    if (config == NULL)
        return ERR_UNAUTHENTICATED;
    const struct api_key *key = config_key(config, r->caller.key);
    bool stands = key != NULL && config_key_stands(config, key);
    config_release(r->config);
    r->config = config;
    return stands ? ERR_NONE : ERR_UNAUTHENTICATED;
}

/* Makes the reply for an error that a read's handler returned without one. */
static void refuse_read(struct request *r, enum err err)
{
    const char *thing = r->route->thing != NULL ? r->route->thing : "thing";

    if (r->reply.status != 0)
        return;
    switch (err) {
    case ERR_NOT_FOUND:
        request_refuse(r, err, "There is no %s with this id", thing);
        break;
    case ERR_GONE:
        request_refuse(r, err, "This %s was erased", thing);
        break;
    case ERR_UNAVAILABLE:
        request_refuse(r, err, "The database is out of reach, or this takes too long now");
        break;
    case ERR_OUT_OF_MEMORY:
        request_refuse(r, err, "Try again in a moment, or ask for less at once");
        break;
    default:
        request_refuse(r, ERR_INTERNAL, "The log says what happened, under this request id");
    }
}

static struct read read_of(const struct request *r, struct reader *reader)
{
    return (struct read){
        .pg = reader_pg(reader),
        .arena = arena_new(READ_MEMORY_MAX_BYTES),
        .workspace = r->caller.workspace,
        .deadline = reader_deadline(reader),
    };
}

/* Runs a handler within a read, whose memory ends with it. */
static enum err within_read(struct request *r, struct reader *reader,
                            enum err (*handle)(struct request *r, struct read *read))
{
    struct read read = read_of(r, reader);
    enum err err = read.arena == NULL ? ERR_OUT_OF_MEMORY : handle(r, &read);

    if (read.arena == NULL || arena_failed(read.arena))
        arena_fail(r->arena);
    if (err != ERR_NONE)
        refuse_read(r, err);
    arena_free(read.arena);
    return err;
}

static enum err fill_and_read(struct request *r, struct read *read)
{
    enum err err = r->route->fill == NULL ? ERR_NONE : r->route->fill(r, r->input);

    if (err == ERR_NONE)
        err = request_check_query(r);
    return err == ERR_NONE ? r->route->read(r, read) : err;
}

static void end_read(struct request *r)
{
    representation_choose(r);
    refuse_short(r);
    request_done(r);
}

static void run_read(struct reader_job *job, struct reader *reader)
{
    struct task *task = job->owner;
    struct request *r = task->r;

    enum err err = confirm_caller(r, reader);
    task->wait = NULL;
    if (err != ERR_NONE)
        refuse(r, err);
    else
        within_read(r, reader, fill_and_read);
    if (task->wait != NULL && r->reply.status == 0) {
        if (task->wait(task))
            return;
        task->waited_enough = true;
        within_read(r, reader, r->route->read);
    }
    end_read(r);
}

/* False when what they take together is too much at once, or one of them is refused: then each is
 * read by itself, so that nobody is answered for another. */
static bool read_at_once(struct request *const *requests, size_t count, struct reader *reader)
{
    struct read read = read_of(requests[0], reader);
    enum err errs[READ_TOGETHER_MAX] = {ERR_NONE};
    enum err err = read.arena == NULL ? ERR_OUT_OF_MEMORY
                                      : requests[0]->route->read_all(requests, count, &read, errs);

    arena_free(read.arena);
    if (err != ERR_NONE && err != ERR_UNAVAILABLE)
        return false;
    for (size_t i = 0; i < count; i++)
        if (err != ERR_NONE || errs[i] != ERR_NONE)
            refuse_read(requests[i], err != ERR_NONE ? err : errs[i]);
    return true;
}

/* Reads of one route that waited together. */
static void run_reads(struct reader_job *const *jobs, size_t count, struct reader *reader)
{
    struct request *ready[READ_TOGETHER_MAX];
    size_t ready_count = 0;

    for (size_t i = 0; i < count; i++) {
        struct request *r = ((struct task *)jobs[i]->owner)->r;
        enum err err = confirm_caller(r, reader);
        if (err != ERR_NONE)
            refuse(r, err);
        else if ((err = request_check_query(r)) != ERR_NONE)
            refuse_read(r, err);
        if (err == ERR_NONE)
            ready[ready_count++] = r;
        else
            end_read(r);
    }
    if (ready_count > 0 && !read_at_once(ready, ready_count, reader))
        for (size_t i = 0; i < ready_count; i++)
            within_read(ready[i], reader, ready[i]->route->read);
    for (size_t i = 0; i < ready_count; i++)
        end_read(ready[i]);
}

static void refuse_reading(struct request *r, const struct reader_job *job, enum err err)
{
    if (err == ERR_OVERLOADED) {
        metrics_add(METRIC_OVERLOADED, 1);
        request_refuse(r, err,
                       "More reads of this workspace wait than can be answered in time; nothing "
                       "was done. Send it again after Retry-After");
        r->reply.retry_after_s =
            job->retry_after_s > 0 ? job->retry_after_s : r->reply.retry_after_s;
    } else {
        refuse(r, err);
    }
    request_done(r);
}

static void give_up_reading(struct reader_job *job)
{
    struct task *task = job->owner;

    refuse_reading(task->r, job, ERR_OVERLOADED);
}

void task_read_again(struct task *task)
{
    task->reading.deadline_ms = task->r->deadline_us / 1000;
    enum err err = readers_submit(task->readers, &task->reading);
    if (err != ERR_NONE)
        refuse_reading(task->r, &task->reading, err);
}

static void start_read(struct task *task,
                       void (*run)(struct reader_job *job, struct reader *reader))
{
    const struct request *r = task->r;

    task->is_read = true;
    task->reading = (struct reader_job){
        .run = run,
        .give_up = give_up_reading,
        .owner = task,
        .workspace = r->caller.workspace,
        .cost = r->route->kind == ROUTE_READ ? r->route->cost : READ_BY_ID,
    };
    if (r->route->kind == ROUTE_READ && r->route->read_all != NULL) {
        task->reading.kind = r->route;
        task->reading.run_all = run_reads;
    }
    task_read_again(task);
}

/* ---- writes ---- */

/* The same key in the same workspace gives the same row; chunk numbers keep the rows of a batch
 * apart. */
static void mac_of_key(const struct request *r, size_t chunk, uint8_t out[DIGEST_BYTES])
{
    static const char label[] = "idempotency key";
    uint32_t number = (uint32_t)chunk;
    struct digest_part parts[] = {
        {label, sizeof label},
        {r->idempotency_key, strlen(r->idempotency_key)},
        {&number, chunk > 0 ? sizeof number : 0},
    };

    digest_hmac_by(&r->config->macs, parts, 3, out);
}

/* What must be the same when a key comes again: caller, operation, and body. */
static void mac_of_request(const struct request *r, uint8_t out[DIGEST_BYTES])
{
    static const char label[] = "request";
    static const char adds_only[] = "adds only";
    struct digest_part parts[] = {
        {label, sizeof label},
        {r->method, strlen(r->method) + 1},
        {r->target, strlen(r->target) + 1},
        {r->caller.team.b, sizeof r->caller.team.b},
        {r->caller.member.b, sizeof r->caller.member.b},
        {r->body, r->body_len},
        /* whoever is shown less does not get the answer of another key of the team */
        {adds_only, caller_adds_only(&r->caller) ? sizeof adds_only : 0},
    };

    digest_hmac_by(&r->config->macs, parts, 7, out);
}

static void answer(struct request *r, const struct outcome *outcome)
{
    if (outcome->body == NULL) {
        refuse(r, outcome->err);
        return;
    }
    reply_json_copy(r, outcome->status, outcome->body, outcome->body_len);
    r->reply.err = outcome->err;
    r->reply.replayed = outcome->replayed;
    if (outcome->status >= 400)
        r->reply.content_type = PROBLEM_CONTENT_TYPE;
    if (outcome->location != NULL)
        r->reply.location = arena_strdup(r->arena, outcome->location);
    if (outcome->revision != 0)
        etag_reply_revision(r, outcome->revision);
    if (outcome->err == ERR_NONE && r->route->finish != NULL)
        r->route->finish(r);
    refuse_short(r);
    /* The command is done, only its answer could not be copied: a client that repeats it gets the
     * answer. */
    if (r->reply.err == ERR_OUT_OF_MEMORY)
        r->reply.idempotency_key = r->idempotency_key;
}

static void answer_command(struct lane_job *lane, const struct outcome *outcome)
{
    struct task_job *job = lane->owner;
    struct request *r = job->task->r;

    answer(r, outcome);
    request_done(r);
}

/* ---- batches ---- */

static void join_answers(struct task *task)
{
    struct request *r = task->r;
    struct json_out out;

    for (size_t i = 0; i < task->job_count; i++) {
        if (task->jobs[i].answer == NULL) {
            refuse(r, task->jobs[i].err == ERR_NONE ? ERR_OUT_OF_MEMORY : task->jobs[i].err);
            return;
        }
    }
    json_out_init(&out, r->arena, BATCH_ANSWER_MAX_BYTES * task->job_count + 64);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    bool replayed = true;
    for (size_t i = 0; i < task->job_count; i++) {
        json_out_raw(&out, task->jobs[i].answer, task->jobs[i].answer_len);
        replayed = replayed && task->jobs[i].replayed;
    }
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    r->reply.replayed = replayed;
}

static void finish_batch(struct task *task)
{
    join_answers(task);
    for (size_t i = 0; i < task->job_count; i++)
        arena_drop(task->r->arena, task->jobs[i].answer);
    request_done(task->r);
}

/* When a chunk is refused, its problem is the answer to the whole batch. */
static void take_chunk(struct lane_job *lane, const struct outcome *outcome)
{
    struct task_job *job = lane->owner;

    job->err = outcome->err;
    job->replayed = outcome->replayed;
    if (outcome->err == ERR_NONE && outcome->status == 200 && outcome->body != NULL) {
        job->answer = arena_resize(job->task->r->arena, NULL, 0, outcome->body_len);
        job->answer_len = outcome->body_len;
        if (job->answer != NULL)
            memcpy(job->answer, outcome->body, outcome->body_len);
    }
    if (atomic_fetch_sub(&job->task->pending, 1) == 1)
        finish_batch(job->task);
}

static bool make_chunks(struct task *task, const struct batch_input *batch)
{
    size_t count = (batch->count + BATCH_CHUNK_MAX - 1) / BATCH_CHUNK_MAX;

    task->jobs = ARENA_ARRAY(task->r->arena, struct task_job, count);
    task->job_count = count;
    for (size_t i = 0; task->jobs != NULL && i < count; i++) {
        struct task_job *job = &task->jobs[i];
        size_t first = i * BATCH_CHUNK_MAX;
        size_t left = batch->count - first;
        job->chunk = (struct batch_input){
            .items = batch->items + first,
            .refusals = batch->refusals + first,
            .count = left < BATCH_CHUNK_MAX ? left : BATCH_CHUNK_MAX,
        };
        job->lane.command = *task->r->command;
        job->lane.command.input = &job->chunk;
        job->lane.done = take_chunk;
    }
    return task->jobs != NULL;
}

static bool make_jobs(struct task *task)
{
    const struct command *command = task->r->command;

    if (command->kind == COMMAND_LEAD_BATCH)
        return make_chunks(task, command->input);
    task->jobs = ARENA_NEW(task->r->arena, struct task_job);
    task->job_count = 1;
    if (task->jobs != NULL) {
        task->jobs[0].lane.command = *command;
        task->jobs[0].lane.done = answer_command;
    }
    return task->jobs != NULL;
}

static void refuse_job(struct task_job *job, enum err err)
{
    const struct outcome outcome = {.err = err, .status = error_status(err)};

    job->lane.done(&job->lane, &outcome);
}

static void start_write(struct task *task)
{
    uint8_t body_mac[DIGEST_BYTES];

    if (!make_jobs(task)) {
        refuse(task->r, ERR_OUT_OF_MEMORY);
        request_done(task->r);
        return;
    }
    mac_of_request(task->r, body_mac);
    atomic_init(&task->pending, task->job_count);
    for (size_t i = 0; i < task->job_count; i++) {
        struct task_job *job = &task->jobs[i];
        job->task = task;
        job->lane.owner = job;
        job->lane.command.caller = task->r->caller;
        job->lane.command.keyed = true;
        job->lane.command.key_is_new = !task->r->idempotency_key_given;
        mac_of_key(task->r, i, job->lane.command.key);
        memcpy(job->lane.command.body_mac, body_mac, DIGEST_BYTES);
    }
    /* the last submit may answer the request, and then the task is gone */
    struct lanes *lanes = task->lanes;
    struct task_job *jobs = task->jobs;
    for (size_t i = 0, count = task->job_count; i < count; i++) {
        enum err err = lanes_submit(lanes, &jobs[i].lane);
        if (err != ERR_NONE)
            refuse_job(&jobs[i], err);
    }
}

/* What it waits for has not come, and there is time: it is looked for again. */
static bool waits_more(struct task *task)
{
    bool (*wait)(struct task * task) = task->r->reply.status == 0 ? task->wait : NULL;

    task->wait = NULL;
    if (wait == NULL)
        return false;
    if (wait(task))
        return true;
    task->waited_enough = true;
    return false;
}

/* What the command needs to know first has been read: now it is queued. */
static void run_before(struct reader_job *job, struct reader *reader)
{
    struct task *task = job->owner;
    struct request *r = task->r;
    enum err err = reader_connect(reader);

    if (err != ERR_NONE)
        refuse(r, err);
    else
        err = within_read(r, reader, r->route->before);
    if (err == ERR_NONE && !arena_failed(r->arena)) {
        if (waits_more(task))
            return;
        task->is_read = false;
        start_write(task);
        return;
    }
    refuse_short(r);
    request_done(r);
}

static void run_piece(struct reader_job *job, struct reader *reader)
{
    struct task *task = job->owner;
    struct request *r = task->r;
    enum err err = reader_connect(reader);

    if (err != ERR_NONE)
        refuse(r, err);
    else
        within_read(r, reader, r->route->piece);
    refuse_short(r);
    request_done(r);
}

void task_store(struct task *task)
{
    start_read(task, run_piece);
}

void task_start(struct task *task)
{
    const struct request *r = task->r;

    if (r->route->kind == ROUTE_READ)
        start_read(task, run_read);
    else if (r->route->before != NULL)
        start_read(task, run_before);
    else
        start_write(task);
}

/* A batch is never taken back: parts of it may be done already. */
bool task_cancel(struct task *task)
{
    if (task->is_read)
        return readers_cancel(task->readers, &task->reading);
    return task->job_count == 1 && lanes_cancel(task->lanes, &task->jobs[0].lane);
}

#include "delivery/courier.h"

#include "delivery/attempt.h"
#include "delivery/fetches.h"
#include "delivery/gather.h"
#include "delivery/payload.h"
#include "delivery/templated.h"
#include "http/log.h"
#include "http/random.h"

#include "base/hex.h"
#include "core/handoff/event.h"
#include "core/intake/lead_change.h"
#include "core/setup/subscription_change.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Subscriptions that one server sends to at the same time, … */
#define TARGETS_MAX 256
/** … what it sends to one of them at the same time, … */
#define AT_ONCE_MAX 8
/** … and while nothing arrives there. */
#define AT_ONCE_FAILING 1
/** Deliveries of a subscription that are in memory. */
#define BATCH_MAX          256
#define BATCH_MEMORY_BYTES ((size_t)64 << 20)
/** What one try may take, the lead that it includes with it. */
#define ATTEMPT_MEMORY_BYTES ((size_t)8 << 20)
/** What a mail may take, the leads that it tells of with it. */
#define MAIL_MEMORY_BYTES ((size_t)64 << 20)
/** How often due work is looked for when nothing is heard of it. */
#define LOOK_MS 500
/** … and at most. */
#define LOOK_GAP_MS 25
/** How long what has come of a few tries may wait to be written. */
#define SAVE_MS   100
#define SAVE_ROWS 32
/** How often a lease is renewed. */
#define RENEW_MS    10000
#define DATABASE_MS 2000
#define BEHIND_MAX  64
#define WAIT_MS     250
/** Where nothing arrives for so long, nothing more is sent. */
#define OFF_AFTER (5 * INSTANT_DAY)

/* After which time a delivery is tried again; when all are used up, it has failed. */
static const int schedule_s[] = {5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600};
#define TRIES_MAX ((int)(sizeof schedule_s / sizeof *schedule_s) + 1)

enum slot_state { SLOT_WAITS, SLOT_SENT, SLOT_ENDED };

/* A delivery of the batch. */
struct slot {
    struct target *target;
    struct outbound_item *item;
    enum slot_state state;
    struct arena *arena; /* of the attempt, until what has come of it is written */
    struct attempt attempt;
};

/* A subscription under our lease. */
struct target {
    struct target *next;
    struct outbound_target id;
    struct arena *arena; /* of the batch; NULL: nothing is loaded */
    const struct config *config;
    const struct subscription *subscription;
    struct outbound_batch batch;
    struct slot *slots;
    int64_t loaded_ms;
    int64_t saved_ms; /* when the lease was last renewed */
    size_t in_flight;
    struct slot **ended; /* and not written yet */
    size_t ended_count;
    bool arrived, failed; /* since then */
    bool failing;         /* the last try did */
    bool moved;           /* something of this batch has ended */
    instant not_before;   /* of mail that was sent: when the next may be */
};

struct courier {
    struct courier_settings settings;
    struct pg *app, *job;
    CURLM *multi;
    pthread_t thread;
    struct fetches *fetches;
    struct uuid lease;
    struct target *targets;
    size_t target_count;
    int64_t looked_ms;
    atomic_bool signalled, stopping;
    _Atomic int64_t arrived_total, failed_total;
};

static instant now_of(const struct target *target)
{
    return target->batch.now + (pg_now_ms() - target->loaded_ms) * 1000;
}

/* ---- switching off ---- */

struct off {
    struct lane_job job;
    struct subscription_off_input input;
};

static void off_is_done(struct lane_job *job, const struct outcome *outcome)
{
    (void)outcome;
    free(job->owner);
}

static void switch_off(struct courier *courier, const struct target *target, const char *cause)
{
    struct off *off = calloc(1, sizeof *off);

    if (off == NULL)
        return;
    off->input = (struct subscription_off_input){target->id.subscription,
                                                 target->subscription->revision, cause};
    off->job = (struct lane_job){
        .command = {.kind = COMMAND_SUBSCRIPTION_OFF,
                    .caller = {.workspace = target->id.workspace},
                    .input = &off->input},
        .done = off_is_done,
        .owner = off,
    };
    if (lanes_submit(courier->settings.lanes, &off->job) != ERR_NONE)
        free(off);
}

/* ---- what comes back ---- */

struct lesson {
    struct lane_job job;
    struct update_input input;
    struct identity identity;
    char source[IDENTITY_SOURCE_MAX_BYTES + 1];
    char id[IDENTITY_VALUE_MAX_BYTES + 1];
};

static void lesson_is_done(struct lane_job *job, const struct outcome *outcome)
{
    (void)outcome; /* another lead may have the id */
    free(job->owner);
}

/* The id under which the other system knows the lead now goes to the lead, by the lane. */
static void learn(struct courier *courier, const struct slot *slot)
{
    const struct target *target = slot->target;
    const struct attempt *attempt = &slot->attempt;
    struct lesson *lesson = calloc(1, sizeof *lesson);
    struct event event;
    const char *source;
    const char *id = templated_learn(target->subscription, attempt->answer, attempt->answer_len,
                                     slot->arena, &source);

    if (lesson == NULL || id == NULL || source == NULL ||
        event_read(&slot->item->entry, slot->item->row.pos, slot->arena, &event) != ERR_NONE ||
        uuid_is_nil(event.lead)) {
        free(lesson);
        return;
    }
    snprintf(lesson->source, sizeof lesson->source, "%s", source);
    snprintf(lesson->id, sizeof lesson->id, "%s", id);
    lesson->identity = (struct identity){IDENTITY_EXTERNAL, lesson->source, lesson->id};
    lesson->input = (struct update_input){
        .lead = event.lead,
        .identities = &lesson->identity,
        .identity_count = 1,
        .occurred_at = INSTANT_NONE,
        .next_at = INSTANT_NONE,
    };
    lesson->job = (struct lane_job){
        .command = {.kind = COMMAND_LEAD_UPDATE,
                    .caller = {.workspace = target->id.workspace},
                    .input = &lesson->input},
        .done = lesson_is_done,
        .owner = lesson,
    };
    if (lanes_submit(courier->settings.lanes, &lesson->job) != ERR_NONE)
        free(lesson);
}

/* ---- one delivery ---- */

/* At a character. */
static void cut_answer(struct attempt *attempt)
{
    size_t len = ATTEMPT_ANSWER_BYTES;

    while (len > 0 && ((unsigned char)attempt->answer[len] & 0xc0) == 0x80)
        len--;
    attempt->answer[len] = '\0';
    attempt->answer_len = len;
}

/* What has become of one delivery. */
static void end_row(struct target *target, struct slot *slot, const struct attempt *attempt)
{
    struct outbound_row *row = &slot->item->row;
    instant now = now_of(target);
    bool failed = attempt->failure != NULL;

    row->tries++;
    row->tried_at = now;
    row->status = attempt->status;
    row->failure = attempt->failure;
    row->answer = attempt->answer_len == 0 ? NULL : attempt->answer;
    row->next_at = INSTANT_NONE;
    row->state = failed ? OUTBOUND_PENDING : OUTBOUND_DELIVERED;
    bool hopeless = attempt->status == 410 || attempt->body == NULL;
    if (failed && (row->tries >= TRIES_MAX || hopeless)) {
        row->state = OUTBOUND_FAILED;
    } else if (failed) {
        int wait_s = schedule_s[row->tries - 1];
        wait_s = attempt->retry_after_s > wait_s ? attempt->retry_after_s : wait_s;
        row->next_at = now + wait_s * INSTANT_SECOND;
    }
    slot->state = SLOT_ENDED;
    target->ended[target->ended_count++] = slot;
}

/* It has come to an end: what its attempt says counts, for all that a mail tells of. */
static void take_end(struct courier *courier, struct slot *slot)
{
    struct target *target = slot->target;
    struct attempt *attempt = &slot->attempt;
    bool failed = attempt->failure != NULL;

    if (!failed && templated_learns(target->subscription))
        learn(courier, slot);
    if (attempt->answer_len > ATTEMPT_ANSWER_BYTES)
        cut_answer(attempt);
    if (attempt->answer_len > 0 && target->subscription->secrets != NULL)
        templated_hide(target->subscription, attempt->answer, slot->arena);
    end_row(target, slot, attempt);
    for (size_t i = 0; target->subscription->kind == TARGET_EMAIL && i < target->batch.count; i++)
        if (target->slots[i].state == SLOT_SENT)
            end_row(target, &target->slots[i], attempt);
    if (target->subscription->kind == TARGET_EMAIL && !failed)
        target->not_before = now_of(target) + MAIL_EVERY;
    target->in_flight--;
    target->arrived = target->arrived || !failed;
    target->failed = target->failed || failed;
    target->failing = failed;
    target->moved = true;
    atomic_fetch_add(failed ? &courier->failed_total : &courier->arrived_total, 1);
    if (attempt->status == 410)
        switch_off(courier, target, "gone");
    else if (failed && target->batch.failing_since != INSTANT_NONE &&
             now_of(target) - target->batch.failing_since > OFF_AFTER)
        switch_off(courier, target, "failing");
}

/* The trace of a delivery is its id; each try is a span of its own. */
static const char *trace_of(const struct outbound_row *row, struct arena *arena)
{
    char trace[2 * sizeof row->delivery.b + 1];
    struct uuid span = random_uuid();
    char span_text[sizeof span.b + 1];

    hex_encode(row->delivery.b, sizeof row->delivery.b, trace);
    hex_encode(span.b + sizeof span.b / 2, sizeof span.b / 2, span_text);
    return arena_printf(arena, "traceparent: 00-%s-%s-01", trace, span_text);
}

/* Other systems are told the id, and the trace. */
static bool fill_templated(const struct payload_wanted *wanted, const char *id,
                           struct attempt *attempt)
{
    struct arena *arena = wanted->read->arena;
    size_t count = 0;

    if (templated_fill(wanted, attempt) == TEMPLATED_NOT_NOW)
        return arena_failed(arena);
    while (count < ATTEMPT_HEADERS_MAX && attempt->headers[count] != NULL)
        count++;
    if (count + 2 <= ATTEMPT_HEADERS_MAX) {
        attempt->headers[count] = arena_printf(arena, "webhook-id: %s", id);
        attempt->headers[count + 1] = trace_of(&wanted->item->row, arena);
    }
    if (attempt->failure != NULL)
        attempt->body = NULL;
    return !arena_failed(arena);
}

/* False: it cannot be tried now. What cannot be written down, since it is too long, has no body. */
static bool fill_attempt(struct courier *courier, struct slot *slot)
{
    struct target *target = slot->target;
    struct attempt *attempt = &slot->attempt;
    char id[PAYLOAD_ID_LEN + 1];
    instant now = now_of(target);
    struct arena *arena = slot->arena = arena_new(ATTEMPT_MEMORY_BYTES);
    const struct read read = {.pg = courier->app,
                              .arena = arena,
                              .workspace = target->id.workspace,
                              .deadline = pg_deadline_in(DATABASE_MS)};

    const struct payload_wanted wanted = {&read, target->config, target->subscription, slot->item};

    *attempt = (struct attempt){
        .rules = &courier->settings.rules, .url = target->subscription->url, .owner = slot};
    if (arena == NULL)
        return false;
    attempt->answer_room =
        templated_learns(target->subscription) ? TEMPLATED_ANSWER_BYTES : ATTEMPT_ANSWER_BYTES;
    attempt->answer = arena_alloc(arena, attempt->answer_room + 1);
    payload_id(&slot->item->row, id);
    if (target->subscription->kind == TARGET_TEMPLATE)
        return fill_templated(&wanted, id, attempt);
    attempt->body = payload_make(&wanted, &attempt->body_len);
    if (attempt->body == NULL)
        return arena_failed(arena);
    const char *signature =
        payload_sign(target->config, target->subscription, courier->settings.signing_key,
                     &(struct payload_signed){id, now, attempt->body, attempt->body_len}, arena);
    attempt->headers[0] = "Content-Type: application/json";
    attempt->headers[1] = arena_printf(arena, "webhook-id: %s", id);
    attempt->headers[2] =
        arena_printf(arena, "webhook-timestamp: %lld", (long long)(now / INSTANT_SECOND));
    attempt->headers[3] =
        signature == NULL ? NULL : arena_printf(arena, "webhook-signature: %s", signature);
    attempt->headers[4] = trace_of(&slot->item->row, arena);
    return !arena_failed(arena);
}

/* One of a subject after the other: is an earlier one still to be done? */
static bool has_one_before(const struct target *target, size_t place)
{
    struct uuid subject = target->slots[place].item->row.subject;

    for (size_t i = 0; i < place; i++) {
        const struct slot *slot = &target->slots[i];
        if (slot->item->row.state == OUTBOUND_PENDING &&
            uuid_equal(slot->item->row.subject, subject))
            return true;
    }
    return false;
}

static bool is_next(const struct target *target, size_t place, instant now)
{
    const struct slot *slot = &target->slots[place];

    return slot->state == SLOT_WAITS && slot->item->row.next_at <= now &&
           !has_one_before(target, place);
}

static void forget(struct slot *slot)
{
    arena_free(slot->arena);
    slot->arena = NULL;
}

/* All that is due goes into one mail. False: it cannot be made now. */
static bool fill_mail(struct courier *courier, struct target *target,
                      const struct outbound_item *const *items, size_t count)
{
    struct slot *slot = NULL;

    for (size_t i = 0; slot == NULL && i < target->batch.count; i++)
        if (target->slots[i].item == items[0])
            slot = &target->slots[i];
    slot->arena = arena_new(MAIL_MEMORY_BYTES);
    const struct read read = {.pg = courier->app,
                              .arena = slot->arena,
                              .workspace = target->id.workspace,
                              .deadline = pg_deadline_in(DATABASE_MS)};
    const struct mail_wanted wanted = {&courier->settings.mail, &read, target->config,
                                       target->subscription,    items, count,
                                       now_of(target)};
    slot->attempt = (struct attempt){.owner = slot, .answer_room = ATTEMPT_ANSWER_BYTES};
    if (slot->arena == NULL)
        return false;
    slot->attempt.answer = arena_alloc(slot->arena, ATTEMPT_ANSWER_BYTES + 1);
    if (slot->attempt.answer == NULL || !mail_fill(&wanted, &slot->attempt) ||
        (slot->attempt.failure == NULL && !attempt_begin(&slot->attempt, courier->multi))) {
        forget(slot);
        return false;
    }
    target->in_flight = 1;
    slot->state = SLOT_SENT;
    return true;
}

static void send_mail(struct courier *courier, struct target *target)
{
    const struct outbound_item *items[BATCH_MAX];
    instant now = now_of(target);
    size_t count = 0;

    if (target->in_flight > 0 || now < target->batch.not_before || now < target->not_before)
        return;
    for (size_t i = 0; i < target->batch.count; i++)
        if (target->slots[i].state == SLOT_WAITS && target->slots[i].item->row.next_at <= now)
            items[count++] = target->slots[i].item;
    if (count == 0 || !fill_mail(courier, target, items, count))
        return;
    struct slot *first = NULL;
    for (size_t i = 0; i < target->batch.count; i++) {
        struct slot *slot = &target->slots[i];
        if (slot->state == SLOT_SENT)
            first = slot;
        else if (slot->state == SLOT_WAITS && slot->item->row.next_at <= now)
            slot->state = SLOT_SENT;
    }
    if (first->attempt.failure != NULL)
        take_end(courier, first);
}

static void send_next(struct courier *courier, struct target *target)
{
    if (target->subscription->kind == TARGET_EMAIL) {
        send_mail(courier, target);
        return;
    }
    bool failing = target->failing || target->batch.failing_since != INSTANT_NONE;
    size_t most = failing ? AT_ONCE_FAILING : AT_ONCE_MAX;
    instant now = now_of(target);

    if (target->in_flight >= most)
        return;
    for (size_t i = 0; i < target->batch.count && target->in_flight < most; i++) {
        struct slot *slot = &target->slots[i];
        if (!is_next(target, i, now))
            continue;
        bool filled = fill_attempt(courier, slot);
        bool too_long = filled && slot->attempt.body == NULL;
        if (!filled || (!too_long && !attempt_begin(&slot->attempt, courier->multi))) {
            forget(slot);
            return;
        }
        slot->state = SLOT_SENT;
        target->in_flight++;
        if (too_long) {
            if (slot->attempt.failure == NULL)
                slot->attempt.failure = "too_long";
            take_end(courier, slot);
        }
    }
}

/* ---- one subscription ---- */

static void unload(struct courier *courier, struct target *target)
{
    for (size_t i = 0; target->slots != NULL && i < target->batch.count; i++) {
        if (target->slots[i].state == SLOT_SENT)
            attempt_drop(&target->slots[i].attempt, courier->multi);
        forget(&target->slots[i]);
    }
    arena_free(target->arena);
    config_release(target->config);
    target->arena = NULL;
    target->config = NULL;
    target->subscription = NULL;
    target->slots = NULL;
    target->batch = (struct outbound_batch){0};
    target->in_flight = target->ended_count = 0;
    target->arrived = target->failed = target->moved = false;
}

static struct pg_scope scope_of(struct courier *courier, const struct target *target)
{
    return (struct pg_scope){courier->app, target->arena, target->id.workspace};
}

/* Reads what is to be sent. The configuration after it, and anew: a change that it does not show
 * has raised `made` since then, so that the subscription is due again when it is given back. False:
 * it is no longer ours, or cannot be read. */
static bool load(struct courier *courier, struct target *target)
{
    const struct config *config = NULL;

    unload(courier, target);
    target->arena = arena_new(BATCH_MEMORY_BYTES);
    if (target->arena == NULL)
        return false;
    const struct pg_scope scope = scope_of(courier, target);
    enum pg_status status = outbound_load(&scope, target->id.subscription, courier->lease,
                                          BATCH_MAX, pg_deadline_in(DATABASE_MS), &target->batch);
    target->loaded_ms = target->saved_ms = pg_now_ms();
    if (status != PG_OK || !target->batch.ours)
        return false;
    status = config_cache_refresh(courier->settings.cache, courier->app, target->id.workspace, 0,
                                  pg_deadline_in(DATABASE_MS), &config);
    if (status != PG_OK || config == NULL)
        return false;
    target->config = config;
    target->subscription = config_subscription(config, target->id.subscription);
    target->slots = ARENA_ARRAY(target->arena, struct slot, target->batch.count + 1);
    target->ended = ARENA_ARRAY(target->arena, struct slot *, target->batch.count + 1);
    for (size_t i = 0; target->slots != NULL && i < target->batch.count; i++)
        target->slots[i] = (struct slot){.target = target, .item = &target->batch.items[i]};
    return !arena_failed(target->arena);
}

/* Writes what has come of the tries, and renews the lease or gives it back. */
static bool save(struct courier *courier, struct target *target, bool gives_back, instant due_at)
{
    const struct pg_scope scope = scope_of(courier, target);
    const struct outbound_row *rows[BATCH_MAX];
    for (size_t i = 0; i < target->ended_count; i++)
        rows[i] = &target->ended[i]->item->row;
    const struct outbound_save ended = {
        .subscription = target->id.subscription,
        .lease = courier->lease,
        .rows = rows,
        .count = target->ended_count,
        .arrived = target->arrived,
        .failed = target->failed,
        .gives_back = gives_back,
        .made = target->batch.made,
        .due_at = due_at,
        .not_before = target->not_before == 0 ? INSTANT_NONE : target->not_before,
    };

    if (outbound_save(&scope, &ended, pg_deadline_in(DATABASE_MS)) != PG_OK)
        return false;
    target->saved_ms = pg_now_ms();
    for (size_t i = 0; i < target->ended_count; i++) {
        target->ended[i]->item->row.answer = NULL;
        forget(target->ended[i]);
    }
    target->ended_count = 0;
    if (target->arrived)
        target->batch.failing_since = INSTANT_NONE;
    else if (target->failed && target->batch.failing_since == INSTANT_NONE)
        target->batch.failing_since = now_of(target);
    target->arrived = target->failed = false;
    return true;
}

/* When the first of those that wait is tried next; INSTANT_NONE: none waits. */
static instant next_due(const struct target *target)
{
    instant due = INSTANT_NONE;

    for (size_t i = 0; i < target->batch.count; i++) {
        const struct outbound_row *row = &target->slots[i].item->row;
        if (row->state == OUTBOUND_PENDING && !has_one_before(target, i) &&
            (due == INSTANT_NONE || row->next_at < due))
            due = row->next_at;
    }
    if (due != INSTANT_NONE && target->subscription != NULL &&
        target->subscription->kind == TARGET_EMAIL) {
        due = due < target->batch.not_before ? target->batch.not_before : due;
        due = due < target->not_before ? target->not_before : due;
    }
    return due;
}

static bool is_sent_to(const struct target *target)
{
    return target->subscription != NULL && target->subscription->state == SUBSCRIPTION_ACTIVE;
}

/* False: it has nothing more to do here. */
static bool serve(struct courier *courier, struct target *target)
{
    int64_t now_ms = pg_now_ms();

    if (target->arena == NULL && !load(courier, target))
        return false;
    if (!is_sent_to(target)) {
        (void)save(courier, target, true, INSTANT_NONE);
        return false;
    }
    send_next(courier, target);
    if (arena_failed(target->arena))
        return false;
    bool many = target->ended_count >= SAVE_ROWS;
    bool late = target->ended_count > 0 && now_ms - target->saved_ms >= SAVE_MS;
    bool idle = target->in_flight == 0;
    if ((many || late || idle || now_ms - target->saved_ms >= RENEW_MS) &&
        (target->ended_count > 0 || !idle) && !save(courier, target, false, INSTANT_NONE))
        return false;
    if (!idle)
        return true;
    /* all of the batch that could be sent was: perhaps there is more by now */
    if (target->moved && load(courier, target)) {
        send_next(courier, target);
        return !arena_failed(target->arena);
    }
    if (target->moved)
        return false;
    (void)save(courier, target, true, next_due(target));
    return false;
}

static void serve_all(struct courier *courier)
{
    for (struct target **at = &courier->targets; *at != NULL;) {
        struct target *target = *at;
        if (serve(courier, target)) {
            at = &target->next;
            continue;
        }
        *at = target->next;
        unload(courier, target);
        free(target);
        courier->target_count--;
    }
}

/* ---- finding work ---- */

/* Some of the next ones; whether there are more. */
static bool gather_some(struct courier *courier, struct uuid workspace, int *most)
{
    struct pg_scope scope = {courier->app, arena_new(BATCH_MEMORY_BYTES), workspace};
    const struct config *config = NULL;
    enum pg_status status = PG_OTHER;
    bool more = false;

    /* asked each time; gather() says when it was outdated before the entries were read */
    if (scope.arena != NULL &&
        config_cache_refresh(courier->settings.cache, courier->app, workspace, 0,
                             pg_deadline_in(DATABASE_MS), &config) == PG_OK &&
        config != NULL)
        status = gather(&scope, config, *most, pg_deadline_in(DATABASE_MS), &more);
    config_release(config);
    arena_free(scope.arena);
    if (status == PG_MEMORY && *most > 1) {
        *most /= 10; /* leads with more to them than most have */
        return true;
    }
    return status == PG_OK && more;
}

static void gather_one(struct courier *courier, struct uuid workspace)
{
    int most = GATHER_ENTRIES;

    while (gather_some(courier, workspace, &most) && !atomic_load(&courier->stopping))
        most = most < 1 ? 1 : most;
}

static void add_target(struct courier *courier, const struct outbound_target *id)
{
    struct target *target = courier->targets;

    while (target != NULL && !(uuid_equal(target->id.workspace, id->workspace) &&
                               uuid_equal(target->id.subscription, id->subscription)))
        target = target->next;
    if (target != NULL) /* its lease had ended meanwhile, and is ours again */
        return;
    target = calloc(1, sizeof *target);
    if (target == NULL)
        return;
    target->id = *id;
    target->next = courier->targets;
    courier->targets = target;
    courier->target_count++;
}

static void look(struct courier *courier)
{
    struct arena *arena = arena_new(1 << 20);
    struct uuid behind[BEHIND_MAX];
    struct outbound_target due[TARGETS_MAX];
    size_t count;

    courier->looked_ms = pg_now_ms();
    if (arena == NULL)
        return;
    if (outbound_behind(courier->job, arena, pg_deadline_in(DATABASE_MS), behind, BEHIND_MAX,
                        &count) == PG_OK)
        for (size_t i = 0; i < count; i++)
            gather_one(courier, behind[i]);
    int room = (int)(TARGETS_MAX - courier->target_count);
    if (room > 0 && outbound_claim(courier->job, arena, courier->lease, room,
                                   pg_deadline_in(DATABASE_MS), due, &count) == PG_OK)
        for (size_t i = 0; i < count; i++)
            add_target(courier, &due[i]);
    arena_free(arena);
}

/* ---- the thread ---- */

static void take_ends(struct courier *courier)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(courier->multi, &left)) != NULL) {
        struct attempt *attempt = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&attempt);
        attempt_end(attempt, courier->multi, code);
        if (attempt->get)
            fetches_take(courier->fetches, attempt);
        else
            take_end(courier, attempt->owner);
    }
}

/* How long it may wait for answers, and for word of something new. */
static int wait_ms(const struct courier *courier)
{
    for (const struct target *target = courier->targets; target != NULL; target = target->next)
        if (target->in_flight == 0 || target->ended_count >= SAVE_ROWS)
            return 0;
    if (atomic_load(&courier->signalled))
        return LOOK_GAP_MS;
    return courier->targets != NULL ? SAVE_MS : WAIT_MS;
}

static void *carry(void *argument)
{
    struct courier *courier = argument;
    int running;

    while (!atomic_load(&courier->stopping)) {
        int64_t since_ms = pg_now_ms() - courier->looked_ms;
        if (since_ms >= LOOK_MS || (since_ms >= LOOK_GAP_MS && atomic_load(&courier->signalled))) {
            atomic_store(&courier->signalled, false);
            look(courier);
            fetches_look(courier->fetches);
        }
        fetches_settle(courier->fetches);
        serve_all(courier);
        curl_multi_perform(courier->multi, &running);
        take_ends(courier);
        curl_multi_poll(courier->multi, NULL, 0, wait_ms(courier), NULL);
        curl_multi_perform(courier->multi, &running);
        take_ends(courier);
    }
    return NULL;
}

void courier_signal(struct courier *courier)
{
    if (!atomic_exchange(&courier->signalled, true))
        curl_multi_wakeup(courier->multi);
}

bool courier_mails(const struct courier *courier)
{
    return courier->settings.mail.url[0] != '\0';
}

const struct address_rules *courier_rules(const struct courier *courier)
{
    return &courier->settings.rules;
}

int64_t courier_arrived(void *courier)
{
    return atomic_load(&((struct courier *)courier)->arrived_total);
}

int64_t courier_failed(void *courier)
{
    return atomic_load(&((struct courier *)courier)->failed_total);
}

/* ---- life ---- */

static void free_courier(struct courier *courier)
{
    fetches_free(courier->fetches);
    pg_free(courier->app);
    pg_free(courier->job);
    if (courier->multi != NULL)
        curl_multi_cleanup(courier->multi);
    free(courier);
}

struct courier *courier_start(const struct courier_settings *settings)
{
    struct courier *courier = calloc(1, sizeof *courier);

    if (courier == NULL)
        return NULL;
    courier->settings = *settings;
    courier->lease = random_uuid();
    courier->app = pg_new(&settings->app);
    courier->job = pg_new(&settings->job);
    courier->multi = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_multi_init() : NULL;
    courier->fetches = fetches_new(&(struct fetches_settings){
        .rules = &courier->settings.rules,
        .cache = settings->cache,
        .lanes = settings->lanes,
        .app = courier->app,
        .job = courier->job,
        .multi = courier->multi,
        .lease = courier->lease,
    });
    if (courier->app != NULL && courier->job != NULL && courier->multi != NULL &&
        courier->fetches != NULL && pthread_create(&courier->thread, NULL, carry, courier) == 0)
        return courier;
    free_courier(courier);
    return NULL;
}

void courier_stop(struct courier *courier)
{
    if (courier == NULL)
        return;
    atomic_store(&courier->stopping, true);
    curl_multi_wakeup(courier->multi);
    pthread_join(courier->thread, NULL);
    for (struct target *next, *target = courier->targets; target != NULL; target = next) {
        next = target->next;
        if (target->arena != NULL && target->in_flight == 0)
            (void)save(courier, target, true, next_due(target));
        else if (target->arena != NULL)
            (void)save(courier, target, true, now_of(target));
        unload(courier, target);
        free(target);
    }
    free_courier(courier);
}

#include "delivery/courier_inside.h"
#include "delivery/gather.h"
#include "http/random.h"

#include "core/setup/week_end.h"
#include "store/table/outbound_mailed.h"

#include <curl/curl.h>
#include <stdlib.h>

/** Subscriptions that one server sends to at the same time. */
#define TARGETS_MAX 256
/** How often due work is looked for when nothing is heard of it. */
#define LOOK_MS 500
/** … and at most. */
#define LOOK_GAP_MS 25
/** How often workspaces are looked for whose members are not written to yet. */
#define MAIL_LOOK_MS 2000
#define WAIT_MS      250

static void serve_all(struct courier *courier)
{
    for (struct target **at = &courier->targets; *at != NULL;) {
        struct target *target = *at;
        if (courier_serve(courier, target)) {
            at = &target->next;
            continue;
        }
        *at = target->next;
        courier_unload(courier, target);
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
        status = gather(&scope, &(struct gather_wanted){config, *most, courier_mails(courier)},
                        pg_deadline_in(DATABASE_MS), &more);
    config_release(config);
    arena_free(scope.arena);
    if (status == PG_MEMORY && *most > 1) {
        *most /= 10; /* leads with more to them than most have */
        return true;
    }
    return status == PG_OK && more;
}

/* A week that is over is said to be, once, and each side is written its page then. */
static void end_weeks(struct courier *courier, struct arena *arena)
{
    struct outbound_weeks weeks;

    if (outbound_weeks(courier->job, arena, pg_deadline_in(DATABASE_MS), &weeks) != PG_OK)
        return;
    for (size_t i = 0; i < weeks.count; i++) {
        const struct week_end_input input = {weeks.items[i].end};
        const struct command command = week_end_command(weeks.items[i].workspace, &input);
        const struct pg_scope scope = {courier->app, arena, weeks.items[i].workspace};
        /* one whose week cannot be ended keeps no other waiting, unless nobody's can be now */
        enum err err = lanes_run(courier->settings.lanes, &command, NULL, NULL);
        if (err == ERR_UNAVAILABLE || err == ERR_OVERLOADED || err == ERR_OUTCOME_UNKNOWN)
            return;
        if (err == ERR_NONE &&
            outbound_week_said(&scope, input.end, pg_deadline_in(DATABASE_MS)) == PG_LOST)
            return;
    }
}

/* Where nobody has been written to before, members are from now on. */
static void begin_mail(struct courier *courier, struct arena *arena)
{
    struct behind unmailed;

    if (outbound_unmailed(courier->job, arena, pg_deadline_in(DATABASE_MS), &unmailed) != PG_OK)
        return;
    for (size_t i = 0; i < unmailed.count; i++) {
        const struct pg_scope scope = {courier->app, arena, unmailed.workspaces[i]};
        if (outbound_begin_mail(&scope, pg_deadline_in(DATABASE_MS)) == PG_LOST)
            return;
    }
}

/* What only a server that sends mail does, now and then. */
static void look_after_mail(struct courier *courier, struct arena *arena)
{
    if (!courier_mails(courier) || pg_now_ms() - courier->mail_ms < MAIL_LOOK_MS)
        return;
    courier->mail_ms = pg_now_ms();
    begin_mail(courier, arena);
    end_weeks(courier, arena);
}

static void gather_one(struct courier *courier, struct uuid workspace)
{
    int most = GATHER_ENTRIES;

    while (gather_some(courier, workspace, &most) && !atomic_load(&courier->stopping))
        most = most < 1 ? 1 : most;
}

static void add_target(struct courier *courier, const struct leased *due)
{
    struct target *target = courier->targets;

    while (target != NULL && !(uuid_equal(target->leased.workspace, due->workspace) &&
                               uuid_equal(target->leased.id, due->id)))
        target = target->next;
    if (target != NULL) /* its lease had ended meanwhile, and is ours again */
        return;
    target = calloc(1, sizeof *target);
    if (target == NULL)
        return;
    target->leased = *due;
    target->next = courier->targets;
    courier->targets = target;
    courier->target_count++;
}

static void look(struct courier *courier)
{
    struct arena *arena = arena_new(1 << 20);
    struct behind behind;
    struct leased due[TARGETS_MAX];
    size_t count;

    courier->looked_ms = pg_now_ms();
    if (arena == NULL)
        return;
    look_after_mail(courier, arena);
    if (outbound_behind(courier->job, arena, pg_deadline_in(DATABASE_MS), &behind) == PG_OK)
        for (size_t i = 0; i < behind.count; i++)
            gather_one(courier, behind.workspaces[i]);
    const struct lease_claim claim = {courier->lease, pg_deadline_in(DATABASE_MS),
                                      TARGETS_MAX - courier->target_count};
    if (claim.max > 0 && outbound_claim(courier->job, &claim, due, &count) == PG_OK)
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
        if (attempt->done != NULL)
            attempt->done(attempt);
        else if (attempt->get)
            fetches_take(courier->fetches, attempt);
        else
            courier_end(courier, attempt->owner);
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
        courier_send_links(courier);
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

bool courier_mail_link(struct courier *courier, const char *address, const char *client)
{
    if (!courier_mails(courier) || courier->settings.mail.public_url[0] == '\0')
        return false;
    sign_in_ask(courier->sign_in, address, client, pg_now_ms());
    curl_multi_wakeup(courier->multi);
    return true;
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
    sign_in_free(courier->sign_in);
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
    courier->sign_in = sign_in_new();
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
        courier->fetches != NULL && courier->sign_in != NULL &&
        pthread_create(&courier->thread, NULL, carry, courier) == 0)
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
    courier_drop_links(courier);
    for (struct target *next, *target = courier->targets; target != NULL; target = next) {
        next = target->next;
        courier_give_back(courier, target);
        courier_unload(courier, target);
        free(target);
    }
    free_courier(courier);
}

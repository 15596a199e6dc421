#include "delivery/fetches.h"

#include "base/text_out.h"
#include "core/intake/inbound.h"
#include "store/table/completion_table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/** What one server fetches at the same time, and what one may take. */
#define AT_ONCE_MAX        32
#define FETCH_MEMORY_BYTES ((size_t)16 << 20)
/** Bytes of an answer, as of a body that is sent to us. */
#define ANSWER_MAX_BYTES ((size_t)1 << 20)
#define DATABASE_MS      2000
#define CONFIG_AGE_MS    500

/* After which time it is tried again; when all are used up, it has failed. */
static const int schedule_s[] = {5, 30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600};
#define TRIES_MAX ((int)(sizeof schedule_s / sizeof *schedule_s) + 1)

struct fetch {
    struct fetch *next; /* of those that are under way, or that the lane has answered */
    struct fetches *fetches;
    struct arena *arena;
    struct uuid workspace;
    struct completion *row;
    struct attempt attempt;
    struct delivered delivered;
    struct inbound_input input;
    struct lane_job job;
    enum err err; /* of the lane */
};

struct fetches {
    struct fetches_settings settings;
    struct fetch *sent; /* to the sender's server */
    size_t count;       /* of all */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t in_lane;
    struct fetch *answered;
};

static void release(struct fetch *fetch)
{
    json_decref(fetch->delivered.document);
    fetch->fetches->count--;
    arena_free(fetch->arena);
    free(fetch);
}

static void unlink_sent(struct fetches *fetches, const struct fetch *fetch)
{
    struct fetch **at = &fetches->sent;

    while (*at != NULL && *at != fetch)
        at = &(*at)->next;
    if (*at != NULL)
        *at = fetch->next;
}

/* ---- ending ---- */

/* What nobody has any more is not asked for again. */
static bool is_hopeless(int status)
{
    return status == 404 || status == 410;
}

/* It did not arrive: another time, or never. When it cannot be written, the lease ends by itself.
 */
static void put_off(struct fetches *fetches, struct fetch *fetch, const char *failure)
{
    struct completion *row = fetch->row;
    const struct pg_scope scope = {fetches->settings.app, fetch->arena, fetch->workspace};
    int after_s = fetch->attempt.retry_after_s;

    row->tries++;
    row->status = fetch->attempt.status;
    row->failure = failure;
    int wait_s = row->tries < TRIES_MAX ? schedule_s[row->tries - 1] : -1;
    if (wait_s >= 0 && after_s > wait_s)
        wait_s = after_s;
    if (is_hopeless(row->status))
        wait_s = -1;
    completion_end(&scope, row, fetches->settings.lease, wait_s, pg_deadline_in(DATABASE_MS));
    release(fetch);
}

/* On a lane's thread. */
static void lane_is_done(struct lane_job *job, const struct outcome *outcome)
{
    struct fetch *fetch = job->owner;
    struct fetches *fetches = fetch->fetches;

    fetch->err = outcome->err;
    pthread_mutex_lock(&fetches->lock);
    fetch->next = fetches->answered;
    fetches->answered = fetch;
    fetches->in_lane--;
    pthread_cond_signal(&fetches->changed);
    pthread_mutex_unlock(&fetches->lock);
    curl_multi_wakeup(fetches->settings.multi);
}

static struct fetch *take_answered(struct fetches *fetches)
{
    pthread_mutex_lock(&fetches->lock);
    struct fetch *list = fetches->answered;
    fetches->answered = NULL;
    pthread_mutex_unlock(&fetches->lock);
    return list;
}

void fetches_settle(struct fetches *fetches)
{
    struct fetch *fetch = take_answered(fetches);

    while (fetch != NULL) {
        struct fetch *next = fetch->next;
        if (fetch->err == ERR_NONE || fetch->err == ERR_KEY_REUSED)
            release(fetch); /* taken now, or by another server before */
        else
            put_off(fetches, fetch, error_code(fetch->err));
        fetch = next;
    }
}

/* ---- what has come ---- */

/* A delivery of the source, in the name of Baton; the same completion is taken once. */
static bool submit(struct fetches *fetches, struct fetch *fetch)
{
    static const char label[] = "completion";
    struct attempt *attempt = &fetch->attempt;
    struct completion *row = fetch->row;
    const struct digest_part key[] = {{label, sizeof label}, {row->id.b, sizeof row->id.b}};

    fetch->input = (struct inbound_input){
        .source = row->source,
        .content_type = attempt->content_type,
        .body = attempt->answer,
        .body_len = attempt->answer_len,
        .delivered = &fetch->delivered,
        .headers = "{}",
        .completes = row->id,
    };
    if (delivered_read(fetch->input.content_type, fetch->input.body, fetch->input.body_len,
                       fetch->arena, &fetch->delivered) != ERR_NONE)
        return false;
    fetch->job = (struct lane_job){
        .command = {.kind = COMMAND_INBOUND_RECEIVE,
                    .caller = {.workspace = fetch->workspace, .roles = ROLE_ADMIN},
                    .keyed = true,
                    .input = &fetch->input},
        .done = lane_is_done,
        .owner = fetch,
    };
    digest_sha256(key, 2, fetch->job.command.key);
    pthread_mutex_lock(&fetches->lock);
    fetches->in_lane++;
    pthread_mutex_unlock(&fetches->lock);
    if (lanes_submit(fetches->settings.lanes, &fetch->job) == ERR_NONE)
        return true;
    pthread_mutex_lock(&fetches->lock);
    fetches->in_lane--;
    pthread_mutex_unlock(&fetches->lock);
    return false;
}

void fetches_take(struct fetches *fetches, struct attempt *attempt)
{
    struct fetch *fetch = attempt->owner;

    unlink_sent(fetches, fetch);
    if (attempt->failure != NULL)
        put_off(fetches, fetch, attempt->failure);
    else if (!submit(fetches, fetch))
        put_off(fetches, fetch, "unavailable");
}

/* ---- beginning ---- */

/* "{secret}" becomes the source's; NULL: there is none, or memory is short. */
static const char *with_secret(const char *header, const char *secret, struct arena *arena)
{
    static const char place[] = "{secret}";
    const char *at = strstr(header, place);

    if (at == NULL)
        return header;
    return secret == NULL ? NULL
                          : arena_printf(arena, "%.*s%s%s", (int)(at - header), header, secret,
                                         at + sizeof place - 1);
}

/* False: a header wants a secret that is not there. */
static bool fill_headers(struct fetch *fetch, const struct source *source)
{
    const char *secret =
        source->fetch_secret == NULL ? NULL : arena_strdup(fetch->arena, source->fetch_secret);
    char *rest =
        fetch->row->headers == NULL ? NULL : arena_strdup(fetch->arena, fetch->row->headers);
    size_t count = 0;

    for (char *line; rest != NULL && (line = strsep(&rest, "\n")) != NULL;) {
        const char *header = with_secret(line, secret, fetch->arena);
        if (header == NULL)
            return false;
        if (line[0] != '\0' && count < ATTEMPT_HEADERS_MAX)
            fetch->attempt.headers[count++] = header;
    }
    return true;
}

/* NULL: it is under way; else why it is not. */
static const char *begin(struct fetches *fetches, struct fetch *fetch)
{
    const struct fetches_settings *settings = &fetches->settings;
    const struct config *config = NULL;
    const char *why = NULL;

    fetch->attempt = (struct attempt){
        .rules = settings->rules,
        .url = fetch->row->url,
        .get = true,
        .answer = arena_alloc(fetch->arena, ANSWER_MAX_BYTES + 1),
        .answer_room = ANSWER_MAX_BYTES,
        .owner = fetch,
    };
    if (fetch->attempt.answer == NULL ||
        config_cache_refresh(settings->cache, settings->app, fetch->workspace, CONFIG_AGE_MS,
                             pg_deadline_in(DATABASE_MS), &config) != PG_OK ||
        config == NULL)
        return "unavailable";
    const struct source *source = config_source(config, fetch->row->source);
    if (source == NULL || !source->active)
        why = "no_source";
    else if (!fill_headers(fetch, source))
        why = "no_secret";
    config_release(config);
    if (why != NULL)
        return why;
    if (!attempt_url_is_fine(fetch->attempt.rules, fetch->attempt.url, &why))
        return "address_refused";
    return attempt_begin(&fetch->attempt, fetches->settings.multi) ? NULL : "unavailable";
}

static void take_due(struct fetches *fetches, const struct leased *due)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);

    if (fetch == NULL)
        return;
    fetch->fetches = fetches;
    fetch->workspace = due->workspace;
    fetch->arena = arena_new(FETCH_MEMORY_BYTES);
    fetches->count++;
    const struct pg_scope scope = {fetches->settings.app, fetch->arena, due->workspace};
    if (fetch->arena == NULL ||
        completion_load(&scope, due->id, fetches->settings.lease, pg_deadline_in(DATABASE_MS),
                        &fetch->row) != PG_OK ||
        fetch->row == NULL) {
        release(fetch);
        return;
    }
    const char *why = begin(fetches, fetch);
    if (why != NULL) {
        put_off(fetches, fetch, why);
        return;
    }
    fetch->next = fetches->sent;
    fetches->sent = fetch;
}

void fetches_look(struct fetches *fetches)
{
    const struct lease_claim claim = {fetches->settings.lease, pg_deadline_in(DATABASE_MS),
                                      AT_ONCE_MAX - fetches->count};
    struct leased due[AT_ONCE_MAX];
    size_t count = 0;

    if (claim.max > 0 && completion_claim(fetches->settings.job, &claim, due, &count) == PG_OK)
        for (size_t i = 0; i < count; i++)
            take_due(fetches, &due[i]);
}

/* ---- life ---- */

struct fetches *fetches_new(const struct fetches_settings *settings)
{
    struct fetches *fetches = calloc(1, sizeof *fetches);

    if (fetches == NULL)
        return NULL;
    fetches->settings = *settings;
    pthread_mutex_init(&fetches->lock, NULL);
    pthread_cond_init(&fetches->changed, NULL);
    return fetches;
}

void fetches_free(struct fetches *fetches)
{
    if (fetches == NULL)
        return;
    for (struct fetch *next, *fetch = fetches->sent; fetch != NULL; fetch = next) {
        next = fetch->next;
        attempt_drop(&fetch->attempt, fetches->settings.multi);
        release(fetch);
    }
    pthread_mutex_lock(&fetches->lock);
    while (fetches->in_lane > 0) /* every job is answered, if only that it cannot be done */
        pthread_cond_wait(&fetches->changed, &fetches->lock);
    pthread_mutex_unlock(&fetches->lock);
    for (struct fetch *next, *fetch = take_answered(fetches); fetch != NULL; fetch = next) {
        next = fetch->next;
        release(fetch);
    }
    pthread_cond_destroy(&fetches->changed);
    pthread_mutex_destroy(&fetches->lock);
    free(fetches);
}

#include "service.h"

#include "http/request_refuse.h"

#include "api/caller.h"
#include "api/inbound_api.h"
#include "api/limit.h"
#include "api/sessions_api.h"
#include "api/unsubscribe_api.h"
#include "background.h"
#include "cli/cli.h"
#include "delivery/courier.h"
#include "delivery/feed.h"
#include "gauges.h"
#include "http/httpd.h"
#include "http/log.h"
#include "http/metrics.h"
#include "http/rate_limit.h"
#include "http/task.h"
#include "jobs.h"
#include "running.h"

#include "base/json_tree.h"
#include "base/text/unicode.h"
#include "store/pg/migrate.h"
#include "store/read/sessions.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Streams, and reads that wait, may take up this part of all connections, or of all that wait. */
#define LISTENERS_PART 2

struct service {
    struct config_cache *cache;
    struct feed *feed;
    struct courier *_Atomic courier; /* NULL until it runs */
    struct lanes *lanes;
    struct readers *readers;
    struct jobs *jobs;
    struct gauges *gauges;
    struct background *background;
    struct background *imports; /* runs them beside all other jobs */
    struct httpd *httpd;
    atomic_bool *ending;        /* the caller's; may be NULL */
    _Atomic int64_t give_up_at; /* when all work with the database is given up; pg_now_ms() */
    struct limiter limiter;
};

/* Every session that opens repeats the warning about the login: once is enough. */
static void log_warning(const struct pg_error *warning)
{
    static atomic_flag was_said = ATOMIC_FLAG_INIT;

    if (!atomic_flag_test_and_set(&was_said))
        log_event(LOG_LEVEL_WARN, "database", "%s", warning->text);
}

/* The text comes from connecting and from scripts, and has no row values. */
static void log_database(void *context, const struct pg_error *error)
{
    (void)context;
    if (error->status == PG_OK)
        log_warning(error);
    else if (error->status == PG_SEALED)
        log_event(LOG_LEVEL_ERROR, "secrets", "%s", error->text);
    else
        log_event(LOG_LEVEL_INFO, "database", "%s, SQLSTATE %s, constraint %s, statement %s%s%s",
                  pg_status_name(error->status), error->sqlstate, error->constraint,
                  error->statement == NULL ? "" : error->statement,
                  error->text[0] == '\0' ? "" : ": ", error->text);
}

static void forget_database(void *context)
{
    config_cache_forget(((struct service *)context)->cache);
}

static struct pg_settings database_of(struct service *service, const struct settings *settings,
                                      const char *role)
{
    const char *url = strcmp(role, ROLE_JOB) == 0 && settings->job_url[0] != '\0'
                          ? settings->job_url
                          : settings->database_url;

    return (struct pg_settings){.conninfo = url,
                                .role = role,
                                .log = log_database,
                                .opened = forget_database,
                                .opened_context = service,
                                .give_up_at = &service->give_up_at};
}

/* ---- the backend of the HTTP edge ---- */

static enum auth_answer refuse_sender(struct request *r)
{
    request_refuse(r, ERR_UNAUTHENTICATED,
                   "Send \"Authorization: Bearer <key>\", or the source's signature");
    return AUTH_REFUSED;
}

static enum auth_answer refuse_lookup(struct request *r, enum err err)
{
    if (err == ERR_UNAVAILABLE)
        request_refuse(r, err,
                       "The database is out of reach: the key cannot be looked up. Try again");
    else
        request_refuse(r, err, "The key cannot be looked up now. Try again");
    return AUTH_REFUSED;
}

/* The newer of the cached configuration and the one that the request's lookup read, which the cache
 * may have dropped since. Belongs to the caller; NULL: neither. */
static const struct config *config_for(struct service *service, struct request *r)
{
    const struct config *cached = config_cache_get(service->cache, r->caller.workspace);
    const struct config *read = r->config;

    r->config = NULL;
    if (read == NULL || (cached != NULL && cached->version > read->version)) {
        config_release(read);
        return cached;
    }
    config_release(cached);
    return read;
}

/* Hands it to the request, which releases it. */
static void keep_config(struct request *r, const struct config *config)
{
    r->config = config;
    r->config_release = config_release;
}

/* By the signature of the body, with the secret that the source has now. */
static enum auth_answer authenticate_sender(struct service *service, struct request *r,
                                            const struct task *task)
{
    if (!task->looked_up)
        return inbound_workspace(r, &r->caller.workspace) ? AUTH_WAIT : refuse_sender(r);
    const struct config *config = config_for(service, r);
    if (config == NULL)
        return refuse_sender(r);
    enum auth_answer answer = inbound_authenticate(r, config);
    keep_config(r, config); /* also for AUTH_BODY, when the body is not there yet */
    return answer;
}

/* By what stands in the path. */
static enum auth_answer authenticate_token(struct service *service, struct request *r,
                                           const struct task *task)
{
    if (!task->looked_up && unsubscribe_workspace(r, &r->caller.workspace))
        return AUTH_WAIT;
    const struct config *config = task->looked_up ? config_for(service, r) : NULL;
    enum auth_answer answer = unsubscribe_authenticate(r, config);
    keep_config(r, config);
    return answer;
}

/* By a cookie or a link: the database says whose it is, each time. */
static enum auth_answer authenticate_session(struct service *service, struct request *r,
                                             struct task *task)
{
    r->caller.workspace = task->token->workspace;
    if (!task->looked_up)
        return AUTH_WAIT;
    const struct config *config = config_for(service, r);
    if (config == NULL || uuid_is_nil(task->session.id)) {
        config_release(config);
        request_refuse(r, ERR_UNAUTHENTICATED,
                       task->token->is_link ? "This link was used already, or is too old"
                                            : "This session has ended: sign in again");
        return AUTH_REFUSED;
    }
    if (caller_of_session(r, config, &task->session, &r->caller) == CALLER_KNOWN) {
        r->session = task->session.id;
        keep_config(r, config);
        return AUTH_OK;
    }
    config_release(config);
    return AUTH_REFUSED;
}

/* Memory that is short is noticed before anything is looked up, and at the end. */
static bool has_session(struct request *r, struct task *task)
{
    struct session_text text;

    if (task->token == NULL && sessions_token(r, &text)) {
        task->token = ARENA_NEW(r->arena, struct session_text);
        if (task->token != NULL)
            *task->token = text;
    }
    return task->token != NULL;
}

static enum auth_answer identify(struct service *service, struct request *r)
{
    struct task *task = task_of(r, service->lanes, service->readers);
    struct api_key_text key;

    if (task == NULL)
        return refuse_lookup(r, ERR_OUT_OF_MEMORY);
    task->feed = service->feed;
    task->rules = courier_rules(service->courier);
    task->mails = courier_mails(service->courier);
    if (task->lookup_err != ERR_NONE)
        return refuse_lookup(r, task->lookup_err);
    if (r->route->flags & ROUTE_TOKEN)
        return authenticate_token(service, r, task);
    if (has_session(r, task))
        return authenticate_session(service, r, task);
    bool by_sender = r->route->flags & ROUTE_BODY_AUTH;
    if (by_sender && !caller_sends_key(r, &key))
        return authenticate_sender(service, r, task);
    if (!by_sender && !caller_key(r, &key))
        return AUTH_REFUSED;
    r->caller.workspace = key.workspace;
    const struct config *config = config_for(service, r);
    if (config == NULL && !task->looked_up)
        return AUTH_WAIT;
    if (config == NULL) {
        request_refuse(r, ERR_UNAUTHENTICATED, "This key is not valid, or it was revoked");
        return AUTH_REFUSED;
    }
    enum caller_check check = caller_identify(r, config, &key, task->looked_up, &r->caller);
    if (check == CALLER_KNOWN) {
        keep_config(r, config);
        return AUTH_OK;
    }
    config_release(config);
    return check == CALLER_UNKNOWN ? AUTH_WAIT : AUTH_REFUSED;
}

static enum auth_answer authenticate(void *self, struct request *r)
{
    struct service *service = self;
    const struct limiter *limiter = &service->limiter;
    enum auth_answer answer = identify(service, r);
    const struct task *task = r->work;
    bool shows_key = r->authorization != NULL || (task != NULL && task->token != NULL);

    switch (answer) {
    case AUTH_OK:
        return limit_take(limiter, r) ? AUTH_OK : AUTH_REFUSED;
    case AUTH_WAIT:
        return !shows_key || limit_may_look_up(limiter, r) ? AUTH_WAIT : AUTH_REFUSED;
    case AUTH_REFUSED:
        if (shows_key && r->reply.err == ERR_UNAUTHENTICATED)
            limit_note_wrong(limiter, r);
        return AUTH_REFUSED;
    default:
        return answer;
    }
}

/* None is found: task->session stays without an id. */
static enum err find_session(struct request *r, struct task *task, struct reader *reader)
{
    const struct read read = {
        .pg = reader_pg(reader),
        .arena = r->arena,
        .workspace = task->token->workspace,
        .deadline = reader_deadline(reader),
    };
    enum err err = sessions_use(&read, task->token, r->received_at, &task->session);

    if (err == ERR_NOT_FOUND)
        task->session = (struct session){0};
    return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static void run_lookup(struct reader_job *job, struct reader *reader)
{
    struct task *task = job->owner;
    struct request *r = task->r;
    /* A configuration that was confirmed after the request arrived is new enough: many requests at
     * once then ask the database once, and a key that another process made before the request
     * arrived is found. */
    int64_t age_ms = pg_now_ms() - r->started_us / 1000;

    config_release(r->config);
    keep_config(r, NULL);
    task->lookup_err = reader_refresh(reader, r->caller.workspace, age_ms, &r->config);
    if (task->lookup_err == ERR_NONE && task->token != NULL)
        task->lookup_err = find_session(r, task, reader);
    task->looked_up = true;
    request_done(r);
}

static void give_up_lookup(struct reader_job *job)
{
    struct task *task = job->owner;

    task->lookup_err = ERR_OVERLOADED;
    request_done(task->r);
}

/* Whoever sends keys of workspaces that nobody knows has one share for all of them. */
static void look_up(void *self, struct request *r)
{
    struct service *service = self;
    struct task *task = r->work;
    const struct config *known = config_cache_get(service->cache, r->caller.workspace);

    task->reading = (struct reader_job){
        .run = run_lookup,
        .give_up = give_up_lookup,
        .owner = task,
        .workspace = known != NULL ? r->caller.workspace : (struct uuid){{0}},
        .cost = READ_BY_ID,
        .deadline_ms = r->deadline_us / 1000,
    };
    config_release(known);
    enum err err = readers_submit(service->readers, &task->reading);
    if (err == ERR_NONE)
        return;
    task->lookup_err = err;
    request_done(r);
}

static void start(void *self, struct request *r)
{
    (void)self;
    task_start(r->work);
}

static void store(void *self, struct request *r)
{
    (void)self;
    task_store(r->work);
}

static bool cancel(void *self, struct request *r)
{
    (void)self;
    return r->work != NULL && task_cancel(r->work);
}

static bool mail_link(void *self, const char *address, const char *client)
{
    return courier_mail_link(((struct service *)self)->courier, address, client);
}

static bool ready(void *self, const char **why)
{
    struct service *service = self;

    *why = jobs_database_trouble(service->jobs);
    return *why == NULL;
}

/* ---- metrics ---- */

#define LANE_METRIC(name)                                                                          \
    static int64_t lane_##name(void *self)                                                         \
    {                                                                                              \
        return atomic_load(&lanes_stats(((struct service *)self)->lanes)->name);                   \
    }

LANE_METRIC(groups)
LANE_METRIC(commands)
LANE_METRIC(reruns)
LANE_METRIC(splits)
LANE_METRIC(replays)
LANE_METRIC(failures)
LANE_METRIC(not_loadable)
LANE_METRIC(waiting)

static int64_t clock_jumps(void *self)
{
    return jobs_clock_jumps(((struct service *)self)->jobs);
}

static int64_t pulled_back(void *self)
{
    return jobs_pulled_back(((struct service *)self)->jobs);
}

static void register_metrics(struct service *service)
{
    metrics_register(METRIC_IS_COUNTER, "lane_groups_total", "Groups run", lane_groups, service);
    metrics_register(METRIC_IS_COUNTER, "lane_commands_total", "Commands in them", lane_commands,
                     service);
    metrics_register(METRIC_IS_COUNTER, "lane_reruns_total", "Groups run again", lane_reruns,
                     service);
    metrics_register(METRIC_IS_COUNTER, "lane_splits_total", "Groups split for one command",
                     lane_splits, service);
    metrics_register(METRIC_IS_COUNTER, "lane_replays_total",
                     "Groups run again after a COMMIT without answer", lane_replays, service);
    metrics_register(METRIC_IS_COUNTER, "lane_failures_total", "Commands that could not be decided",
                     lane_failures, service);
    metrics_register(METRIC_IS_COUNTER, "lane_not_loadable_total",
                     "Commands that could not be loaded: damaged rows, or a fault of ours",
                     lane_not_loadable, service);
    metrics_register(METRIC_IS_COUNTER, "outbound_delivered_total",
                     "Deliveries to subscriptions that arrived", courier_arrived, service->courier);
    metrics_register(METRIC_IS_COUNTER, "outbound_failed_total",
                     "Tries to deliver that did not arrive", courier_failed, service->courier);
    metrics_register(METRIC_IS_COUNTER, "clock_jumps_total",
                     "Times that the database's clock jumped by more than a minute", clock_jumps,
                     service);
    metrics_register(METRIC_IS_COUNTER, "jobs_pulled_back_total",
                     "Recurring jobs that were put off by a clock that was ahead", pulled_back,
                     service);
    gauges_register(service->gauges);
    metrics_register(METRIC_IS_GAUGE, "lane_waiting", "Commands that wait", lane_waiting, service);
}

/* ---- life ---- */

/* Those who listen, and those who are sent to. */
static void ledger_grew(void *self, struct uuid workspace)
{
    struct service *service = self;
    struct courier *courier = atomic_load(&service->courier);

    feed_signal(service->feed, workspace);
    if (courier != NULL)
        courier_signal(courier);
}

static bool start_store(struct service *service, const struct settings *settings,
                        const struct service_keys *keys)
{
    service->cache = config_cache_new(keys->secrets);
    if (service->cache == NULL)
        return false;
    service->feed = feed_start(&(struct feed_settings){
        .database = database_of(service, settings, ROLE_APP),
        .cache = service->cache,
        .listeners_max = settings->connections_max / LISTENERS_PART,
        .waits_max = settings->waiting_max * settings->http_threads / LISTENERS_PART,
    });
    if (service->feed == NULL)
        return false;
    service->lanes = lanes_start(&(struct lanes_settings){
        .database = database_of(service, settings, ROLE_APP),
        .cache = service->cache,
        .workers = settings->workers,
        .group_max = settings->group_max,
        .wrote = ledger_grew,
        .wrote_context = service,
    });
    service->readers = readers_start(&(struct readers_settings){
        .database = database_of(service, settings, ROLE_APP),
        .cache = service->cache,
        .threads = settings->readers,
    });
    if (service->lanes == NULL || service->readers == NULL)
        return false;
    service->limiter = (struct limiter){
        .limits = rate_limits_new(),
        .key_quota = settings->key_rate,
        .wrong_quota = settings->wrong_key_rate,
    };
    if (service->limiter.limits == NULL ||
        !address_rules_read(settings->proxies, &service->limiter.proxies))
        return false;
    service->gauges = gauges_new();
    if (service->gauges == NULL)
        return false;
    service->jobs = jobs_start(&(struct jobs_settings){
        .database = database_of(service, settings, ROLE_JOB),
        .app = database_of(service, settings, ROLE_APP),
        .lanes = service->lanes,
        .signing_key = keys->signing,
        .gauges = service->gauges,
    });
    struct address_rules rules;
    if (!address_rules_read(settings->delivery_allow, &rules))
        return false;
    service->courier = courier_start(&(struct courier_settings){
        .app = database_of(service, settings, ROLE_APP),
        .job = database_of(service, settings, ROLE_JOB),
        .cache = service->cache,
        .lanes = service->lanes,
        .rules = rules,
        .signing_key = keys->signing,
        .mail = {settings->smtp_url, settings->mail_from, settings->public_url,
                 settings->smtp_plain},
    });
    struct background_settings background = {
        .app = database_of(service, settings, ROLE_APP),
        .job = database_of(service, settings, ROLE_JOB),
        .lanes = service->lanes,
        .cache = service->cache,
    };
    service->background = background_start(&background);
    background.imports = true;
    service->imports = background_start(&background);
    return service->jobs != NULL && service->courier != NULL && service->background != NULL &&
           service->imports != NULL;
}

static bool start_edge(struct service *service, const struct settings *settings,
                       const struct backend *backend)
{
    char why[HTTPD_WHY_MAX_BYTES] = "";
    struct httpd_settings edge = httpd_defaults;

    edge.host = settings->listen_host;
    edge.port = settings->listen_port;
    edge.cors_origins = settings->cors_origins;
    edge.threads = settings->http_threads;
    edge.connections_max = settings->connections_max;
    edge.waiting_max = settings->waiting_max;
    edge.request_timeout_ms = settings->request_timeout_ms;
    edge.head_timeout_ms = settings->client_timeout_ms;
    edge.body_timeout_ms = settings->client_timeout_ms;
    edge.drain_timeout_ms = settings->drain_timeout_ms;
    service->httpd = httpd_start(&edge, routes, routes_count, backend, why);
    if (service->httpd == NULL)
        log_event(LOG_LEVEL_ERROR, "start", "%s", why);
    else
        log_event(LOG_LEVEL_INFO, "listening", "http://%s:%u", settings->listen_host,
                  (unsigned)httpd_port(service->httpd));
    return service->httpd != NULL;
}

static void wait_for_the_end(void)
{
    sigset_t ends;
    int number;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP); /* the terminal is gone; under nohup the signal is ignored */
    while (sigwait(&ends, &number) != 0)
        continue;
    log_event(LOG_LEVEL_INFO, "ending", "SIG%s", sigabbrev_np(number));
}

/* Requests that the drain did not finish are given up. */
static void stop(struct service *service, const struct settings *settings)
{
    atomic_store(&service->give_up_at, pg_deadline_in(settings->drain_timeout_ms));
    if (service->feed != NULL)
        feed_drain(service->feed);
    if (service->httpd != NULL)
        httpd_stop(service->httpd);
    if (service->ending != NULL)
        atomic_store(service->ending, true);
    jobs_stop(service->jobs);
    background_stop(service->background);
    background_stop(service->imports);
    struct courier *courier = atomic_exchange(&service->courier, NULL);
    courier_stop(courier);
    readers_stop(service->readers);
    lanes_stop(service->lanes);
    feed_stop(service->feed);
    if (service->httpd != NULL)
        httpd_free(service->httpd);
    gauges_free(service->gauges);
    rate_limits_free(service->limiter.limits);
    config_cache_free(service->cache);
}

/* Without the note it serves all the same. */
static void note_self(const struct service *service, const struct settings *settings,
                      struct running *self)
{
    running_url(settings->listen_host, httpd_port(service->httpd), self->url);
    if (settings->run_directory[0] != '\0' && !running_note(settings->run_directory, self))
        log_event(LOG_LEVEL_WARN, "start", "cannot note in %s that this server runs: %s",
                  settings->run_directory, strerror(errno));
}

int service_run(const struct settings *settings, const struct service_keys *keys,
                struct running *self, atomic_bool *ending)
{
    struct service service = {.ending = ending, .give_up_at = INT64_MAX};
    const struct backend backend = {
        .self = &service,
        .authenticate = authenticate,
        .look_up = look_up,
        .start = start,
        .store = store,
        .cancel = cancel,
        .mail_link = mail_link,
        .ready = ready,
    };
    int code = CLI_FAILED;

    json_object_seed(0);
    json_tree_prepare();
    if (!unicode_open()) {
        log_event(LOG_LEVEL_ERROR, "start", "memory is short");
        return code;
    }
    log_set(settings->log_level, settings->log_level <= LOG_LEVEL_INFO);
    if (keys->signing == NULL)
        log_event(LOG_LEVEL_WARN, "start",
                  "no checkpoints are signed: set BATON_SIGNING_KEY_FILE, `baton signing-key "
                  "create FILE` makes one");
    if (!start_store(&service, settings, keys)) {
        log_event(LOG_LEVEL_ERROR, "start", "memory or threads are short");
    } else {
        register_metrics(&service);
        if (start_edge(&service, settings, &backend)) {
            note_self(&service, settings, self);
            wait_for_the_end();
            running_forget(settings->run_directory, self->process);
            code = CLI_OK;
        }
    }
    stop(&service, settings);
    return code;
}

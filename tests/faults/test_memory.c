/*
 * Memory runs out: each allocation of the server fails in turn, once, and with all that follow it
 * for a moment, while every kind of request is worked on. Nothing may crash, hang or leak, no
 * answer may say what is not so, and the same request sent again must work.
 *
 * A shim that is preloaded (malloc_shim.c) counts and fails; the sanitizers exclude it, so the
 * server is a plain build here. The quick form takes a sample of each request's allocations that
 * differs from case to case, BATON_LONG=1 takes all of them. BATON_MEMORY_CASE names one request
 * and BATON_MEMORY_N one allocation, to look into a finding.
 */
#include "invariants.h"
#include "malloc_control.h"
#include "mql_file.h"
#include "suite.h"

#include "base/digest.h"
#include "store/pg/pg.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WARM_UP        3
#define SAMPLES        12 /* of each request's allocations, once */
#define BURST_SAMPLES  2  /* the same with all that follow for a moment */
#define BURST_MS       60 /* that moment */
#define ALL            1000000
#define ANSWER_MS      5000  /* for an answer, or the end of the connection */
#define DECIDED_MS     10000 /* for a decided answer when memory is there again */
#define JOBS_END_MS    60000 /* for what is done in the background */
#define RECEIPT_MS     20000 /* for the checkpoint that a receipt waits for */
#define SETTLE_WAIT_MS 1000
#define SETTLED_AFTER  4  /* looks, a millisecond apart, that see the same */
#define LEAK_REPEATS   5  /* what grows each time leaks */
#define RENEW_AFTER    20 /* trials of what makes the configuration of a workspace longer */
#define FINDINGS_MAX   40
#define LOG_SHOWN      600  /* bytes */
#define TEXT_MAX       512  /* bytes */
#define BODY_MAX       2048 /* bytes */
#define ID_MAX         80   /* bytes */
#define HEADERS_MAX    512  /* bytes */
#define SIGNATURE_MAX  (sizeof "X-Signature: " + 2 * DIGEST_BYTES)
#define SECRET         "a secret of both sides"

static struct trial trial;
static struct malloc_control *control;
static char control_path[64];
static int numbers; /* makes people, events and keys differ */
static int findings;

enum who { NOBODY, MARKETING, SALES, ANA, SAM, STRANGER };

/* A workspace and what stands in it for the reads. */
struct scene {
    char keys[STRANGER + 1][TRIAL_KEY_MAX];
    char lead[ID_MAX];
    char source[ID_MAX];
    char hmac_source[ID_MAX];
    char other[ID_MAX];    /* a second lead of `before` */
    char answered[ID_MAX]; /* a handoff, with its receipt; of the trial's scene alone */
};

static struct scene scenes[2]; /* the trial's; and one that is made anew now and then */

struct request_case {
    const char *name;
    const char *method;
    const char *target; /* $n: a number, $id: what `before` found, $lead …: the scene's */
    const char *body;
    const char *header;
    enum who as;
    int status;
    bool configures; /* makes the configuration longer: in a workspace of its own */
    bool same_body;  /* answers the same bytes each time */
    bool is_signed;  /* by the body's HMAC instead of a key */
    void (*before)(struct scene *scene, char id[ID_MAX]);
    void (*after)(struct scene *scene);
};

/* ---- clean requests ---- */

static void fill_in(const struct scene *scene, const char *id, const char *format, char *out,
                    size_t size)
{
    static const char *const names[] = {"$id",       "$lead",  "$source", "$hmac",
                                        "$answered", "$other", "$n"};
    char number[16];
    const char *const values[] = {
        id, scene->lead, scene->source, scene->hmac_source, scene->answered, scene->other, number};
    const size_t count = sizeof names / sizeof *names;
    size_t len = 0;

    snprintf(number, sizeof number, "%d", numbers);
    while (*format != '\0' && len + ID_MAX < size) {
        size_t which = 0;
        while (which < count && strncmp(format, names[which], strlen(names[which])) != 0)
            which++;
        if (which == count) {
            out[len++] = *format++;
            continue;
        }
        len += (size_t)snprintf(out + len, size - len, "%s", values[which]);
        format += strlen(names[which]);
    }
    out[len] = '\0';
}

/* Does what must work now; the text at this path of the answer's members, "" without one. */
static void do_clean(struct scene *scene, enum who as, const char *target, const char *body,
                     const char *object, const char *member, char out[ID_MAX])
{
    char path[TEXT_MAX], content[BODY_MAX];
    struct answer answer;
    struct client *client = client_new(service_url(trial.services[0]));

    numbers++;
    fill_in(scene, out, target, path, sizeof path);
    fill_in(scene, out, body, content, sizeof content);
    client_call(
        client,
        &(struct call){.method = "POST", .target = path, .token = scene->keys[as], .body = content},
        &answer);
    ck_assert_msg(answer.status < 300, "%s: %d %s", path, answer.status, answer.body);
    const json_t *from = object == NULL ? answer.json : json_object_get(answer.json, object);
    if (member != NULL) {
        const char *text = json_string_value(json_object_get(from, member));
        ck_assert_msg(text != NULL, "%s: no %s in %s", path, member, answer.body);
        snprintf(out, ID_MAX, "%s", text);
    }
    answer_release(&answer);
    client_free(client);
}

#define LEAD                                                                                       \
    "{\"email\":\"m$n@memory.example\",\"attributes\":{\"company.employees\":120,"                 \
    "\"seniority\":\"vp\"},\"touch\":{\"kind\":\"demo_requested\",\"source\":\"google\","          \
    "\"event_id\":\"m$n\"}}"

static void offered(struct scene *scene, char id[ID_MAX])
{
    do_clean(scene, MARKETING, "/v1/leads", LEAD, "handoff", "id", id);
}

static void accepted(struct scene *scene, char id[ID_MAX])
{
    offered(scene, id);
    do_clean(scene, SAM, "/v1/handoffs/$id/accept", "{}", NULL, NULL, id);
}

/* A lead that nobody has to answer for. */
static void captured(struct scene *scene, char id[ID_MAX])
{
    do_clean(scene, MARKETING, "/v1/leads", "{\"email\":\"u$n@memory.example\"}", "lead", "id", id);
}

static void captured_two(struct scene *scene, char id[ID_MAX])
{
    captured(scene, scene->other);
    captured(scene, id);
}

/* Stored and not mapped, since there is no person in it. */
static void delivered(struct scene *scene, char id[ID_MAX])
{
    do_clean(scene, MARKETING, "/v1/inbound/$source", "{\"id\":\"d$n\"}", NULL, "delivery_id", id);
}

#define SRL                                                                                        \
    "{\"term\":\"srl\",\"title\":\"Ready\",\"statement\":\"Asked for it\",\"criteria\":["          \
    "{\"id\":\"asked\",\"title\":\"Asked for a demonstration\",\"kind\":\"readiness\","            \
    "\"required\":true,\"test\":{\"touches\":{\"kind\":[\"demo_requested\"],\"within_days\":30},"  \
    "\"op\":\"gte\",\"value\":1}}],\"thresholds\":{},\"reasons\":[{\"code\":\"spam\","             \
    "\"title\":\"Spam\",\"about\":\"process\",\"then\":\"disqualify\"}]}"

/* The number of the newest version; its hash in `hash`. */
static long long newest(struct scene *scene, char hash[ID_MAX])
{
    struct answer answer;
    struct client *client = client_new(service_url(trial.services[0]));

    client_call(
        client,
        &(struct call){.method = "GET", .target = "/v1/definitions/srl", .token = scene->keys[ANA]},
        &answer);
    const json_t *versions = json_object_get(answer.json, "versions");
    long long number = 0;
    for (size_t i = 0; i < json_array_size(versions); i++) {
        const json_t *version = json_array_get(versions, i);
        long long its = json_integer_value(json_object_get(version, "version"));
        const char *its_hash = json_string_value(json_object_get(version, "content_hash"));
        if (its <= number)
            continue;
        number = its;
        snprintf(hash, ID_MAX, "%s", its_hash == NULL ? "" : its_hash);
    }
    answer_release(&answer);
    client_free(client);
    return number;
}

static void drafted(struct scene *scene, char id[ID_MAX])
{
    char hash[ID_MAX];

    do_clean(scene, ANA, "/v1/definitions/srl/versions", SRL, NULL, NULL, id);
    snprintf(id, ID_MAX, "%lld", newest(scene, hash));
}

/* id: "7/sign" is the path's end; the hash goes to the scene's source. */
static void proposed(struct scene *scene, char id[ID_MAX])
{
    char number[ID_MAX];

    drafted(scene, number);
    do_clean(scene, ANA, "/v1/definitions/srl/versions/$id/propose", "{}", NULL, NULL, number);
    snprintf(id, ID_MAX, "%lld", newest(scene, scene->source));
}

/* So that there can be another draft. */
static void propose_newest(struct scene *scene)
{
    char id[ID_MAX], hash[ID_MAX];

    snprintf(id, ID_MAX, "%lld", newest(scene, hash));
    do_clean(scene, ANA, "/v1/definitions/srl/versions/$id/propose", "{}", NULL, NULL, id);
}

static void decline_newest(struct scene *scene)
{
    char id[ID_MAX], hash[ID_MAX];

    snprintf(id, ID_MAX, "%lld", newest(scene, hash));
    do_clean(scene, ANA, "/v1/definitions/srl/versions/$id/decline", "{\"note\":\"no\"}", NULL,
             NULL, id);
}

static void propose_and_decline(struct scene *scene)
{
    propose_newest(scene);
    decline_newest(scene);
}

/* What was asked for in the background is over, so that there is room for more of it. */
static void jobs_ended(struct scene *scene)
{
    static const char *const states[] = {"queued", "running"};
    int64_t give_up = pg_deadline_in(JOBS_END_MS);
    struct client *client = client_new(service_url(trial.services[0]));
    size_t waiting = 0;

    do {
        struct answer answer;
        waiting = 0;
        client_call(
            client,
            &(struct call){.method = "GET", .target = "/v1/jobs", .token = scene->keys[ANA]},
            &answer);
        const json_t *jobs = json_object_get(answer.json, "data");
        ck_assert_msg(json_is_array(jobs), "%s", answer.body);
        for (size_t i = 0; i < json_array_size(jobs); i++)
            for (size_t k = 0; k < 2; k++)
                waiting +=
                    strcmp(json_string_value(json_object_get(json_array_get(jobs, i), "state")),
                           states[k]) == 0;
        ck_assert_msg(waiting == 0 || pg_now_ms() < give_up, "%s", answer.body);
        answer_release(&answer);
        poll(NULL, 0, waiting > 0 ? 5 : 0);
    } while (waiting > 0);
    client_free(client);
}

/* ---- every kind of request ---- */

static const struct request_case cases[] = {
    {.name = "capture",
     .method = "POST",
     .target = "/v1/leads",
     .body = LEAD,
     .as = MARKETING,
     .status = 201},
    {.name = "letters", /* what ICU has to say of */
     .method = "POST",
     .target = "/v1/leads",
     .body = "{\"email\":\"Ju\xcc\x88rgen \xe2\x80\x8b<JU\xcc\x88RGEN$n@B\xc3\xbc"
             "cher.example>\"}",
     .as = MARKETING,
     .status = 201},
    {.name = "merge",
     .method = "POST",
     .target = "/v1/leads",
     .body =
         "{\"email\":\"lead@memory.example\",\"attributes\":{\"company.employees\":$n},\"touch\":"
         "{\"kind\":\"form_submitted\",\"source\":\"google\",\"event_id\":\"g$n\"}}",
     .as = MARKETING,
     .status = 200},
    {.name = "touch",
     .method = "POST",
     .target = "/v1/leads/$lead/touches",
     .body = "{\"kind\":\"form_submitted\",\"source\":\"google\",\"event_id\":\"t$n\"}",
     .as = MARKETING,
     .status = 201},
    {.name = "batch",
     .method = "POST",
     .target = "/v1/leads/batch",
     .body = "{\"leads\":[{\"email\":\"b$n@memory.example\"},{\"email\":\"nobody\"},"
             "{\"email\":\"c$n@memory.example\",\"attributes\":{\"company.employees\":120}}]}",
     .as = MARKETING,
     .status = 200},
    {.name = "claim",
     .method = "POST",
     .target = "/v1/handoffs/claim",
     .body = "{\"team\":\"sales\",\"limit\":1}",
     .as = SAM,
     .status = 200,
     .before = offered},
    {.name = "accept",
     .method = "POST",
     .target = "/v1/handoffs/$id/accept",
     .body = "{}",
     .as = SAM,
     .status = 200,
     .before = offered},
    {.name = "reject",
     .method = "POST",
     .target = "/v1/handoffs/$id/reject",
     .body = "{\"reason\":\"spam\",\"note\":\"no\"}",
     .as = SAM,
     .status = 200,
     .before = offered},
    {.name = "qualify",
     .method = "POST",
     .target = "/v1/handoffs/$id/qualify",
     .body = "{}",
     .as = SAM,
     .status = 200,
     .before = accepted},
    {.name = "inbound",
     .method = "POST",
     .target = "/v1/inbound/$source",
     .body = "{\"contact\":{\"email\":\"i$n@memory.example\",\"size\":120},\"id\":\"i$n\"}",
     .as = MARKETING,
     .status = 202},
    {.name = "lead",
     .method = "GET",
     .target = "/v1/leads/$lead",
     .as = ANA,
     .status = 200,
     .same_body = true},
    {.name = "leads",
     .method = "GET",
     .target = "/v1/leads?email=lead@memory.example",
     .as = ANA,
     .status = 200,
     .same_body = true},
    {.name = "timeline",
     .method = "GET",
     .target = "/v1/leads/$lead/timeline?limit=5",
     .as = ANA,
     .status = 200},
    {.name = "attribution",
     .method = "GET",
     .target = "/v1/attribution?milestone=mql&model=first&by=source",
     .as = ANA,
     .status = 200},
    {.name = "definition",
     .method = "GET",
     .target = "/v1/definitions/mql/versions/1",
     .as = ANA,
     .status = 200,
     .same_body = true},
    {.name = "compressed",
     .method = "GET",
     .target = "/v1/definitions/mql/versions/1",
     .header = "Accept-Encoding: gzip",
     .as = ANA,
     .status = 200,
     .same_body = true},
    {.name = "known",
     .method = "GET",
     .target = "/v1/definitions/mql/versions/1",
     .header = "If-None-Match: *",
     .as = ANA,
     .status = 304,
     .same_body = true},
    {.name = "me",
     .method = "GET",
     .target = "/v1/me",
     .as = SAM,
     .status = 200,
     .same_body = true},
    {.name = "unknown key", .method = "GET", .target = "/v1/me", .as = STRANGER, .status = 401},
    {.name = "unknown lead",
     .method = "GET",
     .target = "/v1/leads/0198c0de-0000-7000-8000-000000000000",
     .as = ANA,
     .status = 404},
    {.name = "no JSON",
     .method = "POST",
     .target = "/v1/leads",
     .body = "{\"email\":",
     .as = MARKETING,
     .status = 400},
    {.name = "faulty",
     .method = "POST",
     .target = "/v1/leads",
     .body = "{\"email\":7,\"colour\":\"red\"}",
     .as = MARKETING,
     .status = 400},
    {.name = "undecidable",
     .method = "POST",
     .target = "/v1/handoffs/0198c0de-0000-7000-8000-000000000000/accept",
     .body = "{}",
     .as = SAM,
     .status = 404},
    {.name = "key",
     .method = "POST",
     .target = "/v1/keys",
     .body = "{\"title\":\"k$n\",\"team\":\"marketing\",\"roles\":[\"capture\"]}",
     .as = ANA,
     .status = 201,
     .configures = true},
    {.name = "calendar",
     .method = "PUT",
     .target = "/v1/teams/marketing/calendar",
     .body = "{\"time_zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"17:00\"]]},"
             "\"holidays\":[\"2026-12-25\"]}",
     .as = ANA,
     .status = 200,
     .configures = true},
    {.name = "draft",
     .method = "POST",
     .target = "/v1/definitions/srl/versions",
     .body = SRL,
     .as = ANA,
     .status = 201,
     .configures = true,
     .after = propose_and_decline},
    {.name = "propose",
     .method = "POST",
     .target = "/v1/definitions/srl/versions/$id/propose",
     .body = "{}",
     .as = ANA,
     .status = 200,
     .configures = true,
     .before = drafted,
     .after = decline_newest},
    {.name = "sign",
     .method = "POST",
     .target = "/v1/definitions/srl/versions/$id/sign",
     .body = "{\"content_hash\":\"$source\"}",
     .as = SAM,
     .status = 200,
     .configures = true,
     .before = proposed,
     .after = decline_newest},
    {.name = "facts",
     .method = "POST",
     .target = "/v1/leads/$lead/facts",
     .body = "{\"facts\":{\"budget\":{\"value\":$n,\"evidence\":\"said so\"}}}",
     .as = SAM,
     .status = 200},
    {.name = "override",
     .method = "POST",
     .target = "/v1/leads/$id/override",
     .body = "{\"term\":\"mql\",\"result\":\"qualified\",\"note\":\"met them\"}",
     .as = ANA,
     .status = 200,
     .before = captured},
    {.name = "join",
     .method = "POST",
     .target = "/v1/leads/$other/merge",
     .body = "{\"from\":\"$id\"}",
     .as = ANA,
     .status = 200,
     .before = captured_two},
    {.name = "erase",
     .method = "POST",
     .target = "/v1/leads/$id/erase",
     .as = ANA,
     .status = 200,
     .before = captured},
    {.name = "feedback",
     .method = "POST",
     .target = "/v1/handoffs/$id/feedback",
     .body = "{\"rating\":4,\"note\":\"good\"}",
     .as = SAM,
     .status = 200,
     .before = accepted},
    {.name = "return",
     .method = "POST",
     .target = "/v1/handoffs/$id/return",
     .body = "{\"reason\":\"spam\"}",
     .as = SAM,
     .status = 200,
     .before = accepted},
    {.name = "signed inbound",
     .method = "POST",
     .target = "/v1/inbound/$hmac",
     .body = "{\"email\":\"s$n@memory.example\",\"id\":\"s$n\"}",
     .as = NOBODY,
     .status = 202,
     .is_signed = true},
    {.name = "replay",
     .method = "POST",
     .target = "/v1/deliveries/$id/replay",
     .body = "",
     .as = ANA,
     .status = 200,
     .before = delivered},
    {.name = "dry apply",
     .method = "POST",
     .target = "/v1/definitions/mql/versions/1/apply",
     .body = "{\"dry_run\":true}",
     .as = ANA,
     .status = 202,
     .after = jobs_ended},
    {.name = "back-test",
     .method = "POST",
     .target = "/v1/backtests",
     .body = "{\"term\":\"mql\",\"version\":1}",
     .as = ANA,
     .status = 202,
     .after = jobs_ended},
    {.name = "jobs", .method = "GET", .target = "/v1/jobs?limit=2", .as = ANA, .status = 200},
    {.name = "suggestions",
     .method = "GET",
     .target = "/v1/definitions/mql/suggestions",
     .as = ANA,
     .status = 200},
    {.name = "page",
     .method = "GET",
     .target = "/v1/definitions/mql/versions/1",
     .header = "Accept: text/html",
     .as = ANA,
     .status = 200,
     .same_body = true},
    {.name = "stages", .method = "GET", .target = "/v1/reports/stages", .as = ANA, .status = 200},
    {.name = "funnel",
     .method = "GET",
     .target = "/v1/reports/funnel?by=source",
     .as = ANA,
     .status = 200},
    {.name = "scoreboard",
     .method = "GET",
     .target = "/v1/reports/scoreboard",
     .as = ANA,
     .status = 200},
    {.name = "five-questions",
     .method = "GET",
     .target = "/v1/reports/five-questions",
     .as = ANA,
     .status = 200},
    {.name = "gaps", .method = "GET", .target = "/v1/reports/gaps", .as = ANA, .status = 200},
    {.name = "response_times",
     .method = "GET",
     .target = "/v1/reports/response-times",
     .as = ANA,
     .status = 200},
    {.name = "gaps_leads",
     .method = "GET",
     .target = "/v1/reports/gaps/leads?by=team&row=%5B%22sales%22%5D",
     .as = ANA,
     .status = 200},
    {.name = "table",
     .method = "GET",
     .target = "/v1/attribution?milestone=mql&model=last&by=source",
     .header = "Accept: text/csv",
     .as = ANA,
     .status = 200},
    {.name = "differences",
     .method = "GET",
     .target = "/v1/definitions/mql/versions/1/diff?against=1",
     .as = ANA,
     .status = 200,
     .same_body = true},
    {.name = "sources", .method = "GET", .target = "/v1/sources", .as = ANA, .status = 200},
    {.name = "problems",
     .method = "GET",
     .target = "/problems",
     .header = "Accept: text/html",
     .as = NOBODY,
     .status = 200,
     .same_body = true},
    {.name = "metrics", .method = "GET", .target = "/metrics", .as = NOBODY, .status = 200},
    {.name = "handoffs",
     .method = "GET",
     .target = "/v1/handoffs?state=offered&limit=3",
     .as = SAM,
     .status = 200},
    {.name = "answers",
     .method = "GET",
     .target = "/v1/feedback?limit=3",
     .as = ANA,
     .status = 200},
    {.name = "events", .method = "GET", .target = "/v1/events?limit=3", .as = ANA, .status = 200},
    {.name = "verdicts",
     .method = "GET",
     .target = "/v1/leads/$lead/verdicts",
     .as = ANA,
     .status = 200},
    {.name = "receipt",
     .method = "GET",
     .target = "/v1/handoffs/$answered/receipt",
     .as = ANA,
     .status = 200},
    {.name = "checkpoints",
     .method = "GET",
     .target = "/v1/ledger/checkpoints?limit=1",
     .as = ANA,
     .status = 200},
};

#define CASES (sizeof cases / sizeof *cases)

/* ---- a request under fault ---- */

/* A request as it is sent, and sent again. */
struct sent {
    const struct request_case *what;
    struct scene *scene;
    char id[ID_MAX];
    char target[TEXT_MAX], body[BODY_MAX], key[TEXT_MAX];
};

/* What the server has logged lately. */
static void show_log(void)
{
    char line[1024];
    FILE *log = fopen(service_log(trial.services[0]), "r");

    if (log != NULL && fseek(log, -LOG_SHOWN, SEEK_END) != 0)
        rewind(log);
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        printf("  %s", line);
    if (log != NULL)
        fclose(log);
}

static void finding(const struct sent *sent, long long n, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void finding(const struct sent *sent, long long n, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    printf("%s: allocation %lld, %s: ", sent->what->name, n, control->caller);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    show_log();
    ck_assert_int_lt(++findings, FINDINGS_MAX);
}

static void sign(const char *body, char out[SIGNATURE_MAX])
{
    struct digest_part part = {body, strlen(body)};
    uint8_t mac[DIGEST_BYTES];
    int len = snprintf(out, SIGNATURE_MAX, "X-Signature: ");

    digest_hmac((const uint8_t *)SECRET, strlen(SECRET), &part, 1, mac);
    for (size_t i = 0; i < DIGEST_BYTES; i++, len += 2)
        snprintf(out + len, SIGNATURE_MAX - (size_t)len, "%02x", mac[i]);
}

static bool is_write(const struct request_case *what)
{
    return strcmp(what->method, "GET") != 0;
}

static bool try_once(const struct sent *sent, struct answer *answer)
{
    char header[TEXT_MAX + 32], signature[SIGNATURE_MAX];
    struct client *client = client_new(service_url(trial.services[0]));

    snprintf(header, sizeof header, "Idempotency-Key: %s", sent->key);
    sign(sent->body, signature);
    bool writes = is_write(sent->what);
    const char *own = sent->what->is_signed ? signature : sent->what->header;
    bool answered = client_try(
        client,
        &(struct call){.method = sent->what->method,
                       .target = sent->target,
                       .token = sent->what->as == NOBODY ? NULL : sent->scene->keys[sent->what->as],
                       .body = sent->what->body != NULL ? sent->body : NULL,
                       .headers = {writes ? header : own, writes ? own : NULL}},
        answer);
    client_free(client);
    return answered;
}

static void prepare(struct sent *sent, const struct request_case *what, struct scene *scene)
{
    *sent = (struct sent){.what = what, .scene = scene};
    if (what->before != NULL)
        what->before(scene, sent->id);
    numbers++;
    snprintf(sent->key, sizeof sent->key, "memory-%d", numbers);
    fill_in(scene, sent->id, what->target, sent->target, sizeof sent->target);
    if (what->body != NULL)
        fill_in(scene, sent->id, what->body, sent->body, sizeof sent->body);
}

/* Names of its headers, in order: none may be missing because memory was. */
static void list_headers(const struct answer *answer, char out[HEADERS_MAX])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < answer->header_count && len < HEADERS_MAX - 1; i++)
        if (strcasecmp(answer->headers[i].name, "Connection") != 0 &&
            strcasecmp(answer->headers[i].name, "Idempotent-Replayed") != 0)
            len += (size_t)snprintf(out + len, HEADERS_MAX - len, "%s ", answer->headers[i].name);
}

struct wanted {
    char headers[HEADERS_MAX];
    char *body;
    long long allocations;
    long long growth; /* blocks that stay after it, of right */
};

static void check_answer(const struct sent *sent, const struct wanted *wanted, long long n,
                         const struct answer *answer)
{
    char headers[HEADERS_MAX];

    if (answer->status == 503) {
        if (answer_header(answer, "Retry-After") == NULL)
            finding(sent, n, "503 without Retry-After");
        if (answer->json == NULL)
            finding(sent, n, "503 with a body that is no JSON: %s", answer->body);
        return;
    }
    if (answer->status != sent->what->status) {
        finding(sent, n, "answered %d: %s", answer->status, answer->body);
        return;
    }
    list_headers(answer, headers);
    if (strcmp(headers, wanted->headers) != 0)
        finding(sent, n, "headers %sinstead of %s", headers, wanted->headers);
    if (sent->what->same_body && strcmp(answer->body, wanted->body) != 0)
        finding(sent, n, "%s instead of %s", answer->body, wanted->body);
}

/* With memory again: decided as it should be, and as it was if it was. */
static void repeat(const struct sent *sent, long long n, const struct answer *before)
{
    int64_t give_up = pg_deadline_in(DECIDED_MS);
    bool was_decided = before != NULL && before->status == sent->what->status;
    struct answer answer = {0};

    while (!try_once(sent, &answer) || answer.status == 503) {
        answer_release(&answer);
        if (kill(service_pid(trial.services[0]), 0) != 0 || pg_now_ms() > give_up) {
            finding(sent, n, "no answer when it is repeated");
            ck_abort_msg("the server is gone or hangs");
        }
        poll(NULL, 0, 5);
    }
    if (answer.status != sent->what->status)
        finding(sent, n, "the repeat answers %d: %s", answer.status, answer.body);
    else if (was_decided && is_write(sent->what) && answer.status < 300 &&
             strcmp(answer.body, before->body) != 0)
        finding(sent, n, "the repeat answers %s instead of %s", answer.body, before->body);
    if (sent->scene == &scenes[0] && sent->what->body != NULL && sent->what->as != NOBODY &&
        answer.status < 300)
        journal_keep(trial.journal,
                     &(struct write){.target = sent->target,
                                     .token = sent->scene->keys[sent->what->as],
                                     .key = sent->key,
                                     .body = sent->body},
                     &answer);
    answer_release(&answer);
}

static void *disarm_soon(void *argument)
{
    (void)argument;
    poll(NULL, 0, BURST_MS);
    atomic_store(&control->armed, false);
    return NULL;
}

/* Blocks that live when nothing is going on. */
static long long live_blocks(void)
{
    int64_t give_up = pg_deadline_in(SETTLE_WAIT_MS);
    long long last = -1;

    for (int same = 0; same < SETTLED_AFTER && pg_now_ms() < give_up; same++) {
        long long now = atomic_load(&control->live);
        if (now != last)
            same = 0;
        last = now;
        poll(NULL, 0, 1);
    }
    return last;
}

static void arm(long long first, long long how_many)
{
    control->caller[0] = '\0';
    atomic_store(&control->count, 0);
    atomic_store(&control->failed, 0);
    atomic_store(&control->first, first);
    atomic_store(&control->how_many, how_many);
    atomic_store(&control->armed, true);
}

/* Whether the n-th allocation was reached; *growth: blocks that stay. */
static bool run_one(const struct request_case *what, struct scene *scene,
                    const struct wanted *wanted, long long n, long long how_many, long long *growth)
{
    struct sent sent;
    struct answer answer = {0};
    pthread_t burst;
    long long before = live_blocks();

    prepare(&sent, what, scene);
    arm(n, how_many);
    if (how_many > 1)
        ck_assert_int_eq(pthread_create(&burst, NULL, disarm_soon, NULL), 0);
    int64_t begun = pg_now_ms();
    bool answered = try_once(&sent, &answer);
    int64_t took = pg_now_ms() - begun;
    if (how_many > 1)
        pthread_join(burst, NULL);
    atomic_store(&control->armed, false);
    bool reached = atomic_load(&control->failed) > 0;
    if (took > ANSWER_MS)
        finding(&sent, n, "%lld ms until the answer", (long long)took);
    if (answered)
        check_answer(&sent, wanted, n, &answer);
    repeat(&sent, n, answered ? &answer : NULL);
    answer_release(&answer);
    if (what->after != NULL)
        what->after(scene);
    *growth = live_blocks() - before;
    return reached;
}

/* What grows more than without a fault, each time again. */
static void check_leak(const struct request_case *what, struct scene *scene,
                       const struct wanted *wanted, long long n, long long how_many)
{
    const struct sent sent = {.what = what};
    long long growth, least = ALL;

    for (int i = 0; i < LEAK_REPEATS; i++) {
        run_one(what, scene, wanted, n, how_many, &growth);
        if (growth <= wanted->growth)
            return;
        least = growth < least ? growth : least;
    }
    finding(&sent, n, "%lld blocks leak", least - wanted->growth);
}

/* ---- one kind of request ---- */

static void learn(const struct request_case *what, struct scene *scene, struct wanted *wanted)
{
    struct sent sent;
    struct answer answer;

    *wanted = (struct wanted){0};
    for (int i = 0; i < WARM_UP; i++) {
        long long before = live_blocks();
        prepare(&sent, what, scene);
        arm(0, 0);
        ck_assert_msg(try_once(&sent, &answer), "%s: no answer", what->name);
        atomic_store(&control->armed, false);
        ck_assert_msg(answer.status == what->status, "%s: %d %s", what->name, answer.status,
                      answer.body);
        if (atomic_load(&control->count) > wanted->allocations)
            wanted->allocations = atomic_load(&control->count);
        list_headers(&answer, wanted->headers);
        free(wanted->body);
        wanted->body = strdup(answer.body);
        repeat(&sent, 0, &answer);
        answer_release(&answer);
        if (what->after != NULL)
            what->after(scene);
        long long growth = live_blocks() - before;
        if (i > 0 && growth > wanted->growth)
            wanted->growth = growth;
    }
}

static void make_scene(struct scene *scene, const char *name);

static void starve(const struct request_case *what, long long samples, long long how_many)
{
    struct wanted wanted;
    struct scene *scene = &scenes[what->configures];
    long long growth;
    int done = 0;

    if (what->configures)
        make_scene(scene, what->name);
    learn(what, scene, &wanted);
    bool all = getenv("BATON_LONG") != NULL;
    long long stride = all || wanted.allocations <= samples ? 1 : wanted.allocations / samples;
    long long first = 1 + (long long)(what - cases) * 7 % stride;
    if (getenv("BATON_MEMORY_N") != NULL) /* one alone, to look into it */
        first = strtoll(getenv("BATON_MEMORY_N"), NULL, 10), stride = ALL;
    for (long long n = first; n <= wanted.allocations; n += stride) {
        if (!run_one(what, scene, &wanted, n, how_many, &growth))
            continue;
        if (growth > wanted.growth)
            check_leak(what, scene, &wanted, n, how_many);
        if (what->configures && ++done % RENEW_AFTER == 0)
            make_scene(scene, what->name);
    }
    printf("%s: %lld allocations, every %lldth%s\n", what->name, wanted.allocations, stride,
           how_many > 1 ? " and what follows" : "");
    free(wanted.body);
}

/* ---- the surroundings ---- */

static void map_control(void)
{
    snprintf(control_path, sizeof control_path, "/dev/shm/baton-malloc-%d", (int)getpid());
    int fd = open(control_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, sizeof *control), 0);
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(control, MAP_FAILED);
    close(fd);
}

static void furnish(struct scene *scene)
{
    snprintf(scene->keys[STRANGER], TRIAL_KEY_MAX, "%s", scene->keys[ANA]);
    char *last = &scene->keys[STRANGER][strlen(scene->keys[STRANGER]) - 1];
    *last = *last == 'a' ? 'b' : 'a';
    do_clean(scene, MARKETING, "/v1/leads", "{\"email\":\"lead@memory.example\"}", "lead", "id",
             scene->lead);
    do_clean(scene, ANA, "/v1/sources",
             "{\"name\":\"forms\",\"team\":\"marketing\",\"mapping\":{\"email\":\"/contact/"
             "email\",\"event_id\":\"/id\",\"attributes\":{\"company.employees\":\"/contact/"
             "size\"},\"touch\":{\"kind\":{\"value\":\"form_submitted\"}}}}",
             "source", "id", scene->source);
    do_clean(scene, ANA, "/v1/sources",
             "{\"name\":\"signed\",\"team\":\"marketing\",\"auth\":{\"scheme\":\"hmac_sha256\","
             "\"header\":\"X-Signature\",\"secret\":\"" SECRET "\"},\"mapping\":{\"email\":"
             "\"/email\",\"event_id\":\"/id\"}}",
             "source", "id", scene->hmac_source);
}

/* An answered handoff whose receipt can be had. */
static void await_receipt(struct scene *scene)
{
    int64_t give_up = pg_deadline_in(RECEIPT_MS);
    struct client *client = client_new(service_url(trial.services[0]));
    char target[TEXT_MAX];
    int status = 0;

    offered(scene, scene->answered);
    do_clean(scene, SAM, "/v1/handoffs/$id/accept", "{}", NULL, NULL, scene->answered);
    snprintf(target, sizeof target, "/v1/handoffs/%s/receipt", scene->answered);
    while (status != 200) {
        struct answer answer;
        client_call(client,
                    &(struct call){.method = "GET", .target = target, .token = scene->keys[ANA]},
                    &answer);
        status = answer.status;
        ck_assert_msg(status == 200 || pg_now_ms() < give_up, "%s", answer.body);
        answer_release(&answer);
        poll(NULL, 0, status == 200 ? 0 : 20);
    }
    client_free(client);
}

static enum who holder_of(const json_t *key)
{
    const char *member = json_string_value(json_object_get(key, "member"));
    const char *team = json_string_value(json_object_get(key, "team"));

    if (member != NULL)
        return member[0] == 'a' ? ANA : SAM;
    return strcmp(team, "marketing") == 0 ? MARKETING : SALES;
}

static void make_scene(struct scene *scene, const char *name)
{
    static char out[TRIAL_OUTPUT_MAX];
    char words[256];
    size_t i;
    json_t *key;

    snprintf(words, sizeof words,
             "workspace create %s-%d --marketing ana@acme.example --sales sam@acme.example "
             "--starter " MQL_FILE " --sign --json",
             name, ++numbers);
    ck_assert_int_eq(trial_baton(&trial, words, out), 0);
    json_t *made = json_loads(out, 0, NULL);
    ck_assert_msg(made != NULL, "no JSON: %s", out);
    json_array_foreach(json_object_get(made, "keys"), i, key)
        snprintf(scene->keys[holder_of(key)], TRIAL_KEY_MAX, "%s",
                 json_string_value(json_object_get(key, "token")));
    json_decref(made);
    furnish(scene);
}

static void setup(void)
{
    struct scene *scene = &scenes[0];

    map_control();
    /* one thread of each kind, so that what lives does not depend on who works */
    trial_begin(&trial,
                &(struct trial_options){.settings = {{"BATON_LOG_LEVEL", "info"},
                                                     {"LD_PRELOAD", getenv("BATON_MALLOC_SHIM")},
                                                     {MALLOC_CONTROL_VARIABLE, control_path},
                                                     {"BATON_WORKERS", "1"},
                                                     {"BATON_READERS", "1"},
                                                     {"BATON_REQUEST_TIMEOUT_MS", "15000"}}});
    memcpy(scene->keys[MARKETING], trial.marketing, TRIAL_KEY_MAX);
    memcpy(scene->keys[SALES], trial.sales, TRIAL_KEY_MAX);
    memcpy(scene->keys[ANA], trial.ana, TRIAL_KEY_MAX);
    memcpy(scene->keys[SAM], trial.sam, TRIAL_KEY_MAX);
    ck_assert_int_gt(atomic_load(&control->live), 0); /* else the shim is not in it */
    furnish(scene);
    await_receipt(scene);
}

static void teardown(void)
{
    trial_free(&trial);
    if (control != NULL)
        munmap(control, sizeof *control);
    unlink(control_path);
    control = NULL;
}

static bool is_chosen(const struct request_case *what)
{
    const char *only = getenv("BATON_MEMORY_CASE");

    return only == NULL || strcmp(only, what->name) == 0;
}

START_TEST(test_each_allocation_fails)
{
    for (size_t i = 0; i < CASES; i++)
        if (is_chosen(&cases[i]))
            starve(&cases[i], SAMPLES, 1);
    for (size_t i = 0; i < CASES; i++)
        if (is_chosen(&cases[i]))
            starve(&cases[i], BURST_SAMPLES, ALL);
    ck_assert_int_eq(findings, 0);
    invariants_check(&trial, INVARIANTS_OTHER_LEADS);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "short of memory");

    if (getenv("BATON_MALLOC_SHIM") == NULL)
        suite_skip_all("BATON_MALLOC_SHIM is not set");
    if (getenv("BATON_PLAIN_BINARY") != NULL)
        setenv("BATON_BINARY", getenv("BATON_PLAIN_BINARY"), 1);
    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_each_allocation_fails);
}

#include "journal.h"

#include "store/pg/pg.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_PAUSE_MS 2
#define HEADER_MAX     256 /* bytes */

struct kept {
    char *method, *target, *token, *key, *body;
    int status;
    char *answer;
    size_t answer_len;
    char lead[40]; /* "/lead/id" of a capture; "" */
};

struct journal {
    pthread_mutex_t mutex;
    struct kept *kept;
    size_t count, size;
    struct journal_counts counts;
};

/* The clients are threads, which libcheck cannot leave: the program ends. */
static _Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("tests: journal: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

struct journal *journal_new(void)
{
    struct journal *journal = calloc(1, sizeof *journal);

    if (journal == NULL)
        give_up("out of memory");
    pthread_mutex_init(&journal->mutex, NULL);
    return journal;
}

void journal_free(struct journal *journal)
{
    if (journal == NULL)
        return;
    for (size_t i = 0; i < journal->count; i++) {
        struct kept *kept = &journal->kept[i];
        free(kept->method);
        free(kept->target);
        free(kept->token);
        free(kept->key);
        free(kept->body);
        free(kept->answer);
    }
    free(journal->kept);
    pthread_mutex_destroy(&journal->mutex);
    free(journal);
}

static char *copy(const char *text)
{
    char *made = strdup(text == NULL ? "" : text);

    if (made == NULL)
        give_up("out of memory");
    return made;
}

static bool is_capture(const struct write *write)
{
    return strcmp(write->target, "/v1/leads") == 0;
}

static struct kept *next_kept(struct journal *journal)
{
    if (journal->count == journal->size) {
        journal->size = journal->size == 0 ? 256 : journal->size * 2;
        journal->kept = realloc(journal->kept, journal->size * sizeof *journal->kept);
        if (journal->kept == NULL)
            give_up("out of memory");
    }
    return &journal->kept[journal->count++];
}

void journal_keep(struct journal *journal, const struct write *write, const struct answer *answer)
{
    const json_t *lead = json_object_get(answer->json, "lead");
    const char *id = json_string_value(json_object_get(lead, "id"));
    bool ok = answer->status >= 200 && answer->status < 300;

    pthread_mutex_lock(&journal->mutex);
    struct kept *kept = next_kept(journal);
    *kept = (struct kept){
        .method = copy(write->method == NULL ? "POST" : write->method),
        .target = copy(write->target),
        .token = copy(write->token),
        .key = copy(write->key),
        .body = copy(write->body),
        .status = answer->status,
        .answer = copy(answer->body),
        .answer_len = answer->body_len,
    };
    if (ok && is_capture(write) && id != NULL)
        snprintf(kept->lead, sizeof kept->lead, "%s", id);
    journal->counts.acknowledged += ok;
    journal->counts.refused += !ok;
    journal->counts.captured += is_capture(write) && answer->status == 201;
    pthread_mutex_unlock(&journal->mutex);
}

/* ---- writing ---- */

static bool try_once(struct journal *journal, struct client *client, const struct write *write,
                     struct answer *answer)
{
    char header[HEADER_MAX];

    snprintf(header, sizeof header, "Idempotency-Key: %s", write->key);
    struct call call = {.method = write->method == NULL ? "POST" : write->method,
                        .target = write->target,
                        .token = write->token,
                        .body = write->body,
                        .headers = {header}};
    bool answered = client_try(client, &call, answer);
    if (answered && answer->status == 503 && answer_header(answer, "Retry-After") == NULL)
        give_up("%s %s: 503 without Retry-After: %s", call.method, call.target, answer->body);
    bool decided = answered && answer->status != 503;
    if (answered && !decided)
        answer_release(answer);
    pthread_mutex_lock(&journal->mutex);
    journal->counts.tries++;
    journal->counts.unanswered += !decided;
    pthread_mutex_unlock(&journal->mutex);
    return decided;
}

static void send_until_decided(struct journal *journal, struct client *client,
                               const struct write *write, struct answer *answer)
{
    int64_t begun = pg_now_ms();

    while (!try_once(journal, client, write, answer)) {
        if (pg_now_ms() - begun > JOURNAL_WAIT_MS)
            give_up("%s with key %s was not decided in %d ms", write->target, write->key,
                    JOURNAL_WAIT_MS);
        poll(NULL, 0, RETRY_PAUSE_MS);
    }
    int64_t took = pg_now_ms() - begun;
    pthread_mutex_lock(&journal->mutex);
    if (took > journal->counts.slowest_ms)
        journal->counts.slowest_ms = took;
    pthread_mutex_unlock(&journal->mutex);
}

static void check_same(const struct kept *kept, const struct answer *again)
{
    if (again->status != kept->status || again->body_len != kept->answer_len ||
        memcmp(again->body, kept->answer, kept->answer_len) != 0)
        give_up("%s %s with key %s answered %d %s\nand, repeated, %d %s", kept->method,
                kept->target, kept->key, kept->status, kept->answer, again->status, again->body);
}

static void repeat(struct journal *journal, struct client *client, const struct kept *kept)
{
    struct answer again;

    if (kept->key[0] == '\0')
        return;
    const struct write write = {kept->method, kept->target, kept->token, kept->key, kept->body};

    send_until_decided(journal, client, &write, &again);
    check_same(kept, &again);
    answer_release(&again);
}

/* A copy: the array may move while others write. */
static struct kept last_of_every(struct journal *journal, size_t every)
{
    struct kept kept = {0};

    pthread_mutex_lock(&journal->mutex);
    if (journal->count % every == 0)
        kept = journal->kept[journal->count - 1];
    pthread_mutex_unlock(&journal->mutex);
    return kept;
}

int journal_write(struct journal *journal, struct client *client, const struct write *write,
                  struct answer *out)
{
    struct answer answer;

    send_until_decided(journal, client, write, &answer);
    int status = answer.status;
    journal_keep(journal, write, &answer);
    if (out != NULL)
        *out = answer;
    else
        answer_release(&answer);
    struct kept kept = last_of_every(journal, JOURNAL_REPEAT_EVERY);
    if (kept.key != NULL)
        repeat(journal, client, &kept);
    return status;
}

/* ---- what was kept ---- */

struct journal_counts journal_counts(struct journal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    struct journal_counts counts = journal->counts;
    pthread_mutex_unlock(&journal->mutex);
    return counts;
}

void journal_repeat(struct journal *journal, struct client *client, size_t at_most)
{
    size_t step = at_most == 0 ? 1 : journal->count / at_most + 1;

    for (size_t i = 0; i < journal->count; i += step)
        repeat(journal, client, &journal->kept[i]);
}

void journal_each_capture(struct journal *journal, void (*visit)(void *context, const char *lead),
                          void *context)
{
    pthread_mutex_lock(&journal->mutex);
    for (size_t i = 0; i < journal->count; i++)
        if (journal->kept[i].lead[0] != '\0')
            visit(context, journal->kept[i].lead);
    pthread_mutex_unlock(&journal->mutex);
}

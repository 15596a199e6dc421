#include "load.h"

#include "store/pg/pg.h"

#include <check.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX    512 /* bytes */
#define TEXT_MAX    128 /* bytes */
#define POLL_MS     2
#define CLAIM_LIMIT 3

struct load_client {
    struct load *load;
    struct client *http;
    pthread_t thread;
    int number;
    int written; /* numbers its keys */
};

struct load {
    struct trial *trial;
    struct load_client clients[LOAD_CLIENTS_MAX];
    int capturing, count;
    atomic_bool stopping;
};

/* One write of this client, kept in the journal. */
static int write_one(struct load_client *client, const char *token, const char *target,
                     const char *body, struct answer *out)
{
    char key[TEXT_MAX];

    snprintf(key, sizeof key, "load-%d-%d", client->number, client->written++);
    const struct write write = {.target = target, .token = token, .key = key, .body = body};
    return journal_write(client->load->trial->journal, client->http, &write, out);
}

/* ---- marketing ---- */

static void *capture(void *argument)
{
    struct load_client *client = argument;
    char body[BODY_MAX];

    for (int number = 0; !atomic_load(&client->load->stopping); number++) {
        snprintf(body, sizeof body,
                 "{\"email\":\"p%d.%d@c%d.example\",\"attributes\":{\"company.employees\":%d,"
                 "\"seniority\":\"vp\"},\"touch\":{\"kind\":\"form_submitted\",\"source\":"
                 "\"google\",\"event_id\":\"e%d.%d\"}}",
                 client->number, number, number % 7, 50 + number, client->number, number);
        write_one(client, client->load->trial->marketing, "/v1/leads", body, NULL);
    }
    return NULL;
}

/* ---- sales ---- */

static void answer_one(struct load_client *client, const char *handoff, int number)
{
    static const char *const actions[] = {"accept", "reject"};
    char target[TEXT_MAX];

    snprintf(target, sizeof target, "/v1/handoffs/%s/%s", handoff, actions[number % 2]);
    write_one(client, client->load->trial->sam, target,
              number % 2 == 0 ? "{}" : "{\"reason\":\"spam\"}", NULL);
}

static void *work_off(void *argument)
{
    struct load_client *client = argument;
    char body[BODY_MAX];

    snprintf(body, sizeof body, "{\"team\":\"sales\",\"limit\":%d,\"lease_seconds\":600}",
             CLAIM_LIMIT);
    while (!atomic_load(&client->load->stopping)) {
        struct answer answer;
        write_one(client, client->load->trial->sam, "/v1/handoffs/claim", body, &answer);
        const json_t *data = json_object_get(answer.json, "data");
        for (size_t i = 0; i < json_array_size(data); i++) {
            const json_t *handoff = json_object_get(json_array_get(data, i), "handoff");
            answer_one(client, json_string_value(json_object_get(handoff, "id")), (int)i);
        }
        if (json_array_size(data) == 0)
            poll(NULL, 0, POLL_MS);
        answer_release(&answer);
    }
    return NULL;
}

/* ---- all of them ---- */

static const char *server_of(const struct trial *trial, int client)
{
    int servers = trial->services[1] == NULL ? 1 : TRIAL_SERVERS_MAX;

    return service_url(trial->services[client % servers]);
}

struct load *load_start(struct trial *trial, int capturing, int answering)
{
    struct load *load = calloc(1, sizeof *load);
    static int started; /* so that the keys and people of a second load are others */

    ck_assert_ptr_nonnull(load);
    ck_assert_int_le(capturing + answering, LOAD_CLIENTS_MAX);
    load->trial = trial;
    load->count = capturing + answering;
    for (int i = 0; i < load->count; i++) {
        struct load_client *client = &load->clients[i];
        *client = (struct load_client){.load = load, .number = started++};
        client->http = client_new(server_of(trial, i));
        ck_assert_int_eq(
            pthread_create(&client->thread, NULL, i < capturing ? capture : work_off, client), 0);
    }
    return load;
}

int64_t load_wait(struct load *load, int more)
{
    int64_t begun = pg_now_ms();
    long long wanted = journal_counts(load->trial->journal).acknowledged + more;
    long long now;

    while ((now = journal_counts(load->trial->journal).acknowledged) < wanted) {
        ck_assert_msg(pg_now_ms() - begun < LOAD_WAIT_MS, "%lld writes acknowledged, %lld wanted",
                      now, wanted);
        poll(NULL, 0, POLL_MS);
    }
    return pg_now_ms() - begun;
}

void load_stop(struct load *load)
{
    atomic_store(&load->stopping, true);
    for (int i = 0; i < load->count; i++) {
        pthread_join(load->clients[i].thread, NULL);
        client_free(load->clients[i].http);
    }
    free(load);
}

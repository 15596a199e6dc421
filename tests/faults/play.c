#include "play_inside.h"
#include "test_clock.h"

#include <check.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define GIVE_UP_MS  30000
#define RETRY_MS    5
#define OUTPUT_MAX  65536 /* bytes of what the command line prints */
#define COMMAND_MAX 2048  /* bytes */
#define NONE        STEP_NONE

/* A write that may be repeated, as it was sent and answered. */
struct sent {
    struct play_request request;
    int status; /* 0: not to be repeated */
    char *bytes;
};

/* What was heard of a handoff last. */
struct stand {
    char state[FIELD_TEXT_MAX], dispute[FIELD_TEXT_MAX];
};

/* Shared by the clients of one play. */
struct room {
    struct play *play;
    const struct play_setting *setting;
    const struct sequence *sequence;
    char workspace[UUID_TEXT_LEN + 1];
    char tokens[WHO_COUNT][PLAY_KEY_MAX];
    struct uuid members[WHO_MARKETING];
    atomic_long ticks;
    atomic_int done;
    pthread_mutex_t lock;
    /* under the lock */
    struct uuid leads[PLAY_READS_MAX], handoffs[PLAY_READS_MAX];
    struct stand stands[PLAY_READS_MAX]; /* of the handoffs */
    size_t lead_count, handoff_count;
    struct sent *sent; /* by step */
};

struct client_thread {
    struct room *room;
    struct client *client;
    pthread_t thread;
    int number; /* NONE: all of them */
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "tests: model: %s\n", what);
    exit(1);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- sending ---- */

static bool is_to_be_repeated(const struct answer *answer)
{
    const char *code = json_string_value(json_object_get(answer->json, "code"));

    return answer->status == 503 ||
           (code != NULL && strcmp(code, "idempotency_key_in_flight") == 0);
}

static bool try_once(struct client_thread *self, const struct play_request *request,
                     struct answer *answer)
{
    char key[64];
    struct call call = {
        .method = request->method,
        .target = request->target,
        .token = self->room->tokens[request->who],
        .body = request->body[0] == '\0' ? NULL : request->body,
    };

    snprintf(key, sizeof key, "Idempotency-Key: %s", request->idempotency_key);
    if (request->idempotency_key[0] != '\0')
        call.headers[0] = key;
    if (!client_try(self->client, &call, answer))
        return false;
    if (!is_to_be_repeated(answer))
        return true;
    answer_release(answer);
    return false;
}

/* A fault inside says more in the log. */
static void show_log(const struct client_thread *self, const struct answer *answer)
{
    char line[2048];
    FILE *log = fopen(service_log(self->room->setting->service), "r");

    printf("%d %s; the log:\n", answer->status, answer->body);
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        fputs(line, stdout);
    if (log != NULL)
        fclose(log);
}

/* Again and again with the same key. False for what has none and may have been done. */
static bool send_request(struct client_thread *self, const struct play_request *request,
                         struct answer *answer)
{
    int64_t deadline = now_ms() + GIVE_UP_MS;

    while (!try_once(self, request, answer)) {
        if (strcmp(request->method, "PATCH") == 0)
            return false;
        if (now_ms() > deadline)
            give_up("the service does not answer");
        poll(NULL, 0, RETRY_MS);
    }
    if (answer->status >= 500)
        show_log(self, answer);
    return true;
}

/* ---- what the clients have heard of ---- */

static void note_id(struct uuid *list, size_t *count, struct uuid id)
{
    if (uuid_is_nil(id) || *count == PLAY_READS_MAX)
        return;
    for (size_t i = 0; i < *count; i++)
        if (uuid_equal(list[i], id))
            return;
    list[(*count)++] = id;
}

static void note_stand(struct room *room, const struct reply_item *item)
{
    for (size_t i = 0; i < room->handoff_count; i++) {
        if (!uuid_equal(room->handoffs[i], item->id[REF_HANDOFF]))
            continue;
        memcpy(room->stands[i].state, item->field[FIELD_STATE], FIELD_TEXT_MAX);
        if (item->field[FIELD_DISPUTE][0] != '\0') /* a short form does not say */
            memcpy(room->stands[i].dispute, item->field[FIELD_DISPUTE], FIELD_TEXT_MAX);
    }
}

static void note_heard(struct room *room, const struct reply *heard)
{
    pthread_mutex_lock(&room->lock);
    for (int i = 0; i < heard->count; i++) {
        note_id(room->leads, &room->lead_count, heard->items[i].id[REF_LEAD]);
        note_id(room->handoffs, &room->handoff_count, heard->items[i].id[REF_HANDOFF]);
        note_id(room->handoffs, &room->handoff_count, heard->items[i].id[REF_MADE]);
        note_stand(room, &heard->items[i]);
    }
    pthread_mutex_unlock(&room->lock);
}

/* Nobody has this id. */
static const struct uuid nobody = {{0x01, 0x93, 0x93, 0x93, 0x93, 0x93, 0x73, 0x93, 0x93, 1}};

static struct uuid choose(const struct uuid *list, size_t count, int place)
{
    return count == 0 || place == NONE ? nobody : list[(size_t)place % count];
}

/* Whether it may go well, as far as was heard. */
static bool seems_fit(const struct stand *stand, enum act act)
{
    bool given_back =
        strcmp(stand->state, "rejected") == 0 || strcmp(stand->state, "returned") == 0;

    switch (act) {
    case ACT_RETURN:
    case ACT_QUALIFY:
        return strcmp(stand->state, "accepted") == 0;
    case ACT_DISPUTE:
        return given_back;
    case ACT_UPHOLD:
    case ACT_CONCEDE:
        return given_back && strcmp(stand->dispute, "open") == 0;
    case ACT_OUTCOME:
        return strcmp(stand->state, "qualified") == 0;
    case ACT_FEEDBACK:
    case ACT_GET_HANDOFF:
        return true;
    default:
        return strcmp(stand->state, "offered") == 0;
    }
}

/* Mostly one that the act fits, else any; the latest first. */
static struct uuid choose_handoff(const struct room *room, const struct step *step)
{
    struct uuid fit[PLAY_READS_MAX];
    size_t count = 0;

    if (step->handoff == NONE || room->handoff_count == 0)
        return nobody;
    for (size_t i = room->handoff_count; i-- > 0;)
        if (step->choice % 5 == 0 || seems_fit(&room->stands[i], step->act))
            fit[count++] = room->handoffs[i];
    return count == 0 ? room->handoffs[room->handoff_count - 1]
                      : fit[(size_t)step->handoff % count];
}

static void understand(struct room *room, struct deed *deed)
{
    const struct step *step = &deed->step;

    pthread_mutex_lock(&room->lock);
    deed->lead = choose(room->leads, room->lead_count, step->lead);
    deed->other = choose(room->leads, room->lead_count, step->other);
    deed->handoff = choose_handoff(room, step);
    pthread_mutex_unlock(&room->lock);
}

/* ---- one step ---- */

static void hear(struct client_thread *self, struct deed *deed, const struct answer *answer)
{
    struct room *room = self->room;

    play_hear(deed->step.act, answer, room->members, &deed->heard);
    deed->answered = true;
    if (answer->status < 300)
        note_heard(room, &deed->heard);
}

static void keep(struct sent *sent, const struct play_request *request, const struct answer *answer)
{
    sent->request = *request;
    sent->status = answer->status;
    sent->bytes = strndup(answer->body == NULL ? "" : answer->body, answer->body_len);
    if (sent->bytes == NULL)
        give_up("out of memory");
}

static void do_plain(struct client_thread *self, struct deed *deed, size_t at)
{
    struct play_request request = {0};
    struct answer answer;

    play_put(deed, &request);
    if (strcmp(request.method, "POST") == 0)
        snprintf(request.idempotency_key, sizeof request.idempotency_key, "step-%zu", at);
    if (!send_request(self, &request, &answer))
        return;
    hear(self, deed, &answer);
    if (request.idempotency_key[0] != '\0')
        keep(&self->room->sent[at], &request, &answer);
    answer_release(&answer);
}

/* An earlier step of this client that has a key and was answered; NONE when there is none. */
static int find_earlier(const struct client_thread *self, size_t at, int place)
{
    const struct sequence *sequence = self->room->sequence;
    int found[SEQUENCE_STEPS_MAX];
    int count = 0;

    for (size_t i = 0; i < at; i++)
        if (self->room->sent[i].status != 0 &&
            (self->number == NONE || sequence->steps[i].client == self->number))
            found[count++] = (int)i;
    return count == 0 || place == NONE ? NONE : found[place % count];
}

/* Another request with the same key: bytes differ, though not what they say. */
static void change(struct play_request *request)
{
    bool bodiless = request->body[0] == '\0';
    char *text = bodiless ? request->target : request->body;
    size_t size = bodiless ? sizeof request->target : sizeof request->body;

    if (strlen(text) + 2 < size)
        text[strlen(text)] = bodiless ? '?' : '\n'; /* there are zeros after it */
}

/* The same request, or with the same key another one. */
static void do_again(struct client_thread *self, struct deed *deed, size_t at)
{
    int earlier = find_earlier(self, at, deed->step.other);
    struct answer answer;

    if (earlier == NONE) {
        deed->step.act = ACT_GET_LEAD;
        do_plain(self, deed, at);
        return;
    }
    const struct sent *sent = &self->room->sent[earlier];
    struct play_request request = sent->request;
    deed->again = &self->room->play->deeds[earlier];
    if (deed->step.act == ACT_REUSE)
        change(&request);
    if (!send_request(self, &request, &answer))
        return;
    play_hear(deed->again->step.act, &answer, self->room->members, &deed->heard);
    deed->answered = true;
    bool same = answer.status == sent->status && strcmp(answer.body, sent->bytes) == 0;
    snprintf(deed->heard.items[0].field[FIELD_STATUS], FIELD_TEXT_MAX, "%d", answer.status);
    snprintf(deed->heard.items[0].field[FIELD_SAME], FIELD_TEXT_MAX, same ? "true" : "false");
    if (answer.status < 300)
        note_heard(self->room, &deed->heard);
    answer_release(&answer);
}

static json_t *ask(struct client_thread *self, enum who who, const char *key, const char *target,
                   const char *body, int wanted)
{
    struct play_request request = {.method = body == NULL ? "GET" : "POST", .who = who};
    struct answer answer;

    snprintf(request.target, sizeof request.target, "%s", target);
    snprintf(request.body, sizeof request.body, "%s", body == NULL ? "" : body);
    snprintf(request.idempotency_key, sizeof request.idempotency_key, "%s", key);
    if (!send_request(self, &request, &answer) || answer.status != wanted) {
        fprintf(stderr, "%s %s: %d %s\n", target, request.body, answer.status, answer.body);
        give_up("setting up was refused");
    }
    json_t *json = json_incref(answer.json);
    answer_release(&answer);
    return json;
}

/* Draft, proposal and both signatures of "definitions/<term>" or "routes"; the last answer, which
 * the caller owns. */
static json_t *define(struct client_thread *self, const char *what, const char *document,
                      const char *key)
{
    char target[PLAY_TARGET_MAX], body[256], keys[4][32];

    for (int i = 0; i < 4; i++)
        snprintf(keys[i], sizeof keys[i], "%.20s-%d", key, i);
    snprintf(target, sizeof target, "/v1/%s/versions", what);
    json_t *draft = ask(self, WHO_ANA, keys[0], target, document, 201);
    int version = (int)json_integer_value(json_object_get(draft, "version"));
    snprintf(target, sizeof target, "/v1/%s/versions/%d/propose", what, version);
    json_t *proposed = ask(self, WHO_ANA, keys[1], target, "{}", 200);
    snprintf(target, sizeof target, "/v1/%s/versions/%d/sign", what, version);
    snprintf(body, sizeof body, "{\"content_hash\":\"%s\"}",
             json_string_value(json_object_get(proposed, "content_hash")));
    json_decref(draft);
    json_decref(proposed);
    json_decref(ask(self, WHO_ANA, keys[2], target, body, 200));
    return ask(self, WHO_SAM, keys[3], target, body, 200);
}

static void do_define(struct client_thread *self, struct deed *deed, size_t at)
{
    char key[32];
    bool routes = deed->step.act == ACT_ROUTES;
    char *document =
        routes ? play_routes(model_automatic(&deed->step)) : play_mql(model_cut(&deed->step));
    struct answer answer = {.status = 200};

    snprintf(key, sizeof key, "define-%zu", at);
    answer.json = define(self, routes ? "routes" : "definitions/mql", document, key);
    play_hear(deed->step.act, &answer, self->room->members, &deed->heard);
    deed->answered = true;
    json_decref(answer.json);
    free(document);
}

static void do_later(struct deed *deed)
{
    struct answer answer = {.status = 200};

    test_clock_pass(LATER_SECONDS);
    play_hear(ACT_ROUTES, &answer, NULL, &deed->heard); /* nobody says anything */
    deed->answered = true;
}

static void do_step(struct client_thread *self, size_t at)
{
    struct room *room = self->room;
    struct deed *deed = &room->play->deeds[at];

    deed->step = room->sequence->steps[at];
    understand(room, deed);
    deed->begin = atomic_fetch_add(&room->ticks, 1);
    if (deed->step.act == ACT_LATER)
        do_later(deed);
    else if (deed->step.act == ACT_DEFINE || deed->step.act == ACT_ROUTES)
        do_define(self, deed, at);
    else if (deed->step.act == ACT_REPEAT || deed->step.act == ACT_REUSE)
        do_again(self, deed, at);
    else
        do_plain(self, deed, at);
    deed->end = atomic_fetch_add(&room->ticks, 1);
    atomic_fetch_add(&room->done, 1);
}

static void *act(void *argument)
{
    struct client_thread *self = argument;
    const struct sequence *sequence = self->room->sequence;

    for (size_t i = 0; i < sequence->count; i++)
        if (self->number == NONE || sequence->steps[i].client == self->number)
            do_step(self, i);
    return NULL;
}

/* ---- the workspace ---- */

static json_t *create_workspace(const struct play_setting *setting)
{
    static int counter;
    static char out[OUTPUT_MAX];
    char command[COMMAND_MAX];

    snprintf(command, sizeof command,
             "DATABASE_URL=\"%s\" '%s' workspace create model-%d --marketing ana@acme.example "
             "--marketing max@acme.example --sales sam@acme.example --sales sue@acme.example "
             "--json",
             setting->conninfo, getenv("BATON_BINARY"), ++counter);
    FILE *pipe = popen(command, "r");
    if (pipe == NULL)
        give_up("popen");
    size_t len = fread(out, 1, sizeof out - 1, pipe);
    out[len] = '\0';
    int status = pclose(pipe);
    json_t *made = json_loads(out, 0, NULL);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || made == NULL)
        give_up("baton workspace create");
    return made;
}

static int who_is(const char *name)
{
    for (int i = 0; i < WHO_COUNT; i++)
        if (strncmp(name, who_name((enum who)i), strlen(who_name((enum who)i))) == 0)
            return i;
    give_up("a key of nobody");
}

static void take_keys(struct room *room, const json_t *made)
{
    const char *id = json_string_value(json_object_get(json_object_get(made, "workspace"), "id"));
    size_t i;
    json_t *key;

    json_array_foreach(json_object_get(made, "keys"), i, key)
    {
        const char *name = json_string_value(json_object_get(key, "member"));
        if (name == NULL)
            name = json_string_value(json_object_get(key, "team"));
        snprintf(room->tokens[who_is(name)], PLAY_KEY_MAX, "%s",
                 json_string_value(json_object_get(key, "token")));
    }
    snprintf(room->workspace, sizeof room->workspace, "%s", id);
}

static void take_members(struct client_thread *self)
{
    json_t *list = ask(self, WHO_ANA, "", "/v1/members", NULL, 200);
    size_t i;
    json_t *member;

    json_array_foreach(json_object_get(list, "data"), i, member)
    {
        int who = who_is(json_string_value(json_object_get(member, "email")));
        if (!uuid_parse(json_string_value(json_object_get(member, "id")),
                        &self->room->members[who]))
            give_up("a member without id");
    }
    json_decref(list);
}

static void agree(struct client_thread *self)
{
    char *mql = play_mql(model_cuts[0]);

    json_decref(define(self, "definitions/mql", mql, "agree-mql"));
    json_decref(define(self, "definitions/sql", play_sql(), "agree-sql"));
    free(mql);
}

/* ---- at the end ---- */

static void read_one(struct client_thread *self, enum act act_of, struct uuid id)
{
    struct play *play = self->room->play;
    struct deed *deed = &play->deeds[play->count];

    deed->step = (struct step){.act = act_of, .who = WHO_ANA};
    deed->lead = deed->handoff = id;
    deed->begin = atomic_fetch_add(&self->room->ticks, 1);
    do_plain(self, deed, play->count++);
    deed->end = atomic_fetch_add(&self->room->ticks, 1);
}

static void read_all(struct client_thread *self)
{
    struct room *room = self->room;
    size_t leads = room->lead_count, handoffs = room->handoff_count;

    for (size_t i = 0; i < leads && i < MODEL_LEADS_MAX; i++)
        read_one(self, ACT_GET_LEAD, room->leads[i]);
    for (size_t i = 0; i < handoffs && i < MODEL_HANDOFFS_MAX; i++)
        read_one(self, ACT_GET_HANDOFF, room->handoffs[i]);
}

static PGresult *query(PGconn *conn, const char *sql, const char *workspace)
{
    const char *const values[] = {workspace};
    PGresult *rows = PQexecParams(conn, sql, 1, NULL, values, NULL, NULL, 0);

    if (PQresultStatus(rows) != PGRES_TUPLES_OK)
        give_up(PQerrorMessage(conn));
    return rows;
}

static struct uuid read_uuid(const PGresult *rows, int row, int column)
{
    struct uuid id = {{0}};

    if (!PQgetisnull(rows, row, column) && !uuid_parse(PQgetvalue(rows, row, column), &id))
        give_up("no uuid");
    return id;
}

static struct play_trail *trail_of(struct play *play, struct uuid lead)
{
    for (int i = 0; i < play->trail_count; i++)
        if (uuid_equal(play->trails[i].lead, lead))
            return &play->trails[i];
    return NULL;
}

static int read_number(const PGresult *rows, int row, int column)
{
    return (int)strtol(PQgetvalue(rows, row, column), NULL, 10);
}

/* Who stands in an entry: nobody for the system, a member, or a key of a team. */
static int read_actor(const struct room *room, const PGresult *rows, int row)
{
    struct uuid member = read_uuid(rows, row, 3);

    if (read_number(rows, row, 2) == 0)
        return MODEL_SYSTEM;
    for (int i = 0; i < WHO_MARKETING; i++)
        if (uuid_equal(room->members[i], member))
            return i;
    return strcmp(PQgetvalue(rows, row, 4), "marketing") == 0 ? WHO_MARKETING : WHO_SALES;
}

static void read_entries(struct room *room, PGconn *conn)
{
    PGresult *rows = query(conn,
                           "SELECT l.subject_id, l.kind, l.actor_kind, l.actor_id, t.name, "
                           "(extract(epoch FROM l.at) * 1000000)::bigint "
                           "FROM ledger l LEFT JOIN team t ON t.workspace_id = l.workspace_id AND "
                           "t.team_id = l.team_id WHERE l.workspace_id = $1::uuid AND "
                           "l.kind < 40 ORDER BY l.pos",
                           room->workspace);

    for (int i = 0; i < PQntuples(rows); i++) {
        struct play_trail *trail = trail_of(room->play, read_uuid(rows, i, 0));
        if (trail == NULL || trail->count == MODEL_TRAIL_MAX)
            continue;
        trail->kinds[trail->count] = (uint8_t)read_number(rows, i, 1);
        trail->times[trail->count] = strtoll(PQgetvalue(rows, i, 5), NULL, 10);
        trail->actors[trail->count++] = (uint8_t)read_actor(room, rows, i);
    }
    PQclear(rows);
}

static void read_ledger(struct room *room)
{
    PGconn *conn = PQconnectdb(room->setting->conninfo);
    PGresult *rows = query(conn,
                           "SELECT lead_id, touch_count, (SELECT count(*) FROM touch t WHERE "
                           "t.workspace_id = l.workspace_id AND t.lead_id = l.lead_id) FROM lead l "
                           "WHERE workspace_id = $1::uuid",
                           room->workspace);
    struct play *play = room->play;

    play->trail_count = PQntuples(rows);
    play->trails = calloc((size_t)play->trail_count + 1, sizeof *play->trails);
    if (play->trails == NULL)
        give_up("out of memory");
    for (int i = 0; i < play->trail_count; i++) {
        play->trails[i].lead = read_uuid(rows, i, 0);
        play->trails[i].touch_count = read_number(rows, i, 1);
        play->trails[i].touches = read_number(rows, i, 2);
    }
    PQclear(rows);
    rows =
        query(conn, "SELECT count(*) FROM handoff WHERE workspace_id = $1::uuid", room->workspace);
    play->handoff_count = read_number(rows, 0, 0);
    PQclear(rows);
    read_entries(room, conn);
    PQfinish(conn);
}

/* ---- all of it ---- */

static void kill_server(struct room *room)
{
    int kills = room->setting->kills;
    int steps = (int)room->sequence->count;

    for (int i = 1; i <= kills; i++) {
        while (atomic_load(&room->done) < steps * i / (kills + 1))
            poll(NULL, 0, 1);
        service_kill(room->setting->service);
        service_restart(room->setting->service);
    }
}

static void act_all(struct room *room, struct client_thread *first)
{
    struct client_thread others[SEQUENCE_CLIENTS_MAX];
    int clients = room->setting->clients;

    if (clients == 1 && room->setting->kills == 0) {
        act(first);
        return;
    }
    for (int i = 0; i < clients; i++) {
        others[i] = (struct client_thread){
            .room = room,
            .client = client_new(service_url(room->setting->service)),
            .number = clients == 1 ? NONE : i,
        };
        if (pthread_create(&others[i].thread, NULL, act, &others[i]) != 0)
            give_up("no thread");
    }
    kill_server(room);
    for (int i = 0; i < clients; i++) {
        pthread_join(others[i].thread, NULL);
        client_free(others[i].client);
    }
}

static struct play *play_new(size_t steps)
{
    struct play *play = calloc(1, sizeof *play);

    if (play == NULL || (play->deeds = calloc(steps + PLAY_READS_MAX, sizeof *play->deeds)) == NULL)
        give_up("out of memory");
    play->count = steps;
    return play;
}

static void forget_sent(struct room *room)
{
    for (size_t i = 0; i < room->sequence->count + PLAY_READS_MAX; i++)
        free(room->sent[i].bytes);
    free(room->sent);
}

struct play *play_sequence(const struct play_setting *setting, const struct sequence *sequence)
{
    struct room room = {
        .play = play_new(sequence->count),
        .setting = setting,
        .sequence = sequence,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .sent = calloc(sequence->count + PLAY_READS_MAX, sizeof *room.sent),
    };
    struct client_thread self = {&room, client_new(service_url(setting->service)), 0, NONE};
    json_t *made = create_workspace(setting);

    if (room.sent == NULL)
        give_up("out of memory");
    take_keys(&room, made);
    json_decref(made);
    take_members(&self);
    agree(&self);
    act_all(&room, &self);
    read_all(&self);
    read_ledger(&room);
    forget_sent(&room);
    client_free(self.client);
    return room.play;
}

void play_free(struct play *play)
{
    if (play == NULL)
        return;
    free(play->deeds);
    free(play->trails);
    free(play);
}

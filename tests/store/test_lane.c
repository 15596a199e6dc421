/*
 * The lane on a real database: what if a command comes twice, what if two servers do it at once,
 * what if one command of a group is poison. Two `lanes` on one database stand for two servers.
 */
#include "core/intake/lead_capture.h"
#include "reading.h"
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVERS  2
#define ROUNDS   40
#define GROUP    64
#define BODY_MAX 8192

static struct reading world;
static struct config_cache *caches[SERVERS];
static struct lanes *servers[SERVERS];

static void setup(void)
{
    reading_begin(&world);
    for (int i = 0; i < SERVERS; i++) {
        caches[i] = config_cache_new(database_keyring());
        servers[i] = lanes_start(&(struct lanes_settings){
            .database = {.conninfo = database_conninfo(world.database), .role = "baton_app"},
            .cache = caches[i],
            .workers = 2,
        });
        ck_assert_ptr_nonnull(servers[i]);
    }
}

static void teardown(void)
{
    for (int i = 0; i < SERVERS; i++) {
        lanes_stop(servers[i]);
        config_cache_free(caches[i]);
    }
    reading_end(&world);
}

/* ---- captures ---- */

struct one {
    struct identity identity;
    struct touch_input touch;
    struct capture_input input;
    struct command command;
    char email[80];
};

static void make(struct one *one, const char *email, const char *kind)
{
    memset(one, 0, sizeof *one);
    snprintf(one->email, sizeof one->email, "%s", email);
    one->identity = (struct identity){IDENTITY_EMAIL, "", one->email};
    one->touch = (struct touch_input){.kind = kind,
                                      .occurred_at = INSTANT_NONE,
                                      .direction = DIRECTION_INBOUND,
                                      .sender = "test"};
    one->input = (struct capture_input){
        .identities = &one->identity,
        .identity_count = 1,
        .touch = &one->touch,
        .claimed_stage = STAGE_COUNT,
        .origin = CAPTURE_ORIGIN_OF_TOUCH,
        .occurred_at = INSTANT_NONE,
    };
    one->command = (struct command){
        .kind = COMMAND_LEAD_CAPTURE,
        .caller = {.workspace = world.read.workspace, .team = world.marketing},
        .input = &one->input,
    };
}

static void give_key(struct one *one, uint8_t key, uint8_t body)
{
    one->command.keyed = true;
    memset(one->command.key, key, DIGEST_BYTES);
    memset(one->command.body_mac, body, DIGEST_BYTES);
}

static long long count_of(const char *what)
{
    char sql[200];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", what);
    return database_ask_int(world.database, sql);
}

static void check_positions(void)
{
    ck_assert_int_eq(database_ask_int(world.database,
                                      "SELECT count(*) - max(pos) FROM ledger WHERE workspace_id "
                                      "= (SELECT workspace_id FROM workspace_head LIMIT 1)"),
                     0);
    ck_assert_int_eq(database_ask_int(world.database,
                                      "SELECT h.pos - max(l.pos) FROM workspace_head h, "
                                      "ledger l GROUP BY h.pos"),
                     0);
}

/* ---- twice ---- */

START_TEST(test_same_key_takes_effect_once)
{
    struct one one;
    char *first, *again;
    int status;

    make(&one, "kim@acme.example", "form_submitted");
    give_key(&one, 1, 1);
    ck_assert_int_eq(lanes_run(servers[0], &one.command, &first, &status), ERR_NONE);
    ck_assert_int_eq(status, 201);
    ck_assert_int_eq(lanes_run(servers[1], &one.command, &again, &status), ERR_NONE);
    ck_assert_int_eq(status, 201);
    ck_assert_str_eq(again, first);
    ck_assert_int_eq(count_of("lead"), 1);
    ck_assert_int_eq(count_of("touch"), 1);
    free(first);
    free(again);
    give_key(&one, 1, 2);
    ck_assert_int_eq(lanes_run(servers[1], &one.command, &first, &status), ERR_KEY_REUSED);
    ck_assert_int_eq(status, 422);
    free(first);
}
END_TEST

/* Nobody looks for the answer to a key that is new; if it is there all the same, saving finds it,
 * and the group that is run again does look. */
START_TEST(test_a_new_key_that_is_there_is_replayed)
{
    struct one one;
    char *first, *again;
    int status;

    make(&one, "kim@acme.example", "form_submitted");
    give_key(&one, 1, 1);
    one.command.key_is_new = true;
    ck_assert_int_eq(lanes_run(servers[0], &one.command, &first, &status), ERR_NONE);
    long long reruns = lanes_stats(servers[1])->reruns;
    ck_assert_int_eq(lanes_run(servers[1], &one.command, &again, &status), ERR_NONE);
    ck_assert_int_eq(lanes_stats(servers[1])->reruns, reruns + 1);
    ck_assert_int_eq(status, 201);
    ck_assert_str_eq(again, first);
    ck_assert_int_eq(count_of("touch"), 1);
    free(first);
    free(again);
}
END_TEST

/* ---- at once ---- */

struct racer {
    struct lanes *lanes;
    struct one one;
    char *body;
    int status;
    enum err err;
};

static void *race(void *argument)
{
    struct racer *racer = argument;

    racer->err = lanes_run(racer->lanes, &racer->one.command, &racer->body, &racer->status);
    return NULL;
}

static void run_racers(struct racer *racers, int count)
{
    pthread_t threads[8];

    for (int i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(racers[i].err, ERR_NONE);
    }
}

START_TEST(test_two_servers_capture_one_person)
{
    char email[80];

    for (int round = 0; round < ROUNDS; round++) {
        struct racer racers[4] = {{0}};
        int created = 0;
        snprintf(email, sizeof email, "p%d@acme.example", round);
        for (int i = 0; i < 4; i++) {
            racers[i].lanes = servers[i % SERVERS];
            make(&racers[i].one, email, "form_submitted");
        }
        run_racers(racers, 4);
        for (int i = 0; i < 4; i++) {
            created += racers[i].status == 201;
            free(racers[i].body);
        }
        ck_assert_int_eq(created, 1);
    }
    ck_assert_int_eq(count_of("lead"), ROUNDS);
    ck_assert_int_eq(count_of("touch"), 4 * ROUNDS);
    check_positions();
}
END_TEST

START_TEST(test_two_servers_same_key_at_once)
{
    for (int round = 1; round <= ROUNDS; round++) {
        struct racer racers[4] = {{0}};
        char email[80];
        snprintf(email, sizeof email, "k%d@acme.example", round);
        for (int i = 0; i < 4; i++) {
            racers[i].lanes = servers[i % SERVERS];
            make(&racers[i].one, email, "form_submitted");
            give_key(&racers[i].one, (uint8_t)round, 1);
        }
        run_racers(racers, 4);
        for (int i = 1; i < 4; i++)
            ck_assert_str_eq(racers[i].body, racers[0].body);
        for (int i = 0; i < 4; i++)
            free(racers[i].body);
    }
    ck_assert_int_eq(count_of("lead"), ROUNDS);
    ck_assert_int_eq(count_of("touch"), ROUNDS);
    check_positions();
}
END_TEST

/* ---- poison ---- */

struct queued {
    struct lane_job job;
    struct one one;
    enum err err;
    int status;
};

static atomic_int answered;

static void note_answer(struct lane_job *job, const struct outcome *outcome)
{
    struct queued *queued = job->owner;

    queued->err = outcome->err;
    queued->status = outcome->status;
    atomic_fetch_add(&answered, 1);
}

/* The database refuses this text (22021), whatever core thinks of it. */
#define POISON "form\xff"

START_TEST(test_poison_fails_alone)
{
    struct queued *all = calloc(GROUP, sizeof *all);
    char email[80];

    ck_assert_ptr_nonnull(all);
    atomic_store(&answered, 0);
    for (int i = 0; i < GROUP; i++) {
        snprintf(email, sizeof email, "g%d@acme.example", i);
        make(&all[i].one, email, i == GROUP / 3 ? POISON : "form_submitted");
        all[i].job.command = all[i].one.command;
        all[i].job.done = note_answer;
        all[i].job.owner = &all[i];
    }
    for (int i = 0; i < GROUP; i++)
        ck_assert_int_eq(lanes_submit(servers[0], &all[i].job), ERR_NONE);
    int64_t until = pg_deadline_in(READING_WAIT_MS);
    while (atomic_load(&answered) < GROUP)
        ck_assert_msg(pg_now_ms() < until, "%d of %d answered", atomic_load(&answered), GROUP);
    for (int i = 0; i < GROUP; i++) {
        if (i == GROUP / 3)
            ck_assert_int_eq(all[i].err, ERR_INTERNAL);
        else
            ck_assert_int_eq(all[i].status, 201);
    }
    ck_assert_int_eq(count_of("lead"), GROUP - 1);
    check_positions();
    free(all);
}
END_TEST

/* ---- a COMMIT without an answer ---- */

/* What happens to a group the first time and when it runs again: the connection is cut before its
 * COMMIT or while it runs, and then the database refuses it, or takes it. */
static const struct {
    const char *when; /* of the trigger on touches: at once, or with the COMMIT */
    bool refused;     /* the second time */
    enum err err;
    int replays;
} cuts[] = {
    {"INITIALLY DEFERRED", true, ERR_OUTCOME_UNKNOWN, 1},
    {"INITIALLY DEFERRED", false, ERR_NONE, 1},
    {"INITIALLY IMMEDIATE", true, ERR_INTERNAL, 0},
    {"INITIALLY IMMEDIATE", false, ERR_NONE, 0},
};

/* Once a COMMIT was sent nobody may be answered that nothing was done, whatever comes after it. */
START_TEST(test_a_cut_at_the_commit_is_never_forgotten)
{
    struct one one;
    char sql[1024];
    int status;

    snprintf(sql, sizeof sql,
             "CREATE SEQUENCE tries;"
             "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN "
             "IF nextval('public.tries') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); "
             "ELSIF %s THEN RAISE EXCEPTION 'refused'; END IF; RETURN NULL; END$$;"
             "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON touch DEFERRABLE %s FOR EACH ROW "
             "EXECUTE FUNCTION cut()",
             cuts[_i].refused ? "true" : "false", cuts[_i].when);
    database_exec(world.database, sql);
    make(&one, "kim@acme.example", "form_submitted");
    give_key(&one, 1, 1);
    ck_assert_int_eq(lanes_run(servers[0], &one.command, NULL, &status), cuts[_i].err);
    ck_assert_int_eq(atomic_load(&lanes_stats(servers[0])->replays), cuts[_i].replays);
    ck_assert_int_eq(count_of("lead"), cuts[_i].err == ERR_NONE);
    ck_assert_int_eq(count_of("touch"), cuts[_i].err == ERR_NONE);
}
END_TEST

/* ---- configuration that changes under a queue ---- */

START_TEST(test_stale_configuration_runs_again)
{
    struct one one;
    int status;

    make(&one, "before@acme.example", "form_submitted");
    ck_assert_int_eq(lanes_run(servers[0], &one.command, NULL, &status), ERR_NONE);
    /* another server raises the version: what this one decided on is stale */
    database_exec(world.database, "UPDATE workspace_head SET config_version = config_version + 1");
    make(&one, "after@acme.example", "form_submitted");
    ck_assert_int_eq(lanes_run(servers[0], &one.command, NULL, &status), ERR_NONE);
    ck_assert_int_eq(status, 201);
    ck_assert_int_ge(atomic_load(&lanes_stats(servers[0])->reruns), 1);
    check_positions();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "lane");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, test_same_key_takes_effect_once, test_a_new_key_that_is_there_is_replayed,
          test_two_servers_capture_one_person, test_two_servers_same_key_at_once,
          test_poison_fails_alone);
    EACH(tcase, test_a_cut_at_the_commit_is_never_forgotten, cuts);
    TESTS(tcase, test_stale_configuration_runs_again);
}

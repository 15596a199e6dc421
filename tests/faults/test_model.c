/*
 * Random sequences of everything that clients do, against a small model of what should come of it:
 * by one client after the other, by several at once, and with the server killed in between.
 *
 * A seed makes the same sequence every time, and played by one client it comes out the same every
 * time; of several the steps are the same, how they interleave is not. What fails is cut down,
 * played by one client if it fails so, and printed with its seed.
 *
 *   BATON_SEED=7          this seed alone, in every case
 *   BATON_SEQUENCE=FILE   plays what was printed, by one client
 *   BATON_LONG=1          many more seeds
 */
#include "database.h"
#include "explain.h"
#include "suite.h"
#include "trial.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFECT_SEEDS   24
#define SHRINK_SECONDS 60
#define SHRINK_RUNS    120
#define SEQUENCE_TEXT  (256 * 1024) /* bytes */
#define STEPS          100
#define LONG_STEPS     140
#define CLIENTS        3
#define KILLS          3
#define AGAIN          5 /* tries of a sequence that does not fail every time */

static struct trial trial;
static struct database *database; /* of the planted defects */
static struct service *service;

static bool is_long(void)
{
    return getenv("BATON_LONG") != NULL;
}

static int rounds(int quick, int in_full)
{
    return is_long() ? in_full : quick;
}

/* ---- one sequence ---- */

struct way {
    int clients;
    int kills;
    int tries; /* a failure that needs luck is tried so often */
};

/* How often each was done and not refused, so that what is never done is noticed. */
static int done[ACT_COUNT];

static void count_done(const struct play *played)
{
    for (size_t i = 0; i < played->count; i++)
        done[played->deeds[i].step.act] +=
            played->deeds[i].heard.items[0].field[FIELD_STATUS][0] == '2';
}

static enum explained play(const struct way *way, const struct sequence *sequence,
                           char why[EXPLAIN_WHY_MAX])
{
    struct play_setting setting = {
        .conninfo = database == NULL ? trial.conninfo : database_conninfo(database),
        .service = database == NULL ? trial.services[0] : service,
        .clients = way->clients,
        .kills = way->kills,
    };
    struct play *played = play_sequence(&setting, sequence);
    enum explained explained = explain(played,
                                       way->kills > 0     ? EXPLAIN_KILLED
                                       : way->clients > 1 ? EXPLAIN_TOGETHER
                                                          : EXPLAIN_ALONE,
                                       why);

    count_done(played);
    play_free(played);
    return explained;
}

static time_t shrink_until;

static bool fails(void *context, const struct sequence *sequence)
{
    const struct way *way = context;
    char why[EXPLAIN_WHY_MAX];

    for (int i = 0; i < way->tries && time(NULL) < shrink_until; i++)
        if (play(way, sequence, why) == NOT_EXPLAINED)
            return true;
    return false;
}

static void print_way(const struct way *way, const struct sequence *sequence)
{
    char why[EXPLAIN_WHY_MAX] = "";
    char *text = sequence_write(sequence);

    for (int i = 0; i < way->tries && play(way, sequence, why) != NOT_EXPLAINED; i++)
        why[0] = '\0';
    printf("what is left of it, by %d client(s) with %d kills:\n%s%s", way->clients, way->kills,
           text, why);
    free(text);
}

/* Cut down, by one client if it fails so. */
static _Noreturn void cut_down(const struct way *way, struct sequence *sequence, uint64_t seed,
                               const char *why)
{
    struct way alone = {1, 0, 1};
    struct way same = *way;

    printf("seed %llu, %d clients, %d kills: not explained\n%s", (unsigned long long)seed,
           way->clients, way->kills, why);
    fflush(stdout);
    shrink_until = time(NULL) + SHRINK_SECONDS;
    struct way *least = fails(&alone, sequence) ? &alone : &same;
    least->tries = least == &alone ? 1 : AGAIN;
    sequence_shrink(sequence, fails, least, SHRINK_RUNS / least->tries);
    print_way(least, sequence);
    ck_abort_msg("BATON_SEED=%llu", (unsigned long long)seed);
    abort();
}

static void play_seeds(const struct way *way, int seeds)
{
    static struct sequence sequence;
    char why[EXPLAIN_WHY_MAX];
    const char *given = getenv("BATON_SEED");
    int too_much = 0;

    if (given != NULL)
        seeds = AGAIN;
    for (int i = 0; i < seeds; i++) {
        uint64_t seed = given == NULL ? (uint64_t)i + 1 : strtoull(given, NULL, 10);
        sequence_make(&sequence, seed, (size_t)rounds(STEPS, LONG_STEPS), way->clients,
                      way->clients == 1);
        enum explained explained = play(way, &sequence, why);
        if (explained == NOT_EXPLAINED)
            cut_down(way, &sequence, seed, why);
        too_much += explained == TOO_MUCH;
    }
    printf("%d sequences of %d steps by %d clients, each with %d kills; %d were too much\n", seeds,
           rounds(STEPS, LONG_STEPS), way->clients, way->kills, too_much);
    ck_assert_int_le(too_much, seeds / 2);
}

/* ---- tests ---- */

/* The model knows nothing of what the job of due steps does, so nothing falls due: nor what a route
 * makes possible. */
static void let_time_stand_still(struct database *of)
{
    database_exec(of, "CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                      "IF NEW.name = 'due' THEN NEW.due_at := 'infinity'; END IF; RETURN NEW; "
                      "END $$; "
                      "CREATE TRIGGER stand_still BEFORE INSERT ON job FOR EACH ROW "
                      "EXECUTE FUNCTION stand_still()");
}

static void setup(void)
{
    trial_begin(&trial, &(struct trial_options){.clock = true});
    let_time_stand_still(trial.database);
}

static void teardown(void)
{
    trial_free(&trial);
}

static void setup_defects(void)
{
    database = database_new();
    let_time_stand_still(database);
}

static void teardown_defects(void)
{
    service_free(service);
    database_free(database);
    service = NULL;
    database = NULL;
}

/* Every workspace's chains verify, and nothing is left behind. */
static void end(void)
{
    static char out[TRIAL_OUTPUT_MAX];
    int code = trial_baton(&trial, "verify", out);

    ck_assert_msg(code == 0, "baton verify: %d: %s", code, out);
    trial_end(&trial);
}

START_TEST(test_one_client)
{
    play_seeds(&(struct way){1, 0, 1}, rounds(8, 400));
    end();
}
END_TEST

START_TEST(test_several_clients)
{
    play_seeds(&(struct way){CLIENTS, 0, 1}, rounds(8, 400));
    end();
}
END_TEST

START_TEST(test_server_killed)
{
    play_seeds(&(struct way){CLIENTS, KILLS, 1}, rounds(3, 100));
    end();
}
END_TEST

/* Of all that came before. */
START_TEST(test_everything_was_done)
{
    for (int act = 0; act < ACT_COUNT; act++)
        printf("%s %d%s", act_name((enum act)act), done[act], act == ACT_COUNT - 1 ? "\n" : ", ");
    for (int act = 0; getenv("BATON_SEED") == NULL && act < ACT_COUNT; act++)
        ck_assert_msg(act == ACT_REUSE || done[act] > 0, "%s was never done",
                      act_name((enum act)act));
}
END_TEST

static void read_file(const char *path, struct sequence *sequence)
{
    static char text[SEQUENCE_TEXT];
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "no %s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(sequence_read(sequence, text), "%s is no sequence", path);
}

START_TEST(test_given_sequence)
{
    static struct sequence sequence;
    char why[EXPLAIN_WHY_MAX];

    read_file(getenv("BATON_SEQUENCE"), &sequence);
    enum explained explained = play(&(struct way){1, 0, 1}, &sequence, why);
    ck_assert_msg(explained == EXPLAINED, "%s", why);
}
END_TEST

/* ---- planted defects ---- */

/* How many sequences it took, of `most`, to find the mistake in this binary; 0: it was not found.
 */
static int find_defect(const char *binary, int most, char why[EXPLAIN_WHY_MAX])
{
    static struct sequence sequence;
    const struct service_setting settings[] = {{"BATON_LOG_LEVEL", "error"}, {NULL, NULL}};
    int found = 0;

    setenv("BATON_BINARY", binary, 1);
    service = service_start(database_conninfo(database), settings);
    for (int i = 0; i < most && found == 0; i++) {
        sequence_make(&sequence, (uint64_t)i + 1, STEPS, 1, false);
        if (play(&(struct way){1, 0, 1}, &sequence, why) == NOT_EXPLAINED)
            found = i + 1;
    }
    service_free(service);
    service = NULL;
    return found;
}

/* The mistakes are the patches of tests/faults/defects; the build has made a binary of each. */
START_TEST(test_planted_defects)
{
    char why[EXPLAIN_WHY_MAX], binary[PATH_MAX];
    const char *directory = getenv("BATON_DEFECTS");
    char *plain = strdup(getenv("BATON_BINARY"));
    int missed = 0, most = 0;
    glob_t patches;

    ck_assert_msg(directory != NULL, "BATON_DEFECTS is not set");
    ck_assert_int_eq(glob(SOURCE_DIR "/tests/faults/defects/*.patch", 0, NULL, &patches), 0);
    for (size_t i = 0; i < patches.gl_pathc; i++) {
        const char *name = strrchr(patches.gl_pathv[i], '/') + 1;
        int len = (int)strcspn(name, ".");
        snprintf(binary, sizeof binary, "%s/%.*s.bin", directory, len, name);
        int found = find_defect(binary, DEFECT_SEEDS, why);
        missed += found == 0;
        most = found > most ? found : most;
        if (found == 0)
            printf("%.*s: NOT found\n", len, name);
        else
            printf("%.*s: found by sequence %d: %.*s\n", len, name, found, (int)strcspn(why, "\n"),
                   why);
    }
    globfree(&patches);
    ck_assert_int_eq(missed, 0);
    ck_assert_msg(find_defect(plain, most, why) == 0, "none was planted, yet: %s", why);
    free(plain);
}
END_TEST

START_TEST(test_text)
{
    static struct sequence sequence, again;

    sequence_make(&sequence, 1, STEPS, CLIENTS, true);
    char *text = sequence_write(&sequence);
    ck_assert(sequence_read(&again, text));
    char *same = sequence_write(&again);
    ck_assert_str_eq(text, same);
    free(text);
    free(same);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "random sequences");
    TCase *planted = suite_case(suite, "planted defects");

    unsetenv("BATON_EXCHANGES"); /* thousands, and all of kinds that other tests make too */
    tcase_add_checked_fixture(tcase, setup, teardown);
    if (getenv("BATON_SEQUENCE") != NULL) {
        TESTS(tcase, test_given_sequence);
    } else {
        TESTS(tcase, test_text, test_one_client, test_several_clients, test_server_killed);
        TESTS(planted, test_planted_defects, test_everything_was_done);
    }
    tcase_add_checked_fixture(planted, setup_defects, teardown_defects);
}

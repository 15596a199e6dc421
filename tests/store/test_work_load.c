/*
 * What a group loads: touches up to a limit and the older ones counted, and that what was resolved
 * without a lock still holds when the leads are locked.
 */
#include "core/intake/lead_capture.h"
#include "core/intake/lead_merge.h"
#include "reading.h"
#include "store/pg/entropy.h"
#include "store/table/config_read.h"
#include "store/work_load.h"
#include "suite.h"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_MAX 2048 /* bytes */
#define POLL_MS 2

static struct reading r;
static struct config *config;
static struct work work;

static void set_up(void)
{
    reading_begin(&r);
    ck_assert_int_eq(config_read(r.pg, database_keyring(), r.read.workspace, &config,
                                 pg_deadline_in(READING_WAIT_MS)),
                     PG_OK);
    work_init(&work, r.arena, config, 0, entropy_fill);
}

static void tear_down(void)
{
    config_read_free(config);
    reading_end(&r);
}

static enum load_status load(struct command *command)
{
    size_t named;

    return work_load(r.pg, &work, &command, 1, NULL, pg_deadline_in(READING_WAIT_MS), &named);
}

/* ---- touches beyond those loaded ---- */

static struct lead *load_lead(struct uuid id)
{
    struct merge_input input = {id, id};
    struct command command = {.kind = COMMAND_LEAD_MERGE, .input = &input};
    struct lead *lead;

    ck_assert_int_eq(load(&command), LOAD_DONE);
    ck_assert_int_eq(work_find_lead(&work, id, &lead), FIND_FOUND);
    pg_rollback(r.pg);
    return lead;
}

/* So many touches, one a minute, of two kinds in turn; the last so many at one and the same moment,
 * so that only their ids part them. */
static void add_touches(struct uuid lead, int count, int at_once)
{
    char sql[SQL_MAX], id[UUID_TEXT_LEN + 1];

    uuid_format(lead, id);
    snprintf(sql, sizeof sql,
             "INSERT INTO touch (workspace_id, touch_id, lead_id, kind, occurred_at, recorded_at, "
             "direction, function) SELECT workspace_id, gen_random_uuid(), '%s', "
             "CASE i %% 2 WHEN 0 THEN 'even' ELSE 'odd' END, '2026-06-30T12:00:00Z'::timestamptz - "
             "least(i, %d) * interval '1 minute', now(), 'inbound', 'marketing' "
             "FROM workspace, generate_series(1, %d) i",
             id, count - at_once, count);
    database_exec(r.database, sql);
}

static const struct {
    int count, at_once, loaded, older;
} logs[] = {
    {1, 0, 1, 0},
    {TOUCHES_LOADED_MAX - 1, 0, TOUCHES_LOADED_MAX - 1, 0},
    {TOUCHES_LOADED_MAX, 0, TOUCHES_LOADED_MAX, 0},
    {TOUCHES_LOADED_MAX + 1, 0, TOUCHES_LOADED_MAX, 1},
    {TOUCHES_LOADED_MAX + 3000, 0, TOUCHES_LOADED_MAX, 3000},
    {TOUCHES_LOADED_MAX + 7, TOUCHES_LOADED_MAX, TOUCHES_LOADED_MAX, 7},
};

START_TEST(every_touch_is_loaded_or_counted_and_none_twice)
{
    char sql[SQL_MAX], id[UUID_TEXT_LEN + 1];
    int64_t counted = 0, even = 0;
    char before[80] = "";

    reading_capture(&r, "kim@acme.example", NULL);
    reading_capture(&r, "lee@acme.example", NULL); /* whose touches are not counted */
    struct uuid kim = reading_lead(&r, "kim@acme.example");
    add_touches(kim, logs[_i].count, logs[_i].at_once);
    add_touches(reading_lead(&r, "lee@acme.example"), 5, 0);
    const struct touch_log *log = &load_lead(kim)->touches;
    uuid_format(kim, id);

    ck_assert_uint_eq(log->count, (size_t)logs[_i].loaded);
    for (size_t i = 0; i < log->count; i++) {
        even += strcmp(log->items[i].kind, "even") == 0;
        ck_assert(i == 0 || log->items[i - 1].occurred_at >= log->items[i].occurred_at);
    }
    for (size_t i = 0; i < log->older_count; i++) {
        const struct touch_count *older = &log->older[i];
        char key[80];
        counted += older->count;
        even += strcmp(older->kind, "even") == 0 ? older->count : 0;
        ck_assert_int_gt(older->count, 0);
        /* a row for each kind and day, as the database counts those that are older than the last */
        snprintf(key, sizeof key, "%012lld %s", 1000000 - (long long)older->day, older->kind);
        ck_assert_msg(strcmp(before, key) < 0, "%s after %s", key, before);
        memcpy(before, key, sizeof key);
    }
    ck_assert_int_eq(counted, logs[_i].older);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FILTER (WHERE kind = 'even') FROM touch WHERE lead_id = '%s'", id);
    ck_assert_int_eq(even, database_ask_int(r.database, sql));
    if (log->older_count > 0 && logs[_i].at_once == 0) {
        snprintf(
            sql, sizeof sql,
            "SELECT count(DISTINCT (kind, (occurred_at AT TIME ZONE 'UTC')::date)) FROM (SELECT"
            " * FROM touch WHERE lead_id = '%s' ORDER BY occurred_at DESC OFFSET %d) o",
            id, TOUCHES_LOADED_MAX);
        ck_assert_int_eq(log->older_count, database_ask_int(r.database, sql));
        ck_assert_int_eq(log->older[log->older_count - 1].day,
                         database_ask_int(r.database,
                                          "SELECT floor(extract(epoch FROM min(occurred_at)) / "
                                          "86400) FROM touch"));
    }
}
END_TEST

/* ---- what moved between the two looks ---- */

/* A capture that names kim by email and by an id of the crm. */
static struct identity identities[2] = {{IDENTITY_EMAIL, "", "kim@acme.example"},
                                        {IDENTITY_EXTERNAL, "crm", "51"}};
static struct capture_input capture = {.identities = identities,
                                       .identity_count = 2,
                                       .claimed_stage = STAGE_COUNT,
                                       .origin = CAPTURE_ORIGIN_OF_TOUCH,
                                       .occurred_at = INSTANT_NONE};

static void *load_capture(void *argument)
{
    static struct command command;

    command = (struct command){.kind = COMMAND_LEAD_CAPTURE,
                               .caller = {.workspace = r.read.workspace, .team = r.marketing},
                               .input = &capture};
    *(enum load_status *)argument = load(&command);
    return NULL;
}

/* What happens between the look without a lock and the one with it. */
static const struct {
    const char *before; /* who has the crm's id first: NULL nobody, or this lead */
    const char *sql;    /* :kim and :lee stand for the leads' ids */
    enum load_status wanted;
} moves[] = {
    {NULL, "SELECT 1", LOAD_DONE},
    {"kim", "SELECT 1", LOAD_DONE},
    {"kim", "UPDATE identity SET lead_id = ':lee' WHERE value = '51'", LOAD_MOVED},
    {"kim", "DELETE FROM identity WHERE value = '51'", LOAD_MOVED},
    {NULL,
     "INSERT INTO identity (workspace_id, source, value, lead_id) "
     "SELECT workspace_id, 'external:crm', '51', ':lee' FROM workspace",
     LOAD_MOVED},
    {NULL,
     "INSERT INTO identity (workspace_id, source, value, lead_id) "
     "SELECT workspace_id, 'external:crm', '51', ':kim' FROM workspace",
     LOAD_MOVED},
    {"lee", "UPDATE identity SET lead_id = ':kim' WHERE value = '51'", LOAD_MOVED},
};

static char ids[2][UUID_TEXT_LEN + 1]; /* kim's, lee's */

static void exec(PGconn *conn, const char *sql)
{
    char text[SQL_MAX] = "";

    for (const char *at = sql; *at != '\0';) {
        bool kim = strncmp(at, ":kim", 4) == 0, lee = strncmp(at, ":lee", 4) == 0;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s",
                 kim || lee ? UUID_TEXT_LEN : 1,
                 kim   ? ids[0]
                 : lee ? ids[1]
                       : at);
        at += kim || lee ? 4 : 1;
    }
    PGresult *result = PQexec(conn, text);
    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK ||
                      PQresultStatus(result) == PGRES_TUPLES_OK,
                  "%s: %s", text, PQerrorMessage(conn));
    PQclear(result);
}

START_TEST(what_moved_before_the_lock_is_seen)
{
    PGconn *holder = PQconnectdb(database_conninfo(r.database));
    enum load_status status;
    pthread_t thread;

    reading_capture(&r, "kim@acme.example", NULL);
    reading_capture(&r, "lee@acme.example", NULL);
    uuid_format(reading_lead(&r, "kim@acme.example"), ids[0]);
    uuid_format(reading_lead(&r, "lee@acme.example"), ids[1]);
    if (moves[_i].before != NULL)
        exec(holder, strcmp(moves[_i].before, "kim") == 0 ? moves[5].sql : moves[4].sql);
    exec(holder, "BEGIN");
    exec(holder, "SELECT 1 FROM lead WHERE lead_id = ':kim' FOR UPDATE");
    ck_assert_int_eq(pthread_create(&thread, NULL, load_capture, &status), 0);
    int64_t until = pg_deadline_in(READING_WAIT_MS);
    while (database_ask_int(r.database, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                        "current_database() AND wait_event_type = 'Lock'") == 0) {
        ck_assert_msg(pg_now_ms() < until, "nobody waits for the lead");
        poll(NULL, 0, POLL_MS);
    }
    exec(holder, moves[_i].sql);
    exec(holder, "COMMIT");
    pthread_join(thread, NULL);
    PQfinish(holder);
    ck_assert_msg(status == moves[_i].wanted, "%s: %d, not %d", moves[_i].sql, status,
                  moves[_i].wanted);
    if (status == LOAD_DONE)
        pg_rollback(r.pg);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "work_load");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    EACH(tcase, every_touch_is_loaded_or_counted_and_none_twice, logs);
    EACH(tcase, what_moved_before_the_lock_is_seen, moves);
}

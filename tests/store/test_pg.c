/* One connection: what goes in comes out, errors say what kind they are, and a lost connection
 * comes back. */
#include "database.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 5000

static struct database *database;
static struct pg *pg;
static struct arena *arena;

static void set_up(void)
{
    database = database_new_empty();
    pg = database_connect(database, NULL);
    arena = arena_new(64 << 20);
}

static void tear_down(void)
{
    pg_free(pg);
    arena_free(arena);
    database_free(database);
}

static int64_t soon(void)
{
    return pg_deadline_in(WAIT_MS);
}

static void run_sql(const char *sql)
{
    ck_assert_int_eq(pg_run_sql(pg, sql, soon()), PG_OK);
    pg_pipeline_end(pg);
}

static void begin(void)
{
    ck_assert_int_eq(pg_pipeline_begin(pg, soon()), PG_OK);
}

static const struct uuid WORKSPACE = {
    {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16}};

static const struct statement ECHO = {
    .name = "echo",
    .sql = "SELECT $1::uuid, $2::text, $3::int8, $4::int4, $5::int2, $6::bool, $7::timestamptz,"
           " $8::bytea, $9::json, $10::jsonb, $7::timestamptz::text"};

START_TEST(every_type_comes_back_as_it_went)
{
    struct pg_params params;
    size_t len;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, WORKSPACE);
    pg_params_text(&params, "Zoë");
    pg_params_int8(&params, -5000000000);
    pg_params_int4(&params, -70000);
    pg_params_int2(&params, -300);
    pg_params_bool(&params, true);
    pg_params_instant(&params, 1795341600123456);
    pg_params_bytea(&params, "\0\1\2", 3);
    pg_params_json(&params, "{\"a\":1}?", 7);
    pg_params_json(&params, "{\"a\": 1}", 8);
    ck_assert_int_eq(pg_run(pg, &ECHO, &params, soon()), PG_OK);
    const struct pg_result *row = pg_result(pg, 0);
    ck_assert_int_eq(pg_rows(row), 1);
    ck_assert(uuid_equal(pg_get_uuid(row, 0, 0), WORKSPACE));
    ck_assert_str_eq(pg_get_text(row, 0, 1, &len), "Zoë");
    ck_assert_uint_eq(len, 4);
    ck_assert_int_eq(pg_get_int8(row, 0, 2), -5000000000);
    ck_assert_int_eq(pg_get_int4(row, 0, 3), -70000);
    ck_assert_int_eq(pg_get_int8(row, 0, 3), -70000);
    ck_assert_int_eq(pg_get_int4(row, 0, 4), -300);
    ck_assert_int_eq(pg_get_bool(row, 0, 5), true);
    ck_assert_int_eq(pg_get_instant(row, 0, 6), 1795341600123456);
    ck_assert_mem_eq(pg_get_bytea(row, 0, 7, &len), "\0\1\2", 3);
    ck_assert_uint_eq(len, 3);
    ck_assert_str_eq(pg_get_text(row, 0, 8, NULL), "{\"a\":1}");
    ck_assert_str_eq(pg_get_text(row, 0, 9, NULL), "{\"a\": 1}");
    ck_assert_str_eq(pg_get_text(row, 0, 10, NULL), "2026-11-22 10:00:00.123456+00");
}
END_TEST

START_TEST(nothing_comes_back_as_nothing)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_uuid(&params, (struct uuid){{0}});
    pg_params_text(&params, NULL);
    for (int i = 0; i < 4; i++)
        pg_params_null(&params);
    pg_params_instant(&params, INSTANT_NONE);
    pg_params_bytea(&params, NULL, 0);
    pg_params_json(&params, NULL, 0);
    pg_params_null(&params);
    ck_assert_int_eq(pg_run(pg, &ECHO, &params, soon()), PG_OK);
    const struct pg_result *row = pg_result(pg, 0);
    for (int column = 0; column < 11; column++)
        ck_assert_msg(pg_is_null(row, 0, column), "column %d is not null", column);
    ck_assert(uuid_is_nil(pg_get_uuid(row, 0, 0)));
    ck_assert_ptr_null(pg_get_text(row, 0, 1, NULL));
    ck_assert_int_eq(pg_get_instant(row, 0, 6), INSTANT_NONE);
}
END_TEST

static const struct statement ECHO_ARRAYS = {
    .name = "echo_arrays",
    .sql = "SELECT $1::uuid[]::text, $2::text[]::text, $3::int8[]::text, $4::int4[]::text,"
           " $5::int2[]::text, $6::bool[]::text, $7::timestamptz[]::text, $8::bytea[]::text,"
           " $9::json[]::text, $10::jsonb[]::text, $2::text[]"};

static void add_item(struct pg_array *array, int i)
{
    switch (array->type) {
    case PG_UUID:
        pg_array_uuid(array, WORKSPACE);
        break;
    case PG_TEXT:
        pg_array_text(array, i == 0 ? "" : "a,b");
        break;
    case PG_INT8:
        pg_array_int8(array, INT64_MAX - i);
        break;
    case PG_INT4:
        pg_array_int4(array, -i);
        break;
    case PG_INT2:
        pg_array_int2(array, (int16_t)(i + 7));
        break;
    case PG_BOOL:
        pg_array_bool(array, i == 0);
        break;
    case PG_TIMESTAMPTZ:
        pg_array_instant(array, i * INSTANT_SECOND);
        break;
    case PG_BYTEA:
        pg_array_bytea(array, "\0\xff", 2);
        break;
    case PG_JSON:
    case PG_JSONB:
        pg_array_json(array, "[1]", 3);
        break;
    }
}

START_TEST(arrays_of_every_type_with_nulls)
{
    static const enum pg_type types[] = {PG_UUID, PG_TEXT,        PG_INT8,  PG_INT4, PG_INT2,
                                         PG_BOOL, PG_TIMESTAMPTZ, PG_BYTEA, PG_JSON, PG_JSONB};
    static const char *const wanted[] = {
        "{01020304-0506-7008-800a-0b0c0d0e0f10,NULL,01020304-0506-7008-800a-0b0c0d0e0f10}",
        "{\"\",NULL,\"a,b\"}",
        "{9223372036854775807,NULL,9223372036854775806}",
        "{0,NULL,-1}",
        "{7,NULL,8}",
        "{t,NULL,f}",
        "{\"1970-01-01 00:00:00+00\",NULL,\"1970-01-01 00:00:01+00\"}",
        "{\"\\\\x00ff\",NULL,\"\\\\x00ff\"}",
        "{[1],NULL,[1]}",
        "{[1],NULL,[1]}"};
    struct pg_params params;

    pg_params_init(&params, arena);
    for (size_t i = 0; i < 10; i++) {
        struct pg_array array;
        pg_array_begin(&array, arena, types[i], 1);
        add_item(&array, 0);
        pg_array_null(&array);
        add_item(&array, 1);
        pg_params_array(&params, &array);
    }
    ck_assert_int_eq(pg_run(pg, &ECHO_ARRAYS, &params, soon()), PG_OK);
    for (int i = 0; i < 10; i++)
        ck_assert_str_eq(pg_get_text(pg_result(pg, 0), 0, i, NULL), wanted[i]);
}
END_TEST

static const struct statement COUNT_ITEMS = {
    .name = "count_items",
    .sql = "SELECT cardinality($1::text[]), length(array_to_string($1::text[], ''))"};

/* Megabytes both ways: sending and reading alternate, else both sides block. */
START_TEST(a_large_array_and_an_empty_one)
{
    char text[1000];
    struct pg_array array;
    struct pg_params params;

    memset(text, 'x', sizeof text);
    pg_params_init(&params, arena);
    pg_array_begin(&array, arena, PG_TEXT, 10);
    for (int i = 0; i < 4000; i++)
        pg_array_text_len(&array, text, sizeof text);
    pg_params_array(&params, &array);
    begin();
    int large = pg_queue(pg, &COUNT_ITEMS, &params);
    int wide = pg_queue_sql(pg, "SELECT repeat('y', 4000000)");
    pg_params_init(&params, arena);
    pg_array_begin(&array, arena, PG_TEXT, 0);
    pg_params_array(&params, &array);
    int empty = pg_queue(pg, &COUNT_ITEMS, &params);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
    ck_assert_int_eq(pg_get_int4(pg_result(pg, large), 0, 0), 4000);
    ck_assert_int_eq(pg_get_int4(pg_result(pg, large), 0, 1), 4000000);
    ck_assert_uint_eq(strlen(pg_get_text(pg_result(pg, wide), 0, 0, NULL)), 4000000);
    ck_assert_int_eq(pg_get_int4(pg_result(pg, empty), 0, 0), 0);
}
END_TEST

/* As a whole, and as the one value of it. */
START_TEST(an_array_item_of_another_type_is_refused_before_sending)
{
    struct pg_params params;
    struct pg_array array;

    pg_params_init(&params, arena);
    pg_array_begin(&array, arena, PG_INT8, 1);
    pg_array_int4(&array, 1);
    if (_i == 0)
        pg_params_array(&params, &array);
    else
        pg_params_item(&params, &array);
    begin();
    pg_queue_sql(pg, "BEGIN");
    pg_queue_sql(pg, "CREATE TABLE half (n int)");
    pg_queue(pg, &COUNT_ITEMS, &params);
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OTHER);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(to_regclass('half'))"), 0);
}
END_TEST

static const struct statement INSERT_THING = {.name = "insert_thing",
                                              .sql = "INSERT INTO thing (id, n) VALUES ($1, $2)"};
static const struct statement GUARD = {.name = "guard",
                                       .sql = "SELECT 1/count(*) FROM thing WHERE id = $1::int8"};

static void queue_insert(int64_t id, int32_t n)
{
    struct pg_params params;

    pg_params_init(&params, arena);
    pg_params_int8(&params, id);
    pg_params_int4(&params, n);
    pg_queue(pg, &INSERT_THING, &params);
}

static void make_thing(void)
{
    run_sql("CREATE TABLE thing (id int8 PRIMARY KEY, n int4 CONSTRAINT positive CHECK (n > 0))");
}

START_TEST(a_transaction_commits_whole_in_one_round_trip)
{
    make_thing();
    begin();
    pg_queue_begin(pg, WORKSPACE);
    queue_insert(1, 1);
    queue_insert(2, 1);
    int context = pg_queue_sql(pg, "SELECT current_setting('baton.workspace_id')");
    int commit = pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
    ck_assert(pg_committed(pg, commit));
    ck_assert_str_eq(pg_get_text(pg_result(pg, context), 0, 0, NULL),
                     "01020304-0506-7008-800a-0b0c0d0e0f10");
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM thing"), 2);
}
END_TEST

/* An error, what kind it must be, and where. */
struct mishap {
    const char *name;
    int64_t id;
    int32_t n;
    const char *sql; /* instead of the insert */
    enum pg_status status;
    const char *sqlstate;
};

static const struct mishap mishaps[] = {
    {"a key that is there", 1, 1, NULL, PG_UNIQUE, "23505"},
    {"a check", 2, 0, NULL, PG_CONSTRAINT, "23514"},
    {"bad data", 0, 0, "SELECT 'x'::int4", PG_DATA, "22P02"},
    {"a division that is no guard", 0, 0, "SELECT 1/0", PG_DATA, "22012"},
    {"serialization", 0, 0, "DO $$BEGIN RAISE SQLSTATE '40001'; END$$", PG_RETRY, "40001"},
    {"deadlock", 0, 0, "DO $$BEGIN RAISE SQLSTATE '40P01'; END$$", PG_RETRY, "40P01"},
    {"disk full", 0, 0, "DO $$BEGIN RAISE SQLSTATE '53100'; END$$", PG_FULL, "53100"},
    {"statement timeout", 0, 0, "DO $$BEGIN RAISE SQLSTATE '57014'; END$$", PG_TIMEOUT, "57014"},
    {"no such table", 0, 0, "SELECT * FROM nowhere", PG_OTHER, "42P01"},
    {"shut down", 0, 0, "DO $$BEGIN RAISE SQLSTATE '57P01'; END$$", PG_LOST, "57P01"},
};

START_TEST(an_error_says_its_kind_and_place_and_leaves_nothing)
{
    const struct mishap *mishap = &mishaps[_i];

    make_thing();
    begin();
    queue_insert(1, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
    begin();
    pg_queue_sql(pg, "BEGIN");
    queue_insert(9, 1);
    if (mishap->sql != NULL)
        pg_queue_sql(pg, mishap->sql);
    else
        queue_insert(mishap->id, mishap->n);
    queue_insert(10, 1);
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), mishap->status);
    ck_assert_str_eq(pg_error(pg)->sqlstate, mishap->sqlstate);
    ck_assert_int_eq(pg_error(pg)->index, 2);
    ck_assert(!pg_in_transaction(pg));
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM thing"), 1);
    begin();
    queue_insert(11, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
}
END_TEST

START_TEST(a_statement_skipped_after_an_error_is_prepared_the_next_time)
{
    make_thing();
    begin();
    pg_queue_sql(pg, "SELECT 1/0");
    queue_insert(1, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_DATA);
    begin();
    queue_insert(1, 1);
    queue_insert(2, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
}
END_TEST

START_TEST(a_guard_that_finds_nothing_makes_the_group_stale)
{
    struct pg_params params;

    make_thing();
    pg_params_init(&params, arena);
    pg_params_int8(&params, 77);
    begin();
    pg_queue_sql(pg, "BEGIN");
    queue_insert(1, 1);
    int guard = pg_queue(pg, &GUARD, &params);
    pg_mark_guard(pg, guard);
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_STALE);
    ck_assert_int_eq(pg_error(pg)->index, guard);
    ck_assert_str_eq(pg_error(pg)->statement, "guard");
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM thing"), 0);
}
END_TEST

START_TEST(a_transaction_spans_round_trips_and_can_be_rolled_back)
{
    make_thing();
    begin();
    pg_queue_begin(pg, WORKSPACE);
    queue_insert(1, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
    ck_assert(pg_in_transaction(pg));
    pg_rollback(pg);
    ck_assert(!pg_in_transaction(pg));
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM thing"), 0);
}
END_TEST

static void kill_backend(void)
{
    char sql[80];

    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, %d)", pg_backend_pid(pg), WAIT_MS);
    database_exec(database, sql);
}

START_TEST(an_idle_connection_that_was_cut_opens_again_unnoticed)
{
    run_sql("SELECT 1");
    int before = pg_backend_pid(pg);
    kill_backend();
    ck_assert_int_eq(pg_ping(pg, soon()), PG_OK);
    ck_assert_int_ne(pg_backend_pid(pg), before);
}
END_TEST

START_TEST(a_transaction_that_lost_its_connection_does_not_go_on_on_another)
{
    make_thing();
    begin();
    pg_queue_sql(pg, "BEGIN");
    queue_insert(1, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
    kill_backend();
    ck_assert_int_eq(pg_pipeline_begin(pg, soon()), PG_LOST);
    ck_assert(!pg_error(pg)->commit_sent);
    ck_assert(!pg_in_transaction(pg));
    ck_assert_int_eq(pg_ping(pg, soon()), PG_OK);
}
END_TEST

START_TEST(a_cut_before_the_commit_says_that_nothing_was_done)
{
    make_thing();
    begin();
    pg_queue_sql(pg, "BEGIN");
    queue_insert(1, 1);
    pg_queue_sql(pg, "SELECT pg_terminate_backend(pg_backend_pid())");
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_LOST);
    ck_assert(!pg_error(pg)->commit_sent);
    begin();
    queue_insert(1, 1);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
}
END_TEST

/* What runs at the COMMIT of whoever inserts a thing. */
static void at_commit(const char *statement)
{
    char sql[512];

    make_thing();
    snprintf(sql, sizeof sql,
             "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN %s; RETURN"
             " NULL; END$$; CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON thing DEFERRABLE"
             " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()",
             statement);
    database_exec(database, sql);
}

START_TEST(a_cut_while_the_commit_runs_says_that_it_was_sent)
{
    at_commit("PERFORM pg_terminate_backend(pg_backend_pid())");
    begin();
    pg_queue_sql(pg, "BEGIN");
    queue_insert(1, 1);
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_LOST);
    ck_assert(pg_error(pg)->commit_sent);
}
END_TEST

/* As when the wait for the standby is cancelled. */
START_TEST(a_commit_with_a_warning_is_in_doubt)
{
    at_commit("RAISE WARNING 'canceling wait for synchronous replication'");
    begin();
    pg_queue_sql(pg, "BEGIN");
    queue_insert(1, 1);
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_LOST);
    ck_assert(pg_error(pg)->commit_sent);
    ck_assert_int_eq(pg_backend_pid(pg), 0);
    ck_assert_int_eq(database_ask_int(database, "SELECT count(*) FROM thing"), 1);
}
END_TEST

START_TEST(a_warning_before_the_commit_is_no_doubt)
{
    begin();
    pg_queue_sql(pg, "BEGIN");
    pg_queue_sql(pg, "BEGIN"); /* warns */
    pg_queue_sql(pg, "SELECT 1");
    pg_queue_sql(pg, "SELECT 1");
    pg_queue_commit(pg);
    ck_assert_int_eq(pg_pipeline_run(pg, soon()), PG_OK);
}
END_TEST

START_TEST(an_answer_that_does_not_come_in_time_ends_the_connection)
{
    run_sql("SELECT 1");
    int64_t start = pg_now_ms();
    ck_assert_int_eq(pg_run_sql(pg, "SELECT pg_sleep(30)", pg_deadline_in(100)), PG_LOST);
    ck_assert_int_lt(pg_now_ms() - start, WAIT_MS);
    ck_assert_int_eq(pg_backend_pid(pg), 0);
    ck_assert_int_eq(pg_ping(pg, soon()), PG_OK);
}
END_TEST

START_TEST(a_database_that_is_away_is_tried_until_the_deadline)
{
    struct pg_settings nowhere = {.conninfo = "host=/tmp/baton-no-such-directory dbname=x"};
    struct pg *lost = pg_new(&nowhere);
    int64_t start = pg_now_ms();

    ck_assert_int_eq(pg_connect(lost, soon()), PG_LOST);
    ck_assert_int_lt(pg_now_ms() - start, WAIT_MS);
    ck_assert_ptr_nonnull(strstr(pg_error(lost)->text, "baton-no-such-directory"));
    start = pg_now_ms();
    ck_assert_int_eq(pg_ping(lost, pg_deadline_in(200)), PG_LOST);
    ck_assert_int_ge(pg_now_ms() - start, 200);
    pg_free(lost);
}
END_TEST

/* As after SIGSTOP, or a pause of the whole machine. */
START_TEST(who_wakes_long_after_the_deadline_connects_all_the_same)
{
    pg_disconnect(pg);
    ck_assert_int_eq(pg_pipeline_begin(pg, pg_now_ms() - WAIT_MS), PG_OK);
    pg_pipeline_end(pg);
}
END_TEST

static int heard;

static void count_told(void *context, const struct pg_error *error)
{
    (void)context;
    (void)error;
    heard++;
}

static void make_role(const char *role, const char *attributes)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "DO $$BEGIN CREATE ROLE %s %s; EXCEPTION WHEN duplicate_object OR unique_violation"
             " THEN NULL; END$$",
             role, attributes);
    database_exec(database, sql);
}

static enum pg_status connect_as(const char *user, const char *role)
{
    struct pg_settings settings = {.role = role, .log = count_told};
    settings.conninfo =
        user == NULL ? database_conninfo(database) : database_conninfo_as(database, user);
    struct pg *as = pg_new(&settings);

    heard = 0;
    enum pg_status status = pg_connect(as, soon());
    pg_free(as);
    return status;
}

START_TEST(only_a_role_that_row_level_security_binds_may_serve)
{
    make_role("test_plain", "LOGIN");
    make_role("test_bypass", "BYPASSRLS");
    ck_assert_int_eq(connect_as("test_plain", "test_plain"), PG_OK);
    ck_assert_int_eq(heard, 0);
    /* A superuser's login serves, with a warning. */
    ck_assert_int_eq(connect_as(NULL, "test_plain"), PG_OK);
    ck_assert_int_eq(heard, 1);
    ck_assert_int_eq(connect_as(NULL, "test_bypass"), PG_REFUSED);
    ck_assert_int_eq(connect_as(NULL, "postgres"), PG_REFUSED);
    ck_assert_int_eq(connect_as("test_plain", "test_bypass"), PG_REFUSED);
    ck_assert_int_eq(connect_as(NULL, "test_no_such_role"), PG_REFUSED);
    database_exec(database, "CREATE TABLE owned (n int); ALTER TABLE owned OWNER TO test_plain");
    ck_assert_int_eq(connect_as("test_plain", "test_plain"), PG_REFUSED);
}
END_TEST

START_TEST(a_changed_table_costs_one_retry)
{
    static const struct statement all = {.name = "all_things", .sql = "SELECT * FROM thing"};

    make_thing();
    ck_assert_int_eq(pg_run(pg, &all, NULL, soon()), PG_OK);
    database_exec(database, "ALTER TABLE thing ADD COLUMN later text");
    ck_assert_int_eq(pg_run(pg, &all, NULL, soon()), PG_RETRY);
    ck_assert_int_eq(pg_run(pg, &all, NULL, soon()), PG_OK);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "pg");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, every_type_comes_back_as_it_went, nothing_comes_back_as_nothing,
          arrays_of_every_type_with_nulls, a_large_array_and_an_empty_one,
          a_transaction_commits_whole_in_one_round_trip);
    tcase_add_loop_test(t, an_array_item_of_another_type_is_refused_before_sending, 0, 2);
    EACH(t, an_error_says_its_kind_and_place_and_leaves_nothing, mishaps);
    TESTS(t, a_statement_skipped_after_an_error_is_prepared_the_next_time,
          a_guard_that_finds_nothing_makes_the_group_stale,
          a_transaction_spans_round_trips_and_can_be_rolled_back,
          an_idle_connection_that_was_cut_opens_again_unnoticed,
          a_transaction_that_lost_its_connection_does_not_go_on_on_another,
          a_cut_before_the_commit_says_that_nothing_was_done,
          a_cut_while_the_commit_runs_says_that_it_was_sent, a_commit_with_a_warning_is_in_doubt,
          a_warning_before_the_commit_is_no_doubt,
          an_answer_that_does_not_come_in_time_ends_the_connection,
          a_database_that_is_away_is_tried_until_the_deadline,
          who_wakes_long_after_the_deadline_connects_all_the_same,
          only_a_role_that_row_level_security_binds_may_serve, a_changed_table_costs_one_retry);
}

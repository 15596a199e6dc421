/*
 * Many workspaces with much configuration: the cache holds what fits, the least recently read one
 * gives way, and whoever still uses it notices nothing.
 */
#include "reading.h"
#include "store/config_cache.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKSPACES     20
#define DOCUMENT_BYTES (2 << 20) /* of each workspace */
#define HELD_MAX       8         /* of them fit: 16 MiB */
#define HOUR_MS        3600000
#define SQL_MAX        1024 /* bytes */

static struct reading world;
static struct config_cache *cache;

static void setup(void)
{
    char sql[SQL_MAX];

    reading_begin(&world);
    cache = config_cache_new(database_keyring());
    snprintf(sql, sizeof sql,
             "CREATE TEMP TABLE made AS SELECT lpad(i::text, 32, '0')::uuid AS id, i "
             "FROM generate_series(1, %d) i;"
             "INSERT INTO workspace SELECT id, 'w' || i, decode(repeat('00', 32), 'hex'), now() "
             "FROM made;"
             "INSERT INTO workspace_head SELECT id, 0, 1 FROM made;"
             "INSERT INTO agreement (workspace_id, kind, version, agreement_id, state, document, "
             "revision, created_at) SELECT id, 'mql', 1, id, 'draft', repeat('x', %d), 1, now() "
             "FROM made",
             WORKSPACES, DOCUMENT_BYTES);
    database_exec(world.database, sql);
    database_seal(world.database);
}

static void teardown(void)
{
    config_cache_free(cache);
    reading_end(&world);
}

static struct uuid workspace(int number)
{
    char text[UUID_TEXT_LEN + 1];
    struct uuid id;

    snprintf(text, sizeof text, "00000000-0000-0000-0000-%012d", number);
    ck_assert(uuid_parse(text, &id));
    return id;
}

/* With a reference for the caller. */
static const struct config *refresh(int number)
{
    const struct config *config;
    enum pg_status status = config_cache_refresh(cache, world.pg, workspace(number), HOUR_MS,
                                                 pg_deadline_in(READING_WAIT_MS), &config);

    ck_assert_int_eq(status, PG_OK);
    ck_assert_msg(config != NULL, "workspace %d is not found", number);
    return config;
}

static bool is_held(int number)
{
    const struct config *config = config_cache_get(cache, workspace(number));
    bool held = config != NULL;

    config_release(config);
    return held;
}

START_TEST(what_does_not_fit_gives_way)
{
    const struct config *first = refresh(1);
    int held = 0;

    for (int i = 2; i <= WORKSPACES; i++)
        config_release(refresh(i));
    for (int i = 1; i <= WORKSPACES; i++)
        held += is_held(i);
    ck_assert_int_le(held, HELD_MAX);
    ck_assert_int_ge(held, HELD_MAX - 1);
    ck_assert(!is_held(1));
    ck_assert(is_held(WORKSPACES));
    ck_assert_uint_eq(strlen(first->agreements[0].document), DOCUMENT_BYTES);
    config_release(first);
    config_release(refresh(1));
    ck_assert(is_held(1));
}
END_TEST

START_TEST(what_is_read_again_and_again_stays)
{
    config_release(refresh(1));
    for (int i = 2; i <= WORKSPACES; i++) {
        config_release(refresh(i));
        ck_assert_msg(is_held(1), "workspace 1 gave way to workspace %d", i);
    }
}
END_TEST

/* ---- which of two is newer ---- */

static void set_version(int version)
{
    char sql[SQL_MAX];

    snprintf(sql, sizeof sql,
             "UPDATE workspace_head SET config_version = %d WHERE workspace_id = "
             "lpad('1', 32, '0')::uuid",
             version);
    database_exec(world.database, sql);
}

/* Reads it anew unless the one at hand is of this version at least; the version that was read. */
static int64_t load(int64_t at_least)
{
    const struct config *config;

    ck_assert_int_eq(config_cache_load(cache, world.pg, workspace(1), at_least,
                                       pg_deadline_in(READING_WAIT_MS), &config),
                     PG_OK);
    ck_assert_ptr_nonnull(config);
    int64_t version = config->version;
    config_release(config);
    return version;
}

static int64_t held_version(void)
{
    const struct config *config = config_cache_get(cache, workspace(1));
    int64_t version = config == NULL ? 0 : config->version;

    config_release(config);
    return version;
}

/* Two threads read at once, and the one that read first comes last: so it is when the database has
 * an older version than the cache. */
START_TEST(an_older_configuration_never_replaces_a_newer)
{
    set_version(5);
    ck_assert_int_eq(load(0), 5);
    set_version(3);
    ck_assert_int_eq(load(5), 5); /* the one at hand is new enough */
    ck_assert_int_eq(load(6), 3);
    ck_assert_int_eq(held_version(), 5);
    set_version(7);
    ck_assert_int_eq(load(6), 7);
    ck_assert_int_eq(held_version(), 7);
    /* another database may have any version */
    set_version(2);
    config_cache_forget(cache);
    ck_assert_int_eq(held_version(), 0);
    ck_assert_int_eq(load(0), 2);
    ck_assert_int_eq(held_version(), 2);
}
END_TEST

static int64_t refreshed(int64_t max_age_ms)
{
    const struct config *config;

    ck_assert_int_eq(config_cache_refresh(cache, world.pg, workspace(1), max_age_ms,
                                          pg_deadline_in(READING_WAIT_MS), &config),
                     PG_OK);
    int64_t version = config == NULL ? 0 : config->version;
    config_release(config);
    return version;
}

/* What another server changed is seen when the last look is too old, and not looked for before. */
START_TEST(what_another_changed_is_seen_in_time)
{
    set_version(5);
    ck_assert_int_eq(refreshed(HOUR_MS), 5);
    set_version(6);
    ck_assert_int_eq(refreshed(HOUR_MS), 5);
    ck_assert_int_eq(refreshed(0), 6);
    ck_assert_int_eq(held_version(), 6);
    set_version(7);
    ck_assert_int_eq(refreshed(HOUR_MS), 6); /* the look before counted */
    database_exec(world.database, "DELETE FROM workspace_head");
    ck_assert_int_eq(refreshed(0), 0);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "more than fits");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, what_does_not_fit_gives_way, what_is_read_again_and_again_stays,
          an_older_configuration_never_replaces_a_newer, what_another_changed_is_seen_in_time);
}

/*
 * Many workspaces with much configuration: the cache holds what fits, the least recently read one
 * gives way, and whoever still uses it notices nothing.
 */
#include "reading.h"
#include "store/config_cache.h"

#include <check.h>
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
             "INSERT INTO definition (workspace_id, term, version, definition_id, state, document, "
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
    ck_assert_uint_eq(strlen(first->definitions[0].document), DOCUMENT_BYTES);
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

int main(void)
{
    Suite *suite = suite_create("store/config_cache");
    TCase *tcase = tcase_create("more than fits");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_does_not_fit_gives_way);
    tcase_add_test(tcase, what_is_read_again_and_again_stays);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* How much of each kind a workspace may have: what counts, the last that is taken, the first that
 * is not. */
#include "core/setup/quota.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY_BYTES (1u << 20)

static struct config config;
static struct work work;
static struct api_key *keys;
static struct agreement_version *agreements;

static void set_up(void)
{
    config = (struct config){0};
    work = (struct work){.arena = arena_new(MEMORY_BYTES), .config = &config};
    keys = calloc((size_t)quota_limit(QUOTA_KEYS) + 1, sizeof *keys);
    agreements = calloc(2 * (size_t)quota_limit(QUOTA_DRAFTS) + 1, sizeof *agreements);
    ck_assert(work.arena != NULL && keys != NULL && agreements != NULL);
    config.keys = keys;
    config.agreements = agreements;
    for (int64_t i = 0; i <= quota_limit(QUOTA_KEYS); i++)
        keys[i].revoked_at = INSTANT_NONE;
    for (int64_t i = 0; i <= 2 * quota_limit(QUOTA_DRAFTS); i++)
        agreements[i].kind = i % 2 ? AGREEMENT_SQL : AGREEMENT_MQL;
}

static void tear_down(void)
{
    arena_free(work.arena);
    free(keys);
    free(agreements);
}

/* Makes so many of it, of which none is special. */
static void have(enum quota quota, size_t count)
{
    switch (quota) {
    case QUOTA_TEAMS:
        config.team_count = count;
        break;
    case QUOTA_MEMBERS:
        config.member_count = count;
        break;
    case QUOTA_KEYS:
        config.key_count = count;
        break;
    case QUOTA_SOURCES:
        config.source_count = count;
        break;
    case QUOTA_SUBSCRIPTIONS:
        config.subscription_count = count;
        break;
    case QUOTA_DRAFTS:
        config.agreement_count = 2 * count;
        for (size_t i = 0; i < 2 * count; i++)
            agreements[i].state = AGREEMENT_DRAFT;
        break;
    default:
        ck_abort_msg("%s is not in the configuration", quota_name(quota));
    }
}

START_TEST(the_limit_is_the_last_that_is_taken)
{
    enum quota quota = (enum quota)_i;
    size_t limit = (size_t)quota_limit(quota);
    struct outcome outcome = {0};

    have(quota, limit - 1);
    ck_assert_int_eq(quota_used(&config, quota), (int64_t)limit - 1);
    ck_assert(quota_leaves(&work, quota, &outcome));
    ck_assert_int_eq(outcome.err, ERR_NONE);
    have(quota, limit);
    ck_assert_int_eq(quota_used(&config, quota), (int64_t)limit);
    ck_assert(!quota_leaves(&work, quota, &outcome));
    ck_assert_int_eq(outcome.err, ERR_LIMIT_REACHED);
    ck_assert_msg(strstr(outcome.problem.detail, "at most ") != NULL, "%s", outcome.problem.detail);
}
END_TEST

START_TEST(a_key_that_was_revoked_makes_room)
{
    struct outcome outcome = {0};

    have(QUOTA_KEYS, (size_t)quota_limit(QUOTA_KEYS));
    ck_assert(!quota_leaves(&work, QUOTA_KEYS, &outcome));
    keys[7].revoked_at = 1;
    ck_assert(quota_leaves(&work, QUOTA_KEYS, &outcome));
}
END_TEST

START_TEST(drafts_are_counted_for_each_document)
{
    have(QUOTA_DRAFTS, 3);
    ck_assert_int_eq(quota_used(&config, QUOTA_DRAFTS), 3);
    agreements[0].state = agreements[2].state = AGREEMENT_PROPOSED;
    agreements[1].state = AGREEMENT_PROPOSED;
    ck_assert_int_eq(quota_used(&config, QUOTA_DRAFTS), 2);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "quota");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, the_limit_is_the_last_that_is_taken, 0, QUOTA_JOBS);
    TESTS(tcase, a_key_that_was_revoked_makes_room, drafts_are_counted_for_each_document);
}

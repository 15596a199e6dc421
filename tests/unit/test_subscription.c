/* Subscriptions as commands: their secrets, and what is switched off. How they are sent to is in
 * http/subscriptions. */
#include "setup_world.h"
#include "suite.h"

#include "core/setup/subscription_change.h"

#include <string.h>

#define ANA world_key("ana@acme.example")

static const struct subscription *subscribe(void)
{
    static const struct subscription_create_input input = {
        .name = "hook",
        .events = "[\"handoff.*\",\"lead.erased\"]",
        .include = INCLUDE_LEAD,
        .target = {.url = "https://a.example/hook"},
        .idempotency_key = "k",
    };

    world_begin();
    world_must(ANA, COMMAND_SUBSCRIPTION_CREATE, &input);
    ck_assert_ptr_nonnull(world_entry(LEDGER_SUBSCRIPTION_CREATED));
    return &world.subscriptions[0];
}

START_TEST(its_events_are_the_types_of_its_patterns)
{
    const struct subscription *subscription = subscribe();
    struct kind_set kinds = subscription_kinds(subscription, world.arena);

    ck_assert(kind_set_has(&kinds, LEDGER_HANDOFF_OFFERED));
    ck_assert(kind_set_has(&kinds, LEDGER_OUTCOME_WON));
    ck_assert(kind_set_has(&kinds, LEDGER_LEAD_ERASED));
    ck_assert(!kind_set_has(&kinds, LEDGER_LEAD_CAPTURED));
    world_close();
}
END_TEST

/* The same text for the same moment, so that it need not be kept. */
START_TEST(its_secret_is_made_of_the_moment_since_when_it_counts)
{
    const struct subscription *subscription = subscribe();
    const struct subscription_named named = {subscription->id};
    char first[SUBSCRIPTION_SECRET_LEN + 1], again[SUBSCRIPTION_SECRET_LEN + 1];
    instant since = subscription->secret_since;

    subscription_secret(&world.config, subscription->id, since, first);
    ck_assert_uint_eq(strlen(first), SUBSCRIPTION_SECRET_LEN);
    ck_assert_int_eq(strncmp(first, "whsec_", 6), 0);
    world.now += INSTANT_DAY;
    world_must(ANA, COMMAND_SUBSCRIPTION_ROTATE, &named);
    subscription_secret(&world.config, subscription->id, subscription->secret_since, again);
    ck_assert_str_ne(first, again);
    ck_assert_int_eq(subscription->old_secret_since, since);
    ck_assert_int_eq(subscription->old_secret_until,
                     world.now + SUBSCRIPTION_OVERLAP_SECONDS * INSTANT_SECOND);
    subscription_secret(&world.config, subscription->id, since, again);
    ck_assert_str_eq(first, again);
    world_close();
}
END_TEST

/* Whoever changed it meanwhile has seen to it. */
START_TEST(what_was_changed_meanwhile_is_not_switched_off)
{
    const struct subscription *subscription = subscribe();
    struct subscription_off_input off = {subscription->id, subscription->revision, "failing"};
    const int paused = SUBSCRIPTION_PAUSED, active = SUBSCRIPTION_ACTIVE;
    struct subscription_update_input update = {.subscription = subscription->id, .state = &paused};

    world_must(ANA, COMMAND_SUBSCRIPTION_UPDATE, &update);
    ck_assert_int_eq(world_do(NULL, COMMAND_SUBSCRIPTION_OFF, &off), ERR_NOT_FOUND);
    ck_assert_int_eq(subscription->state, SUBSCRIPTION_PAUSED);
    off.revision = subscription->revision;
    world_must(NULL, COMMAND_SUBSCRIPTION_OFF, &off);
    ck_assert_int_eq(subscription->state, SUBSCRIPTION_OFF);
    ck_assert_str_eq(subscription->off_cause, "failing");
    ck_assert_ptr_nonnull(world_entry(LEDGER_SUBSCRIPTION_SWITCHED_OFF));
    update.state = &active;
    world_must(ANA, COMMAND_SUBSCRIPTION_UPDATE, &update);
    ck_assert_int_eq(subscription->state, SUBSCRIPTION_ACTIVE);
    ck_assert_ptr_null(subscription->off_cause);
    world_close();
}
END_TEST

START_TEST(one_thing_is_said_to_be_sent_again)
{
    const struct subscription *subscription = subscribe();
    const instant moment = world.now;
    struct subscription_replay_input replay = {.subscription = subscription->id};

    ck_assert_int_eq(world_do(ANA, COMMAND_SUBSCRIPTION_REPLAY, &replay), ERR_UNPROCESSABLE);
    replay.to = &moment;
    ck_assert_int_eq(world_do(ANA, COMMAND_SUBSCRIPTION_REPLAY, &replay), ERR_UNPROCESSABLE);
    replay.from = &moment;
    world_must(ANA, COMMAND_SUBSCRIPTION_REPLAY, &replay);
    replay.failed = true;
    ck_assert_int_eq(world_do(ANA, COMMAND_SUBSCRIPTION_REPLAY, &replay), ERR_UNPROCESSABLE);
    ck_assert_ptr_nonnull(world_entry(LEDGER_SUBSCRIPTION_REPLAYED));
    world_close();
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "subscription");

    TESTS(tcase, its_events_are_the_types_of_its_patterns,
          its_secret_is_made_of_the_moment_since_when_it_counts,
          what_was_changed_meanwhile_is_not_switched_off, one_thing_is_said_to_be_sent_again);
}

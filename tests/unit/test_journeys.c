/* Journeys as parts: whatever the model, they add up to the conversions and to their money, and the
 * order in which they come does not matter. */
#include "core/attribution/journeys.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define NOW         ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */
#define CONVERSIONS 300
#define STEPS_MAX   9

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(64 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

static unsigned seed;

static int draw(int below)
{
    seed = seed * 1103515245u + 12345u;
    return (int)(seed >> 16) % below;
}

struct drawn {
    struct conversion conversion;
    struct journey_step steps[STEPS_MAX];
};

static void draw_one(struct drawn *out, int values)
{
    static const char *const times[] = {"2026-01-01", "2026-02-01"};
    static const char *const currencies[] = {NULL, "EUR", "USD"};
    struct conversion *it = &out->conversion;
    int kind = draw(10);

    *it = (struct conversion){.time = times[draw(2)], .at = NOW, .steps = out->steps};
    for (int i = 0; i < MILESTONE_COUNT; i++)
        it->reached[i] = draw(2) ? NOW - draw(50) * INSTANT_DAY : INSTANT_NONE;
    it->currency = currencies[draw(3)];
    it->amount_minor = it->currency == NULL ? 0 : draw(100000);
    it->standing = kind == 0 ? STANDING_UNTOUCHED : kind == 1 ? STANDING_LATE : STANDING_CREDITED;
    it->count = kind == 0 ? 0 : kind == 1 ? 1 : 1 + (size_t)draw(STEPS_MAX);
    for (size_t i = 0; i < it->count; i++)
        out->steps[i] = (struct journey_step){NOW - (instant)(it->count - i) * 5 * INSTANT_DAY,
                                              {draw(values), draw(3)},
                                              draw(4) == 0};
}

static const struct journeys_part *parts_of(enum credit_model model, const struct drawn *drawn,
                                            int step, size_t *count)
{
    struct journeys *journeys = journeys_new(model, &CREDIT_RULES_USUAL, arena);
    const struct journeys_part *parts = NULL;

    for (int i = 0; i < CONVERSIONS; i++)
        journeys_add(journeys, &drawn[step > 0 ? i : CONVERSIONS - 1 - i].conversion);
    ck_assert(journeys_end(journeys, &parts, count));
    return parts;
}

static int64_t amount_in(const struct drawn *drawn, const char *time, const char *currency)
{
    int64_t sum = 0;

    for (int i = 0; i < CONVERSIONS; i++)
        if (drawn[i].conversion.currency != NULL &&
            strcmp(drawn[i].conversion.currency, currency) == 0 &&
            strcmp(drawn[i].conversion.time, time) == 0)
            sum += drawn[i].conversion.amount_minor;
    return sum;
}

START_TEST(parts_add_up_to_conversions_and_money)
{
    struct drawn *drawn = ARENA_ARRAY(arena, struct drawn, CONVERSIONS);
    enum credit_model model = (enum credit_model)_i;
    int64_t credit = 0, counted = 0, money = 0;
    size_t count, turned_count;

    seed = (unsigned)_i + 1;
    for (int i = 0; i < CONVERSIONS; i++)
        draw_one(&drawn[i], 5);
    const struct journeys_part *parts = parts_of(model, drawn, 1, &count);
    const struct journeys_part *turned = parts_of(model, drawn, -1, &turned_count);
    for (size_t i = 0; i < count; i++) {
        credit += parts[i].credit;
        counted += parts[i].count;
        if (parts[i].currency != NULL && strcmp(parts[i].currency, "EUR") == 0 &&
            strcmp(parts[i].time, "2026-02-01") == 0)
            money += parts[i].amount_minor;
    }
    ck_assert_int_eq(credit, CONVERSIONS * CREDIT_ONE);
    ck_assert_int_eq(counted, CONVERSIONS);
    ck_assert_int_eq(money, amount_in(drawn, "2026-02-01", "EUR"));
    int64_t there = 0;
    for (size_t i = 0; i < turned_count; i++)
        there += turned[i].credit * (turned[i].values[0] + 1);
    for (size_t i = 0; i < count; i++)
        there -= parts[i].credit * (parts[i].values[0] + 1);
    ck_assert_int_eq(there, 0);
}
END_TEST

START_TEST(nothing_has_no_parts)
{
    struct journeys *journeys = journeys_new(CREDIT_MARKOV, &CREDIT_RULES_USUAL, arena);
    const struct journeys_part *parts;
    size_t count;

    ck_assert(journeys_end(journeys, &parts, &count));
    ck_assert_uint_eq(count, 0);
}
END_TEST

/* Two hundred values: the rare ones are one, and nothing is lost. */
START_TEST(a_chain_knows_the_most_frequent_values)
{
    struct drawn *drawn = ARENA_ARRAY(arena, struct drawn, CONVERSIONS);
    int64_t credit = 0, others = 0;
    size_t count;

    seed = 7;
    for (int i = 0; i < CONVERSIONS; i++)
        draw_one(&drawn[i], 200);
    const struct journeys_part *parts = parts_of(CREDIT_MARKOV, drawn, 1, &count);
    for (size_t i = 0; i < count; i++) {
        credit += parts[i].credit;
        others += parts[i].values[0] == JOURNEYS_OTHER ? parts[i].credit : 0;
    }
    ck_assert_int_eq(credit, CONVERSIONS * CREDIT_ONE);
    ck_assert_int_gt(others, 0);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "journeys");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, parts_add_up_to_conversions_and_money, 0, CREDIT_MODEL_COUNT);
    TESTS(t, nothing_has_no_parts, a_chain_knows_the_most_frequent_values);
}

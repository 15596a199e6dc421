/* Models of attribution: answers that are known, and on random journeys what a slow and plain
 * reading of their definitions says. */
#include "core/attribution/credit.h"
#include "core/attribution/markov.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOW         ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */
#define TOUCHES_MAX 12
#define KEYS_MAX    6
#define ROUNDS      400

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(64 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const struct credit_rules *rules_of(int half_life_days)
{
    static struct credit_rules rules;

    rules = CREDIT_RULES_USUAL;
    rules.half_life_days = half_life_days;
    return &rules;
}

/* ---- what is known ---- */

struct known {
    enum credit_model model;
    size_t count;
    int days_before[TOUCHES_MAX];
    int mql, opportunity, customer; /* places of their touches; -1: not reached */
    int half_life;
    double wanted[TOUCHES_MAX];
};

static const struct known known[] = {
    {CREDIT_FIRST, 3, {3, 2, 1}, -1, -1, -1, 7, {1, 0, 0}},
    {CREDIT_LAST, 3, {3, 2, 1}, -1, -1, -1, 7, {0, 0, 1}},
    {CREDIT_LINEAR, 3, {3, 2, 1}, -1, -1, -1, 7, {1. / 3, 1. / 3, 1. / 3}},
    {CREDIT_TIME_DECAY, 4, {28, 14, 7, 0}, -1, -1, -1, 7, {1. / 29, 4. / 29, 8. / 29, 16. / 29}},
    {CREDIT_TIME_DECAY, 2, {7, 0}, -1, -1, -1, 7, {1. / 3, 2. / 3}},
    {CREDIT_TIME_DECAY, 2, {3, 1}, -1, -1, -1, 7, {0.4506506745036247, 0.5493493254963753}},
    /* ten years ago is not nothing */
    {CREDIT_TIME_DECAY, 2, {3657, 3650}, -1, -1, -1, 7, {1. / 3, 2. / 3}},
    {CREDIT_POSITION_BASED, 1, {1}, -1, -1, -1, 7, {1}},
    {CREDIT_POSITION_BASED, 2, {2, 1}, -1, -1, -1, 7, {.5, .5}},
    {CREDIT_POSITION_BASED, 3, {3, 2, 1}, -1, -1, -1, 7, {.4, .2, .4}},
    {CREDIT_POSITION_BASED, 4, {4, 3, 2, 1}, -1, -1, -1, 7, {.4, .1, .1, .4}},
    {CREDIT_POSITION_BASED, 5, {5, 4, 3, 2, 1}, -1, -1, -1, 7, {.4, .2 / 3, .2 / 3, .2 / 3, .4}},
    {CREDIT_W_SHAPED, 6, {6, 5, 4, 3, 2, 1}, 2, 4, -1, 7, {.3, .1 / 3, .3, .1 / 3, .3, .1 / 3}},
    {CREDIT_W_SHAPED, 5, {5, 4, 3, 2, 1}, 0, 3, -1, 7, {.6, .1 / 3, .1 / 3, .3, .1 / 3}},
    {CREDIT_W_SHAPED, 3, {3, 2, 1}, 1, 2, -1, 7, {1. / 3, 1. / 3, 1. / 3}},
    {CREDIT_W_SHAPED, 1, {1}, 0, 0, -1, 7, {1}},
    /* no opportunity by then: the others keep their proportions */
    {CREDIT_W_SHAPED, 3, {3, 2, 1}, 2, -1, -1, 7, {3. / 7, 1. / 7, 3. / 7}},
    {CREDIT_FULL_PATH,
     7,
     {7, 6, 5, 4, 3, 2, 1},
     2,
     4,
     6,
     7,
     {.225, .1 / 3, .225, .1 / 3, .225, .1 / 3, .225}},
    {CREDIT_FULL_PATH, 2, {2, 1}, 1, 1, 1, 7, {.25, .75}},
};

static struct journey journey_of(const struct known *it, struct journey_touch *touches)
{
    struct journey journey = {.touches = touches, .count = it->count, .at = NOW};

    for (size_t i = 0; i < it->count; i++)
        touches[i] = (struct journey_touch){NOW - it->days_before[i] * INSTANT_DAY, (int)i, false};
    for (int i = 0; i < MILESTONE_COUNT; i++)
        journey.reached[i] = INSTANT_NONE;
    if (it->mql >= 0)
        journey.reached[MILESTONE_MQL] = touches[it->mql].at + 1;
    if (it->opportunity >= 0)
        journey.reached[MILESTONE_OPPORTUNITY] = touches[it->opportunity].at + 2;
    if (it->customer >= 0)
        journey.reached[MILESTONE_CUSTOMER] = touches[it->customer].at + 3;
    return journey;
}

static int64_t sum_of(const int64_t *credit, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += credit[i];
    return sum;
}

static void near_to(int64_t credit, double wanted, const char *what, size_t place)
{
    ck_assert_msg(fabs((double)credit - wanted * CREDIT_ONE) <= 1.01, "%s, %zu: %.9f, wanted %.9f",
                  what, place, (double)credit / CREDIT_ONE, wanted);
}

START_TEST(answers_that_are_known)
{
    const struct known *it = &known[_i];
    struct journey_touch touches[TOUCHES_MAX];
    struct journey journey = journey_of(it, touches);
    int64_t credit[TOUCHES_MAX];

    ck_assert(credit_journey(it->model, rules_of(it->half_life), &journey, arena, credit));
    ck_assert_int_eq(sum_of(credit, it->count), CREDIT_ONE);
    for (size_t i = 0; i < it->count; i++)
        near_to(credit[i], it->wanted[i], credit_model_name(it->model), i);
}
END_TEST

START_TEST(what_does_not_divide_goes_to_the_largest_remainder_then_the_earlier)
{
    const int64_t alike[] = {1, 1, 1}, apart[] = {1, 4, 1}, none[] = {0, 1, 0};
    int64_t out[3];

    ck_assert(credit_share(CREDIT_ONE, alike, 3, arena, out));
    ck_assert_int_eq(out[0], 333333334);
    ck_assert_int_eq(out[1], 333333333);
    ck_assert(credit_share(5, alike, 3, arena, out));
    ck_assert(out[0] == 2 && out[1] == 2 && out[2] == 1);
    ck_assert(credit_share(100, apart, 3, arena, out)); /* 16.67, 66.67, 16.67 */
    ck_assert(out[0] == 17 && out[1] == 67 && out[2] == 16);
    ck_assert(credit_share(7, none, 3, arena, out));
    ck_assert(out[0] == 0 && out[1] == 7 && out[2] == 0);
    ck_assert(credit_share(0, alike, 3, arena, out));
    ck_assert_int_eq(sum_of(out, 3), 0);
}
END_TEST

START_TEST(direct_is_passed_over_unless_there_is_nothing_else)
{
    struct journey_touch touches[] = {{NOW - 3, 0, false}, {NOW - 2, 1, false}, {NOW - 1, 2, true}};
    struct journey journey = {.touches = touches, .count = 3, .at = NOW};
    int64_t credit[3];

    ck_assert(credit_journey(CREDIT_LAST_NON_DIRECT, &CREDIT_RULES_USUAL, &journey, arena, credit));
    ck_assert_int_eq(credit[1], CREDIT_ONE);
    touches[0].direct = touches[1].direct = true;
    ck_assert(credit_journey(CREDIT_LAST_NON_DIRECT, &CREDIT_RULES_USUAL, &journey, arena, credit));
    ck_assert_int_eq(credit[2], CREDIT_ONE);
}
END_TEST

/* ---- journeys by letters ---- */

struct path {
    const char *letters; /* a channel each */
    int won;
    int lost;
};

struct known_chain {
    const char *label;
    struct path paths[4];
    int64_t wanted[3]; /* thousandths of a conversion */
};

static const struct known_chain known_chains[] = {
    {"three channels", {{"abc", 1, 0}, {"a", 0, 1}, {"bc", 0, 1}}, {200, 400, 400}},
    {"two and lost ones", {{"a", 2, 1}, {"b", 1, 0}, {"ab", 1, 0}}, {2400, 1600}},
    {"again and again", {{"ababba", 1, 0}, {"abbaa", 1, 0}, {"aa", 1, 0}}, {2000, 1000}},
    {"nobody", {{"ab", 0, 3}}, {0, 0}},
};

static size_t keys_of(const char *letters, int *out)
{
    size_t count = strlen(letters);

    for (size_t i = 0; i < count; i++)
        out[i] = letters[i] - 'a';
    return count;
}

START_TEST(removal_effects_that_are_known)
{
    const struct known_chain *it = &known_chains[_i];
    struct markov *markov = markov_new(3, arena);
    int keys[TOUCHES_MAX];
    int64_t credit[3];

    for (int i = 0; i < 4 && it->paths[i].letters != NULL; i++) {
        size_t count = keys_of(it->paths[i].letters, keys);
        markov_add(markov, keys, count, true, it->paths[i].won);
        markov_add(markov, keys, count, false, it->paths[i].lost);
    }
    ck_assert(markov_credit(markov, arena, credit));
    for (int i = 0; i < 3; i++)
        near_to(credit[i], (double)it->wanted[i] / 1000, it->label, (size_t)i);
}
END_TEST

/* Credit of each key of journeys like this one. */
static void add_shapley(const char *letters, int64_t times, int64_t *by_key)
{
    struct journey_touch touches[TOUCHES_MAX];
    struct journey journey = {.touches = touches, .count = strlen(letters), .at = NOW};
    int64_t credit[TOUCHES_MAX];

    for (size_t i = 0; i < journey.count; i++)
        touches[i] = (struct journey_touch){NOW, letters[i] - 'a', false};
    ck_assert(credit_journey(CREDIT_SHAPLEY, &CREDIT_RULES_USUAL, &journey, arena, credit));
    for (size_t i = 0; i < journey.count; i++)
        by_key[touches[i].key] += times * credit[i];
}

START_TEST(shapley_of_two)
{
    int64_t by_key[3] = {0};

    add_shapley("a", 4, by_key);
    add_shapley("ab", 6, by_key);
    ck_assert_int_eq(by_key[0], 7 * CREDIT_ONE);
    ck_assert_int_eq(by_key[1], 3 * CREDIT_ONE);
}
END_TEST

/* ---- against a plain reading ---- */

static unsigned seed;

static int draw(int below)
{
    seed = seed * 1103515245u + 12345u;
    return (int)(seed >> 16) % below;
}

struct walk {
    size_t count;
    int keys[TOUCHES_MAX];
    bool won;
};

static struct walk draw_walk(int keys)
{
    struct walk walk = {.count = 1 + (size_t)draw(TOUCHES_MAX - 1), .won = draw(3) > 0};

    for (size_t i = 0; i < walk.count; i++)
        walk.keys[i] = draw(keys);
    return walk;
}

static unsigned set_of(const struct walk *walk)
{
    unsigned set = 0;

    for (size_t i = 0; i < walk->count; i++)
        set |= 1u << walk->keys[i];
    return set;
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* The definition: what a channel adds to each set of others, by how many orders lead there. */
static double shapley_of(const double *worth, int keys, int key)
{
    double sum = 0;

    for (unsigned set = 0; set < 1u << keys; set++) {
        int size = __builtin_popcount(set);
        if (set & 1u << key)
            continue;
        sum += factorial(size) * factorial(keys - size - 1) / factorial(keys) *
               (worth[set | 1u << key] - worth[set]);
    }
    return sum;
}

START_TEST(shapley_is_what_each_adds_to_every_set_of_others)
{
    seed = (unsigned)_i + 1;
    int keys = 1 + draw(KEYS_MAX);
    double worth[1 << KEYS_MAX] = {0};
    int64_t by_key[KEYS_MAX] = {0};

    for (int n = 0; n < 30; n++) {
        struct walk walk = draw_walk(keys);
        char letters[TOUCHES_MAX + 1] = "";
        for (size_t i = 0; i < walk.count; i++)
            letters[i] = (char)('a' + walk.keys[i]);
        add_shapley(letters, 1, by_key);
        for (unsigned set = 0; set < 1u << keys; set++)
            worth[set] += (set_of(&walk) & ~set) == 0;
    }
    for (int key = 0; key < keys; key++)
        ck_assert_double_eq_tol((double)by_key[key] / CREDIT_ONE, shapley_of(worth, keys, key),
                                1e-7);
}
END_TEST

/* Everybody starts, moves step by step, and is lost who comes to `without`; -1: nobody is. */
static double converting(const double moves[KEYS_MAX + 1][KEYS_MAX + 1], const double *won,
                         int states, int without)
{
    double at[KEYS_MAX + 1] = {1}, sum = 0;

    for (int step = 0; step < 20000; step++) {
        double next[KEYS_MAX + 1] = {0};
        for (int i = 0; i < states; i++) {
            sum += at[i] * won[i];
            for (int j = 0; j < states; j++)
                if (j != without)
                    next[j] += at[i] * moves[i][j];
        }
        memcpy(at, next, sizeof at);
    }
    return sum;
}

START_TEST(markov_is_what_is_missing_without_a_channel)
{
    seed = (unsigned)_i + 1;
    int keys = 1 + draw(KEYS_MAX), states = keys + 1, conversions = 0;
    double moves[KEYS_MAX + 1][KEYS_MAX + 1] = {{0}}, won[KEYS_MAX + 1] = {0};
    double left[KEYS_MAX + 1] = {0}, effects[KEYS_MAX], effect_sum = 0;
    struct markov *markov = markov_new((size_t)keys, arena);
    int64_t credit[KEYS_MAX];

    for (int n = 0; n < 40; n++) {
        struct walk walk = draw_walk(keys);
        int state = 0;
        for (size_t i = 0; i < walk.count; i++) {
            moves[state][walk.keys[i] + 1]++;
            left[state]++;
            state = walk.keys[i] + 1;
        }
        won[state] += walk.won;
        left[state]++;
        conversions += walk.won;
        markov_add(markov, walk.keys, walk.count, walk.won, 1);
    }
    for (int i = 0; i < states; i++) {
        for (int j = 0; j < states && left[i] > 0; j++)
            moves[i][j] /= left[i];
        won[i] = left[i] > 0 ? won[i] / left[i] : 0;
    }
    double all = converting(moves, won, states, -1);
    for (int key = 0; key < keys; key++) {
        effects[key] = 1 - converting(moves, won, states, key + 1) / all;
        effect_sum += effects[key];
    }
    ck_assert(markov_credit(markov, arena, credit));
    ck_assert_int_eq(sum_of(credit, (size_t)keys), conversions * CREDIT_ONE);
    for (int key = 0; key < keys; key++)
        ck_assert_double_eq_tol((double)credit[key] / CREDIT_ONE,
                                effects[key] / effect_sum * conversions, 1e-6);
}
END_TEST

/* The definition of each model, in percent that are made whole at the end. */
static void plainly(enum credit_model model, int half_life, const struct journey *journey,
                    const int *anchors, size_t anchor_count, double *out)
{
    size_t n = journey->count, rest = 0;
    double sum = 0;

    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        bool anchored = false;
        for (size_t a = 0; a < anchor_count; a++)
            anchored = anchored || anchors[a] == (int)i;
        rest += !anchored;
    }
    for (size_t i = 0; i < n; i++) {
        double days = (double)(journey->at - journey->touches[i].at) / INSTANT_DAY;
        size_t times = 0;
        for (size_t a = 0; a < anchor_count; a++)
            times += anchors[a] == (int)i;
        if (model == CREDIT_LINEAR)
            out[i] = 1;
        else if (model == CREDIT_TIME_DECAY)
            out[i] = pow(2, -days / half_life);
        else if (model == CREDIT_POSITION_BASED)
            out[i] = i == 0 || i == n - 1 ? 40 : 20. / (double)(n - 2);
        else if (model == CREDIT_W_SHAPED)
            out[i] = times > 0 ? 30. * (double)times : 10. / (double)rest;
        else
            out[i] = times > 0 ? 22.5 * (double)times : 10. / (double)rest;
        sum += out[i];
    }
    for (size_t i = 0; i < n; i++)
        out[i] /= sum;
}

START_TEST(random_journeys_get_what_their_model_says)
{
    static const enum credit_model models[] = {
        CREDIT_LINEAR, CREDIT_TIME_DECAY, CREDIT_POSITION_BASED, CREDIT_W_SHAPED, CREDIT_FULL_PATH};
    seed = (unsigned)_i + 1;
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        bool full = models[m] == CREDIT_FULL_PATH, w = full || models[m] == CREDIT_W_SHAPED;
        struct known it = {models[m], 1 + (size_t)draw(TOUCHES_MAX), {0}, -1, -1, -1, 1 + draw(30),
                           {0}};
        for (size_t i = it.count, days = 0; i-- > 0;)
            it.days_before[i] = (int)(days += (size_t)draw(9) + 1);
        it.mql = draw((int)it.count);
        it.opportunity = it.mql + draw((int)it.count - it.mql);
        it.customer = it.opportunity + draw((int)it.count - it.opportunity);
        int anchors[] = {0, it.mql, it.opportunity, it.customer};
        struct journey_touch touches[TOUCHES_MAX];
        struct journey journey = journey_of(&it, touches);
        int64_t credit[TOUCHES_MAX];
        double wanted[TOUCHES_MAX];

        plainly(models[m], it.half_life, &journey, anchors, !w ? 0 : full ? 4 : 3, wanted);
        ck_assert(credit_journey(models[m], rules_of(it.half_life), &journey, arena, credit));
        ck_assert_int_eq(sum_of(credit, it.count), CREDIT_ONE);
        for (size_t i = 0; i < it.count; i++)
            near_to(credit[i], wanted[i], credit_model_name(models[m]), i);
    }
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "credit");

    tcase_add_checked_fixture(t, set_up, tear_down);
    EACH(t, answers_that_are_known, known);
    EACH(t, removal_effects_that_are_known, known_chains);
    TESTS(t, what_does_not_divide_goes_to_the_largest_remainder_then_the_earlier,
          direct_is_passed_over_unless_there_is_nothing_else, shapley_of_two);
    tcase_add_loop_test(t, shapley_is_what_each_adds_to_every_set_of_others, 0, 40);
    tcase_add_loop_test(t, markov_is_what_is_missing_without_a_channel, 0, 20);
    tcase_add_loop_test(t, random_journeys_get_what_their_model_says, 0, ROUNDS);
}

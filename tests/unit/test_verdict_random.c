/* Random definitions on random leads, judged twice: by the compiled form, and by a plain walk over
 * the document that shares no code with it. And what must hold of every verdict. */
#include "core/definition/verdict.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (1 << 22)
#define NOW         ((instant)1795341600000000) /* 2026-11-22T10:00:00Z */
#define SEEDS       1500
#define LEADS       6 /* per definition */

static struct arena *arena;
static uint64_t state;

static void set_up(void)
{
    arena = arena_new(ARENA_BYTES);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* ---- chance (splitmix64; a failing loop index names its seed) ---- */

static uint64_t chance(void)
{
    uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int below(int limit)
{
    return (int)(chance() % (uint64_t)limit);
}

static bool one_in(int count)
{
    return below(count) == 0;
}

static const char *const names[] = {"alpha", "beta", "gamma", "delta", "Eps Ilon"};
static const char *const fact_names[] = {"budget", "need"};
static const char *const kinds[] = {"call", "form", "visit", "web.seen"};
static const char *const sources[] = {"google", "bing", "mail"};
static const char *const texts[] = {
    "red", "Green", "greenish", "acme.example", "x.acme.example", "blue", "a@acme.example"};
static const char *const dates[] = {"2026-11-20", "2026-11-22T10:00:00Z", "2026-10-01",
                                    "2027-01-01"};

#define PICK(list) (list[below((int)(sizeof(list) / sizeof *(list)))])

/* ---- random documents ---- */

static json_t *random_scalar(void)
{
    switch (below(6)) {
    case 0:
        return json_boolean(one_in(2));
    case 1:
    case 2:
        return json_integer(below(7));
    case 3:
        return json_real(below(14) / 2.0);
    default:
        return json_string(PICK(texts));
    }
}

static json_t *random_list(json_t *(*make)(void))
{
    json_t *list = json_array();
    int count = 1 + below(4);

    for (int i = 0; i < count; i++)
        json_array_append_new(list, make());
    return list;
}

static json_t *random_text(void)
{
    return json_string(PICK(texts));
}

static void random_operator(json_t *test)
{
    static const char *const ops[] = {"eq",         "ne",          "lt",     "lte",
                                      "gt",         "gte",         "in",     "not_in",
                                      "contains",   "starts_with", "exists", "matches_domain",
                                      "within_days"};
    int op = below(13);

    json_object_set_new(test, "op", json_string(ops[op]));
    if (op < 2 || op == 8)
        json_object_set_new(test, "value", random_scalar());
    else if (op < 6)
        json_object_set_new(test, "value",
                            one_in(4) ? json_string(PICK(dates)) : json_integer(below(7)));
    else if (op < 8)
        json_object_set_new(test, "value", random_list(random_scalar));
    else if (op == 9)
        json_object_set_new(test, "value", random_text());
    else if (op == 10 && one_in(2))
        json_object_set_new(test, "value", json_boolean(one_in(2)));
    else if (op == 11)
        json_object_set_new(test, "value", json_string("acme.example"));
    else if (op == 12)
        json_object_set_new(test, "value", json_integer(1 + below(60)));
}

static json_t *random_touches(void)
{
    static const char *const ops[] = {"eq", "ne", "lt", "lte", "gt", "gte"};
    json_t *filter = json_object();

    if (!one_in(4)) {
        json_t *list = json_array();
        for (int i = 0; i <= below(2); i++)
            json_array_append_new(list, json_string(PICK(kinds)));
        json_object_set_new(filter, "kind", list);
    }
    if (!one_in(3))
        json_object_set_new(filter, "within_days", json_integer(1 + below(60)));
    if (one_in(4))
        json_object_set_new(filter, "direction", json_string(one_in(2) ? "inbound" : "outbound"));
    if (one_in(4))
        json_object_set_new(filter, "source", json_string(PICK(sources)));
    return json_pack("{s:o, s:s, s:i}", "touches", filter, "op", PICK(ops), "value", below(4));
}

static json_t *random_test(int depth)
{
    json_t *list = json_array();
    int shape = depth == 0 ? 4 + below(5) : below(9);

    if (shape >= 4) {
        json_decref(list);
        if (shape == 4)
            return random_touches();
        json_t *test = shape == 5 ? json_pack("{s:s}", "fact", PICK(fact_names))
                                  : json_pack("{s:s}", "attribute", PICK(names));
        random_operator(test);
        return test;
    }
    int count = 1 + below(3);
    for (int i = 0; i < count; i++)
        json_array_append_new(list, random_test(depth - 1));
    if (shape == 0)
        return json_pack("{s:o}", "all", list);
    if (shape == 1)
        return json_pack("{s:o}", "any", list);
    if (shape == 2)
        return json_pack("{s:i, s:o}", "at_least", 1 + below(count), "of", list);
    json_t *test = json_pack("{s:O}", "not", json_array_get(list, 0));
    json_decref(list);
    return test;
}

static json_t *random_tiers(void)
{
    json_t *tiers = json_array();

    for (int i = 0; i <= below(3); i++)
        json_array_append_new(
            tiers, json_pack("{s:o, s:i}", "test", random_test(1), "points", below(40) - 5));
    return tiers;
}

static json_t *random_criterion(int index)
{
    static const char *const score_kinds[] = {"fit", "engagement", "readiness"};
    json_t *criterion =
        json_pack("{s:s, s:s}", "id", arena_printf(arena, "c%d", index), "title", "A criterion");

    if (one_in(6)) {
        json_object_set_new(criterion, "kind", json_string("disqualifier"));
        json_object_set_new(criterion, "test", random_test(2));
        return criterion;
    }
    json_object_set_new(criterion, "kind", json_string(PICK(score_kinds)));
    if (one_in(8)) {
        json_object_set_new(criterion, "tiers", random_tiers());
    } else {
        json_object_set_new(criterion, "test", random_test(2));
        json_object_set_new(criterion, "points", json_integer(below(40) - 5));
        if (one_in(4))
            json_object_set_new(criterion, "tiers", random_tiers());
    }
    if (one_in(3))
        json_object_set_new(criterion, "required", json_true());
    return criterion;
}

static json_t *random_document(void)
{
    json_t *criteria = json_array();
    json_t *thresholds = json_object();
    int count = 1 + below(6);

    for (int i = 0; i < count; i++)
        json_array_append_new(criteria, random_criterion(i));
    if (one_in(2))
        json_object_set_new(thresholds, "total", json_integer(below(40) - 5));
    if (one_in(3))
        json_object_set_new(thresholds, "fit", json_integer(below(20)));
    return json_pack("{s:s, s:s, s:o, s:o}", "term", "mql", "title", "Random", "criteria", criteria,
                     "thresholds", thresholds);
}

/* A document may be refused for a threshold out of reach; then it goes without. */
static struct definition *compile(json_t *document)
{
    struct faults faults;
    struct definition *definition;

    faults_init(&faults, arena);
    if (definition_compile(document, &faults, NULL, &definition) == ERR_NONE)
        return definition;
    for (size_t i = 0; i < faults.count; i++)
        if (strcmp(faults.items[i].code, "unreachable") != 0)
            ck_abort_msg("%s: %s", faults.items[i].pointer, faults.items[i].detail);
    json_object_del(document, "thresholds");
    ck_assert_int_eq(definition_compile(document, NULL, NULL, &definition), ERR_NONE);
    return definition;
}

/* ---- random leads ---- */

static json_t *random_value(void)
{
    switch (below(8)) {
    case 0:
        return json_null();
    case 1:
        return json_string(PICK(dates));
    case 2:
        return random_list(random_scalar);
    default:
        return random_scalar();
    }
}

static json_t *random_touch(void)
{
    return json_pack("{s:s, s:I, s:b, s:s?}", "kind", PICK(kinds), "at",
                     (json_int_t)(NOW - below(70) * INSTANT_DAY + below(3) - 1), "outbound",
                     below(2), "source", one_in(3) ? NULL : PICK(sources));
}

static json_t *random_lead(void)
{
    json_t *attributes = json_object();
    json_t *facts = json_object();
    json_t *touches = json_array();

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!one_in(3))
            json_object_set_new(attributes, names[i], random_value());
    for (size_t i = 0; i < sizeof fact_names / sizeof *fact_names; i++)
        if (!one_in(3))
            json_object_set_new(facts, fact_names[i], random_value());
    for (int i = below(6); i > 0; i--)
        json_array_append_new(touches, random_touch());
    return json_pack("{s:o, s:o, s:o}", "attributes", attributes, "facts", facts, "touches",
                     touches);
}

static struct attribute_set read_known(const json_t *json)
{
    struct attribute_set set = {0};
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)json, name, value)
    {
        struct observation seen = {.occurred_at = NOW, .known_from = NOW};
        bool changed;
        ck_assert_int_eq(value_from_json(value, arena, &seen.value), ERR_NONE);
        ck_assert_int_eq(attribute_observe(&set, arena, name, &seen, &changed), ERR_NONE);
    }
    return set;
}

static struct touch_log read_touches(const json_t *list)
{
    struct touch *items = ARENA_ARRAY(arena, struct touch, json_array_size(list) + 1);

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *source = json_string_value(json_object_get(item, "source"));
        items[i] = (struct touch){
            .kind = json_string_value(json_object_get(item, "kind")),
            .occurred_at = json_integer_value(json_object_get(item, "at")),
            .direction = json_is_true(json_object_get(item, "outbound")) ? DIRECTION_OUTBOUND
                                                                         : DIRECTION_INBOUND,
            .dimensions = {[DIMENSION_SOURCE] = dimension_id(DIMENSION_SOURCE, source)},
        };
    }
    return (struct touch_log){.items = items, .count = json_array_size(list)};
}

static struct verdict judge(const struct definition *definition, const json_t *lead)
{
    struct attribute_set *attributes = ARENA_NEW(arena, struct attribute_set);
    struct attribute_set *facts = ARENA_NEW(arena, struct attribute_set);
    struct touch_log log = read_touches(json_object_get(lead, "touches"));
    struct verdict verdict;

    *attributes = read_known(json_object_get(lead, "attributes"));
    *facts = read_known(json_object_get(lead, "facts"));
    struct verdict_subject subject = {.attributes = attributes,
                                      .facts = facts,
                                      .touches = &log,
                                      .now = NOW,
                                      .known_at = INSTANT_NONE};
    verdict_evaluate(definition, &subject, &verdict);
    return verdict;
}

/* ---- the plain walk: no, perhaps, yes ---- */

enum plain { NO, PERHAPS, YES };

static const json_t *member(const json_t *json, const char *name)
{
    return json_object_get(json, name);
}

static const char *text_of(const json_t *json, const char *name)
{
    return json_string_value(member(json, name));
}

static bool same_type(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b))
        return true;
    if (json_is_boolean(a) && json_is_boolean(b))
        return true;
    return json_is_string(a) && json_is_string(b);
}

static bool same(const json_t *a, const json_t *b)
{
    if (!same_type(a, b))
        return false;
    if (json_is_number(a))
        return json_number_value(a) == json_number_value(b);
    return json_equal((json_t *)a, (json_t *)b);
}

static enum plain yes_if(bool met)
{
    return met ? YES : NO;
}

static enum plain plain_order(const char *op, const json_t *value, const json_t *wanted)
{
    double left = json_number_value(value);
    double right = json_number_value(wanted);
    instant left_at, right_at;

    if (json_is_string(wanted)) {
        if (!json_is_string(value) || !instant_parse_lenient(json_string_value(value), &left_at))
            return PERHAPS;
        ck_assert(instant_parse_lenient(json_string_value(wanted), &right_at));
        left = (double)left_at;
        right = (double)right_at;
        /* a bare date is the whole day: what lies within it is equal to it */
        if (strlen(json_string_value(wanted)) == 10 && left >= right && left < right + INSTANT_DAY)
            left = right;
    } else if (!json_is_number(value)) {
        return PERHAPS;
    }
    if (op[0] == 'l')
        return yes_if(op[2] == 'e' ? left <= right : left < right);
    return yes_if(op[2] == 'e' ? left >= right : left > right);
}

static enum plain plain_in(const json_t *value, const json_t *list)
{
    bool comparable = json_is_array(value);
    size_t i;
    json_t *item;

    json_array_foreach((json_t *)list, i, item)
    {
        if (same(value, item))
            return YES;
        comparable = comparable || same_type(value, item);
        for (size_t k = 0; k < json_array_size(value); k++)
            if (same(json_array_get(value, k), item))
                return YES;
    }
    return comparable ? NO : PERHAPS;
}

static enum plain plain_text(const char *op, const json_t *value, const json_t *wanted)
{
    if (strcmp(op, "contains") == 0 && json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            if (same(json_array_get(value, i), wanted))
                return YES;
        return NO;
    }
    if (!json_is_string(value) || !json_is_string(wanted))
        return PERHAPS;
    const char *found = strcasestr(json_string_value(value), json_string_value(wanted));
    return yes_if(found != NULL &&
                  (strcmp(op, "contains") == 0 || found == json_string_value(value)));
}

static enum plain plain_days(const json_t *value, json_int_t days)
{
    instant at;

    if (!json_is_string(value) || !instant_parse_lenient(json_string_value(value), &at))
        return PERHAPS;
    return yes_if(NOW - at >= 0 && NOW - at <= days * INSTANT_DAY);
}

/* The only domain wanted here is acme.example. */
static enum plain plain_domain(const json_t *value)
{
    static const char *const inside[] = {"acme.example", "x.acme.example", "a@acme.example"};

    if (!json_is_string(value))
        return PERHAPS;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(json_string_value(value), inside[i]) == 0)
            return YES;
    return NO;
}

static enum plain plain_value(const char *op, const json_t *value, const json_t *wanted)
{
    if (strcmp(op, "eq") == 0)
        return same_type(value, wanted) ? yes_if(same(value, wanted)) : PERHAPS;
    if (strcmp(op, "ne") == 0)
        return same_type(value, wanted) ? yes_if(!same(value, wanted)) : PERHAPS;
    if (strcmp(op, "in") == 0)
        return plain_in(value, wanted);
    if (strcmp(op, "not_in") == 0)
        return (enum plain)(YES - plain_in(value, wanted));
    if (strcmp(op, "contains") == 0 || strcmp(op, "starts_with") == 0)
        return plain_text(op, value, wanted);
    if (strcmp(op, "matches_domain") == 0)
        return plain_domain(value);
    if (strcmp(op, "within_days") == 0)
        return plain_days(value, json_integer_value(wanted));
    return plain_order(op, value, wanted);
}

static enum plain plain_named(const json_t *test, const json_t *known, const char *name)
{
    const json_t *value = member(known, name);
    const char *op = text_of(test, "op");

    if (strcmp(op, "exists") == 0) {
        if (value == NULL)
            return PERHAPS;
        return yes_if(json_is_null(value) == json_is_false(member(test, "value")));
    }
    if (value == NULL || json_is_null(value))
        return PERHAPS;
    return plain_value(op, value, member(test, "value"));
}

static bool plain_touch_counts(const json_t *filter, const json_t *touch)
{
    instant at = json_integer_value(member(touch, "at"));
    json_int_t days = json_integer_value(member(filter, "within_days"));
    const char *direction = text_of(filter, "direction");
    bool wants_outbound = direction != NULL && strcmp(direction, "outbound") == 0;
    bool of_kind = member(filter, "kind") == NULL;

    for (size_t i = 0; i < json_array_size(member(filter, "kind")); i++)
        of_kind = of_kind || json_equal(json_array_get(member(filter, "kind"), i),
                                        (json_t *)member(touch, "kind"));
    if (!of_kind || at > NOW || (days > 0 && NOW - at > days * INSTANT_DAY))
        return false;
    if (direction != NULL && json_is_true(member(touch, "outbound")) != wants_outbound)
        return false;
    return member(filter, "source") == NULL ||
           json_equal((json_t *)member(filter, "source"), (json_t *)member(touch, "source"));
}

static enum plain plain_touches(const json_t *test, const json_t *touches)
{
    json_int_t wanted = json_integer_value(member(test, "value"));
    const char *op = text_of(test, "op");
    json_int_t count = 0;
    size_t i;
    json_t *touch;

    json_array_foreach((json_t *)touches, i, touch)
    {
        count += plain_touch_counts(member(test, "touches"), touch);
    }
    if (op[0] == 'e' || op[0] == 'n')
        return yes_if((count == wanted) == (op[0] == 'e'));
    if (op[0] == 'l')
        return yes_if(op[2] == 'e' ? count <= wanted : count < wanted);
    return yes_if(op[2] == 'e' ? count >= wanted : count > wanted);
}

static enum plain plain_test(const json_t *test, const json_t *lead);

static enum plain plain_at_least(const json_t *list, int wanted, const json_t *lead)
{
    int tally[3] = {0};
    size_t i;
    json_t *test;

    json_array_foreach((json_t *)list, i, test)
    {
        tally[plain_test(test, lead)]++;
    }
    if (tally[YES] >= wanted)
        return YES;
    return tally[YES] + tally[PERHAPS] >= wanted ? PERHAPS : NO;
}

static enum plain plain_test(const json_t *test, const json_t *lead)
{
    if (member(test, "all") != NULL)
        return plain_at_least(member(test, "all"), (int)json_array_size(member(test, "all")), lead);
    if (member(test, "any") != NULL)
        return plain_at_least(member(test, "any"), 1, lead);
    if (member(test, "of") != NULL)
        return plain_at_least(member(test, "of"), (int)json_integer_value(member(test, "at_least")),
                              lead);
    if (member(test, "not") != NULL)
        return (enum plain)(YES - plain_test(member(test, "not"), lead));
    if (member(test, "touches") != NULL)
        return plain_touches(test, member(lead, "touches"));
    if (member(test, "fact") != NULL)
        return plain_named(test, member(lead, "facts"), text_of(test, "fact"));
    return plain_named(test, member(lead, "attributes"), text_of(test, "attribute"));
}

struct plain_criterion {
    enum plain result;
    int points;
    int most;
};

static struct plain_criterion plain_criterion(const json_t *criterion, const json_t *lead)
{
    const json_t *test = member(criterion, "test");
    int points = (int)json_integer_value(member(criterion, "points"));
    struct plain_criterion out = {.result = test == NULL ? NO : plain_test(test, lead),
                                  .most = test == NULL ? -1000 : points};
    int best = -1000;
    size_t i;
    json_t *tier;

    json_array_foreach(member(criterion, "tiers"), i, tier)
    {
        int worth = (int)json_integer_value(member(tier, "points"));
        enum plain one = plain_test(member(tier, "test"), lead);
        if (one == YES && worth > best)
            best = worth;
        if (test == NULL && one > out.result)
            out.result = one;
        if (worth > out.most)
            out.most = worth;
    }
    if (out.result == YES)
        out.points = best > -1000 ? best : points;
    return out;
}

struct plain_verdict {
    enum verdict_result result;
    int criteria;
    struct plain_criterion each[CRITERIA_MAX];
    int score;
    int fit;
};

static struct plain_verdict plain_judge(const json_t *document, const json_t *lead)
{
    struct plain_verdict out = {0};
    int hope = 0, hope_fit = 0;
    bool never = false, open = false;
    size_t i;
    json_t *criterion;

    json_array_foreach(member(document, "criteria"), i, criterion)
    {
        struct plain_criterion one = plain_criterion(criterion, lead);
        bool required = json_is_true(member(criterion, "required"));
        bool fit = strcmp(text_of(criterion, "kind"), "fit") == 0;
        out.each[out.criteria++] = one;
        if (strcmp(text_of(criterion, "kind"), "disqualifier") == 0) {
            never = never || one.result == YES;
            continue;
        }
        out.score += one.points;
        out.fit += fit ? one.points : 0;
        never = never || (required && one.result == NO);
        if (required && one.result == PERHAPS) {
            open = true;
            hope += one.most;
            hope_fit += fit ? one.most : 0;
        }
    }
    const json_t *thresholds = member(document, "thresholds");
    const json_t *total = member(thresholds, "total");
    const json_t *fit = member(thresholds, "fit");
    never = never || (total != NULL && out.score + hope < json_integer_value(total));
    never = never || (fit != NULL && out.fit + hope_fit < json_integer_value(fit));
    out.result = never ? VERDICT_NOT_QUALIFIED : open ? VERDICT_UNCLEAR : VERDICT_QUALIFIED;
    return out;
}

/* ---- what must hold ---- */

static const char *show(const json_t *document, const json_t *lead)
{
    char *left = json_dumps(document, 0);
    char *right = json_dumps(lead, 0);
    const char *text = arena_printf(arena, "\n%s\n%s", left, right);

    free(left);
    free(right);
    return text;
}

static void assert_agree(const json_t *document, const json_t *lead, const struct verdict *verdict)
{
    struct plain_verdict plain = plain_judge(document, lead);

    for (int i = 0; i < plain.criteria; i++) {
        if ((int)verdict->criteria[i].result == (int)plain.each[i].result &&
            verdict->criteria[i].points == plain.each[i].points)
            continue;
        ck_abort_msg("criterion %d: compiled %s with %d, plain %s with %d%s", i,
                     criterion_result_name(verdict->criteria[i].result),
                     verdict->criteria[i].points,
                     criterion_result_name((enum criterion_result)plain.each[i].result),
                     plain.each[i].points, show(document, lead));
    }
    if (verdict->result != plain.result || verdict->score != plain.score)
        ck_abort_msg("compiled %s with %d, plain %s with %d%s",
                     verdict_result_name(verdict->result), verdict->score,
                     verdict_result_name(plain.result), plain.score, show(document, lead));
}

static void assert_sums(const struct verdict *verdict)
{
    int points = 0;

    for (size_t i = 0; i < verdict->criteria_count; i++)
        points += verdict->criteria[i].points;
    ck_assert_int_eq(verdict->score, points);
    ck_assert_int_eq(verdict->score, verdict->scores[CRITERION_FIT] +
                                         verdict->scores[CRITERION_ENGAGEMENT] +
                                         verdict->scores[CRITERION_READINESS]);
}

/* What is asked for is what is missing or of a wrong type: never nothing, never what is fine. */
static void assert_asks(const struct verdict *verdict)
{
    if (verdict->result != VERDICT_UNCLEAR)
        ck_assert_uint_eq(verdict->ask_for_count, 0);
    else
        ck_assert_uint_gt(verdict->ask_for_count, 0);
}

/* Forgetting something leaves every criterion as it was, or makes it unknown. */
static void assert_forgetting_only_makes_unknown(const struct definition *definition,
                                                 const json_t *document, const json_t *lead,
                                                 const struct verdict *before)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *less = json_deep_copy(lead);
        json_object_del(json_object_get(less, "attributes"), names[i]);
        struct verdict after = judge(definition, less);
        for (size_t k = 0; k < after.criteria_count; k++)
            if (after.criteria[k].result != before->criteria[k].result &&
                after.criteria[k].result != RESULT_UNKNOWN)
                ck_abort_msg("without %s criterion %zu turns from %s into %s%s", names[i], k,
                             criterion_result_name(before->criteria[k].result),
                             criterion_result_name(after.criteria[k].result), show(document, lead));
        json_decref(less);
    }
}

static void assert_stricter_qualifies_no_more(const json_t *document, const json_t *lead,
                                              const struct verdict *before)
{
    json_t *strict = json_deep_copy(document);
    json_t *thresholds = json_object_get(strict, "thresholds");
    struct definition *definition;

    if (thresholds == NULL)
        json_object_set_new(strict, "thresholds", thresholds = json_object());
    json_int_t total = json_integer_value(member(thresholds, "total"));
    if (member(thresholds, "total") == NULL)
        total = -1000;
    json_object_set_new(thresholds, "total", json_integer(total + 1 + below(30)));
    if (definition_compile(strict, NULL, NULL, &definition) == ERR_NONE) {
        struct verdict after = judge(definition, lead);
        if (after.result == VERDICT_QUALIFIED)
            ck_assert_int_eq(before->result, VERDICT_QUALIFIED);
        definition_free(definition);
    }
    json_decref(strict);
}

START_TEST(two_ways_of_judging_agree)
{
    state = (uint64_t)_i;
    json_t *document = random_document();
    struct definition *definition = compile(document);

    for (int i = 0; i < LEADS; i++) {
        json_t *lead = random_lead();
        struct verdict verdict = judge(definition, lead);
        assert_agree(document, lead, &verdict);
        assert_sums(&verdict);
        assert_asks(&verdict);
        assert_forgetting_only_makes_unknown(definition, document, lead, &verdict);
        assert_stricter_qualifies_no_more(document, lead, &verdict);
        json_decref(lead);
    }
    definition_free(definition);
    json_decref(document);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *agreement = suite_case(suite, "agreement");

    tcase_add_checked_fixture(agreement, set_up, tear_down);
    tcase_add_loop_test(agreement, two_ways_of_judging_agree, 0, SEEDS);
}

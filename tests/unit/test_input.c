/* Declared input: JSON bodies and query strings into structs, with every fault named at once. */
#include "http/input.h"

#include "base/instant.h"
#include "base/uuid.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct external {
    const char *source;
    const char *id;
};

struct touch_in {
    const char *kind;
    instant occurred_at;
};

struct capture_in {
    const char *email;
    enum input_presence email_given;
    const char *note;
    int64_t score;
    enum input_presence score_given;
    double share;
    bool quiet;
    int stage;
    struct uuid team;
    instant day;
    json_t *attributes;
    json_t *anything;
    struct touch_in touch;
    enum input_presence touch_given;
    struct external *externals;
    size_t externals_count;
    const char **tags;
    size_t tags_count;
    struct uuid *members;
    size_t members_count;
};

static const char *const stages[] = {"inquiry", "mql", "sql", NULL};

static const struct input_field external_fields[] = {
    {.name = "source",
     .type = INPUT_CODE,
     .required = true,
     .min = 1,
     .max = 20,
     .offset = offsetof(struct external, source)},
    {.name = "id",
     .type = INPUT_LINE,
     .required = true,
     .min = 1,
     .max = 20,
     .offset = offsetof(struct external, id)},
};
static const struct input_spec external_spec = INPUT_SPEC(external_fields, struct external);

static const struct input_field touch_fields[] = {
    {.name = "kind",
     .type = INPUT_CODE,
     .required = true,
     .min = 1,
     .max = 64,
     .offset = offsetof(struct touch_in, kind)},
    {.name = "occurred_at",
     .type = INPUT_INSTANT,
     .offset = offsetof(struct touch_in, occurred_at)},
};
static const struct input_spec touch_spec = INPUT_SPEC(touch_fields, struct touch_in);

#define AT(member) .offset = offsetof(struct capture_in, member)

static const struct input_field fields[] = {
    {.name = "email",
     .type = INPUT_LINE,
     .required = true,
     .nullable = true,
     .min = 3,
     .max = 8,
     AT(email),
     .presence = offsetof(struct capture_in, email_given)},
    {.name = "note", .type = INPUT_TEXT, .max = 20, AT(note)},
    {.name = "score",
     .type = INPUT_INT,
     .nullable = true,
     .min = -5,
     .max = 5,
     .otherwise = 3,
     AT(score),
     .presence = offsetof(struct capture_in, score_given)},
    {.name = "share", .type = INPUT_REAL, .min = 0, .max = 1, AT(share)},
    {.name = "quiet", .type = INPUT_BOOL, .otherwise = 1, AT(quiet)},
    {.name = "stage", .type = INPUT_ENUM, .values = stages, .otherwise = -1, AT(stage)},
    {.name = "team", .type = INPUT_UUID, AT(team)},
    {.name = "day", .type = INPUT_DATE, AT(day)},
    {.name = "attributes", .type = INPUT_MAP, .max = 2, AT(attributes)},
    {.name = "anything", .type = INPUT_ANY, AT(anything)},
    {.name = "touch",
     .type = INPUT_OBJECT,
     .of = &touch_spec,
     AT(touch),
     .presence = offsetof(struct capture_in, touch_given)},
    {.name = "external_ids",
     .type = INPUT_OBJECTS,
     .of = &external_spec,
     .min = 1,
     .max = 2,
     AT(externals),
     .count_offset = offsetof(struct capture_in, externals_count)},
    {.name = "tags",
     .type = INPUT_TEXTS,
     .max = 3,
     .item_max = 4,
     AT(tags),
     .count_offset = offsetof(struct capture_in, tags_count)},
    {.name = "members",
     .type = INPUT_UUIDS,
     .max = 3,
     AT(members),
     .count_offset = offsetof(struct capture_in, members_count)},
};
static const struct input_spec spec = INPUT_SPEC(fields, struct capture_in);

static struct arena *arena;
static struct faults faults;
static struct capture_in in;
static json_t *json;

static void set_up(void)
{
    arena = arena_new(1 << 20);
    faults_init(&faults, arena);
    json = NULL;
}

static void tear_down(void)
{
    json_decref(json);
    arena_free(arena);
}

static enum err read_text(const char *text)
{
    json_error_t error;

    json = json_loads(text, JSON_DECODE_ANY, &error);
    ck_assert_msg(json != NULL, "%s: %s", text, error.text);
    return input_object(json, &spec, "", arena, &faults, &in);
}

START_TEST(a_whole_body_fills_the_struct)
{
    enum err err = read_text(
        "{\"email\":\"k@a.de\",\"note\":\"two\\nlines\",\"score\":-5,\"share\":0.5,\"quiet\":false,"
        "\"stage\":\"mql\",\"team\":\"0199A000-0000-7000-8000-000000000001\",\"day\":\"2026-11-"
        "22\","
        "\"attributes\":{\"a\":1},\"anything\":null,"
        "\"touch\":{\"kind\":\"form\",\"occurred_at\":\"1970-01-01T00:00:01Z\"},"
        "\"external_ids\":[{\"source\":\"crm\",\"id\":\"51\"},{\"source\":\"x\",\"id\":"
        "\"\xc3\xa9\"}],"
        "\"tags\":[\"a\",\"bcde\"],\"members\":[\"0199a000-0000-7000-8000-000000000002\"]}");

    ck_assert_int_eq(err, ERR_NONE);
    ck_assert_str_eq(in.email, "k@a.de");
    ck_assert_int_eq(in.email_given, INPUT_GIVEN);
    ck_assert_str_eq(in.note, "two\nlines");
    ck_assert_int_eq(in.score, -5);
    ck_assert_double_eq(in.share, 0.5);
    ck_assert_int_eq(in.quiet, false);
    ck_assert_int_eq(in.stage, 1);
    ck_assert_int_eq(in.team.b[15], 1);
    ck_assert_int_eq(in.day, 20779 * INSTANT_DAY);
    ck_assert_uint_eq(json_object_size(in.attributes), 1);
    ck_assert(json_is_null(in.anything));
    ck_assert_str_eq(in.touch.kind, "form");
    ck_assert_int_eq(in.touch.occurred_at, INSTANT_SECOND);
    ck_assert_uint_eq(in.externals_count, 2);
    ck_assert_str_eq(in.externals[1].id, "\xc3\xa9");
    ck_assert_uint_eq(in.tags_count, 2);
    ck_assert_str_eq(in.tags[1], "bcde");
    ck_assert_uint_eq(in.members_count, 1);
    ck_assert_int_eq(in.members[0].b[15], 2);
}
END_TEST

START_TEST(what_is_absent_is_told_from_null)
{
    ck_assert_int_eq(read_text("{\"email\":null,\"score\":null}"), ERR_NONE);
    ck_assert_ptr_null(in.email);
    ck_assert_int_eq(in.email_given, INPUT_NULL);
    ck_assert_int_eq(in.score_given, INPUT_NULL);
    ck_assert_int_eq(in.touch_given, INPUT_ABSENT);
    ck_assert_int_eq(in.quiet, true);
    ck_assert_int_eq(in.stage, -1);
    ck_assert_int_eq(in.day, INSTANT_NONE);
    ck_assert_int_eq(in.touch.occurred_at, INSTANT_NONE);
    ck_assert_ptr_null(in.externals);
}
END_TEST

START_TEST(an_absent_number_has_its_default)
{
    ck_assert_int_eq(read_text("{\"email\":\"k@a\"}"), ERR_NONE);
    ck_assert_int_eq(in.score, 3);
    ck_assert_int_eq(in.score_given, INPUT_ABSENT);
}
END_TEST

static const struct {
    const char *body;
    const char *pointer;
    const char *code;
    const char *detail; /* part of it */
} bad[] = {
    {"[]", "", "type", "an object"},
    {"{}", "/email", "required", "missing"},
    {"{\"email\":7}", "/email", "type", "a text"},
    {"{\"email\":\"kk\"}", "/email", "length", "3 to 8 characters"},
    {"{\"email\":\"123456789\"}", "/email", "length", "not 9"},
    {"{\"email\":\"a\\nb@c\"}", "/email", "control_character", "control"},
    {"{\"email\":\"k@a\",\"mail\":1}", "/mail", "unknown_member", "email, note, score"},
    {"{\"email\":\"k@a\",\"a/b~c\":1}", "/a~1b~0c", "unknown_member", "known are"},
    {"{\"email\":\"k@a\",\"score\":1.0}", "/score", "type", "a whole number"},
    {"{\"email\":\"k@a\",\"score\":6}", "/score", "range", "-5 to 5"},
    {"{\"email\":\"k@a\",\"share\":\"1\"}", "/share", "type", "a number"},
    {"{\"email\":\"k@a\",\"share\":1.5}", "/share", "range", "0 to 1"},
    {"{\"email\":\"k@a\",\"quiet\":0}", "/quiet", "type", "true or false"},
    {"{\"email\":\"k@a\",\"quiet\":null}", "/quiet", "type", "null"},
    {"{\"email\":\"k@a\",\"stage\":\"MQL\"}", "/stage", "unknown_value", "inquiry, mql, sql"},
    {"{\"email\":\"k@a\",\"team\":\"x\"}", "/team", "uuid", "UUID"},
    {"{\"email\":\"k@a\",\"team\":1}", "/team", "type", "UUID"},
    {"{\"email\":\"k@a\",\"day\":\"2026-02-30\"}", "/day", "date", "2026-11-22"},
    {"{\"email\":\"k@a\",\"attributes\":[]}", "/attributes", "type", "an object"},
    {"{\"email\":\"k@a\",\"attributes\":{\"a\":1,\"b\":1,\"c\":1}}", "/attributes", "too_many",
     "0 to 2 members"},
    {"{\"email\":\"k@a\",\"touch\":{}}", "/touch/kind", "required", "missing"},
    {"{\"email\":\"k@a\",\"touch\":{\"kind\":\"Form\"}}", "/touch/kind", "code", "lower-case"},
    {"{\"email\":\"k@a\",\"touch\":{\"kind\":\"f\",\"occurred_at\":\"2026-11-22\"}}",
     "/touch/occurred_at", "date", "RFC 3339"},
    {"{\"email\":\"k@a\",\"touch\":[]}", "/touch", "type", "an object"},
    {"{\"email\":\"k@a\",\"external_ids\":{}}", "/external_ids", "type", "an array"},
    {"{\"email\":\"k@a\",\"external_ids\":[]}", "/external_ids", "empty", "1 to 2 items"},
    {"{\"email\":\"k@a\",\"external_ids\":[{\"source\":\"a\",\"id\":\"1\"},{\"source\":\"a\","
     "\"id\":"
     "\"1\",\"x\":1}]}",
     "/external_ids/1/x", "unknown_member", "source, id"},
    {"{\"email\":\"k@a\",\"tags\":[\"a\",5]}", "/tags/1", "type", "a text"},
    {"{\"email\":\"k@a\",\"tags\":[\"abcde\"]}", "/tags/0", "length", "1 to 4"},
    {"{\"email\":\"k@a\",\"members\":[\"x\"]}", "/members/0", "uuid", "UUID"},
};

START_TEST(a_fault_is_named_with_its_place)
{
    ck_assert_int_eq(read_text(bad[_i].body), ERR_INVALID_BODY);
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].where, "body");
    ck_assert_str_eq(faults.items[0].pointer, bad[_i].pointer);
    ck_assert_str_eq(faults.items[0].code, bad[_i].code);
    ck_assert_msg(strstr(faults.items[0].detail, bad[_i].detail) != NULL, "%s lacks %s",
                  faults.items[0].detail, bad[_i].detail);
}
END_TEST

START_TEST(all_faults_come_at_once)
{
    ck_assert_int_eq(read_text("{\"score\":9,\"x\":1,\"stage\":2,\"touch\":{\"occurred_at\":1},"
                               "\"tags\":[1,2]}"),
                     ERR_INVALID_BODY);
    ck_assert_uint_eq(faults.count, 8);
}
END_TEST

START_TEST(a_long_unknown_name_is_not_repeated)
{
    char body[400] = "{\"email\":\"k@a\",\"";
    size_t len = strlen(body);

    memset(body + len, 'a', 300);
    memcpy(body + len + 300, "\":1}", 5);
    ck_assert_int_eq(read_text(body), ERR_INVALID_BODY);
    ck_assert_str_eq(faults.items[0].pointer, "");
    ck_assert_str_eq(faults.items[0].code, "unknown_member");
}
END_TEST

struct query_in {
    int64_t limit;
    const char *email;
    enum input_presence email_given;
    int stage;
    instant from;
    bool all;
};

static const struct input_field query_fields[] = {
    {.name = "limit",
     .type = INPUT_INT,
     .min = 1,
     .max = 500,
     .otherwise = 50,
     .offset = offsetof(struct query_in, limit)},
    {.name = "email",
     .type = INPUT_LINE,
     .min = 3,
     .max = 20,
     .offset = offsetof(struct query_in, email),
     .presence = offsetof(struct query_in, email_given)},
    {.name = "stage",
     .type = INPUT_ENUM,
     .values = stages,
     .otherwise = -1,
     .offset = offsetof(struct query_in, stage)},
    {.name = "from", .type = INPUT_DATE, .offset = offsetof(struct query_in, from)},
    {.name = "all", .type = INPUT_BOOL, .offset = offsetof(struct query_in, all)},
};
static const struct input_spec query_spec = INPUT_SPEC(query_fields, struct query_in);

START_TEST(a_query_fills_its_struct)
{
    struct query_in query;

    ck_assert_int_eq(input_query("email=kim%2Bx%40acme+a&stage=sql&&from=1970-01-02&all=true&",
                                 &query_spec, arena, &faults, &query),
                     ERR_NONE);
    ck_assert_int_eq(query.limit, 50);
    ck_assert_str_eq(query.email, "kim+x@acme a");
    ck_assert_int_eq(query.email_given, INPUT_GIVEN);
    ck_assert_int_eq(query.stage, 2);
    ck_assert_int_eq(query.from, INSTANT_DAY);
    ck_assert_int_eq(query.all, true);
    ck_assert_int_eq(input_query(NULL, &query_spec, arena, &faults, &query), ERR_NONE);
    ck_assert_int_eq(query.email_given, INPUT_ABSENT);
}
END_TEST

static const struct {
    const char *query;
    const char *parameter;
    const char *code;
} bad_queries[] = {
    {"limt=3", "limt", "unknown_parameter"},
    {"limit=3&limit=4", "limit", "repeated"},
    {"limit=0", "limit", "range"},
    {"limit=501", "limit", "range"},
    {"limit=", "limit", "type"},
    {"limit", "limit", "type"},
    {"limit=3x", "limit", "type"},
    {"limit=+3", "limit", "type"},
    {"limit=99999999999999999999", "limit", "type"},
    {"stage=won", "stage", "unknown_value"},
    {"all=1", "all", "type"},
    {"from=yesterday", "from", "date"},
    {"email=%00abc", "", "encoding"},
    {"email=%C3", "", "encoding"},
    {"email=%4", "", "encoding"},
    {"%ff=1", "", "encoding"},
};

START_TEST(a_bad_parameter_is_named)
{
    struct query_in query;

    ck_assert_int_eq(input_query(bad_queries[_i].query, &query_spec, arena, &faults, &query),
                     ERR_INVALID_PARAMETER);
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].where, "query");
    ck_assert_str_eq(faults.items[0].pointer, bad_queries[_i].parameter);
    ck_assert_str_eq(faults.items[0].code, bad_queries[_i].code);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("unit/input");
    TCase *t = tcase_create("input");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_whole_body_fills_the_struct);
    tcase_add_test(t, what_is_absent_is_told_from_null);
    tcase_add_test(t, an_absent_number_has_its_default);
    tcase_add_loop_test(t, a_fault_is_named_with_its_place, 0, sizeof bad / sizeof *bad);
    tcase_add_test(t, all_faults_come_at_once);
    tcase_add_test(t, a_long_unknown_name_is_not_repeated);
    tcase_add_test(t, a_query_fills_its_struct);
    tcase_add_loop_test(t, a_bad_parameter_is_named, 0, sizeof bad_queries / sizeof *bad_queries);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

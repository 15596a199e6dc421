/* Declared input: JSON bodies and query strings into structs, with every fault named at once. */
#include "base/input.h"
#include "suite.h"

#include "base/instant.h"
#include "base/name.h"
#include "base/nearest.h"

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

struct whole_in {
    struct uuid id;
    const char *note;
    int64_t score;
    int32_t small;
    bool quiet;
    const bool *loud;
    int stage;
    const int *other_stage;
    struct uuid team;
    instant day;
    const char *email;
    const json_t *attributes;
    const json_t *anything;
    struct touch_in touch;
    const struct touch_in *boxed;
    const struct external *externals;
    size_t externals_count;
    const char *const *tags;
    size_t tags_count;
    const struct uuid *members;
    size_t members_count;
    size_t letters; /* of a text that is counted, not kept */
    bool none;      /* that text is null */
};

static const char *const stages[] = {"inquiry", NULL, "mql", "sql", "not offered"};

static const struct input_type note_type = {.kind = INPUT_TEXT, .min = 3, .max = 20};
static const struct input_type id_type = {.kind = INPUT_LINE, .min = 1, .max = 4};
static const struct input_type score_type = {.kind = INPUT_INT, .min = -5, .max = 5};
static const struct input_type small_type = {.kind = INPUT_INT32, .min = 1, .max = 9};
static const struct input_type stage_type = {.kind = INPUT_ENUM, .values = stages, .max = 3};
static const struct input_type map_type = {.kind = INPUT_MAP, .max = 2};

static const struct input_field external_fields[] = {
    {"source", &code_type, AT(struct external, source), .required = true},
    {"id", &id_type, AT(struct external, id), .required = true},
};
static const struct input_spec external_spec = INPUT_SPEC(external_fields, struct external);
static const struct input_type external_type = {.kind = INPUT_OBJECT, .of = &external_spec};
static const struct input_type externals_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = 2, .item = &external_type};
static const struct input_type tags_type = {.kind = INPUT_ARRAY, .max = 3, .item = &id_type};
static const struct input_type members_type = {.kind = INPUT_ARRAY, .max = 3, .item = &input_uuid};

static const struct input_field touch_fields[] = {
    {"kind", &code_type, AT(struct touch_in, kind), .required = true},
    {"occurred_at", &input_instant, AT(struct touch_in, occurred_at)},
};
static const struct input_spec touch_spec = INPUT_SPEC(touch_fields, struct touch_in);
static const struct input_type touch_type = {.kind = INPUT_OBJECT, .of = &touch_spec};

static bool count_letters(struct input *in, const struct input_node *at,
                          const struct input_field *field, void *base)
{
    struct whole_in *out = base;

    ck_assert_ptr_nonnull(field);
    out->none = json_is_null(at->json);
    if (!out->none)
        out->letters = json_string_length(at->json);
    return out->letters != 5 || input_fault(in, at, "five", "Five letters are too many");
}

static const struct input_type counted_type = {.kind = INPUT_LINE, .max = 9, .read = count_letters};

static bool check_both(struct input *in, const struct input_node *at, void *out)
{
    const struct whole_in *whole = out;

    return whole->small == 0 || whole->score != 0 ||
           input_fault(in, at, "both", "Small needs a score");
}

static const struct input_field fields[] = {
    {"id", &input_uuid, AT(struct whole_in, id), .place = INPUT_PATH},
    {"note", &note_type, AT(struct whole_in, note), .required = true, .nullable = true},
    {"score", &score_type, AT(struct whole_in, score), .nullable = true, .otherwise = 3},
    {"small", &small_type, AT(struct whole_in, small)},
    {"quiet", &input_bool, AT(struct whole_in, quiet), .otherwise = true},
    {"loud", &input_bool, AT(struct whole_in, loud), .boxed = true},
    {"stage", &stage_type, AT(struct whole_in, stage), .otherwise = -1},
    {"other_stage", &stage_type, AT(struct whole_in, other_stage), .boxed = true},
    {"team", &input_uuid, AT(struct whole_in, team)},
    {"day", &input_date, AT(struct whole_in, day)},
    {"email", &input_email, AT(struct whole_in, email)},
    {"attributes", &map_type, AT(struct whole_in, attributes)},
    {"anything", &input_any, AT(struct whole_in, anything)},
    {"touch", &touch_type, AT(struct whole_in, touch)},
    {"boxed", &touch_type, AT(struct whole_in, boxed), .boxed = true},
    {"external_ids", &externals_type, AT(struct whole_in, externals),
     COUNT(struct whole_in, externals_count)},
    {"tags", &tags_type, AT(struct whole_in, tags), COUNT(struct whole_in, tags_count)},
    {"members", &members_type, AT(struct whole_in, members), COUNT(struct whole_in, members_count)},
    {"counted", &counted_type, .nullable = true},
};
static const struct input_spec spec = INPUT_SPEC(fields, struct whole_in, .check = check_both);

static struct arena *arena;
static struct faults faults;
static struct input in;
static struct whole_in out;
static json_t *json;

static void set_up(void)
{
    arena = arena_new(1 << 20);
    faults_init(&faults, arena);
    in = (struct input){.arena = arena, .faults = &faults, .where = "body"};
    json = NULL;
}

static void tear_down(void)
{
    json_decref(json);
    arena_free(arena);
}

static bool read_text(const char *text)
{
    json_error_t error;

    json = json_loads(text, JSON_DECODE_ANY, &error);
    ck_assert_msg(json != NULL, "%s: %s", text, error.text);
    const struct input_node root = input_root(json, "");
    return input_object(&in, &root, &spec, &out);
}

#define WHOLE                                                                                      \
    "{\"note\":\"two\\nlines\",\"score\":-5,\"small\":9,\"quiet\":false,\"loud\":false,"           \
    "\"stage\":\"mql\",\"other_stage\":\"inquiry\","                                               \
    "\"team\":\"0199A000-0000-7000-8000-000000000001\",\"day\":\"2026-11-22\","                    \
    "\"email\":\" Kim@ACME.example\",\"attributes\":{\"a\":1},\"anything\":null,"                  \
    "\"touch\":{\"kind\":\"form\",\"occurred_at\":\"1970-01-01T00:00:01Z\"},"                      \
    "\"boxed\":{\"kind\":\"call\"},"                                                               \
    "\"external_ids\":[{\"source\":\"crm\",\"id\":\"51\"},{\"source\":\"x\",\"id\":"               \
    "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}],"                                                      \
    "\"tags\":[\"a\",\"bcde\"],\"members\":[\"0199a000-0000-7000-8000-000000000002\"],"            \
    "\"counted\":\"four\"}"

START_TEST(a_whole_body_fills_the_struct)
{
    ck_assert(read_text(WHOLE));
    ck_assert_uint_eq(faults.count, 0);
    ck_assert(uuid_is_nil(out.id));
    ck_assert_str_eq(out.note, "two\nlines");
    ck_assert_int_eq(out.score, -5);
    ck_assert_int_eq(out.small, 9);
    ck_assert(!out.quiet);
    ck_assert(out.loud != NULL && !*out.loud);
    ck_assert_int_eq(out.stage, 2);
    ck_assert(out.other_stage != NULL && *out.other_stage == 0);
    ck_assert_int_eq(out.team.b[15], 1);
    ck_assert_int_eq(out.day, 20779 * INSTANT_DAY);
    ck_assert_str_eq(out.email, "kim@acme.example");
    ck_assert_uint_eq(json_object_size(out.attributes), 1);
    ck_assert(json_is_null(out.anything));
    ck_assert_str_eq(out.touch.kind, "form");
    ck_assert_int_eq(out.touch.occurred_at, INSTANT_SECOND);
    ck_assert_str_eq(out.boxed->kind, "call");
    ck_assert(out.boxed->occurred_at == INSTANT_NONE);
    ck_assert_uint_eq(out.externals_count, 2);
    ck_assert_str_eq(out.externals[1].id, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
    ck_assert_uint_eq(out.tags_count, 2);
    ck_assert_str_eq(out.tags[1], "bcde");
    ck_assert_uint_eq(out.members_count, 1);
    ck_assert_int_eq(out.members[0].b[15], 2);
    ck_assert_uint_eq(out.letters, 4);
}
END_TEST

START_TEST(what_is_absent_has_its_default)
{
    ck_assert(read_text("{\"note\":null,\"counted\":null}"));
    ck_assert_ptr_null(out.note);
    ck_assert_int_eq(out.score, 3);
    ck_assert_int_eq(out.small, 0);
    ck_assert(out.quiet);
    ck_assert_ptr_null(out.loud);
    ck_assert_int_eq(out.stage, -1);
    ck_assert_ptr_null(out.other_stage);
    ck_assert(out.day == INSTANT_NONE);
    ck_assert(out.touch.occurred_at == INSTANT_NONE);
    ck_assert_ptr_null(out.boxed);
    ck_assert_ptr_null(out.externals);
    ck_assert(out.none);
}
END_TEST

/* Copies outlive the document. */
START_TEST(texts_are_copied_when_wanted)
{
    in.copies = true;
    ck_assert(read_text(WHOLE));
    json_decref(json);
    json = NULL;
    ck_assert_str_eq(out.note, "two\nlines");
    ck_assert_str_eq(out.touch.kind, "form");
    ck_assert_str_eq(out.tags[1], "bcde");
    ck_assert_str_eq(out.externals[0].source, "crm");
}
END_TEST

static const struct {
    const char *body;
    const char *pointer;
    const char *code;
    const char *detail; /* part of it */
} bad[] = {
    {"[]", "", "type", "An object"},
    {"{}", "/note", "required", "missing"},
    {"{\"note\":7}", "/note", "type", "A text"},
    {"{\"note\":\"kk\"}", "/note", "length", "3 to 20 characters are wanted, not 2"},
    {"{\"note\":\"a\\u0007b\"}", "/note", "control_character", "Control"},
    {"{\"note\":null,\"node\":1}", "/node", "unknown_member", "Did you mean \"note\"?"},
    {"{\"note\":null,\"extrenal_ids\":1}", "/extrenal_ids", "unknown_member",
     "Did you mean \"external_ids\"?"},
    {"{\"note\":null,\"Score\":1}", "/Score", "unknown_member", "Did you mean \"score\"?"},
    {"{\"note\":null,\"a/b~c\":1}", "/a~1b~0c", "unknown_member",
     "There is no such member here, only note, score, small"},
    {"{\"note\":null,\"id\":1}", "/id", "unknown_member", "There is no such member"},
    {"{\"note\":null,\"score\":1.0}", "/score", "type", "A whole number"},
    {"{\"note\":null,\"score\":6}", "/score", "range", "-5 to 5"},
    {"{\"note\":null,\"small\":10}", "/small", "range", "1 to 9"},
    {"{\"note\":null,\"small\":4294967297}", "/small", "range", "1 to 9"},
    {"{\"note\":null,\"quiet\":0}", "/quiet", "type", "true or false"},
    {"{\"note\":null,\"quiet\":null}", "/quiet", "type", "null"},
    {"{\"note\":null,\"stage\":\"won\"}", "/stage", "unknown_value", "One of inquiry, mql, sql is"},
    {"{\"note\":null,\"stage\":\"MQL\"}", "/stage", "unknown_value", "Did you mean \"mql\"?"},
    {"{\"note\":null,\"stage\":\"not offered\"}", "/stage", "unknown_value", "One of inquiry"},
    {"{\"note\":null,\"team\":\"x\"}", "/team", "uuid", "UUID"},
    {"{\"note\":null,\"team\":1}", "/team", "type", "UUID"},
    {"{\"note\":null,\"day\":\"2026-02-30\"}", "/day", "date", "2026-11-22"},
    {"{\"note\":null,\"email\":\"k@a\"}", "/email", "email", "kim@acme.example"},
    {"{\"note\":null,\"email\":\"ka\"}", "/email", "length", "3 to 254"},
    {"{\"note\":null,\"email\":null}", "/email", "type", "null"},
    {"{\"note\":null,\"attributes\":[]}", "/attributes", "type", "An object"},
    {"{\"note\":null,\"attributes\":{\"a\":1,\"b\":1,\"c\":1}}", "/attributes", "too_many",
     "0 to 2 members are wanted, not 3"},
    {"{\"note\":null,\"touch\":{}}", "/touch/kind", "required", "missing"},
    {"{\"note\":null,\"touch\":{\"kind\":\"Form\"}}", "/touch/kind", "code", "a-z, 0-9"},
    {"{\"note\":null,\"touch\":{\"kind\":\"-form\"}}", "/touch/kind", "code", "begins with"},
    {"{\"note\":null,\"touch\":{\"kind\":\"f\",\"occurred_at\":\"2026-11-22\"}}",
     "/touch/occurred_at", "date", "RFC 3339"},
    {"{\"note\":null,\"touch\":[]}", "/touch", "type", "An object"},
    {"{\"note\":null,\"boxed\":{\"kin\":\"f\",\"kind\":\"f\"}}", "/boxed/kin", "unknown_member",
     "Did you mean \"kind\"?"},
    {"{\"note\":null,\"external_ids\":{}}", "/external_ids", "type", "An array"},
    {"{\"note\":null,\"external_ids\":[]}", "/external_ids", "empty", "1 to 2 items"},
    {"{\"note\":null,\"external_ids\":[{\"source\":\"a\",\"id\":\"1\"},{\"source\":\"a\",\"id\":"
     "\"1\",\"x\":1}]}",
     "/external_ids/1/x", "unknown_member", "source, id"},
    {"{\"note\":null,\"tags\":[\"a\",5]}", "/tags/1", "type", "A text"},
    {"{\"note\":null,\"tags\":[\"abcde\"]}", "/tags/0", "length", "1 to 4"},
    {"{\"note\":null,\"members\":[\"x\"]}", "/members/0", "uuid", "UUID"},
    {"{\"note\":null,\"counted\":\"fives\"}", "/counted", "five", "too many"},
    {"{\"note\":null,\"counted\":\"0123456789\"}", "/counted", "length", "0 to 9"},
    {"{\"note\":null,\"small\":1,\"score\":0}", "", "both", "needs a score"},
};

START_TEST(a_fault_is_named_with_its_place)
{
    ck_assert(!read_text(bad[_i].body));
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].where, "body");
    ck_assert_str_eq(faults.items[0].pointer, bad[_i].pointer);
    ck_assert_str_eq(faults.items[0].code, bad[_i].code);
    ck_assert_msg(strstr(faults.items[0].detail, bad[_i].detail) != NULL, "%s lacks %s",
                  faults.items[0].detail, bad[_i].detail);
}
END_TEST

/* What is missing, what is unknown, what does not fit, and what does not go together. */
START_TEST(all_faults_come_at_once)
{
    ck_assert(!read_text("{\"score\":0,\"small\":1,\"x\":1,\"stage\":2,"
                         "\"touch\":{\"occurred_at\":1},\"tags\":[1,2],\"counted\":\"fives\"}"));
    ck_assert_uint_eq(faults.count, 9);
}
END_TEST

START_TEST(a_long_unknown_name_is_not_repeated)
{
    char body[400] = "{\"note\":null,\"";
    size_t len = strlen(body);

    memset(body + len, 'a', 300);
    memcpy(body + len + 300, "\":1}", 5);
    ck_assert(!read_text(body));
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].pointer, "");
    ck_assert_str_eq(faults.items[0].code, "unknown_member");
}
END_TEST

START_TEST(the_document_may_stand_in_another)
{
    json = json_loads("{\"note\":\"x\"}", 0, NULL);
    const struct input_node root = input_root(json, "/leads/3");
    ck_assert(!input_object(&in, &root, &spec, &out));
    ck_assert_str_eq(faults.items[0].pointer, "/leads/3/note");
}
END_TEST

struct around_in {
    struct uuid id;
    struct touch_in touch;
};

static const struct input_field around_fields[] = {
    {"id", &input_uuid, AT(struct around_in, id), .place = INPUT_PATH},
    {"touch", &touch_type, AT(struct around_in, touch), .place = INPUT_WHOLE},
};
static const struct input_spec around_spec = INPUT_SPEC(around_fields, struct around_in);

START_TEST(a_field_may_be_the_whole_body)
{
    struct around_in around;

    json = json_loads("{\"kind\":\"form\",\"x\":1}", 0, NULL);
    const struct input_node root = input_root(json, "");
    ck_assert(!input_object(&in, &root, &around_spec, &around));
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].pointer, "/x");
    ck_assert_str_eq(around.touch.kind, "form");
    ck_assert(around.touch.occurred_at == INSTANT_NONE);
}
END_TEST

/* ---- what stands outside JSON ---- */

struct query_in {
    struct uuid lead;
    int64_t limit;
    int32_t small;
    const char *email;
    int stage;
    instant from;
    bool all;
};

static const struct input_type limit_type = {.kind = INPUT_INT, .min = 1, .max = 500};

static const struct input_field query_fields[] = {
    {"lead", &input_uuid, AT(struct query_in, lead), .place = INPUT_PATH},
    {"limit", &limit_type, AT(struct query_in, limit), .otherwise = 50},
    {"small", &small_type, AT(struct query_in, small)},
    {"email", &input_email, AT(struct query_in, email)},
    {"stage", &stage_type, AT(struct query_in, stage), .otherwise = -1},
    {"from", &input_date, AT(struct query_in, from)},
    {"all", &input_bool, AT(struct query_in, all)},
};
static const struct input_spec query_spec = INPUT_SPEC(query_fields, struct query_in);

static bool read_query(const char *text, struct query_in *query)
{
    in.where = "query";
    input_defaults(&query_spec, query);
    return input_query(&in, text, &query_spec, query);
}

START_TEST(a_query_fills_its_struct)
{
    struct query_in query;

    ck_assert(read_query("email=kim%2Bx%40acme.example&stage=sql&&from=1970-01-02&all=true&small=9",
                         &query));
    ck_assert_int_eq(query.limit, 50);
    ck_assert_int_eq(query.small, 9);
    ck_assert_str_eq(query.email, "kim+x@acme.example");
    ck_assert_int_eq(query.stage, 3);
    ck_assert_int_eq(query.from, INSTANT_DAY);
    ck_assert_int_eq(query.all, true);
    ck_assert(read_query(NULL, &query));
    ck_assert_ptr_null(query.email);
}
END_TEST

static const struct {
    const char *query;
    const char *parameter;
    const char *code;
    const char *detail;
} bad_queries[] = {
    {"limt=3", "limt", "unknown_parameter", "Did you mean \"limit\"?"},
    {"lead=3", "lead", "unknown_parameter", "only limit, small"},
    {"limit=3&limit=4", "limit", "repeated", "more than once"},
    {"limit=0", "limit", "range", "1 to 500"},
    {"limit=501", "limit", "range", "1 to 500"},
    {"limit=", "limit", "type", "whole number"},
    {"limit", "limit", "type", "whole number"},
    {"limit=3x", "limit", "type", "whole number"},
    {"limit=+3", "limit", "type", "whole number"},
    {"limit=99999999999999999999", "limit", "type", "whole number"},
    {"small=4294967297", "small", "range", "1 to 9"},
    {"stage=won", "stage", "unknown_value", "One of inquiry, mql, sql"},
    {"all=1", "all", "type", "true or false"},
    {"from=yesterday", "from", "date", "2026-11-22"},
    {"email=kim", "email", "email", "kim@acme.example"},
    {"email=%00abc", "", "encoding", "UTF-8"},
    {"email=%C3", "", "encoding", "UTF-8"},
    {"email=%4", "", "encoding", "UTF-8"},
    {"%ff=1", "", "encoding", "UTF-8"},
};

START_TEST(a_bad_parameter_is_named)
{
    struct query_in query;

    ck_assert(!read_query(bad_queries[_i].query, &query));
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].where, "query");
    ck_assert_str_eq(faults.items[0].pointer, bad_queries[_i].parameter);
    ck_assert_str_eq(faults.items[0].code, bad_queries[_i].code);
    ck_assert_msg(strstr(faults.items[0].detail, bad_queries[_i].detail) != NULL, "%s lacks %s",
                  faults.items[0].detail, bad_queries[_i].detail);
}
END_TEST

/* Every sentence that people read begins with a capital or a value, and ends without a full stop.
 */
START_TEST(sentences_have_one_style)
{
    struct query_in query;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        read_text(bad[i].body);
        json_decref(json);
        json = NULL;
    }
    for (size_t i = 0; i < sizeof bad_queries / sizeof *bad_queries; i++)
        read_query(bad_queries[i].query, &query);
    for (size_t i = 0; i < faults.count; i++) {
        const char *detail = faults.items[i].detail;
        bool begins = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789", detail[0]) != NULL ||
                      strncmp(detail, "true", 4) == 0 || strncmp(detail, "null", 4) == 0;
        ck_assert_msg(begins && detail[strlen(detail) - 1] != '.', "%s", detail);
    }
}
END_TEST

/* ---- names ---- */

static const struct {
    const char *asked, *nearest; /* of those below; NULL: none */
} asked[] = {
    {"external_id", "external_ids"},
    {"externalIds", "external_ids"},
    {"emial", "email"},
    {"mail", "email"},
    {"e", NULL},
    {"up", NULL},
    {"xy", NULL},
    {"OP", "op"},
    {"source", NULL},
    {"", NULL},
    {"attributess", "attributes"},
    {"atributs", "attributes"},
    {"tributs", NULL},
};

START_TEST(the_nearest_name_is_found)
{
    static const char *const known[] = {"email", "external_ids", "attributes", "op"};
    struct nearest nearest;

    nearest_begin(&nearest, asked[_i].asked);
    nearest_offer(&nearest, NULL);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        nearest_offer(&nearest, known[i]);
    if (asked[_i].nearest == NULL)
        ck_assert_ptr_null(nearest.name);
    else
        ck_assert_pstr_eq(nearest.name, asked[_i].nearest);
}
END_TEST

START_TEST(names_and_codes)
{
    ck_assert(name_valid("sdr-2_west"));
    ck_assert(name_valid("2"));
    ck_assert(!name_valid(""));
    ck_assert(!name_valid("-sdr"));
    ck_assert(!name_valid("_sdr"));
    ck_assert(!name_valid("Sdr"));
    ck_assert(!name_valid("s.dr"));
    ck_assert(name_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    ck_assert(!name_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    ck_assert(code_valid("form.web:2-x_y"));
    ck_assert(!code_valid(""));
    ck_assert(!code_valid(".x"));
    ck_assert(!code_valid("x y"));
    ck_assert(!code_valid("\xc3\xa9"));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "input");

    tcase_add_checked_fixture(t, set_up, tear_down);
    TESTS(t, a_whole_body_fills_the_struct, what_is_absent_has_its_default,
          texts_are_copied_when_wanted);
    EACH(t, a_fault_is_named_with_its_place, bad);
    TESTS(t, all_faults_come_at_once, a_long_unknown_name_is_not_repeated,
          the_document_may_stand_in_another, a_field_may_be_the_whole_body,
          a_query_fills_its_struct);
    EACH(t, a_bad_parameter_is_named, bad_queries);
    TESTS(t, sentences_have_one_style);
    EACH(t, the_nearest_name_is_found, asked);
    TESTS(t, names_and_codes);
}

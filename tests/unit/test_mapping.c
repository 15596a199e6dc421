/* What senders deliver and files hold, as captures; and what is wrong, by its place. */
#include "core/intake/mapping.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;
static struct faults faults;

static void setup(void)
{
    arena = arena_new(4 << 20);
    faults_init(&faults, arena);
}

static void teardown(void)
{
    arena_free(arena);
}

static enum err compile(const char *text, enum mapping_use use, const struct mapping **out)
{
    json_t *json = json_loads(text, 0, NULL);

    ck_assert_msg(json != NULL, "test's own JSON: %s", text);
    struct mapping_reading reading = {use, "", time_zone_find};
    enum err err = mapping_compile(json, &reading, arena, &faults, out);
    json_decref(json);
    return err;
}

static json_t *document; /* freed by the next one and at the end */

static struct mapped *map(const char *mapping_text, enum mapping_use use, const char *text,
                          bool tabular, size_t *count)
{
    const struct mapping *mapping;
    struct mapped_from from = {
        "hubspot",    "sender",    SOURCE_FORM, tabular, use == MAPPING_IMPORT,
        INSTANT_NONE, INSTANT_NONE};
    struct mapped *items;

    ck_assert_int_eq(compile(mapping_text, use, &mapping), ERR_NONE);
    json_decref(document);
    document = json_loads(text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(document != NULL, "test's own JSON: %s", text);
    ck_assert_int_eq(mapping_apply(mapping, document, &from, arena, &items, count), ERR_NONE);
    return items;
}

static struct mapped *map_one(const char *mapping_text, const char *text, bool tabular)
{
    size_t count;
    struct mapped *items = map(mapping_text, MAPPING_INBOUND, text, tabular, &count);

    ck_assert_uint_eq(count, 1);
    if (items->error != MAPPED_OK)
        ck_abort_msg("%s at %s", mapped_error_code(items->error), items->pointer);
    return items;
}

static const char *told(const struct capture_input *capture, const char *name)
{
    static char text[256];
    struct json_out out;

    for (size_t i = 0; i < capture->attribute_count; i++) {
        if (strcmp(capture->attributes[i].name, name) != 0)
            continue;
        json_out_init(&out, arena, sizeof text - 1);
        value_write(&capture->attributes[i].value, &out);
        memcpy(text, out.written.text, out.written.len + 1);
        return text;
    }
    return "not told";
}

#define WHOLE                                                                                      \
    "{\"email\": \"/contact/email\", \"external_id\": \"/contact/id\", \"event_id\": \"/id\","     \
    " \"occurred_at\": \"/created\","                                                              \
    " \"attributes\": {\"company.employees\": \"/contact/size\","                                  \
    "  \"seniority\": {\"at\": \"/contact/title\", \"map\": {\"VP\": \"vp\"}},"                    \
    "  \"tags\": \"/tags\", \"missing\": \"/nowhere\", \"cleared\": \"/nothing\"},"                \
    " \"touch\": {\"kind\": {\"value\": \"form_submitted\"}, \"source\": \"/utm/source\","         \
    "  \"channel\": {\"value\": \"web\"}, \"direction\": \"/way\"},"                               \
    " \"claimed_stage\": {\"at\": \"/stage\", \"map\": {\"marketingqualifiedlead\": \"mql\"}}}"

START_TEST(a_webhook_becomes_a_capture)
{
    const struct capture_input *capture =
        &map_one(WHOLE,
                 "{\"id\": \"e1\", \"created\": \"2026-11-22T10:00:00Z\", \"way\": \"outbound\","
                 " \"contact\": {\"email\": \" Kim@ACME.example \", \"id\": 51, \"size\": 120,"
                 "  \"title\": \"VP\"}, \"tags\": [\"a\", \"b\"], \"nothing\": null,"
                 " \"utm\": {\"source\": \"google\"}, \"stage\": \"marketingqualifiedlead\"}",
                 false)
             ->capture;

    ck_assert_uint_eq(capture->identity_count, 2);
    ck_assert_str_eq(capture->identities[0].value, "kim@acme.example");
    ck_assert_str_eq(capture->identities[1].source, "hubspot");
    ck_assert_str_eq(capture->identities[1].value, "51");
    ck_assert_int_eq(capture->claimed_stage, STAGE_MQL);
    ck_assert_int_eq(capture->occurred_at, 1795341600000000);
    ck_assert_str_eq(capture->touch->kind, "form_submitted");
    ck_assert_str_eq(capture->touch->event_id, "e1");
    ck_assert_str_eq(capture->touch->sender, "sender");
    ck_assert_int_eq(capture->touch->direction, DIRECTION_OUTBOUND);
    ck_assert_str_eq(capture->touch->values[DIMENSION_SOURCE], "google");
    ck_assert_str_eq(capture->touch->values[DIMENSION_CHANNEL], "web");
    ck_assert_ptr_null(capture->touch->values[DIMENSION_MEDIUM]);
    ck_assert_str_eq(told(capture, "company.employees"), "120");
    ck_assert_str_eq(told(capture, "seniority"), "\"vp\"");
    ck_assert_str_eq(told(capture, "tags"), "[\"a\",\"b\"]");
    ck_assert_str_eq(told(capture, "cleared"), "null");
    ck_assert_str_eq(told(capture, "missing"), "not told");
    for (size_t i = 1; i < capture->attribute_count; i++)
        ck_assert_int_lt(strcmp(capture->attributes[i - 1].name, capture->attributes[i].name), 0);
}
END_TEST

/* A word that the map does not know is ignored, and what is not there is no fault. */
START_TEST(what_is_absent_is_not_told)
{
    const struct capture_input *capture =
        &map_one(WHOLE, "{\"contact\": {\"id\": \"x\", \"title\": \"Clerk\"}, \"stage\": \"lead\"}",
                 false)
             ->capture;

    ck_assert_uint_eq(capture->identity_count, 1);
    ck_assert_uint_eq(capture->attribute_count, 0);
    ck_assert_int_eq(capture->claimed_stage, STAGE_COUNT);
    ck_assert(capture->occurred_at == INSTANT_NONE);
    ck_assert_ptr_nonnull(capture->touch);
    ck_assert_ptr_null(capture->touch->event_id);
    ck_assert_ptr_null(capture->touch->values[DIMENSION_SOURCE]);
}
END_TEST

#define COLUMNS                                                                                    \
    "{\"email\": \"/E Mail\", \"null_values\": [\"\", \"n/a\"],"                                   \
    " \"attributes\": {\"a\": \"/A\", \"Zip\": {\"at\": \"/Zip\", \"type\": \"text\"},"            \
    "  \"b\": {\"at\": \"/B\", \"type\": \"boolean\"}, \"d\": {\"at\": \"/D\", \"type\": "         \
    "\"date\"}, \"n\": {\"at\": \"/N\", \"type\": \"number\", \"null_values\": [\"999\", "         \
    "\"-1\"]}}}"

START_TEST(columns_are_typed)
{
    static const struct {
        const char *column, *cell, *name, *value;
    } cells[] = {
        {"A", "120", "a", "120"},
        {"A", " 120 ", "a", "120"},
        {"A", "-0.5", "a", "-0.5"},
        {"A", "1e3", "a", "1000.0"},
        {"A", "007", "a", "\"007\""},
        {"A", "+1", "a", "\"+1\""},
        {"A", "1.", "a", "\"1.\""},
        {"A", "0x1F", "a", "\"0x1F\""},
        {"A", "99999999999999999999", "a", "\"99999999999999999999\""},
        {"A", "true", "a", "true"},
        {"A", "True", "a", "\"True\""},
        {"A", "", "a", "not told"},
        {"A", "n/a", "a", "not told"},
        {"Zip", "12345", "Zip", "\"12345\""},
        {"B", "Yes", "b", "true"},
        {"B", "0", "b", "false"},
        {"D", "2026-11-22", "d", "\"2026-11-22T00:00:00Z\""},
        {"D", "2026-11-22 10:00:00", "d", "\"2026-11-22T10:00:00Z\""},
        {"D", "1795341600", "d", "\"2026-11-22T10:00:00Z\""},
        {"N", "12", "n", "12"},
        {"N", " 999 ", "n", "not told"},
        {"N", "-1", "n", "not told"},
        {"N", "n/a", "n", "not told"},
        {"A", "999", "a", "999"},
    };
    char text[200];

    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        snprintf(text, sizeof text, "{\"E Mail\": \"kim@acme.example\", \"%s\": \"%s\"}",
                 cells[i].column, cells[i].cell);
        ck_assert_str_eq(told(&map_one(COLUMNS, text, true)->capture, cells[i].name),
                         cells[i].value);
    }
}
END_TEST

START_TEST(json_keeps_its_types)
{
    const struct capture_input *capture =
        &map_one("{\"email\": \"/e\", \"attributes\": {\"a\": \"/a\", \"d\": {\"at\": \"/d\", "
                 "\"type\": \"date\"}, \"s\": \"/s\"}}",
                 "{\"e\": \"kim@acme.example\", \"a\": \"120\", \"d\": 1795341600000, \"s\": \"\"}",
                 false)
             ->capture;

    ck_assert_str_eq(told(capture, "a"), "\"120\"");
    ck_assert_str_eq(told(capture, "d"), "\"2026-11-22T10:00:00Z\"");
    ck_assert_str_eq(told(capture, "s"), "not told"); /* left blank */
}
END_TEST

START_TEST(several_items)
{
    size_t count;
    struct mapped *items = map("{\"each\": \"/list\", \"email\": \"/e\"}", MAPPING_INBOUND,
                               "{\"list\": [{\"e\": \"a@acme.example\"}, {\"e\": 5},"
                               " {\"e\": \"c@acme.example\"}]}",
                               false, &count);

    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(items[0].capture.identities[0].value, "a@acme.example");
    ck_assert_int_eq(items[1].error, MAPPED_EMAIL);
    ck_assert_str_eq(items[1].pointer, "/list/1/e");
    ck_assert_str_eq(items[2].capture.identities[0].value, "c@acme.example");
    items = map("{\"email\": \"/0\"}", MAPPING_INBOUND, "[[\"a@acme.example\"]]", false, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(items[0].error, MAPPED_OK);
}
END_TEST

static const struct {
    const char *mapping;
    const char *document;
    enum mapped_error error;
    const char *pointer;
} wrong[] = {
    {"{\"email\": \"/e\"}", "{}", MAPPED_NO_IDENTITY, "/e"},
    {"{\"email\": \"/e\"}", "{\"e\": \"\"}", MAPPED_NO_IDENTITY, "/e"},
    {"{\"email\": \"/e\"}", "[]", MAPPED_MISSING, ""},
    {"{\"email\": \"/e\", \"each\": \"/x\"}", "{}", MAPPED_MISSING, "/x"},
    {"{\"email\": \"/e\"}", "{\"e\": \"kim\"}", MAPPED_EMAIL, "/e"},
    {"{\"email\": \"/e\"}", "{\"e\": {}}", MAPPED_TYPE, "/e"},
    {"{\"external_id\": \"/i\"}", "{\"i\": 1.5}", MAPPED_TYPE, "/i"},
    {"{\"external_id\": \"/i\"}", "{\"i\": \"a\\u0007b\"}", MAPPED_CONTROL, "/i"},
    {"{\"email\": \"/e\", \"anonymous_id\": \"/a\"}", "{\"e\": \"kim\", \"a\": {}}", MAPPED_EMAIL,
     "/e"},
};

START_TEST(errors_have_a_place)
{
    size_t count;
    struct mapped *items =
        map(wrong[_i].mapping, MAPPING_INBOUND, wrong[_i].document, false, &count);

    ck_assert_str_eq(mapped_error_code(items[0].error), mapped_error_code(wrong[_i].error));
    ck_assert_str_eq(items[0].pointer, wrong[_i].pointer);
}
END_TEST

/* What does not say who it is costs itself alone. */
static const struct {
    const char *mapping;
    const char *document;
    enum mapped_error error;
    const char *pointer;
} left_out[] = {
    {"{\"external_id\": \"/i\", \"occurred_at\": \"/t\"}", "{\"i\": 1, \"t\": \"soon\"}",
     MAPPED_DATE, "/t"},
    {"{\"external_id\": \"/i\", \"occurred_at\": \"/t\"}", "{\"i\": 1, \"t\": 9223372036854775807}",
     MAPPED_DATE, "/t"},
    {"{\"external_id\": \"/i\", \"claimed_stage\": \"/s\"}", "{\"i\": 1, \"s\": \"hot\"}",
     MAPPED_STAGE, "/s"},
    {"{\"external_id\": \"/i\", \"touch\": {\"kind\": \"/k\"}}", "{\"i\": 1, \"k\": \"Web Form\"}",
     MAPPED_KIND, "/k"},
    {"{\"external_id\": \"/i\", \"touch\": {\"kind\": \"/k\", \"direction\": \"/d\"}}",
     "{\"i\": 1, \"k\": \"call\", \"d\": \"up\"}", MAPPED_DIRECTION, "/d"},
    {"{\"external_id\": \"/i\", \"touch\": {\"kind\": \"/k\", \"content\": \"/c\"}}",
     "{\"i\": 1, \"k\": \"call\", \"c\": \"kim@acme.example\"}", MAPPED_PERSONAL, "/c"},
    {"{\"external_id\": \"/i\", \"attributes\": {\"a\": \"/a~1b/~0\"}}",
     "{\"i\": 1, \"a/b\": {\"~\": {}}}", MAPPED_TYPE, "/a~1b/~0"},
    {"{\"external_id\": \"/i\", \"attributes\": {\"a\": {\"at\": \"/a\", \"type\": \"number\"}}}",
     "{\"i\": 1, \"a\": \"many\"}", MAPPED_NUMBER, "/a"},
    {"{\"external_id\": \"/i\", \"attributes\": {\"a\": {\"at\": \"/a\", \"type\": \"boolean\"}}}",
     "{\"i\": 1, \"a\": \"maybe\"}", MAPPED_BOOLEAN, "/a"},
    {"{\"external_id\": \"/i\", \"email\": \"/e\"}", "{\"i\": 1, \"e\": \"kim at acme\"}",
     MAPPED_EMAIL, "/e"},
    {"{\"external_id\": \"/i\", \"event_id\": \"/v\", \"touch\": {\"kind\": {\"value\": "
     "\"call\"}}}",
     "{\"i\": 1, \"v\": [1, 2]}", MAPPED_TYPE, "/v"},
};

static const char *const left_out_names[] = {
    "occurred_at",     "occurred_at",   "claimed_stage", "touch.kind",
    "touch.direction", "touch.content", "attributes.a",  "attributes.a",
    "attributes.a",    "email",         "event_id",
};

START_TEST(what_does_not_fit_is_left_out)
{
    const struct capture_input *capture =
        &map_one(left_out[_i].mapping, left_out[_i].document, false)->capture;

    ck_assert_uint_eq(capture->left_out_count, 1);
    ck_assert_str_eq(capture->left_out[0].code, mapped_error_code(left_out[_i].error));
    ck_assert_str_eq(capture->left_out[0].pointer, left_out[_i].pointer);
    ck_assert_str_eq(capture->left_out[0].what, left_out_names[_i]);
    ck_assert_uint_eq(capture->attribute_count, 0);
    if (capture->touch != NULL && capture->touch->values[DIMENSION_CONTENT] != NULL)
        ck_assert_str_eq(capture->touch->values[DIMENSION_CONTENT], "(personal)");
}
END_TEST

/* A row of a file is mended and sent again: a wrong identity refuses it. */
START_TEST(a_row_with_a_wrong_address_is_refused)
{
    size_t count;
    struct mapped *items =
        map("{\"team\": \"m\", \"email\": \"/e\", \"external_id\": {\"source\": \"crm\", \"at\": "
            "\"/i\"}}",
            MAPPING_IMPORT, "{\"i\": \"1\", \"e\": \"kim at acme\"}", true, &count);

    ck_assert_str_eq(mapped_error_code(items[0].error), "email");
}
END_TEST

START_TEST(too_many_items)
{
    size_t count, len = 1 + 2 * (MAPPING_ITEMS_MAX + 1);
    char *text = malloc(len + 1);

    memset(text, '0', len);
    for (size_t i = 0; i < len; i += 2)
        text[i] = ',';
    text[0] = '[';
    text[len - 1] = ']';
    text[len] = '\0';
    struct mapped *items = map("{\"email\": \"/e\"}", MAPPING_INBOUND, text, false, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(items[0].error, MAPPED_TOO_MANY);
    free(text);
}
END_TEST

#define DEAL                                                                                       \
    "{\"as\": \"deal\", \"team\": \"marketing\","                                                  \
    " \"external_id\": {\"source\": \"crm\", \"at\": \"/lead\"},"                                  \
    " \"steps\": [{\"team\": \"sdr\", \"member\": {\"source\": \"crm\", \"at\": \"/sdr\"},"        \
    "   \"at\": \"/met\"}, {\"team\": \"ae\", \"at\": \"/won\"}],"                                 \
    " \"outcome\": {\"kind\": {\"value\": \"won\"}}}"

START_TEST(a_deal)
{
    size_t count;
    struct mapped *items = map(DEAL, MAPPING_IMPORT,
                               "{\"lead\": \"l1\", \"sdr\": \"s1\", \"met\": \"2026-11-21\","
                               " \"won\": \"2026-11-22 10:00:00\"}",
                               true, &count);
    const struct mapped_deal *deal = items[0].deal;

    ck_assert_int_eq(items[0].error, MAPPED_OK);
    ck_assert_str_eq(items[0].capture.identities[0].source, "crm");
    ck_assert_uint_eq(deal->step_count, 2);
    ck_assert_str_eq(deal->steps[0].team, "sdr");
    ck_assert_str_eq(deal->steps[0].member_source, "crm");
    ck_assert_str_eq(deal->steps[0].member, "s1");
    ck_assert_int_eq(deal->steps[0].at, 1795219200000000);
    ck_assert_ptr_null(deal->steps[1].member);
    ck_assert_int_eq(deal->outcome, OUTCOME_WON);
    ck_assert_int_eq(deal->outcome_at, 1795341600000000);
    items = map(DEAL, MAPPING_IMPORT, "{\"lead\": \"l1\", \"met\": \"2026-11-21\", \"won\": \"\"}",
                true, &count);
    ck_assert_int_eq(items[0].error, MAPPED_DATE);
    ck_assert_str_eq(items[0].pointer, "/won");
}
END_TEST

/* ---- mappings that are wrong ---- */

static void check_fault(const char *pointer, const char *code)
{
    for (size_t i = 0; i < faults.count; i++)
        if (strcmp(faults.items[i].pointer, pointer) == 0) {
            ck_assert_str_eq(faults.items[i].code, code);
            return;
        }
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%s %s\n", faults.items[i].pointer, faults.items[i].code);
    ck_abort_msg("no fault at %s", pointer);
}

START_TEST(all_faults_at_once)
{
    const struct mapping *mapping;
    enum err err = compile(
        "{\"each\": 5, \"email\": \"contact\", \"event_id\": {\"at\": \"/x\", \"value\": \"y\"},"
        " \"null_values\": [1], \"team\": \"marketing\","
        " \"attributes\": {\"a\": {\"at\": \"/a\", \"type\": \"int\"}, \"b\": 7,"
        "  \"c\": {\"at\": \"/~2\"}, \"d\": {\"at\": \"/d\", \"map\": {}},"
        "  \"e\": {\"at\": \"/e\", \"null_values\": [999]},"
        "  \"f\": {\"value\": \"x\", \"null_values\": [\"x\"]}},"
        " \"touch\": {\"source\": {\"value\": \"kim@acme.example\"}, \"colour\": \"/c\"},"
        " \"claimed_stage\": {\"at\": \"/s\", \"map\": {\"x\": \"hot\"}}}",
        MAPPING_INBOUND, &mapping);

    ck_assert_int_eq(err, ERR_INVALID_VALUE);
    check_fault("/each", "type");
    check_fault("/email", "pointer");
    check_fault("/event_id", "required");
    check_fault("/null_values/0", "type");
    check_fault("/team", "unknown_member");
    check_fault("/attributes/a/type", "unknown_value");
    check_fault("/attributes/b", "type");
    check_fault("/attributes/c/at", "pointer");
    check_fault("/attributes/d/map", "empty");
    check_fault("/attributes/e/null_values/0", "type");
    check_fault("/attributes/f/null_values", "unknown_member");
    check_fault("/touch/source/value", "personal");
    check_fault("/touch/colour", "unknown_member");
    check_fault("/touch/kind", "required");
    check_fault("/claimed_stage/map/x", "unknown_value");
    ck_assert_uint_eq(faults.count, 15);
}
END_TEST

START_TEST(all_faults_of_a_deal)
{
    const struct mapping *mapping;
    enum err err =
        compile("{\"as\": \"deal\", \"external_id\": \"/id\", \"touch\": {},"
                " \"steps\": [{\"team\": \"sdr\", \"at\": \"/a\"}, {\"team\": \"sdr\"}, 5],"
                " \"outcome\": {\"kind\": {\"value\": \"gone\"}}}",
                MAPPING_IMPORT, &mapping);

    ck_assert_int_eq(err, ERR_INVALID_VALUE);
    check_fault("/team", "required");
    check_fault("/touch", "unknown_member");
    check_fault("/external_id/source", "required");
    check_fault("/steps/1/team", "same_team");
    check_fault("/steps/1/at", "required");
    check_fault("/steps/2", "type");
    check_fault("/outcome/kind/value", "unknown_value");
    ck_assert_uint_eq(faults.count, 7);
}
END_TEST

START_TEST(an_identity_is_needed)
{
    const struct mapping *mapping;

    ck_assert_int_eq(compile("{}", MAPPING_INBOUND, &mapping), ERR_INVALID_VALUE);
    check_fault("", "required");
    ck_assert_int_eq(compile("{\"team\": \"m\", \"email\": \"/e\"}", MAPPING_IMPORT, &mapping),
                     ERR_INVALID_VALUE);
    check_fault("/external_id", "required");
    ck_assert_int_eq(compile("[]", MAPPING_INBOUND, &mapping), ERR_INVALID_VALUE);
}
END_TEST

/* ---- what may be missing ---- */

#define WHOLE_LEAD                                                                                 \
    "{\"as\": \"lead\", \"team\": \"marketing\", \"email\": \"/e\", \"occurred_at\": \"/o\","      \
    " \"external_id\": {\"source\": \"crm\", \"at\": \"/id\"},"                                    \
    " \"touch\": {\"kind\": {\"value\": \"call\"}, \"source\": \"/s\"},"                           \
    " \"claimed_stage\": {\"at\": \"/s\", \"map\": {\"x\": \"mql\"}}}"

/* A mapping, a member of it by its pointer, and whether it may be left out. */
static const struct {
    const char *mapping;
    const char *at;
    bool may;
} members[] = {
    {WHOLE_LEAD, "/as", true},
    {WHOLE_LEAD, "/team", false},
    {WHOLE_LEAD, "/email", true},
    {WHOLE_LEAD, "/external_id", false}, /* a file is taken twice without harm */
    {WHOLE_LEAD, "/external_id/source", false},
    {WHOLE_LEAD, "/occurred_at", true},
    {WHOLE_LEAD, "/touch", true},
    {WHOLE_LEAD, "/touch/kind", false},
    {WHOLE_LEAD, "/touch/source", true},
    {WHOLE_LEAD, "/claimed_stage", true},
    {DEAL, "/team", false},
    {DEAL, "/external_id", false},
    {DEAL, "/external_id/source", false},
    {DEAL, "/external_id/at", false},
    {DEAL, "/steps", false},
    {DEAL, "/steps/0/team", false},
    {DEAL, "/steps/0/at", false},
    {DEAL, "/steps/0/member", true},
    {DEAL, "/steps/0/member/source", false},
    {DEAL, "/outcome", true},
    {DEAL, "/outcome/kind", false},
};

/* Takes it out of the document. */
static void take_out(json_t *document_with, const char *at)
{
    const char *last = strrchr(at, '/') + 1;

    for (const char *part = at + 1; part < last;) {
        size_t len = strcspn(part, "/");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)len, part);
        document_with = json_is_array(document_with)
                            ? json_array_get(document_with, (size_t)strtol(name, NULL, 10))
                            : json_object_get(document_with, name);
        part += len + 1;
    }
    ck_assert_msg(json_object_del(document_with, last) == 0, "%s is not there", at);
}

START_TEST(what_is_missing_is_missed)
{
    json_t *json = json_loads(members[_i].mapping, 0, NULL);
    const struct mapping *mapping;

    take_out(json, members[_i].at);
    struct mapping_reading reading = {MAPPING_IMPORT, "", time_zone_find};
    enum err err = mapping_compile(json, &reading, arena, &faults, &mapping);
    json_decref(json);
    ck_assert_msg((err == ERR_NONE) == members[_i].may, "without %s: %s, %zu faults, %s",
                  members[_i].at, error_code(err), faults.count,
                  faults.count > 0 ? faults.items[0].pointer : "");
    ck_assert_uint_eq(faults.count, members[_i].may ? 0 : 1);
    ck_assert(members[_i].may || strcmp(faults.items[0].code, "required") == 0);
}
END_TEST

/* ---- the language: a field, an item, and what comes of it as an attribute ---- */

static const struct {
    const char *field;
    const char *item;
    const char *value; /* JSON; "not told": none; a code: it is left out */
} fields[] = {
    /* an item of an array, by what stands beside it, wherever it stands */
    {"{'at':'/answers','where':{'/field/ref':'mail'},'take':'/email'}",
     "{'answers':[{'field':{'ref':'name'},'text':'Kim'},{'field':{'ref':'mail'},'email':'k@a."
     "example'}]}",
     "'k@a.example'"},
    {"{'at':'/field_data','where':{'/name':['full_name','Vollst\303\244ndiger "
     "Name']},'take':'/values'}",
     "{'field_data':[{'name':'VOLLST\303\244NDIGER "
     "NAME','values':['x']},{'name':'Full_Name','values':['Mo M']}]}",
     "['x']"},
    {"{'at':'/a','where':{'/k':'x'},'take':'/v','type':'text'}", "{'a':{'k':'x','v':['one']}}",
     "'one'"},
    {"{'at':'/a','where':{'/k':'x'},'take':'/v'}", "{'a':[{'k':'y','v':1}]}", "not told"},
    {"{'at':'/a','where':{'/k':7,'/ok':true},'take':'/v'}",
     "{'a':[{'k':7,'ok':false,'v':1},{'k':7,'ok':true,'v':2}]}", "2"},
    /* the first that is there, and several joined */
    {"{'first':['/a','/b',{'value':'c'}]}", "{'a':'','b':'B'}", "'B'"},
    {"{'first':['/a','/b',{'value':'c'}]}", "{'a':null}", "'c'"},
    {"{'first':['/a','/b']}", "{'b':7}", "7"},
    {"{'join':['/f','/l']}", "{'f':'Kim','l':'Lee'}", "'Kim Lee'"},
    {"{'join':['/f','/l'],'with':', '}", "{'f':'','l':'Lee'}", "'Lee'"},
    {"{'join':['/f','/l']}", "{}", "not told"},
    /* changes, in their order */
    {"{'at':'/n','split':' ','part':0}", "{'n':' Kim Lee Moe '}", "'Kim'"},
    {"{'at':'/n','split':' ','part':-1}", "{'n':'Kim Lee Moe'}", "'Moe'"},
    {"{'at':'/n','split':',','part':3}", "{'n':'a,b'}", "not told"},
    {"{'at':'/n','case':'lower'}", "{'n':'VP Sales'}", "'vp sales'"},
    {"{'at':'/n','case':'lower','map':{'vp sales':'vp'}}", "{'n':'VP Sales'}", "'vp'"},
    {"{'at':'/n','cut':3}", "{'n':'\303\244bcdef'}", "'\303\244bc'"},
    {"{'at':'/n','decode':'url'}", "{'n':'q4%20launch'}", "'q4 launch'"},
    {"{'at':'/n','decode':'url'}", "{'n':'100%'}", "'100%'"},
    {"{'at':'/u','query':'utm_source'}",
     "{'u':'https://a.example/p?x=1&UTM_Source=news%20letter#top'}", "'news letter'"},
    {"{'at':'/u','query':'utm_source'}", "{'u':'https://a.example/p'}", "not told"},
    /* numbers as people write them */
    {"{'at':'/n','type':'number'}", "{'n':'1,200.50'}", "1200.5"},
    {"{'at':'/n','type':'number'}", "{'n':'1.200,50'}", "1200.5"},
    {"{'at':'/n','type':'number'}", "{'n':'1,200'}", "number"},
    {"{'at':'/n','type':'number'}", "{'n':'12 %'}", "12"},
    {"{'at':'/n','type':'number'}", "{'n':'1 200 000'}", "1200000"},
    {"{'at':'/n','type':'number','locale':'en-GB'}", "{'n':'\302\243 1,200'}", "1200"},
    {"{'at':'/n','type':'number','locale':'de'}", "{'n':'\342\202\254\302\24012.000'}", "12000"},
    {"{'at':'/n','type':'number','locale':'de_CH'}", "{'n':'CHF 12\342\200\231000.50'}", "12000.5"},
    {"{'at':'/n','type':'number','decimal':',','group':'.'}", "{'n':'1.200,50 EUR'}", "1200.5"},
    {"{'at':'/n','type':'number','decimal':',','group':'.'}", "{'n':'12.00'}", "number"},
    {"{'at':'/n','type':'number','locale':'de'}", "{'n':'-12'}", "-12"},
    {"{'at':'/n','type':'number'}", "{'n':'1-2'}", "number"},
    {"{'at':'/n','type':'number'}", "{'n':'.'}", "number"},
    /* times as the world writes them */
    {"{'at':'/t','type':'date'}", "{'t':'2026-11-20T10:00:00+0000'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'2026-11-20T10:00:00.000+0000'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'2026-11-20T12:00:00+02'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'2026-11-20T12:00+0200'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'2026-11-20 10:00 UTC'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'2026-11-20T10:00Z'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date'}", "{'t':1790000000.125}", "'2026-09-21T14:13:20.125000Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'1790000000.5'}", "'2026-09-21T14:13:20.500000Z'"},
    {"{'at':'/t','type':'date'}", "{'t':'20260403140506'}", "date"},
    {"{'at':'/t','type':'date'}", "{'t':20260403140506}", "date"},
    {"{'at':'/t','type':'date'}", "{'t':'20/11/2026'}", "date"},
    {"{'at':'/t','type':'date','format':'dd/MM/yyyy'}", "{'t':'20/11/2026'}",
     "'2026-11-20T00:00:00Z'"},
    {"{'at':'/t','type':'date','format':'M/d/yyyy h:mm a','zone':'America/New_York'}",
     "{'t':'7/4/2026 3:05 PM'}", "'2026-07-04T19:05:00Z'"},
    {"{'at':'/t','type':'date','format':'M/d/yyyy h:mm a','zone':'America/New_York'}",
     "{'t':'12/4/2026 12:05 am'}", "'2026-12-04T05:05:00Z'"},
    {"{'at':'/t','type':'date','format':'M/d/yyyy h:mm a'}", "{'t':'12/4/2026 13:05 am'}", "date"},
    {"{'at':'/t','type':'date','format':'d MMM yyyy'}", "{'t':'3 Sept 2026'}",
     "'2026-09-03T00:00:00Z'"},
    {"{'at':'/t','type':'date','format':'EEE, d MMM yyyy HH:mm:ss Z'}",
     "{'t':'Fri, 20 Nov 2026 12:00:00 +0200'}", "'2026-11-20T10:00:00Z'"},
    {"{'at':'/t','type':'date','format':'dd/MM/yyyy'}", "{'t':'31/02/2026'}", "date"},
    {"{'at':'/t','type':'date','format':'yyyyMMddHHmmss'}", "{'t':20260403140506}",
     "'2026-04-03T14:05:06Z'"},
    /* blanks */
    {"'/p'", "{'p':''}", "not told"},
    {"'/p'", "{'p':' \302\240 '}", "not told"},
    {"'/p'", "{'p':null}", "null"},
    {"{'at':'/p','null_values':['null']}", "{'p':null}", "not told"},
    {"{'at':'/p','null_values':['999']}", "{'p':999}", "not told"},
    {"{'at':'/p','null_values':['-']}", "{'p':'-'}", "not told"},
    /* too long */
    {"{'at':'/p','cut':5,'on_fault':'cut'}", "{'p':'1234567'}", "'12345'"},
};

/* Every ' is a ". */
static char *json_of(const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *p = copy; *p != '\0'; p++)
        *p = *p == '\'' ? '"' : *p;
    return copy;
}

START_TEST(a_field_says_what_it_says)
{
    const char *mapping = arena_printf(
        arena, "{'anonymous_id':{'value':'x'},'attributes':{'v':%s}}", fields[_i].field);
    const struct capture_input *capture =
        &map_one(json_of(mapping), json_of(fields[_i].item), false)->capture;
    const char *value = told(capture, "v");

    if (capture->left_out_count > 0)
        value = capture->left_out[0].code;
    ck_assert_str_eq(value, json_of(fields[_i].value));
}
END_TEST

START_TEST(a_long_text_is_cut_where_that_is_wanted)
{
    char *text = arena_alloc(arena, 1200);

    memset(text, 'x', 1100);
    const struct capture_input *capture =
        &map_one(json_of("{'anonymous_id':{'value':'x'},'attributes':{'v':{'at':'/"
                         "v','on_fault':'cut'},'w':'/v'}}"),
                 arena_printf(arena, "{\"v\":\"%s\"}", text), false)
             ->capture;

    ck_assert_uint_eq(capture->attribute_count, 1);
    ck_assert_uint_eq(capture->attributes[0].value.len, VALUE_TEXT_MAX_BYTES);
    ck_assert_uint_eq(capture->left_out_count, 2);
    ck_assert_str_eq(capture->left_out[0].code, "cut");
    ck_assert_str_eq(capture->left_out[1].code, "too_long");
}
END_TEST

/* What lies before 1990 or after tomorrow is nonsense, and counts as the moment of receipt. */
START_TEST(moments_have_bounds)
{
    static const char *const times[] = {"1970-01-01T00:00:00Z", "9999-12-31", "1989-12-31"};
    const struct mapping *mapping;
    struct mapped *items;
    size_t count;
    char text[100];
    struct mapped_from from = {
        .source_name = "s", .sender = "s", .occurred_at = 5, .now = 1795341600000000};

    ck_assert_int_eq(compile(json_of("{'anonymous_id':{'value':'x'},'occurred_at':'/t'}"),
                             MAPPING_INBOUND, &mapping),
                     ERR_NONE);
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "{\"t\":\"%s\"}", times[i]);
        json_decref(document);
        document = json_loads(text, 0, NULL);
        ck_assert_int_eq(mapping_apply(mapping, document, &from, arena, &items, &count), ERR_NONE);
        ck_assert_int_eq(items[0].capture.occurred_at, 5);
        ck_assert_uint_eq(items[0].capture.left_out_count, 1);
        ck_assert_str_eq(items[0].capture.left_out[0].code, "date_bounds");
    }
}
END_TEST

/* ---- several kinds of events on one address ---- */

#define KINDS                                                                                      \
    "{'external_id':'/id','when':["                                                                \
    "{'each':'/new','is':{'/test':true},'effect':'ignore'},"                                       \
    "{'each':'/new','is':{'/id':'*'},'email':'/mail','attributes':{'a':'/a'}},"                    \
    "{'each':'/points','effect':'touch','touch':{'kind':{'value':'scored'}},'attributes':{'a':'/"  \
    "a'}}]}"

START_TEST(each_event_has_its_case)
{
    size_t count;
    struct mapped *items =
        map(json_of(KINDS), MAPPING_INBOUND,
            json_of("{'new':[{'id':1,'test':true},{'id':2,'a':3,'mail':'k@a.example'},{'a':1}],"
                    "'points':[{'id':2,'a':9}],'other':[{'id':3}]}"),
            false, &count);

    ck_assert_uint_eq(count, 4);
    ck_assert_int_eq(items[0].effect, MAPPING_IGNORED);
    ck_assert_int_eq(items[1].effect, MAPPING_LEAD);
    ck_assert_uint_eq(items[1].capture.identity_count, 2);
    ck_assert_uint_eq(items[1].capture.attribute_count, 1);
    ck_assert_int_eq(items[2].error, MAPPED_NO_CASE);
    ck_assert_str_eq(items[2].pointer, "/new/2");
    ck_assert_int_eq(items[3].effect, MAPPING_TOUCH);
    ck_assert_uint_eq(items[3].capture.attribute_count, 0);
    ck_assert_str_eq(items[3].capture.touch->kind, "scored");
    items = map(json_of(KINDS), MAPPING_INBOUND, json_of("{'other':[]}"), false, &count);
    ck_assert_int_eq(items[0].error, MAPPED_MISSING);
}
END_TEST

START_TEST(items_are_found_where_they_are)
{
    size_t count;
    struct mapped *items =
        map(json_of("{'each':'/entry/*/changes','external_id':'/value/id'}"), MAPPING_INBOUND,
            json_of("{'entry':[{'changes':[{'value':{'id':1}},{'value':{'id':2}}]},{'changes':[{'"
                    "value':{}}]}]}"),
            false, &count);

    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(items[1].capture.identities[0].value, "2");
    ck_assert_str_eq(items[2].pointer, "/entry/1/changes/0/value/id");
    items = map(json_of("{'each':['/batch',''],'external_id':'/id'}"), MAPPING_INBOUND,
                json_of("{'id':1}"), false, &count);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(items[0].error, MAPPED_OK);
    items = map(json_of("{'each':['/batch',''],'external_id':'/id'}"), MAPPING_INBOUND,
                json_of("{'batch':[{'id':1},{'id':2}]}"), false, &count);
    ck_assert_uint_eq(count, 2);
}
END_TEST

static const struct {
    const char *mapping;
    const char *pointer;
    const char *code;
} unsound[] = {
    {"{'email':{'at':'/e','first':['/f']}}", "/email", "required"},
    {"{'email':{'at':'/e','take':'/f'}}", "/email/take", "unknown_member"},
    {"{'email':{'first':[]}}", "/email/first", "empty"},
    {"{'email':{'first':['e']}}", "/email/first/0", "pointer"},
    {"{'email':{'at':'/e','where':{'x':1}}}", "/email/where/x", "pointer"},
    {"{'email':{'at':'/e','where':{'/x':{}},'take':'/y'}}", "/email/where/~1x", "type"},
    {"{'email':'/e','occurred_at':{'at':'/t','format':'qq'}}", "/occurred_at/format", "pattern"},
    {"{'email':'/e','occurred_at':{'at':'/t','format':'yyyy-MM'}}", "/occurred_at/format",
     "pattern"},
    {"{'email':'/e','occurred_at':{'at':'/t','format':'yyyy-MM-dd','zone':'Mars/Base'}}",
     "/occurred_at/zone", "unknown_value"},
    {"{'email':'/e','attributes':{'a':{'at':'/a','locale':'xx'}}}", "/attributes/a/locale",
     "unknown_value"},
    {"{'email':'/e','attributes':{'a':{'at':'/a','decimal':';'}}}", "/attributes/a/decimal",
     "unknown_value"},
    {"{'email':'/e','when':[{'effect':'eat'}]}", "/when/0/effect", "unknown_value"},
    {"{'email':'/e','when':[{'effect':'touch'}]}", "/when/0/touch", "required"},
    {"{'when':[{'is':{'/a':'b'}}]}", "/when/0", "required"},
    {"{'email':'/e','when':[]}", "/when", "empty"},
    {"{'email':'/e','each':[]}", "/each", "items"},
    {"{'email':'/e','effect':'outcome'}", "/outcome", "required"},
    {"{'email':'/e','effect':'facts'}", "/facts", "required"},
    {"{'email':'/e','effect':'merge'}", "/merged", "required"},
    {"{'email':'/e','effect':'merge','merged':[]}", "/merged", "items"},
    {"{'email':'/e','outcome':{'kind':{'value':'bought'}}}", "/outcome/kind/value",
     "unknown_value"},
};

START_TEST(an_unsound_mapping_says_where)
{
    const struct mapping *mapping;

    ck_assert_int_eq(compile(json_of(unsound[_i].mapping), MAPPING_INBOUND, &mapping),
                     ERR_INVALID_VALUE);
    check_fault(unsound[_i].pointer, unsound[_i].code);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "mapping");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, a_webhook_becomes_a_capture, what_is_absent_is_not_told, columns_are_typed,
          json_keeps_its_types, several_items);
    EACH(tcase, errors_have_a_place, wrong);
    EACH(tcase, what_does_not_fit_is_left_out, left_out);
    EACH(tcase, a_field_says_what_it_says, fields);
    EACH(tcase, an_unsound_mapping_says_where, unsound);
    TESTS(tcase, a_long_text_is_cut_where_that_is_wanted, moments_have_bounds,
          each_event_has_its_case, items_are_found_where_they_are);
    TESTS(tcase, a_row_with_a_wrong_address_is_refused);
    TESTS(tcase, too_many_items, a_deal, all_faults_at_once, all_faults_of_a_deal);
    EACH(tcase, what_is_missing_is_missed, members);
    TESTS(tcase, an_identity_is_needed);
}

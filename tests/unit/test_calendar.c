/* Working time: a table made by hand, what Python finds day after day, holds, and what is refused.
 */
#include "core/calendar/absence.h"
#include "core/calendar/calendar.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (16 << 10)

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(16 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

static enum err compile(const char *text, struct faults *faults, const struct calendar **out)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    ck_assert_msg(json != NULL, "%s: %s", text, error.text);
    faults_init(faults, arena);
    enum err err = calendar_compile(json, "", time_zone_find(calendar_document_zone(json), arena),
                                    faults, out);
    json_decref(json);
    return err;
}

static const struct calendar *calendar_of(const char *text)
{
    struct faults *faults = ARENA_NEW(arena, struct faults);
    const struct calendar *calendar = NULL;

    if (compile(text, faults, &calendar) != ERR_NONE)
        ck_abort_msg("%s: %s: %s", text, faults->items[0].pointer, faults->items[0].detail);
    return calendar;
}

static instant at(const char *text)
{
    instant out;

    ck_assert_msg(instant_parse(text, &out), "%s", text);
    return out;
}

#define DAY(hours)                                                                                 \
    "\"mon\":" hours ",\"tue\":" hours ",\"wed\":" hours ",\"thu\":" hours ",\"fri\":" hours
#define OFFICE "\"hours\":{" DAY("[[\"09:00\",\"12:30\"],[\"13:15\",\"17:30\"]]") "}"
#define BERLIN "{\"time_zone\":\"Europe/Berlin\"," OFFICE
#define MEXICO                                                                                     \
    "{\"time_zone\":\"America/Mexico_City\",\"hours\":{" DAY("[[\"09:00\",\"18:00\"]]") "}}"
#define ALL    "[[\"00:00\",\"24:00\"]]"
#define ALWAYS "\"hours\":{" DAY(ALL) ",\"sat\":" ALL ",\"sun\":" ALL "}}"
#define NIGHT  "\"hours\":{\"sat\":[[\"22:00\",\"24:00\"]],\"sun\":[[\"00:00\",\"06:00\"]]}}"
#define FEAST  ",\"holidays\":[\"2027-01-01\",\"2026-12-24\",\"2026-12-25\",\"2026-12-31\"]}"
#define TWO_WEEKS                                                                                  \
    ",\"holidays\":[\"2026-12-21\",\"2026-12-22\",\"2026-12-23\",\"2026-12-24\",\"2026-12-25\","   \
    "\"2026-12-26\",\"2026-12-28\",\"2026-12-29\",\"2026-12-30\",\"2026-12-31\",\"2027-01-01\"]}"

static const struct {
    const char *what;
    const char *calendar;
    const char *from;
    int minutes;
    const char *due;
} table[] = {
    {"within a morning", BERLIN "}", "2026-11-23T08:00:00Z", 60, "2026-11-23T09:00:00Z"},
    {"none", BERLIN "}", "2026-11-22T08:00:00Z", 0, "2026-11-22T08:00:00Z"},
    {"over lunch", BERLIN "}", "2026-11-23T11:00:00Z", 60, "2026-11-23T12:45:00Z"},
    {"a whole day, to its end", BERLIN "}", "2026-11-23T08:00:00Z", 465, "2026-11-23T16:30:00Z"},
    {"over a weekend", BERLIN "}", "2026-11-27T16:00:00Z", 60, "2026-11-30T08:30:00Z"},
    {"from a weekend", BERLIN "}", "2026-11-28T10:00:00Z", 1, "2026-11-30T08:01:00Z"},
    {"seconds count", BERLIN "}", "2026-11-27T16:29:30.5Z", 1, "2026-11-30T08:00:30.5Z"},
    {"summer begins", BERLIN "}", "2026-03-27T16:00:00Z", 60, "2026-03-30T07:30:00Z"},
    {"summer ends", BERLIN "}", "2026-10-23T15:00:00Z", 60, "2026-10-26T08:30:00Z"},
    {"Christmas", BERLIN FEAST, "2026-12-23T16:00:00Z", 60, "2026-12-28T08:30:00Z"},
    {"the year ends", BERLIN FEAST, "2026-12-30T16:00:00Z", 60, "2027-01-04T08:30:00Z"},
    {"holidays in a row", BERLIN TWO_WEEKS, "2026-12-18T16:30:00Z", 1, "2027-01-04T08:01:00Z"},
    {"from a holiday", BERLIN TWO_WEEKS, "2026-12-25T12:00:00Z", 1, "2027-01-04T08:01:00Z"},
    {"four hours a week", "{\"time_zone\":\"UTC\",\"hours\":{\"tue\":[[\"10:00\",\"14:00\"]]}}",
     "2026-12-01T13:00:00Z", 480, "2026-12-15T13:00:00Z"},
    {"a night without an hour", "{\"time_zone\":\"America/New_York\"," NIGHT,
     "2026-03-08T03:00:00Z", 420, "2026-03-08T10:00:00Z"},
    {"a night with an hour twice", "{\"time_zone\":\"America/New_York\"," NIGHT,
     "2026-11-01T02:00:00Z", 540, "2026-11-01T11:00:00Z"},
    {"a night as any other", "{\"time_zone\":\"America/New_York\"," NIGHT, "2026-11-15T03:00:00Z",
     480, "2026-11-15T11:00:00Z"},
    {"midnight that does not exist",
     "{\"time_zone\":\"Africa/Cairo\",\"hours\":{\"thu\":[[\"20:00\",\"24:00\"]],"
     "\"fri\":[[\"00:00\",\"04:00\"]]}}",
     "2026-04-23T18:00:00Z", 420, "2026-04-24T01:00:00Z"},
    {"the last summer of a zone", MEXICO, "2022-10-28T22:00:00Z", 120, "2022-10-31T16:00:00Z"},
    {"no summer since", MEXICO, "2023-03-31T23:00:00Z", 120, "2023-04-03T16:00:00Z"},
    {"a zone moves west at midnight",
     "{\"time_zone\":\"Asia/Almaty\",\"hours\":{\"thu\":[[\"09:00\",\"24:00\"]]}}",
     "2024-02-29T03:00:00Z", 960, "2024-02-29T19:00:00Z"},
    {"a day that was not",
     "{\"time_zone\":\"Pacific/Apia\",\"hours\":{\"thu\":[[\"09:00\",\"17:00\"]],"
     "\"fri\":[[\"09:00\",\"17:00\"]],\"sat\":[[\"09:00\",\"17:00\"]]}}",
     "2011-12-30T02:00:00Z", 120, "2011-12-30T20:00:00Z"},
    {"day and night", "{\"time_zone\":\"Europe/Berlin\"," ALWAYS, "2026-03-28T23:00:00Z", 1440,
     "2026-03-29T23:00:00Z"},
    {"a million minutes", "{\"time_zone\":\"UTC\"," ALWAYS, "2026-01-01T00:00:00Z", 1000000,
     "2027-11-26T10:40:00Z"},
};

START_TEST(when_it_is_due)
{
    const struct calendar *calendar = calendar_of(table[_i].calendar);
    instant from = at(table[_i].from);
    instant due = calendar_due(calendar, from, table[_i].minutes, NULL, 0);
    char text[INSTANT_TEXT_MAX];

    instant_format(due, text);
    ck_assert_msg(due == at(table[_i].due), "%s: wanted %s, got %s", table[_i].what, table[_i].due,
                  text);
    ck_assert_int_eq(calendar_between(calendar, from, due, NULL, 0),
                     table[_i].minutes * INSTANT_MINUTE);
    if (table[_i].minutes > 0)
        ck_assert_int_lt(calendar_between(calendar, from, due - 1, NULL, 0),
                         table[_i].minutes * INSTANT_MINUTE);
}
END_TEST

static void compare(char *line)
{
    char *fields[8], *rest = line;

    for (size_t i = 0; i < 8; i++)
        fields[i] = strsep(&rest, "\t\n");
    ck_assert_ptr_nonnull(fields[7]);
    const struct calendar *calendar = calendar_of(fields[0]);
    instant from = strtoll(fields[1], NULL, 10) * INSTANT_SECOND;
    instant to = strtoll(fields[4], NULL, 10) * INSTANT_SECOND;
    instant due = calendar_due(calendar, from, strtoll(fields[2], NULL, 10), NULL, 0);
    int64_t between = calendar_between(calendar, from, to, NULL, 0);
    if (due != strtoll(fields[3], NULL, 10) * INSTANT_SECOND)
        ck_abort_msg("%s from %s, %s minutes: wanted %s, got %lld", fields[0], fields[1], fields[2],
                     fields[3], (long long)(due / INSTANT_SECOND));
    if (between != strtoll(fields[5], NULL, 10))
        ck_abort_msg("%s from %s to %s: wanted %s, got %lld", fields[0], fields[1], fields[4],
                     fields[5], (long long)between);
    instant next = calendar_next(calendar, from);
    if (next != strtoll(fields[6], NULL, 10) * INSTANT_SECOND)
        ck_abort_msg("%s works at or after %s: wanted %s, got %lld", fields[0], fields[1],
                     fields[6], (long long)(next / INSTANT_SECOND));
    ck_assert_int_eq(calendar_date(calendar, next), strtoll(fields[7], NULL, 10));
    ck_assert_int_eq(calendar_is_working(calendar, from), next == from);
    arena_clear(arena);
}

START_TEST(python_finds_the_same_day_after_day)
{
    FILE *python = popen("/usr/bin/python3 " SOURCE_DIR "/tests/unit/working_time.py", "r");
    char *line = malloc(LINE_MAX_BYTES);
    int lines = 0;

    ck_assert(python != NULL && line != NULL);
    for (; fgets(line, LINE_MAX_BYTES, python) != NULL; lines++)
        compare(line);
    free(line);
    ck_assert_int_eq(pclose(python), 0);
    ck_assert_int_ge(lines, 500);
}
END_TEST

START_TEST(a_hold_stops_the_clock)
{
    const struct calendar *calendar = calendar_of(BERLIN "}");
    instant from = at("2026-11-23T08:00:00Z");
    const struct calendar_hold once[] = {{at("2026-11-23T08:30:00Z"), at("2026-11-23T10:30:00Z")}};
    const struct calendar_hold before[] = {
        {at("2026-11-22T00:00:00Z"), at("2026-11-23T08:15:00Z")}};
    const struct calendar_hold late[] = {{at("2026-11-23T09:00:00Z"), INSTANT_NONE}};
    const struct calendar_hold two[] = {{at("2026-11-23T08:10:00Z"), at("2026-11-23T08:20:00Z")},
                                        {at("2026-11-23T08:50:00Z"), INSTANT_NONE}};

    ck_assert_int_eq(calendar_due(calendar, from, 60, once, 1), at("2026-11-23T11:00:00Z"));
    ck_assert_int_eq(calendar_due(calendar, from, 60, before, 1), at("2026-11-23T09:15:00Z"));
    ck_assert_int_eq(calendar_due(calendar, from, 60, late, 1), at("2026-11-23T09:00:00Z"));
    ck_assert_int_eq(calendar_due(calendar, from, 61, late, 1), INSTANT_NONE);
    ck_assert_int_eq(calendar_due(calendar, from, 41, two, 2), INSTANT_NONE);
    ck_assert_int_eq(calendar_due(calendar, from, 40, two, 2), at("2026-11-23T08:50:00Z"));
    ck_assert_int_eq(calendar_between(calendar, from, at("2026-11-23T11:00:00Z"), once, 1),
                     60 * INSTANT_MINUTE);
    ck_assert_int_eq(calendar_between(calendar, from, at("2026-11-24T11:00:00Z"), two, 2),
                     40 * INSTANT_MINUTE);
    ck_assert_int_eq(calendar_between(calendar, from, from - 1, NULL, 0), 0);
}
END_TEST

START_TEST(far_away_is_a_search_too)
{
    const struct calendar *calendar = calendar_of(
        "{\"time_zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"09:01\"]]}}");

    ck_assert_int_eq(calendar_due(calendar, at("2026-11-23T08:00:00Z"), 52, NULL, 0),
                     at("2027-11-15T08:01:00Z"));
    ck_assert_int_eq(calendar_due(calendar, at("2026-11-23T08:00:00Z"), 420000, NULL, 0),
                     INSTANT_NONE); /* in year 10076 */
    ck_assert_int_eq(calendar_due(calendar, at("2026-11-23T08:00:00Z"), INT64_MAX, NULL, 0),
                     INSTANT_NONE);
}
END_TEST

static const struct {
    const char *document;
    const char *pointer;
    const char *code;
} wrong[] = {
    {"{\"time_zone\":\"UTC\",\"hours\":{}}", "/hours", "empty"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[],\"sun\":[]}}", "/hours", "empty"},
    {"{\"time_zone\":\"UTC\"}", "/hours", "required"},
    {"{\"hours\":{\"mon\":[[\"09:00\",\"10:00\"]]}}", "/time_zone", "required"},
    {"{\"time_zone\":\"Europe/Nowhere\"," OFFICE "}", "/time_zone", "time_zone"},
    {"{\"time_zone\":\"CET-1\"," OFFICE "}", "/time_zone", "time_zone"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"monday\":[[\"09:00\",\"10:00\"]]}}", "/hours/monday",
     "unknown_member"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[\"09:00\",\"10:00\"]}}", "/hours/mon/0", "type"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"9:00\",\"10:00\"]]}}", "/hours/mon/0/0",
     "time"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"09:00\",\"24:01\"]]}}", "/hours/mon/0/1",
     "time"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"09:00\",\"10:60\"]]}}", "/hours/mon/0/1",
     "time"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"22:00\",\"06:00\"]]}}", "/hours/mon/0",
     "order"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"09:00\",\"09:00\"]]}}", "/hours/mon/0",
     "order"},
    {"{\"time_zone\":\"UTC\",\"hours\":{\"mon\":[[\"09:00\",\"12:00\"],[\"11:59\",\"13:00\"]]}}",
     "/hours/mon/1", "overlap"},
    {BERLIN ",\"holidays\":[\"2026-02-30\"]}", "/holidays/0", "date"},
    {BERLIN ",\"holidays\":[\"2026-12-25\",\"2026-12-26\",\"2026-12-25\"]}", "/holidays/2",
     "repeated"},
    {BERLIN ",\"holidays\":[20261225]}", "/holidays/0", "date"},
};

START_TEST(what_is_refused)
{
    struct faults *faults = ARENA_NEW(arena, struct faults);
    const struct calendar *calendar;

    ck_assert_int_eq(compile(wrong[_i].document, faults, &calendar), ERR_INVALID_VALUE);
    ck_assert_uint_ge(faults->count, 1);
    ck_assert_str_eq(faults->items[0].pointer, wrong[_i].pointer);
    ck_assert_str_eq(faults->items[0].code, wrong[_i].code);
}
END_TEST

START_TEST(all_faults_are_reported_at_once)
{
    static const char *const pointers[] = {"/hours/mon/0/0", "/hours/mon/1/1", "/hours/mon/3",
                                           "/hours/tue/0",   "/holidays/0",    "/holidays/2"};
    struct faults *faults = ARENA_NEW(arena, struct faults);
    const struct calendar *calendar;

    ck_assert_int_eq(
        compile("{\"time_zone\":\"UTC\",\"hours\":{"
                "\"mon\":[[\"9:00\",\"10:00\"],[\"09:00\",\"25:00\"],[\"10:00\",\"12:00\"],"
                "[\"11:00\",\"12:00\"]],\"tue\":[[\"10:00\",\"09:00\"]]},"
                "\"holidays\":[\"2026-02-30\",\"2026-12-25\",7]}",
                faults, &calendar),
        ERR_INVALID_VALUE);
    ck_assert_uint_eq(faults->count, sizeof pointers / sizeof *pointers);
    for (size_t i = 0; i < faults->count; i++)
        ck_assert_str_eq(faults->items[i].pointer, pointers[i]);
}
END_TEST

/* What lies in the stretches until a moment is what is worked until then. */
START_TEST(stretches_add_up_to_working_time)
{
    const struct calendar *calendar =
        calendar_of("{\"time_zone\":\"Europe/Berlin\",\"hours\":{\"mon\":[[\"09:00\",\"12:30\"],"
                    "[\"13:15\",\"17:30\"]],\"sun\":[[\"00:00\",\"24:00\"]]},"
                    "\"holidays\":[\"2026-03-30\"]}");
    instant from = 1774000000 * INSTANT_SECOND; /* 2026-03-20, before the clock is set */
    instant to = from + 30 * INSTANT_DAY + 7 * INSTANT_MINUTE;
    size_t count;
    const struct calendar_stretch *all = calendar_stretches(calendar, from, to, arena, &count);

    ck_assert_str_eq(calendar_zone(calendar), "Europe/Berlin");
    ck_assert_uint_eq(count, 5 + 3 * 2); /* five Sundays, and of four Mondays one is a holiday */
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_lt(all[i].begin, all[i].end);
        ck_assert_int_eq(all[i].before, calendar_between(calendar, from, all[i].begin, NULL, 0));
    }
    ck_assert_int_eq(all[count - 1].before + all[count - 1].end - all[count - 1].begin,
                     calendar_between(calendar, from, to, NULL, 0));
    calendar_stretches(calendar, to, from, arena, &count);
    ck_assert_uint_eq(count, 0);
}
END_TEST

/* ---- days away ---- */

static enum err compile_absent(const char *text, struct faults *faults, const struct absence **out,
                               size_t *count)
{
    json_t *json = json_loads(text, 0, NULL);

    ck_assert_ptr_nonnull(json);
    faults_init(faults, arena);
    enum err err = absence_compile(json, "/absent", arena, faults, out, count);
    json_decref(json);
    return err;
}

START_TEST(both_ends_of_an_absence_are_in_it)
{
    struct faults *faults = ARENA_NEW(arena, struct faults);
    const struct absence *away;
    size_t count;
    int64_t christmas = instant_day(at("2026-12-24T00:00:00Z"));

    ck_assert_int_eq(compile_absent("[{\"from\":\"2026-12-24\",\"to\":\"2026-12-26\"},"
                                    "{\"from\":\"2027-02-01\"}]",
                                    faults, &away, &count),
                     ERR_NONE);
    for (int day = -1; day <= 3; day++)
        ck_assert_int_eq(absence_on(away, count, christmas + day), 0 <= day && day <= 2);
    ck_assert(!absence_on(away, count, instant_day(at("2027-01-31T23:59:59Z"))));
    ck_assert(absence_on(away, count, instant_day(at("2027-02-01T00:00:00Z"))));
    ck_assert(absence_on(away, count, instant_day(at("2099-01-01T00:00:00Z"))));
    ck_assert(!absence_on(NULL, 0, christmas));
}
END_TEST

START_TEST(an_absence_that_ends_before_it_begins)
{
    struct faults *faults = ARENA_NEW(arena, struct faults);
    const struct absence *away;
    size_t count;

    ck_assert_int_eq(compile_absent("[{\"from\":\"2026-12-24\",\"to\":\"2026-12-24\"},"
                                    "{\"from\":\"2026-12-24\",\"to\":\"2026-12-23\"},"
                                    "{\"from\":\"2026-02-29\",\"to\":7},5]",
                                    faults, &away, &count),
                     ERR_INVALID_VALUE);
    ck_assert_uint_eq(faults->count, 4);
    ck_assert_str_eq(faults->items[0].pointer, "/absent/1");
    ck_assert_str_eq(faults->items[0].code, "order");
    ck_assert_str_eq(faults->items[1].pointer, "/absent/2/from");
    ck_assert_str_eq(faults->items[2].pointer, "/absent/2/to");
    ck_assert_str_eq(faults->items[3].pointer, "/absent/3");
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "calendar");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    EACH(tcase, when_it_is_due, table);
    TESTS(tcase, python_finds_the_same_day_after_day, a_hold_stops_the_clock,
          far_away_is_a_search_too, all_faults_are_reported_at_once,
          stretches_add_up_to_working_time, both_ends_of_an_absence_are_in_it,
          an_absence_that_ends_before_it_begins);
    EACH(tcase, what_is_refused, wrong);
}

/* The clocks of the tz database: a table made by hand, and what Python says of every zone. */
#include "base/time/time_zone.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (32 << 10)

static struct arena *arena;

static void set_up(void)
{
    arena = arena_new(64 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const struct time_zone *open_zone(const char *name)
{
    const struct time_zone *zone;

    ck_assert_msg(time_zone_open(name, arena, &zone) == ERR_NONE, "%s is not there", name);
    return zone;
}

static instant at(const char *text)
{
    instant out;

    ck_assert_msg(instant_parse(text, &out), "%s", text);
    return out;
}

/* What the clock shows, as if it were UTC, and the moment. */
static const struct {
    const char *zone;
    const char *local;
    const char *moment;
    bool skipped; /* the clock never shows it: the moment is that of the change */
} table[] = {
    {"UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z", false},
    {"Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z", false},
    {"Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z", true},
    {"Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z", true},
    {"Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z", false},
    {"Europe/Berlin", "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z", false},
    {"Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z", false}, /* twice: the first */
    {"Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", false},
    {"America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:00:00Z", true},
    {"America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z", false},
    {"America/New_York", "2099-07-01T12:00:00Z", "2099-07-01T16:00:00Z", false},
    {"Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:30:00Z",
     true}, /* half an hour */
    {"Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", false},
    {"Asia/Kathmandu", "2026-01-01T00:00:00Z", "2025-12-31T18:15:00Z", false},
    {"America/Sao_Paulo", "2018-11-04T00:00:00Z", "2018-11-04T03:00:00Z", true}, /* no midnight */
    {"Africa/Cairo", "2026-04-24T00:30:00Z", "2026-04-23T22:00:00Z", true},
    {"Africa/Cairo", "2026-07-01T12:00:00Z", "2026-07-01T09:00:00Z", false},        /* since 2023 */
    {"America/Mexico_City", "2026-07-01T12:00:00Z", "2026-07-01T18:00:00Z", false}, /* until 2022 */
    {"Asia/Almaty", "2026-07-01T12:00:00Z", "2026-07-01T07:00:00Z", false}, /* since March 2024 */
    {"Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", true}, /* a day that was not */
    {"Europe/Dublin", "2026-07-01T12:00:00Z", "2026-07-01T11:00:00Z",
     false}, /* winter is set back */
};

START_TEST(clocks_and_moments)
{
    const struct time_zone *zone = open_zone(table[_i].zone);
    char text[INSTANT_TEXT_MAX];

    instant_format(time_zone_instant(zone, at(table[_i].local)), text);
    ck_assert_str_eq(text, table[_i].moment);
    instant_format(time_zone_local(zone, at(table[_i].moment)), text);
    if (table[_i].skipped)
        ck_assert_str_ne(text, table[_i].local);
    else
        ck_assert_str_eq(text, table[_i].local);
}
END_TEST

START_TEST(a_later_local_time_is_no_earlier_moment)
{
    static const char *const names[] = {"Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe",
                                        "Pacific/Apia",  "Africa/Cairo",      "America/Nuuk"};
    const struct time_zone *zone = open_zone(names[_i]);
    instant last = INT64_MIN;

    for (instant local = at("2011-01-01T00:00:00Z"); local < at("2027-01-01T00:00:00Z");
         local += 15 * INSTANT_MINUTE) {
        instant now = time_zone_instant(zone, local);
        if (now < last)
            ck_abort_msg("%lld", (long long)local);
        last = now;
    }
}
END_TEST

START_TEST(changes_come_in_order_and_end)
{
    const struct time_zone *berlin = open_zone("Europe/Berlin");
    const struct time_zone *tokyo = open_zone("Asia/Tokyo");
    instant change = at("2026-01-01T00:00:00Z");
    int count = 0;

    ck_assert_int_eq(time_zone_next_change(berlin, change), at("2026-03-29T01:00:00Z"));
    ck_assert_int_eq(time_zone_next_change(berlin, at("2026-03-29T01:00:00Z")),
                     at("2026-10-25T01:00:00Z"));
    while ((change = time_zone_next_change(berlin, change)) != INSTANT_NONE)
        count++;
    ck_assert_int_eq(count, 2 * (TIME_ZONE_LAST_YEAR - 2026 + 1));
    ck_assert_int_eq(time_zone_next_change(tokyo, at("2026-01-01T00:00:00Z")), INSTANT_NONE);
}
END_TEST

static void compare(const struct time_zone *zone, const char *name, const char *word)
{
    long long given, wanted;
    char kind;

    if (sscanf(word, "%c%lld=%lld", &kind, &given, &wanted) != 3)
        ck_abort_msg("%s %s", name, word);
    instant from = given * INSTANT_SECOND;
    instant found =
        kind == '@' ? time_zone_local(zone, from) - from : time_zone_instant(zone, from);
    if (found != wanted * INSTANT_SECOND)
        ck_abort_msg("%s %s: %lld s", name, word, (long long)(found / INSTANT_SECOND));
}

START_TEST(python_says_the_same_of_every_zone)
{
    FILE *python = popen("/usr/bin/python3 " SOURCE_DIR "/tests/unit/zones.py", "r");
    char *line = malloc(LINE_MAX_BYTES);
    int zones = 0;

    ck_assert(python != NULL && line != NULL);
    while (fgets(line, LINE_MAX_BYTES, python) != NULL) {
        char *rest, *name = strtok_r(line, " \n", &rest);
        if (strcmp(name, "localtime") == 0)
            continue;
        const struct time_zone *zone = open_zone(name);
        for (char *word; (word = strtok_r(NULL, " \n", &rest)) != NULL;)
            compare(zone, name, word);
        arena_clear(arena);
        zones++;
    }
    free(line);
    ck_assert_int_eq(pclose(python), 0);
    ck_assert_int_gt(zones, 400);
}
END_TEST

START_TEST(names_of_no_zone)
{
    static const char *const none[] = {
        "Europe/Nowhere", "Mars", "Europe", "../passwd",   "XYZ3",          "Foo/Bar3", "<x>3",
        "EST5EDT,M3",     "",     "+02:00", "/etc/passwd", "europe/berlin", "right/UTC"};
    const struct time_zone *zone;

    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        ck_assert_msg(time_zone_open(none[i], arena, &zone) == ERR_INVALID_VALUE, "%s", none[i]);
    for (size_t i = 4; i < 10; i++)
        ck_assert_msg(!time_zone_name_fits(none[i]), "%s", none[i]);
    ck_assert(time_zone_name_fits("America/Port-au-Prince"));
    ck_assert(time_zone_name_fits("Etc/GMT+5"));
    ck_assert(time_zone_name_fits("EST5EDT"));
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "time_zone");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    EACH(tcase, clocks_and_moments, table);
    tcase_add_loop_test(tcase, a_later_local_time_is_no_earlier_moment, 0, 6);
    TESTS(tcase, changes_come_in_order_and_end, python_says_the_same_of_every_zone,
          names_of_no_zone);
}

#include "base/input.h"
#include "core/calendar/calendar_inside.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MINUTES 1440
#define DATE_LEN    10 /* of "2026-12-25" */

struct document {
    const char *time_zone;
    struct calendar_day days[WEEK_DAYS];
    int64_t *holidays; /* days since 1970, sorted */
    size_t holiday_count;
};

/* ---- reading it ---- */

/* "09:00", and "24:00" where a day ends. */
static bool read_clock(const char *text, int *out)
{
    static const char pattern[] = "00:00";

    if (text == NULL || strlen(text) != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        if (pattern[i] == ':' ? text[i] != ':' : text[i] < '0' || text[i] > '9')
            return false;
    int minutes = (text[3] - '0') * 10 + text[4] - '0';
    *out = ((text[0] - '0') * 10 + text[1] - '0') * 60 + minutes;
    return minutes < 60 && *out <= DAY_MINUTES;
}

static bool read_span(struct input *in, const struct input_node *at, struct calendar_span *out)
{
    int *const ends[] = {&out->begin, &out->end};
    bool sound = true;

    if (!json_is_array(at->json) || json_array_size(at->json) != 2)
        return input_fault(in, at, "type", "Two times are wanted, such as [\"09:00\", \"17:30\"]");
    for (size_t i = 0; i < 2; i++) {
        const struct input_node end = input_item(at, i);
        if (!read_clock(json_string_value(end.json), ends[i]))
            sound = input_fault(in, &end, "time",
                                "A time such as \"09:00\" is wanted, at most "
                                "\"24:00\"");
    }
    if (sound && out->begin >= out->end)
        return input_fault(in, at, "order",
                           "It must end after it begins, on the same day: time "
                           "after midnight is the next day's");
    return sound;
}

static bool read_day(struct input *in, const struct input_node *at, const struct input_field *field,
                     void *base)
{
    struct calendar_day *day = (struct calendar_day *)((char *)base + field->offset);
    int last = 0;
    bool sound = true;

    for (size_t i = 0; i < json_array_size(at->json); i++) {
        const struct input_node item = input_item(at, i);
        struct calendar_span span;
        if (!read_span(in, &item, &span)) {
            sound = false;
            continue;
        }
        if (span.begin < last)
            sound = input_fault(in, &item, "overlap",
                                "It must not begin before the one in front of it has ended");
        last = span.end;
        day->spans[day->count++] = span;
    }
    return sound;
}

static int by_day(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

bool calendar_read_date(const json_t *json, int64_t *out)
{
    const char *text = json_string_value(json);
    instant at;

    if (text == NULL || strlen(text) != DATE_LEN || !instant_parse_lenient(text, &at))
        return false;
    *out = instant_day(at);
    return true;
}

static bool read_holidays(struct input *in, const struct input_node *at,
                          const struct input_field *field, void *base)
{
    struct document *document = base;
    size_t count = json_array_size(at->json);
    int64_t *days = ARENA_ARRAY(in->arena, int64_t, count + 1);
    bool sound = true;

    (void)field;
    for (size_t i = 0; days != NULL && i < count; i++) {
        const struct input_node item = input_item(at, i);
        if (!calendar_read_date(item.json, &days[i])) {
            sound = input_fault(in, &item, "date", "A date such as \"2026-12-25\" is wanted");
            continue;
        }
        for (size_t k = 0; sound && k < i; k++)
            if (days[k] == days[i])
                sound = input_fault(in, &item, "repeated", "It is there already");
    }
    if (days == NULL || !sound)
        return sound;
    qsort(days, count, sizeof *days, by_day);
    document->holidays = days;
    document->holiday_count = count;
    return true;
}

static const struct input_type zone_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = TIME_ZONE_NAME_MAX_BYTES,
    .fits = time_zone_name_fits,
    .code = "time_zone",
    .wanted = "An IANA name is wanted, such as Europe/Berlin",
};
static const struct input_type day_type = {
    .kind = INPUT_LIST, .max = CALENDAR_SPANS_MAX, .read = read_day};
static const struct input_type holidays_type = {
    .kind = INPUT_LIST, .max = CALENDAR_HOLIDAYS_MAX, .read = read_holidays};

/* A member of the week: Monday first, as calendar_weekday() has it. */
#define DAY(name, number)                                                                          \
    {                                                                                              \
        name, &day_type,                                                                           \
            .offset = offsetof(struct document, days) + (number) * sizeof(struct calendar_day)     \
    }
static const struct input_field hours_fields[] = {
    DAY("mon", 0), DAY("tue", 1), DAY("wed", 2), DAY("thu", 3),
    DAY("fri", 4), DAY("sat", 5), DAY("sun", 6),
};
static const struct input_spec hours_spec = INPUT_SPEC(hours_fields, struct document);

/* The days stand in the document itself. */
static bool read_hours(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct document *document = base;

    (void)field;
    if (!input_members(in, at, &hours_spec, document))
        return false;
    for (size_t i = 0; i < WEEK_DAYS; i++)
        if (document->days[i].count > 0)
            return true;
    return input_fault(in, at, "empty",
                       "There is no working time in it: nothing would ever fall due");
}

static const struct input_type hours_type = {
    .kind = INPUT_MAP, .max = WEEK_DAYS, .read = read_hours};

static const struct input_field document_fields[] = {
    {"time_zone", &zone_type, AT(struct document, time_zone), .required = true},
    {"hours", &hours_type, AT(struct document, days), .required = true},
    {"holidays", &holidays_type, AT(struct document, holidays)},
};
static const struct input_spec document_spec = INPUT_SPEC(document_fields, struct document);

/* ---- compiling it ---- */

static void sum_week(struct calendar *calendar)
{
    for (size_t day = 0; day < WEEK_DAYS; day++) {
        int64_t sum = 0;
        for (size_t i = 0; i < calendar->days[day].count; i++)
            sum += calendar->days[day].spans[i].end - calendar->days[day].spans[i].begin;
        calendar->before[day + 1] = calendar->before[day] + sum * INSTANT_MINUTE;
    }
}

/* By how much a day's working time differs from its weekday's. */
static int64_t difference(const struct calendar *calendar, int64_t day, bool is_holiday)
{
    size_t weekday = calendar_weekday(day);
    const struct calendar_day *hours = &calendar->days[weekday];
    int64_t sum = calendar->before[weekday] - calendar->before[weekday + 1];

    for (size_t i = 0; i < hours->count && !is_holiday; i++) {
        instant begin, end;
        calendar_bounds(calendar, day, &hours->spans[i], &begin, &end);
        if (end > begin)
            sum += end - begin;
    }
    return sum;
}

/* Days of the zone that a change of its clock touches: mostly one, two around midnight, three where
 * a whole day is skipped. */
static void days_of_change(const struct time_zone *zone, instant change, int64_t *first,
                           int64_t *last)
{
    int64_t before = instant_day(time_zone_local(zone, change - 1));
    int64_t after = instant_day(time_zone_local(zone, change));

    *first = before < after ? before : after;
    *last = before < after ? after : before;
}

static size_t count_days_of_changes(const struct time_zone *zone)
{
    size_t count = 0;
    int64_t first, last;

    for (instant at = 0; (at = time_zone_next_change(zone, at)) != INSTANT_NONE;) {
        days_of_change(zone, at, &first, &last);
        count += (size_t)(last - first + 1);
    }
    return count;
}

static void add_special(struct calendar *calendar, int64_t day, bool is_holiday)
{
    size_t count = calendar->special_count;
    struct calendar_special *specials = calendar->specials;
    int64_t differs = difference(calendar, day, is_holiday);

    if (count > 0 && specials[count - 1].day >= day)
        return;
    if (differs != 0 || is_holiday)
        specials[calendar->special_count++] = (struct calendar_special){
            day, is_holiday, differs + (count > 0 ? specials[count - 1].differs : 0)};
}

/* Both lists are sorted; a holiday goes before a change of the same day. */
static void list_specials(struct calendar *calendar, const struct document *document)
{
    size_t holiday = 0;
    int64_t day, last;

    for (instant at = 0; (at = time_zone_next_change(calendar->zone, at)) != INSTANT_NONE;) {
        for (days_of_change(calendar->zone, at, &day, &last); day <= last; day++) {
            while (holiday < document->holiday_count && document->holidays[holiday] <= day)
                add_special(calendar, document->holidays[holiday++], true);
            add_special(calendar, day, false);
        }
    }
    while (holiday < document->holiday_count)
        add_special(calendar, document->holidays[holiday++], true);
}

static enum err make(const struct document *document, const struct time_zone *zone,
                     struct arena *arena, const struct calendar **out)
{
    size_t most = document->holiday_count + count_days_of_changes(zone);
    struct calendar *calendar = ARENA_NEW(arena, struct calendar);
    struct calendar_special *specials = ARENA_ARRAY(arena, struct calendar_special, most + 1);

    if (calendar == NULL || specials == NULL)
        return ERR_OUT_OF_MEMORY;
    calendar->zone = zone;
    calendar->zone_name = arena_strdup(arena, document->time_zone);
    calendar->specials = specials;
    memcpy(calendar->days, document->days, sizeof calendar->days);
    sum_week(calendar);
    list_specials(calendar, document);
    *out = calendar;
    return ERR_NONE;
}

const char *calendar_document_zone(const json_t *document)
{
    return json_string_value(json_object_get(document, "time_zone"));
}

enum err calendar_compile(const json_t *json, const char *pointer, const struct time_zone *zone,
                          struct faults *faults, const struct calendar **out)
{
    struct arena *arena = faults->arena;
    const struct input_node root = input_root(json, pointer);
    struct input in = {.arena = arena, .faults = faults, .where = "body", .copies = true};
    struct document document;

    bool sound = input_object(&in, &root, &document_spec, &document);
    if (arena_failed(arena))
        return ERR_OUT_OF_MEMORY;
    if (zone == NULL && document.time_zone != NULL && time_zone_name_fits(document.time_zone)) {
        const struct input_node place = input_member(&root, "time_zone");
        sound = input_fault(&in, &place, "time_zone", "There is no time zone of this name");
    }
    return sound ? make(&document, zone, arena, out) : ERR_INVALID_VALUE;
}

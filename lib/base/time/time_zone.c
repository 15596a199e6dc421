#include "base/time/time_zone.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTORY       "/usr/share/zoneinfo/"
#define FILE_MAX_BYTES  (64u << 10)
#define HEADER_BYTES    44
#define TYPE_BYTES      6
#define OFFSET_MAX_S    (26 * 3600) /* RFC 8536, section 3.2 */
#define RULE_FIRST_YEAR 1970
#define RULE_CHANGES    (2 * (TIME_ZONE_LAST_YEAR - RULE_FIRST_YEAR + 1))

/* The clock is ahead of UTC by offset, from at on. */
struct change {
    int64_t at; /* seconds since 1970 */
    int32_t offset;
};

struct time_zone {
    int32_t first_offset; /* before the first change */
    size_t count;
    struct change *changes; /* rising; each changes the offset */
};

/* ---- names ---- */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Names with digits, apart from those below Etc/. */
static const char *const numbered[] = {"EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT",
                                       "GMT0",    "GMT+0",   "GMT-0"};

bool time_zone_name_fits(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > TIME_ZONE_NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++)
        if (strcmp(name, numbered[i]) == 0)
            return true;
    if (strncmp(name, "Etc/", 4) == 0)
        return strspn(name + 4, LETTERS "0123456789+-") == len - 4;
    return strspn(name, LETTERS "_/-") == len && isalpha((unsigned char)name[0]);
}

/* ---- the file ---- */

struct file {
    const unsigned char *bytes;
    size_t len;
};

/* Each takes nine bytes of the file; the rule adds its own. */
#define CHANGES_MAX (FILE_MAX_BYTES / 9 + RULE_CHANGES)

struct scratch {
    unsigned char bytes[FILE_MAX_BYTES];
    struct change changes[CHANGES_MAX];
};

struct counts {
    size_t is_ut, is_standard, leaps, times, types, chars;
};

static int64_t big_endian(const unsigned char *bytes, int size)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;

    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

/* Takes the header that stands at the file's begin. */
static bool take_header(struct file *file, struct counts *counts)
{
    size_t *const all[] = {&counts->is_ut, &counts->is_standard, &counts->leaps,
                           &counts->times, &counts->types,       &counts->chars};

    if (file->len < HEADER_BYTES || memcmp(file->bytes, "TZif", 4) != 0 || file->bytes[4] < '2')
        return false;
    for (size_t i = 0; i < 6; i++) {
        int64_t count = big_endian(file->bytes + 20 + 4 * i, 4);
        if (count < 0 || count > (int64_t)FILE_MAX_BYTES)
            return false;
        *all[i] = (size_t)count;
    }
    file->bytes += HEADER_BYTES;
    file->len -= HEADER_BYTES;
    return counts->types > 0 && counts->leaps == 0;
}

static size_t size_of(const struct counts *counts, size_t time_bytes)
{
    return counts->times * (time_bytes + 1) + counts->types * TYPE_BYTES + counts->chars +
           counts->leaps * (time_bytes + 4) + counts->is_standard + counts->is_ut;
}

static bool skip(struct file *file, size_t size)
{
    if (size > file->len)
        return false;
    file->bytes += size;
    file->len -= size;
    return true;
}

/* What does not set the clock, but only renames it, is left out. */
static void add_change(struct time_zone *zone, int64_t at, int64_t offset)
{
    int32_t before = zone->count == 0 ? zone->first_offset : zone->changes[zone->count - 1].offset;

    if (offset != before && (zone->count == 0 || at > zone->changes[zone->count - 1].at))
        zone->changes[zone->count++] = (struct change){at, (int32_t)offset};
}

static bool read_changes(const struct file *file, const struct counts *counts,
                         struct time_zone *zone)
{
    const unsigned char *which = file->bytes + 8 * counts->times;
    const unsigned char *types = which + counts->times;

    zone->first_offset = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < counts->times; i++) {
        if (which[i] >= counts->types)
            return false;
        int64_t offset = big_endian(types + TYPE_BYTES * which[i], 4);
        if (offset < -OFFSET_MAX_S || offset > OFFSET_MAX_S)
            return false;
        add_change(zone, big_endian(file->bytes + 8 * i, 8), offset);
    }
    return true;
}

/* ---- the rule after the last change (POSIX TZ, RFC 8536 section 3.3.1) ---- */

enum day_kind { DAY_OF_MONTH_WEEK, DAY_WITHOUT_LEAP, DAY_WITH_LEAP };

struct rule_end {
    enum day_kind kind;
    int month, week, day;
    int32_t time_s; /* of the clock before it is set */
};

struct rule {
    int32_t standard, summer;
    bool has_summer;
    struct rule_end begin, end; /* of summer time */
};

static bool take_char(const char **text, char wanted)
{
    *text += **text == wanted;
    return (*text)[-1] == wanted;
}

static bool take_number(const char **text, int low, int high, int *out)
{
    int number = 0;
    int digits = 0;

    for (; isdigit((unsigned char)**text) && digits < 4; digits++)
        number = 10 * number + *(*text)++ - '0';
    *out = number;
    return digits > 0 && number >= low && number <= high;
}

static bool take_name(const char **text)
{
    const char *begin = *text;

    if (*begin == '<') {
        *text += strcspn(begin, ">");
        return *(*text)++ == '>';
    }
    *text += strspn(begin, LETTERS);
    return *text - begin >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(const char **text, int hours_max, int32_t *out)
{
    int sign = **text == '-' ? -1 : 1;
    int hours, minutes = 0, seconds = 0;

    *text += **text == '-' || **text == '+';
    if (!take_number(text, 0, hours_max, &hours))
        return false;
    if (**text == ':' && (++*text, !take_number(text, 0, 59, &minutes)))
        return false;
    if (**text == ':' && (++*text, !take_number(text, 0, 59, &seconds)))
        return false;
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool take_end(const char **text, struct rule_end *out)
{
    *out = (struct rule_end){.kind = DAY_WITH_LEAP, .time_s = 2 * 3600};
    if (**text == 'M') {
        ++*text;
        out->kind = DAY_OF_MONTH_WEEK;
        if (!take_number(text, 1, 12, &out->month) || !take_char(text, '.') ||
            !take_number(text, 1, 5, &out->week) || !take_char(text, '.') ||
            !take_number(text, 0, 6, &out->day))
            return false;
    } else {
        bool julian = **text == 'J';
        out->kind = julian ? DAY_WITHOUT_LEAP : DAY_WITH_LEAP;
        *text += julian;
        if (!take_number(text, julian, 365, &out->day))
            return false;
    }
    return **text != '/' || (++*text, take_time(text, 167, &out->time_s));
}

static bool parse_rule(const char *text, struct rule *out)
{
    *out = (struct rule){0};
    if (!take_name(&text) || !take_time(&text, 24, &out->standard))
        return false;
    out->standard = -out->standard; /* POSIX counts to the west */
    if (*text == '\0')
        return true;
    out->has_summer = true;
    out->summer = out->standard + 3600;
    if (!take_name(&text))
        return false;
    if (*text != ',') {
        if (!take_time(&text, 24, &out->summer))
            return false;
        out->summer = -out->summer;
    }
    return *text++ == ',' && take_end(&text, &out->begin) && *text++ == ',' &&
           take_end(&text, &out->end) && *text == '\0';
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970 of a year's first, of its month if there is one. */
static int64_t first_day(int year, int month)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int past = year - 1;

    return 365 * (int64_t)(year - 1970) + past / 4 - past / 100 + past / 400 - 477 +
           before[month - 1] + (month > 2 && is_leap(year));
}

static int64_t day_of(const struct rule_end *end, int year)
{
    if (end->kind == DAY_WITH_LEAP)
        return first_day(year, 1) + end->day;
    if (end->kind == DAY_WITHOUT_LEAP)
        return first_day(year, 1) + end->day - 1 + (end->day > 59 && is_leap(year));
    int64_t first = first_day(year, end->month);
    int64_t next = end->month == 12 ? first_day(year + 1, 1) : first_day(year, end->month + 1);
    int64_t day = first + (end->day - (first + 4) % 7 + 7) % 7 + 7 * (end->week - 1);
    return day < next ? day : day - 7; /* the fifth is the last */
}

static void carry_on(const struct rule *rule, struct time_zone *zone)
{
    if (!rule->has_summer) {
        add_change(zone, zone->count == 0 ? 0 : zone->changes[zone->count - 1].at + 1,
                   rule->standard);
        return;
    }
    for (int year = RULE_FIRST_YEAR; year <= TIME_ZONE_LAST_YEAR; year++) {
        int64_t begin = day_of(&rule->begin, year) * 86400 + rule->begin.time_s - rule->standard;
        int64_t end = day_of(&rule->end, year) * 86400 + rule->end.time_s - rule->summer;
        bool north = begin < end;
        add_change(zone, north ? begin : end, north ? rule->summer : rule->standard);
        add_change(zone, north ? end : begin, north ? rule->standard : rule->summer);
    }
}

/* "\n" rule "\n"; an empty rule says nothing. */
static bool read_rule(struct file *file, struct time_zone *zone)
{
    char text[128];
    struct rule rule;

    if (file->len < 2 || file->bytes[0] != '\n')
        return false;
    const unsigned char *end = memchr(file->bytes + 1, '\n', file->len - 1);
    size_t len = end == NULL ? sizeof text : (size_t)(end - file->bytes - 1);
    if (len >= sizeof text)
        return false;
    memcpy(text, file->bytes + 1, len);
    text[len] = '\0';
    if (len == 0)
        return true;
    if (!parse_rule(text, &rule))
        return false;
    carry_on(&rule, zone);
    return true;
}

/* zone->changes has room for CHANGES_MAX. */
static bool parse(struct file file, struct time_zone *zone)
{
    struct counts counts;

    if (!take_header(&file, &counts) || !skip(&file, size_of(&counts, 4)) ||
        !take_header(&file, &counts) || size_of(&counts, 8) > file.len ||
        !read_changes(&file, &counts, zone))
        return false;
    return skip(&file, size_of(&counts, 8)) && read_rule(&file, zone);
}

static enum err read_file(const char *name, unsigned char *bytes, size_t *len)
{
    char path[sizeof DIRECTORY + TIME_ZONE_NAME_MAX_BYTES];

    snprintf(path, sizeof path, "%s%s", DIRECTORY, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return errno == ENOMEM ? ERR_OUT_OF_MEMORY : ERR_INVALID_VALUE;
    *len = fread(bytes, 1, FILE_MAX_BYTES, file);
    fclose(file);
    return ERR_NONE;
}

/* The file and the list that is made of it are large, and few zones set their clock often: what is
 * kept is copied. */
enum err time_zone_open(const char *name, struct arena *arena, const struct time_zone **out)
{
    struct time_zone made = {.count = 0};
    size_t len = 0;

    if (!time_zone_name_fits(name))
        return ERR_INVALID_VALUE;
    struct scratch *scratch = malloc(sizeof *scratch);
    if (scratch == NULL) {
        arena_fail(arena);
        return ERR_OUT_OF_MEMORY;
    }
    made.changes = scratch->changes;
    enum err err = read_file(name, scratch->bytes, &len);
    if (err == ERR_OUT_OF_MEMORY)
        arena_fail(arena);
    if (err == ERR_NONE && !parse((struct file){scratch->bytes, len}, &made))
        err = ERR_INVALID_VALUE;
    if (err == ERR_NONE) {
        struct time_zone *zone = ARENA_NEW(arena, struct time_zone);
        struct change *changes = ARENA_ARRAY(arena, struct change, made.count + 1);
        if (zone == NULL || changes == NULL) {
            err = ERR_OUT_OF_MEMORY;
        } else {
            memcpy(changes, made.changes, made.count * sizeof *changes);
            *zone = made;
            zone->changes = changes;
            *out = zone;
        }
    }
    free(scratch);
    return err;
}

const struct time_zone *time_zone_find(const char *name, struct arena *arena)
{
    const struct time_zone *zone = NULL;

    return name != NULL && time_zone_open(name, arena, &zone) == ERR_NONE ? zone : NULL;
}

/* ---- asking ---- */

static int64_t floor_seconds(int64_t micros)
{
    return micros / INSTANT_SECOND - (micros % INSTANT_SECOND < 0);
}

static int32_t offset_before(const struct time_zone *zone, size_t change)
{
    return change == 0 ? zone->first_offset : zone->changes[change - 1].offset;
}

/* Changes that have happened by then. */
static size_t changes_until(const struct time_zone *zone, int64_t at)
{
    size_t low = 0, high = zone->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->changes[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Changes that have happened when the clock, not yet set by them, shows a local time. */
static size_t changes_until_local(const struct time_zone *zone, int64_t local)
{
    size_t low = 0, high = zone->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->changes[middle].at + offset_before(zone, middle) <= local)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t time_zone_local(const struct time_zone *zone, instant at)
{
    return at + offset_before(zone, changes_until(zone, floor_seconds(at))) * INSTANT_SECOND;
}

instant time_zone_instant(const struct time_zone *zone, int64_t local)
{
    size_t count = changes_until_local(zone, floor_seconds(local));
    instant at = local - offset_before(zone, count) * INSTANT_SECOND;

    if (count == 0)
        return at;
    instant changed = zone->changes[count - 1].at * INSTANT_SECOND;
    return at < changed ? changed : at;
}

instant time_zone_next_change(const struct time_zone *zone, instant after)
{
    size_t next = changes_until(zone, floor_seconds(after));

    return next == zone->count ? INSTANT_NONE : zone->changes[next].at * INSTANT_SECOND;
}

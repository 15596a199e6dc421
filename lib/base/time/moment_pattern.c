#include "base/time/moment_pattern.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define KNOWN_LETTERS "yMdEHhmsSaXxZ"

/* What was read so far. */
struct moment {
    int year, month, day, hour, minute, second;
    int64_t micros;
    bool half_day, afternoon;
    bool has_offset;
    int offset_minutes;
};

static size_t run_of(const char *pattern)
{
    size_t len = 1;

    while (pattern[len] == pattern[0])
        len++;
    return len;
}

bool moment_pattern_fits(const char *pattern)
{
    bool year = false, month = false, day = false;

    if (strlen(pattern) > MOMENT_PATTERN_MAX_BYTES)
        return false;
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p == '\'') {
            p = strchr(p + 1, '\'');
            if (p == NULL)
                return false;
            continue;
        }
        if (isalpha((unsigned char)*p) && strchr(KNOWN_LETTERS, *p) == NULL)
            return false;
        year = year || *p == 'y';
        month = month || *p == 'M';
        day = day || *p == 'd';
    }
    return year && month && day;
}

/* One number, of exactly so many digits when the pattern says so, else of as many as there are. */
static bool take_number(const char **text, size_t min, size_t max, int *out)
{
    size_t digits = 0;

    *out = 0;
    while (digits < max && isdigit((unsigned char)(*text)[digits]))
        *out = *out * 10 + ((*text)[digits++] - '0');
    *text += digits;
    return digits >= min;
}

static bool take_month_name(const char **text, int *out)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t len = 0;

    while (isalpha((unsigned char)(*text)[len]))
        len++;
    for (int i = 0; i < 12 && len >= 3; i++) {
        if (len <= strlen(names[i]) && strncasecmp(*text, names[i], len) == 0) {
            *text += len;
            *text += **text == '.'; /* Nov. */
            *out = i + 1;
            return true;
        }
    }
    if (len == 4 && strncasecmp(*text, "sept", 4) == 0) {
        *text += len;
        *out = 9;
        return true;
    }
    return false;
}

static bool take_half(const char **text, struct moment *moment)
{
    char letter = (char)tolower((unsigned char)**text);

    if (letter != 'a' && letter != 'p')
        return false;
    moment->half_day = true;
    moment->afternoon = letter == 'p';
    (*text)++;
    *text += **text == '.';
    if (tolower((unsigned char)**text) == 'm')
        (*text)++;
    *text += **text == '.';
    return true;
}

static bool take_offset(const char **text, struct moment *moment)
{
    int sign = **text == '+' ? 1 : **text == '-' ? -1 : 0;
    int hour, minute = 0;

    moment->has_offset = true;
    if (**text == 'Z' || **text == 'z') {
        (*text)++;
        return true;
    }
    if (sign == 0)
        return false;
    (*text)++;
    if (!take_number(text, 2, 2, &hour))
        return false;
    *text += **text == ':';
    if (isdigit((unsigned char)**text) && !take_number(text, 2, 2, &minute))
        return false;
    moment->offset_minutes = sign * (hour * 60 + minute);
    return hour < 24 && minute < 60;
}

static bool take_fraction(const char **text, struct moment *moment)
{
    int digits = 0;

    for (; isdigit((unsigned char)**text); (*text)++, digits++)
        if (digits < 6)
            moment->micros = moment->micros * 10 + (**text - '0');
    for (int i = digits; i < 6; i++)
        moment->micros *= 10;
    return digits > 0;
}

/* Two digits of a year are of the eighty years before 2050 or of those that begin with 20. */
static bool take_year(const char **text, size_t run, int *out)
{
    if (!take_number(text, run == 2 ? 2 : run == 1 ? 1 : 4, run == 2 ? 2 : 4, out))
        return false;
    if (run == 2)
        *out += *out < 70 ? 2000 : 1900;
    return true;
}

static bool take_field(const char **text, char letter, size_t run, struct moment *moment)
{
    size_t min = run >= 2 ? 2 : 1;

    switch (letter) {
    case 'y':
        return take_year(text, run, &moment->year);
    case 'M':
        return run >= 3 ? take_month_name(text, &moment->month)
                        : take_number(text, min, 2, &moment->month);
    case 'd':
        return take_number(text, min, 2, &moment->day);
    case 'H':
    case 'h':
        return take_number(text, min, 2, &moment->hour);
    case 'm':
        return take_number(text, min, 2, &moment->minute);
    case 's':
        return take_number(text, min, 2, &moment->second);
    case 'S':
        return take_fraction(text, moment);
    case 'a':
        return take_half(text, moment);
    case 'E':
        while (isalpha((unsigned char)**text) || (unsigned char)**text >= 0x80)
            (*text)++;
        *text += **text == '.';
        return true;
    default:
        return take_offset(text, moment);
    }
}

/* A white space, of which there may be several or one that is not ASCII. */
static bool take_space(const char **text)
{
    const char *before = *text;

    for (;;) {
        if (isspace((unsigned char)**text))
            (*text)++;
        else if (strncmp(*text, "\xc2\xa0", 2) == 0)
            *text += 2;
        else if (strncmp(*text, "\xe2\x80\xaf", 3) == 0)
            *text += 3;
        else
            return *text > before;
    }
}

static bool take_pattern(const char *pattern, const char *text, struct moment *moment)
{
    bool quoted = false;

    while (*pattern != '\0') {
        if (*pattern == '\'') {
            quoted = !quoted;
            pattern++;
        } else if (!quoted && isalpha((unsigned char)*pattern)) {
            size_t run = run_of(pattern);
            if (!take_field(&text, *pattern, run, moment))
                return false;
            pattern += run;
        } else if (*pattern == ' ') {
            if (!take_space(&text) && pattern[1] != 'a') /* 3:15PM */
                return false;
            pattern++;
        } else if (*pattern++ != *text++) {
            return false;
        }
    }
    return *text == '\0';
}

bool moment_pattern_read(const char *pattern, const struct time_zone *zone, const char *text,
                         instant *out)
{
    struct moment moment = {0};
    instant local;

    if (!take_pattern(pattern, text, &moment))
        return false;
    if (moment.half_day) {
        if (moment.hour < 1 || moment.hour > 12)
            return false;
        moment.hour = moment.hour % 12 + (moment.afternoon ? 12 : 0);
    }
    if (!instant_of_parts(moment.year, moment.month, moment.day, moment.hour, moment.minute,
                          moment.second, &local))
        return false;
    local += moment.micros;
    *out = moment.has_offset ? local - moment.offset_minutes * INSTANT_MINUTE
           : zone == NULL    ? local
                             : time_zone_instant(zone, local);
    return true;
}

#include "base/instant.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Days from a civil date and back, after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms":
 * formulas for the proleptic Gregorian calendar with years that begin in March. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static char *put_digits(char *p, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        p[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return p + width;
}

int64_t instant_day(instant at)
{
    int64_t day = at / INSTANT_DAY;

    return at % INSTANT_DAY < 0 ? day - 1 : day;
}

size_t instant_format(instant at, char out[INSTANT_TEXT_MAX])
{
    int64_t days = instant_day(at);
    int64_t rest = at - days * INSTANT_DAY;
    int64_t seconds = rest / INSTANT_SECOND;
    int64_t micros = rest % INSTANT_SECOND;
    int year, month, day;
    char *p = out;

    civil_from_days(days, &year, &month, &day);
    p = put_digits(p, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    p = put_digits(p, day, 2);
    *p++ = 'T';
    p = put_digits(p, seconds / 3600, 2);
    *p++ = ':';
    p = put_digits(p, seconds / 60 % 60, 2);
    *p++ = ':';
    p = put_digits(p, seconds % 60, 2);
    if (micros != 0) {
        *p++ = '.';
        p = put_digits(p, micros, 6);
    }
    *p++ = 'Z';
    *p = '\0';
    return (size_t)(p - out);
}

/* Reads exactly width digits at *p and moves on; -1 when there are fewer. */
static int take_digits(const char **p, int width)
{
    int number = 0;

    for (int i = 0; i < width; i++) {
        char c = **p;
        if (c < '0' || c > '9')
            return -1;
        number = number * 10 + (c - '0');
        (*p)++;
    }
    return number;
}

static bool take(const char **p, char wanted)
{
    if (**p != wanted)
        return false;
    (*p)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(const char **p, instant *out)
{
    int year = take_digits(p, 4);
    if (year < 1 || !take(p, '-'))
        return false;
    int month = take_digits(p, 2);
    if (month < 1 || month > 12 || !take(p, '-'))
        return false;
    int day = take_digits(p, 2);
    if (day < 1 || day > days_in_month(year, month))
        return false;
    *out = days_from_civil(year, month, day) * INSTANT_DAY;
    return true;
}

static bool take_fraction(const char **p, instant *out)
{
    int64_t micros = 0;
    int digits = 0;

    for (; **p >= '0' && **p <= '9'; (*p)++, digits++)
        if (digits < 6)
            micros = micros * 10 + (**p - '0');
    for (int i = digits; i < 6; i++)
        micros *= 10;
    *out += micros;
    return digits > 0;
}

static bool take_time(const char **p, instant *out)
{
    int hour = take_digits(p, 2);
    if (hour < 0 || hour > 23 || !take(p, ':'))
        return false;
    int minute = take_digits(p, 2);
    if (minute < 0 || minute > 59 || !take(p, ':'))
        return false;
    int second = take_digits(p, 2);
    if (second < 0 || second > 60)
        return false;
    if (second == 60) /* a leap second counts as the last second of its minute */
        second = 59;
    *out += (hour * 3600 + minute * 60 + second) * INSTANT_SECOND;
    return !take(p, '.') || take_fraction(p, out);
}

static bool take_zone(const char **p, instant *out)
{
    if (take(p, 'Z') || take(p, 'z'))
        return true;
    int sign = **p == '+' ? 1 : **p == '-' ? -1 : 0;
    if (sign == 0)
        return false;
    (*p)++;
    int hour = take_digits(p, 2);
    if (hour < 0 || hour > 23 || !take(p, ':'))
        return false;
    int minute = take_digits(p, 2);
    if (minute < 0 || minute > 59)
        return false;
    *out -= sign * (hour * 60 + minute) * INSTANT_MINUTE;
    return true;
}

bool instant_parse(const char *text, instant *out)
{
    const char *p = text;
    instant at;

    if (!take_date(&p, &at) || (*p != 'T' && *p != 't' && *p != ' '))
        return false;
    p++;
    if (!take_time(&p, &at) || !take_zone(&p, &at) || *p != '\0')
        return false;
    *out = at;
    return true;
}

bool instant_parse_lenient(const char *text, instant *out)
{
    const char *p = text;
    instant at;

    if (instant_parse(text, out))
        return true;
    if (!take_date(&p, &at))
        return false;
    if (*p == 'T' || *p == ' ') {
        p++;
        if (!take_time(&p, &at))
            return false;
    }
    if (*p != '\0')
        return false;
    *out = at;
    return true;
}

static bool take_word(const char **p, const char *word)
{
    size_t len = strlen(word);

    if (strncasecmp(*p, word, len) != 0)
        return false;
    *p += len;
    return true;
}

static bool take_written_zone(const char **p, instant *out)
{
    if (take(p, 'Z') || take(p, 'z') || take_word(p, "UTC") || take_word(p, "GMT"))
        return true;
    int sign = **p == '+' ? 1 : **p == '-' ? -1 : 0;
    if (sign == 0)
        return false;
    (*p)++;
    int hour = take_digits(p, 2);
    int minute = 0;
    if (hour < 0 || hour > 23)
        return false;
    if (take(p, ':') || **p != '\0')
        minute = take_digits(p, 2);
    if (minute < 0 || minute > 59)
        return false;
    *out -= sign * (hour * 60 + minute) * INSTANT_MINUTE;
    return true;
}

static bool take_written_time(const char **p, instant *out)
{
    int hour = take_digits(p, 2);
    if (hour < 0 || hour > 23 || !take(p, ':'))
        return false;
    int minute = take_digits(p, 2);
    if (minute < 0 || minute > 59)
        return false;
    *out += (hour * 60 + minute) * INSTANT_MINUTE;
    if (!take(p, ':'))
        return true;
    int second = take_digits(p, 2);
    if (second < 0 || second > 60)
        return false;
    *out += (second == 60 ? 59 : second) * INSTANT_SECOND;
    return !(take(p, '.') || take(p, ',')) || take_fraction(p, out);
}

bool instant_parse_written(const char *text, instant *out)
{
    const char *p = text;
    instant at;

    if (instant_parse_lenient(text, out))
        return true;
    if (!take_date(&p, &at) || (*p != 'T' && *p != 't' && *p != ' '))
        return false;
    p++;
    if (!take_written_time(&p, &at))
        return false;
    take(&p, ' ');
    if (*p != '\0' && (!take_written_zone(&p, &at) || *p != '\0'))
        return false;
    *out = at;
    return true;
}

bool instant_of_parts(int year, int month, int day, int hour, int minute, int second, instant *out)
{
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return false;
    *out = days_from_civil(year, month, day) * INSTANT_DAY +
           (hour * 3600 + minute * 60 + (second == 60 ? 59 : second)) * INSTANT_SECOND;
    return true;
}

int64_t instant_month(instant at)
{
    int year, month, day;

    civil_from_days(instant_day(at), &year, &month, &day);
    return ((int64_t)year - 1970) * 12 + month - 1;
}

void instant_month_format(int64_t month, char out[INSTANT_TEXT_MAX])
{
    int64_t year = 1970 + (month >= 0 ? month / 12 : -((11 - month) / 12));

    instant_format(days_from_civil(year, (int)(month - (year - 1970) * 12) + 1, 1) * INSTANT_DAY,
                   out);
    out[sizeof "2026-11-01" - 1] = '\0';
}

#include "base/written.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MAX_BYTES 40

/* ---- what cannot be seen ---- */

/* White space and format characters that copying brings along, in UTF-8. */
static const char *const unseen[] = {
    "\xc2\xa0",     /* U+00A0 no-break space */
    "\xe2\x80\x87", /* U+2007 figure space */
    "\xe2\x80\x8b", /* U+200B zero-width space */
    "\xe2\x80\x8e", /* U+200E left-to-right mark */
    "\xe2\x80\x8f", /* U+200F right-to-left mark */
    "\xe2\x80\xaf", /* U+202F narrow no-break space */
    "\xe2\x81\xa0", /* U+2060 word joiner */
    "\xe3\x80\x80", /* U+3000 ideographic space */
    "\xef\xbb\xbf", /* U+FEFF byte-order mark */
};

#define UNSEEN_COUNT (sizeof unseen / sizeof *unseen)

static size_t unseen_at_begin(const char *text, size_t len)
{
    if (len > 0 && isspace((unsigned char)text[0]))
        return 1;
    for (size_t i = 0; i < UNSEEN_COUNT; i++)
        if (len >= strlen(unseen[i]) && memcmp(text, unseen[i], strlen(unseen[i])) == 0)
            return strlen(unseen[i]);
    return 0;
}

static size_t unseen_at_end(const char *text, size_t len)
{
    if (len > 0 && isspace((unsigned char)text[len - 1]))
        return 1;
    for (size_t i = 0; i < UNSEEN_COUNT; i++) {
        size_t size = strlen(unseen[i]);
        if (len >= size && memcmp(text + len - size, unseen[i], size) == 0)
            return size;
    }
    return 0;
}

void written_trim(const char **text, size_t *len)
{
    size_t cut;

    while ((cut = unseen_at_begin(*text, *len)) > 0) {
        *text += cut;
        *len -= cut;
    }
    while ((cut = unseen_at_end(*text, *len)) > 0)
        *len -= cut;
}

/* ---- booleans ---- */

bool written_boolean(const char *text, bool *out)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};

    for (int i = 0; i < 4; i++) {
        if (strcasecmp(text, yes[i]) != 0 && strcasecmp(text, no[i]) != 0)
            continue;
        *out = strcasecmp(text, yes[i]) == 0;
        return true;
    }
    return false;
}

/* ---- numbers ---- */

/* Languages that write 1.200,50, those that write 1 200,50, and countries that write otherwise than
 * their language does (Unicode CLDR 42, number symbols). */
static const struct {
    const char *locale;
    struct number_style style;
} styles[] = {
    {"de-ch", {'.', 0}},   {"de-li", {'.', 0}}, {"it-ch", {'.', 0}}, {"es-mx", {'.', ','}},
    {"es-us", {'.', ','}}, {"en-za", {',', 0}}, {"fr-ch", {',', 0}}, {"pt-pt", {',', 0}},
    {"de-at", {',', '.'}}, {"da", {',', '.'}},  {"de", {',', '.'}},  {"el", {',', '.'}},
    {"es", {',', '.'}},    {"hr", {',', '.'}},  {"id", {',', '.'}},  {"is", {',', '.'}},
    {"it", {',', '.'}},    {"nl", {',', '.'}},  {"pt", {',', '.'}},  {"ro", {',', '.'}},
    {"sl", {',', '.'}},    {"sr", {',', '.'}},  {"tr", {',', '.'}},  {"vi", {',', '.'}},
    {"bg", {',', 0}},      {"cs", {',', 0}},    {"et", {',', 0}},    {"fi", {',', 0}},
    {"fr", {',', 0}},      {"hu", {',', 0}},    {"lt", {',', 0}},    {"lv", {',', 0}},
    {"nb", {',', 0}},      {"nn", {',', 0}},    {"no", {',', 0}},    {"pl", {',', 0}},
    {"ru", {',', 0}},      {"sk", {',', 0}},    {"sv", {',', 0}},    {"uk", {',', 0}},
    {"en", {'.', ','}},    {"he", {'.', ','}},  {"hi", {'.', ','}},  {"ja", {'.', ','}},
    {"ko", {'.', ','}},    {"th", {'.', ','}},  {"zh", {'.', ','}},
};

static bool is_locale(const char *known, const char *locale)
{
    size_t len = strlen(known);

    for (size_t i = 0; i < len; i++)
        if (tolower((unsigned char)locale[i]) != known[i] && !(known[i] == '-' && locale[i] == '_'))
            return false;
    return locale[len] == '\0' || locale[len] == '-' || locale[len] == '_';
}

bool number_style_of(const char *locale, struct number_style *out)
{
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        if (is_locale(styles[i].locale, locale)) {
            *out = styles[i].style;
            return true;
        }
    }
    return false;
}

static bool read_digits(const char **p)
{
    size_t digits = strspn(*p, "0123456789");

    *p += digits;
    return digits > 0;
}

bool written_json_number(const char *text, struct value *out)
{
    const char *p = text + (text[0] == '-');
    bool whole = true;

    if ((p[0] == '0' && isdigit((unsigned char)p[1])) || strlen(text) > NUMBER_MAX_BYTES ||
        !read_digits(&p))
        return false;
    if (*p == '.') {
        p++;
        whole = false;
        if (!read_digits(&p))
            return false;
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        whole = false;
        if (!read_digits(&p))
            return false;
    }
    if (*p != '\0')
        return false;
    errno = 0;
    if (whole) {
        *out = (struct value){.type = VALUE_INT, .integer = strtoll(text, NULL, 10)};
        return errno == 0;
    }
    *out = (struct value){.type = VALUE_REAL, .real = strtod(text, NULL)};
    return isfinite(out->real);
}

/* Signs that stand before or after a number and are no part of it. */
static const char *const signs[] = {
    "%",
    "$",
    "\xe2\x82\xac" /* euro */,
    "\xc2\xa3" /* pound */,
    "\xc2\xa5" /* yen */,
    "\xe2\x82\xb9" /* rupee */,
    "\xe2\x82\xa9" /* won */,
    "\xe2\x82\xbd" /* ruble */,
    "\xe2\x82\xba" /* lira */,
    "\xe2\x82\xaa" /* shekel */,
    "\xe2\x82\xab" /* dong */,
    "z\xc5\x82" /* zloty */,
    "R$",
    "CHF",
    "kr.",
    "kr",
};

/* A currency's code is three capital letters (ISO 4217). */
static bool is_code(const char *text, size_t len)
{
    return len >= 3 && isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]) &&
           isupper((unsigned char)text[2]);
}

static bool cut_sign(const char **text, size_t *len)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t size = strlen(signs[i]);
        bool before = *len >= size && memcmp(*text, signs[i], size) == 0;
        if (before || (*len >= size && memcmp(*text + *len - size, signs[i], size) == 0)) {
            *text += before ? size : 0;
            *len -= size;
            return true;
        }
    }
    if (is_code(*text, *len))
        *text += 3;
    else if (*len < 3 || !is_code(*text + *len - 3, 3))
        return false;
    *len -= 3;
    return true;
}

/* What stands between groups in any style, and its length. */
static size_t space_at(const char *text)
{
    static const char *const spaces[] = {" ", "'", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x99"};

    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (strncmp(text, spaces[i], strlen(spaces[i])) == 0)
            return strlen(spaces[i]);
    return 0;
}

/* Without a style: the last of two different separators begins the fraction, one that stands twice
 * groups, and a single one is a fraction unless three digits follow: then nobody can say. */
static bool find_style(const char *text, struct number_style *out)
{
    const char *point = strrchr(text, '.');
    const char *comma = strrchr(text, ',');

    *out = (struct number_style){'.', ','};
    if (point != NULL && comma != NULL) {
        if (comma > point)
            *out = (struct number_style){',', '.'};
        return true;
    }
    if (comma == NULL)
        return true; /* as JSON; 1.200.300 has no other meaning than groups */
    if (strchr(text, ',') != comma)
        return true;
    *out = (struct number_style){',', '.'};
    return strspn(comma + 1, "0123456789") != 3 || text[0] == '0' ||
           strspn(text, "-+0123456789") > 4;
}

/* The digits as JSON writes them: groups joined, a point before the fraction. */
static bool join(const char *text, const struct number_style *style, char out[])
{
    size_t at = 0, since = 0, groups = 0;
    const char *p = text;

    if (*p == '-' || *p == '+')
        at += *p++ == '-' ? (out[0] = '-', 1) : 0;
    for (; *p != '\0' && *p != style->decimal && at < NUMBER_MAX_BYTES - 1;) {
        size_t space = *p == style->group && style->group != 0 ? 1 : space_at(p);
        if (space == 0 && !isdigit((unsigned char)*p))
            return false;
        if (space == 0) {
            out[at++] = *p++;
            since++;
            continue;
        }
        /* groups have three digits, or two as in India; the first may be shorter */
        if (since == 0 || since > 3 || (groups > 0 && since < 2))
            return false;
        groups++;
        since = 0;
        p += space;
    }
    if (groups > 0 && since != 3)
        return false;
    if (*p == style->decimal && *p != '\0') {
        size_t digits = strspn(p + 1, "0123456789");
        if (digits == 0 || p[1 + digits] != '\0' || at + digits + 2 > NUMBER_MAX_BYTES)
            return false;
        out[at++] = '.';
        memcpy(out + at, p + 1, digits);
        at += digits;
        p += 1 + digits;
    }
    out[at] = '\0';
    return *p == '\0' && at > 0;
}

bool written_number(const char *text, const struct number_style *style, struct value *out)
{
    char plain[NUMBER_MAX_BYTES + 1], joined[NUMBER_MAX_BYTES + 1];
    struct number_style found = {0};
    size_t len = strlen(text);

    written_trim(&text, &len);
    if (len == 0 || len > NUMBER_MAX_BYTES)
        return false;
    while (len > 0 && cut_sign(&text, &len))
        written_trim(&text, &len);
    memcpy(plain, text, len);
    plain[len] = '\0';
    if ((style == NULL || style->decimal != ',') && written_json_number(plain, out))
        return true;
    if (style == NULL || style->decimal == 0) {
        if (!find_style(plain, &found))
            return false;
        if (strchr(plain, ',') == NULL && strchr(plain, '.') != strrchr(plain, '.'))
            found = (struct number_style){',', '.'};
        style = &found;
    }
    return join(plain, style, joined) && written_json_number(joined, out);
}

/* ---- moments ---- */

#define SECONDS_MAX INT64_C(100000000000)  /* the year 5138; what is larger are milliseconds */
#define MS_MAX      INT64_C(9999999999999) /* 13 digits: the year 2286 */

static bool unix_moment(int64_t number, double fraction, instant *out)
{
    if (number >= 0 && number < SECONDS_MAX)
        *out = number * INSTANT_SECOND + (instant)(fraction * 1e6);
    else if (number > 0 && number <= MS_MAX)
        *out = number * 1000 + (instant)(fraction * 1e3);
    else
        return false;
    return true;
}

bool written_unix_number(double number, instant *out)
{
    double whole = floor(number);

    if (!(number >= 0 && number <= (double)MS_MAX))
        return false;
    return unix_moment((int64_t)whole, round((number - whole) * 1e6) / 1e6, out);
}

bool written_unix_time(const char *text, instant *out)
{
    size_t digits = strspn(text, "0123456789");
    const char *rest = text + digits;
    double fraction = 0;

    if (digits < 9 || digits > 13)
        return false;
    if (*rest == '.') {
        size_t more = strspn(rest + 1, "0123456789");
        if (more == 0 || more > 9 || rest[1 + more] != '\0')
            return false;
        fraction = strtod(rest, NULL);
    } else if (*rest != '\0') {
        return false;
    }
    return unix_moment(strtoll(text, NULL, 10), round(fraction * 1e6) / 1e6, out);
}

bool written_moment(const char *text, instant *out)
{
    return instant_parse_written(text, out) || written_unix_time(text, out);
}

#include "core/definition/touch.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/text/unicode.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const dimension_names[DIMENSION_COUNT] = {
    [DIMENSION_CHANNEL] = "channel", [DIMENSION_SOURCE] = "source",
    [DIMENSION_MEDIUM] = "medium",   [DIMENSION_CAMPAIGN] = "campaign",
    [DIMENSION_CONTENT] = "content", [DIMENSION_TERM] = "term",
};

static const char *const direction_names[] = {
    [DIRECTION_INBOUND] = "inbound",
    [DIRECTION_OUTBOUND] = "outbound",
};

static const char *const function_names[FUNCTION_COUNT] = {
    [FUNCTION_MARKETING] = "marketing",
    [FUNCTION_SALES] = "sales",
    [FUNCTION_OTHER] = "other",
};

const struct input_type dimension_type = {
    .kind = INPUT_ENUM, .values = dimension_names, .max = DIMENSION_COUNT - 1};
const struct input_type direction_type = {
    .kind = INPUT_ENUM, .values = direction_names, .max = DIRECTION_OUTBOUND};
const struct input_type team_function_type = {
    .kind = INPUT_ENUM, .values = function_names, .max = FUNCTION_COUNT - 1};

const char *dimension_name(enum dimension dimension)
{
    return dimension_names[dimension];
}

const char *direction_name(enum direction direction)
{
    return direction_names[direction];
}

const char *team_function_name(enum team_function function)
{
    return function_names[function];
}

bool team_function_parse(const char *name, enum team_function *out)
{
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        if (strcmp(name, function_names[i]) == 0) {
            *out = (enum team_function)i;
            return true;
        }
    }
    return false;
}

int64_t dimension_id(enum dimension dimension, const char *value)
{
    uint8_t hash[DIGEST_BYTES];
    uint64_t id = 0;

    if (value == NULL)
        return 0;
    const char *name = dimension_names[dimension];
    struct digest_part parts[] = {{name, strlen(name) + 1}, {value, strlen(value)}};
    digest_sha256(parts, 2, hash);
    for (int i = 0; i < 8; i++)
        id = id << 8 | hash[i];
    return id == 0 ? 1 : (int64_t)id;
}

struct uuid touch_id(struct uuid workspace, const char *sender, const char *source,
                     const char *event_id)
{
    uint8_t hash[DIGEST_BYTES];
    struct digest_part parts[] = {
        {workspace.b, sizeof workspace.b},
        {sender, strlen(sender) + 1},
        {source, strlen(source) + 1},
        {event_id, strlen(event_id)},
    };

    digest_sha256(parts, 4, hash);
    return uuid_v8(hash);
}

struct uuid touch_id_of(struct uuid event, struct uuid lead)
{
    uint8_t hash[DIGEST_BYTES];
    struct digest_part parts[] = {{event.b, sizeof event.b}, {lead.b, sizeof lead.b}};

    digest_sha256(parts, 2, hash);
    return uuid_v8(hash);
}

bool touch_kind_valid(const char *kind)
{
    size_t len = strlen(kind);

    if (len == 0 || len > TOUCH_KIND_MAX_BYTES)
        return false;
    for (const char *p = kind; *p != '\0'; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) &&
            strchr("_-.:", *p) == NULL)
            return false;
    return true;
}

static bool is_local_char(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
           (c != '\0' && strchr("._%+-", c));
}

/* Whether labels follow of which the last is a word, as in "@acme.example"; not so "@ 9.99", "@kim"
 * of a handle, and "@52.5,13.4" of a map. */
static bool is_domain_begin(const char *text)
{
    size_t labels = 0, letters = 0;

    for (;; text++) {
        bool letter = isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80;
        if (letter || isdigit((unsigned char)*text) || *text == '-') {
            letters += letter;
            continue;
        }
        if (*text != '.' || !is_local_char(text[1]) || text[1] == '.')
            return labels > 0 && letters >= 2;
        labels++;
        letters = 0;
    }
}

static bool has_email(const char *value)
{
    for (const char *at = value; (at = strchr(at, '@')) != NULL; at++)
        if (at > value && is_local_char(at[-1]) && is_domain_begin(at + 1))
            return true;
    return false;
}

/* ---- phone numbers ---- */

#define GROUPS_MAX 8

/* A run of digits with what people put between them. */
struct number {
    int digits;
    int groups;
    int sizes[GROUPS_MAX];
    int values[GROUPS_MAX];
    bool plus, zero, bracket, spaced, dashed;
    bool other; /* separators that stand in many other things as well */
};

/* Only digits, and only the characters that stand between them in phone numbers. */
static bool read_number(const char *text, size_t len, struct number *out)
{
    bool in_group = false;

    *out = (struct number){.plus = len > 0 && text[0] == '+'};
    for (size_t i = 0; i < len; i++) {
        if (isdigit((unsigned char)text[i])) {
            if (!in_group && out->groups == GROUPS_MAX)
                return false;
            if (!in_group)
                out->groups++;
            in_group = true;
            out->zero = out->zero || (out->digits == 0 && text[i] == '0');
            out->digits++;
            out->sizes[out->groups - 1]++;
            out->values[out->groups - 1] =
                out->values[out->groups - 1] % 100000 * 10 + (text[i] - '0');
            continue;
        }
        in_group = false;
        if (text[i] == '(' || text[i] == ')')
            out->bracket = true;
        else if (text[i] == ' ' || text[i] == '/')
            out->spaced = true;
        else if (text[i] == '-' || text[i] == '.')
            out->dashed = true;
        else if (text[i] != '\0' && strchr("_~*,'|", text[i]) != NULL)
            out->other = true;
        else if (text[i] != '+' || i > 0)
            return false;
    }
    return true;
}

/* Years of four digits, and beside them months, days, hours and minutes: a date, or two of them. */
static bool is_date(const struct number *n)
{
    int years = 0;

    for (int i = 0; i < n->groups; i++) {
        bool year = n->sizes[i] == 4 && n->values[i] >= 1900 && n->values[i] < 2100;
        if (!year && (n->sizes[i] > 2 || n->values[i] > 59))
            return false;
        years += year;
    }
    return years > 0 && n->groups > 1;
}

/* Thousands: 12 000 000. */
static bool is_amount(const struct number *n)
{
    for (int i = 1; i < n->groups; i++)
        if (n->sizes[i] != 3)
            return false;
    return n->groups > 1 && n->sizes[0] <= 3 && !n->zero;
}

/* 555-123-4567, or with the country's 1 before it. */
static bool is_north_american(const struct number *n)
{
    int at = n->groups == 4 && n->sizes[0] == 1 && n->values[0] == 1;

    return n->groups - at == 3 && n->sizes[at] == 3 && n->sizes[at + 1] == 3 &&
           n->sizes[at + 2] == 4;
}

/* With 00 before the country: shorter ones are ids that were filled up with zeros. */
#define ABROAD_DIGITS_MIN 12
#define ABROAD_DIGITS_MAX 17

/* Seven to fifteen digits (the maximum of E.164). Plain strings of digits are far more often
 * campaign ids, so a "+" or separators are required. */
static bool is_phone(const char *text, size_t len)
{
    struct number n;

    while (len > 0 && text[0] == ' ') {
        text++;
        len--;
    }
    if (len > 4 && strncasecmp(text, "tel:", 4) == 0) {
        text += 4;
        len -= 4;
    }
    if (!read_number(text, len, &n))
        return false;
    if (len > 2 && memcmp(text, "00", 2) == 0 && text[2] != '0' && n.digits >= ABROAD_DIGITS_MIN &&
        n.digits <= ABROAD_DIGITS_MAX)
        return true;
    if (n.digits < 7 || n.digits > 15)
        return false;
    if (n.plus || (is_north_american(&n) && !n.other))
        return true;
    if (n.other)
        return false;
    if (is_date(&n) || (is_amount(&n) && !n.bracket))
        return false;
    return n.bracket || n.spaced || (n.zero && n.dashed && n.groups <= 3 && n.sizes[0] >= 3);
}

/* The whole, or a value in a query. */
static bool has_phone(const char *value)
{
    if (is_phone(value, strlen(value)))
        return true;
    for (const char *p = strpbrk(value, "=:"); p != NULL; p = strpbrk(p + 1, "=:"))
        if (is_phone(p + 1, strcspn(p + 1, "&;#,|")))
            return true;
    return false;
}

/* ---- written so that no program finds it ---- */

/* The "@" or "." that is written out here, with the spaces around it, and what is left after it. */
static char spelt(const char *text, bool in_words, const char **rest)
{
    static const struct {
        const char *text;
        char means;
        bool is_word; /* of a sentence too, unless both are there */
    } ways[] = {
        {"&#64;", '@', false}, {"&#x40;", '@', false},   {"&commat;", '@', false},
        {"&#46;", '.', false}, {"&period;", '.', false}, {" at ", '@', true},
        {" dot ", '.', true},
    };
    const char *at = text + strspn(text, " ");

    if (*at != '\0' && strchr("([{<", *at) != NULL) {
        const char *word = at + 1 + strspn(at + 1, " ");
        size_t len = strspn(word, "aAdDoOtT");
        const char *end = word + len + strspn(word + len, " ");
        bool is_at = len == 2 && strncasecmp(word, "at", 2) == 0;
        bool is_dot = len == 3 && strncasecmp(word, "dot", 3) == 0;
        if ((is_at || is_dot) && *end != '\0' && strchr(")]}>", *end) != NULL) {
            *rest = end + 1 + strspn(end + 1, " ");
            return is_at ? '@' : '.';
        }
    }
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        size_t len = strlen(ways[i].text);
        if ((ways[i].is_word && !in_words) || strncasecmp(text, ways[i].text, len) != 0)
            continue;
        *rest = text + len;
        return ways[i].means;
    }
    return '\0';
}

/* In place: it only gets shorter. */
static void put_together(char *text)
{
    bool in_words = strcasestr(text, " at ") != NULL && strcasestr(text, " dot ") != NULL;
    char *to = text;

    for (const char *from = text; *from != '\0';) {
        const char *rest;
        char mark = spelt(from, in_words, &rest);
        *to++ = mark != '\0' ? mark : *from;
        from = mark != '\0' ? rest : from + 1;
    }
    *to = '\0';
}

/* In place, once. False: nothing was encoded. */
static bool decode_percent(char *text)
{
    bool any = false;
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        bool escape = from[0] == '%' && hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0;
        char byte = escape ? (char)(hex_digit(from[1]) << 4 | hex_digit(from[2])) : *from;
        *to++ = byte == '\0' ? ' ' : byte;
        from += escape ? 2 : 0;
        any = any || escape;
    }
    *to = '\0';
    return any;
}

/* As it stands, or percent-encoded once or twice; in other digits and forms, or written out. */
bool dimension_looks_personal(const char *value)
{
    char encoded[DIMENSION_VALUE_MAX_BYTES + 1], text[DIMENSION_VALUE_MAX_BYTES + 1];
    size_t len = strlen(value);

    if (has_email(value) || has_phone(value))
        return true;
    if (len > DIMENSION_VALUE_MAX_BYTES)
        return false;
    memcpy(encoded, value, len + 1);
    for (int round = 0; round < 3; round++) {
        unicode_plain(encoded, strlen(encoded), text);
        put_together(text);
        if (has_email(text) || has_phone(text))
            return true;
        /* a percent sign may be one of another script, too */
        unicode_plain(encoded, strlen(encoded), text);
        if (!decode_percent(text))
            return false;
        memcpy(encoded, text, strlen(text) + 1);
    }
    return false;
}

static bool is_impersonal(const char *value)
{
    return !dimension_looks_personal(value);
}

const struct input_type dimension_value_type = {
    .kind = INPUT_LINE,
    .min = 1,
    .max = DIMENSION_VALUE_MAX_BYTES,
    .fits = is_impersonal,
    .code = "personal",
    .wanted = "This looks like an email address or a phone number, and dimensions stand in the "
              "ledger in clear",
};

#include "core/definition/touch.h"

#include "base/digest.h"

#include <ctype.h>
#include <string.h>

static const char *const dimension_names[DIMENSION_COUNT] = {
    [DIMENSION_CHANNEL] = "channel", [DIMENSION_SOURCE] = "source",
    [DIMENSION_MEDIUM] = "medium",   [DIMENSION_CAMPAIGN] = "campaign",
    [DIMENSION_CONTENT] = "content",
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

static bool looks_like_email(const char *value)
{
    const char *at = strchr(value, '@');

    return at != NULL && at > value && strchr(at + 1, '.') != NULL && at[1] != '.';
}

/* Seven to fifteen digits (the maximum of E.164) and only the characters that people put between
 * them. Plain strings of digits are far more often campaign ids, so a "+" or a separator is
 * required. */
static bool looks_like_phone(const char *value)
{
    int digits = 0;
    int marks = 0;

    for (const char *p = value; *p != '\0'; p++) {
        if (isdigit((unsigned char)*p))
            digits++;
        else if (strchr("+ ()/", *p) != NULL)
            marks++;
        else if (*p != '-' && *p != '.')
            return false;
    }
    return digits >= 7 && digits <= 15 && marks > 0;
}

bool dimension_looks_personal(const char *value)
{
    return looks_like_email(value) || looks_like_phone(value);
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

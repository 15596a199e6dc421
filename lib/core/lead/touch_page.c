#include "core/lead/touch_page.h"

#include "base/percent.h"
#include "base/written.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *parameter;
    enum dimension dimension;
} utm[] = {
    {"utm_source", DIMENSION_SOURCE},     {"utm_medium", DIMENSION_MEDIUM},
    {"utm_campaign", DIMENSION_CAMPAIGN}, {"utm_content", DIMENSION_CONTENT},
    {"utm_term", DIMENSION_TERM},
};

/*
 * Ids of clicks, as those who add them describe them. Google Ads: gclid, and gbraid and wbraid
 * where apps are involved; Microsoft Advertising: msclkid; LinkedIn and TikTok: of clicks on
 * advertisements alone. Facebook adds fbclid to every link that leaves it, paid or not, so it says
 * no more than that.
 */
static const struct click {
    const char *parameter;
    const char *source;
    const char *medium;
    const char *channel;
} clicks[] = {
    {"gclid", "google", "cpc", "paid search"},       {"gbraid", "google", "cpc", "paid search"},
    {"wbraid", "google", "cpc", "paid search"},      {"msclkid", "bing", "cpc", "paid search"},
    {"li_fat_id", "linkedin", "cpc", "paid social"}, {"ttclid", "tiktok", "cpc", "paid social"},
    {"fbclid", "facebook", "social", "social"},
};

/* One parameter of an address. */
struct parameter {
    const char *name;
    size_t name_len;
    const char *value;
    size_t len;
};

/* The next one at *at; false at the end. What stands after "#" counts, too: some pages keep their
 * parameters there. */
static bool next_parameter(const char **at, struct parameter *out)
{
    while (**at == '&' || **at == '#' || **at == '?')
        (*at)++;
    if (**at == '\0')
        return false;
    size_t whole = strcspn(*at, "&#");
    size_t name_len = strcspn(*at, "=&#");
    *out = (struct parameter){*at, name_len, *at + whole, 0};
    if (name_len < whole) {
        out->value = *at + name_len + 1;
        out->len = whole - name_len - 1;
    }
    *at += whole;
    return true;
}

static const char *first_parameter(const char *url)
{
    const char *query = strpbrk(url, "?#");

    return query == NULL ? url : query;
}

static bool is_named(const struct parameter *parameter, const char *name)
{
    return strlen(name) == parameter->name_len &&
           strncasecmp(parameter->name, name, parameter->name_len) == 0;
}

/* NULL: there is none, or it cannot be one of a dimension. */
static const char *value_of(const struct parameter *parameter, struct arena *arena)
{
    const char *text = percent_decode(arena, parameter->value, parameter->len, true);
    size_t len = text == NULL ? 0 : strlen(text);

    if (text == NULL)
        return NULL;
    written_trim(&text, &len);
    if (len == 0 || len > DIMENSION_VALUE_MAX_BYTES)
        return NULL;
    text = arena_copy(arena, text, len);
    return text != NULL && dimension_looks_personal(text) ? DIMENSION_PERSONAL : text;
}

static void take_utm(const struct parameter *parameter, struct arena *arena,
                     const char *values[DIMENSION_COUNT])
{
    for (size_t i = 0; i < sizeof utm / sizeof *utm; i++)
        if (values[utm[i].dimension] == NULL && is_named(parameter, utm[i].parameter))
            values[utm[i].dimension] = value_of(parameter, arena);
}

static const struct click *click_of(const struct parameter *parameter)
{
    for (size_t i = 0; i < sizeof clicks / sizeof *clicks; i++)
        if (parameter->len > 0 && is_named(parameter, clicks[i].parameter))
            return &clicks[i];
    return NULL;
}

static void take_click(const struct click *click, const char *values[DIMENSION_COUNT])
{
    const char *source = values[DIMENSION_SOURCE];

    if (values[DIMENSION_MEDIUM] != NULL ||
        (source != NULL && strcasecmp(source, click->source) != 0))
        return;
    if (source == NULL)
        values[DIMENSION_SOURCE] = click->source;
    values[DIMENSION_MEDIUM] = click->medium;
    if (values[DIMENSION_CHANNEL] == NULL)
        values[DIMENSION_CHANNEL] = click->channel;
}

void touch_page_read(const char *url, struct arena *arena, const char *values[DIMENSION_COUNT])
{
    const char *at = first_parameter(url);
    struct parameter parameter;
    const struct click *click = NULL;

    while (next_parameter(&at, &parameter)) {
        take_utm(&parameter, arena, values);
        /* of several the first in the table: a link from Facebook may lead by way of an
         * advertisement, and what was paid for says more */
        const struct click *one = click_of(&parameter);
        if (one != NULL && (click == NULL || one < click))
            click = one;
    }
    if (click != NULL)
        take_click(click, values);
}

#include "core/intake/mapping_fetch_parse.h"

#include "base/text_out.h"
#include "core/intake/mapping.h"
#include "core/intake/mapping_field_parse.h"

#include <string.h>
#include <strings.h>

#define HEADERS_MAX           6
#define HEADER_NAME_MAX_BYTES 64
#define HEADERS_MAX_BYTES     2048

static const struct input_type url_type = {
    .kind = INPUT_LINE, .min = 10, .max = MAPPING_URL_MAX_BYTES / 2};
static const struct input_type header_value_type = {.kind = INPUT_LINE, .min = 1, .max = 300};

static bool is_header_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= HEADER_NAME_MAX_BYTES &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* Those that say how the request itself is to be read are not for a mapping. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {"Host", "Content-Length", "Transfer-Encoding", "Connection",
                                       "Expect"};

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcasecmp(name, ours[i]) == 0)
            return true;
    return false;
}

/* "Name: value" lines. */
static bool read_headers(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    struct mapping_fetch *fetch = base;
    struct text_out out;
    const char *name;
    json_t *json;
    bool sound = true;

    (void)field;
    text_out_init(&out, in->arena, HEADERS_MAX_BYTES);
    json_object_foreach((json_t *)at->json, name, json)
    {
        const struct input_node member = {.json = json, .up = at, .name = name};
        const char *value;
        if (!is_header_name(name) || is_ours(name))
            sound = input_fault(in, &member, "pattern", "There is no such header to be sent.");
        else if (!input_value(in, &member, &header_value_type, &value))
            sound = false;
        else
            text_out_put(&out,
                         arena_printf(in->arena, "%s%s: %s", out.len > 0 ? "\n" : "", name, value));
    }
    fetch->headers = out.text;
    fetch->wants_secret = out.text != NULL && strstr(out.text, "{secret}") != NULL;
    return sound;
}

static const struct input_type headers_type = {
    .kind = INPUT_MAP, .min = 1, .max = HEADERS_MAX, .read = read_headers};

static bool has_value(const struct mapping_fetch *fetch, const char *name, size_t len)
{
    for (size_t i = 0; i < fetch->value_count; i++)
        if (strlen(fetch->values[i].name) == len && memcmp(fetch->values[i].name, name, len) == 0)
            return true;
    return false;
}

/* Where it leads to is the mapping's own; only what comes after the host is the item's. */
static bool check_fetch(struct input *in, const struct input_node *at, void *out)
{
    const struct mapping_fetch *fetch = out;
    const struct input_node url = input_member(at, "url");
    const char *text = fetch->url;

    if (text == NULL)
        return true;
    size_t scheme = strncmp(text, "https://", 8) == 0  ? 8
                    : strncmp(text, "http://", 7) == 0 ? 7
                                                       : 0;
    size_t host = scheme == 0 ? 0 : strcspn(text + scheme, "/{}?#@");
    if (host == 0 || text[scheme + host] != '/')
        return input_fault(in, &url, "pattern",
                           "An address such as https://api.example.com/leads/{id} is wanted, whose "
                           "host holds no value.");
    for (const char *brace = text; (brace = strpbrk(brace, "{}")) != NULL;) {
        size_t len = *brace == '{' ? strcspn(brace + 1, "{}") : 0;
        if (len == 0 || brace[1 + len] != '}' || !has_value(fetch, brace + 1, len))
            return input_fault(in, &url, "unknown_value",
                               "What stands in braces is a name of \"values\".");
        brace += len + 2;
    }
    return true;
}

static const struct input_field fetch_fields[] = {
    {"url", &url_type, AT(struct mapping_fetch, url), .required = true},
    {"values", &mapping_attributes_type, AT(struct mapping_fetch, values),
     COUNT(struct mapping_fetch, value_count)},
    {"headers", &headers_type, .offset = 0},
};
static const struct input_spec fetch_spec =
    INPUT_SPEC(fetch_fields, struct mapping_fetch, .check = check_fetch);

const struct input_type mapping_fetch_type = {.kind = INPUT_OBJECT, .of = &fetch_spec};

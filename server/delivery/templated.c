#include "delivery/templated.h"

#include "base/json_tree.h"
#include "core/lead/lead.h"
#include "core/setup/subscription.h"
#include "core/setup/target.h"

#include <string.h>
#include <strings.h>

#define BODY_MAX_BYTES   ((size_t)256 << 10)
#define HEADER_MAX_BYTES ((size_t)8 << 10)

static json_t *read_text(const char *text, struct arena *arena)
{
    return text == NULL ? NULL : json_tree_read(arena, text, strlen(text), 0, NULL);
}

static bool is_line(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    return true;
}

/* ---- filling in ---- */

/* False: a value that a lead has would break the line. */
static bool fill_headers(const json_t *headers, const struct template_source *source,
                         struct attempt *attempt, size_t *count)
{
    bool typed = false;
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)headers, name, value)
    {
        struct text_out out;
        text_out_init(&out, source->arena, HEADER_MAX_BYTES);
        text_out_format(&out, "%s: ", name);
        template_fill(json_string_value(value), TEMPLATE_PLAIN, source, &out);
        if (out.text == NULL || *count + 1 >= ATTEMPT_HEADERS_MAX || !is_line(out.text))
            return false;
        attempt->headers[(*count)++] = out.text;
        typed = typed || strcasecmp(name, "Content-Type") == 0;
    }
    if (!typed)
        attempt->headers[(*count)++] = attempt->is_form
                                           ? "Content-Type: application/x-www-form-urlencoded"
                                           : "Content-Type: application/json";
    return true;
}

static void fill_body(const json_t *template, const struct template_source *source,
                      struct attempt *attempt)
{
    const json_t *form = json_object_get(template, "form");
    struct text_out text;
    struct json_out json;

    attempt->is_form = form != NULL;
    if (form != NULL) {
        text_out_init(&text, source->arena, BODY_MAX_BYTES);
        text_out_put(&text, "");
        template_fill_form(form, source, &text);
        attempt->body = text.text;
        attempt->body_len = text.len;
        return;
    }
    json_out_init(&json, source->arena, BODY_MAX_BYTES);
    template_fill_json(json_object_get(template, "body"), source, &json);
    attempt->body = json.written.text;
    attempt->body_len = json.written.len;
}

static enum templated fill(const json_t *template, const char *url,
                           const struct template_source *source, struct attempt *attempt)
{
    struct text_out out;
    const char *why;
    size_t count = 0;

    text_out_init(&out, source->arena, SUBSCRIPTION_URL_MAX_CHARS + TARGET_SECRETS_MAX_BYTES);
    template_fill(url, TEMPLATE_URL, source, &out);
    attempt->url = out.text;
    attempt->method =
        arena_strdup(source->arena, json_string_value(json_object_get(template, "method")));
    fill_body(template, source, attempt);
    if (attempt->url == NULL || arena_failed(source->arena))
        return TEMPLATED_NOT_NOW;
    if (!attempt_url_is_fine(attempt->rules, attempt->url, &why))
        attempt->failure = "url_refused";
    else if (!fill_headers(json_object_get(template, "headers"), source, attempt, &count))
        attempt->failure = "header_refused";
    return arena_failed(source->arena) ? TEMPLATED_NOT_NOW
           : attempt->failure != NULL  ? TEMPLATED_HOPELESS
                                       : TEMPLATED_DONE;
}

enum templated templated_fill(const struct payload_wanted *wanted, struct attempt *attempt)
{
    struct arena *arena = wanted->read->arena;
    size_t len;
    const char *text = payload_data(wanted, &len);
    json_t *data = text == NULL ? NULL : json_tree_read(arena, text, len, 0, NULL);
    json_t *template = read_text(wanted->subscription->template, arena);
    json_t *secrets = read_text(wanted->subscription->secrets, arena);
    enum templated done = TEMPLATED_NOT_NOW;

    if (data != NULL && template != NULL) {
        const struct template_source source = {
            .data = data,
            .maps = json_object_get(template, "maps"),
            .secrets = secrets,
            .arena = arena,
        };
        done = fill(template, wanted->subscription->url, &source, attempt);
    }
    json_decref(data);
    json_decref(template);
    json_decref(secrets);
    return done;
}

/* ---- the answer ---- */

bool templated_learns(const struct subscription *subscription)
{
    return subscription->template != NULL && strstr(subscription->template, "\"learn\"") != NULL;
}

const char *templated_learn(const struct subscription *subscription, const char *answer, size_t len,
                            struct arena *arena, const char **source)
{
    json_t *template = read_text(subscription->template, arena);
    const json_t *wanted = json_object_get(json_object_get(template, "learn"), "external_id");
    const char *at = json_string_value(json_object_get(wanted, "at"));
    json_t *json = at == NULL ? NULL : json_tree_read(arena, answer, len, 0, NULL);
    const json_t *found = json == NULL ? NULL : template_find(json, at, strlen(at), arena);
    const char *id = NULL;

    if (json_is_string(found))
        id = arena_strdup(arena, json_string_value(found));
    else if (json_is_integer(found))
        id = arena_printf(arena, "%lld", (long long)json_integer_value(found));
    *source = arena_strdup(arena, json_string_value(json_object_get(wanted, "source")));
    json_decref(json);
    json_decref(template);
    bool fits =
        id != NULL && id[0] != '\0' && strlen(id) <= IDENTITY_VALUE_MAX_BYTES && is_line(id);
    return fits ? id : NULL;
}

void templated_hide(const struct subscription *subscription, char *answer, struct arena *arena)
{
    json_t *secrets = read_text(subscription->secrets, arena);
    const char *name;
    json_t *value;

    json_object_foreach(secrets, name, value)
    {
        size_t len = json_string_length(value);
        for (char *at = answer; len > 0 && (at = strstr(at, json_string_value(value))) != NULL;
             at += len)
            memset(at, '*', len);
    }
    json_decref(secrets);
}

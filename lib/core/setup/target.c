#include "core/setup/target.h"

#include "base/input.h"
#include "base/json_tree.h"
#include "core/setup/subscription_include.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const kind_names[] = {
#define X(name, text) [TARGET_##name] = text,
    TARGET_KIND_TABLE(X)
#undef X
};
static const char *const methods[] = {"POST", "PUT", "PATCH"};

const struct input_type target_kind_type = {
    .kind = INPUT_ENUM, .values = kind_names, .max = TARGET_KIND_COUNT - 1};
const struct input_type target_method_type = {.kind = INPUT_ENUM, .values = methods, .max = 2};

const char *target_kind_name(enum target_kind kind)
{
    return kind_names[kind];
}

/* ---- what cannot be sent ---- */

/* What libcurl or Baton says itself. */
static const char *const own_headers[] = {"host",       "content-length", "transfer-encoding",
                                          "connection", "expect",         "webhook-id",
                                          "traceparent"};

static bool is_token(const char *name)
{
    size_t len = 0;

    while (name[len] != '\0' &&
           (isalnum((unsigned char)name[len]) || strchr("!#$%&'*+-.^_`|~", name[len]) != NULL))
        len++;
    return len > 0 && name[len] == '\0' && len <= 64;
}

static bool is_own(const char *name)
{
    for (size_t i = 0; i < sizeof own_headers / sizeof *own_headers; i++)
        if (strcasecmp(own_headers[i], name) == 0)
            return true;
    return false;
}

static bool is_line(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    return true;
}

static void check_headers(const json_t *headers, struct arena *arena, struct faults *faults)
{
    const char *name;
    json_t *value;

    if (json_object_size(headers) > TARGET_HEADERS_MAX)
        faults_add(faults, "/target/headers", "too_many", "At most %d headers", TARGET_HEADERS_MAX);
    json_object_foreach((json_t *)headers, name, value)
    {
        const char *at = pointer_join(arena, "/target/headers", name);
        if (!is_token(name) || is_own(name))
            faults_add(faults, at, "header", "This header cannot be given");
        else if (!json_is_string(value) || !is_line(json_string_value(value)))
            faults_add(faults, at, "type", "A line of text is wanted");
    }
}

/* Texts by texts. */
static void check_maps(const json_t *maps, struct arena *arena, struct faults *faults)
{
    const char *name, *key;
    json_t *map, *value;

    json_object_foreach((json_t *)maps, name, map)
    {
        const char *at = pointer_join(arena, "/target/maps", name);
        if (!json_is_object(map))
            faults_add(faults, at, "type", "An object of texts is wanted");
        json_object_foreach(map, key, value) if (!json_is_string(value))
            faults_add(faults, pointer_join(arena, at, key), "type", "A text is wanted");
    }
}

static void check_form(const json_t *form, struct arena *arena, struct faults *faults)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)form, name, value) if (!json_is_string(value))
        faults_add(faults, pointer_join(arena, "/target/form", name), "type",
                   "A text is wanted; all fields of a form are");
}

json_t *target_check(const char *url, const json_t *template, struct arena *arena,
                     struct faults *faults, unsigned *includes)
{
    struct template_check check = {.arena = arena,
                                   .maps = json_object_get(template, "maps"),
                                   .faults = faults,
                                   .secrets = json_object()};
    json_t *address = json_string(url);

    if (check.secrets == NULL || address == NULL) {
        json_decref(address);
        json_decref(check.secrets);
        return NULL;
    }
    template_check_json(&check, address, "/target/url");
    json_decref(address);
    if (!template_host_is_fixed(url))
        faults_add(faults, "/target/url", "template",
                   "What leads say may stand in its path and query, and not before");
    check_headers(json_object_get(template, "headers"), arena, faults);
    check_maps(check.maps, arena, faults);
    check_form(json_object_get(template, "form"), arena, faults);
    template_check_json(&check, json_object_get(template, "headers"), "/target/headers");
    template_check_json(&check, json_object_get(template, "body"), "/target/body");
    template_check_json(&check, json_object_get(template, "form"), "/target/form");
    *includes = check.includes;
    return check.secrets;
}

/* ---- what looks wrong ---- */

/* Names of parameters that hold secrets in the URLs of many. */
static bool is_secret_name(const char *name, size_t len)
{
    static const char *const names[] = {
        "token", "key",  "apikey",   "api_key",   "secret",   "access_token", "sig",
        "code",  "auth", "password", "signature", "apitoken", "api_token"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && strncasecmp(names[i], name, len) == 0)
            return true;
    return false;
}

static void warn_url(const char *url, struct faults *warnings)
{
    const char *at = strchr(url, '?');

    while (at != NULL) {
        const char *name = at + 1;
        size_t len = strcspn(name, "=&");
        if (name[len] == '=' && strncmp(name + len + 1, "{{", 2) != 0 && is_secret_name(name, len))
            faults_add(warnings, "/target/url", "secret_in_url",
                       "\"%.*s\" looks like a secret, and all who may read subscriptions see the "
                       "URL: a template has secrets of its own",
                       (int)len, name);
        at = strchr(name, '&');
    }
}

void target_warn(const struct subscription *subscription, const struct kind_set *kinds,
                 struct faults *warnings)
{
    struct arena *arena = warnings->arena;
    struct faults ignored;
    struct template_check check = {
        .arena = arena, .faults = &ignored, .warnings = warnings, .kinds = kinds};

    warn_url(subscription->url, warnings);
    if (subscription->kind != TARGET_TEMPLATE)
        return;
    faults_init(&ignored, arena);
    check.secrets = json_object();
    json_t *template =
        json_tree_read(arena, subscription->template, strlen(subscription->template), 0, NULL);
    json_t *address = json_string(subscription->url);
    check.maps = json_object_get(template, "maps");
    template_check_json(&check, address, "/target/url");
    template_check_json(&check, json_object_get(template, "headers"), "/target/headers");
    template_check_json(&check, json_object_get(template, "body"), "/target/body");
    template_check_json(&check, json_object_get(template, "form"), "/target/form");
    json_decref(address);
    json_decref(template);
    json_decref(check.secrets);
}

/* ---- writing ---- */

static void write_secret_names(const struct subscription *subscription, const json_t *template,
                               struct json_out *out)
{
    struct faults ignored;
    unsigned includes;
    const char *name;
    json_t *value;

    faults_init(&ignored, out->written.arena);
    json_t *secrets =
        target_check(subscription->url, template, out->written.arena, &ignored, &includes);
    json_out_key(out, "secret_names");
    json_out_begin_array(out);
    json_object_foreach(secrets, name, value) json_out_text(out, name);
    json_out_end_array(out);
    json_decref(secrets);
}

void target_write(const struct subscription *subscription, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "kind", target_kind_name((enum target_kind)subscription->kind));
    if (subscription->kind != TARGET_EMAIL)
        json_out_member_text(out, "url", subscription->url);
    if (subscription->template != NULL) {
        json_t *template = json_tree_read(out->written.arena, subscription->template,
                                          strlen(subscription->template), 0, NULL);
        const char *name;
        json_t *value;
        json_object_foreach(template, name, value)
        {
            json_out_key(out, name);
            json_tree_write(value, out);
        }
        if (subscription->kind == TARGET_TEMPLATE)
            write_secret_names(subscription, template, out);
        json_decref(template);
    }
    json_out_end_object(out);
}

/* ---- presets ---- */

json_t *target_preset_document(const char *name, struct arena *arena)
{
    for (const struct target_preset *at = target_presets_embedded; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            return json_tree_read(arena, at->text, strlen(at->text), JSON_REJECT_DUPLICATES, NULL);
    return NULL;
}

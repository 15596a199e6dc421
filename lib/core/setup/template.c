#include "core/setup/template.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/instant.h"
#include "base/json_tree.h"
#include "base/percent.h"
#include "core/handoff/event.h"
#include "core/setup/subscription_include.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX_BYTES ((size_t)64 << 10)

static const char *const change_names[] = {
#define X(name, text) text,
    TEMPLATE_CHANGES(X)
#undef X
};

enum change {
#define X(name, text) CHANGE_##name,
    TEMPLATE_CHANGES(X)
#undef X
        CHANGE_SECRET,
    CHANGE_NONE,
    CHANGE_MAP
};

/* ---- places ---- */

/* What stands between two double braces. */
struct place {
    const char *begin, *end; /* of the whole, braces included; end NULL: they do not close */
    enum change change;
    const char *name; /* of the change */
    size_t name_len;
    const char *ways; /* after the change: pointers and texts, with "|" between */
    size_t len;
};

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    return at;
}

static const char *back_over_blanks(const char *begin, const char *end)
{
    while (end > begin && end[-1] == ' ')
        end--;
    return end;
}

static enum change change_named(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof change_names / sizeof *change_names; i++)
        if (strlen(change_names[i]) == len && memcmp(change_names[i], name, len) == 0)
            return (enum change)i;
    return len == 6 && memcmp(name, "secret", 6) == 0 ? CHANGE_SECRET : CHANGE_MAP;
}

/* The first in this text; begin NULL: there is none. */
static struct place next_place(const char *text)
{
    struct place place = {.begin = strstr(text, "{{"), .change = CHANGE_NONE};

    if (place.begin == NULL)
        return place;
    const char *end = strstr(place.begin + 2, "}}");
    if (end == NULL)
        return place;
    place.end = end + 2;
    const char *at = skip_blanks(place.begin + 2, end);
    end = back_over_blanks(at, end);
    size_t word = 0;
    while (at + word < end && (islower((unsigned char)at[word]) ||
                               isdigit((unsigned char)at[word]) || at[word] == '_'))
        word++;
    if (word > 0 && at + word < end && at[word] == ':') {
        place.change = change_named(at, word);
        place.name = at;
        place.name_len = word;
        at = skip_blanks(at + word + 1, end);
    }
    place.ways = at;
    place.len = (size_t)(end - at);
    return place;
}

/* The next way of a place, without blanks around; false: that was all. */
static bool next_way(const struct place *place, size_t *at, const char **way, size_t *len)
{
    if (*at > place->len)
        return false;
    const char *begin = place->ways + *at, *end = place->ways + place->len;
    const char *bar = memchr(begin, '|', (size_t)(end - begin));
    *at = (size_t)((bar == NULL ? end : bar) - place->ways) + 1;
    *way = skip_blanks(begin, bar == NULL ? end : bar);
    *len = (size_t)(back_over_blanks(*way, bar == NULL ? end : bar) - *way);
    return true;
}

/* ---- values ---- */

static const json_t *step_into(const json_t *json, const char *token)
{
    char *end;

    if (json_is_object(json))
        return json_object_get(json, token);
    if (!json_is_array(json) || !isdigit((unsigned char)token[0]) || strlen(token) > 9)
        return NULL;
    unsigned long index = strtoul(token, &end, 10);
    return *end == '\0' ? json_array_get(json, index) : NULL;
}

const json_t *template_find(const json_t *data, const char *pointer, size_t len,
                            struct arena *arena)
{
    char *token = arena_alloc(arena, len + 1);
    size_t at = 0;

    while (token != NULL && data != NULL && at < len) {
        size_t out = 0;
        for (at++; at < len && pointer[at] != '/'; at++) {
            bool escaped = pointer[at] == '~' && at + 1 < len;
            token[out++] = !escaped ? pointer[at] : pointer[++at] == '1' ? '/' : '~';
        }
        token[out] = '\0';
        data = step_into(data, token);
    }
    return token == NULL ? NULL : data;
}

static bool is_nothing(const json_t *json)
{
    return json == NULL || json_is_null(json) ||
           (json_is_string(json) && json_string_length(json) == 0) ||
           (json_is_array(json) && json_array_size(json) == 0);
}

/* Of a list its items; of an object nothing. */
static void put_text(const json_t *json, const char *between, struct arena *arena,
                     struct text_out *out)
{
    struct json_out number;

    if (json_is_string(json)) {
        text_out_put_len(out, json_string_value(json), json_string_length(json));
    } else if (json_is_array(json)) {
        for (size_t i = 0; i < json_array_size(json); i++) {
            if (i > 0)
                text_out_put(out, between);
            if (!json_is_array(json_array_get(json, i)))
                put_text(json_array_get(json, i), between, arena, out);
        }
    } else if (json_is_number(json) || json_is_boolean(json)) {
        json_out_init(&number, arena, 64);
        json_tree_write(json, &number);
        text_out_put(out, number.written.text);
    }
}

static const char *hash_of(const char *text, struct arena *arena)
{
    size_t len = strlen(text), begin = 0;
    char *low = arena_strdup(arena, text);
    char *hex = arena_alloc(arena, 2 * DIGEST_BYTES + 1);
    uint8_t hash[DIGEST_BYTES];

    if (low == NULL || hex == NULL)
        return NULL;
    while (len > 0 && isspace((unsigned char)low[len - 1]))
        len--;
    while (begin < len && isspace((unsigned char)low[begin]))
        begin++;
    for (size_t i = begin; i < len; i++)
        low[i] = (char)tolower((unsigned char)low[i]);
    digest_sha256(&(struct digest_part){low + begin, len - begin}, 1, hash);
    hex_encode(hash, sizeof hash, hex);
    return hex;
}

static const char *time_of(const char *text, enum change change, struct arena *arena)
{
    instant at;

    if (!instant_parse(text, &at))
        return "";
    if (change == CHANGE_UNIX)
        return arena_printf(arena, "%" PRId64, at / INSTANT_SECOND);
    char written[INSTANT_TEXT_MAX];
    instant_format(at - at % INSTANT_SECOND, written);
    return arena_printf(arena, "%.10s %.8s+00:00", written, written + 11);
}

/* The place's value: as JSON where nothing changes it, else as text; both NULL: there is none. */
struct found {
    const json_t *json;
    const char *text;
};

static const char *text_of(const json_t *json, const char *between, struct arena *arena)
{
    struct text_out out;

    text_out_init(&out, arena, VALUE_MAX_BYTES);
    put_text(json, between, arena, &out);
    return out.text;
}

static const json_t *map_of(const json_t *maps, const struct place *place, struct arena *arena)
{
    const char *name = arena_printf(arena, "%.*s", (int)place->name_len, place->name);

    return name == NULL ? NULL : json_object_get(maps, name);
}

static struct found find(const struct place *place, const struct template_source *source)
{
    struct found found = {NULL, NULL};
    const char *way;
    size_t at = 0, len;

    if (place->change == CHANGE_SECRET) {
        const char *name = arena_printf(source->arena, "%.*s", (int)place->len, place->ways);
        found.text =
            name == NULL ? NULL : json_string_value(json_object_get(source->secrets, name));
        return found;
    }
    while (found.json == NULL && found.text == NULL && next_way(place, &at, &way, &len)) {
        const json_t *json =
            len > 0 && way[0] == '/' ? template_find(source->data, way, len, source->arena) : NULL;
        if (len > 0 && way[0] != '/')
            found.text = arena_printf(source->arena, "%.*s", (int)len, way);
        else if (!is_nothing(json))
            found.json = json;
    }
    if (found.json == NULL || place->change == CHANGE_NONE)
        return found;
    found.text = text_of(found.json, place->change == CHANGE_LINES ? "\n" : ", ", source->arena);
    found.json = NULL;
    if (found.text != NULL && place->change == CHANGE_MAP)
        found.text = json_string_value(
            json_object_get(map_of(source->maps, place, source->arena), found.text));
    if (found.text != NULL && place->change == CHANGE_SHA256)
        found.text = hash_of(found.text, source->arena);
    else if (found.text != NULL &&
             (place->change == CHANGE_UNIX || place->change == CHANGE_GOOGLE_TIME))
        found.text = time_of(found.text, place->change, source->arena);
    return found;
}

/* ---- filling in ---- */

static void put_place(const struct place *place, enum template_kind kind,
                      const struct template_source *source, struct text_out *out)
{
    struct found found = find(place, source);
    const char *text = found.json == NULL ? found.text : text_of(found.json, ", ", source->arena);

    if (text == NULL)
        return;
    if (kind == TEMPLATE_URL && place->change != CHANGE_SECRET)
        percent_encode(out, text, strlen(text));
    else
        text_out_put(out, text);
}

void template_fill(const char *text, enum template_kind kind, const struct template_source *source,
                   struct text_out *out)
{
    for (struct place place; (place = next_place(text)).begin != NULL; text = place.end) {
        if (place.end == NULL)
            break;
        text_out_put_len(out, text, (size_t)(place.begin - text));
        put_place(&place, kind, source, out);
    }
    text_out_put(out, text);
}

static bool is_place(const char *text, struct place *place)
{
    *place = next_place(text);
    return place->begin == text && place->end != NULL && *place->end == '\0';
}

/* Whether there is anything to write. */
static bool is_there(const json_t *json, const struct template_source *source)
{
    struct place place;

    if (!json_is_string(json) || !is_place(json_string_value(json), &place))
        return true;
    struct found found = find(&place, source);
    return found.json != NULL || found.text != NULL;
}

static void fill_string(const char *text, const struct template_source *source,
                        struct json_out *out)
{
    struct place place;
    struct text_out filled;

    if (is_place(text, &place)) {
        struct found found = find(&place, source);
        if (found.json != NULL)
            json_tree_write(found.json, out);
        else if (found.text != NULL && place.change == CHANGE_UNIX && found.text[0] != '\0')
            json_out_raw(out, found.text, strlen(found.text));
        else
            json_out_text(out, found.text);
        return;
    }
    text_out_init(&filled, source->arena, VALUE_MAX_BYTES);
    template_fill(text, TEMPLATE_PLAIN, source, &filled);
    json_out_text(out, filled.text);
}

void template_fill_json(const json_t *body, const struct template_source *source,
                        struct json_out *out)
{
    const char *key;
    json_t *value;

    if (json_is_string(body)) {
        fill_string(json_string_value(body), source, out);
    } else if (json_is_object(body)) {
        json_out_begin_object(out);
        json_object_foreach((json_t *)body, key, value)
        {
            if (!is_there(value, source))
                continue;
            json_out_key(out, key);
            template_fill_json(value, source, out);
        }
        json_out_end_object(out);
    } else if (json_is_array(body)) {
        json_out_begin_array(out);
        for (size_t i = 0; i < json_array_size(body); i++)
            if (is_there(json_array_get(body, i), source))
                template_fill_json(json_array_get(body, i), source, out);
        json_out_end_array(out);
    } else {
        json_tree_write(body, out);
    }
}

void template_fill_form(const json_t *form, const struct template_source *source,
                        struct text_out *out)
{
    const char *key;
    json_t *value;
    bool first = true;

    json_object_foreach((json_t *)form, key, value)
    {
        struct text_out filled;
        if (!is_there(value, source))
            continue;
        text_out_init(&filled, source->arena, VALUE_MAX_BYTES);
        template_fill(json_string_value(value), TEMPLATE_PLAIN, source, &filled);
        if (!first)
            text_out_put(out, "&");
        percent_encode(out, key, strlen(key));
        text_out_put(out, "=");
        percent_encode(out, filled.text, filled.len);
        first = false;
    }
}

/* ---- checking ---- */

/* What stands at the top of the data, and its members that are always there; those of a lead's
 * attributes, of a handoff's carries and of a verdict depend on what it is. */
static const struct root {
    const char *name;
    unsigned include;
    const char *members; /* NULL: a text */
} roots[] = {
    {"id", 0, NULL},
    {"type", 0, NULL},
    {"timestamp", 0, NULL},
    {"event", 0, " pos type at actor lead_id handoff_id definition old_stage new_stage reason "},
    {"links", 0, " lead handoff "},
    {"ids", INCLUDE_LEAD, ""},
    {"lead", INCLUDE_LEAD,
     " id stage owner_team next email external_ids anonymous_ids attributes facts claimed_stage "
     "origin found_by milestones amount open_handoff erasure_asked created_at updated_at "},
    {"handoff", INCLUDE_HANDOFF, ""},
    {"verdict", INCLUDE_VERDICT, ""},
};

static const struct root *root_of(const char *pointer, size_t len)
{
    const char *end = memchr(pointer + 1, '/', len - 1);
    size_t name = end == NULL ? len - 1 : (size_t)(end - pointer) - 1;

    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strlen(roots[i].name) == name && memcmp(roots[i].name, pointer + 1, name) == 0)
            return &roots[i];
    return NULL;
}

static bool has_member(const struct root *root, const char *pointer, size_t len)
{
    const char *at = pointer + 1 + strlen(root->name);
    const char *end = pointer + len;

    if (at == end)
        return true;
    const char *next = memchr(at + 1, '/', (size_t)(end - at - 1));
    char name[64];
    size_t size = (size_t)((next == NULL ? end : next) - at - 1);
    if (root->members == NULL || size + 3 > sizeof name)
        return false;
    snprintf(name, sizeof name, " %.*s ", (int)size, at + 1);
    return root->members[0] == '\0' || strstr(root->members, name) != NULL;
}

/* An event that is sent and never has it, or NULL. */
static const char *event_without(const struct kind_set *kinds, const struct root *root)
{
    bool is_event = strcmp(root->name, "handoff") == 0 || strcmp(root->name, "verdict") == 0;

    if (root->include == 0)
        return NULL;
    for (int kind = 0; kind < KIND_SET_MAX; kind++) {
        const char *name = kind_set_has(kinds, kind) ? ledger_kind_name(kind) : NULL;
        if (name == NULL || kind == LEDGER_SUBSCRIPTION_TESTED)
            continue;
        bool of_handoff = strncmp(name, "handoff.", 8) == 0;
        if (!event_is_of_lead((enum ledger_kind)kind) || (is_event && !of_handoff))
            return name;
    }
    return NULL;
}

static void check_pointer(struct template_check *check, const char *at, const char *way, size_t len,
                          bool is_last)
{
    const struct root *root = root_of(way, len);

    if (root != NULL)
        check->includes |= root->include;
    if (check->warnings == NULL)
        return;
    if (root == NULL || !has_member(root, way, len)) {
        faults_add(check->warnings, at, "never_there", "Nothing ever stands at %.*s", (int)len,
                   way);
        return;
    }
    const char *without = event_without(check->kinds, root);
    if (without != NULL && is_last)
        faults_add(check->warnings, at, "not_always_there", "%s has nothing at %.*s", without,
                   (int)len, way);
}

static void check_place(struct template_check *check, const struct place *place, const char *at)
{
    const char *way;
    size_t from = 0, len;

    if (place->end == NULL) {
        faults_add(check->faults, at, "template", "{{ is not closed by }}");
    } else if (place->change == CHANGE_MAP && map_of(check->maps, place, check->arena) == NULL) {
        faults_add(check->faults, at, "template",
                   "There is neither such a change (sha256, unix, google_time, lines, text, "
                   "secret) nor such a map");
    } else if (place->len == 0) {
        faults_add(check->faults, at, "template", "Nothing stands between {{ and }}");
    } else if (place->change == CHANGE_SECRET) {
        const char *name = arena_printf(check->arena, "%.*s", (int)place->len, place->ways);
        if (name != NULL)
            json_object_set_new(check->secrets, name, json_true());
    } else {
        while (next_way(place, &from, &way, &len))
            if (len > 0 && way[0] == '/')
                check_pointer(check, at, way, len, from > place->len);
    }
}

static void check_text(struct template_check *check, const char *text, const char *at)
{
    for (struct place place; (place = next_place(text)).begin != NULL; text = place.end) {
        check_place(check, &place, at);
        if (place.end == NULL)
            return;
    }
}

void template_check_json(struct template_check *check, const json_t *json, const char *pointer)
{
    const char *key;
    json_t *value;

    if (json_is_string(json))
        check_text(check, json_string_value(json), pointer);
    json_object_foreach((json_t *)json, key, value)
    {
        const char *at = pointer_join(check->arena, pointer, key);
        if (at != NULL)
            template_check_json(check, value, at);
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        const char *at = pointer_index(check->arena, pointer, i);
        if (at != NULL)
            template_check_json(check, json_array_get(json, i), at);
    }
}

bool template_host_is_fixed(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *path = scheme == NULL ? NULL : strchr(scheme + 3, '/');

    for (struct place place; (place = next_place(url)).begin != NULL; url = place.end) {
        if (place.end == NULL)
            return false;
        if (place.change != CHANGE_SECRET && (path == NULL || place.begin < path))
            return false;
    }
    return true;
}

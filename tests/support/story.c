#include "story.h"

#include "test_clock.h"

#include "store/pg/pg.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define SHOWN_MAX      1500 /* bytes of a body in a message */
#define STORY_POLL_MS  50

struct story {
    struct client *client;
    json_t *values; /* name to text */
};

struct story *story_new(struct client *client)
{
    struct story *story = calloc(1, sizeof *story);

    ck_assert_ptr_nonnull(story);
    story->client = client;
    story->values = json_object();
    return story;
}

void story_free(struct story *story)
{
    if (story == NULL)
        return;
    json_decref(story->values);
    free(story);
}

void story_set(struct story *story, const char *name, const char *value)
{
    json_object_set_new(story->values, name, json_string(value));
}

const char *story_get(const struct story *story, const char *name)
{
    return json_string_value(json_object_get(story->values, name));
}

/* The value of the ${name} that begins here; *end is after it. */
static const char *value_here(const struct story *story, const char *text, const char **end,
                              const char **missing)
{
    char name[NAME_MAX_BYTES];
    const char *close = strchr(text, '}');

    *missing = text;
    if (close == NULL || close - text - 2 >= NAME_MAX_BYTES)
        return NULL;
    snprintf(name, sizeof name, "%.*s", (int)(close - text - 2), text + 2);
    *end = close + 1;
    return story_get(story, name);
}

char *story_fill(const struct story *story, const char *text, bool quotes, const char **missing)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    const char *p = text;

    while (*p != '\0' && ftell(stream) < STORY_TEXT_MAX) {
        if (p[0] != '$' || p[1] != '{') {
            fputc(quotes && *p == '\'' ? '"' : *p, stream);
            p++;
            continue;
        }
        const char *value = value_here(story, p, &p, missing);
        if (value == NULL)
            break;
        fputs(value, stream);
    }
    fclose(stream);
    if (*p == '\0')
        return out;
    free(out);
    return NULL;
}

static json_t *child(json_t *json, const char *token, size_t len)
{
    char name[1024];
    size_t out = 0;

    if (json_is_array(json)) {
        char *end;
        unsigned long index = strtoul(token, &end, 10);
        return end == token + len && len > 0 ? json_array_get(json, index) : NULL;
    }
    for (size_t i = 0; i < len && out + 1 < sizeof name; i++) {
        bool escape = token[i] == '~' && i + 1 < len;
        name[out++] = (char)(!escape ? token[i] : token[++i] == '1' ? '/' : '~');
    }
    name[out] = '\0';
    return json_object_get(json, name);
}

json_t *story_at(json_t *json, const char *pointer)
{
    while (json != NULL && *pointer == '/') {
        size_t len = strcspn(pointer + 1, "/");
        json = child(json, pointer + 1, len);
        pointer += 1 + len;
    }
    return *pointer == '\0' ? json : NULL;
}

/* What stands at a place; the caller decrefs it. NULL when there is nothing. */
static json_t *found_at(const struct answer *answer, const char *at)
{
    if (strcmp(at, "@body") == 0)
        return json_stringn_nocheck(answer->body, answer->body_len);
    if (at[0] != '@')
        return json_incref(story_at(answer->json, at));
    const char *value = answer_header(answer, at + 1);
    return value == NULL ? NULL : json_string(value);
}

static const char *type_name(const json_t *json)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "<object>",   [JSON_ARRAY] = "<array>", [JSON_STRING] = "<string>",
        [JSON_INTEGER] = "<integer>", [JSON_REAL] = "<real>",   [JSON_TRUE] = "<boolean>",
        [JSON_FALSE] = "<boolean>",   [JSON_NULL] = "<null>",
    };

    return names[json_typeof(json)];
}

static size_t length_of(const json_t *json)
{
    return json_is_array(json) ? json_array_size(json) : json_object_size(json);
}

static bool equals_json(const json_t *found, const char *wanted)
{
    json_error_t error;
    json_t *json = json_loads(wanted, JSON_DECODE_ANY, &error);

    if (json == NULL)
        ck_abort_msg("the wanted value is not JSON: %s (%s)", wanted, error.text);
    bool equal = json_equal(json, (json_t *)found) != 0;
    json_decref(json);
    return equal;
}

static bool meets(const json_t *found, const char *wanted)
{
    const char *text = json_string_value(found);

    switch (wanted[0]) {
    case '*':
        return found != NULL;
    case '!':
        return found == NULL;
    case '<':
        return found != NULL && strcmp(type_name(found), wanted) == 0;
    case '#':
        return (json_is_array(found) || json_is_object(found)) &&
               length_of(found) == strtoul(wanted + 1, NULL, 10);
    case '~':
        return text != NULL && strstr(text, wanted + 1) != NULL;
    case '=':
        return text != NULL && strcmp(text, wanted + 1) == 0;
    default:
        return found != NULL && equals_json(found, wanted);
    }
}

bool story_check(const struct answer *answer, const char *at, const char *wanted,
                 char message[CHECK_MESSAGE_MAX])
{
    json_t *found = found_at(answer, at);
    /* what is no JSON at all has no place where something could be missing */
    bool met = meets(found, wanted) && (at[0] == '@' || answer->json != NULL);

    if (!met) {
        char *shown = found == NULL ? NULL : json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT);
        snprintf(message, CHECK_MESSAGE_MAX, "%s: wanted %s, got %.*s", at, wanted, SHOWN_MAX,
                 shown == NULL ? "nothing" : shown);
        free(shown);
    }
    json_decref(found);
    return met;
}

static char *fill(const struct story *story, const struct step *step, const char *text, bool quotes)
{
    const char *missing = "";
    char *filled = story_fill(story, text, quotes, &missing);

    if (filled == NULL)
        ck_abort_msg("%s: no value for %.40s", step->label, missing);
    return filled;
}

static _Noreturn void differ(const struct step *step, const struct call *call,
                             const struct answer *answer, const char *how)
{
    ck_abort_msg("%s\n  %s\n  > %s %s\n  > %.*s\n  < %d\n  < %.*s", step->label, how, call->method,
                 call->target, SHOWN_MAX, call->body == NULL ? "" : call->body, answer->status,
                 SHOWN_MAX, answer->body);
    abort(); /* ck_abort_msg does not come back, and does not say so */
}

static bool fits(const struct story *story, const struct step *step, const struct answer *answer,
                 char message[CHECK_MESSAGE_MAX])
{
    if (answer->status != step->status) {
        snprintf(message, CHECK_MESSAGE_MAX, "status: wanted %d, got %d", step->status,
                 answer->status);
        return false;
    }
    for (const struct check *check = step->checks; check->at != NULL; check++) {
        char *wanted = fill(story, step, check->wanted, check->wanted[0] != '=');
        bool met = story_check(answer, check->at, wanted, message);
        free(wanted);
        if (!met)
            return false;
    }
    return true;
}

/* The answer that fits; with .until it may take a while. */
static void call_until_it_fits(struct story *story, const struct step *step,
                               const struct call *call, struct answer *answer)
{
    char message[CHECK_MESSAGE_MAX];
    int64_t give_up = pg_deadline_in(step->until ? STORY_WAIT_MS : 0);

    for (;;) {
        client_call(story->client, call, answer);
        if (fits(story, step, answer, message))
            return;
        if (!step->until || pg_now_ms() > give_up)
            differ(step, call, answer, message);
        answer_release(answer);
        poll(NULL, 0, STORY_POLL_MS);
    }
}

static void keep_values(struct story *story, const struct step *step, const struct call *call,
                        const struct answer *answer)
{
    for (const struct keep *keep = step->keep; keep->name != NULL; keep++) {
        json_t *found = found_at(answer, keep->at);
        if (found == NULL)
            differ(step, call, answer, "nothing to keep at its place");
        char *text = json_is_string(found) ? strdup(json_string_value(found))
                                           : json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT);
        story_set(story, keep->name, text);
        free(text);
        json_decref(found);
    }
}

static void play(struct story *story, const struct step *step)
{
    struct answer answer;
    char *target = fill(story, step, step->path, false);
    char *body = step->body == NULL ? NULL : fill(story, step, step->body, true);
    char *headers[CALL_HEADERS_MAX] = {NULL};
    struct call call = {.method = step->method,
                        .target = target,
                        .body = step->raw != NULL ? step->raw : body,
                        .body_len = step->raw_len,
                        .content_type = step->content_type};

    if (step->as != NULL) {
        call.token = story_get(story, step->as);
        if (call.token == NULL)
            ck_abort_msg("%s: no key of the name %s", step->label, step->as);
    }
    for (int i = 0; i < CALL_HEADERS_MAX && step->headers[i] != NULL; i++)
        call.headers[i] = headers[i] = fill(story, step, step->headers[i], false);
    call_until_it_fits(story, step, &call, &answer);
    keep_values(story, step, &call, &answer);
    answer_release(&answer);
    for (int i = 0; i < CALL_HEADERS_MAX; i++)
        free(headers[i]);
    free(body);
    free(target);
}

void story_run(struct story *story, const struct step *steps)
{
    for (const struct step *step = steps; step->label != NULL; step++) {
        if (step->passes > 0)
            test_clock_pass(step->passes);
        if (step->method != NULL)
            play(story, step);
    }
}

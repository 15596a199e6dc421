/*
 * libFuzzer target for what strangers send first: request line and headers through guard and
 * router, the query through a spec, the rest as a JSON body. Lines are parted by "\n":
 * method, target, headers as "name: value", an empty line, the body.
 *   cmake --preset fuzz && cmake --build build-fuzz --target fuzz_edge
 *   build-fuzz/tests/fuzz_edge tests/fuzz/edge
 */
#include "base/input.h"
#include "http/body.h"
#include "http/guard.h"
#include "http/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 70

struct query {
    int64_t limit;
    const char *text;
    instant at;
};

static const struct input_type limit_type = {.kind = INPUT_INT, .min = 1, .max = 9};
static const struct input_type text_type = {.kind = INPUT_LINE, .max = 20};

static const struct input_field fields[] = {
    {"limit", &limit_type, AT(struct query, limit)},
    {"text", &text_type, AT(struct query, text)},
    {"at", &input_date, AT(struct query, at)},
};
static const struct input_spec spec = INPUT_SPEC(fields, struct query);

/* Cuts the next line off; the rest begins after it. */
static char *cut_line(char **rest)
{
    char *line = *rest;

    *rest += strcspn(*rest, "\n");
    if (**rest == '\n')
        *(*rest)++ = '\0';
    return line;
}

static size_t cut_headers(char **rest, struct guard_header *headers)
{
    size_t count = 0;

    while (**rest != '\0' && count < HEADERS_MAX) {
        char *line = cut_line(rest);
        size_t name_len = strcspn(line, ":");
        if (*line == '\0')
            break;
        const char *value = line + name_len + (line[name_len] == ':');
        headers[count++] = (struct guard_header){line, name_len, value, strlen(value)};
    }
    return count;
}

static void find(const char *method, const char *target, struct arena *arena)
{
    static struct router *router;
    struct route_match match;
    struct faults faults;
    struct query query;

    if (router == NULL)
        router = router_new(routes, routes_count);
    if (router == NULL)
        abort();
    if (router_find(router, method, target, arena, &match) != ERR_NONE)
        return;
    faults_init(&faults, arena);
    struct input in = {.arena = arena, .faults = &faults, .where = "query"};
    input_defaults(&spec, &query);
    if (input_query(&in, match.query, &spec, &query) == faults_any(&faults))
        abort();
}

static void parse(const char *text, size_t len, struct arena *arena)
{
    char detail[BODY_DETAIL_MAX_BYTES];
    struct faults faults;
    struct input in = {.arena = arena, .faults = &faults, .where = "body"};
    struct query query;
    json_t *json;

    faults_init(&faults, arena);
    if (body_parse(text, len, arena, &json, detail) != ERR_NONE)
        return;
    const struct input_node root = input_root(json, "");
    if (input_object(&in, &root, &spec, &query) == faults_any(&faults))
        abort();
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guard_header headers[HEADERS_MAX];
    struct guard_result result;
    struct arena *arena = arena_new(1 << 20);
    char *text = malloc(size + 1);

    memcpy(text, data, size);
    text[size] = '\0';
    char *rest = text;
    const char *method = cut_line(&rest);
    const char *target = cut_line(&rest);
    size_t count = cut_headers(&rest, headers);
    const struct guard_line line = {method, target, size % 2 == 0 ? "HTTP/1.1" : "HTTP/1.0"};
    if (guard_check(&line, headers, count, &result) == ERR_NONE)
        find(result.method, target, arena);
    parse(rest, size - (size_t)(rest - text), arena);
    free(text);
    arena_free(arena);
    return 0;
}

#include "http/route.h"

#include "base/percent.h"

#include <stdlib.h>
#include <string.h>

struct segment {
    const char *text;
    size_t len;
    bool is_param; /* text is its name, for a pattern */
};

struct path {
    struct segment segments[ROUTE_SEGMENTS_MAX];
    size_t count;
};

struct router {
    const struct route *table;
    size_t count;
    struct path paths[]; /* one per route */
};

/* "/a/b" has the segments a and b, "/" has one that is empty. False when there are too many. */
static bool split(const char *text, size_t len, struct path *out)
{
    size_t begin = 1;

    out->count = 0;
    if (len == 0 || text[0] != '/')
        return false;
    for (size_t i = 1; i <= len; i++) {
        if (i < len && text[i] != '/')
            continue;
        if (out->count == ROUTE_SEGMENTS_MAX)
            return false;
        out->segments[out->count++] = (struct segment){text + begin, i - begin, false};
        begin = i + 1;
    }
    return true;
}

static bool compile(const char *pattern, struct path *out)
{
    size_t params = 0;

    if (!split(pattern, strlen(pattern), out))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        struct segment *segment = &out->segments[i];
        if (segment->len < 3 || segment->text[0] != '{' || segment->text[segment->len - 1] != '}')
            continue;
        *segment = (struct segment){segment->text + 1, segment->len - 2, true};
        params++;
    }
    return params <= ROUTE_PARAMS_MAX;
}

static bool segment_same(const struct segment *a, const struct segment *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool matches(const struct path *pattern, const struct path *path)
{
    if (pattern->count != path->count)
        return false;
    for (size_t i = 0; i < path->count; i++)
        if (pattern->segments[i].is_param
                ? path->segments[i].len == 0
                : !segment_same(&pattern->segments[i], &path->segments[i]))
            return false;
    return true;
}

/* Whether a is the more specific match: at the first place where they differ, it has a fixed
 * segment. */
static bool is_closer(const struct path *a, const struct path *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->segments[i].is_param != b->segments[i].is_param)
            return !a->segments[i].is_param;
    return false;
}

static bool is_twice(const struct router *router, size_t index)
{
    const struct path *path = &router->paths[index];

    for (size_t i = 0; i < index; i++)
        if (strcmp(router->table[i].method, router->table[index].method) == 0 &&
            matches(&router->paths[i], path) && !is_closer(&router->paths[i], path) &&
            !is_closer(path, &router->paths[i]))
            return true;
    return false;
}

/* Without roles nobody could call it: a mistake in the table. */
static bool names_who_may(const struct route *route)
{
    return (route->roles == 0) == ((route->flags & (ROUTE_PUBLIC | ROUTE_TOKEN)) != 0);
}

/* Index of the parameter with this name in the spec: what the path names and what is read from it
 * must be the same list. */
static bool reads_param(const struct input_spec *spec, const struct segment *param)
{
    for (size_t i = 0; spec != NULL && i < spec->count; i++)
        if (spec->fields[i].place == INPUT_PATH && strlen(spec->fields[i].name) == param->len &&
            memcmp(spec->fields[i].name, param->text, param->len) == 0)
            return true;
    return false;
}

static bool reads_its_path(const struct route *route, const struct path *path)
{
    const struct input_spec *spec = route->input;
    size_t named = 0;

    for (size_t i = 0; i < path->count; i++)
        if (path->segments[i].is_param && !reads_param(spec, &path->segments[i]))
            return false;
    for (size_t i = 0; i < path->count; i++)
        named += path->segments[i].is_param;
    for (size_t i = 0; spec != NULL && i < spec->count; i++)
        named -= spec->fields[i].place == INPUT_PATH;
    return named == 0;
}

struct router *router_new(const struct route *table, size_t count)
{
    struct router *router = NULL;

    if (count <= ROUTES_MAX)
        router = calloc(1, sizeof *router + count * sizeof router->paths[0]);
    if (router == NULL)
        return NULL;
    router->table = table;
    router->count = count;
    for (size_t i = 0; i < count; i++) {
        if (!compile(table[i].pattern, &router->paths[i]) || is_twice(router, i) ||
            !names_who_may(&table[i]) || !reads_its_path(&table[i], &router->paths[i])) {
            free(router);
            return NULL;
        }
    }
    return router;
}

void router_free(struct router *router)
{
    free(router);
}

static void allow_add(char allow[ROUTE_ALLOW_MAX_BYTES], const char *method)
{
    size_t len = strlen(allow);
    size_t more = strlen(method);

    if (strstr(allow, method) != NULL || len + more + 3 > ROUTE_ALLOW_MAX_BYTES)
        return;
    if (len > 0) {
        memcpy(allow + len, ", ", 2);
        len += 2;
    }
    memcpy(allow + len, method, more + 1);
}

static bool is_method(const char *offered, const char *asked)
{
    return strcmp(offered, asked) == 0 ||
           (strcmp(asked, "HEAD") == 0 && strcmp(offered, "GET") == 0);
}

/* The most specific route with this method; the methods of the others go to out->allow. */
static const struct path *choose(const struct router *router, const char *method,
                                 const struct path *path, struct route_match *out)
{
    const struct path *best = NULL;

    for (size_t i = 0; i < router->count; i++) {
        const struct path *pattern = &router->paths[i];
        if (!matches(pattern, path))
            continue;
        allow_add(out->allow, router->table[i].method);
        if (strcmp(router->table[i].method, "GET") == 0)
            allow_add(out->allow, "HEAD");
        if (!is_method(router->table[i].method, method))
            continue;
        if (best == NULL || is_closer(pattern, best)) {
            best = pattern;
            out->route = &router->table[i];
        }
    }
    return best;
}

static enum err take_params(const struct path *pattern, const struct path *path,
                            struct arena *arena, struct route_match *out)
{
    size_t n = 0;

    for (size_t i = 0; i < path->count; i++) {
        const struct segment *segment = &path->segments[i];
        if (!pattern->segments[i].is_param)
            continue;
        if (segment->len == 0 || segment->len > 3 * ROUTE_PARAM_MAX_BYTES)
            return ERR_NOT_FOUND;
        out->params[n] = percent_decode(arena, segment->text, segment->len, false);
        if (out->params[n] == NULL)
            return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NOT_FOUND;
        if (strlen(out->params[n++]) > ROUTE_PARAM_MAX_BYTES)
            return ERR_NOT_FOUND;
    }
    return ERR_NONE;
}

enum err router_find(const struct router *router, const char *method, const char *target,
                     struct arena *arena, struct route_match *out)
{
    struct path path;
    size_t len = strcspn(target, "?");

    *out = (struct route_match){0};
    if (!split(target, len, &path))
        return ERR_NOT_FOUND;
    const struct path *pattern = choose(router, method, &path, out);
    if (pattern == NULL)
        return out->allow[0] != '\0' ? ERR_METHOD_NOT_ALLOWED : ERR_NOT_FOUND;
    if (target[len] == '?')
        out->query = target + len + 1;
    return take_params(pattern, &path, arena, out);
}

bool route_reads_header(const struct route *route, const char *name)
{
    const struct input_spec *spec = route->input;

    for (size_t i = 0; spec != NULL && i < spec->count; i++)
        if (spec->fields[i].place == INPUT_HEADER && strcmp(spec->fields[i].name, name) == 0)
            return true;
    return false;
}

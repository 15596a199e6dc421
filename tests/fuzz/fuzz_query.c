/* A query string, read by the parameters of every operation that takes some. */
#include "http/route.h"
#include "parts.h"

#define ARENA_BYTES (1 << 20)
#define STRUCT_MAX  4096

static void read_as(const char *query, const struct input_spec *spec)
{
    static _Alignas(max_align_t) char out[STRUCT_MAX];
    struct arena *arena = arena_new(ARENA_BYTES);
    struct faults faults;

    FUZZ_HOLDS(arena != NULL && spec->size <= sizeof out);
    faults_init(&faults, arena);
    struct input in = {.arena = arena, .faults = &faults, .where = "query"};
    input_defaults(spec, out);
    FUZZ_HOLDS(input_query(&in, query, spec, out) != faults_any(&faults));
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct parts parts;

    parts_init(&parts, data, size);
    for (size_t i = 0; i < routes_count; i++)
        if (routes[i].kind == ROUTE_READ && routes[i].input != NULL)
            read_as(parts.items[0].text, routes[i].input);
    parts_release(&parts);
    return 0;
}

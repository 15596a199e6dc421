/* Verdicts a second on one thread, from parsed JSON objects: bench/verdict/run prints it beside
 * json-logic-js on the same rules and leads. */
#include "core/definition/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOUCHES_MAX 64

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Borrows from the JSON object; lists do not occur in this input. */
static struct value borrow(const json_t *json)
{
    if (json_is_string(json))
        return (struct value){.type = VALUE_TEXT,
                              .len = (uint32_t)json_string_length(json),
                              .text = json_string_value(json)};
    if (json_is_integer(json))
        return (struct value){.type = VALUE_INT, .integer = json_integer_value(json)};
    if (json_is_real(json))
        return (struct value){.type = VALUE_REAL, .real = json_real_value(json)};
    if (json_is_boolean(json))
        return (struct value){.type = VALUE_BOOL, .boolean = json_is_true(json)};
    return (struct value){.type = VALUE_NULL};
}

static size_t read_touches(const json_t *list, struct touch *touches)
{
    size_t count = json_array_size(list);

    for (size_t i = 0; i < count && i < TOUCHES_MAX; i++) {
        const json_t *touch = json_array_get(list, i);
        touches[i].kind = json_string_value(json_object_get(touch, "kind"));
        touches[i].occurred_at = json_integer_value(json_object_get(touch, "at")) * 1000;
    }
    return count < TOUCHES_MAX ? count : TOUCHES_MAX;
}

static void judge(const struct definition *definition, const json_t *lead, instant now,
                  struct verdict *out)
{
    static struct touch touches[TOUCHES_MAX];
    struct value values[NAMES_MAX];
    const struct value *found[NAMES_MAX];
    const json_t *attributes = json_object_get(lead, "attributes");
    struct touch_log log = {.items = touches,
                            .count = read_touches(json_object_get(lead, "touches"), touches)};
    struct verdict_subject subject = {.touches = &log, .now = now, .known_at = INSTANT_NONE};

    for (size_t i = 0; i < definition->names_count; i++) {
        const json_t *json = json_object_get(attributes, definition->names[i].name);
        found[i] = json == NULL ? NULL : &values[i];
        if (json != NULL)
            values[i] = borrow(json);
    }
    verdict_evaluate_values(definition, found, &subject, out);
}

struct tally {
    long results[3];
    long score;
};

static struct tally judge_all(const struct definition *definition, const json_t *leads, instant now)
{
    struct tally tally = {0};
    struct verdict verdict;

    for (size_t i = 0; i < json_array_size(leads); i++) {
        judge(definition, json_array_get(leads, i), now, &verdict);
        tally.results[verdict.result]++;
        tally.score += verdict.score;
    }
    return tally;
}

static long measure(const struct definition *definition, const json_t *leads, instant now,
                    double seconds)
{
    double start = seconds_now();
    double elapsed = 0;
    long verdicts = 0;

    while (elapsed < seconds) {
        judge_all(definition, leads, now);
        verdicts += (long)json_array_size(leads);
        elapsed = seconds_now() - start;
    }
    return (long)((double)verdicts / elapsed);
}

int main(int argc, char **argv)
{
    json_error_t error;
    struct definition *definition;

    if (argc < 2) {
        fprintf(stderr, "usage: %s input.json [seconds]\n", argv[0]);
        return EXIT_FAILURE;
    }
    json_t *input = json_load_file(argv[1], 0, &error);
    if (input == NULL || definition_compile(json_object_get(input, "document"), NULL, NULL,
                                            &definition) != ERR_NONE) {
        fprintf(stderr, "%s: %s\n", argv[1], input == NULL ? error.text : "no valid definition");
        return EXIT_FAILURE;
    }
    const json_t *leads = json_object_get(input, "leads");
    instant now = json_integer_value(json_object_get(input, "now")) * 1000;
    struct tally tally = judge_all(definition, leads, now);
    printf("qualified=%ld unclear=%ld not_qualified=%ld score=%ld\n",
           tally.results[VERDICT_QUALIFIED], tally.results[VERDICT_UNCLEAR],
           tally.results[VERDICT_NOT_QUALIFIED], tally.score);
    printf("%ld\n", measure(definition, leads, now, argc > 2 ? strtod(argv[2], NULL) : 3));
    definition_free(definition);
    json_decref(input);
    return EXIT_SUCCESS;
}

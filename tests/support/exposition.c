#include "exposition.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024
#define NAME_MAX_BYTES 128
#define FAMILIES_MAX   128

#define NAME   "[a-z][a-z0-9_]*"
#define LABEL  "[a-z_][a-z0-9_]*=\"([^\"\\\\]|\\\\[\\\\\"n])*\""
#define NUMBER "([+-]?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?|[+-]Inf|NaN)"

static char said[LINE_MAX_BYTES + 128];

static const char *fault(const char *what, const char *line)
{
    snprintf(said, sizeof said, "%s: %s", what, line);
    return said;
}

static bool matches(const char *line, const char *pattern)
{
    regex_t regex;

    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        abort();
    bool does = regexec(&regex, line, 0, NULL, 0) == 0;
    regfree(&regex);
    return does;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

struct family {
    char name[NAME_MAX_BYTES];
    char type[16];
};

/* Whether a sample belongs to the family: of a histogram there are three kinds. */
static bool is_of(const struct family *family, const char *sample)
{
    static const char *const parts[] = {"_bucket", "_sum", "_count"};
    size_t len = strlen(family->name);

    if (strcmp(family->type, "histogram") != 0)
        return strcmp(family->name, sample) == 0;
    for (size_t i = 0; i < 3; i++)
        if (strncmp(sample, family->name, len) == 0 && strcmp(sample + len, parts[i]) == 0)
            return true;
    return false;
}

struct state {
    char names[FAMILIES_MAX][NAME_MAX_BYTES];
    size_t count;
    char helped[NAME_MAX_BYTES];
    struct family family; /* the current one; "" before the first */
};

static const char *begin_family(struct state *state, const char *line)
{
    if (sscanf(line, "# TYPE %127s %15s", state->family.name, state->family.type) != 2 ||
        !matches(line, "^# TYPE " NAME " (counter|gauge|histogram)$"))
        return fault("no type", line);
    if (strcmp(state->family.name, state->helped) != 0)
        return fault("its help does not stand right before", line);
    if ((strcmp(state->family.type, "counter") == 0) != ends_with(state->family.name, "_total"))
        return fault("counters, and they alone, end with _total", line);
    for (size_t i = 0; i < state->count; i++)
        if (strcmp(state->names[i], state->family.name) == 0)
            return fault("it stands twice", line);
    if (state->count == FAMILIES_MAX)
        return fault("too many", line);
    snprintf(state->names[state->count++], NAME_MAX_BYTES, "%s", state->family.name);
    return NULL;
}

static const char *check_line(struct state *state, const char *line)
{
    char name[NAME_MAX_BYTES];

    if (strncmp(line, "# HELP ", 7) == 0)
        return matches(line, "^# HELP " NAME " [^ ]") &&
                       sscanf(line, "# HELP %127s", state->helped) == 1
                   ? NULL
                   : fault("no help", line);
    if (line[0] == '#')
        return begin_family(state, line);
    if (!matches(line, "^" NAME "(\\{" LABEL "(," LABEL ")*\\})? " NUMBER "$"))
        return fault("no sample", line);
    snprintf(name, sizeof name, "%.*s", (int)strcspn(line, "{ "), line);
    return is_of(&state->family, name) ? NULL : fault("outside its family", line);
}

const char *exposition_fault(const char *text)
{
    struct state state = {0};
    char line[LINE_MAX_BYTES];

    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        if (at[len] == '\0' || len >= sizeof line)
            return fault("a line that is cut or too long", at[len] == '\0' ? at : "");
        snprintf(line, sizeof line, "%.*s", (int)len, at);
        const char *what = check_line(&state, line);
        if (what != NULL)
            return what;
        at += len + 1;
    }
    return state.count == 0 ? "there is nothing" : NULL;
}

bool exposition_value(const char *text, const char *sample, double *out)
{
    size_t len = strlen(sample);

    for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, sample, len) != 0 || at[len] != ' ')
            continue;
        *out = strtod(at + len, NULL);
        return true;
    }
    return false;
}

/*
 * docs/handoff.md has the table of a handoff's life as it is, and openapi.yaml its actions and
 * states. When the page has not, what it is to be is written beside the test, and the failure says
 * where.
 */
#include "core/handoff/life.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOC        SOURCE_DIR "/docs/handoff.md"
#define DOC_WANTED "handoff.md"

#define FILE_MAX_BYTES (1u << 20)

static const char BEGIN[] =
    "<!-- from lib/core/handoff/life.c, kept equal by tests/unit/test_handoff_page.c -->\n";
static const char END[] = "<!-- until here -->\n";

static void write_states(FILE *out, const struct life_rule *rule)
{
    const char *comma = "";

    for (int state = 0; state < HANDOFF_STATE_COUNT; state++)
        if (rule->states & 1u << state) {
            fprintf(out, "%s%s", comma, handoff_state_name((enum handoff_state)state));
            comma = ", ";
        }
}

static void write_when(FILE *out, const struct life_rule *rule)
{
    static const char *const whens[] = {
#define X(name, holds, text, err, detail) text,
        LIFE_WHEN_TABLE(X)
#undef X
    };
    const char *comma = "";

    for (int when = 0; when < LIFE_WHEN_COUNT; when++)
        if (rule->when & 1u << when) {
            fprintf(out, "%s%s", comma, whens[when]);
            comma = ", and ";
        }
}

static void write_part(FILE *out, const char **comma, const char *what, const char *text)
{
    if (text[0] == '\0')
        return;
    fprintf(out, "%s%s %s", *comma, what, text);
    *comma = "; ";
}

static void write_lead(FILE *out, const struct life_rule *rule)
{
    static const char *const owners[] = {
#define X(name, text) text,
        LIFE_OWNER_TABLE(X)
#undef X
    };
    static const char *const stages[] = {
#define X(name, text) text,
        LIFE_STAGE_TABLE(X)
#undef X
    };
    static const char *const holds[] = {
#define X(name, text) text,
        LIFE_HOLD_TABLE(X)
#undef X
    };
    static const char *const nexts[] = {
#define X(name, text) text,
        LIFE_NEXT_TABLE(X)
#undef X
    };
    const char *comma = "";

    write_part(out, &comma, "owner:", owners[rule->owner]);
    write_part(out, &comma, "stage:", stages[rule->stage]);
    write_part(out, &comma, "held:", holds[rule->hold]);
    write_part(out, &comma, "next:", nexts[rule->next]);
}

static void write_says(FILE *out, const struct life_rule *rule)
{
    static const char *const says[] = {
#define X(name, members) members,
        LIFE_SAYS_TABLE(X)
#undef X
    };
    const char *comma = "";

    for (int i = 0; i < LIFE_SAYS_COUNT; i++)
        if (rule->says & 1u << i) {
            fprintf(out, "%s%s", comma, says[i]);
            comma = ", ";
        }
}

static void write_rule(FILE *out, const struct life_rule *rule)
{
    static const char *const cases[] = {
#define X(name, holds, text) text,
        LIFE_CASE_TABLE(X)
#undef X
    };
    static const char *const whos[] = {
#define X(name, text) text,
        LIFE_WHO_TABLE(X)
#undef X
    };

    fprintf(out, "| %s%s%s | %s | ", handoff_action_name(rule->action),
            rule->only == CASE_ANY ? "" : ": ", cases[rule->only], whos[rule->who]);
    write_states(out, rule);
    fprintf(out, " | ");
    write_when(out, rule);
    fprintf(out, " | %s", rule->to == LIFE_STAYS ? "" : handoff_state_name(rule->to));
    if (rule->dispute != DISPUTE_NONE)
        fprintf(out, "dispute: %s", dispute_name(rule->dispute));
    fprintf(out, " | ");
    write_lead(out, rule);
    fprintf(out, " | `%s`: ", ledger_kind_name((int)rule->entry));
    write_says(out, rule);
    fprintf(out, " | %s", rule->follows == NULL ? "" : rule->follows);
    if (rule->also != 0)
        fprintf(out, "then %s, at once",
                handoff_action_name((enum handoff_action)(rule->also - 1)));
    fprintf(out, " |\n");
}

static void write_table(FILE *out)
{
    static const char *const nexts[] = {
#define X(name, text) text,
        LIFE_NEXT_TABLE(X)
#undef X
    };
    size_t count;
    const struct life_rule *rules = life_rules(&count);

    fprintf(out, "| action | who | in state | only when | it becomes | its lead | ledger | and |\n"
                 "|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++)
        write_rule(out, &rules[i]);
    fprintf(out, "\n| a reason that leads to | stage, but of an opportunity or customer | next |\n"
                 "|---|---|---|\n");
    for (int then = 0; then < THEN_COUNT; then++) {
        const struct life_reason *after = life_after_reason((enum reason_then)then);
        fprintf(out, "| %s | `%s` | %s |\n", reason_then_name((enum reason_then)then),
                stage_name(after->stage),
                after->stage == STAGE_DISQUALIFIED ? "none" : nexts[after->next]);
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, FILE_MAX_BYTES);

    ck_assert_msg(file != NULL, "cannot open %s", path);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, FILE_MAX_BYTES - 1, file), FILE_MAX_BYTES - 1);
    fclose(file);
    return text;
}

/* The page with the table in its place. */
static char *wanted_page(const char *page)
{
    const char *begin = strstr(page, BEGIN), *end = strstr(page, END);
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    ck_assert_ptr_nonnull(out);
    ck_assert_msg(begin != NULL && end != NULL, DOC " has lost the marks around its table");
    begin += strlen(BEGIN);
    fwrite(page, 1, (size_t)(begin - page), out);
    write_table(out);
    fputs(end, out);
    fclose(out);
    return text;
}

START_TEST(the_page_has_the_table)
{
    char *page = read_file(DOC);
    char *wanted = wanted_page(page);
    bool same = strcmp(page, wanted) == 0;
    char path[400] = "";

    if (!same) {
        FILE *out = fopen(DOC_WANTED, "w");
        ck_assert_ptr_nonnull(out);
        fputs(wanted, out);
        fclose(out);
        ck_assert_ptr_nonnull(realpath(DOC_WANTED, path));
    }
    free(page);
    free(wanted);
    ck_assert_msg(same, "docs/handoff.md is not as the table is: cp %s " DOC, path);
}
END_TEST

/* ---- openapi.yaml ---- */

/* The values of a schema that is an enum on one line, as they stand between its brackets. */
static char *values_of(const char *contract, const char *schema)
{
    const char *at = strstr(contract, schema);
    const char *begin = at == NULL ? NULL : strstr(at, "enum: [");

    ck_assert_msg(begin != NULL, "openapi.yaml has no%s enum", schema);
    begin += strlen("enum: [");
    return strndup(begin, strcspn(begin, "]"));
}

static void check_values(const char *contract, const char *schema, const char *const *names)
{
    char wanted[400];
    size_t len = 0;
    char *values = values_of(contract, schema);

    for (size_t i = 0; names[i] != NULL; i++)
        len += (size_t)snprintf(wanted + len, sizeof wanted - len, "%s%s", i == 0 ? "" : ", ",
                                names[i]);
    ck_assert_str_eq(values, wanted);
    free(values);
}

START_TEST(the_contract_has_its_actions_states_and_kinds)
{
    static const char *const actions[] = {
#define X(name, text) text,
        HANDOFF_ACTION_TABLE(X)
#undef X
            NULL,
    };
    static const char *const states[] = {
#define X(name, text, open) text,
        HANDOFF_STATE_TABLE(X)
#undef X
            NULL,
    };
    static const char *const kinds[] = {
#define X(name, text) text,
        HANDOFF_KIND_TABLE(X)
#undef X
            NULL,
    };
    char *contract = read_file(SOURCE_DIR "/openapi.yaml");

    check_values(contract, "\n    HandoffAction:", actions);
    check_values(contract, "\n    HandoffState:", states);
    check_values(contract, "\n    HandoffKind:", kinds);
    free(contract);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *t = suite_case(suite, "handoff_page");

    TESTS(t, the_page_has_the_table, the_contract_has_its_actions_states_and_kinds);
}

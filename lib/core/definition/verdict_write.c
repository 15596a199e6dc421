/* A verdict as JSON, for the API and for the ledger. */
#include "core/definition/verdict.h"

static const char *why_name(enum unknown_why why)
{
    return why == WHY_TYPE ? "type" : "missing";
}

/* Whole counts as integers; decayed ones and rates with a fraction. */
static void write_touches(const struct verdict_criterion *seen, struct json_out *out)
{
    if (seen->node->touches->half_life_days == 0 && seen->node->touches->per_days == 0)
        json_out_int(out, seen->touches / TOUCH_COUNT_ONE);
    else
        json_out_real(out, (double)seen->touches / (double)TOUCH_COUNT_ONE);
}

static void write_seen(const struct verdict_criterion *seen, struct json_out *out)
{
    json_out_key(out, "seen");
    if (seen->node->kind == TEST_TOUCHES)
        write_touches(seen, out);
    else if (seen->seen == NULL)
        json_out_null(out);
    else
        value_write(seen->seen, out);
}

static const char *subject_name(const struct test_node *node)
{
    return node->kind == TEST_TOUCHES ? "touches" : node->name;
}

/* For a criterion with one simple test it is clear what was seen; any other has to name it. */
static bool is_simple(const struct definition *definition, const struct criterion *criterion)
{
    return criterion->has_test && definition->nodes[criterion->test].kind >= TEST_ATTRIBUTE;
}

static void write_criterion(const struct definition *definition, const struct criterion *criterion,
                            const struct verdict_criterion *seen, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "id", criterion->id);
    json_out_member_text(out, "result", criterion_result_name(seen->result));
    write_seen(seen, out);
    if (!is_simple(definition, criterion))
        json_out_member_text(out, "subject", subject_name(seen->node));
    json_out_member_int(out, "points", seen->points);
    if (seen->result == RESULT_UNKNOWN)
        json_out_member_text(out, "why", why_name(seen->why));
    json_out_end_object(out);
}

void verdict_write(const struct definition *definition, const struct verdict *verdict,
                   int64_t version, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(definition->term));
    json_out_member_int(out, "version", version);
    json_out_member_text(out, "result", verdict_result_name(verdict->result));
    json_out_member_int(out, "score", verdict->score);
    json_out_key(out, "scores");
    json_out_begin_object(out);
    for (int i = 0; i < SCORE_KINDS; i++)
        json_out_member_int(out, threshold_name(i), verdict->scores[i]);
    json_out_end_object(out);
    json_out_key(out, "criteria");
    json_out_begin_array(out);
    for (size_t i = 0; i < verdict->criteria_count; i++)
        write_criterion(definition, &definition->criteria[i], &verdict->criteria[i], out);
    json_out_end_array(out);
    json_out_key(out, "ask_for");
    json_out_begin_array(out);
    for (size_t i = 0; i < verdict->ask_for_count; i++)
        json_out_text(out, verdict->ask_for[i]);
    json_out_end_array(out);
    json_out_end_object(out);
}

static void write_ledger_criteria(const struct definition *definition,
                                  const struct verdict *verdict, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < verdict->criteria_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "id", definition->criteria[i].id);
        json_out_member_int(out, "points", verdict->criteria[i].points);
        json_out_member_text(out, "result", criterion_result_name(verdict->criteria[i].result));
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

void verdict_write_ledger(const struct definition *definition, const struct verdict *verdict,
                          int64_t version, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "criteria");
    write_ledger_criteria(definition, verdict, out);
    json_out_member_text(out, "result", verdict_result_name(verdict->result));
    json_out_member_int(out, "score", verdict->score);
    json_out_key(out, "scores");
    json_out_begin_object(out);
    json_out_member_int(out, "engagement", verdict->scores[CRITERION_ENGAGEMENT]);
    json_out_member_int(out, "fit", verdict->scores[CRITERION_FIT]);
    json_out_member_int(out, "readiness", verdict->scores[CRITERION_READINESS]);
    json_out_end_object(out);
    json_out_member_text(out, "term", term_name(definition->term));
    json_out_member_int(out, "version", version);
    json_out_end_object(out);
}

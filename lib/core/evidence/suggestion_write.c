#include "core/evidence/suggestion_write.h"

#include "base/sentence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN    10000.0
#define P_DIGITS 3 /* of a chance, that count */

/* ---- numbers ---- */

static void write_number(const char *key, double number, struct json_out *out)
{
    json_out_key(out, key);
    json_out_real(out, round(number * SHOWN) / SHOWN);
}

/* However small, three digits show it: rounded like the others it would read as impossible. */
static void write_chance(double p, struct json_out *out)
{
    double scale = p > 0 ? pow(10, P_DIGITS - 1 - floor(log10(p))) : SHOWN;

    json_out_key(out, "p");
    json_out_real(out, p > 0 && isfinite(scale) ? round(p * scale) / scale : 0);
}

static void write_rates(const char *key, const struct suggestion_rates *rates, struct json_out *out)
{
    json_out_key(out, key);
    json_out_begin_object(out);
    json_out_member_int(out, "leads", rates->leads);
    proportion_member((struct proportion){rates->accepted, rates->leads}, "accepted", out);
    proportion_member((struct proportion){rates->sql, rates->leads}, "sql", out);
    proportion_member((struct proportion){rates->won, rates->leads}, "won", out);
    json_out_end_object(out);
}

static void write_split(const struct suggestion_split *split, struct json_out *out)
{
    struct interval interval;
    double lift;

    write_rates("met", &split->met, out);
    write_rates("unmet", &split->unmet, out);
    write_rates("unknown", &split->unknown, out);
    json_out_key(out, "lift");
    if (!suggestion_lift(split, &lift, &interval)) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    write_number("rate", lift, out);
    write_number("low", interval.low, out);
    write_number("high", interval.high, out);
    json_out_end_object(out);
}

static void write_criteria(const struct suggestion_answer *answer, struct json_out *out)
{
    const struct definition *definition = answer->version->compiled;

    json_out_key(out, "criteria");
    json_out_begin_array(out);
    for (size_t i = 0; i < definition->criteria_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "id", definition->criteria[i].id);
        json_out_member_text(out, "title", definition->criteria[i].title);
        write_split(&answer->suggestions->criteria[i], out);
        json_out_member_bool(out, "ask_for", answer->suggestions->ask_for[i]);
        json_out_key(out, "overrides");
        json_out_begin_object(out);
        json_out_member_int(out, "to_qualified", answer->overrides[i].to_qualified);
        json_out_member_int(out, "to_not_qualified", answer->overrides[i].to_not_qualified);
        json_out_end_object(out);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

static void write_threshold(const char *key, const struct suggestion_threshold *threshold,
                            struct json_out *out)
{
    json_out_key(out, key);
    if (!threshold->found) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_int(out, "threshold", threshold->threshold);
    proportion_member(threshold->precision, "precision", out);
    proportion_member(threshold->recall, "recall", out);
    write_number("f1", threshold->f1, out);
    json_out_end_object(out);
}

static void write_thresholds(const struct suggestion_answer *answer, struct json_out *out)
{
    const struct definition *definition = answer->version->compiled;

    json_out_key(out, "thresholds");
    json_out_begin_object(out);
    if (definition->has_threshold[THRESHOLD_TOTAL])
        json_out_member_int(out, "current", definition->thresholds[THRESHOLD_TOTAL]);
    else
        json_out_member_null(out, "current");
    write_threshold("best_f1", &answer->suggestions->best_f1, out);
    write_threshold("recall_95", &answer->suggestions->keep, out);
    json_out_end_object(out);
}

/* ---- rejections ---- */

static void write_rejections(const struct suggestion_answer *answer, struct json_out *out)
{
    json_out_key(out, "rejections");
    json_out_begin_array(out);
    for (size_t i = 0; i < answer->rejection_count; i++) {
        const struct rejection_count *count = &answer->rejections[i];
        const struct reason *reason = definition_reason(answer->version->compiled, count->reason);
        json_out_begin_object(out);
        json_out_member_text(out, "class", rejection_class_name(count->klass));
        json_out_member_text(out, "reason", count->reason);
        json_out_member_text(out, "title", reason == NULL ? NULL : reason->title);
        json_out_member_text(out, "criterion", count->criterion);
        json_out_member_int(out, "count", count->count);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* ---- suggestions ---- */

static void write_suggestion(const struct suggestion *suggestion, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "kind", suggestion_kind_name(suggestion->kind));
    json_out_member_text(out, "name", suggestion->name);
    json_out_member_text(out, "words", suggestion->words);
    write_split(&suggestion->split, out);
    write_chance(suggestion->adjusted < 1 ? suggestion->adjusted : 1, out);
    write_rates("now_qualified", &suggestion->gained, out);
    write_rates("no_longer_qualified", &suggestion->lost, out);
    json_out_key(out, "document");
    json_out_raw(out, suggestion->document, strlen(suggestion->document));
    json_out_end_object(out);
}

static void write_minimum(struct json_out *out)
{
    json_out_key(out, "minimum");
    json_out_begin_object(out);
    json_out_member_int(out, "leads", SUGGESTION_LEADS_MIN);
    json_out_member_int(out, "each", SUGGESTION_EACH_MIN);
    json_out_end_object(out);
}

/* Of the answered leads, those that the tests are made on, and why the others are not. */
static void write_counted(const struct suggestions *suggestions, struct json_out *out)
{
    write_rates("counted", &suggestions->all, out);
    json_out_member_int(out, "open", suggestions->open);
    json_out_member_int(out, "immature", suggestions->immature);
    if (suggestions->mature_days < 0)
        json_out_member_null(out, "mature_days");
    else
        json_out_member_int(out, "mature_days", suggestions->mature_days);
}

static void write_left_out(const struct suggestions *suggestions, struct json_out *out)
{
    json_out_key(out, "left_out");
    json_out_begin_array(out);
    for (size_t i = 0; i < suggestions->left_out_count; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "attribute", suggestions->left_out[i].name);
        json_out_member_text(out, "why",
                             suggestions->left_out[i].asked ? "excluded" : "told_by_sales");
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

enum err suggestion_write(const struct suggestion_answer *answer, struct json_out *out)
{
    const struct suggestions *suggestions = answer->suggestions;

    json_out_begin_object(out);
    json_out_member_text(out, "term", agreement_kind_name(answer->version->kind));
    json_out_member_int(out, "version", answer->version->version);
    json_out_member_text(out, "target", history_target_name(answer->target));
    write_rates("answered", &suggestions->answered, out);
    write_counted(suggestions, out);
    json_out_member_bool(out, "capped", answer->capped);
    write_minimum(out);
    json_out_member_int(out, "tests", (int64_t)suggestions->tests);
    write_criteria(answer, out);
    write_rejections(answer, out);
    write_thresholds(answer, out);
    write_left_out(suggestions, out);
    json_out_key(out, "suggestions");
    json_out_begin_array(out);
    for (size_t i = 0; i < suggestions->count; i++)
        write_suggestion(&suggestions->items[i], out);
    json_out_end_array(out);
    sentence_write(out, "why_none", suggestions->why_none);
    json_out_end_object(out);
    return arena_failed(out->written.arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

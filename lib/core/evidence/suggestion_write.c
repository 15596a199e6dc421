#include "core/evidence/suggestion_write.h"

#include "core/definition/definition_sentence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A suggested criterion is worth this part of the total that is needed. */
#define WORTH_DIVISOR 4
#define ID_MAX        48   /* bytes of a suggested criterion's id */
#define WORDS_MAX     4096 /* bytes of a sentence */
#define SHOWN         10000.0
#define P_DIGITS      3 /* of a chance, that count */

/* ---- drafts ---- */

/* "Lead Origin" becomes "found-lead-origin", and another one when that is taken. */
static void make_id(const struct definition *definition, const char *name, char out[ID_MAX])
{
    size_t len = (size_t)snprintf(out, ID_MAX, "found-");

    for (const char *at = name; *at != '\0' && len < ID_MAX - 8; at++) {
        char c = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (fits || out[len - 1] != '-')
            out[len++] = fits ? c : '-';
    }
    while (out[len - 1] == '-')
        len--;
    out[len] = '\0';
    for (int number = 2; definition_criterion(definition, out) >= 0 && number < 1000; number++)
        snprintf(out + len, ID_MAX - len, "-%d", number);
}

static json_t *value_json(const struct value *value)
{
    switch (value->type) {
    case VALUE_BOOL:
        return json_boolean(value->boolean);
    case VALUE_INT:
        return json_integer(value->integer);
    case VALUE_REAL:
        return json_real(value->real);
    default:
        return json_stringn(value->text, value->len);
    }
}

static bool does_better(const struct suggestion_split *split)
{
    return split->with.hits * split->without.leads > split->without.hits * split->with.leads;
}

/* With a total, points for or against; else the criterion, or its opposite, is required. */
static json_t *new_criterion(const struct definition *definition,
                             const struct suggestion *suggestion)
{
    char id[ID_MAX];
    bool more = does_better(&suggestion->split);
    bool scored = definition->has_threshold[THRESHOLD_TOTAL];
    json_t *test =
        json_pack("{s:s, s:s, s:o}", "attribute", suggestion->name, "op",
                  suggestion->at_least ? "gte" : "eq", "value", value_json(&suggestion->value));

    make_id(definition, suggestion->name, id);
    if (!scored && !more)
        test = json_pack("{s:o}", "not", test);
    json_t *criterion = json_pack("{s:s, s:s, s:s, s:o}", "id", id, "title",
                                  "Stands out among the answers", "kind", "fit", "test", test);
    if (!scored) {
        json_object_set_new(criterion, "required", json_true());
        return criterion;
    }
    int32_t worth = definition->thresholds[THRESHOLD_TOTAL] / WORTH_DIVISOR;
    worth = worth < 1 ? 1 : worth;
    json_object_set_new(criterion, "points", json_integer(more ? worth : -worth));
    return criterion;
}

static void drop_criterion(json_t *document, const char *id)
{
    json_t *criteria = json_object_get(document, "criteria");
    json_t *reasons = json_object_get(document, "reasons");

    for (size_t i = json_array_size(criteria); i-- > 0;) {
        const json_t *item = json_array_get(criteria, i);
        if (strcmp(json_string_value(json_object_get(item, "id")), id) == 0)
            json_array_remove(criteria, i);
    }
    for (size_t i = json_array_size(reasons); i-- > 0;) {
        const char *about =
            json_string_value(json_object_get(json_array_get(reasons, i), "criterion"));
        if (about != NULL && strcmp(about, id) == 0)
            json_array_remove(reasons, i);
    }
}

json_t *suggestion_draft(const struct definition_version *version,
                         const struct suggestion *suggestion)
{
    json_t *document = json_loads(version->document, 0, NULL);

    if (document == NULL)
        return NULL;
    switch (suggestion->kind) {
    case SUGGEST_ATTRIBUTE:
        json_array_append_new(json_object_get(document, "criteria"),
                              new_criterion(version->compiled, suggestion));
        break;
    case SUGGEST_DROP:
        drop_criterion(document, suggestion->name);
        break;
    case SUGGEST_THRESHOLD:
        json_object_set_new(json_object_get(document, "thresholds"), "total",
                            json_integer(suggestion->threshold));
        break;
    }
    return document;
}

/* ---- words ---- */

static void write_words(const struct suggestion *suggestion, const struct definition *draft,
                        struct json_out *out)
{
    struct text_out sentence;
    char words[WORDS_MAX];

    text_out_init(&sentence, WORDS_MAX);
    switch (suggestion->kind) {
    case SUGGEST_ATTRIBUTE:
        definition_sentence(draft, draft->criteria[draft->criteria_count - 1].test, &sentence);
        snprintf(words, sizeof words, "Add a criterion: %s",
                 sentence.text == NULL ? "" : sentence.text);
        break;
    case SUGGEST_DROP:
        snprintf(words, sizeof words, "Leave out the criterion %s: leads that meet it do worse",
                 suggestion->name);
        break;
    case SUGGEST_THRESHOLD:
        snprintf(words, sizeof words, "Ask for %d points in all", (int)suggestion->threshold);
        break;
    }
    json_out_member_text(out, "words", words);
    text_out_release(&sentence);
}

/* ---- numbers ---- */

static void write_number(const char *key, double number, struct json_out *out)
{
    json_out_key(out, key);
    json_out_real(out, round(number * SHOWN) / SHOWN);
}

/* However small, three digits tell it: rounded like the others it would read as impossible. */
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

    write_rates("with", &split->with, out);
    write_rates("without", &split->without, out);
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

static enum err write_suggestion(const struct suggestion_answer *answer,
                                 const struct suggestion *suggestion, struct json_out *out)
{
    json_t *document = suggestion_draft(answer->version, suggestion);
    struct definition *draft = NULL;
    enum err err =
        document == NULL ? ERR_OUT_OF_MEMORY : definition_compile(document, NULL, NULL, &draft);
    char *text = err == ERR_NONE
                     ? json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(DECIMAL_DIGITS))
                     : NULL;

    if (err == ERR_INVALID_DEFINITION)
        err = ERR_NONE; /* such as a threshold that the rest cannot reach: not worth showing */
    else if (err == ERR_NONE && text == NULL)
        err = ERR_OUT_OF_MEMORY;
    if (text != NULL) {
        json_out_begin_object(out);
        json_out_member_text(out, "kind", suggestion_kind_name(suggestion->kind));
        json_out_member_text(out, "name", suggestion->name);
        write_words(suggestion, draft, out);
        write_split(&suggestion->split, out);
        write_chance(suggestion->adjusted < 1 ? suggestion->adjusted : 1, out);
        json_out_key(out, "document");
        json_out_raw(out, text, strlen(text));
        json_out_end_object(out);
    }
    free(text);
    definition_free(draft);
    json_decref(document);
    return err;
}

static void write_minimum(struct json_out *out)
{
    json_out_key(out, "minimum");
    json_out_begin_object(out);
    json_out_member_int(out, "leads", SUGGESTION_LEADS_MIN);
    json_out_member_int(out, "each", SUGGESTION_EACH_MIN);
    json_out_end_object(out);
}

enum err suggestion_write(const struct suggestion_answer *answer, struct json_out *out)
{
    const struct suggestions *suggestions = answer->suggestions;
    enum err err = ERR_NONE;

    json_out_begin_object(out);
    json_out_member_text(out, "term", term_name(answer->version->term));
    json_out_member_int(out, "version", answer->version->version);
    json_out_member_text(out, "target", history_target_name(answer->target));
    write_rates("answered", &suggestions->all, out);
    json_out_member_bool(out, "capped", answer->capped);
    write_minimum(out);
    json_out_member_int(out, "tests", (int64_t)suggestions->tests);
    write_criteria(answer, out);
    write_rejections(answer, out);
    write_thresholds(answer, out);
    json_out_key(out, "suggestions");
    json_out_begin_array(out);
    for (size_t i = 0; err == ERR_NONE && i < suggestions->count; i++)
        err = write_suggestion(answer, &suggestions->items[i], out);
    json_out_end_array(out);
    json_out_member_text(out, "why_none", suggestions->why_none);
    json_out_end_object(out);
    return err == ERR_NONE && json_out_failed(out) ? ERR_OUT_OF_MEMORY : err;
}

#include "core/evidence/suggestion_draft.h"

#include "core/definition/definition_sentence.h"
#include "core/definition/verdict_compare.h"

#include <stdio.h>
#include <string.h>

#define ID_MAX    48           /* bytes of a suggested criterion's id */
#define WORDS_MAX 4096         /* bytes of a sentence */
#define IS_NEW    CRITERIA_MAX /* in place of a criterion of the definition: the suggested one */

const char *suggestion_kind_name(enum suggestion_kind kind)
{
    static const char *const names[] = {
        [SUGGEST_ATTRIBUTE] = "attribute",
        [SUGGEST_DROP] = "drop",
        [SUGGEST_THRESHOLD] = "threshold",
    };

    return names[kind];
}

/* ---- the document ---- */

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

static json_t *new_criterion(const struct definition *definition,
                             const struct suggestion *suggestion)
{
    char id[ID_MAX];
    json_t *test =
        json_pack("{s:s, s:s, s:o}", "attribute", suggestion->name, "op",
                  suggestion->at_least ? "gte" : "eq", "value", value_json(&suggestion->value));

    make_id(definition, suggestion->name, id);
    json_t *criterion =
        json_pack("{s:s, s:s, s:s, s:o}", "id", id, "title", "Stands out among the answers", "kind",
                  suggestion->form == FORM_DISQUALIFIER ? "disqualifier" : "fit", "test", test);
    if (suggestion->form == FORM_REQUIRED)
        json_object_set_new(criterion, "required", json_true());
    if (suggestion->form == FORM_POINTS)
        json_object_set_new(criterion, "points", json_integer(suggestion->points));
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

json_t *suggestion_draft(const json_t *document, const struct definition *definition,
                         const struct suggestion *suggestion)
{
    json_t *draft = json_deep_copy(document);

    if (draft == NULL)
        return NULL;
    switch (suggestion->kind) {
    case SUGGEST_ATTRIBUTE:
        json_array_append_new(json_object_get(draft, "criteria"),
                              new_criterion(definition, suggestion));
        break;
    case SUGGEST_DROP:
        drop_criterion(draft, suggestion->name);
        break;
    case SUGGEST_THRESHOLD:
        json_object_set_new(json_object_get(draft, "thresholds"), "total",
                            json_integer(suggestion->threshold));
        break;
    }
    return draft;
}

/* ---- words ---- */

static const char *attribute_words(const struct suggestion *suggestion, const char *sentence,
                                   struct arena *arena)
{
    int32_t points = suggestion->points;

    switch (suggestion->form) {
    case FORM_REQUIRED:
        return arena_printf(arena, "Require this: %s", sentence);
    case FORM_DISQUALIFIER:
        return arena_printf(arena, "Disqualify by this: %s", sentence);
    default:
        return points < 0
                   ? arena_printf(arena, "Take %d points off for this: %s", -points, sentence)
                   : arena_printf(arena, "Give %d points for this: %s", points, sentence);
    }
}

const char *suggestion_words(const struct suggestion *suggestion, const struct definition *draft,
                             struct arena *arena)
{
    struct text_out sentence;

    switch (suggestion->kind) {
    case SUGGEST_DROP:
        return arena_printf(arena, "Leave out the criterion %s: leads that meet it do worse",
                            suggestion->name);
    case SUGGEST_THRESHOLD:
        return arena_printf(arena, "Ask for %d points in all", (int)suggestion->threshold);
    default:
        text_out_init(&sentence, arena, WORDS_MAX);
        definition_sentence(draft, draft->criteria[draft->criteria_count - 1].test, &sentence);
        return attribute_words(suggestion, sentence.text == NULL ? "" : sentence.text, arena);
    }
}

/* ---- what it would change ---- */

/* What the new criterion, the draft's last, would have seen, lead by lead: unknown but for those of
 * whom the attribute is known. NULL when memory is short. */
static const uint8_t *new_results(const struct suggestion_set *set, const struct definition *draft,
                                  const struct suggestion *suggestion)
{
    const struct suggestion_name *name =
        map_get(&set->by_name, suggestion->name, strlen(suggestion->name));
    const struct test_node *test = &draft->nodes[draft->criteria[draft->criteria_count - 1].test];
    uint8_t *results = arena_alloc(set->arena, set->count + 1);

    if (results == NULL || name == NULL)
        return NULL;
    memset(results, RESULT_UNKNOWN, set->count);
    for (size_t i = 0; i < name->count; i++)
        results[name->items[i].lead] =
            (uint8_t)verdict_compare(test, name->items[i].value, set->now);
    return results;
}

/* Where each criterion of the draft stands in the definition. */
static void find_places(const struct definition *definition, const struct definition *draft,
                        size_t places[CRITERIA_MAX])
{
    for (size_t i = 0; i < draft->criteria_count; i++) {
        int at = definition_criterion(definition, draft->criteria[i].id);
        places[i] = at < 0 ? IS_NEW : (size_t)at;
    }
}

void suggestion_try(const struct suggestion_set *set, const struct definition *draft,
                    struct suggestion *suggestion)
{
    const uint8_t *results =
        suggestion->kind == SUGGEST_ATTRIBUTE ? new_results(set, draft, suggestion) : NULL;
    size_t places[CRITERIA_MAX];
    struct verdict verdict;

    suggestion->gained = suggestion->lost = (struct suggestion_rates){0};
    find_places(set->definition, draft, places);
    if (suggestion->kind == SUGGEST_ATTRIBUTE && results == NULL)
        return; /* memory is short, which the arena remembers */
    for (size_t i = 0; i < set->count; i++) {
        const struct suggestion_lead *lead = &set->leads[i];
        if (!lead->counts)
            continue;
        for (size_t k = 0; k < draft->criteria_count; k++) {
            struct verdict_criterion *seen = &verdict.criteria[k];
            bool is_new = places[k] == IS_NEW;
            seen->result = (enum criterion_result)(is_new ? results[i] : lead->results[places[k]]);
            seen->points = !is_new                      ? lead->points[places[k]]
                           : seen->result == RESULT_MET ? draft->criteria[k].points
                                                        : 0;
        }
        verdict_conclude(draft, &verdict);
        bool qualified = verdict.result == VERDICT_QUALIFIED;
        if (qualified && !lead->qualified)
            suggestion_rates_add(&suggestion->gained, lead);
        if (!qualified && lead->qualified)
            suggestion_rates_add(&suggestion->lost, lead);
    }
}

bool suggestion_is_for_the_better(const struct suggestion_set *set,
                                  const struct suggestion *suggestion)
{
    struct suggestion_rates in = {0}, out = {0};

    for (size_t i = 0; i < set->count; i++)
        if (set->leads[i].counts)
            suggestion_rates_add(set->leads[i].qualified ? &in : &out, &set->leads[i]);
    return suggestion->gained.leads + suggestion->lost.leads > 0 &&
           !suggestion_rates_beat(&out, &suggestion->gained) &&
           !suggestion_rates_beat(&suggestion->lost, &in);
}

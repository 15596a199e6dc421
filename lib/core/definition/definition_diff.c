#include "core/definition/definition_diff.h"

#include "core/definition/definition_sentence.h"

#include <string.h>

#define FIRST_ROOM 16

struct comparison {
    const struct definition *before;
    const struct definition *after;
    struct arena *arena;
    struct definition_diff *out;
    bool failed;
};

/* The diff lives longer than the definitions that it compares. */
static const char *copy_of(struct comparison *comparison, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *copy = arena_strdup(comparison->arena, text);
    if (copy == NULL)
        comparison->failed = true;
    return copy;
}

static void add(struct comparison *comparison, const struct definition_change *change)
{
    struct definition_diff *out = comparison->out;

    if (change->words == NULL)
        comparison->failed = true;
    if (out->count == out->room) {
        size_t room = out->room == 0 ? FIRST_ROOM : 2 * out->room;
        struct definition_change *items =
            ARENA_ARRAY(comparison->arena, struct definition_change, room);
        if (items == NULL) {
            comparison->failed = true;
            return;
        }
        if (out->count > 0)
            memcpy(items, out->items, out->count * sizeof *items);
        out->items = items;
        out->room = room;
    }
    struct definition_change *kept = &out->items[out->count++];
    *kept = *change;
    kept->id = copy_of(comparison, change->id);
    kept->old = copy_of(comparison, change->old);
    kept->new = copy_of(comparison, change->new);
}

static const char *text_of(struct comparison *comparison, const struct text_out *text)
{
    if (arena_failed(comparison->arena))
        comparison->failed = true;
    return text->len == 0 ? "" : text->text;
}

static const char *sentence(struct comparison *comparison, const struct definition *definition,
                            const struct criterion *criterion)
{
    struct text_out text;

    text_out_init(&text, comparison->arena, SENTENCE_MAX_BYTES);
    if (criterion->has_test)
        definition_sentence(definition, criterion->test, &text);
    else
        text_out_put(&text, "any of its tiers");
    return text_of(comparison, &text);
}

static const char *worth(struct comparison *comparison, const struct definition *definition,
                         const struct criterion *criterion)
{
    struct text_out text;

    text_out_init(&text, comparison->arena, SENTENCE_MAX_BYTES);
    definition_worth(definition, criterion, &text);
    return text_of(comparison, &text);
}

/* ---- criteria ---- */

static const char *criterion_in_words(struct comparison *comparison,
                                      const struct definition *definition,
                                      const struct criterion *criterion)
{
    return arena_printf(comparison->arena, "%s (%s): %s; %s", criterion->title,
                        criterion_kind_name(criterion->kind),
                        sentence(comparison, definition, criterion),
                        worth(comparison, definition, criterion));
}

/* ---- lists ---- */

/* The list that the criterion's one test compares with; NULL when it is none. */
static const struct test_node *list_test(const struct definition *definition,
                                         const struct criterion *criterion)
{
    const struct test_node *node = &definition->nodes[criterion->test];

    return criterion->has_test && (node->kind == TEST_ATTRIBUTE || node->kind == TEST_FACT) &&
                   node->value.type == VALUE_LIST
               ? node
               : NULL;
}

static bool differ_by_list_alone(const struct test_node *a, const struct test_node *b)
{
    return a != NULL && b != NULL && a->kind == b->kind && a->op == b->op &&
           a->missing_unmet == b->missing_unmet && strcmp(a->name, b->name) == 0;
}

static bool has_value(const struct value *list, const struct value *value)
{
    for (uint32_t i = 0; i < list->len; i++)
        if (value_order(&list->items[i], value) == 0)
            return true;
    return false;
}

/* Those of the one list that the other does not have: "a", "b". */
static void put_new(struct text_out *out, const char *words, const struct value *list,
                    const struct value *other)
{
    bool first = true;

    for (uint32_t i = 0; i < list->len; i++) {
        if (has_value(other, &list->items[i]))
            continue;
        text_out_put(out, first ? words : ", ");
        sentence_put_value(out, &list->items[i]);
        first = false;
    }
}

/* What came and what went; NULL when the order alone is new, or it is no list. */
static const char *list_words(struct comparison *comparison, const struct criterion *before,
                              const struct criterion *after)
{
    const struct test_node *old = list_test(comparison->before, before);
    const struct test_node *new = list_test(comparison->after, after);
    struct text_out came, went;

    if (!differ_by_list_alone(old, new))
        return NULL;
    text_out_init(&came, comparison->arena, SENTENCE_MAX_BYTES);
    text_out_init(&went, comparison->arena, SENTENCE_MAX_BYTES);
    put_new(&came, " has now also ", &new->value, &old->value);
    put_new(&went, " has no longer ", &old->value, &new->value);
    if (came.len == 0 && went.len == 0)
        return NULL;
    return arena_printf(comparison->arena, "Criterion \"%s\": its list%s%s%s.", after->title,
                        came.len > 0 ? came.text : "", came.len > 0 && went.len > 0 ? ", and" : "",
                        went.len > 0 ? went.text : "");
}

/* ---- members ---- */

/* words: NULL: its value before and after. */
static void compare_criterion_member(struct comparison *comparison,
                                     const struct criterion *criterion, const char *member,
                                     const char *before, const char *after, const char *words)
{
    if (strcmp(before, after) == 0)
        return;
    add(comparison,
        &(struct definition_change){
            .what = "criterion",
            .id = criterion->id,
            .change = "changed",
            .member = member,
            .old = before,
            .new = after,
            .words = words != NULL ? words
                                   : arena_printf(comparison->arena,
                                                  "Criterion \"%s\": its %s was \"%s\" and is "
                                                  "now \"%s\".",
                                                  criterion->title, member, before, after),
        });
}

static void compare_criterion(struct comparison *comparison, const struct criterion *before,
                              const struct criterion *after)
{
    compare_criterion_member(comparison, after, "title", before->title, after->title, NULL);
    compare_criterion_member(comparison, after, "kind", criterion_kind_name(before->kind),
                             criterion_kind_name(after->kind), NULL);
    compare_criterion_member(
        comparison, after, "test", sentence(comparison, comparison->before, before),
        sentence(comparison, comparison->after, after), list_words(comparison, before, after));
    compare_criterion_member(comparison, after, "worth",
                             worth(comparison, comparison->before, before),
                             worth(comparison, comparison->after, after), NULL);
}

static void add_whole_criterion(struct comparison *comparison, const struct definition *definition,
                                const struct criterion *criterion, bool added)
{
    const char *words = criterion_in_words(comparison, definition, criterion);

    add(comparison, &(struct definition_change){
                        .what = "criterion",
                        .id = criterion->id,
                        .change = added ? "added" : "removed",
                        .old = added ? NULL : words,
                        .new = added ? words : NULL,
                        .words = arena_printf(comparison->arena, "Criterion \"%s\" is %s: %s; %s.",
                                              criterion->title, added ? "new" : "removed",
                                              sentence(comparison, definition, criterion),
                                              worth(comparison, definition, criterion)),
                    });
}

static void compare_criteria(struct comparison *comparison)
{
    const struct definition *before = comparison->before;
    const struct definition *after = comparison->after;

    for (size_t i = 0; i < after->criteria_count; i++) {
        int old = definition_criterion(before, after->criteria[i].id);
        if (old < 0)
            add_whole_criterion(comparison, after, &after->criteria[i], true);
        else
            compare_criterion(comparison, &before->criteria[old], &after->criteria[i]);
    }
    for (size_t i = 0; i < before->criteria_count; i++)
        if (definition_criterion(after, before->criteria[i].id) < 0)
            add_whole_criterion(comparison, before, &before->criteria[i], false);
}

/* ---- described in one phrase: thresholds, reasons, exceptions, clocks ---- */

/* NULL on a side: it is not in that definition. */
static void compare_phrase(struct comparison *comparison, const char *what, const char *id,
                           const char *label, const char *before, const char *after)
{
    struct definition_change change = {.what = what, .id = id, .old = before, .new = after};

    if (before == NULL && after == NULL)
        return;
    if (before != NULL && after != NULL && strcmp(before, after) == 0)
        return;
    if (before == NULL) {
        change.change = "added";
        change.words = arena_printf(comparison->arena, "%s is new: %s.", label, after);
    } else if (after == NULL) {
        change.change = "removed";
        change.words =
            arena_printf(comparison->arena, "%s is removed (it was: %s).", label, before);
    } else {
        change.change = "changed";
        change.words = arena_printf(comparison->arena, "%s was \"%s\" and is now \"%s\".", label,
                                    before, after);
    }
    add(comparison, &change);
}

static const char *threshold_phrase(struct comparison *comparison,
                                    const struct definition *definition, int threshold)
{
    if (!definition->has_threshold[threshold])
        return NULL;
    return arena_printf(comparison->arena, "at least %d", (int)definition->thresholds[threshold]);
}

static void compare_thresholds(struct comparison *comparison)
{
    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        const char *label =
            arena_printf(comparison->arena, "The threshold of the %s score", threshold_name(i));
        compare_phrase(comparison, "threshold", threshold_name(i), label,
                       threshold_phrase(comparison, comparison->before, i),
                       threshold_phrase(comparison, comparison->after, i));
    }
}

static const char *reason_phrase(struct comparison *comparison, const struct definition *definition,
                                 const struct reason *reason)
{
    if (reason == NULL)
        return NULL;
    const char *criterion =
        reason->criterion >= 0 ? definition->criteria[reason->criterion].id : NULL;
    return arena_printf(comparison->arena, "%s, about %s%s%s, then %s%s%s", reason->title,
                        reason_about_name(reason->about), criterion == NULL ? "" : " ",
                        criterion == NULL ? "" : criterion, reason_then_name(reason->then),
                        reason->team == NULL ? "" : " to ",
                        reason->team == NULL ? "" : reason->team);
}

static void compare_reason(struct comparison *comparison, const char *code)
{
    const char *label = arena_printf(comparison->arena, "Reason %s", code);

    compare_phrase(
        comparison, "reason", code, label,
        reason_phrase(comparison, comparison->before, definition_reason(comparison->before, code)),
        reason_phrase(comparison, comparison->after, definition_reason(comparison->after, code)));
}

static void compare_reasons(struct comparison *comparison)
{
    const struct definition *before = comparison->before;
    const struct definition *after = comparison->after;

    for (size_t i = 0; i < after->reasons_count; i++)
        compare_reason(comparison, after->reasons[i].code);
    for (size_t i = 0; i < before->reasons_count; i++)
        if (definition_reason(after, before->reasons[i].code) == NULL)
            compare_reason(comparison, before->reasons[i].code);
}

static const char *exception_phrase(struct comparison *comparison,
                                    const struct exception *exception)
{
    if (!exception->allowed)
        return NULL;
    return arena_printf(comparison->arena, "at most %d a month", (int)exception->limit_per_month);
}

static void compare_exceptions(struct comparison *comparison)
{
    for (int i = 0; i < EXCEPTION_KIND_COUNT; i++) {
        const char *name = exception_kind_name((enum exception_kind)i);
        compare_phrase(comparison, "exception", name,
                       arena_printf(comparison->arena, "The exception %s", name),
                       exception_phrase(comparison, &comparison->before->exceptions[i]),
                       exception_phrase(comparison, &comparison->after->exceptions[i]));
    }
}

static const char *minutes_phrase(struct comparison *comparison, int32_t minutes)
{
    struct text_out text;

    text_out_init(&text, comparison->arena, SENTENCE_MAX_BYTES);
    sentence_put_minutes(&text, minutes);
    return text_of(comparison, &text);
}

static void compare_clock(struct comparison *comparison, const char *id, const char *label,
                          const char *unit, int32_t before, int32_t after)
{
    compare_phrase(comparison, "clock", id, label,
                   arena_printf(comparison->arena, "%d %s", (int)before, unit),
                   arena_printf(comparison->arena, "%d %s", (int)after, unit));
}

static void compare_clocks(struct comparison *comparison)
{
    const struct definition *before = comparison->before;
    const struct definition *after = comparison->after;

    compare_phrase(comparison, "clock", "respond_within", "The time to answer",
                   minutes_phrase(comparison, before->respond_minutes),
                   minutes_phrase(comparison, after->respond_minutes));
    compare_clock(comparison, "decide_within_days", "The time to decide after accepting", "days",
                  before->decide_days, after->decide_days);
    compare_clock(comparison, "nurture_days", "The time in nurture", "days", before->nurture_days,
                  after->nurture_days);
}

static void compare_head(struct comparison *comparison)
{
    const struct definition *before = comparison->before;
    const struct definition *after = comparison->after;
    const char *left = before->statement[0] == '\0' ? NULL : before->statement;
    const char *right = after->statement[0] == '\0' ? NULL : after->statement;

    compare_phrase(comparison, "definition", "title", "The title", before->title, after->title);
    compare_phrase(comparison, "definition", "statement", "The statement", left, right);
}

enum err definition_diff(const struct definition *before, const struct definition *after,
                         struct arena *arena, struct definition_diff *out)
{
    struct comparison comparison = {before, after, arena, out, false};

    *out = (struct definition_diff){0};
    compare_head(&comparison);
    compare_criteria(&comparison);
    compare_thresholds(&comparison);
    compare_reasons(&comparison);
    compare_exceptions(&comparison);
    compare_clocks(&comparison);
    return comparison.failed || arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

void definition_diff_write(const struct definition_diff *diff, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < diff->count; i++) {
        const struct definition_change *change = &diff->items[i];
        json_out_begin_object(out);
        json_out_member_text(out, "what", change->what);
        json_out_member_text(out, "id", change->id);
        json_out_member_text(out, "member", change->member);
        json_out_member_text(out, "change", change->change);
        json_out_member_text(out, "old", change->old);
        json_out_member_text(out, "new", change->new);
        json_out_member_text(out, "words", change->words);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

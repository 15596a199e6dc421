#include "core/definition/definition_page.h"

#include "core/definition/definition_sentence.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES 512 /* a generated line: numbers and fixed words */

static void put_upper(const char *name, char *out, size_t size)
{
    size_t i = 0;

    for (; name[i] != '\0' && i + 1 < size; i++)
        out[i] = (char)toupper((unsigned char)name[i]);
    out[i] = '\0';
}

/* ---- head ---- */

static void write_head(struct page *page, const struct definition *definition,
                       const struct definition_page *facts)
{
    char heading[TITLE_MAX_BYTES + 64];
    char term[CODE_MAX_BYTES];

    put_upper(term_name(definition->term), term, sizeof term);
    snprintf(heading, sizeof heading, "%s (%s, version %lld)", definition->title, term,
             (long long)facts->version);
    page_heading(page, 1, heading);
    if (definition->statement[0] != '\0') {
        page_begin_block(page, BLOCK_QUOTE);
        page_text(page, definition->statement);
        page_end_block(page);
    }
    page_write_state(page, facts);
}

/* ---- the rule ---- */

static bool any_of_kind(const struct definition *definition, bool disqualifiers)
{
    for (size_t i = 0; i < definition->criteria_count; i++) {
        const struct criterion *criterion = &definition->criteria[i];
        if (disqualifiers ? criterion->kind == CRITERION_DISQUALIFIER : criterion->required)
            return true;
    }
    return false;
}

static void write_thresholds(struct page *page, const struct definition *definition)
{
    char line[LINE_BYTES];

    for (int i = 0; i < THRESHOLD_COUNT; i++) {
        if (!definition->has_threshold[i])
            continue;
        snprintf(line, sizeof line, "the %s score is at least %d, of %d at most", threshold_name(i),
                 (int)definition->thresholds[i], (int)definition_most_score(definition, i));
        page_plain_item(page, line);
    }
}

static void write_rule(struct page *page, const struct definition *definition)
{
    page_heading(page, 2, "A lead qualifies when");
    page_begin_list(page);
    if (any_of_kind(definition, true))
        page_plain_item(page, "no disqualifier is met");
    if (any_of_kind(definition, false))
        page_plain_item(page, "every required criterion is met");
    write_thresholds(page, definition);
    page_end_list(page);
    page_paragraph(page,
                   "What nobody has said is unknown, not wrong. A verdict is unclear when only "
                   "unknown required criteria stand between the lead and qualified; an unknown "
                   "disqualifier does not block, and unknown points count 0.");
}

/* ---- criteria ---- */

static void put_marked(struct page *page, const struct text_out *marked)
{
    page_text(page, marked->len == 0 ? "" : marked->text);
}

static void write_test(struct page *page, const struct definition *definition,
                       const struct criterion *criterion)
{
    struct text_out sentence;

    page_begin_block(page, BLOCK_CELL);
    if (!criterion->has_test) {
        page_text(page, "any of its tiers");
    } else {
        text_out_init(&sentence, page->out->arena, SENTENCE_MAX_BYTES);
        definition_sentence_marked(definition, criterion->test, &sentence);
        put_marked(page, &sentence);
    }
    page_end_block(page);
}

static void write_worth(struct page *page, const struct definition *definition,
                        const struct criterion *criterion)
{
    struct text_out worth;

    page_begin_block(page, BLOCK_CELL);
    text_out_init(&worth, page->out->arena, SENTENCE_MAX_BYTES);
    definition_worth_marked(definition, criterion, &worth);
    put_marked(page, &worth);
    page_end_block(page);
}

static void write_criterion(struct page *page, const struct definition *definition,
                            const struct criterion *criterion)
{
    page_begin_row(page);
    page_begin_block(page, BLOCK_CELL);
    page_strong(page, criterion->title);
    page_text(page, " ");
    page_code(page, criterion->id);
    page_end_block(page);
    page_cell(page, criterion_kind_name(criterion->kind));
    write_test(page, definition, criterion);
    write_worth(page, definition, criterion);
    page_end_row(page);
}

/* What it takes to read the tests, as far as these have to do with it. */
struct reading {
    bool equal;  /* texts are equal, or are not */
    bool within; /* a text is within another, or begins it */
    bool dates;  /* a date without a time */
    bool days;   /* the last n days */
};

static bool is_or_lists_text(const struct value *value)
{
    if (value->type == VALUE_TEXT)
        return true;
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->len; i++)
        if (value->items[i].type == VALUE_TEXT)
            return true;
    return false;
}

static void note_test(const struct test_node *node, struct reading *out)
{
    if (node->kind == TEST_TOUCHES) {
        out->days = out->days || node->touches->within_days > 0;
    } else if (node->kind == TEST_ATTRIBUTE || node->kind == TEST_FACT) {
        bool equal =
            node->op == OP_EQ || node->op == OP_NE || node->op == OP_IN || node->op == OP_NOT_IN;
        out->equal = out->equal || (equal && is_or_lists_text(&node->value));
        out->within = out->within || (node->value.type == VALUE_TEXT &&
                                      (node->op == OP_STARTS_WITH || node->op == OP_CONTAINS));
        out->days = out->days || node->op == OP_WITHIN_DAYS;
        out->dates = out->dates ||
                     (node->date != INSTANT_NONE && node->date_end - node->date == INSTANT_DAY);
    }
}

static void write_reading(struct page *page, const struct definition *definition)
{
    struct reading reading = {0};

    for (size_t i = 0; i < definition->nodes_count; i++)
        note_test(&definition->nodes[i], &reading);
    if (!reading.equal && !reading.within && !reading.dates && !reading.days)
        return;
    page_begin_list(page);
    if (reading.equal)
        page_item(page, "Case", "texts are equal only when upper and lower case are: VP is not vp");
    if (reading.within)
        page_item(page, "Parts of a text", "for these upper and lower case of a to z are alike");
    if (reading.dates)
        page_item(page, "Dates", "a date is that whole day in UTC");
    if (reading.days)
        page_item(page, "Days", "the last n days are n times 24 hours before the lead is judged");
    page_end_list(page);
}

static void write_criteria(struct page *page, const struct definition *definition)
{
    static const char *const columns[] = {"Criterion", "Kind", "What is tested", "Worth"};

    page_heading(page, 2, "Criteria");
    page_begin_table(page, columns, 4);
    for (size_t i = 0; i < definition->criteria_count; i++)
        write_criterion(page, definition, &definition->criteria[i]);
    page_end_table(page);
    write_reading(page, definition);
}

/* ---- reasons, exceptions, clocks ---- */

static const char *then_words(enum reason_then then)
{
    switch (then) {
    case THEN_DISQUALIFY:
        return "the lead is disqualified";
    case THEN_REROUTE:
        return "the lead goes to another team";
    case THEN_MERGE:
        return "the lead is merged with the one that it is";
    default:
        return "the lead goes back, into nurture";
    }
}

static void write_then(struct page *page, const struct reason *reason)
{
    page_begin_block(page, BLOCK_CELL);
    if (reason->team == NULL) {
        page_text(page, then_words(reason->then));
    } else {
        page_text(page, "the lead goes to ");
        page_code(page, reason->team);
    }
    page_end_block(page);
}

static void write_about(struct page *page, const struct definition *definition,
                        const struct reason *reason)
{
    page_begin_block(page, BLOCK_CELL);
    if (reason->about == ABOUT_CRITERION) {
        page_text(page, "the criterion ");
        page_code(page, definition->criteria[reason->criterion].id);
    } else if (reason->about == ABOUT_GAP) {
        page_text(page, "a gap: what no criterion asks for");
    } else if (reason->about == ABOUT_SOURCE) {
        page_text(page, "the source: where the lead came from");
    } else {
        page_text(page, "the process, not the lead's quality");
    }
    page_end_block(page);
}

static void write_reasons(struct page *page, const struct definition *definition)
{
    static const char *const columns[] = {"Reason", "About", "What follows"};

    page_heading(page, 2, "Reasons to reject or return a lead");
    if (definition->reasons_count == 0) {
        page_paragraph(page, "None: nobody can reject or return a lead.");
        return;
    }
    page_begin_table(page, columns, 3);
    for (size_t i = 0; i < definition->reasons_count; i++) {
        const struct reason *reason = &definition->reasons[i];
        page_begin_row(page);
        page_begin_block(page, BLOCK_CELL);
        page_strong(page, reason->title);
        page_text(page, " ");
        page_code(page, reason->code);
        page_end_block(page);
        write_about(page, definition, reason);
        write_then(page, reason);
        page_end_row(page);
    }
    page_end_table(page);
}

static const char *exception_words(enum exception_kind kind)
{
    switch (kind) {
    case EXCEPTION_UNCLEAR:
        return "leads whose verdict is unclear";
    case EXCEPTION_STRATEGIC:
        return "leads that are handed over for strategic reasons";
    case EXCEPTION_OVERRIDE:
        return "leads that a member passes on against the verdict";
    default:
        return "leads of accounts that are worked as a whole";
    }
}

static bool any_exception(const struct definition *definition)
{
    for (int i = 0; i < EXCEPTION_KIND_COUNT; i++)
        if (definition->exceptions[i].allowed)
            return true;
    return false;
}

static void write_exceptions(struct page *page, const struct definition *definition)
{
    char line[LINE_BYTES];

    page_heading(page, 2, "Exceptions");
    if (!any_exception(definition)) {
        page_paragraph(page, "None: a lead that does not qualify is handed over by nobody, but "
                             "for an override with its reason.");
        return;
    }
    page_begin_list(page);
    for (int i = 0; i < EXCEPTION_KIND_COUNT; i++) {
        const struct exception *exception = &definition->exceptions[i];
        if (!exception->allowed)
            continue;
        snprintf(line, sizeof line, "%s, at most %d a month, each with a reason",
                 exception_words((enum exception_kind)i), (int)exception->limit_per_month);
        page_item(page, exception_kind_name((enum exception_kind)i), line);
    }
    page_end_list(page);
}

static void write_days(struct page *page, const char *label, int32_t days, const char *after)
{
    char line[LINE_BYTES];

    snprintf(line, sizeof line, "%d %s%s", (int)days, days == 1 ? "day" : "days", after);
    page_item(page, label, line);
}

static void write_clocks(struct page *page, const struct definition *definition)
{
    struct text_out line;

    text_out_init(&line, page->out->arena, LINE_BYTES);
    sentence_put_minutes(&line, definition->respond_minutes);
    text_out_put(&line, " to accept or reject; after that the lead goes back");
    page_heading(page, 2, "Clocks");
    page_begin_list(page);
    page_item(page, "To answer", line.text);
    write_days(page, "To decide after accepting", definition->decide_days, "");
    write_days(page, "In nurture", definition->nurture_days,
               " until a lead that came back is due again");
    page_end_list(page);
}

/* ---- the whole ---- */

static enum err end_page(struct page *page)
{
    page_end(page);
    return arena_failed(page->out->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

enum err definition_page_write_lines(const char *subject, const char *const *lines, size_t count,
                                     const struct definition_page *facts, enum page_format format,
                                     struct text_out *out)
{
    char title[TITLE_MAX_BYTES + 64];
    struct page page;

    snprintf(title, sizeof title, "%s, version %lld", subject, (long long)facts->version);
    page_begin(&page, format, out, title);
    page_heading(&page, 1, title);
    page_write_state(&page, facts);
    page_write_decline(&page, facts);
    page_write_changes(&page, facts);
    page_heading(&page, 2, "What it says");
    page_begin_list(&page);
    for (size_t i = 0; i < count; i++) {
        page_begin_block(&page, BLOCK_ITEM);
        page_text(&page, lines[i]);
        page_end_block(&page);
    }
    page_end_list(&page);
    page_write_signatures(&page, facts);
    page_write_readers(&page, facts);
    page_write_comments(&page, facts);
    return end_page(&page);
}

enum err definition_page_write(const struct definition *definition,
                               const struct definition_page *facts, enum page_format format,
                               struct text_out *out)
{
    char title[TITLE_MAX_BYTES + 64];
    char term[CODE_MAX_BYTES];
    struct page page;

    put_upper(term_name(definition->term), term, sizeof term);
    snprintf(title, sizeof title, "%s, version %lld: %s", term, (long long)facts->version,
             definition->title);
    page_begin(&page, format, out, title);
    write_head(&page, definition, facts);
    page_write_decline(&page, facts);
    page_write_changes(&page, facts);
    write_rule(&page, definition);
    write_criteria(&page, definition);
    write_reasons(&page, definition);
    write_exceptions(&page, definition);
    write_clocks(&page, definition);
    page_write_signatures(&page, facts);
    page_write_readers(&page, facts);
    page_write_comments(&page, facts);
    return end_page(&page);
}

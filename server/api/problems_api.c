#include "api/problems_api.h"

#include "http/accept.h"
#include "http/reply.h"
#include "http/request_refuse.h"

#include "core/definition/page.h"

#include <stdio.h>
#include <string.h>

#define PAGE_MAX_BYTES ((size_t)256 << 10)
#define LINE_MAX_BYTES 256

/* In a tie the first one counts: curl gets Markdown; a browser names text/html. */
static const char *const offered[] = {"text/markdown", "text/html", "application/json"};
enum { OFFERED_MARKDOWN, OFFERED_HTML, OFFERED_JSON, OFFERED_COUNT };

static enum err choose(struct request *r, int *chosen)
{
    *chosen = accept_choose(r->accept, offered, OFFERED_COUNT);
    r->reply.vary |= VARY_ACCEPT;
    if (*chosen >= 0)
        return ERR_NONE;
    return request_refuse(r, ERR_NOT_ACCEPTABLE,
                          "There are text/markdown, text/html and application/json");
}

static void write_item(enum err err, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "code", error_code(err));
    json_out_member_int(out, "status", error_status(err));
    json_out_member_text(out, "title", error_title(err));
    json_out_member_text(out, "means", error_means(err));
    json_out_member_text(out, "cure", error_cure(err));
    json_out_end_object(out);
}

static void write_section(enum err err, struct page *page, int level)
{
    char heading[LINE_MAX_BYTES];

    snprintf(heading, sizeof heading, "%d %s", error_status(err), error_code(err));
    page_heading(page, level, heading);
    page_begin_block(page, BLOCK_PARAGRAPH);
    page_strong(page, error_title(err));
    page_text(page, ". ");
    page_text(page, error_means(err));
    page_end_block(page);
    page_begin_block(page, BLOCK_PARAGRAPH);
    page_strong(page, "What to do");
    page_text(page, ": ");
    page_text(page, error_cure(err));
    page_end_block(page);
}

static enum err answer_page(struct request *r, struct page *page, enum page_format format)
{
    page_end(page);
    reply_text(r, 200,
               format == PAGE_HTML ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8",
               page->out);
    return ERR_NONE;
}

static enum page_format format_of(int chosen)
{
    return chosen == OFFERED_HTML ? PAGE_HTML : PAGE_MARKDOWN;
}

/* ---- all ---- */

enum err problems_list(struct request *r)
{
    struct json_out out;
    struct text_out text;
    struct page page;
    int chosen;
    enum err err = choose(r, &chosen);

    if (err != ERR_NONE)
        return err;
    if (chosen == OFFERED_JSON) {
        json_out_init(&out, r->arena, PAGE_MAX_BYTES);
        json_out_begin_object(&out);
        json_out_key(&out, "data");
        json_out_begin_array(&out);
        for (int i = ERR_NONE + 1; i < ERR_COUNT; i++)
            write_item((enum err)i, &out);
        json_out_end_array(&out);
        json_out_end_object(&out);
        reply_json(r, 200, &out);
        return ERR_NONE;
    }
    text_out_init(&text, r->arena, PAGE_MAX_BYTES);
    page_begin(&page, format_of(chosen), &text, "Problems");
    page_heading(&page, 1, "Problems");
    page_paragraph(&page,
                   "Every code that an answer of Baton may carry, what it means, and what to "
                   "do. A code never changes its meaning.");
    for (int i = ERR_NONE + 1; i < ERR_COUNT; i++)
        write_section((enum err)i, &page, 2);
    return answer_page(r, &page, format_of(chosen));
}

/* ---- one ---- */

struct problems_get {
    const char *code;
};

static const struct input_type code_type = {.kind = INPUT_LINE, .min = 1, .max = 64};

static const struct input_field get_fields[] = {
    {"code", &code_type, AT(struct problems_get, code), .place = INPUT_PATH},
};
const struct input_spec problems_get_input = INPUT_SPEC(get_fields, struct problems_get);

static enum err find(const char *code)
{
    for (int i = ERR_NONE + 1; i < ERR_COUNT; i++)
        if (strcmp(error_code((enum err)i), code) == 0)
            return (enum err)i;
    return ERR_NONE;
}

enum err problems_get(struct request *r)
{
    const struct problems_get *input = r->input;
    enum err found = find(input->code);
    struct json_out out;
    struct text_out text;
    struct page page;
    int chosen;

    if (found == ERR_NONE)
        return request_refuse(r, ERR_NOT_FOUND, "There is no such code: /problems lists them");
    enum err err = choose(r, &chosen);
    if (err != ERR_NONE)
        return err;
    if (chosen == OFFERED_JSON) {
        json_out_init(&out, r->arena, PAGE_MAX_BYTES);
        write_item(found, &out);
        reply_json(r, 200, &out);
        return ERR_NONE;
    }
    text_out_init(&text, r->arena, PAGE_MAX_BYTES);
    page_begin(&page, format_of(chosen), &text, error_code(found));
    write_section(found, &page, 1);
    return answer_page(r, &page, format_of(chosen));
}

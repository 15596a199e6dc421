#include "core/definition/page.h"

#include "core/definition/definition_sentence.h"

#include <ctype.h>
#include <string.h>

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1d2733;background:#fff;max-width:60rem;"
    "margin:1rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "header{color:#5a6775;margin:0 0 1rem}a{color:#225b94}"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid #d5dbe2;padding-bottom:.25rem}"
    "blockquote{margin:1rem 0;padding:.5rem 1rem;border-left:4px solid #3b6ea5;background:#f4f7fa}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #e3e8ed}"
    "th{font-weight:600;background:#f4f7fa}"
    "code{font:.92em ui-monospace,monospace;background:#eef2f6;padding:0 .25em;border-radius:3px;"
    "overflow-wrap:anywhere}"
    "pre{padding:.5rem 1rem;background:#eef2f6;white-space:pre-wrap}pre code{padding:0}"
    /* On a phone a row becomes a block, and each cell shows its heading. */
    "@media(max-width:40rem){h1{font-size:1.4rem}ul{padding-left:1.2rem}thead{display:none}"
    "table,tbody,tr,th,td{display:block}tr{padding:.5rem 0;border-bottom:1px solid #e3e8ed}"
    "td{padding:.15rem 0;border:0}td:empty{display:none}"
    "td[data-label]::before{content:attr(data-label) \": \";font-weight:600}}"
    "@media(prefers-color-scheme:dark){body{color:#e4e9ee;background:#14191f}header{color:#a3b0bd}"
    "a{color:#8fc0f0}"
    "h2,th,td,tr{border-color:#323b45}th,blockquote,pre,code{background:#1f2731}}";

static bool is_html(const struct page *page)
{
    return page->format == PAGE_HTML;
}

static void put(struct page *page, const char *html, const char *markdown)
{
    text_out_put(page->out, is_html(page) ? html : markdown);
}

/* ---- escaping ---- */

static void put_html_char(struct page *page, char c)
{
    switch (c) {
    case '&':
        text_out_put(page->out, "&amp;");
        break;
    case '<':
        text_out_put(page->out, "&lt;");
        break;
    case '>':
        text_out_put(page->out, "&gt;");
        break;
    case '"':
        text_out_put(page->out, "&quot;");
        break;
    case '\n':
        text_out_put(page->out, "<br>");
        break;
    default:
        text_out_put_len(page->out, &c, 1);
    }
}

static void put_markdown_char(struct page *page, char c)
{
    if (c == '\n' && page->block == BLOCK_QUOTE)
        text_out_put(page->out, "\\\n> ");
    else if (c == '\n')
        text_out_put(page->out, " ");
    else if (strchr("\\`*_{}[]<>#|~&", c) != NULL)
        text_out_format(page->out, "\\%c", c);
    else
        text_out_put_len(page->out, &c, 1);
}

/* A "-", "+" or "1." would begin a list where a line begins. */
static size_t put_markdown_start(struct page *page, const char *text)
{
    size_t digits = strspn(text, "0123456789");

    if (text[0] == '-' || text[0] == '+') {
        text_out_format(page->out, "\\%c", text[0]);
        return 1;
    }
    if (digits == 0 || (text[digits] != '.' && text[digits] != ')'))
        return 0;
    text_out_put_len(page->out, text, digits);
    text_out_format(page->out, "\\%c", text[digits]);
    return digits + 1;
}

/* A code span's fence is one backtick longer than any inside; a bar would end a table's cell. */
static void put_markdown_code(struct page *page, const char *text, size_t len)
{
    bool tick = memchr(text, '`', len) != NULL;

    text_out_put(page->out, tick ? "`` " : "`");
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '|' && page->block == BLOCK_CELL)
            text_out_put(page->out, "\\");
        text_out_put_len(page->out, text + i, 1);
    }
    text_out_put(page->out, tick ? " ``" : "`");
}

static void put_code(struct page *page, const char *text, size_t len)
{
    if (!is_html(page)) {
        put_markdown_code(page, text, len);
        return;
    }
    text_out_put(page->out, "<code>");
    for (size_t i = 0; i < len; i++)
        put_html_char(page, text[i]);
    text_out_put(page->out, "</code>");
}

void page_code(struct page *page, const char *text)
{
    put_code(page, text, strlen(text));
}

void page_text(struct page *page, const char *text)
{
    const char *p = text;

    if (!is_html(page) && page->block != BLOCK_CELL)
        p += put_markdown_start(page, text);
    for (; *p != '\0'; p++) {
        const char *end = *p == SENTENCE_NAME ? strchr(p, SENTENCE_END) : NULL;
        if (end != NULL) {
            put_code(page, p + 1, (size_t)(end - p - 1));
            p = end;
        } else if (is_html(page)) {
            put_html_char(page, *p);
        } else {
            put_markdown_char(page, *p);
        }
    }
}

void page_strong(struct page *page, const char *text)
{
    put(page, "<strong>", "**");
    page_text(page, text);
    put(page, "</strong>", "**");
}

void page_moment(struct page *page, instant at)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    char text[INSTANT_TEXT_MAX];

    instant_format(at, text); /* 2026-11-22T10:00:00Z */
    int month = (text[5] - '0') * 10 + text[6] - '0';
    const char *day = text[8] == '0' ? text + 9 : text + 8;
    if (is_html(page))
        text_out_format(page->out, "<time datetime=\"%s\">", text);
    text_out_format(page->out, "%.*s %s %.4s, %.5s UTC", (int)(text + 10 - day), day,
                    months[month - 1], text, text + 11);
    put(page, "</time>", "");
}

/* ---- blocks ---- */

void page_begin(struct page *page, enum page_format format, struct text_out *out, const char *title)
{
    *page = (struct page){.format = format, .out = out};
    if (!is_html(page))
        return;
    text_out_put(page->out,
                 "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    page_text(page, title);
    text_out_put(page->out, "</title>\n<style>");
    text_out_put(page->out, style);
    text_out_put(page->out, "</style>\n</head>\n<body>\n<header>Baton</header>\n<main>\n");
}

void page_end(struct page *page)
{
    put(page, "</main>\n</body>\n</html>\n", "");
}

void page_heading(struct page *page, int level, const char *text)
{
    if (is_html(page)) {
        text_out_format(page->out, "<h%d>", level);
        page_text(page, text);
        text_out_format(page->out, "</h%d>\n", level);
        return;
    }
    text_out_format(page->out, "%.*s ", level, "######");
    page_text(page, text);
    text_out_put(page->out, "\n\n");
}

void page_begin_block(struct page *page, enum page_block block)
{
    static const char *const html[] = {
        [BLOCK_PARAGRAPH] = "<p>",
        [BLOCK_QUOTE] = "<blockquote>",
        [BLOCK_ITEM] = "<li>",
        [BLOCK_CELL] = "<td>",
    };
    static const char *const markdown[] = {
        [BLOCK_PARAGRAPH] = "", [BLOCK_QUOTE] = "> ", [BLOCK_ITEM] = "- ", [BLOCK_CELL] = " "};

    page->block = block;
    if (block == BLOCK_CELL && is_html(page))
        text_out_format(page->out, "<td data-label=\"%s\">", page->columns[page->column++]);
    else
        put(page, html[block], markdown[block]);
}

void page_end_block(struct page *page)
{
    static const char *const html[] = {
        [BLOCK_PARAGRAPH] = "</p>\n",
        [BLOCK_QUOTE] = "</blockquote>\n",
        [BLOCK_ITEM] = "</li>\n",
        [BLOCK_CELL] = "</td>",
    };
    static const char *const markdown[] = {[BLOCK_PARAGRAPH] = "\n\n",
                                           [BLOCK_QUOTE] = "\n\n",
                                           [BLOCK_ITEM] = "\n",
                                           [BLOCK_CELL] = " |"};

    put(page, html[page->block], markdown[page->block]);
    page->block = BLOCK_NONE;
}

void page_paragraph(struct page *page, const char *text)
{
    page_begin_block(page, BLOCK_PARAGRAPH);
    page_text(page, text);
    page_end_block(page);
}

void page_begin_list(struct page *page)
{
    put(page, "<ul>\n", "");
}

void page_end_list(struct page *page)
{
    put(page, "</ul>\n", "\n");
}

void page_begin_table(struct page *page, const char *const *columns, int count)
{
    page->columns = columns;
    put(page, "<table>\n<thead><tr>", "|");
    for (int i = 0; i < count; i++) {
        put(page, "<th scope=\"col\">", " ");
        text_out_put(page->out, columns[i]);
        put(page, "</th>", " |");
    }
    put(page, "</tr></thead>\n<tbody>\n", "\n|");
    for (int i = 0; i < count; i++)
        put(page, "", " --- |");
    put(page, "", "\n");
}

void page_begin_row(struct page *page)
{
    page->column = 0;
    put(page, "<tr>", "|");
}

void page_end_row(struct page *page)
{
    put(page, "</tr>\n", "\n");
}

void page_end_table(struct page *page)
{
    put(page, "</tbody>\n</table>\n", "\n");
}

void page_cell(struct page *page, const char *text)
{
    page_begin_block(page, BLOCK_CELL);
    page_text(page, text);
    page_end_block(page);
}

void page_item(struct page *page, const char *label, const char *text)
{
    page_begin_block(page, BLOCK_ITEM);
    page_strong(page, label);
    page_text(page, ": ");
    page_text(page, text);
    page_end_block(page);
}

void page_plain_item(struct page *page, const char *text)
{
    page_begin_block(page, BLOCK_ITEM);
    page_text(page, text);
    page_end_block(page);
}

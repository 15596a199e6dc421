#include "base/markdown.h"

#include <stdbool.h>
#include <string.h>

#define BLOCK_MAX_BYTES ((size_t)256 << 10)

enum block { BLOCK_NOTHING, BLOCK_TEXT, BLOCK_BULLET, BLOCK_NUMBER, BLOCK_CITE, BLOCK_ROW };

struct writer {
    struct text_out *out;
    struct text_out pending; /* text of the block that has not been written yet */
    enum block block;        /* what it is */
    enum block open;         /* a list or table that is not finished */
};

/* ---- inline ---- */

static void put_escaped(struct text_out *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '&')
            text_out_put(out, "&amp;");
        else if (text[i] == '<')
            text_out_put(out, "&lt;");
        else if (text[i] == '>')
            text_out_put(out, "&gt;");
        else if (text[i] == '"')
            text_out_put(out, "&quot;");
        else
            text_out_put_len(out, text + i, 1);
    }
}

/* A code span: what stands between two equal runs of backticks. Its length; 0: none begins here. */
static size_t put_code(struct text_out *out, const char *text, size_t len)
{
    size_t fence = strspn(text, "`");

    for (size_t i = fence; i + fence <= len; i++) {
        size_t run = strspn(text + i, "`");
        if (run == fence) {
            text_out_put(out, "<code>");
            put_escaped(out, text + fence, i - fence);
            text_out_put(out, "</code>");
            return i + fence;
        }
        i += run;
    }
    return 0;
}

/* Where a link leads here; false when it leads nowhere. */
static bool put_address(struct text_out *out, const char *link, size_t len)
{
    const char *end = link + len;
    const char *suffix = memmem(link, len, ".md", 3);

    if (strncmp(link, "https://", 8) == 0 || strncmp(link, "http://", 7) == 0 || *link == '#' ||
        *link == '/') {
        put_escaped(out, link, len);
        return true;
    }
    if (len >= 12 && strncmp(end - 12, "openapi.yaml", 12) == 0) {
        text_out_put(out, "/openapi.yaml");
        return true;
    }
    link += strncmp(link, "docs/", 5) == 0 ? 5 : 0;
    if (suffix == NULL || memchr(link, '/', (size_t)(suffix - link)) != NULL)
        return false;
    text_out_put(out, "/docs/");
    put_escaped(out, link, (size_t)(suffix - link));
    put_escaped(out, suffix + 3, (size_t)(end - suffix - 3));
    return true;
}

static void put_inline(struct text_out *out, const char *text, size_t len);

/* "[text](address)". Its length; 0: there is none here. */
static size_t put_link(struct text_out *out, const char *text, size_t len)
{
    const char *close = memchr(text, ']', len);
    const char *end =
        close != NULL && close[1] == '(' ? memchr(close, ')', len - (size_t)(close - text)) : NULL;
    struct text_out address;

    if (end == NULL)
        return 0;
    text_out_init(&address, out->arena, BLOCK_MAX_BYTES);
    bool leads = put_address(&address, close + 2, (size_t)(end - close - 2));
    if (leads) {
        text_out_put(out, "<a href=\"");
        text_out_put_len(out, address.text, address.len);
        text_out_put(out, "\">");
    }
    put_inline(out, text + 1, (size_t)(close - text - 1));
    if (leads)
        text_out_put(out, "</a>");
    return (size_t)(end - text) + 1;
}

static void put_inline(struct text_out *out, const char *text, size_t len)
{
    bool strong = false;

    for (size_t i = 0; i < len;) {
        size_t taken = 0;
        if (text[i] == '`')
            taken = put_code(out, text + i, len - i);
        else if (text[i] == '[')
            taken = put_link(out, text + i, len - i);
        else if (text[i] == '*' && i + 1 < len && text[i + 1] == '*') {
            strong = !strong;
            text_out_put(out, strong ? "<strong>" : "</strong>");
            taken = 2;
        } else if (text[i] == '\\' && i + 1 < len && strchr("\\`*_{}[]<>()#+-.!|", text[i + 1])) {
            put_escaped(out, text + i + 1, 1);
            taken = 2;
        }
        if (taken == 0) {
            put_escaped(out, text + i, 1);
            taken = 1;
        }
        i += taken;
    }
    if (strong)
        text_out_put(out, "</strong>");
}

/* ---- blocks ---- */

static void put_row(struct writer *w, bool head)
{
    const char *text = w->pending.text;
    size_t len = w->pending.len;

    text_out_put(w->out, "<tr>");
    for (size_t i = 1, begin = 1, ticks = 0; i < len; i++) {
        ticks += text[i] == '`';
        if (text[i] != '|' || text[i - 1] == '\\' || ticks % 2 != 0)
            continue;
        text_out_put(w->out, head ? "<th scope=\"col\">" : "<td>");
        size_t from = begin + strspn(text + begin, " ");
        size_t to = i;
        while (to > from && text[to - 1] == ' ')
            to--;
        if (to > from)
            put_inline(w->out, text + from, to - from);
        text_out_put(w->out, head ? "</th>" : "</td>");
        begin = i + 1;
    }
    text_out_put(w->out, "</tr>\n");
}

static const char *const opens[] = {
    [BLOCK_BULLET] = "<ul>\n", [BLOCK_NUMBER] = "<ol>\n", [BLOCK_ROW] = "<table>\n"};
static const char *const closes[] = {
    [BLOCK_BULLET] = "</ul>\n", [BLOCK_NUMBER] = "</ol>\n", [BLOCK_ROW] = "</table>\n"};
static const char *const begins[] = {[BLOCK_TEXT] = "<p>",
                                     [BLOCK_BULLET] = "<li>",
                                     [BLOCK_NUMBER] = "<li>",
                                     [BLOCK_CITE] = "<blockquote>"};
static const char *const ends[] = {[BLOCK_TEXT] = "</p>\n",
                                   [BLOCK_BULLET] = "</li>\n",
                                   [BLOCK_NUMBER] = "</li>\n",
                                   [BLOCK_CITE] = "</blockquote>\n"};

static bool goes_on(enum block block)
{
    return block == BLOCK_BULLET || block == BLOCK_NUMBER || block == BLOCK_ROW;
}

/* Writes the collected block, and ends a list or table that the next block does not continue. */
static void flush(struct writer *w, enum block next)
{
    if (w->block != BLOCK_NOTHING) {
        bool first = goes_on(w->block) && w->open != w->block;
        if (first)
            text_out_put(w->out, opens[w->block]);
        if (goes_on(w->block))
            w->open = w->block;
        if (w->block == BLOCK_ROW) {
            put_row(w, first);
        } else {
            text_out_put(w->out, begins[w->block]);
            put_inline(w->out, w->pending.text, w->pending.len);
            text_out_put(w->out, ends[w->block]);
        }
    }
    if (w->open != BLOCK_NOTHING && w->open != next) {
        text_out_put(w->out, closes[w->open]);
        w->open = BLOCK_NOTHING;
    }
    w->block = BLOCK_NOTHING;
    text_out_clear(&w->pending);
}

static void begin(struct writer *w, enum block block, const char *text, size_t len)
{
    flush(w, block);
    w->block = block;
    text_out_put_len(&w->pending, text, len);
}

/* Called after the fence; returns where the text continues. */
static const char *put_fence(struct writer *w, const char *at)
{
    text_out_put(w->out, "<pre><code>");
    while (*at != '\0' && strncmp(at, "```", 3) != 0) {
        size_t len = strcspn(at, "\n");
        put_escaped(w->out, at, len);
        text_out_put(w->out, "\n");
        at += len + (at[len] == '\n');
    }
    text_out_put(w->out, "</code></pre>\n");
    size_t len = strcspn(at, "\n");
    return at + len + (at[len] == '\n');
}

static void put_heading(struct writer *w, const char *line, size_t len)
{
    size_t level = strspn(line, "#");

    text_out_format(w->out, "<h%zu>", level);
    put_inline(w->out, line + level + 1, len - level - 1);
    text_out_format(w->out, "</h%zu>\n", level);
}

static bool is_separator(const char *line, size_t len)
{
    return strspn(line, "|-: ") >= len;
}

static void take_line(struct writer *w, const char *line, size_t len)
{
    size_t indent = strspn(line, " ");
    const char *text = line + indent;
    size_t rest = len - indent;
    size_t digits = strspn(text, "0123456789");

    if (rest == 0)
        flush(w, BLOCK_NOTHING);
    else if (*line == '|' && !(w->block == BLOCK_ROW && is_separator(line, len)))
        begin(w, BLOCK_ROW, line, len);
    else if (*line == '|')
        return;
    else if (strncmp(text, "- ", 2) == 0)
        begin(w, BLOCK_BULLET, text + 2, rest - 2);
    else if (digits > 0 && digits < 3 && strncmp(text + digits, ". ", 2) == 0 &&
             w->block != BLOCK_TEXT)
        begin(w, BLOCK_NUMBER, text + digits + 2, rest - digits - 2);
    else if (strncmp(text, "> ", 2) == 0 && w->block != BLOCK_CITE)
        begin(w, BLOCK_CITE, text + 2, rest - 2);
    else if (w->block == BLOCK_NOTHING || w->block == BLOCK_ROW)
        begin(w, BLOCK_TEXT, text, rest);
    else {
        text_out_put(&w->pending, " ");
        text_out_put_len(&w->pending, text, rest);
    }
}

void markdown_write(const char *text, struct text_out *out)
{
    struct writer w = {.out = out};

    text_out_init(&w.pending, out->arena, BLOCK_MAX_BYTES);
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        const char *next = text + len + (text[len] == '\n');
        size_t level = strspn(text, "#");
        if (strncmp(text, "```", 3) == 0) {
            flush(&w, BLOCK_NOTHING);
            next = put_fence(&w, next);
        } else if (strncmp(text, "<!--", 4) == 0) {
            flush(&w, BLOCK_NOTHING);
        } else if (level > 0 && level <= 6 && text[level] == ' ') {
            flush(&w, BLOCK_NOTHING);
            put_heading(&w, text, len);
        } else {
            take_line(&w, text, len);
        }
        text = next;
    }
    flush(&w, BLOCK_NOTHING);
}

/*
 * A page for people, in Markdown or as a self-contained HTML document, from the same calls. Every
 * text is escaped. Names between SENTENCE_NAME and SENTENCE_END become code.
 */
#ifndef BATON_CORE_PAGE_H
#define BATON_CORE_PAGE_H

#include "base/instant.h"
#include "base/text_out.h"

/** Of a definition's page, at most. */
#define DEFINITION_PAGE_BYTES (4 << 20)

enum page_format { PAGE_MARKDOWN, PAGE_HTML };

/** Where the inline text is, which decides how it is escaped and ended. */
enum page_block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_QUOTE, BLOCK_ITEM, BLOCK_CELL };

struct page {
    enum page_format format;
    enum page_block block;
    const char *const *columns; /* of the table that is being written */
    int column;                 /* of the next cell */
    struct text_out *out;
};

void page_begin(struct page *page, enum page_format format, struct text_out *out,
                const char *title);
void page_end(struct page *page);

void page_heading(struct page *page, int level, const char *text);

/* A block of inline text: begin, any number of page_text and page_strong, end. */
void page_begin_block(struct page *page, enum page_block block);
void page_end_block(struct page *page);
void page_paragraph(struct page *page, const char *text);
void page_text(struct page *page, const char *text);
void page_strong(struct page *page, const char *text);
void page_code(struct page *page, const char *text);
/** A moment for people: "22 November 2026, 10:00 UTC". */
void page_moment(struct page *page, instant at);

/* Items go between page_begin_list and page_end_list as blocks of BLOCK_ITEM. */
void page_begin_list(struct page *page);
void page_end_list(struct page *page);
/* A whole item: **label**: text, or the text alone. */
void page_item(struct page *page, const char *label, const char *text);
void page_plain_item(struct page *page, const char *text);

/* Cells of a row are blocks of BLOCK_CELL. */
void page_begin_table(struct page *page, const char *const *columns, int count);
void page_begin_row(struct page *page);
void page_end_row(struct page *page);
void page_end_table(struct page *page);
void page_cell(struct page *page, const char *text);

#endif

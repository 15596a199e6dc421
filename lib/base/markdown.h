/*
 * Turns Markdown, as our own documents use it, into HTML: headings, paragraphs, lists of one level,
 * tables, quotes, fenced code; inline code, strong text and links. Anything else stays text. Pure.
 */
#ifndef BATON_BASE_MARKDOWN_H
#define BATON_BASE_MARKDOWN_H

#include "base/text_out.h"

/** Writes blocks without a frame. A link to another of our documents ("mapping.md",
 *  "docs/mapping.md") becomes /docs/mapping, one to openapi.yaml the served contract; links to
 *  other files of the repository are dropped. */
void markdown_write(const char *text, struct text_out *out);

#endif

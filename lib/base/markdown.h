/*
 * Markdown as our own documents are written, into HTML: headings, paragraphs, lists of one level,
 * tables, quotes, fenced code; inline code, strong text and links. What it does not know stays
 * text. Pure.
 */
#ifndef BATON_BASE_MARKDOWN_H
#define BATON_BASE_MARKDOWN_H

#include "base/text_out.h"

/** Writes blocks without a frame. A link to another document of ours ("mapping.md",
 *  "docs/mapping.md") leads to /docs/mapping, to openapi.yaml to the contract that is served; to
 *  other files of the repository none is made. */
void markdown_write(const char *text, struct text_out *out);

#endif

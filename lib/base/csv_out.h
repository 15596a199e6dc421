/*
 * Writes cells of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an
 * apostrophe in front: one that begins with = + - @, a tab or a carriage return (OWASP, "CSV
 * Injection"). Numbers are written by whoever has them.
 */
#ifndef BATON_BASE_CSV_OUT_H
#define BATON_BASE_CSV_OUT_H

#include "base/text_out.h"

/** One cell, quoted where it must be; NULL is an empty one. */
void csv_out_cell(struct text_out *out, const char *text);

/** Without the apostrophe: for what is to be read again as it is. */
void csv_out_cell_as_is(struct text_out *out, const char *text);

#endif

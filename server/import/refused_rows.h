/*
 * Rows that were refused, as a table to mend and import again: of CSV the first row, then each row
 * as it stood, with a column "why" after the others; of lines of JSON the objects, with a member
 * "why". Cells are kept as they are: they come from the file of whoever reads this one.
 */
#ifndef BATON_SERVER_REFUSED_ROWS_H
#define BATON_SERVER_REFUSED_ROWS_H

#include "base/text_out.h"
#include "import/importer.h"

/** The first line; nothing of lines of JSON. Comma-separated, with CRLF. */
void refused_rows_begin(const struct row_reader *reader, struct text_out *out);

/** A row. */
void refused_rows_add(const struct row_reader *reader, const struct importer_refused *row,
                      struct text_out *out);

#endif

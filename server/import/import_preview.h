/* What the first bytes of a file say of it: its columns with the first values, for whoever maps it.
 */
#ifndef BATON_SERVER_IMPORT_PREVIEW_H
#define BATON_SERVER_IMPORT_PREVIEW_H

#include "base/json_out.h"
#include "base/row_reader.h"

struct import_begin {
    const char *bytes;
    size_t len;
    enum row_format format;
};

/** Writes encoding, separator, columns with samples, and the export that is recognised, as an
 * object. False: nothing can be read of it, and why says why in words; or memory is short, and the
 * arena is marked. */
bool import_preview_write(const struct import_begin *begin, struct arena *arena,
                          struct json_out *out, char why[ROW_WHY_MAX_BYTES]);

/** A csv_read of such bytes; context is a struct import_begin, which it uses up. */
bool import_begin_bring(void *context, char *bytes, size_t size, size_t *len);

#endif

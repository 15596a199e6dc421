/* Files that are not what their names say: a workbook sent as CSV, a page saved as a table. Pure.
 */
#ifndef BATON_BASE_FILE_KIND_H
#define BATON_BASE_FILE_KIND_H

#include <stddef.h>

/** As many of a file's first bytes as are looked at. */
#define FILE_KIND_BYTES 512

/** What a file that begins with these bytes is, and how to make a table of it; NULL: nothing says
 *  that it is no text. Static text. */
const char *file_kind_foreign(const char *bytes, size_t len);

#endif

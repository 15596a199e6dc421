/* Everything that a database holds, searched for what must not be in it. */
#ifndef BATON_TESTS_DUMP_H
#define BATON_TESTS_DUMP_H

#include <stdbool.h>
#include <stddef.h>

/**
 * All rows of all tables, as whoever may read everything would copy them; the caller frees it. Each
 * table begins with a line of its name.
 */
char *dump_all(const char *conninfo);

/** The table in whose rows these bytes stand: in clear, in hex or in base64, wherever they begin in
 *  it. NULL: in none. A static text. */
const char *dump_place(const char *dump, const void *bytes, size_t len);

/** The same of a file, such as a log. */
bool dump_file_has(const char *path, const void *bytes, size_t len);

#endif

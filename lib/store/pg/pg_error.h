/* What an error of the database means to us, and logging it. */
#ifndef BATON_STORE_PG_ERROR_H
#define BATON_STORE_PG_ERROR_H

#include "store/pg/pg_inside.h"

/** What an SQLSTATE ("" when libpq itself found the error) means for whoever has to go on. Of a
 *  guard, a division by zero is staleness. */
enum pg_status pg_error_classify(const char *sqlstate, bool is_guard);

/** Gives the error to settings.log. */
void pg_error_log(const struct pg *pg, const struct pg_error *error);

/** Cut to the size; NULL is an empty text. */
void pg_error_copy(char *out, size_t size, const char *text);
/** As pg_error_copy(), with line breaks made spaces: libpq's messages have several. */
void pg_error_copy_line(char *out, size_t size, const char *text);

#endif

/* The movers of a back-test: a list, as JSON or as CSV. */
#ifndef BATON_SERVER_MOVERS_API_H
#define BATON_SERVER_MOVERS_API_H

#include "http/request.h"

#include "store/read/mover_read.h"

extern const struct input_spec jobs_movers_input;
enum err jobs_movers(struct request *r, struct read *read);

/** The names of the columns of the CSV, and one row of it, each with its line end. */
void movers_write_head(struct text_out *out);
void movers_write_row(const struct mover_item *item, struct text_out *out);

#endif

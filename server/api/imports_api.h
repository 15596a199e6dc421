/* Imports of files that are sent: uploads, what they hold, runs, and what runs refused. */
#ifndef BATON_SERVER_IMPORTS_API_H
#define BATON_SERVER_IMPORTS_API_H

#include "http/request.h"

#include "store/read/read.h"

/** A file, at most. */
#define IMPORT_FILE_MAX_BYTES ((size_t)200 << 20)

extern const struct input_spec imports_create_input;
enum err imports_piece(struct request *r, struct read *read);
enum err imports_create(struct request *r, struct read *read);

extern const struct input_spec imports_list_input;
enum err imports_list(struct request *r, struct read *read);

extern const struct input_spec imports_get_input;
enum err imports_get(struct request *r, struct read *read);
enum err imports_refused(struct request *r, struct read *read);

extern const struct input_spec imports_run_spec;
/** What the file says of the mapping, before the run is asked for. */
enum err imports_run_check(struct request *r, struct read *read);

#endif

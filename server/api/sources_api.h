/* /v1/sources */
#ifndef BATON_SERVER_SOURCES_API_H
#define BATON_SERVER_SOURCES_API_H

#include "http/request.h"

enum err sources_list(struct request *r, struct read *read);

extern const struct input_spec source_create_spec;
enum err source_create_fill(struct request *r, void *input);

enum err presets_list(struct request *r);

extern const struct input_spec source_try_spec;
extern const struct input_spec source_update_spec;
extern const struct input_spec source_rotate_spec;
extern const struct input_spec source_retire_spec;

#endif

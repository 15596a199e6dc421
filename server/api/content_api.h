/* /v1/content */
#ifndef BATON_SERVER_CONTENT_API_H
#define BATON_SERVER_CONTENT_API_H

#include "http/request.h"

extern const struct input_spec content_put_spec;
extern const struct input_spec content_get_input;
extern const struct input_spec content_list_input;
enum err content_get(struct request *r, struct read *read);
enum err content_list_fill(struct request *r, void *filled);
enum err content_list(struct request *r, struct read *read);

#endif

/* GET /v1/events/stream. */
#ifndef BATON_SERVER_STREAM_API_H
#define BATON_SERVER_STREAM_API_H

#include "http/request.h"

struct read;

extern const struct input_spec events_stream_input;
enum err events_stream_fill(struct request *r, void *input);
enum err events_stream(struct request *r, struct read *read);

#endif

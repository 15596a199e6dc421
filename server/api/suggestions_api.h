/* GET /v1/definitions/{term}/suggestions */
#ifndef BATON_SERVER_SUGGESTIONS_API_H
#define BATON_SERVER_SUGGESTIONS_API_H

#include "http/request.h"

extern const struct input_spec suggestions_input;
enum err definitions_suggestions(struct request *r, struct read *read);

#endif

/* GET /v1/definitions/{term}/suggestions */
#ifndef BATON_SERVER_SUGGESTIONS_API_H
#define BATON_SERVER_SUGGESTIONS_API_H

#include "http/request.h"

struct reader;

extern const struct input_spec suggestions_query_spec;
enum err definitions_suggestions(struct request *r, struct reader *reader);

#endif

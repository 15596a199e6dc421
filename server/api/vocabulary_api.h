/* GET /v1/attributes and GET /v1/campaigns: the words in use. */
#ifndef BATON_SERVER_VOCABULARY_API_H
#define BATON_SERVER_VOCABULARY_API_H

#include "http/request.h"

extern const struct input_spec campaigns_list_input;

enum err attributes_list(struct request *r, struct read *read);
enum err campaigns_list(struct request *r, struct read *read);

#endif

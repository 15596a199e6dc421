/* GET /v1/events and GET /v1/feedback: the ledger, followed. */
#ifndef BATON_SERVER_FEEDS_API_H
#define BATON_SERVER_FEEDS_API_H

#include "http/request.h"

extern const struct input_spec feeds_query;

enum err events_list(struct request *r, struct reader *reader);
enum err feedback_list(struct request *r, struct reader *reader);

#endif

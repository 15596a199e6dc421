/* GET /v1/events and GET /v1/feedback: follow the ledger. */
#ifndef BATON_SERVER_FEEDS_API_H
#define BATON_SERVER_FEEDS_API_H

#include "api/reading.h"

extern const struct reading_places events_places;

extern const struct input_spec events_list_input;
enum err events_list(struct request *r, struct read *read);

extern const struct input_spec feedback_list_input;
enum err feedback_list(struct request *r, struct read *read);

#endif

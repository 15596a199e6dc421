/* GET /v1/attribution */
#ifndef BATON_SERVER_ATTRIBUTION_API_H
#define BATON_SERVER_ATTRIBUTION_API_H

#include "http/request.h"

extern const struct input_spec attribution_input;

/** JSON, or CSV by Accept. */
enum err attribution_get(struct request *r, struct read *read);

/** The leads behind a number of it, each with its share. */
extern const struct input_spec attribution_leads_input;

enum err attribution_leads(struct request *r, struct read *read);

#endif

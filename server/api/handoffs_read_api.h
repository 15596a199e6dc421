/* GET of /v1/handoffs and below. */
#ifndef BATON_SERVER_HANDOFFS_READ_API_H
#define BATON_SERVER_HANDOFFS_READ_API_H

#include "http/request.h"

extern const struct input_spec handoffs_get_input;
enum err handoffs_get(struct request *r, struct read *read);

extern const struct input_spec handoffs_receipt_input;
enum err handoffs_receipt(struct request *r, struct read *read);

extern const struct input_spec handoffs_list_input;
enum err handoffs_list_fill(struct request *r, void *input);
enum err handoffs_list(struct request *r, struct read *read);

#endif

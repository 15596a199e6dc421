/* GET of /v1/handoffs and below. */
#ifndef BATON_SERVER_HANDOFFS_READ_API_H
#define BATON_SERVER_HANDOFFS_READ_API_H

#include "http/request.h"

extern const struct input_spec handoffs_list_query;
extern const struct input_spec handoffs_receipt_query;

enum err handoffs_get(struct request *r, struct reader *reader);
enum err handoffs_receipt(struct request *r, struct reader *reader);
enum err handoffs_list(struct request *r, struct reader *reader);

#endif

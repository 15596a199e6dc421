/* GET /v1/deliveries, /v1/deliveries/{delivery_id} */
#ifndef BATON_SERVER_DELIVERIES_READ_API_H
#define BATON_SERVER_DELIVERIES_READ_API_H

#include "http/request.h"

#include "store/read/delivery_read.h"

extern const struct input_spec deliveries_list_input;

enum err deliveries_list_fill(struct request *r, void *input);
enum err deliveries_list(struct request *r, struct read *read);

extern const struct input_spec deliveries_get_input;
enum err deliveries_get(struct request *r, struct read *read);

/** Delivery, which has neither headers nor body. */
void deliveries_write(const struct config *config, const struct delivery_item *item,
                      struct json_out *out);

#endif

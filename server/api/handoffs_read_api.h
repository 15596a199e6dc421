/* GET of /v1/handoffs and below. */
#ifndef BATON_SERVER_HANDOFFS_READ_API_H
#define BATON_SERVER_HANDOFFS_READ_API_H

#include "http/request.h"

#include "base/json_out.h"
#include "core/handoff/handoff.h"

extern const struct input_spec handoffs_get_input;
enum err handoffs_get(struct request *r, struct read *read);

extern const struct input_spec handoffs_receipt_input;
enum err handoffs_receipt(struct request *r, struct read *read);

extern const struct input_spec handoffs_list_input;
enum err handoffs_list_fill(struct request *r, void *input);
enum err handoffs_list(struct request *r, struct read *read);

/** Handoff, with what this caller may do with it now. */
void handoffs_write(const struct request *r, const struct handoff *handoff, instant now,
                    struct json_out *out);

#endif

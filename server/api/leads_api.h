/* POST and PATCH of /v1/leads and below. The reads are in leads_read_api.c. */
#ifndef BATON_SERVER_LEADS_API_H
#define BATON_SERVER_LEADS_API_H

#include "api/lead_input.h"
#include "http/request.h"

enum err leads_capture_fill(struct request *r, void *input);

/** Reads the raw body itself: see batch.h. */
extern const struct input_spec batch_spec;
enum err leads_batch_fill(struct request *r, void *input);

extern const struct input_spec lead_update_spec;
extern const struct input_spec add_touch_spec;
extern const struct input_spec facts_spec;
extern const struct input_spec override_spec;
extern const struct input_spec review_spec;
extern const struct input_spec merge_spec;
extern const struct input_spec unmerge_spec;
extern const struct input_spec erase_spec;
extern const struct input_spec lift_spec;
extern const struct input_spec keep_spec; /* …/erase/decline */

#endif

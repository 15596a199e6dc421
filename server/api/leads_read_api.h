/* GET of /v1/leads and below. */
#ifndef BATON_SERVER_LEADS_READ_API_H
#define BATON_SERVER_LEADS_READ_API_H

#include "http/request.h"

extern const struct input_spec leads_get_input;
enum err leads_get(struct request *r, struct read *read);
enum err leads_get_all(struct request *const *requests, size_t count, struct read *read,
                       enum err *errs);

extern const struct input_spec leads_list_input;
enum err leads_list_fill(struct request *r, void *input);
enum err leads_list(struct request *r, struct read *read);

extern const struct input_spec leads_timeline_input;
enum err leads_timeline(struct request *r, struct read *read);

extern const struct input_spec leads_verdicts_input;
enum err leads_verdicts(struct request *r, struct read *read);

#endif

/* GET /v1/leads/{lead_id}/export: all that is held of a person, in one answer. */
#ifndef BATON_SERVER_LEAD_EXPORT_API_H
#define BATON_SERVER_LEAD_EXPORT_API_H

#include "http/request.h"

extern const struct input_spec leads_export_input;
enum err leads_export(struct request *r, struct read *read);

#endif

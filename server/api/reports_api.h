/* GET /v1/reports/… */
#ifndef BATON_SERVER_REPORTS_API_H
#define BATON_SERVER_REPORTS_API_H

#include "http/request.h"

extern const struct input_spec reports_funnel_input;

enum err reports_funnel(struct request *r, struct read *read);

#endif

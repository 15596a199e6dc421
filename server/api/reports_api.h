/* GET /v1/reports/… */
#ifndef BATON_SERVER_REPORTS_API_H
#define BATON_SERVER_REPORTS_API_H

#include "http/request.h"

#include "store/read/report_source.h"

extern const struct input_spec reports_stages_input;

enum err reports_stages(struct request *r, struct read *read);

/** Of every report that is declared (store/read/report_source.h). */
extern const struct input_spec reports_input;

/* reports_gaps() and so on: JSON, or CSV by Accept. */
#define X(name) enum err reports_##name(struct request *r, struct read *read);
REPORT_SOURCES(X)
#undef X

/** The leads behind a number of any of them. */
extern const struct input_spec reports_leads_input;

enum err reports_leads(struct request *r, struct read *read);

#endif

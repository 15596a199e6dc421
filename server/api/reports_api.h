/* GET /v1/reports/… */
#ifndef BATON_SERVER_REPORTS_API_H
#define BATON_SERVER_REPORTS_API_H

#include "http/request.h"

extern const struct input_spec reports_funnel_input;

enum err reports_funnel(struct request *r, struct read *read);

/** Of every report that is declared (store/read/report_source.h). */
extern const struct input_spec reports_input;

/* JSON, or CSV by Accept. */
enum err reports_gaps(struct request *r, struct read *read);
enum err reports_rejections(struct request *r, struct read *read);
enum err reports_response_times(struct request *r, struct read *read);
enum err reports_bypass(struct request *r, struct read *read);
enum err reports_effort(struct request *r, struct read *read);
enum err reports_requests(struct request *r, struct read *read);

/** The leads behind a number of any of them. */
extern const struct input_spec reports_leads_input;

enum err reports_leads(struct request *r, struct read *read);

#endif

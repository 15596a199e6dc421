/* GET /v1/reports/… */
#ifndef BATON_SERVER_REPORTS_API_H
#define BATON_SERVER_REPORTS_API_H

#include "http/request.h"

#include "base/period.h"
#include "store/read/report_source.h"

extern const struct input_spec reports_stages_input;

enum err reports_stages(struct request *r, struct read *read);

/** How many leads a row must have behind it for the caller to see it: a key for dashboards sees
 * none that is about somebody. 0: any. */
int64_t reports_least_leads(const struct request *r);

/** The period that is asked for, or the report's own; what is wrong with it is noted as a fault. */
void reports_choose_period(struct request *r, const struct report *report,
                           const struct period_end *from, const struct period_end *to,
                           struct report_query *out);

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

/* POST /v1/backtests; GET /v1/jobs; GET and DELETE /v1/jobs/{job_id} */
#ifndef BATON_SERVER_JOBS_API_H
#define BATON_SERVER_JOBS_API_H

#include "http/request.h"

/** Jobs per page; a page contains their documents and results. */
#define JOBS_LIMIT_DEFAULT 20
#define JOBS_LIMIT_MAX     50

extern const struct input_spec backtest_spec;

extern const struct input_spec jobs_list_input;
enum err jobs_list(struct request *r, struct read *read);

extern const struct input_spec jobs_get_input;
enum err jobs_get(struct request *r, struct read *read);

extern const struct input_spec job_cancel_spec;

#endif

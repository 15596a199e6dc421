/* POST /v1/backtests; GET /v1/jobs; GET and DELETE /v1/jobs/{job_id} */
#ifndef BATON_SERVER_JOBS_API_H
#define BATON_SERVER_JOBS_API_H

#include "http/request.h"

struct reader;

#define BACKTEST_BODY_MAX_BYTES (512 << 10)
/** Jobs of one page, which has their documents and results in it. */
#define JOBS_LIMIT_DEFAULT 20
#define JOBS_LIMIT_MAX     50

extern const struct input_spec jobs_query;

enum err backtests_create(struct request *r, struct command *command);
enum err jobs_list(struct request *r, struct reader *reader);
enum err jobs_get(struct request *r, struct reader *reader);
enum err jobs_cancel(struct request *r, struct command *command);

#endif

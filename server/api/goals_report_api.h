/* GET /v1/reports/goals and scoreboard: what both sides promised, and how far they are. */
#ifndef BATON_SERVER_GOALS_REPORT_API_H
#define BATON_SERVER_GOALS_REPORT_API_H

#include "http/request.h"

extern const struct input_spec reports_goals_input;

/** JSON, or CSV by Accept. */
enum err reports_goals(struct request *r, struct read *read);
enum err reports_scoreboard(struct request *r, struct read *read);

#endif

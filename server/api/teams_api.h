/* /v1/teams */
#ifndef BATON_SERVER_TEAMS_API_H
#define BATON_SERVER_TEAMS_API_H

#include "http/request.h"

enum err teams_list(struct request *r, struct read *read);

extern const struct input_spec team_create_spec;
extern const struct input_spec team_update_spec;
/** Whether it has been part of a handoff, when its function is to change (route.before). */
extern const struct input_spec team_calendar_spec;
extern const struct input_spec team_distribution_spec;
extern const struct input_spec team_distribution_get_spec;
extern const struct input_spec team_distribution_remove_spec;
extern const struct input_spec distribution_try_spec;
enum err teams_distribution(struct request *r, struct read *read);
extern const struct input_spec team_calendar_get_spec;
extern const struct input_spec team_calendar_remove_spec;
enum err teams_calendar(struct request *r, struct read *read);

enum err teams_update_used(struct request *r, struct read *read);

#endif

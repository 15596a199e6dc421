/* /v1/teams */
#ifndef BATON_SERVER_TEAMS_API_H
#define BATON_SERVER_TEAMS_API_H

#include "http/request.h"

enum err teams_list(struct request *r, struct reader *reader);
enum err teams_create(struct request *r, struct command *command);
enum err teams_update(struct request *r, struct command *command);
/** Whether it has been part of a handoff, when its function is to change (route.before). */
enum err teams_update_used(struct request *r, struct reader *reader);

#endif

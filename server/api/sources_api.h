/* /v1/sources */
#ifndef BATON_SERVER_SOURCES_API_H
#define BATON_SERVER_SOURCES_API_H

#include "http/request.h"

enum err sources_list(struct request *r, struct reader *reader);
enum err sources_create(struct request *r, struct command *command);
enum err sources_update(struct request *r, struct command *command);

#endif

/* POST and PATCH of /v1/leads and below. The reads are in leads_read_api.c. */
#ifndef BATON_SERVER_LEADS_API_H
#define BATON_SERVER_LEADS_API_H

#include "http/request.h"

#include "core/intake/lead_change.h"

#define LEAD_BODY_MAX_BYTES  (256 << 10)
#define BATCH_BODY_MAX_BYTES (4 << 20)

enum err leads_capture(struct request *r, struct command *command);
enum err leads_batch(struct request *r, struct command *command);
enum err leads_update(struct request *r, struct command *command);
enum err leads_add_touch(struct request *r, struct command *command);
enum err leads_set_facts(struct request *r, struct command *command);
enum err leads_override(struct request *r, struct command *command);
enum err leads_merge(struct request *r, struct command *command);
enum err leads_erase(struct request *r, struct command *command);

/** The facts of a body, {name: {value, evidence?}}, sorted by name; pointer is where they stand.
 *  Faults are gathered: request_settle() comes after it.
 *  ERR_OUT_OF_MEMORY, with the reply made. */
enum err facts_read(struct request *r, const json_t *map, const char *pointer,
                    const struct fact_input **facts, size_t *count) MUST_USE;

#endif

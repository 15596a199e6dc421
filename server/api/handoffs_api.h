/* What is done with handoffs: POST /v1/handoffs and below. The reads are in handoffs_read_api.c. */
#ifndef BATON_SERVER_HANDOFFS_API_H
#define BATON_SERVER_HANDOFFS_API_H

#include "http/request.h"

#define HANDOFF_BODY_MAX_BYTES (64 << 10)

enum err handoffs_offer(struct request *r, struct command *command);
enum err handoffs_claim(struct request *r, struct command *command);
enum err handoffs_release(struct request *r, struct command *command);
enum err handoffs_assign(struct request *r, struct command *command);
enum err handoffs_accept(struct request *r, struct command *command);
enum err handoffs_reject(struct request *r, struct command *command);
enum err handoffs_return(struct request *r, struct command *command);
enum err handoffs_qualify(struct request *r, struct command *command);
enum err handoffs_withdraw(struct request *r, struct command *command);
enum err handoffs_feedback(struct request *r, struct command *command);
enum err handoffs_dispute(struct request *r, struct command *command);
enum err handoffs_uphold(struct request *r, struct command *command);
enum err handoffs_concede(struct request *r, struct command *command);
enum err handoffs_outcome(struct request *r, struct command *command);

#endif

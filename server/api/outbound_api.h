/* What was sent to subscriptions, and what came back:
 * /v1/subscriptions/{subscription_id}/deliveries of one of them, GET /v1/deliveries?direction=out
 * of all. */
#ifndef BATON_SERVER_OUTBOUND_API_H
#define BATON_SERVER_OUTBOUND_API_H

#include "api/reading.h"
#include "http/request.h"

#include "store/read/outbound_read.h"

extern const struct input_spec subscriptions_deliveries_input;
enum err subscriptions_deliveries(struct request *r, struct read *read);

/** What GET /v1/deliveries?direction=out asks for. */
struct outbound_query {
    const char *subscription;  /* its name; NULL: any */
    enum outbound_state state; /* OUTBOUND_STATE_COUNT: any */
    instant from, to;          /* when it was made; INSTANT_NONE: open */
};

/** A fault where there is no subscription of this name. */
void outbound_check(struct request *r, const struct outbound_query *query);

/** Of the subscriptions that there are. What members are mailed of by themselves is sent to none of
 *  them, so it is not there. Its places have a number, which those of what was received have not.
 */
enum err outbound_list(struct request *r, struct read *read, const struct outbound_query *query,
                       const struct reading_query *at, const struct reading_places *places);

#endif

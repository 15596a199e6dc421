/* /v1/subscriptions: what a team wants to be sent. What became of it: outbound_api.h. */
#ifndef BATON_SERVER_SUBSCRIPTIONS_API_H
#define BATON_SERVER_SUBSCRIPTIONS_API_H

#include "http/request.h"

struct read;

extern const struct input_spec subscription_create_spec;
extern const struct input_spec subscription_update_spec;
extern const struct input_spec subscription_named_spec;
extern const struct input_spec subscription_replay_spec;

/** Whether Baton may send to their URLs. */
enum err targets_list(struct request *r);
enum err subscriptions_create_fill(struct request *r, void *input);
enum err subscriptions_update_fill(struct request *r, void *input);
enum err subscriptions_create_names(struct request *r, struct read *read);
enum err subscriptions_update_names(struct request *r, struct read *read);

extern const struct input_spec subscriptions_list_input;
enum err subscriptions_list(struct request *r, struct read *read);
extern const struct input_spec subscriptions_get_input;
enum err subscriptions_get(struct request *r, struct read *read);

#endif

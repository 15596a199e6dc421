/* POST /v1/inbound/{source_id}, POST /v1/deliveries/{delivery_id}/replay */
#ifndef BATON_SERVER_INBOUND_API_H
#define BATON_SERVER_INBOUND_API_H

#include "http/backend.h"
#include "http/request.h"

/** The workspace in a source's id or write key; false when it is not such an id. */
bool inbound_workspace(struct request *r, struct uuid *workspace);

/** Authenticates a delivery without a key: the source itself, by what its sender shows. Fills
 *  r->caller when the body is there and its signature fits; AUTH_BODY while the body is awaited.
 *  HTTP thread. */
enum auth_answer inbound_authenticate(struct request *r, const struct config *config);

/** Answers a sender that asks whether the address is its owner's: Meta, LinkedIn. */
extern const struct input_spec inbound_handshake_spec;
enum err inbound_handshake(struct request *r);

/** Of the paths of Segment's libraries, where the write key says which source. */
extern const struct input_spec inbound_sdk_spec;

/** Reads the raw body itself. */
extern const struct input_spec inbound_spec;
enum err inbound_receive_fill(struct request *r, void *input);

extern const struct input_spec delivery_replay_spec;

#endif

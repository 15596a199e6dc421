/* What bodies say about a lead: its identities, attributes, facts, touches, and a whole capture. */
#ifndef BATON_SERVER_LEAD_INPUT_H
#define BATON_SERVER_LEAD_INPUT_H

#include "base/input.h"
#include "core/intake/lead_capture.h"

/* Of a list of struct identity that several members add to, each identity once. */
extern const struct input_type identity_email_type;
extern const struct input_type identity_external_type;
extern const struct input_type identity_anonymous_type;

/** {name: value} as a list of struct attribute_input, sorted by name. */
extern const struct input_type attributes_type;

/** {name: {value, evidence?}} as a list of struct fact_input, sorted by name. */
extern const struct input_type facts_type;

/** struct touch_input */
extern const struct input_type touch_type;

/** struct capture_input, except source, which depends on the caller. */
extern const struct input_spec capture_spec;

#endif

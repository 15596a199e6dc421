/* /v1/glossary and /v1/stages/{stage}: the words of a workspace. */
#ifndef BATON_SERVER_GLOSSARY_API_H
#define BATON_SERVER_GLOSSARY_API_H

#include "http/request.h"

enum err glossary_get(struct request *r, struct read *read);

extern const struct input_spec stages_get_input;
enum err stages_get(struct request *r, struct read *read);

extern const struct input_spec stage_put_spec;

#endif

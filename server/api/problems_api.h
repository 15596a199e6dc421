/* What each problem code means and what to do, at the address in its `type`: made from the one
 * table of errors, for people as a page or Markdown, for programs as JSON. */
#ifndef BATON_SERVER_PROBLEMS_API_H
#define BATON_SERVER_PROBLEMS_API_H

#include "http/request.h"

extern const struct input_spec problems_get_input;

enum err problems_list(struct request *r);
enum err problems_get(struct request *r);

#endif

/* The page, its files, and the documents that are built in: for people as pages, else Markdown. */
#ifndef BATON_SERVER_DOCS_API_H
#define BATON_SERVER_DOCS_API_H

#include "http/request.h"

extern const struct input_spec docs_get_input;

extern const struct input_spec web_get_input;

enum err web_get(struct request *r);
enum err docs_start(struct request *r);
enum err docs_get(struct request *r);

#endif

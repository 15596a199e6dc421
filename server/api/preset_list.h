/* What can be begun with: presets of sources and of targets, as they are listed. */
#ifndef BATON_SERVER_PRESET_LIST_H
#define BATON_SERVER_PRESET_LIST_H

#include "http/request.h"

#include <jansson.h>

struct preset_list {
    const char *(*name)(size_t place); /* NULL after the last */
    /** Parsed, for the caller to free; NULL: memory is short. */
    json_t *(*document)(const char *name, struct arena *arena);
    const char *const *members; /* of a document, those that are shown; NULL after the last */
};

/** Answers 200 with {data: [{name, …}]}. */
enum err preset_list_answer(struct request *r, const struct preset_list *list);

#endif

/*
 * JSON text into jansson's tree, where memory may be short. An allocation that fails deep inside
 * its parser shows there as "invalid token", or not at all: true of nothing. So jansson is called
 * here, its allocations are watched on the way, and what it made of a shortage is dropped. Trees
 * that are built piece by piece say so themselves, as NULL or -1.
 */
#ifndef BATON_BASE_JSON_TREE_H
#define BATON_BASE_JSON_TREE_H

#include "base/arena.h"
#include "base/json_out.h"

#include <jansson.h>

/** Once, before any thread uses jansson: its allocations are watched, and are met from a reserve as
 *  long as that lasts. Without it a shortage is what jansson says it is. */
void json_tree_prepare(void);

/** As json_loadb(); error may be NULL. NULL too when memory was short: then arena is marked, and
 *  what error says is not to be believed. */
json_t *json_tree_read(struct arena *arena, const char *text, size_t len, size_t flags,
                       json_error_t *error);

/** Writes a parsed value: compact, members in the order in which they came, numbers in the
 *  shortest form that reads back the same. */
void json_tree_write(const json_t *json, struct json_out *out);

#endif

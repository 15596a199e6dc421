/*
 * Entity tags (RFC 9110, section 8.8.3). The tag of a thing that people edit is made of its
 * content, so that the same content has the same tag wherever it is shown. The answer to a read
 * depends on more (who may do what, the format, compression), so its tag continues after a dot:
 * "<content>.<answer>". If-Match compares the content, If-None-Match the whole answer.
 */
#ifndef BATON_BASE_ETAG_H
#define BATON_BASE_ETAG_H

#include "base/json_out.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ETAG_LEN 34 /* quotes, 32 hex digits */

/** The tag of this JSON text, with its quotes and a NUL. */
void etag_of_text(const char *json, size_t len, char out[ETAG_LEN + 1]);

/** The tag of a thing that counts its changes. */
void etag_of_revision(int64_t revision, char out[ETAG_LEN + 1]);

/** The tag of the text that json_tree_write makes. False when memory is short. */
bool etag_of_json(const json_t *json, struct arena *arena, char out[ETAG_LEN + 1]);

/** Whether it is "*" or a list of tags, as both headers allow. */
bool etag_list_is_fine(const char *list);

/** Whether an If-Match value (NULL: not sent; "*"; a list of tags) allows this content. Weak tags
 *  never do. */
bool etag_matches(const char *if_match, const char *etag);

/** Whether an If-None-Match value (likewise) contains the tag of this answer, weak or not. */
bool etag_is_known(const char *if_none_match, const char *etag);

#endif

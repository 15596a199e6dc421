/* The body of a request: collected up to its cap, then parsed. HTTP thread. */
#ifndef BATON_SERVER_BODY_H
#define BATON_SERVER_BODY_H

#include "base/arena.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define BODY_DETAIL_MAX_BYTES 320

struct request;

/** Makes room for what Content-Length announces; for a chunked body, nothing yet.
 *  ERR_OUT_OF_MEMORY; ERR_OVERLOADED when all bodies together would hold too much. */
enum err body_expect(struct request *r) MUST_USE;

/** Takes bytes as they come. ERR_BODY_TOO_LARGE, ERR_OUT_OF_MEMORY, ERR_OVERLOADED. */
enum err body_take(struct request *r, const char *bytes, size_t len) MUST_USE;

/** Bytes of an upload that are stored at once. */
#define BODY_PIECE_BYTES ((size_t)1 << 20)

/** Takes as many bytes of an upload as its piece has room for, and lowers *len by their number.
 *  Errors as body_take(), of which the cap is that of the whole. */
enum err body_take_piece(struct request *r, const char *bytes, size_t *len) MUST_USE;

/** Frees body and tree. */
void body_release(struct request *r);

/** Parses JSON text strictly: no duplicate keys, no NUL, UTF-8 only, within json_bounds.h. On
 * error, detail says what is wrong and where. ERR_MALFORMED_JSON; ERR_OUT_OF_MEMORY, with arena
 * marked.
 */
enum err body_parse(const char *text, size_t len, struct arena *arena, json_t **out,
                    char detail[BODY_DETAIL_MAX_BYTES]) MUST_USE;

#endif

/*
 * Writes JSON text, compact, into a growing buffer with a cap (text_out). Used where the exact
 * bytes matter (ledger bodies, stored answers) and on hot paths; commas are placed by itself. What
 * does not fit, or finds no memory, marks the arena as failed: look there once, at the end.
 */
#ifndef BATON_BASE_JSON_OUT_H
#define BATON_BASE_JSON_OUT_H

#include "base/instant.h"
#include "base/text_out.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Digits that any decimal number keeps on its way through a double: 0.3 stays 0.3. */
#define DECIMAL_DIGITS 15

struct json_out {
    struct text_out written;
    bool need_comma; /* the next member or item is not the first */
};

void json_out_init(struct json_out *out, struct arena *arena, size_t cap_bytes);
/** Forgets the text and keeps the memory. */
void json_out_clear(struct json_out *out);

/** What was written, copied to this arena, from a writer that is used again; len may be NULL. NULL
 * when memory is short, or was while it was written to the same arena. */
char *json_out_keep(const struct json_out *out, struct arena *arena, size_t *len);

void json_out_begin_object(struct json_out *out);
void json_out_end_object(struct json_out *out);
void json_out_begin_array(struct json_out *out);
void json_out_end_array(struct json_out *out);
/** The name of the next value. */
void json_out_key(struct json_out *out, const char *key);

void json_out_text(struct json_out *out, const char *text); /* NULL writes null */
void json_out_text_len(struct json_out *out, const char *text, size_t len);
void json_out_int(struct json_out *out, int64_t number);
/** Shortest text that reads back as the same double ("0.1", not 0.10000000000000001). */
void json_out_real(struct json_out *out, double number);
void json_out_bool(struct json_out *out, bool value);
void json_out_null(struct json_out *out);
void json_out_uuid(struct json_out *out, struct uuid id); /* nil writes null */
void json_out_instant(struct json_out *out, instant at);  /* INSTANT_NONE writes null */
/** Lower-case hex in quotes. */
void json_out_hex(struct json_out *out, const uint8_t *bytes, size_t len);
/** Text that is JSON already. */
void json_out_raw(struct json_out *out, const char *json, size_t len);

/* Key and value in one call. */
void json_out_member_text(struct json_out *out, const char *key, const char *text);
void json_out_member_int(struct json_out *out, const char *key, int64_t number);
void json_out_member_bool(struct json_out *out, const char *key, bool value);
void json_out_member_null(struct json_out *out, const char *key);
void json_out_member_uuid(struct json_out *out, const char *key, struct uuid id);
void json_out_member_instant(struct json_out *out, const char *key, instant at);

#endif

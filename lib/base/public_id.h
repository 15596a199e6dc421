/*
 * Ids that are read before the workspace is known contain it: the base32 text (RFC 4648, lower
 * case, no padding) of workspace ‖ id, 52 characters. Used for keys and inbound sources.
 */
#ifndef BATON_BASE_PUBLIC_ID_H
#define BATON_BASE_PUBLIC_ID_H

#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PUBLIC_ID_LEN 52

void public_id_format(struct uuid workspace, struct uuid id, char out[PUBLIC_ID_LEN + 1]);

/** Accepts exactly what public_id_format writes; len is the length of text. */
bool public_id_parse(const char *text, size_t len, struct uuid *workspace, struct uuid *id);

/** Characters for this many bytes, without the NUL. */
#define BASE32_LEN(bytes) (((bytes)*8 + 4) / 5)

/** Writes BASE32_LEN(len) characters and a NUL. */
void base32_encode(const uint8_t *bytes, size_t len, char *out);

/** Accepts only what base32_encode writes for this many bytes. */
bool base32_decode(const char *text, size_t text_len, uint8_t *bytes, size_t len);

#endif

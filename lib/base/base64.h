/* Base64 (RFC 4648) by OpenSSL's block functions, which do not allocate. Pure. */
#ifndef BATON_BASE_BASE64_H
#define BATON_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/** Characters for this many bytes, padding included, without the NUL. */
#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4)

/** Section 4: BASE64_LEN(len) characters and a NUL. */
void base64_encode(const void *bytes, size_t len, char *out);

/** Section 5 ("-" and "_"), without padding; returns how many characters. out has room for
 *  BASE64_LEN(len) and a NUL. */
size_t base64url_encode(const void *bytes, size_t len, char *out);

/** Accepts only what base64url_encode() writes: one text for one value. *len bytes and a NUL; out
 *  has room for BASE64_LEN(text_len) + 1. text_len is at most BASE64URL_MAX_LEN. */
bool base64url_decode(const char *text, size_t text_len, char *out, size_t *len);

#define BASE64URL_MAX_LEN 1024

/** Section 4, with padding or without; false when it is none or is longer than size bytes. */
bool base64_decode(const char *text, void *out, size_t size, size_t *len);

#endif

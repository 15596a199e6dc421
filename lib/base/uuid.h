/* UUIDs (RFC 9562). Pure: the caller provides time and randomness. */
#ifndef BATON_BASE_UUID_H
#define BATON_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

struct uuid {
    uint8_t b[16];
};

/** Length of the text form without the NUL. */
#define UUID_TEXT_LEN 36

/** Version 7 from Unix milliseconds and ten random bytes. */
struct uuid uuid_v7(uint64_t unix_ms, const uint8_t random[10]);

/** Version 8 (custom): made of the first 16 bytes of a digest. */
struct uuid uuid_v8(const uint8_t digest[16]);

/** Writes the lower-case text form and a NUL. */
void uuid_format(struct uuid id, char out[UUID_TEXT_LEN + 1]);

/** Accepts only the 36-character form, upper or lower case; text need not be NUL-terminated after
 *  it, but nothing may follow. */
bool uuid_parse(const char *text, struct uuid *out);

/** The order of the bytes, which is also PostgreSQL's order of the type uuid. */
int uuid_compare(struct uuid a, struct uuid b);

bool uuid_equal(struct uuid a, struct uuid b);

bool uuid_is_nil(struct uuid id);

#endif

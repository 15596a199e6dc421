#include "core/intake/completion.h"

#include "base/digest.h"

const char *completion_state_name(enum completion_state state)
{
    static const char *const names[COMPLETION_STATE_COUNT] = {"pending", "done", "failed"};

    return names[state];
}

struct uuid completion_id(struct uuid delivery, int item)
{
    static const char label[] = "completion";
    uint8_t hash[DIGEST_BYTES];
    uint8_t number[] = {(uint8_t)(item >> 8), (uint8_t)item};
    const struct digest_part parts[] = {
        {label, sizeof label}, {delivery.b, sizeof delivery.b}, {number, sizeof number}};

    digest_sha256(parts, 3, hash);
    return uuid_v8(hash);
}

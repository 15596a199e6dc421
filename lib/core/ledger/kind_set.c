#include "core/ledger/kind_set.h"

#include "core/ledger/ledger.h"

#include <string.h>

static bool fits(const char *type, const char *pattern, size_t len)
{
    if (len == 1 && pattern[0] == '*')
        return true;
    if (len >= 2 && pattern[len - 1] == '*' && pattern[len - 2] == '.')
        return strncmp(type, pattern, len - 1) == 0;
    return strlen(type) == len && memcmp(type, pattern, len) == 0;
}

bool kind_set_add(struct kind_set *set, const char *pattern, size_t len)
{
    bool some = false;

    for (int kind = 0; kind < KIND_SET_MAX; kind++) {
        const char *type = ledger_kind_name(kind);
        if (type == NULL || !fits(type, pattern, len))
            continue;
        set->bits[kind / 64] |= UINT64_C(1) << kind % 64;
        some = true;
    }
    return some;
}

bool kind_set_has(const struct kind_set *set, int kind)
{
    return kind >= 0 && kind < KIND_SET_MAX && (set->bits[kind / 64] >> kind % 64 & 1) != 0;
}

#include "core/intake/import_result.h"

static const char *const details[IMPORT_REFUSAL_COUNT] = {[IMPORT_TAKEN] = "",
#define X(name, detail) [IMPORT_##name] = (detail),
                                                          IMPORT_REFUSAL_TABLE(X)
#undef X
};

const char *import_refusal_detail(enum import_refusal refusal)
{
    return details[refusal];
}

#include "core/intake/import_result.h"

static const struct {
    const char *code;
    const char *detail;
} refusals[IMPORT_REFUSAL_COUNT] = {[IMPORT_TAKEN] = {"ok", ""},
#define X(name, code, detail) [IMPORT_##name] = {code, detail},
                                    IMPORT_REFUSAL_TABLE(X)
#undef X
};

const char *import_refusal_code(enum import_refusal refusal)
{
    return refusals[refusal].code;
}

const char *import_refusal_detail(enum import_refusal refusal)
{
    return refusals[refusal].detail;
}

#include "core/intake/mapping.h"

static const struct {
    const char *code;
    const char *detail;
} errors[MAPPED_ERROR_COUNT] = {[MAPPED_OK] = {"ok", ""},
#define X(name, code, detail) [MAPPED_##name] = {code, detail},
                                MAPPED_ERROR_TABLE(X)
#undef X
};

const char *mapped_error_code(enum mapped_error error)
{
    return errors[error].code;
}

const char *mapped_error_detail(enum mapped_error error)
{
    return errors[error].detail;
}

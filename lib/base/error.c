#include "base/error.h"

static const struct {
    int status;
    const char *code;
    const char *title;
    const char *means;
    const char *cure;
} errors[ERR_COUNT] = {[ERR_NONE] = {200, "ok", "OK", "", ""},
#define X(name, status, code, title, means, cure) [ERR_##name] = {status, code, title, means, cure},
                       ERROR_TABLE(X)
#undef X
};

int error_status(enum err err)
{
    return errors[err].status;
}

const char *error_code(enum err err)
{
    return errors[err].code;
}

const char *error_title(enum err err)
{
    return errors[err].title;
}

const char *error_means(enum err err)
{
    return errors[err].means;
}

const char *error_cure(enum err err)
{
    return errors[err].cure;
}

bool error_is_passing(enum err err)
{
    return err == ERR_UNAVAILABLE || err == ERR_CONTENDED || err == ERR_OVERLOADED ||
           err == ERR_OUTCOME_UNKNOWN;
}

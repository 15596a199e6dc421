#include "core/attribution/cut.h"

static const char *const cut_names[] = {
#define X(name, text) [CUT_##name] = text,
    ATTRIBUTION_CUT_TABLE(X)
#undef X
        [CUT_CONTENT_OWNER] = "content_owner",
};

const struct input_type attribution_cut_type = {
    .kind = INPUT_ENUM, .values = cut_names, .max = CUT_COUNT - 1};

const char *attribution_cut_name(enum attribution_cut cut)
{
    return cut_names[cut];
}

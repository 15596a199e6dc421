#include "base/period.h"

#include <string.h>

#define DATE_LEN 10 /* of "2026-11-22" */

bool period_end_parse(const char *text, struct period_end *out)
{
    instant at;

    *out = (struct period_end){.at = INSTANT_NONE};
    if (strlen(text) == DATE_LEN) {
        out->date = text;
        return instant_parse_lenient(text, &at);
    }
    return instant_parse(text, &out->at);
}

instant period_end_utc(const struct period_end *end)
{
    instant at = end->at;

    if (end->date != NULL && !instant_parse_lenient(end->date, &at))
        return INSTANT_NONE;
    return at;
}

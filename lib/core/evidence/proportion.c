#include "core/evidence/proportion.h"

#include <math.h>

#define Z         1.959963984540054 /* of 95 % */
#define SHOWN     10000.0           /* four decimals */
#define TOLERANCE 1e-9              /* of what is a whole number before it is rounded outwards */

struct interval proportion_wilson(struct proportion share)
{
    double n = (double)share.of;

    if (share.of <= 0)
        return (struct interval){0, 1};
    double p = (double)share.count / n;
    double shrink = 1 + Z * Z / n;
    double middle = (p + Z * Z / (2 * n)) / shrink;
    double half = Z / shrink * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    return (struct interval){
        share.count == 0 ? 0 : middle - half,
        share.count == share.of ? 1 : middle + half,
    };
}

static double outwards(double value, bool up)
{
    double scaled = value * SHOWN;

    return (up ? ceil(scaled - TOLERANCE) : floor(scaled + TOLERANCE)) / SHOWN;
}

void proportion_rate_member(struct proportion share, const char *key, struct json_out *out)
{
    json_out_key(out, key);
    json_out_real(out, round((double)share.count / (double)share.of * SHOWN) / SHOWN);
}

void proportion_write(struct proportion share, struct json_out *out)
{
    struct interval interval = proportion_wilson(share);

    json_out_begin_object(out);
    json_out_member_int(out, "count", share.count);
    json_out_member_int(out, "of", share.of);
    if (share.of == 0) {
        json_out_member_null(out, "rate");
        json_out_member_null(out, "low");
        json_out_member_null(out, "high");
    } else {
        proportion_rate_member(share, "rate", out);
        json_out_key(out, "low");
        json_out_real(out, outwards(interval.low, false));
        json_out_key(out, "high");
        json_out_real(out, outwards(interval.high, true));
    }
    json_out_end_object(out);
}

void proportion_member(struct proportion share, const char *key, struct json_out *out)
{
    json_out_key(out, key);
    proportion_write(share, out);
}

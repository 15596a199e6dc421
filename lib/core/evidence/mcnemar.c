#include "core/evidence/mcnemar.h"

#include <math.h>

/* A term that is this much smaller than the sum, and all that are smaller still, change no digit
 * of it. */
#define NEGLIGIBLE 1e-18

double mcnemar_test(int64_t better, int64_t worse)
{
    int64_t n = better + worse;
    int64_t rarer = better < worse ? better : worse;
    int sign;
    double term = 1, sum = 0;

    if (n == 0)
        return 1;
    /* from the largest term down, as shares of it, so that nothing underflows */
    for (int64_t i = rarer; i >= 0 && term > sum * NEGLIGIBLE; i--) {
        sum += term;
        term *= (double)i / (double)(n - i + 1);
    }
    double largest = lgamma_r((double)n + 1, &sign) - lgamma_r((double)rarer + 1, &sign) -
                     lgamma_r((double)(n - rarer) + 1, &sign) - (double)n * log(2);
    double p = 2 * exp(largest + log(sum));
    return p < 1 ? p : 1;
}

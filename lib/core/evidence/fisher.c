#include "core/evidence/fisher.h"

#include <math.h>

/* Tables that are as probable as the one at hand but for rounding count as such. */
#define TIE 1e-7

static double log_factorial(int64_t n)
{
    int sign;

    return lgamma_r((double)n + 1, &sign);
}

/* Hypergeometric: x successes among `with`, of `yes` successes among all. */
static double log_probability(int64_t x, int64_t with, int64_t yes, int64_t all)
{
    return log_factorial(with) - log_factorial(x) - log_factorial(with - x) +
           log_factorial(all - with) - log_factorial(yes - x) -
           log_factorial(all - with - yes + x) - log_factorial(all) + log_factorial(yes) +
           log_factorial(all - yes);
}

double fisher_test(const struct two_by_two *table)
{
    int64_t with = table->with_yes + table->with_no;
    int64_t yes = table->with_yes + table->without_yes;
    int64_t all = with + table->without_yes + table->without_no;
    int64_t low = with + yes > all ? with + yes - all : 0;
    int64_t high = with < yes ? with : yes;
    double observed = exp(log_probability(table->with_yes, with, yes, all));
    double probability = exp(log_probability(low, with, yes, all));
    double sum = 0;

    if (observed <= 0 || probability <= 0) { /* too small for a double: from the logarithms */
        double limit = log_probability(table->with_yes, with, yes, all) + TIE;
        for (int64_t x = low; x <= high; x++) {
            double log_one = log_probability(x, with, yes, all);
            sum += log_one <= limit ? exp(log_one) : 0;
        }
        return sum < 1 ? sum : 1;
    }
    for (int64_t x = low; x <= high; x++) {
        if (probability <= observed * (1 + TIE))
            sum += probability;
        probability *= (double)(with - x) * (double)(yes - x) /
                       ((double)(x + 1) * (double)(all - with - yes + x + 1));
    }
    return sum < 1 ? sum : 1;
}

#include "base/currency.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define MINOR_MAX 9007199254740991.0

static const struct {
    const char *code;
    int decimals;
} others[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
    {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3},
    {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"UYW", 4},
    {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

bool currency_valid(const char *code)
{
    return strlen(code) == 3 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

int currency_decimals(const char *code)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].code, code) == 0)
            return others[i].decimals;
    return 2;
}

bool currency_minor(double amount, const char *code, int64_t *out)
{
    for (int i = currency_decimals(code); i > 0; i--)
        amount *= 10;
    if (!(amount >= 0 && amount <= MINOR_MAX))
        return false;
    *out = (int64_t)round(amount);
    return true;
}

/* Currencies in declared input (base/input.h): one rule and one sentence for all of them. */
#ifndef BATON_BASE_CURRENCY_INPUT_H
#define BATON_BASE_CURRENCY_INPUT_H

#include "base/input.h"

/** Into a const char *. */
extern const struct input_type input_currency;
/** Into a char [4], such as that of struct amount. */
extern const struct input_type input_currency_code;

#endif

#include "base/currency_input.h"

#include "base/currency.h"

#include <string.h>

#define WANTED "Three capital letters of ISO 4217 are wanted, such as EUR"

static bool read_code(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    (void)in;
    memcpy((char *)base + field->offset, json_string_value(at->json), 4);
    return true;
}

const struct input_type input_currency = {
    .kind = INPUT_LINE,
    .min = 3,
    .max = 3,
    .fits = currency_valid,
    .code = "currency",
    .wanted = WANTED,
};
const struct input_type input_currency_code = {
    .kind = INPUT_LINE,
    .min = 3,
    .max = 3,
    .fits = currency_valid,
    .code = "currency",
    .wanted = WANTED,
    .read = read_code,
};

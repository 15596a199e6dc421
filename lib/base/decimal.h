/* Integers as text. printf, which reads its format anew each time, takes four times as long. */
#ifndef BATON_BASE_DECIMAL_H
#define BATON_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/** "-9223372036854775808" and the NUL. */
#define DECIMAL_TEXT_MAX 21

/** Writes the number as JSON has it, NUL-terminated; its length. */
size_t decimal_format(int64_t number, char out[DECIMAL_TEXT_MAX]);

#endif

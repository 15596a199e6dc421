/* The text that Prometheus reads (format 0.0.4), held against its rules and against those of
 * `promtool check metrics` that concern names and help. */
#ifndef BATON_TESTS_EXPOSITION_H
#define BATON_TESTS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>

/** What is wrong first, with its line; NULL: nothing. A static text. */
const char *exposition_fault(const char *text);

/** The value of the sample of this name, with its labels as written; false: there is none. */
bool exposition_value(const char *text, const char *sample, double *out);

#endif

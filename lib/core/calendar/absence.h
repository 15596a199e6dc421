/*
 * Days on which somebody is away: [{"from": "2026-12-24", "to": "2027-01-06"}, …], both days
 * included; without `to` until further notice. Compiled once, and never changed then.
 */
#ifndef BATON_CORE_ABSENCE_H
#define BATON_CORE_ABSENCE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ABSENCES_MAX 100

/** Days since 1970-01-01, both included. */
struct absence {
    int64_t from;
    int64_t to; /* INT64_MAX: until further notice */
};

/** In the order of the list. ERR_INVALID_VALUE: all faults are added; ERR_OUT_OF_MEMORY. */
enum err absence_compile(const json_t *list, const char *pointer, struct arena *arena,
                         struct faults *faults, const struct absence **out, size_t *count) MUST_USE;

bool absence_on(const struct absence *absences, size_t count, int64_t day);

#endif

/* The exchange rates of a workspace, by which amounts are converted where that is asked for. */
#ifndef BATON_CORE_RATES_CHANGE_H
#define BATON_CORE_RATES_CHANGE_H

#include "core/attribution/rates.h"
#include "core/command.h"

/** The one table that a workspace has. */
#define RATES_KEPT 0

struct rates_row {
    int64_t id;         /* RATES_KEPT */
    const char *record; /* as rates_write() has it */
    instant updated_at;
};

struct rates_put_input {
    int64_t id;           /* RATES_KEPT, which is what an input has that says nothing of it */
    const char *if_match; /* NULL: none */
    struct rates rates;
};

/** 200 Rates: the whole table is replaced. */
enum decision rates_put(struct work *work, const struct command *command, struct outcome *outcome);

/** {base, rates, updated_at} */
void rates_row_write(const struct rates_row *row, struct json_out *out);

#endif

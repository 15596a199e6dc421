/* Forms of enums that several tables store as words. */
#ifndef BATON_STORE_COLUMN_WORDS_H
#define BATON_STORE_COLUMN_WORDS_H

#include "store/pg/columns.h"

extern const struct column_form as_term;
extern const struct column_form as_stage; /* STAGE_COUNT is null */
extern const struct column_form as_direction;
extern const struct column_form as_team_function;
extern const struct column_form as_side;
/** Of a struct amount, where "" is null. */
extern const struct column_form as_currency;

#endif

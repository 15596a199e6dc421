#include "store/table/column_words.h"

#include "core/agreement/agreement_rules.h"
#include "core/lead/lead.h"

const struct column_form as_term = COLUMN_WORD(term_name, TERM_COUNT);
const struct column_form as_stage = COLUMN_WORD(stage_name, STAGE_COUNT);
const struct column_form as_direction = COLUMN_WORD(direction_name, DIRECTION_OUTBOUND + 1);
const struct column_form as_team_function = COLUMN_WORD(team_function_name, FUNCTION_COUNT);
const struct column_form as_side = COLUMN_WORD(side_name, SIDE_COUNT);

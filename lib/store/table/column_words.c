#include "store/table/column_words.h"

#include "core/agreement/agreement_rules.h"
#include "core/lead/lead.h"

#include <string.h>

static void put_currency(struct column_writer *w, const void *row)
{
    const char *currency = column_member(w->column, row);

    pg_array_text(w->to, currency[0] == '\0' ? NULL : currency);
}

static bool get_currency(const struct column_reader *r, void *row)
{
    char *currency = (char *)row + r->column->offset;
    bool fits = r->len < sizeof(((struct amount *)NULL)->currency);

    if (r->value != NULL && fits)
        memcpy(currency, r->value, r->len);
    return fits;
}

const struct column_form as_currency = {.type = PG_TEXT, .put = put_currency, .get = get_currency};
const struct column_form as_term = COLUMN_WORD(term_name, TERM_COUNT);
const struct column_form as_stage = COLUMN_WORD(stage_name, STAGE_COUNT);
const struct column_form as_direction = COLUMN_WORD(direction_name, DIRECTION_OUTBOUND + 1);
const struct column_form as_team_function = COLUMN_WORD(team_function_name, FUNCTION_COUNT);
const struct column_form as_side = COLUMN_WORD(side_name, SIDE_COUNT);

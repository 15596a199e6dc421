#include "store/read/attribution_ask.h"

static void put_end(struct pg_params *params, const struct period_end *end)
{
    pg_params_instant(params, end->at);
    pg_params_text(params, end->date);
}

void attribution_ask_begin(struct read_query *query, const struct read *read,
                           const struct attribution_ask *ask)
{
    read_params(query, read);
    pg_params_text(&query->params, ask->query.timezone);
    put_end(&query->params, &ask->period.from);
    put_end(&query->params, &ask->period.to);
}

void attribution_ask_dimensions(struct pg_params *params, const struct attribution_query *query)
{
    for (int i = 0; i < ATTRIBUTION_DIMENSIONS_MAX; i++)
        pg_params_text(
            params, i < query->dimension_count ? attribution_cut_name(query->dimensions[i]) : NULL);
}

void attribution_ask_window(struct pg_params *params, const struct attribution_query *query)
{
    if (query->window_days == 0)
        pg_params_null(params);
    else
        pg_params_int4(params, query->window_days);
}

void attribution_ask_kinds(struct pg_params *params, const struct attribution_query *query)
{
    struct pg_array kinds;

    if (query->setup->kind_count == 0) {
        pg_params_null(params);
        return;
    }
    pg_array_begin(&kinds, params->arena, PG_TEXT, query->setup->kind_count);
    for (size_t i = 0; i < query->setup->kind_count; i++)
        pg_array_text(&kinds, query->setup->kinds[i]);
    pg_params_array(params, &kinds);
}

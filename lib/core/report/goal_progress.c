#include "core/report/goal_progress.h"

#include "core/evidence/proportion.h"

#include <math.h>

#define Z95 1.959963984540054

/* 1970-01-01 was a Thursday. */
#define MONDAY_OFFSET 3

static instant month_begin(int64_t month)
{
    instant at = INSTANT_NONE;

    (void)instant_of_parts((int)(1970 + month / 12), (int)(month % 12) + 1, 1, 0, 0, 0, &at);
    return at;
}

struct goal_span goal_span_of(enum goal_period period, instant at)
{
    static const int months[PERIOD_COUNT] = {
        [PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_YEAR] = 12};
    int64_t month = instant_month(at);

    if (period == PERIOD_WEEK) {
        int64_t day = instant_day(at);
        int64_t monday = day - (day + MONDAY_OFFSET) % 7;
        return (struct goal_span){monday * INSTANT_DAY, (monday + 7) * INSTANT_DAY};
    }
    month -= month % months[period];
    return (struct goal_span){month_begin(month), month_begin(month + months[period])};
}

static void foresee_sum(struct goal_progress *progress, double squares)
{
    double rest = (1 - progress->elapsed) / progress->elapsed;
    double wide = Z95 * sqrt(squares * rest * (1 + rest));

    progress->foreseen = true;
    progress->forecast = progress->reached * (1 + rest);
    progress->low = fmax(progress->reached, progress->forecast - wide);
    progress->high = progress->forecast + wide;
}

static void foresee_share(struct goal_progress *progress, struct goal_count count)
{
    struct interval interval = proportion_wilson((struct proportion){count.reached, count.of});

    progress->foreseen = true;
    progress->forecast = progress->reached;
    progress->low = 100 * interval.low;
    progress->high = 100 * interval.high;
}

static double part_of(struct goal_span span, instant at)
{
    if (at <= span.from)
        return 0;
    return at >= span.to ? 1 : (double)(at - span.from) / (double)(span.to - span.from);
}

struct goal_progress goal_progress_of(const struct goal *goal, struct goal_span span, instant at,
                                      struct goal_count count)
{
    bool percent = goal_measure_unit(goal->measure) == GOAL_PERCENT;
    struct goal_progress progress = {.elapsed = part_of(span, at), .low = 1, .high = 0};

    progress.known = !percent || count.of > 0;
    if (percent && progress.known)
        progress.reached = 100.0 * (double)count.reached / (double)count.of;
    else if (!percent)
        progress.reached = (double)count.reached;
    progress.expected = (double)goal->target * (percent ? 1 : progress.elapsed);
    progress.on_pace = progress.known && progress.reached >= progress.expected;
    progress.met = progress.known && progress.reached >= (double)goal->target;
    if (percent && progress.known)
        foresee_share(&progress, count);
    else if (!percent && progress.elapsed > 0)
        foresee_sum(&progress, goal_measure_unit(goal->measure) == GOAL_MONEY
                                   ? count.squares
                                   : fmax((double)count.reached, 0.5));
    if (goal_measure_unit(goal->measure) == GOAL_MONEY && count.squares == 0)
        progress.low = 1, progress.high = 0;
    return progress;
}

/* Percentages to a tenth; counts and money are whole: low rounded down, high up. */
static void write_number(const struct goal *goal, double number, double (*rounded)(double),
                         struct json_out *out)
{
    char text[64];
    int len;

    if (goal_measure_unit(goal->measure) == GOAL_PERCENT)
        len = snprintf(text, sizeof text, "%.1f", rounded(number * 10) / 10);
    else
        len = snprintf(text, sizeof text, "%.0f", rounded(number));
    json_out_raw(out, text, (size_t)len);
}

static void write_member(const struct goal *goal, const char *key, double number,
                         double (*rounded)(double), struct json_out *out)
{
    json_out_key(out, key);
    write_number(goal, number, rounded, out);
}

static void write_forecast(const struct goal *goal, const struct goal_progress *progress,
                           struct json_out *out)
{
    json_out_key(out, "forecast");
    if (!progress->foreseen) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    write_member(goal, "value", progress->forecast, round, out);
    if (progress->low > progress->high) {
        json_out_member_null(out, "low");
        json_out_member_null(out, "high");
    } else {
        write_member(goal, "low", progress->low, floor, out);
        write_member(goal, "high", progress->high, ceil, out);
    }
    json_out_member_text(out, "method",
                         goal_measure_unit(goal->measure) == GOAL_PERCENT ? "wilson"
                                                                          : "nelson_poisson");
    json_out_end_object(out);
}

void goal_progress_write(const struct goal *goal, const struct goal_progress *progress,
                         struct json_out *out)
{
    char tenths[32];

    json_out_member_int(out, "target", goal->target);
    json_out_member_text(out, "currency", goal->currency[0] == '\0' ? NULL : goal->currency);
    json_out_key(out, "reached");
    if (progress->known)
        write_number(goal, progress->reached, round, out);
    else
        json_out_null(out);
    json_out_member_bool(out, "met", progress->met);
    json_out_key(out, "pace");
    json_out_begin_object(out);
    json_out_key(out, "elapsed");
    json_out_raw(
        out, tenths,
        (size_t)snprintf(tenths, sizeof tenths, "%.1f", round(progress->elapsed * 1000) / 10));
    write_member(goal, "expected", progress->expected, round, out);
    json_out_member_bool(out, "on_pace", progress->on_pace);
    json_out_end_object(out);
    write_forecast(goal, progress, out);
}

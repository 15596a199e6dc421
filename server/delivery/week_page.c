#include "delivery/week_page.h"

#include "base/json_out.h"
#include "core/ledger/checkpoint.h"
#include "core/setup/week_end.h"
#include "store/read/proof_read.h"
#include "store/read/week_read.h"

#include <inttypes.h>

#define CHECKPOINT_TEXT_BYTES 4096

/* "2026-11-23" */
static const char *day_of(instant at, struct arena *arena)
{
    char text[INSTANT_TEXT_MAX];

    instant_format(at, text);
    return arena_printf(arena, "%.10s", text);
}

/* ---- what was handed over ---- */

static void write_side(enum team_function function, const struct week_side *side,
                       struct text_out *out)
{
    text_out_format(out, "Handed to %s: %" PRId64 " leads.\n", team_function_name(function),
                    side->offered);
    if (side->offered > 0)
        text_out_format(out,
                        "  %" PRId64 " were accepted, of which %" PRId64 " were returned; %" PRId64
                        " were rejected; %" PRId64 " wait for an answer.\n  %" PRId64
                        " were answered late or are overdue.\n",
                        side->accepted, side->returned, side->rejected, side->waiting, side->late);
    text_out_format(out,
                    "  Left undone now: %" PRId64 " answers are overdue, %" PRId64
                    " leads wait for an offer or for a word on what becomes of them.\n",
                    side->overdue, side->undecided);
}

/* ---- what changed ---- */

static bool is_within(instant at, instant end)
{
    return at != INSTANT_NONE && at >= end - WEEK && at < end;
}

/* Both sides read the same about each version, in the order in which it happens to one. */
static int write_version(const struct agreement_version *version, instant end, struct text_out *out)
{
    const struct {
        instant at;
        const char *what;
    } steps[] = {
        {version->proposed_at, "was proposed"},
        {version->declined_at, "was declined or taken back"},
        {version->in_force_from, "came into force"},
        {version->suspended_at, "was suspended"},
        {version->superseded_at, "was superseded"},
    };
    int written = 0;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (!is_within(steps[i].at, end))
            continue;
        text_out_format(out, "  %s, version %d, %s on %s.\n", agreement_kind_name(version->kind),
                        version->version, steps[i].what, day_of(steps[i].at, out->arena));
        written++;
    }
    return written;
}

static void write_agreements(const struct config *config, instant end, struct text_out *out)
{
    int written = 0;

    text_out_put(out, "Agreements:\n");
    for (size_t i = 0; i < config->agreement_count; i++)
        written += write_version(&config->agreements[i], end, out);
    if (written == 0)
        text_out_put(out, "  Nothing has changed.\n");
}

/* ---- the proof ---- */

static void write_checkpoint(const struct checkpoint_page *found, struct text_out *out)
{
    struct json_out json;

    if (found->count == 0) {
        text_out_put(out, "The ledger has no checkpoint yet: the operator gives the server a key "
                          "for them (BATON_SIGNING_KEY_FILE).\n");
        return;
    }
    json_out_init(&json, out->arena, CHECKPOINT_TEXT_BYTES);
    checkpoint_write(&found->items[0], &json);
    text_out_put(out, "Keep this mail. It has a signed checkpoint of the ledger: whoever changes "
                      "or cuts anything of before can be found out with it. Saved as a file, "
                      "\"baton verify --checkpoint FILE\" compares it with the ledger.\n\n");
    if (json.written.text != NULL)
        text_out_put(out, json.written.text);
    text_out_put(out, "\n");
}

const char *week_page(const struct read *read, const struct config *config, instant end)
{
    static const enum team_function sides[] = {FUNCTION_SALES, FUNCTION_MARKETING};
    struct checkpoint_page checkpoints = {0};
    struct week_counts counts;
    struct text_out out;

    if (week_read(read, end - WEEK, end, &counts) != ERR_NONE ||
        proof_read_checkpoints(read, INT64_MAX, 1, &checkpoints) != ERR_NONE)
        return NULL;
    text_out_init(&out, read->arena, WEEK_PAGE_MAX_BYTES);
    text_out_format(&out, "The week from %s to %s in %s.\n\n", day_of(end - WEEK, read->arena),
                    day_of(end - 1, read->arena), config->name);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        write_side(sides[i], &counts.sides[sides[i]], &out);
    text_out_put(&out, "\n");
    write_agreements(config, end, &out);
    text_out_put(&out, "\n");
    write_checkpoint(&checkpoints, &out);
    return out.text;
}

/* A back-test while the user waits: the question of POST /v1/backtests as words and options, and
 * its answer. For the commands that show one part of it or another. */
#ifndef BATON_SERVER_CLI_EVIDENCE_H
#define BATON_SERVER_CLI_EVIDENCE_H

#include "cli/cli_store.h"

#include "core/evidence/history.h"

struct cli_evidence {
    json_t *result;        /* as the API shows it */
    const uint8_t *movers; /* MOVER_BYTES each (core/evidence/mover.h) */
    size_t movers_len;
    struct arena *arena; /* of the movers */
};

/** The words after the workspace, and the options, that say what is tested. */
#define CLI_EVIDENCE_WORDS "WORKSPACE FILE|TERM [VERSION]"
#define CLI_EVIDENCE_OPTIONS                                                                       \
    {"against", "VERSION", false, "compare with this version of the same term"},                   \
        {"from", "DATE", false, "leads that were first judged at or after it"},                    \
    {                                                                                              \
        "to", "DATE", false, "and before this"                                                     \
    }

/** Runs it. When it compares, it does so with the version in force unless --against says
 *  otherwise. CLI_OK or an exit code; release it in any case. */
int cli_evidence_find(struct cli *cli, struct cli_store *store, bool compares,
                      struct cli_evidence *out) MUST_USE;
void cli_evidence_release(struct cli_evidence *evidence);

/** --target, by default otherwise. */
int cli_read_target(const struct cli *cli, enum history_target otherwise,
                    enum history_target *out) MUST_USE;

#endif

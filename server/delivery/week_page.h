/* A side's page of its week, by mail: what was handed over and what became of it, what is left
 * undone, what changed in the agreements, and the ledger's newest checkpoint, so that each side
 * holds the proof of what the ledger had without having asked for it (docs/ledger.md). */
#ifndef BATON_SERVER_WEEK_PAGE_H
#define BATON_SERVER_WEEK_PAGE_H

#include "core/config.h"
#include "store/read/read.h"

#define WEEK_PAGE_MAX_BYTES (64u << 10)

/** As plain text, of the week that ends then; in read->arena. NULL: memory is short, or the
 * database is away. */
const char *week_page(const struct read *read, const struct config *config, instant end);

#endif

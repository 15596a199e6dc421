/* The columns of tables that have no list of columns (lib/store/pg/columns.h), since their rows are
 * moved and not saved: what shows of each that nobody changed it past Baton, as of those in lists.
 */
#ifndef BATON_STORE_VERIFY_UNLISTED_H
#define BATON_STORE_VERIFY_UNLISTED_H

#include "store/pg/columns.h"

/* table, column or "*" for all of them, proof, by what or why by nothing */
#define VERIFY_UNLISTED(X)                                                                         \
    X(workspace_head, "pos", PROOF_VERIFIED, "the last entry")                                     \
    X(workspace_head, "config_version", PROOF_FREE, "tells caches to read again")                  \
    X(import_file, "*", PROOF_FREE, "what was uploaded; what it changed stands in entries")        \
    X(import_piece, "*", PROOF_FREE, "what was uploaded; what it changed stands in entries")       \
    X(import_refused, "*", PROOF_FREE, "what was uploaded; what it changed stands in entries")     \
    X(journey, "*", PROOF_FREE, "counted from leads and touches: `baton rollups rebuild`")         \
    X(rollup, "*", PROOF_FREE, "counted from leads and touches: `baton rollups rebuild`")          \
    X(rollup_credit, "*", PROOF_FREE, "counted from leads and touches: `baton rollups rebuild`")   \
    X(rollup_cursor, "*", PROOF_FREE, "how far the ledger was followed")                           \
    X(rollup_spread, "*", PROOF_FREE, "counted from leads and touches: `baton rollups rebuild`")   \
    X(job, "*", PROOF_FREE, "when a job runs next: it finds by itself what there is to do")        \
    X(outbound_cursor, "*", PROOF_FREE, "how far the ledger was followed")                         \
    X(outbound_queue, "*", PROOF_FREE, "what is sent next: made again of what is to be sent")      \
    X(session, "*", PROOF_FREE, "ends by itself; who it is stands with the member's key")          \
    X(schema_migration, "*", PROOF_FREE, "checksums that the program compares at its start")

#endif

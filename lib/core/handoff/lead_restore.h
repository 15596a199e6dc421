/* The other way of lead_absorb(): a merge is taken back. */
#ifndef BATON_CORE_LEAD_RESTORE_H
#define BATON_CORE_LEAD_RESTORE_H

#include "core/command.h"
#include "core/handoff/lead_before.h"

/**
 * Both are as they were before the merge, and what came since stays with the survivor: touches,
 * what was given, identities. The handoff that came with the absorbed lead goes back with it; one
 * that Baton offered since is withdrawn. Nothing that decides may have happened to the survivor
 * since (lead_before_is_decided_by()), and its identities must be loaded. Neither is judged anew.
 * ERR_INTERNAL when what was kept is damaged; ERR_OUT_OF_MEMORY.
 */
enum err lead_restore(struct work *work, struct lead *survivor, struct lead *absorbed,
                      struct merge_row *row, const struct caller *caller) MUST_USE;

#endif

/* One deal of an import: the chain of handoffs that it says to have been. */
#ifndef BATON_CORE_IMPORT_DEAL_H
#define BATON_CORE_IMPORT_DEAL_H

#include "core/command.h"
#include "core/intake/import_result.h"
#include "core/intake/mapping.h"

/** What the deal will look for. */
bool import_deal_note_keys(const struct mapped *row, struct work *work, struct uuid workspace,
                           struct work_keys *keys);

/** Takes or refuses it; what is refused has changed nothing. FIND_NEEDED: load more. */
enum find import_deal(struct work *work, const struct caller *caller, const struct mapped *row,
                      struct import_result *result);

#endif

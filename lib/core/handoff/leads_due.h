/*
 * What Baton does when the next step of leads is due; docs/handoff.md has it as a table. No step
 * waits for somebody to look.
 */
#ifndef BATON_CORE_LEADS_DUE_H
#define BATON_CORE_LEADS_DUE_H

#include "core/command.h"

struct leads_due_input {
    struct due_batch batch;
};

/** Without input: the first batch. */
bool leads_due_keys(const struct command *command, struct work *work, struct work_keys *keys);

/** 200 {done, more}: how many leads, and whether others are due still. */
enum decision leads_due(struct work *work, const struct command *command, struct outcome *outcome);

#endif

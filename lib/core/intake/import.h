/*
 * Import of history: leads and deals as files have them (docs/import.md). Judges nothing and
 * offers nothing; what is there already, known by (source, external id), is left alone, so a
 * chunk may be sent again at any time.
 */
#ifndef BATON_CORE_IMPORT_H
#define BATON_CORE_IMPORT_H

#include "core/command.h"
#include "core/intake/import_result.h"
#include "core/intake/mapping.h"

/** Rows of one command, at most. */
#define IMPORT_ROWS_MAX 256

struct import_input {
    struct uuid team;          /* that brings the leads */
    const struct mapped *rows; /* without errors; of leads or of deals */
    size_t count;
    bool dry_run; /* only says what would come of them; members that are not there would be made */
};

/** outcome->extra is an array of struct import_result, one for each row. */
bool import_rows_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision import_rows(struct work *work, const struct command *command,
                          struct outcome *outcome);

/** Members that deals name and that are not there yet: made without keys. */
struct import_member {
    const char *team; /* name */
    const char *source;
    const char *id;
};

#define IMPORT_MEMBERS_MAX 1000

struct import_members_input {
    const struct import_member *members;
    size_t count;
};

/** Those that are there already, and those of unknown teams, are passed over. */
bool import_members_keys(const struct command *command, struct work *work, struct work_keys *keys);
enum decision import_members(struct work *work, const struct command *command,
                             struct outcome *outcome);

#endif

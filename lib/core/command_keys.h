/*
 * The rows that a command is known to need, as listed in COMMAND_TABLE: most are ids in its input,
 * or the ledger chain of a subject that the input names. What turns out only while deciding is
 * asked for in another round.
 */
#ifndef BATON_CORE_COMMAND_KEYS_H
#define BATON_CORE_COMMAND_KEYS_H

#include "core/command.h"

/** What is known about one command while its keys are added to those of its group. */
struct noting {
    const struct command *command;
    struct work *work;
    struct work_keys *keys;
};

#define COMMAND_KEYS_MAX 3

struct command_key {
    /** Notes the keys, if there are any; false when memory is short. NULL ends the list. */
    bool (*note)(const struct noting *noting, const struct command_key *key);
    enum row_kind kind;
    size_t at;     /* of a member of the input, or of the caller … */
    size_t beside; /* … and of the member that belongs to it */
    /** With note_own: keys that only the command itself can name. */
    bool (*own)(const struct command *command, struct work *work, struct work_keys *keys);
};

/* A key in the input … */
bool note_one(const struct noting *noting, const struct command_key *key);
/** … an array of them, with its count beside it … */
bool note_all(const struct noting *noting, const struct command_key *key);
/** … in the caller … */
bool note_of_caller(const struct noting *noting, const struct command_key *key);
/** … or the key of the whole workspace. */
bool note_whole(const struct noting *noting, const struct command_key *key);
bool note_own(const struct noting *noting, const struct command_key *key);

/** What dealing needs to know of every team that is offered leads by itself. */
bool note_dealings(const struct noting *noting, const struct command_key *key);

/* The chain of the team that is named, or that a member or a key belongs to. If it does not exist
 * nothing is noted, and decide refuses. */
bool note_team(const struct noting *noting, const struct command_key *key);
bool note_team_of_member(const struct noting *noting, const struct command_key *key);
bool note_team_of_key(const struct noting *noting, const struct command_key *key);
/* The chain of a version of a definition, by its term and the number beside it; and those of the
 * other versions of the term, which it may end. */
bool note_version(const struct noting *noting, const struct command_key *key);
bool note_version_and_ended(const struct noting *noting, const struct command_key *key);

#endif

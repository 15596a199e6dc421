/*
 * Which rows a command is known to need, as COMMAND_TABLE says: most are ids in its input, or the
 * ledger chain of a subject that the input names. What is found out only by the way is asked for in
 * another round.
 */
#ifndef BATON_CORE_COMMAND_KEYS_H
#define BATON_CORE_COMMAND_KEYS_H

#include "core/command.h"

/** What is known of one command, on its way into the keys of its group. */
struct noting {
    const struct command *command;
    struct work *work;
    struct work_keys *keys;
};

#define COMMAND_KEYS_MAX 2

struct command_key {
    /** Notes what there is to note; false when memory is short. NULL: there are no more keys. */
    bool (*note)(const struct noting *noting, const struct command_key *key);
    enum row_kind kind;
    size_t at;     /* of a member of the input, or of the caller … */
    size_t beside; /* … and of the one that goes with it */
    /** With note_own: what only the command itself can say. */
    bool (*own)(const struct command *command, struct work *work, struct work_keys *keys);
};

/* A key in the input … */
bool note_one(const struct noting *noting, const struct command_key *key);
/** … an array of them, with its count beside it … */
bool note_all(const struct noting *noting, const struct command_key *key);
/** … in the caller … */
bool note_of_caller(const struct noting *noting, const struct command_key *key);
/** … or that of the whole workspace. */
bool note_whole(const struct noting *noting, const struct command_key *key);
bool note_own(const struct noting *noting, const struct command_key *key);

/* The chain of the team that is named, that a member is of, that a key belongs to. Of one that is
 * none nothing is noted, and decide refuses. */
bool note_team(const struct noting *noting, const struct command_key *key);
bool note_team_of_member(const struct noting *noting, const struct command_key *key);
bool note_team_of_key(const struct noting *noting, const struct command_key *key);
/* The chain of a version of a definition, by its term and the number beside it; and those of the
 * versions of the term that it may end. */
bool note_version(const struct noting *noting, const struct command_key *key);
bool note_version_and_ended(const struct noting *noting, const struct command_key *key);

#endif

/* Shared by the files of `baton agreement`. */
#ifndef BATON_SERVER_CLI_AGREEMENT_H
#define BATON_SERVER_CLI_AGREEMENT_H

#include "cli/cli_store.h"

#include "core/config.h"

/** The word at this place as the name of an agreement, and the next one as a version; 0: there is
 *  none. CLI_OK, or an exit code, with what is wrong on stderr. */
int cli_read_version(const struct cli *cli, int at, enum agreement_kind *kind,
                     int *version) MUST_USE;

/** Whether the text is the number of a version: whole, from 1 to VERSIONS_MAX. */
bool cli_version_number(const char *text, int *out) MUST_USE;

/** What the words after the workspace name: the version, else the one in force, else the latest.
 *  CLI_OK, or an exit code, with what is wrong on stderr. */
int cli_find_version(const struct cli *cli, const struct config *config,
                     const struct agreement_version **out) MUST_USE;

/** Who calls, from their own key: --key, else BATON_KEY. CLI_OK, or an exit code. */
int cli_read_signer(const struct cli *cli, const struct cli_store *store,
                    struct caller *out) MUST_USE;

/** An option's text, which has to be given, checked as the API does. CLI_OK, or an exit code. */
int cli_read_note(struct cli_store *store, const struct cli *cli, const char *option,
                  const char **out) MUST_USE;

/** Prints what a change answers: the version's state, its content hash, and warnings. */
void cli_print_version(const json_t *answer);

/* ---- options and words that several of them have ---- */

#define CLI_KEY_OPTION                                                                             \
    {                                                                                              \
        "key", "KEY", false, "your own key; better in BATON_KEY, which other users cannot see"     \
    }
#define CLI_NO_MORE_OPTIONS                                                                        \
    {                                                                                              \
        NULL, NULL, false, NULL                                                                    \
    }

/** A command about a version that is named: of a definition, or of any agreement. */
#define CLI_OF_VERSION(spoken, of, about, says, with, does)                                        \
    {                                                                                              \
        .name = spoken, .words = "WORKSPACE " of " VERSION", .what = says, .more = about,          \
        .words_min = 3, .words_max = 3, .options = with, .settings = SETTINGS_DATABASE,            \
        .run = cli_in_workspace, .in_workspace = does                                              \
    }
#define CLI_OF_TERM(spoken, says, with, does) CLI_OF_VERSION(spoken, "TERM", NULL, says, with, does)
#define CLI_OF_AGREEMENT(spoken, says, with, does)                                                 \
    CLI_OF_VERSION(spoken, "AGREEMENT", "AGREEMENT is mql, srl, sql, routes or goals.", says,      \
                   with, does)

#endif

/* Every command of the program, each in the file of its thing. */
#ifndef BATON_SERVER_CLI_COMMANDS_H
#define BATON_SERVER_CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_command cli_serve;
extern const struct cli_command cli_migrate;
extern const struct cli_command cli_workspace_create;
extern const struct cli_command cli_workspace_list;
extern const struct cli_command cli_workspace_bi;
extern const struct cli_command cli_team_create;
extern const struct cli_command cli_team_update;
extern const struct cli_command cli_team_list;
extern const struct cli_command cli_team_calendar;
extern const struct cli_command cli_member_create;
extern const struct cli_command cli_member_update;
extern const struct cli_command cli_member_list;
extern const struct cli_command cli_source_create;
extern const struct cli_command cli_key_create;
extern const struct cli_command cli_key_revoke;
extern const struct cli_command cli_key_list;
extern const struct cli_command cli_definition_check;
extern const struct cli_command cli_definition_starter;
extern const struct cli_command cli_definition_try;
extern const struct cli_command cli_definition_list;
extern const struct cli_command cli_definition_show;
extern const struct cli_command cli_definition_draft;
extern const struct cli_command cli_definition_propose;
extern const struct cli_command cli_definition_sign;
extern const struct cli_command cli_agreement_starter;
extern const struct cli_command cli_agreement_list;
extern const struct cli_command cli_agreement_show;
extern const struct cli_command cli_agreement_draft;
extern const struct cli_command cli_agreement_propose;
extern const struct cli_command cli_agreement_sign;
extern const struct cli_command cli_agreement_decline;
extern const struct cli_command cli_agreement_revoke;
extern const struct cli_command cli_agreement_suspend;
extern const struct cli_command cli_agreement_resume;
extern const struct cli_command cli_agreement_acknowledge;
extern const struct cli_command cli_agreement_comment;
extern const struct cli_command cli_agreement_delete;
extern const struct cli_command cli_agreement_diff;
extern const struct cli_command cli_signing_key_create;
extern const struct cli_command cli_signing_key_public;
extern const struct cli_command cli_secret_key_create;
extern const struct cli_command cli_secret_key_add;
extern const struct cli_command cli_secret_key_list;
extern const struct cli_command cli_seal_rotate;
extern const struct cli_command cli_seal_check;
extern const struct cli_command cli_definition_backtest;
extern const struct cli_command cli_definition_histogram;
extern const struct cli_command cli_definition_movers;
extern const struct cli_command cli_definition_diff;
extern const struct cli_command cli_definition_edits;
extern const struct cli_command cli_agreement_comments;
extern const struct cli_command cli_definition_apply;
extern const struct cli_command cli_definition_suggestions;
extern const struct cli_command cli_job_list;
extern const struct cli_command cli_job_show;
extern const struct cli_command cli_job_cancel;
extern const struct cli_command cli_verify;
extern const struct cli_command cli_rollups_rebuild;
extern const struct cli_command cli_routes;
extern const struct cli_command cli_import;
extern const struct cli_command cli_version;
extern const struct cli_command cli_where;

#endif

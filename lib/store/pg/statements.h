/*
 * Every SQL statement of the store as a constant, and the one list of all of them. A store file
 * declares its statements beside the functions that use them and lists them in an array,
 *
 *     static const struct statement LEAD_LOCK = {.name = "lead_lock", .sql = "SELECT …"};
 *     const struct statement *const lead_statements[] = {&LEAD_LOCK, NULL};
 *
 * and the array has its line in STATEMENT_FILES. tests/store/test_statements.c fails when a
 * statement is missing here, does not PREPARE against the schema, or has the wrong plan.
 *
 * Lists of columns are put into the text from the one place where they stand (columns.h), when the
 * statement is prepared:
 *
 *     {handoff}         the columns of handoff that are read: "handoff_id, lead_id, …"
 *     {h.handoff}       the same of a row named h: "h.handoff_id, h.lead_id, …"
 *     {=h.handoff}      those that the ledger has a commitment to, in the order of their names
 *     {handoff $3[]}    those that are saved as parameters from $3 on: "$3::uuid[], $4::uuid[], …"
 *     {handoff $3}      the same for one row: "$3::uuid, $4::uuid, …"
 *
 * A statement that writes rows and nothing else has no text of its own; it is made of columns, and
 * what a group may write many rows of is there several times:
 *
 *     static const struct statement LEAD_SAVE =
 *         STATEMENT_OF_ROWS("lead_save", STATEMENT_SAVES, lead_columns);
 */
#ifndef BATON_STORE_STATEMENTS_H
#define BATON_STORE_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

/** Whose grants and policies a statement runs under. */
enum statement_role {
    STATEMENT_APP, /* baton_app */
    STATEMENT_JOB, /* baton_job */
    STATEMENT_OWNER,
};

/* What a statement that is made of columns does: $1 is the workspace, the rows follow. */
enum statement_made {
    STATEMENT_INSERTS, /* new rows; one that is there is an error */
    STATEMENT_ADDS,    /* those that are not there yet */
    STATEMENT_SAVES,   /* new rows, and updates those that are there */
    STATEMENT_UPDATES, /* a row that is there; one for each, .tuples = 1 */
    STATEMENT_APPENDS, /* new rows at the positions that the workspace's head has come to */
};

/* Each array of a statement is a function scan and a store of tuples of its own, so that one row
 * costs as much as many. Up to so many rows have a statement in which each value is a parameter. */
#define STATEMENT_FEW 3

struct columns;

struct statement {
    const char *name; /* unique; also the name it is prepared under, at most 63 bytes */
    const char *sql;  /* values only through $n; cast where PostgreSQL cannot infer the type */
    /* or, without sql: */
    enum statement_made makes;
    const struct columns *of;
    unsigned only; /* of STATEMENT_UPDATES: which columns (enum column_use) */
    int tuples;    /* for exactly this many rows, one parameter per value; 0: for any number, one
                      array per column */
    /* the same for one row, for two … and for STATEMENT_FEW; NULL: there are none */
    const struct statement *few;
    enum statement_role role;
    /* What tests/store/test_statements.c demands of its generic plan on empty, unanalysed tables:
     */
    const char *index; /* its name is in the plan; NULL asks for none */
    bool hot;          /* no sequential scan anywhere in it */
};

#define STATEMENT_OF_FEW(text, what, columns, rows)                                                \
    {                                                                                              \
        .name = text "_" #rows, .makes = what, .of = &(columns), .tuples = rows, .hot = true       \
    }
#define STATEMENT_OF_ROWS(text, what, columns)                                                     \
    {                                                                                              \
        .name = text, .makes = what, .of = &(columns), .index = "workspace_head_pkey",             \
        .hot = true, .few = (const struct statement[STATEMENT_FEW])                                \
        {                                                                                          \
            STATEMENT_OF_FEW(text, what, columns, 1), STATEMENT_OF_FEW(text, what, columns, 2),    \
                STATEMENT_OF_FEW(text, what, columns, 3),                                          \
        }                                                                                          \
    }

/* One line per store file that has statements: the name of its array. */
#define STATEMENT_FILES(X)                                                                         \
    X(pg_statements)                                                                               \
    X(migrate_statements)                                                                          \
    X(lead_table_statements)                                                                       \
    X(lead_word_table_statements)                                                                  \
    X(lead_search_statements)                                                                      \
    X(handoff_table_statements)                                                                    \
    X(campaign_table_statements)                                                                   \
    X(attribution_setup_table_statements)                                                          \
    X(attribution_setup_read_statements)                                                           \
    X(content_table_statements)                                                                    \
    X(content_read_statements)                                                                     \
    X(rates_table_statements)                                                                      \
    X(left_out_read_statements)                                                                    \
    X(spend_read_statements)                                                                       \
    X(rates_read_statements)                                                                       \
    X(campaign_read_statements)                                                                    \
    X(account_table_statements)                                                                    \
    X(block_table_statements)                                                                      \
    X(merge_table_statements)                                                                      \
    X(account_read_statements)                                                                     \
    X(dealing_table_statements)                                                                    \
    X(queue_table_statements)                                                                      \
    X(head_table_statements)                                                                       \
    X(ledger_table_statements)                                                                     \
    X(answer_table_statements)                                                                     \
    X(dimension_table_statements)                                                                  \
    X(touch_table_statements)                                                                      \
    X(delivery_table_statements)                                                                   \
    X(config_read_statements)                                                                      \
    X(outbound_mailed_statements)                                                                  \
    X(member_mailbox_statements)                                                                   \
    X(week_read_statements)                                                                        \
    X(outbound_subjects_statements)                                                                \
    X(completion_table_statements)                                                                 \
    X(outbound_table_statements)                                                                   \
    X(config_table_statements)                                                                     \
    X(sealing_statements)                                                                          \
    X(sealed_table_statements)                                                                     \
    X(sessions_statements)                                                                         \
    X(job_table_statements)                                                                        \
    X(verify_statements)                                                                           \
    X(verify_positions_statements)                                                                 \
    X(verify_subjects_statements)                                                                  \
    X(verify_roots_statements)                                                                     \
    X(verify_state_statements)                                                                     \
    X(verify_row_statements)                                                                       \
    X(verify_rows_statements)                                                                      \
    X(verify_touches_statements)                                                                   \
    X(verify_references_statements)                                                                \
    X(verify_agreements_statements)                                                                \
    X(node_table_statements)                                                                       \
    X(proof_read_statements)                                                                       \
    X(checkpoint_table_statements)                                                                 \
    X(workspace_table_statements)                                                                  \
    X(lead_read_statements)                                                                        \
    X(queue_read_statements)                                                                       \
    X(handoff_read_statements)                                                                     \
    X(ledger_read_statements)                                                                      \
    X(outbound_read_statements)                                                                    \
    X(feed_read_statements)                                                                        \
    X(verdict_read_statements)                                                                     \
    X(feedback_read_statements)                                                                    \
    X(rollup_cursor_statements)                                                                    \
    X(rollup_setups_statements)                                                                    \
    X(journey_table_statements)                                                                    \
    X(rollup_spread_table_statements)                                                              \
    X(rollup_sums_table_statements)                                                                \
    X(report_counted_statements)                                                                   \
    X(rollup_read_statements)                                                                      \
    X(attribution_read_statements)                                                                 \
    X(stages_read_statements)                                                                      \
    X(attribution_words_statements)                                                                \
    X(attribution_leads_statements)                                                                \
    X(conversions_read_statements)                                                                 \
    X(gaps_report_statements)                                                                      \
    X(rejections_report_statements)                                                                \
    X(response_times_report_statements)                                                            \
    X(bypass_report_statements)                                                                    \
    X(effort_report_statements)                                                                    \
    X(requests_report_statements)                                                                  \
    X(results_report_statements)                                                                   \
    X(process_report_statements)                                                                   \
    X(social_report_statements)                                                                    \
    X(collisions_report_statements)                                                                \
    X(distribution_report_statements)                                                              \
    X(funnel_report_statements)                                                                    \
    X(source_mix_report_statements)                                                                \
    X(capture_types_report_statements)                                                             \
    X(nurture_report_statements)                                                                   \
    X(coverage_report_statements)                                                                  \
    X(usage_read_statements)                                                                       \
    X(vocabulary_read_statements)                                                                  \
    X(delivery_read_statements)                                                                    \
    X(history_read_statements)                                                                     \
    X(background_read_statements)                                                                  \
    X(mover_read_statements)                                                                       \
    X(background_table_statements)                                                                 \
    X(import_table_statements)                                                                     \
    X(import_files_statements)                                                                     \
    X(apply_read_statements)                                                                       \
    X(operator_read_statements)                                                                    \
    X(suggestion_read_statements)

#define X(array) extern const struct statement *const array[];
STATEMENT_FILES(X)
#undef X

/** All statements, those for few rows too: number of them, and one by its place; NULL beyond the
 *  last. */
size_t statements_count(void);
const struct statement *statements_at(size_t place);

/** The text that is prepared; the caller frees it. NULL when memory is short, or when it names a
 *  list of columns that does not exist, which the tests find. */
char *statement_text(const struct statement *statement);

/** By name; NULL when it is not listed. */
const struct statement *statements_find(const char *name);

#endif

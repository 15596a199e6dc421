/*
 * A command: one request to change something, with its caller and its idempotency key. An operation
 * consists of its input struct (in the header of its decide function), a row in COMMAND_TABLE, and
 * the decide function itself.
 */
#ifndef BATON_CORE_COMMAND_H
#define BATON_CORE_COMMAND_H

#include "base/problem.h"
#include "core/work.h"

/* name; decide function; solo: whether it needs a group for itself, because it changes the
 * configuration; the rows that it is known to need, in the words of command_decide.c. What a
 * command needs beyond those it finds out while deciding, and asks for (DECIDE_AGAIN). */
enum command_kind {
#define COMMAND_TABLE(X)                                                                           \
    X(LEAD_CAPTURE, lead_capture, false, OWN(lead_capture_keys), DEALS)                            \
    X(LEAD_BATCH, lead_batch, false, OWN(lead_batch_keys), DEALS)                                  \
    X(LEAD_UPDATE, lead_update, false, ALL(IDENTITY, update_input, identities, identity_count),    \
      ONE(LEAD, update_input, lead), DEALS)                                                        \
    X(LEAD_TOUCH, lead_touch, false, ONE(LEAD, add_touch_input, lead), OWN(lead_touch_keys),       \
      DEALS)                                                                                       \
    X(LEAD_FACTS, lead_facts, false, ONE(LEAD, facts_input, lead), DEALS)                          \
    X(LEAD_OVERRIDE, lead_override, false, ONE(LEAD, override_input, lead))                        \
    X(LEAD_REVIEW, lead_review, false, ONE(LEAD, review_input, lead))                              \
    X(LEAD_MERGE, lead_merge, false, ONE(LEAD, merge_input, survivor),                             \
      ONE(LEAD, merge_input, absorbed))                                                            \
    X(LEAD_UNMERGE, lead_unmerge, false, ONE(LEAD, unmerge_input, survivor),                       \
      ONE(LEAD, unmerge_input, absorbed), ONE(MERGE, unmerge_input, absorbed))                     \
    X(LEAD_ERASE, lead_erase, true, ONE(LEAD, erase_input, lead))                                  \
    X(BLOCK_LIFT, block_lift, true, OWN(block_lift_keys))                                          \
    X(LEAD_KEEP, lead_keep, false, ONE(LEAD, keep_input, lead))                                    \
    X(HANDOFF_REQUEST, handoff_request, false, ONE(LEAD, handoff_request_input, lead))             \
    X(HANDOFF_GRANT, handoff_grant, false, ONE(HANDOFF, handoff_grant_input, handoff))             \
    X(HANDOFF_DECLINE, handoff_decline, false, ONE(HANDOFF, handoff_decline_input, handoff))       \
    X(HANDOFF_OFFER, handoff_offer, false, ONE(LEAD, offer_input, lead))                           \
    X(HANDOFF_CLAIM, handoff_claim, false, OWN(handoff_claim_keys))                                \
    X(HANDOFF_RELEASE, handoff_release, false, ONE(HANDOFF, release_input, handoff))               \
    X(HANDOFF_ASSIGN, handoff_assign, false, ONE(HANDOFF, assign_input, handoff))                  \
    X(LEADS_DUE, leads_due, false, OWN(leads_due_keys), DEALS)                                     \
    X(LEAD_WORDS_KEEP, lead_words_keep, false, OWN(lead_words_keys))                               \
    X(HANDOFF_ACCEPT, handoff_accept, false, ONE(HANDOFF, handoff_note_input, handoff))            \
    X(HANDOFF_WITHDRAW, handoff_withdraw, false, ONE(HANDOFF, handoff_withdraw_input, handoff))    \
    X(HANDOFF_REJECT, handoff_reject, false, ONE(HANDOFF, handoff_reject_input, handoff))          \
    X(HANDOFF_RETURN, handoff_return, false, ONE(HANDOFF, handoff_reject_input, handoff))          \
    X(HANDOFF_QUALIFY, handoff_qualify, false, ONE(HANDOFF, handoff_qualify_input, handoff))       \
    X(HANDOFF_OUTCOME, handoff_outcome, false, ONE(HANDOFF, handoff_outcome_input, handoff))       \
    X(FEEDBACK_GIVE, feedback_give, false, ONE(HANDOFF, feedback_input, handoff))                  \
    X(FEEDBACK_DISPUTE, feedback_dispute, false, ONE(HANDOFF, feedback_input, handoff))            \
    X(FEEDBACK_APPEAL, feedback_appeal, false, ONE(HANDOFF, feedback_input, handoff))              \
    X(FEEDBACK_UPHOLD, feedback_uphold, false, ONE(HANDOFF, feedback_input, handoff))              \
    X(FEEDBACK_CONCEDE, feedback_concede, false, ONE(HANDOFF, feedback_input, handoff))            \
    X(RETENTION, retention, true, NONE)                                                            \
    X(INBOUND_RECEIVE, inbound_receive, false, OF_CALLER(CHAIN, workspace),                        \
      OWN(inbound_receive_keys), DEALS)                                                            \
    X(DELIVERY_REPLAY, delivery_replay, false, OF_CALLER(CHAIN, workspace),                        \
      ONE(DELIVERY, delivery_replay_input, delivery))                                              \
    X(LEAD_TRY, lead_try, false, ONE(LEAD, lead_try_input, lead))                                  \
    X(ROUTES_TRY, routes_try, false, ONE(LEAD, routes_try_input, lead))                            \
    X(SOURCE_TRY, source_try, false, ONE(DELIVERY, source_try_input, delivery))                    \
    X(TEAM_CREATE, team_create, true, NONE)                                                        \
    X(TEAM_UPDATE, team_update, true, TEAM(team_update_input, name))                               \
    X(TEAM_CALENDAR, team_calendar, true, TEAM(team_calendar_input, name))                         \
    X(TEAM_DISTRIBUTION, team_distribution, true, TEAM(team_distribution_input, name))             \
    X(DISTRIBUTION_TRY, distribution_try, false, ONE(LEAD, distribution_try_input, lead))          \
    X(CAMPAIGN_PUT, campaign_put, true, OF_CALLER(CHAIN, workspace),                               \
      ONE(CAMPAIGN, campaign_put_input, campaign))                                                 \
    X(CONTENT_PUT, content_put, true, OF_CALLER(CHAIN, workspace),                                 \
      ONE(CONTENT, content_put_input, content))                                                    \
    X(RATES_PUT, rates_put, true, OF_CALLER(CHAIN, workspace), ONE(RATES, rates_put_input, id))    \
    X(STAGE_PUT, stage_put, true, OF_CALLER(CHAIN, workspace))                                     \
    X(ATTRIBUTION_SETUP_MAKE, attribution_setup_make, true, OF_CALLER(CHAIN, workspace),           \
      ONE(ATTRIBUTION_SETUP, attribution_setup_input, id))                                         \
    X(ACCOUNT_PUT, account_put, true, OF_CALLER(CHAIN, workspace),                                 \
      ONE(ACCOUNT, account_put_input, account))                                                    \
    X(MEMBER_CREATE, member_create, true, TEAM(member_create_input, team))                         \
    X(MEMBER_UPDATE, member_update, true, TEAM_OF_MEMBER(member_update_input, member))             \
    X(KEY_CREATE, key_create, true, NONE)                                                          \
    X(KEY_REVOKE, key_revoke, true, TEAM_OF_KEY(key_revoke_input, key))                            \
    X(SOURCE_CREATE, source_create, true, OF_CALLER(CHAIN, workspace))                             \
    X(SOURCE_UPDATE, source_update, true, OF_CALLER(CHAIN, workspace))                             \
    X(SOURCE_ROTATE, source_rotate, true, OF_CALLER(CHAIN, workspace))                             \
    X(SOURCE_RETIRE, source_retire, true, OF_CALLER(CHAIN, workspace))                             \
    X(SUBSCRIPTION_CREATE, subscription_create, true, OF_CALLER(CHAIN, workspace))                 \
    X(SUBSCRIPTION_UPDATE, subscription_update, true, OF_CALLER(CHAIN, workspace))                 \
    X(SUBSCRIPTION_DELETE, subscription_delete, true, OF_CALLER(CHAIN, workspace))                 \
    X(SUBSCRIPTION_ROTATE, subscription_rotate, true, OF_CALLER(CHAIN, workspace))                 \
    X(SUBSCRIPTION_OFF, subscription_off, true, OF_CALLER(CHAIN, workspace))                       \
    X(SUBSCRIPTION_TEST, subscription_test, false, OF_CALLER(CHAIN, workspace))                    \
    X(SUBSCRIPTION_REPLAY, subscription_replay, false, OF_CALLER(CHAIN, workspace))                \
    X(AGREEMENT_DRAFT, agreement_draft, true, NONE)                                                \
    X(AGREEMENT_TAKE_EDITS, agreement_take_edits, true, NONE)                                      \
    X(AGREEMENT_REPLACE, agreement_replace, true, VERSION(agreement_replace_input))                \
    X(AGREEMENT_PROPOSE, agreement_propose, true, VERSION(agreement_propose_input))                \
    X(AGREEMENT_SIGN, agreement_sign, true, VERSION_AND_ENDED(agreement_sign_input))               \
    X(AGREEMENT_DECLINE, agreement_decline, true, VERSION(agreement_decline_input))                \
    X(AGREEMENT_ACKNOWLEDGE, agreement_acknowledge, true, VERSION(agreement_named))                \
    X(AGREEMENT_REVOKE, agreement_revoke, true, VERSION(agreement_decline_input))                  \
    X(AGREEMENT_SUSPEND, agreement_suspend, true, VERSION(agreement_decline_input))                \
    X(AGREEMENT_RESUME, agreement_resume, true, VERSION(agreement_named))                          \
    X(AGREEMENT_DELETE, agreement_delete, true, VERSION(agreement_delete_input))                   \
    X(AGREEMENT_COMMENT, agreement_comment, true, VERSION(agreement_comment_input),                \
      ONE(BACKGROUND, agreement_comment_input, backtest))                                          \
    X(AGREEMENT_ENFORCE, agreement_enforce, true, NONE)                                            \
    X(DEFINITION_APPLY, definition_apply, false, WHOLE(SLOTS))                                     \
    X(LEADS_JUDGE, leads_judge, false, ALL(LEAD, leads_judge_input, leads, count), DEALS)          \
    X(BACKTEST_REQUEST, backtest_request, false, WHOLE(SLOTS))                                     \
    X(JOB_CANCEL, job_cancel, false, ONE(BACKGROUND, job_cancel_input, job))                       \
    X(IMPORT_REQUEST, import_request, false, WHOLE(SLOTS))                                         \
    X(IMPORT_ROWS, import_rows, false, OWN(import_rows_keys))                                      \
    X(IMPORT_MEMBERS, import_members, true, OWN(import_members_keys))                              \
    X(IMPORT_END, import_end, false, OF_CALLER(CHAIN, workspace))                                  \
    X(WEEK_END, week_end, false, OF_CALLER(CHAIN, workspace))                                      \
    X(WORKSPACE_SETUP, workspace_setup, true, OF_CALLER(CHAIN, workspace))                         \
    X(SIGNING_KEY_REPLACE, signing_key_replace, true, OF_CALLER(CHAIN, workspace))
#define X(name, ...) COMMAND_##name,
    COMMAND_TABLE(X)
#undef X
        COMMAND_COUNT
};

/** Who sends the command, according to the key and Baton-Actor. */
struct caller {
    struct uuid workspace;
    struct uuid key;    /* nil: Baton itself (jobs), or the operator */
    struct uuid team;   /* of the key; nil for Baton itself */
    struct uuid member; /* of the key, or named by Baton-Actor; nil: none */
    unsigned roles;
    bool operator; /* the operator, using the command line */
};

/** Whether it is a key that may capture and no more: it adds to what is known, and learns nothing
 * of it. */
bool caller_adds_only(const struct caller *caller);

struct command {
    enum command_kind kind;
    struct caller caller;
    bool keyed;                /* false: no idempotency row (jobs, import) */
    bool key_is_new;           /* made for this command, so that there can be no stored answer */
    uint8_t key[DIGEST_BYTES]; /* HMAC of the idempotency key */
    uint8_t body_mac[DIGEST_BYTES];
    const void *input; /* the input struct of its kind; lives as long as the command */
};

/** The answer of a command. Texts live in the work set's arena. */
struct outcome {
    enum err err;
    int status; /* 200, 201 or 202 when err is ERR_NONE */
    struct problem problem;
    const char *body; /* JSON, also of a problem */
    size_t body_len;
    const char *kept; /* stored in place of a body that shows a secret, or NULL */
    size_t kept_len;
    const char *location;     /* path of what was created, or NULL */
    struct uuid lead;         /* the lead that the answer is about; nil: none or several */
    const struct uuid *leads; /* when several */
    size_t lead_count;
    int64_t revision; /* of the lead after its change, for ETag; 0: none */
    bool replayed;
    void *extra; /* for callers inside the process, such as the import, which counts */
};

enum decision {
    DECIDED,
    DECIDE_AGAIN, /* more rows are needed */
};

/* ---- for decide functions ---- */

/** Who is recorded as the actor: the member if there is one, else the key, else the operator or the
 *  system. */
struct actor caller_actor(const struct caller *caller);
/** Ends the body that was begun and appends it to the lead's chain, in the name of the caller;
 *  NULL: Baton itself. */
const struct ledger_entry *caller_append(const struct caller *caller, struct work *work,
                                         struct lead *lead, enum ledger_kind kind);

/** Refuses: sets err and the detail sentence; always returns DECIDED. */
enum decision outcome_refuse(struct work *work, struct outcome *outcome, enum err err,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
/** Refuses with one fault at a pointer into the body. */
enum decision outcome_refuse_at(struct work *work, struct outcome *outcome, enum err err,
                                const char *pointer, const char *code, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/** Starts the answer's JSON. */
struct json_out *outcome_begin(struct work *work);
/** Ends it; 200 or 201. */
enum decision outcome_answer(struct work *work, struct outcome *outcome, int status);

#endif

/*
 * A command: one wish to change something, with its caller and its key. An operation consists of
 * its input struct (in the header of its decide function), a row in COMMAND_TABLE, and the
 * decide function itself.
 */
#ifndef BATON_CORE_COMMAND_H
#define BATON_CORE_COMMAND_H

#include "base/problem.h"
#include "core/work.h"

/* name, function (its decide function, and <function>_keys), solo: needs a group of its own,
 * because it changes the configuration */
enum command_kind {
#define COMMAND_TABLE(X)                                                                           \
    X(LEAD_CAPTURE, lead_capture, false)                                                           \
    X(LEAD_BATCH, lead_batch, false)                                                               \
    X(LEAD_UPDATE, lead_update, false)                                                             \
    X(LEAD_TOUCH, lead_touch, false)                                                               \
    X(LEAD_FACTS, lead_facts, false)                                                               \
    X(LEAD_OVERRIDE, lead_override, false)                                                         \
    X(LEAD_MERGE, lead_merge, false)                                                               \
    X(LEAD_ERASE, lead_erase, false)                                                               \
    X(HANDOFF_OFFER, handoff_offer, false)                                                         \
    X(HANDOFF_CLAIM, handoff_claim, false)                                                         \
    X(HANDOFF_RELEASE, handoff_release, false)                                                     \
    X(HANDOFF_ASSIGN, handoff_assign, false)                                                       \
    X(HANDOFF_EXPIRE, handoff_expire, false)                                                       \
    X(HANDOFF_ACCEPT, handoff_accept, false)                                                       \
    X(HANDOFF_WITHDRAW, handoff_withdraw, false)                                                   \
    X(HANDOFF_REJECT, handoff_reject, false)                                                       \
    X(HANDOFF_RETURN, handoff_return, false)                                                       \
    X(HANDOFF_QUALIFY, handoff_qualify, false)                                                     \
    X(HANDOFF_OUTCOME, handoff_outcome, false)                                                     \
    X(FEEDBACK_GIVE, feedback_give, false)                                                         \
    X(FEEDBACK_DISPUTE, feedback_dispute, false)                                                   \
    X(FEEDBACK_UPHOLD, feedback_uphold, false)                                                     \
    X(FEEDBACK_CONCEDE, feedback_concede, false)                                                   \
    X(RETENTION, retention, false)                                                                 \
    X(INBOUND_RECEIVE, inbound_receive, false)                                                     \
    X(DELIVERY_REPLAY, delivery_replay, false)                                                     \
    X(TEAM_CREATE, team_create, true)                                                              \
    X(TEAM_UPDATE, team_update, true)                                                              \
    X(MEMBER_CREATE, member_create, true)                                                          \
    X(MEMBER_UPDATE, member_update, true)                                                          \
    X(KEY_CREATE, key_create, true)                                                                \
    X(KEY_REVOKE, key_revoke, true)                                                                \
    X(ROUTES_REPLACE, routes_replace, true)                                                        \
    X(SOURCE_CREATE, source_create, true)                                                          \
    X(SOURCE_UPDATE, source_update, true)                                                          \
    X(DEFINITION_DRAFT, definition_draft, true)                                                    \
    X(DEFINITION_REPLACE, definition_replace, true)                                                \
    X(DEFINITION_PROPOSE, definition_propose, true)                                                \
    X(DEFINITION_SIGN, definition_sign, true)                                                      \
    X(DEFINITION_DECLINE, definition_decline, true)                                                \
    X(DEFINITION_ACKNOWLEDGE, definition_acknowledge, true)                                        \
    X(DEFINITION_ENFORCE, definition_enforce, true)                                                \
    X(DEFINITION_APPLY, definition_apply, false)                                                   \
    X(LEADS_JUDGE, leads_judge, false)                                                             \
    X(BACKTEST_REQUEST, backtest_request, false)                                                   \
    X(JOB_CANCEL, job_cancel, false)                                                               \
    X(IMPORT_ROWS, import_rows, false)                                                             \
    X(IMPORT_MEMBERS, import_members, true)                                                        \
    X(WORKSPACE_SETUP, workspace_setup, true)                                                      \
    X(SIGNING_KEY_REPLACE, signing_key_replace, true)
#define X(name, function, solo) COMMAND_##name,
    COMMAND_TABLE(X)
#undef X
        COMMAND_COUNT
};

/** Who asks, as the key and Baton-Actor said. */
struct caller {
    struct uuid workspace;
    struct uuid key;    /* nil: Baton itself (jobs, command line) */
    struct uuid team;   /* of the key; nil for Baton itself */
    struct uuid member; /* of the key, or named by Baton-Actor; nil: none */
    unsigned roles;
};

struct command {
    enum command_kind kind;
    struct caller caller;
    bool keyed;                /* false: no idempotency row (jobs, import) */
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
    struct uuid lead;         /* that the answer speaks of; nil: none or several */
    const struct uuid *leads; /* when several */
    size_t lead_count;
    int64_t revision; /* of the lead after its change, for ETag; 0: none */
    bool replayed;
    void *extra; /* for callers inside the process, such as the import's counts */
};

enum decision {
    DECIDED,
    DECIDE_AGAIN, /* more keys are needed */
};

/* ---- for decide functions ---- */

/** The actor of a transition: the member when there is one, else the key, else the system. */
struct actor caller_actor(const struct caller *caller);
/** Ends the body that was begun and appends it to the lead's chain, as of the caller; NULL: Baton
 *  itself. */
const struct ledger_entry *caller_append(const struct caller *caller, struct work *work,
                                         struct lead *lead, enum ledger_kind kind);

/** Refuses: sets err and the detail sentence; always answers DECIDED. */
enum decision outcome_refuse(struct work *work, struct outcome *outcome, enum err err,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
/** Refuses with one fault at a pointer of the body. */
enum decision outcome_refuse_at(struct work *work, struct outcome *outcome, enum err err,
                                const char *pointer, const char *code, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/** Starts the answer's JSON. */
struct json_out *outcome_begin(struct work *work);
/** Ends it; 200 or 201. */
enum decision outcome_answer(struct work *work, struct outcome *outcome, int status);

#endif

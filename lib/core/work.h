/*
 * The work set: all that a group of commands may read and change, loaded before they are decided
 * and saved after. Pure memory; the store fills and saves it.
 *
 * Every command is decided between work_begin() and work_keep() or work_undo(): whatever it has
 * changed through the functions below is as before after work_undo(), so a refused command touches
 * nobody else. Entities are changed in place after work_change_*(); arrays inside them are
 * replaced, never written into.
 *
 * A lookup that meets a key that was not loaded answers FIND_NEEDED and notes the key: decide then
 * returns at once, and the group is loaded again with it.
 */
#ifndef BATON_CORE_WORK_H
#define BATON_CORE_WORK_H

#include "base/arena.h"
#include "base/json_out.h"
#include "base/map.h"
#include "core/config.h"
#include "core/handoff/handoff.h"
#include "core/intake/delivery_status.h"
#include "core/lead/lead.h"
#include "core/ledger/ledger.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of one group's memory. */
#define WORK_MEMORY_MAX_BYTES (256u << 20)

enum find { FIND_ABSENT, FIND_FOUND, FIND_NEEDED };

/** A list of pointers in an arena. */
struct list {
    void **items;
    size_t count;
    size_t size;
};

struct identity_row {
    const char *source; /* identity_source_key() */
    const char *value;
    struct uuid lead;
    struct uuid stored_lead;
    bool exists;
    bool stored; /* it was in the database when loaded */
};

struct touch_row {
    struct uuid lead;
    struct touch touch;
};

struct verdict_row {
    struct uuid lead;
    int64_t seq;
    enum term term;
    int version;
    enum verdict_result result;
    int32_t score;
    const char *body;
    size_t body_len;
    instant judged_at;
};

enum feedback_kind {
    FEEDBACK_GIVEN,
    FEEDBACK_DISPUTED,
    FEEDBACK_UPHELD,
    FEEDBACK_CONCEDED,
    FEEDBACK_APPEALED
};

const char *feedback_kind_name(enum feedback_kind kind);

struct feedback_row {
    struct uuid id;
    struct uuid handoff;
    struct uuid lead;
    enum feedback_kind kind;
    int rating; /* 0: none */
    const char *note;
    struct uuid member;
    instant given_at;
};

struct dimension_row {
    int64_t id;
    enum dimension dimension;
    const char *value;
};

struct exception_count {
    enum term term;
    enum exception_kind kind;
    int64_t month; /* months since 1970-01, UTC */
    int32_t used;
    int32_t stored_used;
    bool stored;
};

struct delivery_row {
    enum row_state row;
    struct uuid id;
    struct uuid source;
    instant received_at;
    const char *content_type;
    const void *body;
    size_t body_len;
    const char *headers; /* JSON, without secrets */
    enum delivery_status status;
    const char *error;  /* of the first item that failed, or of the whole; NULL: none */
    const char *report; /* JSON: what became of each item */
    const struct uuid *leads;
    size_t lead_count;
    instant replayed_at;
    uint8_t salt[SALT_BYTES]; /* of what the ledger holds of it; zero: of one without, from before,
                                 or whose body is gone */
};

struct background_job; /* core/background_job.h */

/** A stored answer, found by the HMAC of its idempotency key. */
struct answer_row {
    uint8_t key[DIGEST_BYTES];
    uint8_t body_mac[DIGEST_BYTES];
    int status;
    const char *location; /* may be NULL */
    const char *body;     /* NULL: a lead that it mentioned was erased */
    size_t body_len;
    const struct uuid *leads; /* the leads that it mentions; not filled when loaded */
    size_t lead_count;
    instant created_at;
    bool stored; /* it was loaded from the database */
};

struct chain_row {
    struct uuid subject;
    struct chain chain;
    bool stored;
};

/** Offered handoffs of one team that this group may hand out, first due first. */
struct queue {
    struct uuid team;
    enum handoff_order order;
    size_t wanted;        /* the sum of what the group's claims ask for */
    struct list handoffs; /* locked for this group */
    size_t dealt;
    int64_t waiting; /* offered and unclaimed, as counted at load, up to WAITING_COUNT_MAX more
                        than wanted */
};

/** Answers show no larger number. */
#define WAITING_COUNT_MAX 100

/** What one change of the configuration writes; saved in this order. Each raises config_version. */
enum config_change_kind {
    CHANGE_TEAM,
    CHANGE_MEMBER,
    CHANGE_KEY,
    CHANGE_AGREEMENT,
    CHANGE_SIGNATURE,
    CHANGE_ACKNOWLEDGEMENT,
    CHANGE_COMMENT,
    CHANGE_SOURCE,
    CHANGE_SUBSCRIPTION,
    CHANGE_STAGE,
    CHANGE_BLOCK,
};

struct config_change {
    enum config_change_kind kind;
    bool is_new;
    bool deals; /* of a team: its distribution is another, and its turns begin anew */
    union {
        const struct team *team;
        const struct member *member;
        const struct api_key *key;
        const struct agreement_version *agreement;
        struct {
            enum agreement_kind kind;
            int version;
            struct signature signature;
        } signature;
        struct {
            enum agreement_kind kind;
            int version;
            struct agreement_comment comment;
        } comment;
        struct {
            enum agreement_kind kind;
            int version;
            struct uuid member;
            instant at;
        } acknowledgement;
        struct {
            const struct source *row;
            bool secrets; /* they change as well */
        } source;
        struct {
            const struct subscription *row;
            bool ends;    /* it is deleted */
            bool secrets; /* they change as well */
        } subscription;
        const struct stage_words *stage;
        struct {
            const struct block_row *row;
            bool lifted; /* all of its person's */
        } block;
    };
};

/*
 * The kinds of rows. Each has one line in kinds[] in work.c, one in load_steps[] in
 * store/load_steps.c if it is loaded, and one in saves[] in store/work_save.c if it is saved.
 */
enum row_kind {
    /* these are found by a key; each line says what names a row that is asked for, and the row */
    KIND_LEAD,       /* struct uuid; struct lead */
    KIND_IDENTITY,   /* struct identity; struct identity_row */
    KIND_HANDOFF,    /* struct uuid; struct handoff, with its verdict */
    KIND_TOUCH,      /* struct uuid of an event that its sender names; saved as struct touch_row */
    KIND_ANSWER,     /* the HMAC of its key; struct answer_row */
    KIND_CHAIN,      /* struct uuid of a subject that is not a lead; struct chain_row */
    KIND_QUEUE,      /* struct queue with team, order and wanted; the same */
    KIND_EXCEPTION,  /* struct exception_count without used; the same */
    KIND_DELIVERY,   /* struct uuid; struct delivery_row */
    KIND_BACKGROUND, /* struct uuid; struct background_job */
    KIND_SLOTS,      /* work_whole; struct slots: which slots of background jobs are taken */
    KIND_CAMPAIGN,   /* int64_t, dimension_id() of its name; struct campaign */
    KIND_CONTENT,    /* int64_t, dimension_id() of its name; struct content */
    KIND_RATES,      /* int64_t, RATES_KEPT; struct rates_row */
    KIND_ATTRIBUTION_SETUP, /* int64_t of its name; its newest struct attribution_setup_row */
    KIND_ACCOUNT,           /* struct uuid of account_id(); struct account */
    KIND_DEALING,           /* struct uuid of a team with a distribution; struct dealing */
    KIND_BLOCK,             /* HMAC of an identity; struct block_row */
    KIND_MERGE,             /* struct uuid of an absorbed lead; struct merge_row */
    KIND_DUE, /* struct due_batch; struct list of struct lead: their next step is due, or the
                 answer to whoever asks for them; at most DUE_BATCH of each */
    /* these are saved and never asked for */
    KIND_VERDICT,       /* struct verdict_row */
    KIND_FEEDBACK,      /* struct feedback_row */
    KIND_DIMENSION,     /* struct dimension_row */
    KIND_MOVED,         /* struct lead that was absorbed: its touches, verdicts move */
    KIND_RESTORED,      /* struct merge_row that is taken back: touches go back */
    KIND_ERASED,        /* struct lead: texts in verdicts, handoffs, answers, deliveries go */
    KIND_CONFIG_CHANGE, /* struct config_change */
    KIND_COMPLETION,    /* struct completion: one that is asked for, or done */
    KIND_ENTRY,         /* struct ledger_entry */
    KIND_COUNT
};

/** Few enough that a capture which waits for their group hardly notices. */
#define DUE_BATCH 64

/** For which reason leads are due. */
enum due_for {
    DUE_FOR_ANY,      /* one of these three */
    DUE_FOR_STEP,     /* their next step */
    DUE_FOR_ASKED,    /* a request that nobody answered */
    DUE_FOR_REMINDER, /* an offer that its team is reminded of */
    DUE_FOR_WORDS,    /* their words are not kept yet (lead_words.h) */
};

/** Which of the due leads: of each reason so many, without those that are first in line. */
struct due_batch {
    int32_t limit;
    int32_t skip;    /* 0 for any reason */
    int32_t due_for; /* enum due_for */
};

extern const struct due_batch due_batch_first; /* DUE_BATCH, none skipped */

/** The key of rows of which a workspace has only one. */
extern const struct uuid work_whole;

struct slots {
    uint32_t taken; /* bit n - 1: slot n */
};

/** What to load, by kind: each list holds what names the rows. */
struct work_keys {
    struct list of[KIND_COUNT];
};

/** A point to which the work set can be returned. */
struct work_mark {
    size_t saves[KIND_COUNT];
    size_t undo;
};

struct work {
    struct arena *arena;
    const struct config *config;
    instant now; /* the database's clock at load */
    bool rerun;  /* its commands ran before, and may have been committed */
    struct map found[KIND_COUNT];
    struct work_keys needs;
    bool again;                      /* something that a command does needs rows, and cannot say so
                                        by what it returns */
    bool needed;                     /* a look-up in this round needed a row that is not loaded */
    struct list saves[KIND_COUNT];   /* to be saved, in the order in which they were made; a lead, a
                                        handoff and an exception appear once */
    instant drop_before[KIND_COUNT]; /* rows older than this are dropped: stored answers, bodies of
                                        deliveries, ended background jobs; INSTANT_NONE: none */
    struct list undo;
    struct work_mark begun;
    void (*random)(void *bytes, size_t len);
    struct json_out scratch; /* for texts that are then copied into the arena */
};

/** Empties the set for the next group; keeps the arena's first block. */
void work_init(struct work *work, struct arena *arena, const struct config *config, instant now,
               void (*random)(void *, size_t));

/* ---- kinds ---- */

/** How many bytes name a row of this kind. */
size_t work_need_size(enum row_kind kind);
/** Copies what names a row into another arena. NULL when memory is short. */
void *work_copy_need(struct arena *arena, enum row_kind kind, const void *need);

/* ---- filling, by the store ---- */

/** Puts in the row that `need` names; NULL: it does not exist. Replaces what is in the set. The
 *  row's key, when need points into the row, is borrowed. */
bool work_put(struct work *work, enum row_kind kind, const void *need, void *row);
/** The row if it is in the set and exists, else NULL; never asks for it. */
void *work_peek(struct work *work, enum row_kind kind, const void *need);
/** Whether it was looked for in the database, and found or not. */
bool work_has(struct work *work, enum row_kind kind, const void *need);
/** lead NULL: no lead has this identity. */
bool work_put_identity(struct work *work, const struct identity *identity, const struct uuid *lead);
/** lead nil: there is no such touch. */
bool work_put_touch(struct work *work, struct uuid id, struct uuid lead);

/* ---- one command ---- */
void work_begin(struct work *work);
void work_keep(struct work *work);
void work_undo(struct work *work);
/** Within a command that does several independent things: notes where one of them begins … */
void work_mark(struct work *work, struct work_mark *mark);
/** … and undoes what was changed since. */
void work_return(struct work *work, const struct work_mark *mark);

/** The row; NULL unless *found is FIND_FOUND. */
void *work_find(struct work *work, enum row_kind kind, const void *need, enum find *found);
/** Follows merges: *out is the survivor. An erased lead is found too; look at its status. */
enum find work_find_lead(struct work *work, struct uuid id, struct lead **out);
/** Nil in *lead when no lead has this identity. */
enum find work_find_identity(struct work *work, const struct identity *identity, struct uuid *lead);
/** FIND_NEEDED unless all identities of the lead are loaded, as moving or dropping them
 *  requires. */
enum find work_find_identities(struct work *work, const struct lead *lead);
/** FIND_FOUND when there is already a touch with this id; *lead is whose, which may have been
 * merged into another since. */
enum find work_find_touch(struct work *work, struct uuid id, struct uuid *lead);

/* The following return NULL or false only when memory is short; it is enough to check
 * arena_failed(work->arena) once at the end. */

/** Call before writing to an entity; the change can be undone, and will be saved. */
void work_change_lead(struct work *work, struct lead *lead);
void work_change_handoff(struct work *work, struct handoff *handoff);
/** A row of another kind, saved as it is at the end … */
bool work_save_row(struct work *work, enum row_kind kind, void *row);
/** … or a copy of it as it is now. */
bool work_add(struct work *work, enum row_kind kind, const void *row);
/** Any memory of the work set: work_undo() restores it. Returns the copy, NULL when memory is
 *  short. */
const void *work_remember(struct work *work, void *memory, size_t size);

/** A new lead with id, salt and times set, and an empty chain. */
struct lead *work_add_lead(struct work *work);
/** A new handoff with id and times set; when open, it becomes lead->open. It is the lead's last. */
struct handoff *work_add_handoff(struct work *work, struct lead *lead, enum handoff_state state);
/** The same with an id that is derived from its content, and that no handoff has yet. */
struct handoff *work_add_handoff_as(struct work *work, struct lead *lead, struct uuid id,
                                    enum handoff_state state);
/** Clears lead->open. The caller sets state, closed_at, closed_by. */
void work_close_handoff(struct work *work, struct lead *lead, struct handoff *handoff);
/** Gives an identity to a lead (takes it from another that has it). */
bool work_give_identity(struct work *work, struct lead *lead, const struct identity *identity);
/** Takes all identities from a lead (erasure). */
void work_drop_identities(struct work *work, struct lead *lead);
/** Adds a touch to a lead that is open for change, and notes its dimensions. */
bool work_add_touch(struct work *work, struct lead *lead, const struct touch *touch);
/** Counts one more exception in this month. */
void work_use_exception(struct work *work, struct exception_count *count);

/** Closes all entries of the group, which have no hash before (ledger_close()). */
void work_close_entries(struct work *work);

/** Begins a ledger body: write members with sorted keys, then call one of the append functions. */
struct json_out *work_body(struct work *work);
/** Appends the body to the lead's chain (the lead must be open for change). Returns the entry. */
const struct ledger_entry *work_append(struct work *work, struct lead *lead, enum ledger_kind kind,
                                       struct actor actor, struct uuid team);
/** Appends to the chain of a subject that is not a lead. */
const struct ledger_entry *work_append_to(struct work *work, struct chain_row *chain,
                                          enum ledger_kind kind, struct actor actor,
                                          struct uuid team);

/** A UUIDv7 of the present time. */
struct uuid work_new_id(struct work *work);

bool list_add(struct list *list, struct arena *arena, void *item);

#endif

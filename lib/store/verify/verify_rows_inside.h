/* What verify_rows.c, which follows entries, and verify_rows_compare.c share. */
#ifndef BATON_STORE_VERIFY_ROWS_INSIDE_H
#define BATON_STORE_VERIFY_ROWS_INSIDE_H

#include "base/map.h"
#include "core/work.h"
#include "store/verify/verify_row_table.h"
#include "store/verify/verify_rows.h"

#define NAME_MAX_BYTES      512
#define ANSWER_PREFIX_BYTES 8

/* A row, as the ledger holds it. */
struct wanted {
    size_t table; /* place in verify_row_tables[] */
    struct uuid subject;
    struct uuid id;                   /* LOOK_ID, LOOK_NUMBER */
    int64_t number;                   /* LOOK_NUMBER */
    uint8_t low[ANSWER_PREFIX_BYTES]; /* LOOK_PREFIX */
    instant at;
    int64_t pos;
    bool of_lead;  /* its subject is one */
    bool absorbed; /* a handoff of a lead that is part of another now, whose chain may say more */
    bool gone;
    uint8_t commitment[DIGEST_BYTES];
};

/* A row that is no lead's. */
struct common {
    const char *name;
    int64_t pos;
    bool gone;
    bool seen; /* its row is there */
    uint8_t commitment[DIGEST_BYTES];
};

struct verify_rows {
    struct pg *pg;
    struct uuid workspace;
    struct verify_report *report;
    struct arena *arena;        /* of a look-up */
    struct arena *config_arena; /* until the end */
    uint8_t salt[SALT_BYTES];
    bool has_salt;
    struct wanted *wanted; /* of the leads that have ended, then of the one that is followed */
    size_t count;
    size_t size;
    size_t ended;
    struct uuid subject;
    bool is_lead;
    bool is_over; /* it was erased, or absorbed */
    struct map common;
    struct list common_rows;
    struct list doubtful; /* handoffs of absorbed leads that do not fit */
    struct map changed;   /* deliveries that did not fit, by their id: a later entry may say why */
    struct list changed_rows;
    instant now;
    char name[NAME_MAX_BYTES];    /* of the workspace, in the table … */
    char created[NAME_MAX_BYTES]; /* … and as workspace.created has it */
};

/** The subject that was followed has no more entries: its rows can be compared. */
void verify_rows_end_subject(struct verify_rows *rows);

#endif

/*
 * Sealing what is stored, one workspace a transaction: values that still lie in clear, and those
 * that are sealed with another key than the newest. Each workspace is done or not, so whatever
 * breaks off is begun again; two at once do the same work once.
 */
#ifndef BATON_STORE_SEALING_H
#define BATON_STORE_SEALING_H

#include "store/pg/pg.h"
#include "store/seal/keyring.h"

/** Which keys the database's values are sealed with, of those of which it holds the most. */
#define SEALING_KEYS_MAX 64

struct sealing_key {
    uint8_t id[SEAL_KEY_ID_BYTES];
    int64_t values;
    bool missing; /* the keyring lacks it */
};

struct sealing_state {
    struct sealing_key keys[SEALING_KEYS_MAX];
    size_t key_count;
    size_t missing;   /* of them */
    int64_t in_clear; /* workspaces with values in clear */
};

/** Looks, as baton_job; keyring NULL: there are no keys. */
enum pg_status sealing_look(struct pg *job, struct keyring *keyring, int64_t deadline,
                            struct sealing_state *out) MUST_USE;

/** What a value that does not open is taken for. */
enum sealing_lost {
    SEALING_KEEP,    /* it stays as it is, and is counted */
    SEALING_GIVE_UP, /* the key is gone for good: a workspace gets another secret, a source has none
                        until it is given one */
};

struct sealing_counts {
    int64_t workspaces;
    int64_t sealed;   /* lay in clear */
    int64_t resealed; /* were sealed with another key than the newest */
    int64_t fine;     /* were sealed with the newest, and open */
    int64_t shut;     /* do not open: their key is missing */
    int64_t broken;   /* do not open: altered, or moved from elsewhere */
    int64_t replaced; /* of those that do not open: given up */
};

/** Seals what lies in clear, in the workspaces where something does. */
enum pg_status sealing_begin(struct pg *job, struct pg *app, struct keyring *keyring,
                             struct sealing_counts *counts) MUST_USE;

/** Seals everything in all workspaces with the newest key. */
enum pg_status sealing_rotate(struct pg *job, struct pg *app, struct keyring *keyring,
                              enum sealing_lost lost, struct sealing_counts *counts) MUST_USE;

/** Opens everything and changes nothing; what would be sealed (anew) is counted. */
enum pg_status sealing_check(struct pg *job, struct pg *app, struct keyring *keyring,
                             struct sealing_counts *counts) MUST_USE;

#endif

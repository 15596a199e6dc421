/*
 * Encrypts ("seals") stored secrets, one workspace per transaction: values that are still in clear,
 * and values that are sealed with an older key. A workspace is done as a whole or not at all, so
 * after an interruption it is simply run again; two runs at once do each workspace once.
 */
#ifndef BATON_STORE_SEALING_H
#define BATON_STORE_SEALING_H

#include "store/pg/pg.h"
#include "store/seal/keyring.h"

/** Keys that are reported; with more of them in use, those with the most values. */
#define SEALING_KEYS_MAX 64

struct sealing_key {
    uint8_t id[SEAL_KEY_ID_BYTES];
    int64_t values;
    bool missing; /* the keyring lacks it */
};

struct sealing_state {
    struct sealing_key keys[SEALING_KEYS_MAX];
    size_t key_count;
    size_t missing;   /* how many of them the keyring lacks */
    int64_t in_clear; /* workspaces with values in clear */
};

/** Reports what is sealed and what is not. Role baton_job; keyring NULL: there are no keys. */
enum pg_status sealing_look(struct pg *job, struct keyring *keyring, int64_t deadline,
                            struct sealing_state *out) MUST_USE;

/** What to do with a value that does not open. */
enum sealing_lost {
    SEALING_KEEP,    /* leave it as it is, and count it */
    SEALING_GIVE_UP, /* its key is gone for good: a workspace gets another secret, a source has none
                        until somebody sets one */
};

struct sealing_counts {
    int64_t workspaces;
    int64_t sealed;   /* were in clear */
    int64_t resealed; /* were sealed with another key than the newest */
    int64_t fine;     /* were sealed with the newest, and open */
    int64_t shut;     /* do not open: their key is missing */
    int64_t broken;   /* do not open: altered, or moved from elsewhere */
    int64_t replaced; /* did not open and were given up */
};

/** Seals the values that are in clear. */
enum pg_status sealing_begin(struct pg *job, struct pg *app, struct keyring *keyring,
                             struct sealing_counts *counts) MUST_USE;

/** Seals everything in all workspaces with the newest key. */
enum pg_status sealing_rotate(struct pg *job, struct pg *app, struct keyring *keyring,
                              enum sealing_lost lost, struct sealing_counts *counts) MUST_USE;

/** Opens everything and changes nothing; counts what would be sealed or sealed again. */
enum pg_status sealing_check(struct pg *job, struct pg *app, struct keyring *keyring,
                             struct sealing_counts *counts) MUST_USE;

#endif

/*
 * Who was erased and is not to come back. Of each of the person's identities there is an HMAC under
 * the workspace's secret, so that whoever has the database alone cannot try addresses against it.
 *
 * A workspace without any pays nothing for it: config says whether there are some.
 */
#ifndef BATON_CORE_BLOCK_H
#define BATON_CORE_BLOCK_H

#include "core/command.h"

struct block_row {
    uint8_t mac[DIGEST_BYTES];
    struct uuid lead; /* the id that was erased */
    struct uuid team; /* of who asked for it */
    instant made_at;
};

/** FIND_FOUND when one of these identities is not to come back; *row, when not NULL, is then its
 *  row. FIND_NEEDED: load more. */
enum find block_find(struct work *work, const struct identity *identities, size_t count,
                     const struct block_row **row);

/** Notes what block_find() will ask for. */
bool block_note_keys(struct work *work, const struct identity *identities, size_t count,
                     struct work_keys *keys);

/** All identities of a lead that is about to be erased are not to come back. Returns how many. */
size_t block_lead(struct work *work, const struct lead *lead, const struct caller *caller);

/** What a refusal says. */
#define BLOCK_DETAIL "This person was erased and is not to come back"

struct lift_input {
    const struct identity *identities;
    size_t identity_count;
};

/** A person whom these identities name may come back: all that was blocked with them is lifted. By
 *  an admin of the side that asked for it. */
enum decision block_lift(struct work *work, const struct command *command, struct outcome *outcome);
bool block_lift_keys(const struct command *command, struct work *work, struct work_keys *keys);

#endif

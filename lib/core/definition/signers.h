/* Whom a document asks to sign: {"sales": ["sdr", "ae"], "marketing": 1} means a signer of each
 * team that is named, or so many of the side. A side that is not named gives one. */
#ifndef BATON_CORE_SIGNERS_H
#define BATON_CORE_SIGNERS_H

#include "base/input.h"
#include "core/definition/touch.h"

#define SIGNERS_PER_SIDE_MAX 20

struct side_signers {
    int32_t count;            /* of any teams of the side; 0: the teams say it */
    const char *const *teams; /* names, one signer of each */
    size_t team_count;
};

struct signers {
    struct side_signers of[FUNCTION_OTHER]; /* marketing and sales */
};

/** Of a pointer to struct signers; NULL when the document is silent. */
extern const struct input_type signers_type;

#endif

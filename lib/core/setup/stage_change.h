/* What a workspace says of its stages: wording that both sides confirm, and each side's guide. */
#ifndef BATON_CORE_STAGE_CHANGE_H
#define BATON_CORE_STAGE_CHANGE_H

#include "core/command.h"
#include "core/lead/stage_words.h"

struct stage_put_input {
    enum stage stage;
    const char *if_match; /* NULL: none */
    bool says_wording;
    struct stage_wording wording; /* both NULL: Baton's own again */
    bool says_guide;
    const char *guide; /* JSON that was checked; NULL: none any more */
};

/**
 * 200 StageWords. Wording that one side says is proposed, and holds when the other says the same;
 * whoever says what holds already takes back what is proposed. The guide is the caller's side's.
 */
enum decision stage_put(struct work *work, const struct command *command, struct outcome *outcome);

#endif

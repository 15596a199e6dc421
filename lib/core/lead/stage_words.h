/*
 * What a workspace calls its stages, what they mean there, and what to do next with a lead that is
 * there. Wording is read by both sides, so it holds when both have said it; a guide is advice, and
 * each side writes its own.
 */
#ifndef BATON_CORE_STAGE_WORDS_H
#define BATON_CORE_STAGE_WORDS_H

#include "base/json_out.h"
#include "core/config.h"
#include "core/lead/lead.h"

#define STAGE_MEANING_MAX_CHARS 2000
#define STAGE_GUIDE_MAX_BYTES   (32u << 10)

/** Both NULL: Baton's own. */
struct stage_wording {
    const char *title;
    const char *meaning;
};

/** One stage of a workspace that has said anything of it. */
struct stage_words {
    enum stage stage;
    struct stage_wording agreed;
    bool is_proposed; /* by one side; the following say what, by whom and when */
    enum side proposed_side;
    struct stage_wording proposed;
    struct uuid proposed_by; /* nil: a team's key */
    instant proposed_at;
    const char *guides[SIDE_COUNT]; /* StageGuide of openapi.yaml, as given; NULL: none */
    instant updated_at;
};

/** What Baton itself says of a stage. */
struct stage_wording stage_wording_default(enum stage stage);
/** What the workspace has said of it; NULL: nothing. */
const struct stage_words *stage_words_of(const struct config *config, enum stage stage);
/** What both sides call it; Baton's own wording where they have agreed on none. */
struct stage_wording stage_wording_agreed(const struct stage_words *words, enum stage stage);

/** Members of an object: stage, title, meaning, and guides by side. */
void stage_words_write(const struct stage_words *words, enum stage stage, struct json_out *out);

#endif

/* The words that both sides use, with what they mean in this workspace. */
#ifndef BATON_CORE_GLOSSARY_H
#define BATON_CORE_GLOSSARY_H

#include "core/lead/stage_words.h"

/** Glossary: {stages: [StageWords], words: [{word, meaning}]}, the stages in their order. */
void glossary_write(const struct config *config, struct json_out *out);

/** StageWords; words NULL: nothing is said of it. */
void glossary_write_stage(const struct config *config, const struct stage_words *words,
                          enum stage stage, struct json_out *out);

#endif

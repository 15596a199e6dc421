#include "core/setup/stage_change.h"

#include "core/authority.h"
#include "core/setup/glossary.h"
#include "core/setup_change.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_wording(const struct stage_wording *a, const struct stage_wording *b)
{
    return same_text(a->title, b->title) && same_text(a->meaning, b->meaning);
}

static void take_back(struct stage_words *words)
{
    words->is_proposed = false;
    words->proposed_side = SIDE_MARKETING;
    words->proposed = (struct stage_wording){0};
    words->proposed_by = (struct uuid){{0}};
    words->proposed_at = INSTANT_NONE;
}

static void agree(struct stage_words *words, const struct stage_wording *wording)
{
    words->agreed = *wording;
    take_back(words);
}

static void set_wording(struct work *work, const struct caller *caller, enum side side,
                        const struct stage_wording *wording, struct stage_words *words)
{
    bool confirms = words->is_proposed && words->proposed_side != side &&
                    same_wording(wording, &words->proposed);

    if (confirms || uuid_is_nil(caller->key) || same_wording(wording, &words->agreed)) {
        agree(words, wording);
        return;
    }
    words->is_proposed = true;
    words->proposed_side = side;
    words->proposed = *wording;
    words->proposed_by = caller->member;
    words->proposed_at = work->now;
}

/* ---- the entry ---- */

/* Texts may name people: digests of them stand in the ledger. */
static void write_hash(struct json_out *body, const char *name, const char *first,
                       const char *second)
{
    const struct digest_part parts[] = {{first, first == NULL ? 0 : strlen(first) + 1},
                                        {second, second == NULL ? 0 : strlen(second)}};
    uint8_t hash[DIGEST_BYTES];

    if (first == NULL)
        return;
    digest_sha256(parts, 2, hash);
    json_out_key(body, name);
    json_out_hex(body, hash, sizeof hash);
}

static void append_entry(struct work *work, struct chain_row *chain, const struct caller *caller,
                         const struct stage_words *words)
{
    struct json_out *body = work_body(work);

    write_hash(body, "agreed", words->agreed.title, words->agreed.meaning);
    write_hash(body, "guide_marketing", words->guides[SIDE_MARKETING], NULL);
    write_hash(body, "guide_sales", words->guides[SIDE_SALES], NULL);
    write_hash(body, "proposed", words->proposed.title, words->proposed.meaning);
    if (words->is_proposed)
        json_out_member_text(body, "proposed_side", side_name(words->proposed_side));
    json_out_member_text(body, "stage", stage_name(words->stage));
    setup_append(work, chain, LEDGER_STAGE_UPDATED, caller);
}

enum decision stage_put(struct work *work, const struct command *command, struct outcome *outcome)
{
    const struct stage_put_input *input = command->input;
    const struct caller *caller = &command->caller;
    enum team_function function = authority_of_team(work, caller->team);
    enum side side = function == FUNCTION_SALES ? SIDE_SALES : SIDE_MARKETING;
    const struct stage_words *stored = stage_words_of(work->config, input->stage);

    if (!setup_may(work, command, ROLE_ADMIN, outcome) ||
        !authority_check(work, command, DEED_STAGE, function, outcome))
        return DECIDED;
    if (input->says_guide && uuid_is_nil(caller->key))
        return outcome_refuse(work, outcome, ERR_UNPROCESSABLE, "Each side writes its own guide");
    glossary_write_stage(work->config, stored, input->stage, outcome_begin(work));
    if (!setup_tag_fits(work, input->if_match, outcome))
        return DECIDED;
    struct chain_row *chain = setup_chain(work, caller->workspace);
    if (chain == NULL)
        return DECIDE_AGAIN;
    struct stage_words *words = ARENA_NEW(work->arena, struct stage_words);
    if (words == NULL)
        return DECIDED;
    *words = stored != NULL
                 ? *stored
                 : (struct stage_words){.stage = input->stage, .proposed_at = INSTANT_NONE};
    words->updated_at = work->now;
    if (input->says_wording)
        set_wording(work, caller, side, &input->wording, words);
    if (input->says_guide)
        words->guides[side] = input->guide;
    append_entry(work, chain, caller, words);
    work_add(
        work, KIND_CONFIG_CHANGE,
        &(struct config_change){.kind = CHANGE_STAGE, .is_new = stored == NULL, .stage = words});
    glossary_write_stage(work->config, words, input->stage, outcome_begin(work));
    return outcome_answer(work, outcome, 200);
}

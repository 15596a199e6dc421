#include "core/definition/definition_page_facts.h"

#include "base/hex.h"

#include <stdio.h>
#include <string.h>

#define LINE_BYTES 512 /* a generated line: numbers and fixed words */

/* ---- state ---- */

static void write_moment(struct page *page, const char *label, instant at)
{
    if (at == INSTANT_NONE || at == 0)
        return;
    page_begin_block(page, BLOCK_ITEM);
    page_strong(page, label);
    page_text(page, ": ");
    page_moment(page, at);
    page_end_block(page);
}

static const char *state_words(const char *state)
{
    static const char *const words[][2] = {
        {"draft", "draft: it can still change and nobody is bound by it"},
        {"proposed", "proposed: it cannot change any more and waits for both signatures"},
        {"declined", "declined"},
        {"signed", "signed by both sides, not in force yet"},
        {"in_force", "in force"},
        {"suspended", "suspended by one side: nothing passes by it until that side resumes it"},
        {"superseded", "superseded by a later version"},
        {"revoked", "signed, and revoked before it was in force"},
        {"deleted", "deleted"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], state) == 0)
            return words[i][1];
    return state;
}

static void write_hash(struct page *page, const uint8_t *hash)
{
    char hex[2 * DIGEST_BYTES + 1];

    hex_encode(hash, DIGEST_BYTES, hex);
    page_begin_block(page, BLOCK_ITEM);
    page_strong(page, "Content hash");
    page_text(page, ": SHA-256 ");
    page_code(page, hex);
    page_end_block(page);
}

static bool was_in_force(const struct definition_page *facts)
{
    return facts->in_force_from != INSTANT_NONE && facts->in_force_from != 0;
}

static void write_proposer(struct page *page, const struct definition_page *facts)
{
    if (facts->proposed_by == NULL || facts->proposed_at == INSTANT_NONE || facts->proposed_at == 0)
        return;
    page_begin_block(page, BLOCK_ITEM);
    page_strong(page, "Proposed by");
    page_text(page, ": ");
    page_text(page, facts->proposed_by);
    page_text(page, ", ");
    page_moment(page, facts->proposed_at);
    page_end_block(page);
}

void page_write_state(struct page *page, const struct definition_page *facts)
{
    page_begin_list(page);
    if (facts->state != NULL)
        page_item(page, "State", state_words(facts->state));
    write_proposer(page, facts);
    if (facts->effective_from == INSTANT_NONE || facts->effective_from == 0)
        page_item(page, "Effective", "with the last signature");
    write_moment(page, "Effective from", facts->effective_from);
    write_moment(page, "In force from", facts->in_force_from);
    write_moment(page, was_in_force(facts) ? "No longer in force since" : "Superseded at",
                 facts->superseded_at);
    if (facts->hash != NULL)
        write_hash(page, facts->hash);
    page_end_list(page);
}

void page_write_decline(struct page *page, const struct definition_page *facts)
{
    if (facts->declined_by == NULL)
        return;
    page_begin_block(page, BLOCK_PARAGRAPH);
    page_strong(page, facts->step == NULL ? "Declined" : facts->step);
    page_text(page, " by ");
    page_text(page, facts->declined_by);
    if (facts->declined_note != NULL) {
        page_text(page, ": ");
        page_text(page, facts->declined_note);
    }
    page_end_block(page);
}

/* ---- changes ---- */

void page_write_changes(struct page *page, const struct definition_page *facts)
{
    char heading[LINE_BYTES];

    if (facts->diff == NULL)
        return;
    snprintf(heading, sizeof heading, "Changed since version %lld", (long long)facts->diff_against);
    page_heading(page, 2, heading);
    if (facts->diff->count == 0) {
        page_paragraph(page, "Nothing that changes a verdict, an answer or a clock.");
        return;
    }
    page_begin_list(page);
    for (size_t i = 0; i < facts->diff->count; i++)
        page_plain_item(page, facts->diff->items[i].words);
    page_end_list(page);
}

/* ---- who signed, on what evidence, and who has read it ---- */

static bool any_evidence(const struct definition_page *facts)
{
    for (size_t i = 0; i < facts->signatures_count; i++)
        if (facts->signatures[i].evidence_count > 0)
            return true;
    return false;
}

/* The ids of back-tests, a line each would make the row high: they stand beside each other. */
static void write_evidence(struct page *page, const struct page_signature *signature)
{
    page_begin_block(page, BLOCK_CELL);
    if (signature->evidence_count == 0)
        page_text(page, "none");
    for (size_t i = 0; i < signature->evidence_count; i++) {
        page_text(page, i == 0 ? "back-test " : ", ");
        page_code(page, signature->evidence[i]);
    }
    page_end_block(page);
}

static void write_signature(struct page *page, const struct page_signature *signature,
                            bool evidence)
{
    page_begin_row(page);
    page_cell(page, team_function_name(signature->side));
    page_cell(page, signature->member);
    page_begin_block(page, BLOCK_CELL);
    page_moment(page, signature->signed_at);
    page_end_block(page);
    page_cell(page, signature->key_made_by == NULL ? "" : signature->key_made_by);
    if (evidence)
        write_evidence(page, signature);
    page_end_row(page);
}

void page_write_signatures(struct page *page, const struct definition_page *facts)
{
    static const char *const columns[] = {"Side", "Member", "Signed at", "Key made by", "Evidence"};
    bool evidence = any_evidence(facts);

    page_heading(page, 2, "Signatures");
    if (facts->signatures_count == 0) {
        page_paragraph(page, "Nobody has signed yet. It comes into force when one marketing and "
                             "one sales member have signed the same content hash.");
        return;
    }
    page_begin_table(page, columns, evidence ? 5 : 4);
    for (size_t i = 0; i < facts->signatures_count; i++)
        write_signature(page, &facts->signatures[i], evidence);
    page_end_table(page);
}

void page_write_readers(struct page *page, const struct definition_page *facts)
{
    if (facts->readers_count == 0)
        return;
    page_heading(page, 2, "Read by");
    page_begin_list(page);
    for (size_t i = 0; i < facts->readers_count; i++) {
        page_begin_block(page, BLOCK_ITEM);
        page_strong(page, facts->readers[i].member == NULL ? "somebody" : facts->readers[i].member);
        page_text(page, ", ");
        page_moment(page, facts->readers[i].at);
        page_end_block(page);
    }
    page_end_list(page);
}

/* ---- what was said ---- */

void page_write_comments(struct page *page, const struct definition_page *facts)
{
    if (facts->comments_count == 0)
        return;
    page_heading(page, 2, "Comments");
    page_begin_list(page);
    for (size_t i = 0; i < facts->comments_count; i++) {
        const struct page_comment *comment = &facts->comments[i];
        page_begin_block(page, BLOCK_ITEM);
        page_strong(page, comment->member == NULL ? "somebody" : comment->member);
        page_text(page, ", ");
        page_moment(page, comment->at);
        if (comment->criterion != NULL) {
            page_text(page, ", on ");
            page_code(page, comment->criterion);
        }
        if (comment->asks_for_changes)
            page_text(page, ", asks for changes");
        page_text(page, ": ");
        page_text(page, comment->text);
        page_end_block(page);
    }
    page_end_list(page);
}

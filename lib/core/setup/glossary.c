#include "core/setup/glossary.h"

/* What Baton calls things, in its API, on its pages and in its documents. */
static const struct {
    const char *word;
    const char *meaning;
} terms[] = {
    {"side", "Marketing or sales: all teams of that function."},
    {"team", "People who share a queue; of marketing, of sales, or of neither side."},
    {"member", "A person on a team, with a key of their own."},
    {"lead", "One person at one company."},
    {"touch", "Something that happened with a lead: what, when, by which channel and campaign."},
    {"fact", "What a member has found out of a lead, with the evidence for it."},
    {"definition", "The written criteria for mql, srl or sql, in force when both sides signed."},
    {"criterion", "One test of a definition: of fit, engagement or readiness, or a disqualifier."},
    {"verdict", "A definition applied to a lead: qualified, unclear or not qualified, and why."},
    {"route", "The way of leads from one team to another, and the definitions that gate it."},
    {"handoff", "An offer of one lead by one team to another, and its answer."},
    {"feedback", "What the receiving team says of a handoff: a rating, a note, an outcome."},
    {"agreement", "A document that binds both sides: a definition, the routes or the goals."},
    {"next step", "What must happen with a lead next, and when."},
    {"overdue", "Offered, and the time to answer it is over."},
    {"gap", "A lead, or a step, with which nobody does what they promised."},
    {"milestone", "A stage that attribution credits: mql, sal, sql, opportunity, customer."},
    {"ledger", "The record of all of it: added to, never changed, and checkable by anybody."},
};

/* A stage that is reached by a definition means what the version in force says. */
static const struct agreement_version *definition_of(const struct config *config, enum stage stage)
{
    switch (stage) {
    case STAGE_MQL:
        return config->in_force[TERM_MQL];
    case STAGE_SRL:
        return config->in_force[TERM_SRL];
    case STAGE_SQL:
        return config->in_force[TERM_SQL];
    default:
        return NULL;
    }
}

static void write_definition(const struct agreement_version *version, struct json_out *out)
{
    json_out_key(out, "definition");
    if (version == NULL) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "term", agreement_kind_name(version->kind));
    json_out_member_int(out, "version", version->version);
    json_out_member_text(out, "title", version->compiled->title);
    json_out_member_text(out, "statement", version->compiled->statement);
    json_out_end_object(out);
}

static void write_proposed(const struct stage_words *words, struct json_out *out)
{
    json_out_key(out, "proposed");
    if (words == NULL || !words->is_proposed) {
        json_out_null(out);
        return;
    }
    struct stage_wording proposed =
        words->proposed.title == NULL ? stage_wording_default(words->stage) : words->proposed;
    json_out_begin_object(out);
    json_out_member_text(out, "title", proposed.title);
    json_out_member_text(out, "meaning", proposed.meaning);
    json_out_member_text(out, "side", side_name(words->proposed_side));
    json_out_member_uuid(out, "member", words->proposed_by);
    json_out_member_instant(out, "at", words->proposed_at);
    json_out_end_object(out);
}

void glossary_write_stage(const struct config *config, const struct stage_words *words,
                          enum stage stage, struct json_out *out)
{
    json_out_begin_object(out);
    stage_words_write(words, stage, out);
    json_out_member_bool(out, "agreed", words != NULL && words->agreed.title != NULL);
    write_definition(definition_of(config, stage), out);
    write_proposed(words, out);
    json_out_member_instant(out, "updated_at", words == NULL ? INSTANT_NONE : words->updated_at);
    json_out_end_object(out);
}

void glossary_write(const struct config *config, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_key(out, "stages");
    json_out_begin_array(out);
    for (int stage = 0; stage < STAGE_COUNT; stage++)
        glossary_write_stage(config, stage_words_of(config, (enum stage)stage), (enum stage)stage,
                             out);
    json_out_end_array(out);
    json_out_key(out, "words");
    json_out_begin_array(out);
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        json_out_begin_object(out);
        json_out_member_text(out, "word", terms[i].word);
        json_out_member_text(out, "meaning", terms[i].meaning);
        json_out_end_object(out);
    }
    json_out_end_array(out);
    json_out_end_object(out);
}

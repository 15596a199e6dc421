#include "core/lead/lead_words.h"

#include "base/email.h"
#include "base/text/words.h"

#include <stdlib.h>
#include <string.h>

/* What people and companies are called, and the site by which companies are known. */
static const struct {
    const char *attribute;
    enum words_cut cut;
} names[] = {
    {"name", WORDS_AND_PARTS},         {"full_name", WORDS_AND_PARTS},
    {"contact.name", WORDS_AND_PARTS}, {"first_name", WORDS_AND_PARTS},
    {"last_name", WORDS_AND_PARTS},    {"company.name", WORDS_AND_PARTS},
    {"company", WORDS_AND_PARTS},      {"organization", WORDS_AND_PARTS},
    {"company.domain", WORDS_WHOLE},
};

static enum err add_text(struct words *words, const char *text, enum words_cut cut,
                         struct arena *arena)
{
    return words_add(words, text, strlen(text), cut, arena);
}

static enum err add_names(struct words *words, const struct lead *lead, struct arena *arena)
{
    enum err err = ERR_NONE;

    for (size_t i = 0; err != ERR_OUT_OF_MEMORY && i < sizeof names / sizeof *names; i++) {
        const struct attribute *known = attribute_find(&lead->attributes, names[i].attribute);
        if (known != NULL && known->observations[0].value.type == VALUE_TEXT)
            err = add_text(words, known->observations[0].value.text, names[i].cut, arena);
    }
    return err;
}

/* The parts of an address that people know: the mailbox, and the company's domain. */
static enum err add_email(struct words *words, const char *email, struct arena *arena)
{
    const char *domain = email_domain(email);
    enum err err = add_text(words, email, WORDS_WHOLE, arena);

    if (err == ERR_NONE)
        err = words_add(words, email, (size_t)(domain - email) - 1, WORDS_AND_PARTS, arena);
    if (err == ERR_NONE && !email_is_free_mail(domain))
        err = add_text(words, domain, WORDS_WHOLE, arena);
    return err;
}

static enum err add_identities(struct words *words, const struct lead *lead, struct arena *arena)
{
    enum err err = ERR_NONE;

    for (size_t i = 0; err != ERR_OUT_OF_MEMORY && i < lead->identity_count; i++) {
        const struct identity *identity = &lead->identities[i];
        if (identity->kind == IDENTITY_EMAIL)
            err = add_email(words, identity->value, arena);
        else if (identity->kind == IDENTITY_EXTERNAL)
            err = add_text(words, identity->value, WORDS_WHOLE, arena);
    }
    return err;
}

static int word_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *join(const struct words *words, struct arena *arena)
{
    size_t len = 1;

    for (size_t i = 0; i < words->count; i++)
        len += strlen(words->items[i]) + 1;
    char *text = arena_alloc(arena, len), *at = text;
    for (size_t i = 0; text != NULL && i < words->count; i++) {
        size_t word = strlen(words->items[i]);
        if (i > 0)
            *at++ = ' ';
        memcpy(at, words->items[i], word);
        at += word;
    }
    if (text != NULL)
        *at = '\0';
    return text;
}

/* A value that is no text that can be read has no words: whoever wrote it is found by the others.
 */
const char *lead_words(const struct lead *lead, struct arena *arena)
{
    struct words words = {.count = 0};

    if (lead->status != LEAD_ACTIVE)
        return "";
    if (add_names(&words, lead, arena) == ERR_OUT_OF_MEMORY ||
        add_identities(&words, lead, arena) == ERR_OUT_OF_MEMORY)
        return NULL;
    qsort(words.items, words.count, sizeof *words.items, word_order);
    return join(&words, arena);
}

/* ---- before leads are saved ---- */

/* What words are made of is replaced when it changes, and not written over. */
static bool is_called_as_before(const struct lead *lead)
{
    const struct lead *before = lead->stored;

    return lead->row == ROW_CHANGED && before != NULL && before->words != NULL &&
           lead->status == LEAD_ACTIVE && lead->attributes.items == before->attributes.items &&
           lead->attributes.count == before->attributes.count &&
           lead->identities == before->identities && lead->identity_count == before->identity_count;
}

void lead_words_renew(struct work *work)
{
    for (size_t i = 0; i < work->saves[KIND_LEAD].count; i++) {
        struct lead *lead = work->saves[KIND_LEAD].items[i];
        if (is_called_as_before(lead))
            continue;
        const char *words = lead_words(lead, work->arena);
        if (words != NULL && (lead->words == NULL || strcmp(words, lead->words) != 0))
            lead->words = words;
    }
}

/* ---- leads from before ---- */

static const struct due_batch wordless = {.limit = DUE_BATCH, .due_for = DUE_FOR_WORDS};

bool lead_words_keys(const struct command *command, struct work *work, struct work_keys *keys)
{
    (void)command;
    return list_add(&keys->of[KIND_DUE], work->arena, (void *)&wordless);
}

enum decision lead_words_keep(struct work *work, const struct command *command,
                              struct outcome *outcome)
{
    enum find found;
    const struct list *leads = work_find(work, KIND_DUE, &wordless, &found);

    (void)command;
    if (found == FIND_NEEDED)
        return DECIDE_AGAIN;
    size_t count = leads == NULL ? 0 : leads->count;
    for (size_t i = 0; i < count; i++)
        work_change_lead(work, leads->items[i]);
    struct json_out *out = outcome_begin(work);
    json_out_begin_object(out);
    json_out_member_int(out, "done", (int64_t)count);
    json_out_member_bool(out, "more", count == DUE_BATCH);
    json_out_end_object(out);
    return outcome_answer(work, outcome, 200);
}

#include "api/definitions_api.h"

#include "api/lead_input.h"
#include "api/values.h"

#include "base/hex.h"
#include "base/name.h"
#include "core/agreement/agreement_change.h"
#include "core/agreement/agreement_sign.h"
#include "core/agreement/definition_apply.h"
#include "core/agreement/document_edit.h"
#include "core/agreement/routes_try.h"
#include "core/handoff/handoff.h"
#include "core/intake/lead_try.h"
#include "store/read/vocabulary_read.h"

#include <string.h>

/* The term and the version that the path names. */
#define TERM_FIELD(input_type)                                                                     \
    {                                                                                              \
        "term", &term_type, AT(input_type, kind), .place = INPUT_PATH                              \
    }
#define VERSION_FIELD(input_type)                                                                  \
    {                                                                                              \
        "version", &version_type, AT(input_type, version), .place = INPUT_PATH                     \
    }

/* ---- names that leads have had ---- */

/* The memory of the read ends with it, so the names are copied into the request's. */
static enum err copy_names(struct request *r, const char *const *names, size_t count,
                           const struct known_names **out)
{
    struct known_names *known = ARENA_NEW(r->arena, struct known_names);
    const char **copies = ARENA_ARRAY(r->arena, const char *, count + 1);

    if (known == NULL || copies == NULL)
        return ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++)
        copies[i] = arena_strdup(r->arena, names[i]);
    *known = (struct known_names){copies, count};
    *out = known;
    return arena_failed(r->arena) ? ERR_OUT_OF_MEMORY : ERR_NONE;
}

enum err definitions_known_names(struct request *r, struct read *read,
                                 const struct known_names **out)
{
    const char **names;
    size_t count;
    enum err err = vocabulary_read_names(read, &names, &count);

    return err == ERR_NONE ? copy_names(r, names, count, out) : err;
}

/* The command is not queued yet, so its input may still be changed. */
enum err definitions_draft_names(struct request *r, struct read *read)
{
    struct agreement_draft_input *input = r->input;

    return definitions_known_names(r, read, &input->known);
}

enum err definitions_replace_names(struct request *r, struct read *read)
{
    struct agreement_replace_input *input = r->input;

    return definitions_known_names(r, read, &input->known);
}

enum err definitions_propose_names(struct request *r, struct read *read)
{
    struct agreement_propose_input *input = r->input;

    return definitions_known_names(r, read, &input->known);
}

/* ---- drafts ---- */

static const struct input_field draft_fields[] = {
    TERM_FIELD(struct agreement_draft_input),
    {"document", &document_type, AT(struct agreement_draft_input, document), .place = INPUT_WHOLE},
};
const struct input_spec definition_draft_spec =
    INPUT_SPEC(draft_fields, struct agreement_draft_input);

static const struct input_field replace_fields[] = {
    TERM_FIELD(struct agreement_replace_input),
    VERSION_FIELD(struct agreement_replace_input),
    {"If-Match", &header_type, AT(struct agreement_replace_input, if_match), .place = INPUT_HEADER,
     .required = true},
    {"document", &document_type, AT(struct agreement_replace_input, document),
     .place = INPUT_WHOLE},
};
const struct input_spec definition_replace_spec =
    INPUT_SPEC(replace_fields, struct agreement_replace_input);

static const struct input_field propose_fields[] = {
    TERM_FIELD(struct agreement_propose_input),
    VERSION_FIELD(struct agreement_propose_input),
    {"effective_from", &input_instant, AT(struct agreement_propose_input, effective_from)},
};
const struct input_spec definition_propose_spec =
    INPUT_SPEC(propose_fields, struct agreement_propose_input);

/* ---- signing ---- */

static bool is_hex(const char *text)
{
    return text[strspn(text, "0123456789abcdef")] == '\0';
}

static bool read_hash(struct input *in, const struct input_node *at,
                      const struct input_field *field, void *base)
{
    const char *text = json_string_value(at->json);
    uint8_t *out = (uint8_t *)base + field->offset;

    (void)in;
    return hex_decode(text, strlen(text), out, DIGEST_BYTES);
}

static const struct input_type hash_type = {
    .kind = INPUT_LINE,
    .min = 2 * DIGEST_BYTES,
    .max = 2 * DIGEST_BYTES,
    .fits = is_hex,
    .code = "pattern",
    .wanted = "64 lower-case hex digits are wanted",
    .read = read_hash,
};

static const struct input_type evidence_type = {
    .kind = INPUT_ARRAY, .max = EVIDENCE_MAX, .item = &input_uuid};

static const struct input_field sign_fields[] = {
    TERM_FIELD(struct agreement_sign_input),
    VERSION_FIELD(struct agreement_sign_input),
    {"content_hash", &hash_type, AT(struct agreement_sign_input, hash), .required = true},
    {"evidence", &evidence_type, AT(struct agreement_sign_input, evidence),
     COUNT(struct agreement_sign_input, evidence_count)},
};
const struct input_spec definition_sign_spec = INPUT_SPEC(sign_fields, struct agreement_sign_input);

static const struct input_field decline_fields[] = {
    TERM_FIELD(struct agreement_decline_input),
    VERSION_FIELD(struct agreement_decline_input),
    {"note", &note_type, AT(struct agreement_decline_input, note), .required = true},
};
const struct input_spec definition_decline_spec =
    INPUT_SPEC(decline_fields, struct agreement_decline_input);

static const struct input_field acknowledge_fields[] = {
    TERM_FIELD(struct agreement_named),
    VERSION_FIELD(struct agreement_named),
};
const struct input_spec definition_acknowledge_spec =
    INPUT_SPEC(acknowledge_fields, struct agreement_named);

/* ---- what a side does alone ---- */

static const struct input_field suspend_fields[] = {
    TERM_FIELD(struct agreement_decline_input),
    VERSION_FIELD(struct agreement_decline_input),
    {"reason", &note_type, AT(struct agreement_decline_input, note), .required = true},
};
const struct input_spec definition_suspend_spec =
    INPUT_SPEC(suspend_fields, struct agreement_decline_input);

static const struct input_field delete_fields[] = {
    TERM_FIELD(struct agreement_delete_input),
    VERSION_FIELD(struct agreement_delete_input),
};
const struct input_spec definition_delete_spec =
    INPUT_SPEC(delete_fields, struct agreement_delete_input);

static const struct input_type edits_type = {
    .kind = INPUT_LIST, .min = 1, .max = DOCUMENT_EDITS_MAX};

static const struct input_field comment_fields[] = {
    TERM_FIELD(struct agreement_comment_input),
    VERSION_FIELD(struct agreement_comment_input),
    {"text", &note_type, AT(struct agreement_comment_input, text), .required = true},
    {"criterion", &code_type, AT(struct agreement_comment_input, criterion)},
    {"backtest", &input_uuid, AT(struct agreement_comment_input, backtest)},
    {"asks_for_changes", &input_bool, AT(struct agreement_comment_input, asks_for_changes)},
    {"edits", &edits_type, AT(struct agreement_comment_input, edits)},
};
const struct input_spec definition_comment_spec =
    INPUT_SPEC(comment_fields, struct agreement_comment_input);

static const struct input_type comments_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = EDITS_COMMENTS_MAX, .item = &input_uuid};

static const struct input_field edits_fields[] = {
    TERM_FIELD(struct agreement_edits_input),
    VERSION_FIELD(struct agreement_edits_input),
    {"comments", &comments_type, AT(struct agreement_edits_input, comments),
     COUNT(struct agreement_edits_input, comment_count), .required = true},
};
const struct input_spec definition_edits_spec =
    INPUT_SPEC(edits_fields, struct agreement_edits_input);

/* ---- routes and goals: the same without a term, which fill() puts in ---- */

static const struct input_field plain_draft_fields[] = {
    {"document", &document_type, AT(struct agreement_draft_input, document), .place = INPUT_WHOLE},
};
const struct input_spec agreement_draft_spec =
    INPUT_SPEC(plain_draft_fields, struct agreement_draft_input);

static const struct input_field plain_replace_fields[] = {
    VERSION_FIELD(struct agreement_replace_input),
    {"If-Match", &header_type, AT(struct agreement_replace_input, if_match), .place = INPUT_HEADER,
     .required = true},
    {"document", &document_type, AT(struct agreement_replace_input, document),
     .place = INPUT_WHOLE},
};
const struct input_spec agreement_replace_spec =
    INPUT_SPEC(plain_replace_fields, struct agreement_replace_input);

static const struct input_field plain_propose_fields[] = {
    VERSION_FIELD(struct agreement_propose_input),
    {"effective_from", &input_instant, AT(struct agreement_propose_input, effective_from)},
};
const struct input_spec agreement_propose_spec =
    INPUT_SPEC(plain_propose_fields, struct agreement_propose_input);

static const struct input_field plain_sign_fields[] = {
    VERSION_FIELD(struct agreement_sign_input),
    {"content_hash", &hash_type, AT(struct agreement_sign_input, hash), .required = true},
};
const struct input_spec agreement_sign_spec =
    INPUT_SPEC(plain_sign_fields, struct agreement_sign_input);

static const struct input_field plain_decline_fields[] = {
    VERSION_FIELD(struct agreement_decline_input),
    {"note", &note_type, AT(struct agreement_decline_input, note), .required = true},
};
const struct input_spec agreement_decline_spec =
    INPUT_SPEC(plain_decline_fields, struct agreement_decline_input);

static const struct input_field plain_suspend_fields[] = {
    VERSION_FIELD(struct agreement_decline_input),
    {"reason", &note_type, AT(struct agreement_decline_input, note), .required = true},
};
const struct input_spec agreement_suspend_spec =
    INPUT_SPEC(plain_suspend_fields, struct agreement_decline_input);

static const struct input_field plain_named_fields[] = {
    VERSION_FIELD(struct agreement_named),
};
const struct input_spec agreement_named_spec =
    INPUT_SPEC(plain_named_fields, struct agreement_named);

static const struct input_field plain_comment_fields[] = {
    VERSION_FIELD(struct agreement_comment_input),
    {"text", &note_type, AT(struct agreement_comment_input, text), .required = true},
};
const struct input_spec agreement_comment_spec =
    INPUT_SPEC(plain_comment_fields, struct agreement_comment_input);

/* Every input of a version begins with its kind. */
_Static_assert(offsetof(struct agreement_draft_input, kind) == 0, "the kind comes first");
_Static_assert(offsetof(struct agreement_replace_input, kind) == 0, "the kind comes first");
_Static_assert(offsetof(struct agreement_propose_input, kind) == 0, "the kind comes first");
_Static_assert(offsetof(struct agreement_sign_input, kind) == 0, "the kind comes first");
_Static_assert(offsetof(struct agreement_decline_input, kind) == 0, "the kind comes first");
_Static_assert(offsetof(struct agreement_named, kind) == 0, "the kind comes first");
_Static_assert(offsetof(struct agreement_comment_input, kind) == 0, "the kind comes first");

enum err agreement_of_routes(struct request *r, void *input)
{
    (void)r;
    *(enum agreement_kind *)input = AGREEMENT_ROUTES;
    return ERR_NONE;
}

enum err agreement_of_goals(struct request *r, void *input)
{
    (void)r;
    *(enum agreement_kind *)input = AGREEMENT_GOALS;
    return ERR_NONE;
}

/* ---- applying ---- */

static const struct input_field apply_fields[] = {
    {"term", &term_type, AT(struct definition_apply_input, term), .place = INPUT_PATH},
    VERSION_FIELD(struct definition_apply_input),
    {"dry_run", &input_bool, AT(struct definition_apply_input, dry_run)},
};
const struct input_spec definition_apply_spec =
    INPUT_SPEC(apply_fields, struct definition_apply_input);

/* ---- trying it ---- */

static const struct input_type tried_touches_type = {
    .kind = INPUT_ARRAY, .max = TRIED_TOUCHES_MAX, .item = &touch_type};

static const struct input_field try_fields[] = {
    TERM_FIELD(struct lead_try_input),
    VERSION_FIELD(struct lead_try_input),
    {"lead_id", &input_uuid, AT(struct lead_try_input, lead)},
    {"email", &identity_email_type, AT(struct lead_try_input, identities),
     COUNT(struct lead_try_input, identity_count)},
    {"attributes", &attributes_type, AT(struct lead_try_input, attributes),
     COUNT(struct lead_try_input, attribute_count)},
    {"facts", &facts_type, AT(struct lead_try_input, facts),
     COUNT(struct lead_try_input, fact_count)},
    {"touches", &tried_touches_type, AT(struct lead_try_input, touches),
     COUNT(struct lead_try_input, touch_count)},
};
const struct input_spec definition_try_spec = INPUT_SPEC(try_fields, struct lead_try_input);

static const struct input_field routes_try_fields[] = {
    VERSION_FIELD(struct routes_try_input),
    {"lead_id", &input_uuid, AT(struct routes_try_input, lead), .required = true},
};
const struct input_spec routes_try_spec = INPUT_SPEC(routes_try_fields, struct routes_try_input);

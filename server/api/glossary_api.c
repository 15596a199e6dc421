#include "api/glossary_api.h"

#include "http/etag_reply.h"
#include "http/reply.h"

#include "api/values.h"

#include "core/setup/glossary.h"
#include "core/setup/stage_change.h"

#include <string.h>

#define GLOSSARY_MAX_BYTES ((size_t)STAGE_COUNT * (256u << 10))

enum err glossary_get(struct request *r, struct read *read)
{
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, GLOSSARY_MAX_BYTES);
    glossary_write(r->config, &out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

/* ---- one stage ---- */

struct get_input {
    enum stage stage;
};

static const struct input_field get_fields[] = {
    {"stage", &stage_type, AT(struct get_input, stage), .place = INPUT_PATH},
};
const struct input_spec stages_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err stages_get(struct request *r, struct read *read)
{
    enum stage stage = ((const struct get_input *)r->input)->stage;
    struct json_out out;

    (void)read;
    json_out_init(&out, r->arena, GLOSSARY_MAX_BYTES);
    glossary_write_stage(r->config, stage_words_of(r->config, stage), stage, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

/* ---- what is said of it ---- */

static const struct input_type meaning_type = {
    .kind = INPUT_TEXT, .min = 1, .max = STAGE_MEANING_MAX_CHARS};

static const struct input_field wording_fields[] = {
    {"title", &title_type, AT(struct stage_wording, title), .required = true},
    {"meaning", &meaning_type, AT(struct stage_wording, meaning), .required = true},
};
static const struct input_spec wording_spec = INPUT_SPEC(wording_fields, struct stage_wording);

/* Null: Baton's own again. */
static bool read_wording(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    struct stage_put_input *input = base;

    (void)field;
    input->says_wording = true;
    return json_is_null(at->json) || input_object(in, at, &wording_spec, &input->wording);
}

static const struct input_type wording_type = {.kind = INPUT_MAP, .read = read_wording};

/* A guide is checked, and kept as it was given. */

#define TACTICS_MAX   20
#define LINKS_MAX     20
#define URL_MAX_CHARS 2000

struct link {
    const char *title;
    const char *url;
};

struct guide {
    const char *next;
    const char *const *tactics;
    size_t tactic_count;
    const struct link *links;
    size_t link_count;
};

/* Whoever follows it reads a page: nothing else is a link. */
static bool is_link(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

static const struct input_type next_type = {.kind = INPUT_TEXT, .min = 1, .max = 1000};
static const struct input_type tactic_type = {.kind = INPUT_TEXT, .min = 1, .max = 500};
static const struct input_type tactics_type = {
    .kind = INPUT_ARRAY, .max = TACTICS_MAX, .item = &tactic_type};
static const struct input_type url_type = {.kind = INPUT_LINE,
                                           .min = 8,
                                           .max = URL_MAX_CHARS,
                                           .fits = is_link,
                                           .code = "url",
                                           .wanted = "An address that begins with https:// or "
                                                     "http:// is wanted"};

static const struct input_field link_fields[] = {
    {"title", &title_type, AT(struct link, title), .required = true},
    {"url", &url_type, AT(struct link, url), .required = true},
};
static const struct input_spec link_spec = INPUT_SPEC(link_fields, struct link);
static const struct input_type link_type = {.kind = INPUT_OBJECT, .of = &link_spec};
static const struct input_type links_type = {
    .kind = INPUT_ARRAY, .max = LINKS_MAX, .item = &link_type};

static const struct input_field guide_fields[] = {
    {"next", &next_type, AT(struct guide, next), .required = true},
    {"tactics", &tactics_type, AT(struct guide, tactics), COUNT(struct guide, tactic_count)},
    {"links", &links_type, AT(struct guide, links), COUNT(struct guide, link_count)},
};
static const struct input_spec guide_spec = INPUT_SPEC(guide_fields, struct guide);

static bool read_guide(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct guide guide;

    ((struct stage_put_input *)base)->says_guide = true;
    return json_is_null(at->json) || (input_object(in, at, &guide_spec, &guide) &&
                                      value_keep_json(in, at, field, base, STAGE_GUIDE_MAX_BYTES));
}

static const struct input_type guide_type = {.kind = INPUT_MAP, .read = read_guide};

static const struct input_field put_fields[] = {
    {"stage", &stage_type, AT(struct stage_put_input, stage), .place = INPUT_PATH},
    {"If-Match", &header_type, AT(struct stage_put_input, if_match), .place = INPUT_HEADER},
    {"wording", &wording_type, AT(struct stage_put_input, wording), .nullable = true},
    {"guide", &guide_type, AT(struct stage_put_input, guide), .nullable = true},
};
const struct input_spec stage_put_spec =
    INPUT_SPEC(put_fields, struct stage_put_input, .check = input_changes);

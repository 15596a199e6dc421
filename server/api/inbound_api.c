#include "api/inbound_api.h"

#include "http/headers.h"
#include "http/request_refuse.h"

#include "base/public_id.h"
#include "core/intake/inbound.h"
#include "core/intake/mapping.h"
#include "core/setup/source_auth.h"

#include <string.h>
#include <time.h>

/* ---- the sender ---- */

static bool source_id(const struct request *r, struct uuid *workspace, struct uuid *source)
{
    const char *text = request_param(r, "source_id");

    return text != NULL && public_id_parse(text, strlen(text), workspace, source);
}

bool inbound_workspace(const struct request *r, struct uuid *workspace)
{
    struct uuid source;

    return source_id(r, workspace, &source);
}

/* A source that does not exist is refused like a wrong signature, so that nobody can find out which
 * sources there are. */
static enum auth_answer refuse(struct request *r, const char *detail)
{
    request_refuse(r, ERR_UNAUTHENTICATED, "%s", detail);
    return AUTH_REFUSED;
}

/* The source, if its deliveries are signed; NULL when there is no such source here. */
static const struct source *signed_source(struct request *r, const struct config *config,
                                          struct source_auth *auth)
{
    struct uuid workspace, id;
    const struct source *source = source_id(r, &workspace, &id) ? config_source(config, id) : NULL;

    if (source == NULL || !source->active || source_auth_of(source, r->arena, auth) != ERR_NONE ||
        auth->scheme != AUTH_HMAC_SHA256)
        return NULL;
    return source;
}

static instant now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_REALTIME, &at);
    return at.tv_sec * INSTANT_SECOND + at.tv_nsec / 1000;
}

enum auth_answer inbound_authenticate(struct request *r, const struct config *config)
{
    struct source_auth auth;
    const struct source *source = signed_source(r, config, &auth);
    const char *signature = source == NULL ? NULL : request_header(r, auth.header);

    if (signature == NULL)
        return refuse(r, "Send \"Authorization: Bearer <key>\", or the source's signature");
    if (auth.secret == NULL) {
        request_refuse(r, ERR_SEALED, "The source's secret cannot be opened: send it again later");
        return AUTH_REFUSED;
    }
    if (r->step != STEP_WORK)
        return AUTH_BODY;
    if (!source_auth_fits(&auth, now(), signature, r->body == NULL ? "" : r->body, r->body_len))
        return refuse(r, "The signature does not match the body and the source's secret");
    r->caller = (struct caller){
        .workspace = config->workspace,
        .key = source->id,
        .team = source->team,
        .roles = ROLE_CAPTURE,
    };
    return AUTH_OK;
}

/* ---- the body ---- */

/* Read here and not by the lane, which others wait for. The document belongs to the request, which
 * frees it with its body. */
static enum err read_document(struct request *r, struct inbound_input *input)
{
    struct delivered *delivered = ARENA_NEW(r->arena, struct delivered);

    if (delivered == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err =
        delivered_read(input->content_type, input->body, input->body_len, r->arena, delivered);
    r->json = delivered->document;
    input->delivered = delivered;
    return err;
}

static const char *signature_of(struct request *r, struct uuid source)
{
    struct source_auth auth;
    const struct source *found = signed_source(r, r->config, &auth);

    if (found == NULL || !uuid_equal(r->caller.key, source))
        return NULL;
    const char *value = request_header(r, auth.header);
    return value == NULL ? NULL : arena_strdup(r->arena, value);
}

static const struct input_field inbound_fields[] = {
    {"source_id", &input_public_id, AT(struct inbound_input, source), .place = INPUT_PATH},
};
const struct input_spec inbound_spec = INPUT_SPEC(inbound_fields, struct inbound_input);

enum err inbound_receive_fill(struct request *r, void *input)
{
    struct inbound_input *inbound = input;

    inbound->body = r->body == NULL ? "" : r->body;
    inbound->body_len = r->body_len;
    inbound->content_type = arena_printf(r->arena, "%.*s", DELIVERY_CONTENT_TYPE_MAX_BYTES,
                                         r->content_type == NULL ? "" : r->content_type);
    inbound->headers = headers_shown(r);
    enum err err = read_document(r, inbound);
    inbound->signature = signature_of(r, inbound->source);
    return err;
}

static const struct input_type item_type = {
    .kind = INPUT_INT, .min = 0, .max = MAPPING_ITEMS_MAX - 1};
static const struct input_type items_type = {
    .kind = INPUT_ARRAY, .min = 1, .max = MAPPING_ITEMS_MAX, .item = &item_type};

static const struct input_field replay_fields[] = {
    {"delivery_id", &input_uuid, AT(struct delivery_replay_input, delivery), .place = INPUT_PATH},
    {"items", &items_type, AT(struct delivery_replay_input, items),
     COUNT(struct delivery_replay_input, item_count)},
};
const struct input_spec delivery_replay_spec =
    INPUT_SPEC(replay_fields, struct delivery_replay_input);

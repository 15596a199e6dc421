#include "api/stream_api.h"

#include "api/feeds_api.h"
#include "api/reading.h"
#include "delivery/feed.h"
#include "http/reply.h"
#include "http/task.h"

#include "base/name.h"

#include <string.h>

/** Text of a list of event types. */
#define TYPES_MAX_CHARS 1000

/** The end of a session does not show in the configuration: its streams are short. */
#define SESSION_STREAM_MS (5 * 60 * 1000)

struct stream_input {
    struct kind_set kinds;
    bool chosen; /* types were named */
    const char *team;
    struct uuid of_team; /* of that name; nil: any */
    const struct cursor *after;
    const char *last_event_id;
};

/* "lead.*,handoff.offered" */
static bool read_types(struct input *in, const struct input_node *at,
                       const struct input_field *field, void *base)
{
    struct stream_input *input = base;
    bool fine = true;

    (void)field;
    for (const char *type = at->word; *type != '\0' && fine;) {
        size_t len = strcspn(type, ",");
        if (!kind_set_add(&input->kinds, type, len))
            fine = input_fault(in, at, "unknown_event",
                               "There is no event \"%.*s\"; a list with commas is wanted, such as "
                               "handoff.offered,lead.*",
                               (int)len, type);
        type += len + (type[len] == ',');
    }
    input->chosen = true;
    return fine;
}

static const struct input_type types_type = {
    .kind = INPUT_LINE, .min = 1, .max = TYPES_MAX_CHARS, .read = read_types};

static const struct input_field stream_fields[] = {
    {"types", &types_type, AT(struct stream_input, kinds)},
    {"team", &name_type, AT(struct stream_input, team)},
    {"after", &events_places.type, AT(struct stream_input, after)},
    {"Last-Event-ID", &header_type, AT(struct stream_input, last_event_id), .place = INPUT_HEADER},
};
const struct input_spec events_stream_input = INPUT_SPEC(stream_fields, struct stream_input);

enum err events_stream_fill(struct request *r, void *filled)
{
    struct stream_input *input = filled;
    const struct team *team =
        input->team == NULL ? NULL : config_team_named(r->config, input->team);

    if (team != NULL)
        input->of_team = team->id;
    else if (input->team != NULL)
        reading_fault(r, "team", "unknown_team",
                      "There is no team of this name; GET /v1/teams lists them");
    return ERR_NONE;
}

/* What is no position is beyond every one, so that the client is sent a reset: it cannot be
 * answered with an error, since it would ask the same again for ever. */
static int64_t position_of(const char *text)
{
    int64_t pos = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || pos > INT64_MAX / 10 - 1)
            return INT64_MAX;
        pos = pos * 10 + (*at - '0');
    }
    return text[0] == '\0' ? INT64_MAX : pos;
}

static int64_t begin_at(const struct stream_input *input)
{
    if (input->last_event_id != NULL)
        return position_of(input->last_event_id);
    return input->after != NULL ? input->after->number : FEED_NOW;
}

enum err events_stream(struct request *r, struct read *read)
{
    const struct stream_input *input = r->input;
    const struct task *task = r->work;
    struct feed_listener *listener = ARENA_NEW(r->arena, struct feed_listener);

    (void)read;
    if (listener == NULL)
        return ERR_OUT_OF_MEMORY;
    *listener = (struct feed_listener){
        .feed = task->feed,
        .filter = {.kinds = input->kinds, .team = input->of_team},
        .caller = r->caller,
        .after = begin_at(input),
        .until_ms = uuid_is_nil(r->session) ? INT64_MAX : pg_deadline_in(SESSION_STREAM_MS),
        .stream = {.request = r, .source = &feed_stream_source, .self = listener},
    };
    if (!input->chosen)
        kind_set_add(&listener->filter.kinds, "*", 1);
    reply_stream(r, "text/event-stream", &listener->stream);
    return ERR_NONE;
}

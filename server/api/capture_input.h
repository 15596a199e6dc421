/* The JSON of a capture as POST /leads and the items of a batch have it. */
#ifndef BATON_SERVER_CAPTURE_INPUT_H
#define BATON_SERVER_CAPTURE_INPUT_H

#include "http/input.h"

#include "core/intake/lead_capture.h"

/**
 * Checks and converts; pointer is where the value stands in the body. All faults are gathered.
 * ERR_INVALID_BODY, ERR_OUT_OF_MEMORY.
 */
enum err capture_input_read(const json_t *json, const char *pointer, enum knowledge_source source,
                            struct arena *arena, struct faults *faults,
                            struct capture_input *out) MUST_USE;

/** Copies the texts that the input borrows from its JSON. ERR_OUT_OF_MEMORY. */
enum err capture_input_keep(struct capture_input *input, struct arena *arena) MUST_USE;

/** The parts of it that other operations share. Faults are only gathered; what the input's own
 *  check left out, such as an id at fault, is skipped. attributes may be NULL. */
enum err capture_attributes_read(const json_t *map, const char *pointer, struct arena *arena,
                                 struct faults *faults, const struct told **told,
                                 size_t *count) MUST_USE;

extern const struct input_spec touch_input_spec;

/** As touch_input_spec fills it. */
struct touch_body {
    const char *kind;
    instant occurred_at;
    const char *values[DIMENSION_COUNT];
    enum input_presence presence[DIMENSION_COUNT];
    int direction;
    const char *event_id;
};

/** Refuses dimensions that look personal. */
enum err capture_touch_read(const struct touch_body *body, const char *pointer, struct arena *arena,
                            struct faults *faults, struct touch_input *out) MUST_USE;

struct external_id_body {
    const char *source;
    const char *id;
};

struct identities_body {
    const char *email;
    enum input_presence email_given;
    const struct external_id_body *external_ids;
    size_t external_id_count;
    const char *const *anonymous_ids;
    size_t anonymous_id_count;
};

extern const struct input_spec external_id_spec;

/** Its source as it is kept, see identity_source_parse(); NULL after a fault. */
const char *capture_source_read(const struct external_id_body *body, const char *pointer,
                                struct arena *arena, struct faults *faults);

enum err capture_identities_read(const struct identities_body *body, const char *pointer,
                                 struct arena *arena, struct faults *faults,
                                 const struct identity **identities, size_t *count) MUST_USE;

#define EXTERNAL_IDS_MAX      20
#define EXTERNAL_ID_MAX_CHARS 200
#define TOUCH_ID_MAX_CHARS    200

#endif

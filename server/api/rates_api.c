#include "api/rates_api.h"

#include "http/etag_reply.h"
#include "http/reply.h"

#include "api/values.h"

#include "core/setup/rates_change.h"
#include "store/read/rates_read.h"

static const struct input_field put_fields[] = {
    {"If-Match", &header_type, AT(struct rates_put_input, if_match), .place = INPUT_HEADER},
    {"rates", &rates_type, AT(struct rates_put_input, rates), .place = INPUT_WHOLE},
};
const struct input_spec rates_put_spec = INPUT_SPEC(put_fields, struct rates_put_input);

enum err rates_get(struct request *r, struct read *read)
{
    const struct rates_row *row;
    struct json_out out;
    enum err err = rates_read_kept(read, &row);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, 2 * RATES_RECORD_MAX_BYTES);
    rates_row_write(row, &out);
    reply_json(r, 200, &out);
    etag_reply_body(r);
    return ERR_NONE;
}

#include "api/usage_api.h"

#include "http/reply.h"

#include "core/setup/quota.h"
#include "store/read/usage_read.h"

#define USAGE_MAX_BYTES (16u << 10)

static void write_item(const char *name, int64_t used, int64_t limit, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "name", name);
    json_out_member_int(out, "used", used);
    json_out_key(out, "limit");
    if (limit == 0)
        json_out_null(out);
    else
        json_out_int(out, limit);
    json_out_end_object(out);
}

enum err usage_get(struct request *r, struct read *read)
{
    struct usage usage;
    struct json_out out;
    enum err err = usage_read(read, &usage);

    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, USAGE_MAX_BYTES);
    json_out_begin_object(&out);
    json_out_key(&out, "data");
    json_out_begin_array(&out);
    for (int i = 0; i < QUOTA_COUNT; i++) {
        enum quota quota = (enum quota)i;
        int64_t used = quota == QUOTA_JOBS ? usage.jobs : quota_used(r->config, quota);
        write_item(quota_name(quota), used, quota_limit(quota), &out);
    }
    for (int i = 0; i < DIMENSION_COUNT; i++)
        write_item(arena_printf(r->arena, "values_of_%s", dimension_name((enum dimension)i)),
                   usage.values[i], 0, &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

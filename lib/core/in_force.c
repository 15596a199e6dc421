#include "core/in_force.h"

static bool was_in_force(const struct agreement_version *version, instant from, instant to)
{
    if (version->in_force_from == INSTANT_NONE)
        return false;
    bool begun = to == INSTANT_NONE || version->in_force_from < to;
    bool ended = version->superseded_at != INSTANT_NONE && from != INSTANT_NONE &&
                 version->superseded_at <= from;
    return begun && !ended;
}

static void write_versions(const struct config *config, instant from, instant to, bool definitions,
                           struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct agreement_version *version = &config->agreements[i];
        if (agreement_is_definition(version->kind) != definitions ||
            !was_in_force(version, from, to))
            continue;
        json_out_begin_object(out);
        json_out_member_text(out, definitions ? "term" : "kind",
                             agreement_kind_name(version->kind));
        json_out_member_int(out, "version", version->version);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

void in_force_write(const struct config *config, instant from, instant to, struct json_out *out)
{
    write_versions(config, from, to, true, out);
}

void in_force_write_others(const struct config *config, instant from, instant to,
                           struct json_out *out)
{
    write_versions(config, from, to, false, out);
}

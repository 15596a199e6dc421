#include "core/intake/import_request.h"

#include "core/authority.h"
#include "core/background_change.h"
#include "core/setup_change.h"

#include <string.h>

static void write_texts(const char *name, const char *const *texts, size_t count,
                        struct json_out *out)
{
    json_out_key(out, name);
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        json_out_text(out, texts[i]);
    json_out_end_array(out);
}

static const char *write_request(struct work *work, const struct import_request_input *input,
                                 size_t *len)
{
    struct json_out *out = outcome_begin(work);

    json_out_begin_object(out);
    json_out_member_uuid(out, "import", input->file);
    json_out_member_bool(out, "dry_run", input->dry_run);
    json_out_member_instant(out, "date", input->date);
    json_out_member_text(out, "format", row_format_name(input->format));
    json_out_member_int(out, "lines", input->lines);
    write_texts("absent_columns", input->absent, input->absent_count, out);
    write_texts("unused_columns", input->unused, input->unused_count, out);
    json_out_key(out, "mapping");
    json_out_raw(out, input->document, strlen(input->document));
    json_out_end_object(out);
    return json_out_keep(out, work->arena, len);
}

enum decision import_request(struct work *work, const struct command *command,
                             struct outcome *outcome)
{
    const struct import_request_input *input = command->input;
    const struct mapping *mapping = input->mapping;
    size_t len;

    if (!setup_may(work, command, ROLE_ADMIN, outcome))
        return DECIDED;
    const struct team *team = setup_team(work, mapping->team, "/mapping/team", outcome);
    if (team == NULL || !authority_check(work, command, DEED_SOURCE, team->function, outcome))
        return DECIDED;
    if (mapping->is_deal)
        return outcome_refuse(work, outcome, ERR_FORBIDDEN,
                              "Deals say what both sides did: the operator imports them, by `baton "
                              "import`");
    const char *request = write_request(work, input, &len);
    return background_queue(work, command, BACKGROUND_IMPORT, request, len, outcome);
}

enum err import_order_read(const json_t *json, const struct mapping_reading *reading,
                           struct arena *arena, struct import_order *out)
{
    const char *file = json_string_value(json_object_get(json, "import"));
    const char *format = json_string_value(json_object_get(json, "format"));
    const char *date = json_string_value(json_object_get(json, "date"));
    struct faults faults;

    *out = (struct import_order){
        .dry_run = json_is_true(json_object_get(json, "dry_run")),
        .date = INSTANT_NONE,
        .lines = json_integer_value(json_object_get(json, "lines")),
    };
    faults_init(&faults, arena);
    bool whole = file != NULL && format != NULL && row_format_named(format, &out->format) &&
                 uuid_parse(file, &out->file) && (date == NULL || instant_parse(date, &out->date));
    enum err err = !whole ? ERR_INTERNAL
                          : mapping_compile(json_object_get(json, "mapping"), reading, arena,
                                            &faults, &out->mapping);
    return err == ERR_INVALID_VALUE ? ERR_INTERNAL : err;
}

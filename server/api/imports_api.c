#include "api/imports_api.h"

#include "http/random.h"
#include "http/reply.h"
#include "http/request_refuse.h"

#include "api/reading.h"

#include "base/json_tree.h"
#include "base/time/time_zone.h"
#include "core/intake/export.h"
#include "core/intake/import_request.h"
#include "import/import_columns.h"
#include "import/import_pieces.h"
#include "import/import_preview.h"
#include "store/read/import_files.h"

#include <string.h>

#define NAME_MAX_BYTES    200
#define PREVIEW_MAX_BYTES (2u << 20)
#define MAPPING_MAX_BYTES (64u << 10)

static const struct reading_places imports_places = READING_PLACES("im");

/* ---- as the API shows it ---- */

static void write_import(const struct config *config, const struct import_file *file,
                         struct json_out *out)
{
    const struct team *team = config_team(config, file->team);

    json_out_member_uuid(out, "id", file->id);
    json_out_member_text(out, "name", file->name);
    json_out_member_text(out, "format", row_format_name(file->format));
    json_out_member_int(out, "bytes", file->bytes);
    json_out_member_int(out, "lines", file->lines);
    json_out_member_text(out, "team", team == NULL ? NULL : team->name);
    json_out_member_uuid(out, "sent_by", file->member);
    json_out_member_instant(out, "created_at", file->made_at);
    json_out_key(out, "preview");
    json_out_raw(out, file->preview, file->preview_len);
}

/* ---- sending a file ---- */

struct create_input {
    const char *name;
    int format; /* enum row_format */
};

static const char *const formats[] = {[ROWS_CSV] = "csv", [ROWS_NDJSON] = "ndjson"};
static const struct input_type format_type = {
    .kind = INPUT_ENUM, .values = formats, .max = ROWS_NDJSON};
static const struct input_type name_type = {.kind = INPUT_LINE, .min = 1, .max = NAME_MAX_BYTES};

static const struct input_field create_fields[] = {
    {"name", &name_type, AT(struct create_input, name)},
    {"format", &format_type, AT(struct create_input, format)},
};
const struct input_spec imports_create_input = INPUT_SPEC(create_fields, struct create_input);

/* From one piece to the next. */
struct upload {
    struct import_file file;
    bool ends_line; /* its last byte so far */
};

/* The first piece says whether it can be read at all: nobody sends 200 MB for nothing. */
static enum err look_at(struct request *r, struct upload *upload)
{
    const struct import_begin begin = {r->body, r->body_len, upload->file.format};
    char why[ROW_WHY_MAX_BYTES];
    struct json_out out;

    json_out_init(&out, r->arena, PREVIEW_MAX_BYTES);
    if (!import_preview_write(&begin, r->arena, &out, why))
        return arena_failed(r->arena)
                   ? ERR_OUT_OF_MEMORY
                   : request_refuse(r, ERR_UNPROCESSABLE, "The file cannot be read: %s", why);
    upload->file.preview = json_out_keep(&out, r->arena, &upload->file.preview_len);
    return ERR_NONE;
}

static enum err check_room(struct request *r, const struct read *read)
{
    int64_t kept = 0;
    enum err err = import_pieces_kept(read, &kept);

    if (err == ERR_NONE && kept >= IMPORT_PIECES_KEPT_MAX)
        return request_refuse(r, ERR_LIMIT_REACHED,
                              "The workspace keeps as many files as it may: each goes seven days "
                              "after it was sent");
    return err;
}

static enum err begin_upload(struct request *r, const struct read *read, struct upload **out)
{
    const struct create_input *input = r->input;
    struct upload *upload = r->upload;

    *out = upload;
    if (upload != NULL)
        return ERR_NONE;
    enum err err = check_room(r, read);
    if (err != ERR_NONE)
        return err;
    *out = r->upload = upload = ARENA_NEW(r->arena, struct upload);
    if (upload == NULL)
        return ERR_OUT_OF_MEMORY;
    upload->file = (struct import_file){
        .id = random_uuid(),
        .name = input->name == NULL ? "" : input->name,
        .format = (enum row_format)input->format,
        .team = r->caller.team,
        .member = r->caller.member,
        .made_at = r->received_at,
    };
    return look_at(r, upload);
}

/* Lines are only counted to say how far an import has got. */
static void count_bytes(const struct request *r, struct upload *upload)
{
    for (size_t i = 0; i < r->body_len; i++) {
        upload->ends_line = r->body[i] == '\n';
        upload->file.lines += upload->ends_line;
    }
    upload->file.bytes += (int64_t)r->body_len;
}

static struct import_piece piece_of(const struct request *r, const struct upload *upload)
{
    return (struct import_piece){upload->file.id, r->pieces, r->body, r->body_len};
}

enum err imports_piece(struct request *r, struct read *read)
{
    struct upload *upload;
    enum err err = begin_upload(r, read, &upload);

    if (err != ERR_NONE)
        return err;
    const struct import_piece piece = piece_of(r, upload);
    count_bytes(r, upload);
    return import_piece_add(read, &piece, r->received_at);
}

enum err imports_create(struct request *r, struct read *read)
{
    struct upload *upload;
    struct json_out out;
    char id[UUID_TEXT_LEN + 1];

    if (r->body_len == 0)
        return request_refuse(r, ERR_UNPROCESSABLE, "The file is empty");
    enum err err = begin_upload(r, read, &upload);
    if (err != ERR_NONE)
        return err;
    const struct import_piece piece = piece_of(r, upload);
    count_bytes(r, upload);
    upload->file.lines += !upload->ends_line;
    err = import_file_add(read, &upload->file, &piece);
    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, PAGE_ANSWER_MAX_BYTES);
    json_out_begin_object(&out);
    write_import(r->config, &upload->file, &out);
    json_out_end_object(&out);
    reply_json(r, 201, &out);
    uuid_format(upload->file.id, id);
    r->reply.location = arena_printf(r->arena, "/v1/imports/%s", id);
    return ERR_NONE;
}

/* ---- reading ---- */

struct list_input {
    struct reading_query page;
};

static const struct input_field list_fields[] = {
    PAGE_LIMIT_FIELD(struct list_input, page),
    PAGE_PLACE_FIELD(struct list_input, page, "cursor", imports_places),
};
const struct input_spec imports_list_input = INPUT_SPEC(list_fields, struct list_input);

enum err imports_list(struct request *r, struct read *read)
{
    const struct list_input *input = r->input;
    struct import_file_page found;
    struct reading_page page;
    struct cursor place = {0};
    enum err err =
        import_file_page(read, reading_begin_at(&input->page).id, (int)input->page.limit, &found);

    if (err != ERR_NONE)
        return err;
    reading_page_begin(r, &page, "cursor");
    for (size_t i = 0; i < found.count; i++) {
        json_out_begin_object(&page.json);
        write_import(r->config, &found.items[i], &page.json);
        json_out_end_object(&page.json);
        place.id = found.items[i].id;
    }
    return reading_page_end(r, &page, &imports_places, found.more ? &place : NULL);
}

struct get_input {
    struct uuid import;
    struct uuid job; /* of the refused; nil: the newest */
};

static const struct input_field get_fields[] = {
    {"import_id", &input_uuid, AT(struct get_input, import), .place = INPUT_PATH},
};
const struct input_spec imports_get_input = INPUT_SPEC(get_fields, struct get_input);

enum err imports_get(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct background_job *runs[IMPORT_RUNS_SHOWN_MAX];
    struct import_file file;
    struct json_out out;
    size_t count;
    enum err err = import_file_get(read, input->import, &file);

    if (err == ERR_NONE)
        err = import_file_runs(read, input->import, runs, &count);
    if (err != ERR_NONE)
        return err;
    json_out_init(&out, r->arena, PAGE_ANSWER_MAX_BYTES);
    json_out_begin_object(&out);
    write_import(r->config, &file, &out);
    json_out_key(&out, "runs");
    json_out_begin_array(&out);
    for (size_t i = 0; i < count; i++)
        background_write(r->config, runs[i], &out);
    json_out_end_array(&out);
    json_out_end_object(&out);
    reply_json(r, 200, &out);
    return ERR_NONE;
}

/* Of the newest run. */
enum err imports_refused(struct request *r, struct read *read)
{
    const struct get_input *input = r->input;
    const struct background_job *runs[IMPORT_RUNS_SHOWN_MAX];
    struct import_file file;
    struct text_out out;
    const char *text;
    size_t count, len;
    enum err err = import_file_get(read, input->import, &file);

    if (err == ERR_NONE)
        err = import_file_runs(read, input->import, runs, &count);
    if (err == ERR_NONE && count == 0)
        err = request_refuse(r, ERR_NOT_FOUND, "The file was not imported yet");
    if (err == ERR_NONE)
        err = import_refused_read(read, runs[0]->id, &text, &len);
    if (err != ERR_NONE)
        return err;
    text_out_init(&out, r->arena, 4 * IMPORT_REFUSED_MAX_BYTES);
    text_out_put_len(&out, text, len);
    reply_text(r, 200, file.format == ROWS_CSV ? "text/csv; charset=utf-8" : "application/x-ndjson",
               &out);
    return ERR_NONE;
}

/* ---- a run ---- */

/* What comes with the body, of which the command's input is the beginning. */
struct run_input {
    struct import_request_input request;
    const json_t *mapping; /* as sent; NULL: that of the export */
    const char *export;
    const char *team;
};

static const struct input_type team_name_type = {.kind = INPUT_LINE, .min = 1, .max = 64};

static bool read_mapping(struct input *in, const struct input_node *at,
                         const struct input_field *field, void *base)
{
    (void)in;
    (void)field;
    ((struct run_input *)base)->mapping = at->json;
    return true;
}

static const struct input_type mapping_type = {.kind = INPUT_MAP, .read = read_mapping};

static const struct input_field run_fields[] = {
    {"import_id", &input_uuid, AT(struct run_input, request.file), .place = INPUT_PATH},
    {"mapping", &mapping_type, .offset = 0},
    {"export", &name_type, AT(struct run_input, export)},
    {"team", &team_name_type, AT(struct run_input, team)},
    {"dry_run", &input_bool, AT(struct run_input, request.dry_run)},
    {"date", &input_date, AT(struct run_input, request.date)},
};

static bool compile(struct input *in, const struct input_node *at, json_t *mapping,
                    struct run_input *out)
{
    const struct input_node member = input_member(at, "mapping");
    const struct mapping_reading reading = {
        MAPPING_IMPORT, out->mapping == NULL ? "" : input_pointer(&member, in->arena),
        time_zone_find};
    struct json_out text;

    json_out_init(&text, in->arena, MAPPING_MAX_BYTES);
    json_tree_write(mapping, &text);
    if (text.written.len >= MAPPING_MAX_BYTES)
        return input_fault(in, &member, "too_long", "At most %u bytes", MAPPING_MAX_BYTES);
    out->request.document = text.written.text;
    return mapping_compile(mapping, &reading, in->arena, in->faults, &out->request.mapping) ==
           ERR_NONE;
}

/* The mapping, or that of an export, for the team that is named, if one is. */
static bool check_run(struct input *in, const struct input_node *at, void *base)
{
    struct run_input *input = base;
    json_t *mapping = NULL;

    if ((input->mapping == NULL) == (input->export == NULL))
        return input_fault(in, at, "required", "Either \"mapping\" or \"export\" is wanted.");
    if (input->export != NULL && input->team == NULL)
        return input_fault(in, at, "required", "Name the team whose rows they are: \"team\".");
    if (input->mapping != NULL) {
        mapping = json_copy((json_t *)input->mapping);
        if (mapping == NULL || (input->team != NULL &&
                                json_object_set_new(mapping, "team", json_string(input->team)) < 0))
            arena_fail(in->arena);
    } else {
        const struct input_node export = input_member(at, "export");
        mapping = export_mapping(input->export, input->team, NULL, in->arena);
        if (mapping == NULL && !arena_failed(in->arena))
            return input_fault(in, &export, "unknown_value", "No export of this name is known.");
        if (json_object_get(mapping, "steps") != NULL) {
            json_decref(mapping);
            return input_fault(in, &export, "deals",
                               "Deals say what both sides did: the operator imports them, by "
                               "`baton import`.");
        }
    }
    bool sound = arena_failed(in->arena) || compile(in, at, mapping, input);
    json_decref(mapping);
    return sound;
}

const struct input_spec imports_run_spec =
    INPUT_SPEC(run_fields, struct run_input, .check = check_run);

static enum err bind_columns(struct request *r, struct row_reader *reader,
                             struct import_request_input *request)
{
    struct import_unfit unfit;

    switch (import_columns_bind(request->mapping, request->date != INSTANT_NONE, reader, r->arena,
                                &unfit)) {
    case ROW_READ:
        break;
    case ROW_FAILED:
        return ERR_OUT_OF_MEMORY;
    case ROW_END:
        return request_refuse(r, ERR_GONE, "The file is kept no longer: send it again");
    default:
        return request_refuse(r, ERR_UNPROCESSABLE, "In the file: %s", reader->why);
    }
    for (size_t i = 0; i < unfit.unused_count; i++)
        unfit.unused[i] = arena_strdup(r->arena, unfit.unused[i]);
    request->absent = unfit.absent;
    request->absent_count = unfit.absent_count;
    request->unused = unfit.unused;
    request->unused_count = unfit.unused_count;
    return ERR_NONE;
}

enum err imports_run_check(struct request *r, struct read *read)
{
    struct import_request_input *request = &((struct run_input *)r->input)->request;
    struct import_pieces pieces;
    struct row_reader reader;
    struct import_file file;
    enum err err = import_file_get(read, request->file, &file);

    if (err != ERR_NONE)
        return err;
    request->format = file.format;
    request->lines = file.lines;
    if (!import_pieces_open(&pieces, read, request->file)) {
        import_pieces_close(&pieces);
        return ERR_OUT_OF_MEMORY;
    }
    err = ERR_OUT_OF_MEMORY;
    if (row_reader_init(&reader, file.format, import_pieces_bring, &pieces))
        err = bind_columns(r, &reader, request);
    if (pieces.err != ERR_NONE)
        err = pieces.err;
    row_reader_release(&reader);
    import_pieces_close(&pieces);
    return err;
}

/* What came of rows, counted by cause; and exports that are known. */
#include "base/time/time_zone.h"
#include "core/intake/export.h"
#include "core/intake/import_tally.h"
#include "core/intake/mapping.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BYTES (16u << 20)

static struct arena *arena;
static struct import_tally tally;

static void setup(void)
{
    arena = arena_new(ARENA_BYTES);
    tally = (struct import_tally){0};
}

static void teardown(void)
{
    arena_free(arena);
}

static void count(const char *column, const char *why, int64_t line)
{
    const struct import_cause cause = {.kind = IMPORT_KIND_REFUSED, .column = column, .why = why};

    import_tally_cause(&tally, arena, &cause, line);
}

START_TEST(the_first_lines_of_each_cause)
{
    for (int line = 2; line < 8; line++)
        count("/Email", "wrong", line);
    count("/Id", "wrong", 9);
    ck_assert_int_eq(tally.cause_count, 2);
    ck_assert_int_eq(tally.causes[0].count, 6);
    ck_assert_int_eq(tally.causes[0].lines[0], 2);
    ck_assert_int_eq(tally.causes[0].lines[2], 4);
    ck_assert_int_eq(tally.causes[1].count, 1);
}
END_TEST

START_TEST(more_causes_than_there_is_room_for)
{
    char why[16];

    for (int i = 0; i < IMPORT_CAUSES_MAX + 3; i++) {
        snprintf(why, sizeof why, "cause %d", i);
        count("", why, i + 2);
    }
    ck_assert_int_eq(tally.cause_count, IMPORT_CAUSES_MAX);
    ck_assert_int_eq(tally.other_causes, 3);
    count("", "cause 0", 99);
    ck_assert_int_eq(tally.causes[0].count, 2);
}
END_TEST

/* A server that takes an import over goes on counting. */
START_TEST(written_and_read)
{
    struct import_tally again;
    struct json_out out, other;

    tally.rows = 12;
    tally.added = 3;
    tally.skipped = 4;
    tally.refused = 5;
    count("/Email", "wrong", 2);
    count("/Email", "wrong", 3);
    json_out_init(&out, arena, 1u << 16);
    import_tally_write(&tally, &out);
    json_t *json = json_loads(out.written.text, 0, NULL);
    ck_assert(import_tally_read(json, arena, &again));
    json_decref(json);
    json_out_init(&other, arena, 1u << 16);
    import_tally_write(&again, &other);
    ck_assert_str_eq(other.written.text, out.written.text);
    json = json_loads("{\"causes\":[{\"kind\":\"other\"}]}", 0, NULL);
    ck_assert(!import_tally_read(json, arena, &again));
    json_decref(json);
}
END_TEST

/* Each is known by its own columns and by no other's, and its mapping holds. */
START_TEST(exports)
{
    static const struct mapping_reading reading = {MAPPING_IMPORT, "", time_zone_find};

    for (const struct export *at = exports_embedded; at->name != NULL; at++) {
        struct faults faults;
        const struct mapping *mapping;
        json_t *json = export_mapping(at->name, "marketing", "sales", arena);
        ck_assert_msg(json != NULL, "%s", at->name);
        faults_init(&faults, arena);
        enum err err = mapping_compile(json, &reading, arena, &faults, &mapping);
        ck_assert_msg(err == ERR_NONE, "%s: %s %s", at->name, faults.items[0].pointer,
                      faults.items[0].detail);
        ck_assert_str_eq(mapping->team, "marketing");
        json_decref(json);
    }
    ck_assert_ptr_null(export_mapping("abacus", "marketing", NULL, arena));
}
END_TEST

struct text {
    const char *bytes;
    size_t len;
};

static bool bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct text *text = context;

    *len = text->len < size ? text->len : size;
    memcpy(bytes, text->bytes, *len);
    text->bytes += *len;
    text->len -= *len;
    return true;
}

START_TEST(exports_are_recognised)
{
    static const char *const files[][2] = {
        {"Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Create "
         "Date",
         "hubspot-contacts"},
        {"First Name,Last Name,Title,Company / Account,Email,Lead Source,Lead Status,Lead ID",
         "salesforce-leads"},
        {"Id,IsDeleted,LastName,FirstName,Email,LeadSource,Status,CreatedDate",
         "salesforce-records"},
        {"External ID,Opportunity,Contact Name,Email,Salesperson,Stage", "odoo-leads"},
        {"Person - Name,Person - ID,Person - Email - Work,Person - Organization",
         "pipedrive-people"},
        {"id,email,firstname,lastname,company,points,city", "mautic-contacts"},
        {"Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Associated Contact IDs",
         "hubspot-deals"},
        {"Deal - ID,Deal - Title,Deal - Status,Person - ID,Person - Name", "pipedrive-deals"},
        {"External ID,Opportunity,Email,Stage,Active,Lost Reason", "odoo-opportunities"},
        {"Id,Name,StageName,Amount,CloseDate,IsClosed,IsWon,ContactId", "salesforce-opportunities"},
        {"Id,Email", NULL},
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct text text = {files[i][0], strlen(files[i][0])};
        struct row_reader reader;
        ck_assert(row_reader_init(&reader, ROWS_CSV, bring, &text));
        ck_assert_int_eq(row_reader_columns(&reader), ROW_READ);
        const char *found = export_recognise(&reader, arena);
        ck_assert_str_eq(found == NULL ? "none" : found,
                         files[i][1] == NULL ? "none" : files[i][1]);
        row_reader_release(&reader);
    }
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "import_tally");

    tcase_add_checked_fixture(tcase, setup, teardown);
    TESTS(tcase, the_first_lines_of_each_cause, more_causes_than_there_is_room_for,
          written_and_read, exports, exports_are_recognised);
}

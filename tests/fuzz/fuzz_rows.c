/*
 * The rows of a file: the first byte says whether they are CSV or lines of JSON and how many bytes
 * come at once. However they come, the rows are the same.
 */
#include "base/row_reader.h"
#include "parts.h"

#include <string.h>

#define ROWS_MAX 4000

struct source {
    const uint8_t *bytes;
    size_t len;
    size_t step; /* bytes at once */
};

/* What came of reading it all. */
struct found {
    size_t rows;
    size_t refused;
    size_t members;
    int64_t line;
    enum row_status last;
};

static bool bring(void *context, char *bytes, size_t size, size_t *len)
{
    struct source *source = context;
    size_t count = source->len < source->step ? source->len : source->step;

    *len = count < size ? count : size;
    if (*len > 0)
        memcpy(bytes, source->bytes, *len);
    source->bytes += *len;
    source->len -= *len;
    return true;
}

static struct found read_all(enum row_format format, struct source source)
{
    struct found found = {0};
    struct row_reader reader;
    json_t *row;

    FUZZ_HOLDS(row_reader_init(&reader, format, bring, &source));
    do {
        found.last = row_reader_next(&reader, &row);
        FUZZ_HOLDS(found.last != ROW_FAILED);
        if (found.last == ROW_REFUSED || found.last == ROW_FILE_REFUSED) {
            found.refused++;
            FUZZ_HOLDS(reader.why[0] != '\0');
        }
        if (found.last == ROW_READ) {
            found.rows++;
            found.members += json_object_size(row);
            json_decref(row);
        }
        found.line = reader.line;
    } while ((found.last == ROW_READ || found.last == ROW_REFUSED) &&
             found.rows + found.refused < ROWS_MAX);
    row_reader_release(&reader);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    enum row_format format = (data[0] & 1) != 0 ? ROWS_NDJSON : ROWS_CSV;
    struct source all = {data + 1, size - 1, CSV_READ_SIZE_BYTES};
    struct found one = read_all(format, all);
    all.step = 1 + (data[0] >> 1) % 8;
    struct found two = read_all(format, all);

    FUZZ_HOLDS(one.rows == two.rows && one.refused == two.refused);
    FUZZ_HOLDS(one.members == two.members && one.line == two.line && one.last == two.last);
    return 0;
}

#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int folded(char c)
{
    return tolower((unsigned char)c);
}

/* Optimal string alignment: the fewest insertions, deletions, changes and swaps of neighbours.
 * Computed row by row with three rows, since a swap looks back by two. */
static size_t distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][NEAREST_NAME_MAX_BYTES + 1];

    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1]))
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

void nearest_begin(struct nearest *nearest, const char *asked)
{
    size_t len = strlen(asked);

    *nearest = (struct nearest){.asked = asked,
                                .distance = len < 3   ? 1
                                            : len < 6 ? 2
                                                      : len / 3 + 1};
    if (len == 0 || len > NEAREST_NAME_MAX_BYTES)
        nearest->distance = 0;
}

void nearest_offer(struct nearest *nearest, const char *known)
{
    size_t len = known == NULL ? NEAREST_NAME_MAX_BYTES + 1 : strlen(known);

    if (nearest->distance == 0 || len > NEAREST_NAME_MAX_BYTES)
        return;
    size_t distance = distance_of(nearest->asked, strlen(nearest->asked), known, len);
    if (distance >= nearest->distance)
        return;
    nearest->distance = distance;
    nearest->name = known;
}

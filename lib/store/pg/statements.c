#include "store/pg/statements.h"

#include <string.h>

static const struct statement *const *const files[] = {
#define X(array) array,
    STATEMENT_FILES(X)
#undef X
};

const struct statement *statements_at(size_t place)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (const struct statement *const *s = files[i]; *s != NULL; s++) {
            if (place-- == 0)
                return *s;
            if ((*s)->few == NULL)
                continue;
            if (place < STATEMENT_FEW)
                return &(*s)->few[place];
            place -= STATEMENT_FEW;
        }
    }
    return NULL;
}

size_t statements_count(void)
{
    size_t count = 0;

    while (statements_at(count) != NULL)
        count++;
    return count;
}

const struct statement *statements_find(const char *name)
{
    const struct statement *statement;

    for (size_t i = 0; (statement = statements_at(i)) != NULL; i++)
        if (strcmp(statement->name, name) == 0)
            return statement;
    return NULL;
}

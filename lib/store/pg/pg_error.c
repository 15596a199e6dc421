/* Which of our statuses an error of PostgreSQL or libpq is. */
#include "store/pg/pg_error.h"

#include <stdio.h>
#include <string.h>

const char *pg_status_name(enum pg_status status)
{
    static const char *const names[] = {
        [PG_OK] = "ok",           [PG_LOST] = "lost",     [PG_RETRY] = "retry",
        [PG_TIMEOUT] = "timeout", [PG_UNIQUE] = "unique", [PG_CONSTRAINT] = "constraint",
        [PG_DATA] = "data",       [PG_STALE] = "stale",   [PG_FULL] = "full",
        [PG_REFUSED] = "refused", [PG_SEALED] = "sealed", [PG_MEMORY] = "memory",
        [PG_OTHER] = "other",
    };
    return names[status];
}

void pg_error_log(const struct pg *pg, const struct pg_error *error)
{
    if (pg->settings.log != NULL)
        pg->settings.log(pg->settings.log_context, error);
}

void pg_error_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

/* libpq's message in one line. */
void pg_error_copy_line(char *out, size_t size, const char *text)
{
    pg_error_copy(out, size, text);
    for (char *p = out; *p != '\0'; p++)
        if (*p == '\n' || *p == '\t')
            *p = p[1] == '\0' ? '\0' : ' ';
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_one_of(const char *sqlstate, const char *list)
{
    return strstr(list, sqlstate) != NULL;
}

enum pg_status pg_error_classify(const char *sqlstate, bool is_guard)
{
    if (sqlstate[0] == '\0' || starts_with(sqlstate, "08") ||
        is_one_of(sqlstate, "57P01 57P02 57P03 57P05 25P03 25006 40003"))
        return PG_LOST;
    if (is_one_of(sqlstate, "40001 40P01 26000 0A000"))
        return PG_RETRY;
    if (is_one_of(sqlstate, "57014 55P03"))
        return PG_TIMEOUT;
    if (strcmp(sqlstate, "23505") == 0)
        return PG_UNIQUE;
    if (starts_with(sqlstate, "23"))
        return PG_CONSTRAINT;
    if (is_guard && strcmp(sqlstate, "22012") == 0)
        return PG_STALE;
    if (starts_with(sqlstate, "22") || starts_with(sqlstate, "21") || starts_with(sqlstate, "54"))
        return PG_DATA;
    return starts_with(sqlstate, "53") ? PG_FULL : PG_OTHER;
}

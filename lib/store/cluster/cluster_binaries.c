#include "store/cluster/cluster_binaries.h"

#include "store/pg/pg.h"
#include "store/pg/process.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION_WAIT_MS 5000

/* The 15 of "postgres (PostgreSQL) 15.20 (Debian …)"; 0 when the text is not of this form. */
static int parse_major(const char *text)
{
    const char *at = strstr(text, "(PostgreSQL) ");

    return at == NULL ? 0 : (int)strtol(at + strlen("(PostgreSQL) "), NULL, 10);
}

static int major_of(const char *directory)
{
    static const struct process_user as_we_are = {.change = false};
    char postgres[PATH_MAX];
    char initdb[PATH_MAX];
    char text[256] = "";
    int ends[2];
    int major = 0;

    snprintf(postgres, sizeof postgres, "%s/postgres", directory);
    snprintf(initdb, sizeof initdb, "%s/initdb", directory);
    if (access(postgres, X_OK) != 0 || access(initdb, X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    const char *const argv[] = {postgres, "--version", NULL};
    struct process_spec spec = {.argv = argv, .user = &as_we_are, .output = ends[1]};
    int code = process_run(&spec, pg_deadline_in(VERSION_WAIT_MS));
    close(ends[1]);
    if (code == 0 && read(ends[0], text, sizeof text - 1) > 0)
        major = parse_major(text);
    close(ends[0]);
    return major;
}

static bool take(const char *directory, int major, char *out, size_t size)
{
    int found = major_of(directory);

    if (found < CLUSTER_MAJOR_MIN || (major != 0 && found != major))
        return false;
    return (size_t)snprintf(out, size, "%s", directory) < size;
}

static bool take_from_path(int major, char *out, size_t size)
{
    char directory[PATH_MAX];
    const char *at = getenv("PATH");

    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, ":");
        snprintf(directory, sizeof directory, "%.*s", (int)len, at);
        if (directory[0] == '/' && take(directory, major, out, size))
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

/* Takes the newest that fits. Every candidate is asked for its version, since by name 9 sorts after
 * 15. */
static bool take_installed(const char *pattern, int major, char *out, size_t size)
{
    glob_t found;
    int best = 0;

    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int has = major_of(found.gl_pathv[i]);
        if (has > best && take(found.gl_pathv[i], major, out, size))
            best = has;
    }
    globfree(&found);
    return best > 0;
}

bool cluster_binaries_find(const char *given, int major, char *out, size_t size, char *why,
                           size_t why_size)
{
    char wanted[64];

    if (given != NULL ? take(given, major, out, size)
                      : take_from_path(major, out, size) ||
                            take_installed("/usr/lib/postgresql/*/bin", major, out, size) ||
                            take_installed("/usr/pgsql-*/bin", major, out, size))
        return true;
    snprintf(wanted, sizeof wanted, major == 0 ? "%d or newer" : "%d, which made its data",
             major == 0 ? CLUSTER_MAJOR_MIN : major);
    snprintf(why, why_size,
             "PostgreSQL %s is not in %s: install it (Debian: apt-get install postgresql), or give "
             "the directory of its programs, or a database by DATABASE_URL",
             wanted, given != NULL ? given : "PATH, /usr/lib/postgresql or /usr/pgsql-*");
    return false;
}

#include "store/seal/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static enum private_file say(char why[PRIVATE_FILE_WHY_MAX_BYTES], enum private_file end,
                             const char *path, const char *what)
{
    snprintf(why, PRIVATE_FILE_WHY_MAX_BYTES, "%s: %s", path, what);
    return end;
}

/* ---- read ---- */

static enum private_file check(int fd, const char *path, char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    struct stat file;

    if (fstat(fd, &file) != 0)
        return say(why, PRIVATE_FILE_FAILED, path, strerror(errno));
    if (!S_ISREG(file.st_mode))
        return say(why, PRIVATE_FILE_FAILED, path, "this is not a file");
    if (file.st_mode & (S_IRWXG | S_IRWXO))
        return say(why, PRIVATE_FILE_FAILED, path, "other users can read this key: chmod 600 it");
    return PRIVATE_FILE_DONE;
}

/* The file's bytes; -1: unreadable, or too many. */
static ssize_t read_all(int fd, char *out, size_t size)
{
    size_t len = 0;
    ssize_t got = 1;

    while (got != 0 && len < size) {
        got = read(fd, out + len, size - len);
        if (got < 0 && errno != EINTR)
            return -1;
        len += got > 0 ? (size_t)got : 0;
    }
    return len < size ? (ssize_t)len : -1;
}

enum private_file private_file_read(const char *path, char *out, size_t size, size_t *len,
                                    char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return say(why, errno == ENOENT ? PRIVATE_FILE_ABSENT : PRIVATE_FILE_FAILED, path,
                   errno == ENOENT ? "there is no such file" : strerror(errno));
    enum private_file end = check(fd, path, why);
    ssize_t got = end == PRIVATE_FILE_DONE ? read_all(fd, out, size) : 0;
    close(fd);
    if (got < 0)
        return say(why, PRIVATE_FILE_FAILED, path, "it cannot be read, or is too long for a key");
    out[got] = '\0';
    *len = (size_t)got;
    return end;
}

/* ---- write ---- */

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);
        if (put < 0 && errno != EINTR)
            return false;
        bytes += put > 0 ? put : 0;
        len -= put > 0 ? (size_t)put : 0;
    }
    return fsync(fd) == 0;
}

static bool sync_directory(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int len = slash == NULL ? 0 : (int)(slash - path) + 1;

    snprintf(directory, sizeof directory, "%.*s.", len, path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

/* The file is complete before it gets its name: link() never replaces an existing file, rename()
 * does. */
static enum private_file put(const char *path, const char *bytes, size_t len,
                             int (*name)(const char *, const char *),
                             char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    char fresh[PATH_MAX];

    if (snprintf(fresh, sizeof fresh, "%s.XXXXXX", path) >= (int)sizeof fresh)
        return say(why, PRIVATE_FILE_FAILED, path, strerror(ENAMETOOLONG));
    int fd = mkostemp(fresh, O_CLOEXEC); /* of mode 0600 */
    if (fd < 0)
        return say(why, PRIVATE_FILE_FAILED, path, strerror(errno));
    bool made = write_all(fd, bytes, len) && name(fresh, path) == 0;
    int error = errno;
    close(fd);
    unlink(fresh);
    if (made && sync_directory(path))
        return PRIVATE_FILE_DONE;
    if (!made && error == EEXIST)
        return say(why, PRIVATE_FILE_EXISTS, path, "the file exists already and was left as it is");
    return say(why, PRIVATE_FILE_FAILED, path, strerror(made ? errno : error));
}

enum private_file private_file_make(const char *path, const char *bytes, size_t len,
                                    char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    return put(path, bytes, len, link, why);
}

enum private_file private_file_replace(const char *path, const char *bytes, size_t len,
                                       char why[PRIVATE_FILE_WHY_MAX_BYTES])
{
    return put(path, bytes, len, rename, why);
}

#include "signing_key_file.h"

#include "store/pg/entropy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOW_TO "`baton signing-key create FILE` makes one"

static void tell(char why[SIGNING_KEY_WHY_MAX_BYTES], const char *path, const char *what)
{
    snprintf(why, SIGNING_KEY_WHY_MAX_BYTES, "%s: %s", path, what);
}

/* ---- read ---- */

static bool is_private(int fd, const char *path, char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    struct stat file;

    if (fstat(fd, &file) != 0) {
        tell(why, path, strerror(errno));
        return false;
    }
    if (!S_ISREG(file.st_mode)) {
        tell(why, path, "this is no file");
        return false;
    }
    if ((file.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return true;
    tell(why, path, "others than its owner can get at this key: chmod 600 it");
    return false;
}

/* The file's bytes; -1: none, or too many. */
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

static struct signing_key *parse(const char *path, const char *pem, ssize_t len,
                                 char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    struct signing_key *key = NULL;

    if (len < 0) {
        tell(why, path, "it cannot be read, or is too long for a key");
        return NULL;
    }
    switch (signing_key_read(pem, (size_t)len, &key)) {
    case SIGNING_KEY_FINE:
        break;
    case SIGNING_KEY_NOT_PEM:
        tell(why, path, "there is no private key in PEM without a passphrase in it; " HOW_TO);
        break;
    case SIGNING_KEY_OTHER:
        tell(why, path, "this key is not an Ed25519 key; " HOW_TO);
        break;
    }
    return key;
}

struct signing_key *signing_key_file_read(const char *path, char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    char pem[SIGNING_PEM_MAX_BYTES];
    struct signing_key *key = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        tell(why, path, errno == ENOENT ? "there is no such file; " HOW_TO : strerror(errno));
        return NULL;
    }
    if (is_private(fd, path, why))
        key = parse(path, pem, read_all(fd, pem, sizeof pem), why);
    OPENSSL_cleanse(pem, sizeof pem);
    close(fd);
    return key;
}

/* ---- make ---- */

static size_t new_pem(char out[SIGNING_PEM_MAX_BYTES])
{
    uint8_t seed[SIGNING_SEED_BYTES];

    entropy_fill(seed, sizeof seed);
    struct signing_key *key = signing_key_new(seed);
    size_t len = key == NULL ? 0 : signing_key_write(key, out);
    OPENSSL_cleanse(seed, sizeof seed);
    signing_key_free(key);
    return len;
}

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

/* A file that is whole before it has its name. */
static bool write_file(const char *path, const char *pem, size_t len)
{
    char fresh[PATH_MAX];

    if (snprintf(fresh, sizeof fresh, "%s.%d", path, (int)getpid()) >= (int)sizeof fresh) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return false;
    bool made = write_all(fd, pem, len) && link(fresh, path) == 0;
    int error = errno;
    close(fd);
    unlink(fresh);
    made = made && sync_directory(path);
    errno = error;
    return made;
}

bool signing_key_file_make(const char *path, bool *exists, char why[SIGNING_KEY_WHY_MAX_BYTES])
{
    char pem[SIGNING_PEM_MAX_BYTES];
    size_t len = new_pem(pem);
    bool made = len > 0 && write_file(path, pem, len);

    *exists = !made && len > 0 && errno == EEXIST;
    if (!made)
        tell(why, path,
             len == 0  ? "memory is short"
             : *exists ? "there is a file already, which stays as it is"
                       : strerror(errno));
    OPENSSL_cleanse(pem, sizeof pem);
    return made;
}

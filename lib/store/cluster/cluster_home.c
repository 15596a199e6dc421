#include "store/cluster/cluster_home.h"

#include "store/pg/pg.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MAX_BYTES    ((off_t)16 << 20)
#define LAST_WORDS_BYTES 4096
#define SHELL_WAIT_MS    5000
#define OPEN_FILES_MAX   16

static bool refuse(char *why, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(char *why, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, size, format, args);
    va_end(args);
    return false;
}

/* Like mkdir -p. When we are root others may pass through, since PostgreSQL's user must. */
static bool make_directories(const char *path)
{
    char part[CLUSTER_DIRECTORY_MAX];
    mode_t mode = geteuid() == 0 ? 0711 : 0700;

    for (const char *at = path; *at != '\0';) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        snprintf(part, sizeof part, "%.*s", (int)(at - path), path);
        if (part[0] != '\0' && mkdir(part, mode) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

static void set_places(struct cluster_home *home)
{
    const char *dir = home->directory;
    const int max = CLUSTER_DIRECTORY_MAX;

    snprintf(home->data, sizeof home->data, "%.*s/pg", max, dir);
    snprintf(home->fresh, sizeof home->fresh, "%.*s/pg.new", max, dir);
    snprintf(home->run, sizeof home->run, "%.*s/run", max, dir);
    snprintf(home->log, sizeof home->log, "%.*s/postgres.log", max, dir);
    snprintf(home->lock, sizeof home->lock, "%.*s/lock", max, dir);
}

/* FNV-1a: a short name for a long path. */
static uint32_t digest(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static void shorten_run(struct cluster_home *home)
{
    if (strlen(home->run) + 1 + strlen(SOCKET_FILE) > SOCKET_PATH_MAX)
        snprintf(home->run, sizeof home->run, "%s/baton-%u-%08x",
                 access("/run", W_OK) == 0 ? "/run" : "/tmp", (unsigned)geteuid(),
                 (unsigned)digest(home->directory));
}

static bool set_user(struct process_user *user, const struct passwd *entry)
{
    *user = (struct process_user){.change = true, .uid = entry->pw_uid, .gid = entry->pw_gid};
    snprintf(user->name, sizeof user->name, "%s", entry->pw_name);
    user->group_count = PROCESS_GROUPS_MAX;
    return getgrouplist(entry->pw_name, entry->pw_gid, user->groups, &user->group_count) >= 0;
}

/* PostgreSQL refuses to run as root. Existing data keeps its owner. */
static bool find_user(struct cluster_home *home, char *why, size_t size)
{
    struct stat data;
    bool has_data = stat(home->data, &data) == 0;
    const struct passwd *entry;

    if (geteuid() != 0) {
        if (has_data && data.st_uid != geteuid())
            return refuse(why, size, "%s belongs to another user: run as that one, or as root",
                          home->data);
        return true;
    }
    if (has_data && data.st_uid == 0)
        return refuse(why, size,
                      "%s belongs to root, and PostgreSQL refuses to run as root: "
                      "chown -R it to an unprivileged user",
                      home->data);
    entry = has_data ? getpwuid(data.st_uid) : getpwnam("postgres");
    if (entry == NULL)
        entry = getpwnam("nobody");
    if (entry == NULL || !set_user(&home->user, entry))
        return refuse(why, size,
                      "there is neither a user postgres nor nobody to run PostgreSQL as");
    return true;
}

/* Nobody else may enter the socket's directory: that is all the authentication there is. */
static bool make_run(const struct cluster_home *home, char *why, size_t size)
{
    uid_t owner = home->user.change ? home->user.uid : geteuid();
    struct stat is;

    if (mkdir(home->run, 0700) != 0 && errno != EEXIST)
        return refuse(why, size, "cannot make %s: %s", home->run, strerror(errno));
    if (lstat(home->run, &is) != 0 || !S_ISDIR(is.st_mode) ||
        (is.st_uid != owner && is.st_uid != geteuid()))
        return refuse(why, size, "%s is not a directory of ours", home->run);
    if (chmod(home->run, 0700) != 0 ||
        (home->user.change && chown(home->run, owner, home->user.gid) != 0))
        return refuse(why, size, "cannot make %s private: %s", home->run, strerror(errno));
    return true;
}

/* Checked as that user, since root may enter everywhere. */
static bool user_can_enter(const struct cluster_home *home)
{
    const char *const argv[] = {"/bin/sh", "-c", "cd \"$0\"", home->directory, NULL};
    struct process_spec spec = {.argv = argv, .user = &home->user, .output = -1};

    return !home->user.change || process_run(&spec, pg_deadline_in(SHELL_WAIT_MS)) == 0;
}

static pid_t read_pid(int fd)
{
    char text[32] = "";

    return pread(fd, text, sizeof text - 1, 0) > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* Looks without trying to take the lock, which would keep out a server that starts at this
 * moment. */
static bool is_held(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno == EACCES;
    pid_t holder = read_pid(fd);
    close(fd);
    return holder > 0 && (kill(holder, 0) == 0 || errno == EPERM);
}

bool cluster_home_is_one(const char *directory)
{
    char path[CLUSTER_PATH_MAX];
    struct stat is;

    if (snprintf(path, sizeof path, "%s/pg", directory) >= (int)sizeof path)
        return false;
    if (stat(path, &is) == 0 || errno == EACCES)
        return true;
    snprintf(path, sizeof path, "%.*s/lock", CLUSTER_DIRECTORY_MAX, directory);
    return is_held(path);
}

bool cluster_home_open(struct cluster_home *home, const char *directory, bool make, char *why,
                       size_t why_size)
{
    char *absolute;

    *home = (struct cluster_home){.lock_fd = -1};
    if (strlen(directory) >= CLUSTER_DIRECTORY_MAX)
        return refuse(why, why_size, "the path of the data directory is too long");
    if (make && !make_directories(directory))
        return refuse(why, why_size, "cannot make %s: %s", directory, strerror(errno));
    if ((absolute = realpath(directory, NULL)) == NULL)
        return refuse(why, why_size, "cannot look into %s: %s", directory, strerror(errno));
    snprintf(home->directory, sizeof home->directory, "%s", absolute);
    free(absolute);
    if (strlen(home->directory) >= CLUSTER_DIRECTORY_MAX)
        return refuse(why, why_size, "the path of the data directory is too long");
    set_places(home);
    shorten_run(home);
    if (!find_user(home, why, why_size) || !make_run(home, why, why_size))
        return false;
    if (!user_can_enter(home))
        return refuse(why, why_size,
                      "PostgreSQL runs as user %s here, who may not enter %s: choose a data "
                      "directory that all may pass to, such as /var/lib/baton",
                      home->user.name, home->directory);
    return true;
}

bool cluster_home_lock(struct cluster_home *home)
{
    char text[32];
    int fd = open(home->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return false;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        home->holder = read_pid(fd);
        close(fd);
        return false;
    }
    int len = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len) {
        close(fd);
        return false;
    }
    home->lock_fd = fd;
    return true;
}

void cluster_home_close(struct cluster_home *home)
{
    if (home->lock_fd < 0)
        return;
    if (strncmp(home->run, home->directory, strlen(home->directory)) != 0)
        rmdir(home->run);
    close(home->lock_fd);
    home->lock_fd = -1;
}

int cluster_home_major(const struct cluster_home *home)
{
    char path[CLUSTER_PATH_MAX + 16];
    char text[16] = "";
    int fd;

    snprintf(path, sizeof path, "%s/PG_VERSION", home->data);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    return len > 0 ? (int)strtol(text, NULL, 10) : 0;
}

bool cluster_home_has_data(const struct cluster_home *home)
{
    return cluster_home_major(home) != 0;
}

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *at)
{
    (void)is;
    (void)kind;
    (void)at;
    return remove(path);
}

bool cluster_home_make_fresh(const struct cluster_home *home)
{
    if (nftw(home->fresh, remove_one, OPEN_FILES_MAX, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return false;
    return mkdir(home->fresh, 0700) == 0 &&
           (!home->user.change || chown(home->fresh, home->user.uid, home->user.gid) == 0);
}

static bool sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return done;
}

bool cluster_home_keep_fresh(const struct cluster_home *home)
{
    return sync_directory(home->fresh) && rename(home->fresh, home->data) == 0 &&
           sync_directory(home->directory);
}

int cluster_home_open_log(const struct cluster_home *home)
{
    char aside[CLUSTER_PATH_MAX + 8];
    struct stat is;

    snprintf(aside, sizeof aside, "%s.1", home->log);
    if (stat(home->log, &is) == 0 && is.st_size > LOG_MAX_BYTES)
        (void)!rename(home->log, aside);
    return open(home->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Whether the line may be the reason of an end: answers to clients that came too early are not. */
static bool is_reason(const char *line)
{
    size_t len = strcspn(line, "\n");
    const char *grave = strstr(line, "FATAL: ");

    if (grave == NULL || grave >= line + len)
        grave = strstr(line, "PANIC: ");
    return grave != NULL && grave < line + len &&
           strncmp(grave + 7, " the database system is", 23) != 0;
}

void cluster_home_last_words(const struct cluster_home *home, char *out, size_t size)
{
    char text[LAST_WORDS_BYTES + 1] = "";
    int fd = open(home->log, O_RDONLY | O_CLOEXEC);
    struct stat is;
    const char *words = text;

    out[0] = '\0';
    if (fd < 0)
        return;
    off_t from = 0;
    if (fstat(fd, &is) == 0 && is.st_size > LAST_WORDS_BYTES)
        from = is.st_size - LAST_WORDS_BYTES;
    ssize_t len = pread(fd, text, LAST_WORDS_BYTES, from);
    close(fd);
    for (const char *line = text; len > 0 && line != NULL && *line != '\0';) {
        if (is_reason(line) || !is_reason(words))
            words = line;
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    snprintf(out, size, "%.*s", (int)strcspn(words, "\n"), words);
}

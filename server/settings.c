#include "settings.h"

#include "delivery/address.h"
#include "http/cors.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum setting_kind {
    SETTING_TEXT,
    SETTING_NUMBER,
    SETTING_LISTEN,   /* HOST:PORT, [IPV6]:PORT or :PORT */
    SETTING_LEVEL,    /* log level */
    SETTING_ORIGINS,  /* of pages: see http/cors.h */
    SETTING_NETWORKS, /* see delivery/address.h */
    SETTING_SMTP,
    SETTING_MAILBOX,
    SETTING_PAGE,
    SETTING_DATA_DIRECTORY, /* the defaults of these two depend on the user */
    SETTING_RUN_DIRECTORY,
};

struct setting {
    const char *name;        /* the flag without "--" */
    const char *environment; /* the variable */
    enum setting_kind kind;
    size_t offset; /* into struct settings */
    const char *fallback;
    long min;
    long max;
    const char *unit; /* or form */
    unsigned purpose;
    const char *what;
};

#define AT(member) offsetof(struct settings, member)
#define ALL        (SETTINGS_DATABASE | SETTINGS_OWNER | SETTINGS_SERVE)

static const struct setting settings[] = {
    {"listen", "BATON_LISTEN", SETTING_LISTEN, AT(listen_host), "127.0.0.1:8080", 0, 65535,
     "HOST:PORT", SETTINGS_SERVE, "where the service answers; port 0 takes a free one"},
    {"database-url", "DATABASE_URL", SETTING_TEXT, AT(database_url), "", 0, 0, "URL", ALL,
     "PostgreSQL 15 or later; without it Baton runs a private one in its data directory"},
    {"owner-url", "BATON_OWNER_URL", SETTING_TEXT, AT(owner_url), "", 0, 0, "URL", SETTINGS_OWNER,
     "database user who owns the tables, for migrate; without it the database URL"},
    {"data-dir", "BATON_DATA_DIR", SETTING_DATA_DIRECTORY, AT(data_directory), "", 0, 0, "PATH",
     ALL, "directory of the private PostgreSQL"},
    {"run-dir", "BATON_RUN_DIR", SETTING_RUN_DIRECTORY, AT(run_directory), "", 0, 0, "PATH", ALL,
     "where a server notes that it runs, and on what; other commands look there"},
    {"pg-bin", "BATON_PG_BIN", SETTING_TEXT, AT(postgres_binaries), "", 0, 0, "PATH", ALL,
     "directory of postgres and initdb; without it they are looked for"},
    {"secret-key-file", "BATON_SECRET_KEY_FILE", SETTING_TEXT, AT(secret_key_file), "", 0, 0,
     "PATH", SETTINGS_DATABASE,
     "opens and seals the secrets in the database; a private PostgreSQL has its own"},
    {"signing-key-file", "BATON_SIGNING_KEY_FILE", SETTING_TEXT, AT(signing_key_file), "", 0, 0,
     "PATH", SETTINGS_SERVE,
     "signs checkpoints of the ledger; a private PostgreSQL's server makes its own"},
    {"cors-origins", "BATON_CORS_ORIGINS", SETTING_ORIGINS, AT(cors_origins), "", 0, 0,
     "https://HOST[:PORT], …", SETTINGS_SERVE,
     "origins whose pages may call the API in a browser, separated by commas; by default none"},
    {"delivery-allow", "BATON_DELIVERY_ALLOW", SETTING_NETWORKS, AT(delivery_allow), "", 0, 0,
     "10.0.0.0/8, …", SETTINGS_SERVE,
     "networks that webhooks may go to besides those open to all, and without TLS; by default "
     "none"},
    {"proxies", "BATON_PROXIES", SETTING_NETWORKS, AT(proxies), "127.0.0.0/8, ::1/128", 0, 0,
     "10.0.0.0/8, …", SETTINGS_SERVE,
     "proxies whose X-Forwarded-For says from where a request comes"},
    {"smtp-url", "BATON_SMTP_URL", SETTING_SMTP, AT(smtp_url), "", 0, 0,
     "smtps://[USER:PASSWORD@]HOST[:PORT] or smtp://…", SETTINGS_SERVE,
     "mail server, by TLS from the beginning (smtps) or STARTTLS (smtp); without it no mail is "
     "sent"},
    {"mail-from", "BATON_MAIL_FROM", SETTING_MAILBOX, AT(mail_from), "", 0, 0, "an email address",
     SETTINGS_SERVE, "from which mail is sent"},
    {"smtp-plain", "BATON_SMTP_PLAIN", SETTING_NUMBER, AT(smtp_plain), "0", 0, 1, "0 or 1",
     SETTINGS_SERVE, "1: without TLS, to a mail server of the same machine or network"},
    {"public-url", "BATON_PUBLIC_URL", SETTING_PAGE, AT(public_url), "", 0, 0,
     "https://HOST[:PORT]", SETTINGS_SERVE, "where people reach the page: for links in mail"},
    {"log-level", "BATON_LOG_LEVEL", SETTING_LEVEL, AT(log_level), "info", 0, 0,
     "debug|info|warn|error", SETTINGS_SERVE, "the lowest level that the log on stderr shows"},
    {"http-threads", "BATON_HTTP_THREADS", SETTING_NUMBER, AT(http_threads), "1", 1, 64, "threads",
     SETTINGS_SERVE, "that read requests and write answers; one does about 50,000 a second"},
    {"workers", "BATON_WORKERS", SETTING_NUMBER, AT(workers), "4", 1, 64, "threads", SETTINGS_SERVE,
     "that save changes, each with a database connection"},
    {"readers", "BATON_READERS", SETTING_NUMBER, AT(readers), "8", 1, 64, "threads", SETTINGS_SERVE,
     "that answer reads, each with a database connection"},
    {"connections", "BATON_CONNECTIONS", SETTING_NUMBER, AT(connections_max), "1536", 1, 65536,
     "connections", SETTINGS_SERVE, "of clients, at most"},
    {"waiting", "BATON_WAITING", SETTING_NUMBER, AT(waiting_max), "512", 1, 4096, "requests",
     SETTINGS_SERVE,
     "that may always wait, per HTTP thread; more while they can be answered in time"},
    {"key-rate", "BATON_KEY_RATE", SETTING_NUMBER, AT(key_rate), "300000", 0, 10000000,
     "units a minute", SETTINGS_SERVE,
     "that a key or source may take of this server: a read by id or a write 1, a list 5, a report "
     "or "
     "batch 50; 0: no limit"},
    {"wrong-key-rate", "BATON_WRONG_KEY_RATE", SETTING_NUMBER, AT(wrong_key_rate), "600", 0,
     1000000, "keys a minute", SETTINGS_SERVE, "that are wrong, from one address; 0: no limit"},
    {"request-timeout", "BATON_REQUEST_TIMEOUT_MS", SETTING_NUMBER, AT(request_timeout_ms), "15000",
     100, 600000, "ms", SETTINGS_SERVE, "from the complete request to its answer"},
    {"client-timeout", "BATON_CLIENT_TIMEOUT_MS", SETTING_NUMBER, AT(client_timeout_ms), "10000",
     100, 600000, "ms", SETTINGS_SERVE, "in which headers and body of a request must arrive"},
    {"drain-timeout", "BATON_DRAIN_TIMEOUT_MS", SETTING_NUMBER, AT(drain_timeout_ms), "5000", 100,
     600000, "ms", SETTINGS_SERVE, "that requests under way get to end after SIGTERM or Ctrl-C"},
    {"group-max", "BATON_GROUP_MAX", SETTING_NUMBER, AT(group_max), "256", 1, 256, "commands",
     SETTINGS_SERVE, "saved in one transaction, at most"},
};

#define SETTING_COUNT (sizeof settings / sizeof *settings)

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static bool set_text(const struct setting *setting, struct settings *out, const char *value)
{
    size_t len = strlen(value);

    if (len >= SETTINGS_TEXT_MAX_BYTES)
        return false;
    memcpy((char *)out + setting->offset, value, len + 1);
    return true;
}

static bool read_number(const char *text, long min, long max, long *out)
{
    char *end;

    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && *out >= min && *out <= max;
}

static bool set_number(const struct setting *setting, struct settings *out, const char *value)
{
    long number;

    if (!read_number(value, setting->min, setting->max, &number))
        return false;
    *(int *)(void *)((char *)out + setting->offset) = (int)number;
    return true;
}

static bool set_listen(const struct setting *setting, struct settings *out, const char *value)
{
    const char *colon = strrchr(value, ':');
    const char *host = value;
    long port;

    if (colon == NULL || !read_number(colon + 1, setting->min, setting->max, &port))
        return false;
    size_t len = (size_t)(colon - value);
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    } else if (memchr(host, ':', len) != NULL) {
        return false; /* an IPv6 address needs its brackets */
    }
    if (len >= SETTINGS_HOST_MAX_BYTES)
        return false;
    memcpy(out->listen_host, host, len);
    out->listen_host[len] = '\0';
    out->listen_port = (uint16_t)port;
    return true;
}

static bool set_level(struct settings *out, const char *value)
{
    for (int i = 0; i <= LOG_LEVEL_ERROR; i++) {
        if (strcmp(value, level_names[i]) == 0) {
            out->log_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* Below the home directory, or below what a variable names instead. */
static bool set_below(const struct setting *setting, struct settings *out, const char *variable,
                      const char *below)
{
    char path[SETTINGS_TEXT_MAX_BYTES];
    const char *base = getenv(variable);

    if (base == NULL || base[0] != '/')
        return false;
    return snprintf(path, sizeof path, "%s/%s", base, below) < (int)sizeof path &&
           set_text(setting, out, path);
}

/* Root's PostgreSQL runs as another user, who cannot enter /root. */
static bool set_data_directory(const struct setting *setting, struct settings *out,
                               const char *value)
{
    if (value[0] != '\0')
        return set_text(setting, out, value);
    if (geteuid() == 0)
        return set_text(setting, out, "/var/lib/baton");
    return set_below(setting, out, "HOME", ".local/share/baton");
}

/* A user without a place for it does without. */
static bool set_run_directory(const struct setting *setting, struct settings *out,
                              const char *value)
{
    if (value[0] != '\0')
        return set_text(setting, out, value);
    if (geteuid() == 0)
        return set_text(setting, out, SETTINGS_RUN_DIRECTORY_OF_ROOT);
    (void)!(set_below(setting, out, "XDG_RUNTIME_DIR", "baton") ||
            set_below(setting, out, "HOME", ".local/state/baton"));
    return true;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* An address that stands in a header as it is. */
static bool is_mailbox(const char *value)
{
    const char *at = strchr(value, '@');
    size_t fine = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "@.!#$%&'*+-/=?^_`{|}~");

    return value[0] == '\0' || (value[fine] == '\0' && at != NULL && at != value && at[1] != '\0' &&
                                strchr(at + 1, '@') == NULL);
}

static bool set(const struct setting *setting, struct settings *out, const char *value)
{
    switch (setting->kind) {
    case SETTING_TEXT:
        return set_text(setting, out, value);
    case SETTING_NUMBER:
        return set_number(setting, out, value);
    case SETTING_LISTEN:
        return set_listen(setting, out, value);
    case SETTING_ORIGINS:
        return cors_list_is_fine(value) && set_text(setting, out, value);
    case SETTING_NETWORKS:
        return address_rules_read(value, NULL) && set_text(setting, out, value);
    case SETTING_SMTP:
        return (value[0] == '\0' || begins(value, "smtps://") || begins(value, "smtp://")) &&
               set_text(setting, out, value);
    case SETTING_MAILBOX:
        return is_mailbox(value) && set_text(setting, out, value);
    case SETTING_PAGE:
        return (value[0] == '\0' || begins(value, "https://") || begins(value, "http://")) &&
               strpbrk(value, "\"<> \r\n") == NULL && set_text(setting, out, value);
    case SETTING_LEVEL:
        return set_level(out, value);
    case SETTING_DATA_DIRECTORY:
        return set_data_directory(setting, out, value);
    case SETTING_RUN_DIRECTORY:
        return set_run_directory(setting, out, value);
    }
    return false;
}

/* Connection strings may contain a password, so the given value is not repeated. */
static void say_fault(const struct setting *setting, bool from_flag, FILE *err)
{
    fprintf(err, "baton: %s%s: ", from_flag ? "--" : "",
            from_flag ? setting->name : setting->environment);
    if (setting->kind == SETTING_NUMBER)
        fprintf(err, "give a whole number of %s from %ld to %ld\n", setting->unit, setting->min,
                setting->max);
    else if (setting->kind == SETTING_DATA_DIRECTORY)
        fprintf(err, "give a directory; there is no HOME to make one in\n");
    else if (setting->kind == SETTING_TEXT)
        fprintf(err, "too long, %d bytes at most\n", SETTINGS_TEXT_MAX_BYTES - 1);
    else
        fprintf(err, "give %s\n", setting->unit);
}

static int read_one(const struct setting *setting, struct settings *out, const char *flag,
                    FILE *err)
{
    const char *value = flag != NULL ? flag : getenv(setting->environment);

    if (value == NULL || (value[0] == '\0' && flag == NULL))
        value = setting->fallback;
    if (setting->kind == SETTING_DATA_DIRECTORY)
        out->data_directory_is_given = value[0] != '\0';
    if (setting->kind == SETTING_RUN_DIRECTORY)
        out->run_directory_is_given = value[0] != '\0';
    if (set(setting, out, value))
        return 0;
    say_fault(setting, flag != NULL, err);
    return 1;
}

size_t settings_count(void)
{
    return SETTING_COUNT;
}

bool settings_flag(size_t which, unsigned purpose, struct settings_flag *out)
{
    *out = (struct settings_flag){settings[which].name, settings[which].unit};
    return (settings[which].purpose & purpose) != 0;
}

int settings_read(struct settings *out, unsigned purpose, const char *const flags[], FILE *err)
{
    int faults = 0;

    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (settings[i].purpose & purpose)
            faults += read_one(&settings[i], out, flags[i], err);
    if (out->smtp_url[0] != '\0' && out->mail_from[0] == '\0') {
        fprintf(err, "baton: with a mail server give the address that mail comes from "
                     "(BATON_MAIL_FROM)\n");
        faults++;
    }
    return faults;
}

void settings_help(unsigned purpose, FILE *out)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const struct setting *setting = &settings[i];
        if (!(setting->purpose & purpose))
            continue;
        fprintf(out, "  --%-16s %-26s %s\n", setting->name, setting->environment, setting->what);
        if (setting->kind == SETTING_DATA_DIRECTORY)
            fprintf(out, "%48sdefault /var/lib/baton for root, else ~/.local/share/baton\n", "");
        else if (setting->kind == SETTING_RUN_DIRECTORY)
            fprintf(out, "%48sdefault /run/baton for root, else $XDG_RUNTIME_DIR/baton\n", "");
        else if (setting->fallback[0] == '\0')
            fprintf(out, "%48s%s\n", "", setting->unit);
        else if (setting->kind == SETTING_NUMBER)
            fprintf(out, "%48sdefault %s %s (%ld to %ld)\n", "", setting->fallback, setting->unit,
                    setting->min, setting->max);
        else
            fprintf(out, "%48sdefault %s (%s)\n", "", setting->fallback, setting->unit);
    }
}

#include "service.h"

#include "client.h"
#include "suite.h"
#include "test_cluster.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS      20
#define SETTINGS_MAX 16

struct service {
    pid_t pid; /* 0: does not run */
    uint16_t port;
    char url[64];
    char log_path[64];
    char *database_url;
    struct service_setting settings[SETTINGS_MAX];
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static void show_log(const struct service *service)
{
    char line[4096];
    FILE *log = fopen(service->log_path, "r");

    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        fputs(line, stderr);
    if (log != NULL)
        fclose(log);
}

static _Noreturn void give_up(struct service *service, const char *what)
{
    fprintf(stderr, "tests: baton serve: %s; its log:\n", what);
    show_log(service);
    service_free(service);
    exit(1);
}

/* A port that nobody listens on now. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        perror("tests: free port");
        exit(1);
    }
    close(fd);
    return ntohs(address.sin_port);
}

static _Noreturn void become_server(const struct service *service, pid_t parent,
                                    const sigset_t *signals)
{
    char listen_at[32];
    const char *binary = getenv("BATON_BINARY");
    int log = open(service->log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || log < 0)
        _exit(126);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0u, 0); /* sockets of the test's clients, for one */
    snprintf(listen_at, sizeof listen_at, "127.0.0.1:%u", service->port);
    signal(SIGTERM, SIG_DFL); /* libcheck's handlers would end the test too */
    signal(SIGINT, SIG_DFL);
    setenv("BATON_LISTEN", listen_at, 1);
    setenv("DATABASE_URL", service->database_url, 1);
    for (int i = 0; i < SETTINGS_MAX && service->settings[i].name != NULL; i++)
        setenv(service->settings[i].name, service->settings[i].value, 1);
    pthread_sigmask(SIG_SETMASK, signals, NULL);
    execl(binary, binary, "serve", (char *)NULL);
    _exit(127);
}

static bool has_ended(struct service *service, int *status)
{
    if (waitpid(service->pid, status, WNOHANG) != service->pid)
        return false;
    service->pid = 0;
    return true;
}

static bool is_ready(const struct service *service)
{
    struct answer answer;
    struct client *client = client_new(service->url);
    bool ready = client_try(client, &(struct call){.method = "GET", .target = "/readyz"}, &answer);

    if (ready) {
        ready = answer.status == 200;
        answer_release(&answer);
    }
    client_free(client);
    return ready;
}

static void wait_ready(struct service *service)
{
    int status;
    int64_t deadline = now_ms() + SERVICE_READY_WAIT_MS;

    while (!is_ready(service)) {
        if (has_ended(service, &status))
            give_up(service, "it ended before it was ready");
        if (now_ms() > deadline)
            give_up(service, "it does not get ready");
        pause_ms(POLL_MS);
    }
}

void service_launch(struct service *service)
{
    pid_t parent = getpid();
    sigset_t all, before;

    fflush(NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    service->pid = fork();
    if (service->pid == 0)
        become_server(service, parent, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (service->pid < 0)
        give_up(service, strerror(errno));
}

struct service *service_new(const char *database_url, const struct service_setting *settings)
{
    static int counter;
    const char *binary = getenv("BATON_BINARY");
    struct service *service = calloc(1, sizeof *service);

    if (binary == NULL || binary[0] == '\0')
        suite_skip_all("BATON_BINARY is not set");
    if (service == NULL || (service->database_url = strdup(database_url)) == NULL)
        exit(1);
    for (int i = 0; settings != NULL && i < SETTINGS_MAX && settings[i].name != NULL; i++)
        service->settings[i] = settings[i];
    service->port = free_port();
    snprintf(service->url, sizeof service->url, "http://127.0.0.1:%u", service->port);
    char name[64];
    snprintf(name, sizeof name, "baton-test-%d-%d.log", (int)getpid(), ++counter);
    scratch_path(service->log_path, sizeof service->log_path, name);
    return service;
}

struct service *service_start(const char *database_url, const struct service_setting *settings)
{
    struct service *service = service_new(database_url, settings);

    service_launch(service);
    wait_ready(service);
    return service;
}

static int wait_end(struct service *service)
{
    int status = 0;
    int64_t deadline = now_ms() + SERVICE_STOP_WAIT_MS;

    while (!has_ended(service, &status)) {
        if (now_ms() > deadline)
            give_up(service, "it does not end");
        pause_ms(POLL_MS);
    }
    return status;
}

void service_stop(struct service *service)
{
    kill(service->pid, SIGTERM);
    int status = wait_end(service);
    int errors = service_log_count(service, "error");
    bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0 && errors == 0;

    if (!fine)
        show_log(service);
    service_free(service);
    if (WIFSIGNALED(status))
        ck_abort_msg("the server ended by signal %d", WTERMSIG(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_int_eq(errors, 0);
}

void service_kill(struct service *service)
{
    kill(service->pid, SIGKILL);
    wait_end(service);
}

int service_end(struct service *service, int signal_number)
{
    kill(service->pid, signal_number);
    int status = wait_end(service);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        show_log(service);
    return status;
}

void service_restart(struct service *service)
{
    service_launch(service);
    wait_ready(service);
}

void service_free(struct service *service)
{
    if (service == NULL)
        return;
    if (service->pid > 0)
        service_kill(service);
    unlink(service->log_path);
    free(service->database_url);
    free(service);
}

const char *service_url(const struct service *service)
{
    return service->url;
}

long long service_metric(const struct service *service, const char *name)
{
    char sample[128];
    struct answer answer;
    struct client *client = client_new(service->url);

    client_call(client, &(struct call){.method = "GET", .target = "/metrics"}, &answer);
    int len = snprintf(sample, sizeof sample, "\nbaton_%s ", name);
    const char *found = strstr(answer.body, sample);
    ck_assert_msg(found != NULL, "no baton_%s in /metrics", name);
    long long value = strtoll(found + len, NULL, 10);
    answer_release(&answer);
    client_free(client);
    return value;
}

pid_t service_pid(const struct service *service)
{
    return service->pid;
}

const char *service_log(const struct service *service)
{
    return service->log_path;
}

int service_log_count(const struct service *service, const char *level)
{
    char *line = NULL;
    size_t size = 0;
    int count = 0;
    FILE *log = fopen(service->log_path, "r");

    while (log != NULL && getline(&line, &size, log) > 0) {
        json_t *entry = json_loads(line, 0, NULL);
        const char *found = json_string_value(json_object_get(entry, "level"));
        count += found != NULL && strcmp(found, level) == 0;
        json_decref(entry);
    }
    if (log != NULL)
        fclose(log);
    free(line);
    return count;
}

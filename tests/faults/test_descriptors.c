/*
 * No descriptor is left: a silent crowd takes all that the server may have. Who is connected goes
 * on, the database is found again when its sessions end just then, the server does not spin, and
 * when the crowd is gone everybody is let in again.
 */
#include "invariants.h"
#include "load.h"
#include "suite.h"

#include "store/pg/pg.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CROWD            30
#define CROWD_LONG       120
#define LEFT             12     /* descriptors that the server may still open */
#define CLIENT_TIMEOUT   "1000" /* ms */
#define WATCHED_MS       1500   /* time in which the server's use of processors is looked at */
#define BUSY_MAX_PERCENT 60     /* one thread that spins takes 100 */
#define WRITES           40
#define AGAIN_MS         25000
#define POLL_MS          20

static struct trial trial;
static int crowd[CROWD_LONG];
static int crowd_count;

static int open_descriptors(void)
{
    char path[64];
    int count = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)service_pid(trial.services[0]));
    DIR *directory = opendir(path);
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 2;
}

/* Milliseconds of processor time, of all its threads. */
static long long processor_ms(void)
{
    char path[64], line[1024] = "";
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)service_pid(trial.services[0]));
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    fclose(file);
    const char *rest = strrchr(line, ')');
    ck_assert_ptr_nonnull(rest);
    ck_assert_int_eq(
        sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system), 2);
    return (long long)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

static void set_limit(rlim_t soft)
{
    struct rlimit limit;

    ck_assert_int_eq(prlimit(service_pid(trial.services[0]), RLIMIT_NOFILE, NULL, &limit), 0);
    limit.rlim_cur = soft;
    ck_assert_int_eq(prlimit(service_pid(trial.services[0]), RLIMIT_NOFILE, &limit, NULL), 0);
}

/* They connect, which the kernel does for the server, and say nothing. */
static void gather(int count)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *colon = strrchr(service_url(trial.services[0]), ':');

    address.sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
    for (crowd_count = 0; crowd_count < count; crowd_count++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
        crowd[crowd_count] = fd;
    }
}

static void disperse(void)
{
    while (crowd_count > 0)
        close(crowd[--crowd_count]);
}

static void teardown(void)
{
    disperse();
    trial_free(&trial);
}

/* 0: no answer. */
static int ask(struct client *client)
{
    struct answer answer;

    if (!client_try(client, &(struct call){.method = "GET", .target = "/v1/me", .token = trial.ana},
                    &answer))
        return 0;
    int status = answer.status;
    answer_release(&answer);
    return status;
}

static void ask_from_anew(void)
{
    int64_t give_up = pg_deadline_in(AGAIN_MS);
    struct client *client = client_new(service_url(trial.services[0]));
    int status;

    while ((status = ask(client)) != 200 && pg_now_ms() < give_up)
        poll(NULL, 0, POLL_MS);
    ck_assert_int_eq(status, 200);
    client_free(client);
}

START_TEST(test_no_descriptor_left)
{
    trial_begin(&trial,
                &(struct trial_options){.settings = {{"BATON_CLIENT_TIMEOUT_MS", CLIENT_TIMEOUT}}});
    struct load *load = load_start(&trial, 3, 1);
    load_wait(load, WRITES);
    int before = open_descriptors();
    set_limit((rlim_t)before + LEFT);
    gather(getenv("BATON_LONG") != NULL ? CROWD_LONG : CROWD);
    load_wait(load, WRITES); /* on connections that were there */
    load_stop(load);

    long long used = processor_ms();
    poll(NULL, 0, WATCHED_MS);
    used = processor_ms() - used;
    printf("%d of %d descriptors open, %lld ms of processor in %d ms\n", open_descriptors(),
           before + LEFT, used, WATCHED_MS);
    ck_assert_int_le(used, WATCHED_MS * BUSY_MAX_PERCENT / 100);

    /* what they leave goes to whoever waits to be let in, until the silent ones are cut off */
    trial_ask(&trial, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
                      "datname = current_database() AND application_name = 'baton'");
    ask_from_anew();
    load = load_start(&trial, 3, 1);
    load_wait(load, WRITES);
    disperse();
    load_wait(load, WRITES);
    load_stop(load);
    set_limit((rlim_t)before + 1024);
    ask_from_anew();
    trial_end(&trial);
}
END_TEST

void suite_cases(Suite *suite)
{
    TCase *tcase = suite_case(suite, "no descriptor left");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    TESTS(tcase, test_no_descriptor_left);
}

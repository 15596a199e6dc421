#include "http/metrics.h"

#include "http/route.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct {
    enum metric_kind kind;
    const char *name;
    const char *help;
} metric_names[METRIC_COUNT] = {
    [METRIC_CONNECTIONS] = {METRIC_IS_GAUGE, "connections", "Open client connections."},
    [METRIC_ACTIVE] = {METRIC_IS_GAUGE, "requests_active", "Requests begun and not over."},
    [METRIC_WAITING] = {METRIC_IS_GAUGE, "requests_waiting",
                        "Requests that wait for the database."},
    [METRIC_GUARDED] = {METRIC_IS_COUNTER, "requests_guarded_total",
                        "Requests refused because they are not well-formed."},
    [METRIC_OVERLOADED] = {METRIC_IS_COUNTER, "requests_overloaded_total",
                           "Requests refused because too much waits already."},
    [METRIC_RATE_LIMITED] = {METRIC_IS_COUNTER, "requests_rate_limited_total",
                             "Requests refused because a key or address asked for too much"},
    [METRIC_OVERDUE] = {METRIC_IS_COUNTER, "requests_overdue_total",
                        "Requests answered by their deadline."},
    [METRIC_LATE] = {METRIC_IS_COUNTER, "results_late_total",
                     "Results that came after the deadline had answered."},
    [METRIC_CUT_OFF] = {METRIC_IS_COUNTER, "connections_cut_off_total",
                        "Connections of clients that were too slow."},
};

static const int statuses[] = {200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 409,
                               410, 411, 412, 413, 415, 422, 428, 431, 500, 501, 503, 0};

#define STATUS_COUNT (sizeof statuses / sizeof *statuses) /* the last: any other */

static const int64_t bounds_us[] = {500,   1000,   2500,   5000,   10000,   25000,
                                    50000, 100000, 250000, 500000, 1000000, 5000000};

#define BOUND_COUNT (sizeof bounds_us / sizeof *bounds_us)

struct operation {
    _Atomic int64_t by_status[STATUS_COUNT];
    _Atomic int64_t by_duration[BOUND_COUNT + 1];
    _Atomic int64_t duration_us;
};

static _Atomic int64_t values[METRIC_COUNT];
static struct operation operations[ROUTES_MAX + 1]; /* the last: no route */
static const struct route *routes_table;
static size_t routes_counted;

static struct {
    enum metric_kind kind;
    const char *name;
    const char *help;
    int64_t (*read)(void *self);
    void *self;
} added[METRICS_ADDED_MAX];
static size_t added_count;

void metrics_add(enum metric metric, int64_t by)
{
    atomic_fetch_add_explicit(&values[metric], by, memory_order_relaxed);
}

int64_t metrics_value(enum metric metric)
{
    return atomic_load_explicit(&values[metric], memory_order_relaxed);
}

/* Set before the first request, which is close enough to the start of the process. */
static double started;

void metrics_routes(const struct route *table, size_t count)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_REALTIME, &now);
    if (started == 0)
        started = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
    routes_table = table;
    routes_counted = count;
}

static void count(_Atomic int64_t *number, int64_t by)
{
    atomic_fetch_add_explicit(number, by, memory_order_relaxed);
}

void metrics_request(const struct route *route, int status, int64_t duration_us)
{
    struct operation *operation =
        &operations[route != NULL ? (size_t)(route - routes_table) : ROUTES_MAX];
    size_t s = 0, d = 0;

    while (s + 1 < STATUS_COUNT && statuses[s] != status)
        s++;
    while (d < BOUND_COUNT && duration_us > bounds_us[d])
        d++;
    count(&operation->by_status[s], 1);
    count(&operation->by_duration[d], 1);
    count(&operation->duration_us, duration_us);
}

bool metrics_register(enum metric_kind kind, const char *name, const char *help,
                      int64_t (*read)(void *self), void *self)
{
    if (added_count == METRICS_ADDED_MAX)
        return false;
    added[added_count].kind = kind;
    added[added_count].name = name;
    added[added_count].help = help;
    added[added_count].read = read;
    added[added_count++].self = self;
    return true;
}

static void put_head(struct text_out *text, enum metric_kind kind, const char *name,
                     const char *help)
{
    text_out_format(text, "# HELP baton_%s %s\n# TYPE baton_%s %s\n", name, help, name,
                    kind == METRIC_IS_COUNTER ? "counter" : "gauge");
}

static void put_number(struct text_out *text, enum metric_kind kind, const char *name,
                       const char *help, int64_t number)
{
    put_head(text, kind, name, help);
    text_out_format(text, "baton_%s %lld\n", name, (long long)number);
}

static const char *operation_name(size_t index)
{
    return index < routes_counted ? routes_table[index].operation_id : "none";
}

static int64_t load(const _Atomic int64_t *number)
{
    return atomic_load_explicit(number, memory_order_relaxed);
}

static void put_requests(struct text_out *text)
{
    put_head(text, METRIC_IS_COUNTER, "requests_total", "Requests by operation and status.");
    for (size_t i = 0; i <= ROUTES_MAX; i++)
        for (size_t s = 0; s < STATUS_COUNT; s++)
            if (load(&operations[i].by_status[s]) > 0)
                text_out_format(text, "baton_requests_total{operation=\"%s\",status=\"%d\"} %lld\n",
                                operation_name(i), statuses[s],
                                (long long)load(&operations[i].by_status[s]));
}

static void put_durations_of(struct text_out *text, size_t index)
{
    const struct operation *operation = &operations[index];
    const char *name = operation_name(index);
    int64_t sum = 0;

    for (size_t d = 0; d < BOUND_COUNT; d++) {
        sum += load(&operation->by_duration[d]);
        text_out_format(text, "baton_request_seconds_bucket{operation=\"%s\",le=\"%g\"} %lld\n",
                        name, (double)bounds_us[d] / 1e6, (long long)sum);
    }
    sum += load(&operation->by_duration[BOUND_COUNT]);
    text_out_format(text,
                    "baton_request_seconds_bucket{operation=\"%s\",le=\"+Inf\"} %lld\n"
                    "baton_request_seconds_sum{operation=\"%s\"} %.6f\n"
                    "baton_request_seconds_count{operation=\"%s\"} %lld\n",
                    name, (long long)sum, name, (double)load(&operation->duration_us) / 1e6, name,
                    (long long)sum);
}

static bool is_used(const struct operation *operation)
{
    for (size_t d = 0; d <= BOUND_COUNT; d++)
        if (load(&operation->by_duration[d]) > 0)
            return true;
    return false;
}

static void put_durations(struct text_out *text)
{
    text_out_format(text,
                    "# HELP baton_request_seconds From the request line to the end of the answer.\n"
                    "# TYPE baton_request_seconds histogram\n");
    for (size_t i = 0; i <= ROUTES_MAX; i++)
        if (is_used(&operations[i]))
            put_durations_of(text, i);
}

static int64_t resident_bytes(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%*s %lld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* The number of open files, without the folder that is opened to count them. */
static int64_t open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -1;

    if (folder == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static double cpu_seconds(void)
{
    struct timespec spent = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

static void put_process_number(struct text_out *text, const char *type, const char *name,
                               const char *help, double number)
{
    text_out_format(text, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %.3f\n", name,
                    help, name, type, name, number);
}

/* Under the names that Prometheus' own client libraries use. */
static void put_process(struct text_out *text)
{
    text_out_format(
        text,
        "# HELP baton_build_info The version that runs.\n# TYPE baton_build_info gauge\n"
        "baton_build_info{version=\"%s\"} 1\n",
        BATON_VERSION);
    put_process_number(text, "gauge", "start_time_seconds", "When it began, since 1970.", started);
    put_process_number(text, "counter", "cpu_seconds_total", "Processor time, user and system.",
                       cpu_seconds());
    put_process_number(text, "gauge", "open_fds", "Open files and sockets.", (double)open_files());
    put_process_number(text, "gauge", "resident_memory_bytes", "Resident memory.",
                       (double)resident_bytes());
}

void metrics_write(struct text_out *text)
{
    put_requests(text);
    put_durations(text);
    for (size_t i = 0; i < METRIC_COUNT; i++)
        put_number(text, metric_names[i].kind, metric_names[i].name, metric_names[i].help,
                   load(&values[i]));
    for (size_t i = 0; i < added_count; i++)
        put_number(text, added[i].kind, added[i].name, added[i].help, added[i].read(added[i].self));
    put_process(text);
}

#include "invariants.h"

#include "store/pg/pg.h"

#include <check.h>
#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE         200   /* repeats */
#define SETTLE_WAIT_MS 15000 /* until sessions and connections of what was cut off are gone */
#define POLL_MS        20
#define SETTLED_AFTER  5 /* looks that see the same */
/* Of one server as it is set by default: 4 workers, 8 readers, 2 of the recurring jobs, 1 that
 * asks whether the database answers, 4 of the background jobs, 2 of the courier, 1 of the feed. */
#define POOL_SESSIONS 22

/* Sessions of the servers; the command line's are over. */
#define SESSIONS                                                                                   \
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'baton'"

/* ---- sessions and descriptors ---- */

static int descriptors_of(pid_t pid)
{
    char path[64];
    int count = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *directory = opendir(path);
    ck_assert_msg(directory != NULL, "no %s", path);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static int descriptors_now(const struct trial *trial)
{
    int count = 0;

    for (int i = 0; i < TRIAL_SERVERS_MAX; i++)
        if (trial->services[i] != NULL)
            count += descriptors_of(service_pid(trial->services[i]));
    return count;
}

static int sessions_now(const struct trial *trial)
{
    return (int)trial_ask(trial, "SELECT count(*) " SESSIONS);
}

int invariants_descriptors(const struct trial *trial)
{
    int64_t give_up = pg_deadline_in(SETTLE_WAIT_MS);
    int last = -1;

    /* a connection that is just being opened or closed counts on one side only */
    for (int same = 0; same < SETTLED_AFTER && pg_now_ms() < give_up; same++) {
        int now = descriptors_now(trial) - sessions_now(trial);
        if (now != last)
            same = 0;
        last = now;
        poll(NULL, 0, POLL_MS);
    }
    return last;
}

/* A session that died while nobody used it keeps its descriptor until its thread wants one again:
 * so there may be as many as the pool has, and no more. */
static void check_descriptors(const struct trial *trial)
{
    int64_t give_up = pg_deadline_in(SETTLE_WAIT_MS);
    int servers = trial->services[1] == NULL ? 1 : TRIAL_SERVERS_MAX;
    int most = trial->descriptors + servers * POOL_SESSIONS;
    int now;

    while ((now = descriptors_now(trial)) > most && pg_now_ms() < give_up)
        poll(NULL, 0, POLL_MS);
    ck_assert_int_le(now, most);
    ck_assert_int_le(sessions_now(trial), servers * POOL_SESSIONS);
}

static void check_sessions(const struct trial *trial)
{
    int64_t give_up = pg_deadline_in(SETTLE_WAIT_MS);
    long long idle;

    while ((idle = trial_ask(trial, "SELECT count(*) " SESSIONS
                                    " AND state LIKE 'idle in transaction%'")) > 0 &&
           pg_now_ms() < give_up)
        poll(NULL, 0, POLL_MS);
    ck_assert_int_eq(idle, 0);
}

/* ---- handoffs ---- */

/* Kinds 24, 25, 28 and 29 are accepted, rejected, withdrawn and expired (docs/ledger.md); what was
 * accepted may be withdrawn later, when its lead is erased. */
static void check_decisions(const struct trial *trial)
{
    ck_assert_int_eq(
        trial_ask_workspace(trial,
                            "SELECT count(*) FROM (SELECT 1 FROM ledger WHERE workspace_id = $1 "
                            "AND kind IN (24, 25, 29) "
                            "GROUP BY convert_from(body, 'UTF8')::json->>'handoff' "
                            "HAVING count(*) > 1) twice"),
        0);
    ck_assert_int_eq(
        trial_ask_workspace(
            trial,
            "WITH answers AS (SELECT (convert_from(body, 'UTF8')::json->>'handoff')::uuid AS id, "
            "array_agg(kind) AS kinds FROM ledger WHERE workspace_id = $1 "
            "AND kind IN (24, 25, 28, 29) GROUP BY 1) "
            "SELECT count(*) FROM handoff h LEFT JOIN answers a ON a.id = h.handoff_id "
            "WHERE h.workspace_id = $1 AND h.kind NOT IN ('imported', 'self_sourced') AND "
            "h.previous IS NULL AND "
            "CASE h.state WHEN 'offered' THEN a.id IS NOT NULL "
            "WHEN 'rejected' THEN NOT COALESCE(25 = ANY (a.kinds), false) "
            "WHEN 'expired' THEN NOT COALESCE(29 = ANY (a.kinds), false) "
            "WHEN 'withdrawn' THEN NOT COALESCE(28 = ANY (a.kinds), false) "
            "ELSE NOT COALESCE(24 = ANY (a.kinds), false) END"),
        0);
    ck_assert_int_eq(trial_ask_workspace(
                         trial, "SELECT count(*) FROM (SELECT 1 FROM handoff WHERE workspace_id = "
                                "$1 AND state IN ('offered', 'accepted') GROUP BY lead_id "
                                "HAVING count(*) > 1) twice"),
                     0);
}

/* ---- what was acknowledged ---- */

struct leads {
    char (*ids)[40];
    size_t count, size;
};

static void note_lead(void *context, const char *lead)
{
    struct leads *leads = context;

    if (leads->count == leads->size) {
        leads->size = leads->size == 0 ? 1024 : leads->size * 2;
        leads->ids = realloc(leads->ids, leads->size * sizeof *leads->ids);
        ck_assert_ptr_nonnull(leads->ids);
    }
    snprintf(leads->ids[leads->count++], sizeof *leads->ids, "%s", lead);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

static long long distinct(struct leads *leads)
{
    long long count = 0;

    if (leads->count > 0)
        qsort(leads->ids, leads->count, sizeof *leads->ids, compare_ids);
    for (size_t i = 0; i < leads->count; i++)
        count += i == 0 || strcmp(leads->ids[i], leads->ids[i - 1]) != 0;
    return count;
}

/* How many of these ids are leads: one statement, so that many are cheap. */
static long long known(const struct trial *trial, const struct leads *leads)
{
    size_t size = 512 + leads->count * sizeof *leads->ids, len;
    char *sql = malloc(size);

    ck_assert_ptr_nonnull(sql);
    len = (size_t)snprintf(sql, size,
                           "SELECT count(*) FROM lead WHERE workspace_id = '%s' "
                           "AND lead_id = ANY ('{",
                           trial->workspace);
    for (size_t i = 0; i < leads->count; i++)
        len += (size_t)snprintf(sql + len, size - len, "%s%s", i == 0 ? "" : ",", leads->ids[i]);
    snprintf(sql + len, size - len, "}'::uuid[])");
    long long count = trial_ask(trial, sql);
    free(sql);
    return count;
}

static void check_leads(const struct trial *trial, unsigned flags)
{
    struct leads leads = {0};

    journal_each_capture(trial->journal, note_lead, &leads);
    long long wanted = distinct(&leads);
    ck_assert_int_eq(known(trial, &leads), wanted);
    if (!(flags & INVARIANTS_OTHER_LEADS))
        ck_assert_int_eq(
            trial_ask_workspace(trial, "SELECT count(*) FROM lead WHERE workspace_id = $1"),
            wanted);
    free(leads.ids);
}

static long long head(const struct trial *trial)
{
    return trial_ask_workspace(trial, "SELECT pos FROM workspace_head WHERE workspace_id = $1");
}

/* Entries that a job writes meanwhile are the system's; a repeat would leave one of an actor. */
static long long entries_of_actors(const struct trial *trial)
{
    return trial_ask_workspace(
        trial, "SELECT count(*) FROM ledger WHERE workspace_id = $1 AND actor_kind <> 0");
}

static void check_repeats(const struct trial *trial, unsigned flags)
{
    long long before = entries_of_actors(trial);

    for (int i = 0; i < TRIAL_SERVERS_MAX; i++) {
        if (trial->services[i] == NULL)
            continue;
        struct client *client = client_new(service_url(trial->services[i]));
        journal_repeat(trial->journal, client, i > 0 || flags & INVARIANTS_SAMPLE ? SAMPLE : 0);
        client_free(client);
    }
    ck_assert_int_eq(entries_of_actors(trial), before);
}

/* ---- the ledger ---- */

static void check_ledger(struct trial *trial)
{
    static char out[TRIAL_OUTPUT_MAX];
    struct follower *follower = trial->follower;
    int code = trial_baton(trial, "verify --state acme 2>&1", out);

    ck_assert_msg(code == 0, "baton verify: %d: %s", code, out);
    trial->follower = NULL;
    if (follower != NULL)
        follower_end(follower, head(trial));
}

void invariants_check(struct trial *trial, unsigned flags)
{
    struct journal_counts counts = journal_counts(trial->journal);

    printf("%lld acknowledged, %lld refused; %lld of %lld tries unanswered or 503; the longest "
           "wait %lld ms\n",
           counts.acknowledged, counts.refused, counts.unanswered, counts.tries,
           (long long)counts.slowest_ms);
    check_repeats(trial, flags);
    check_leads(trial, flags);
    check_decisions(trial);
    check_ledger(trial);
    check_sessions(trial);
    check_descriptors(trial);
}

#include "store/lane_group.h"

#include "core/command_decide.h"
#include "store/pg/entropy.h"
#include "store/work_load.h"

#include <string.h>

/* How often a group that the database refused is run again before it is split or given up. */
#define RERUNS_MAX 6
/* How often a group is loaded again because its commands found out that they need more: this often,
 * and once more for each key that they name. Each round asks for everything that is seen to be
 * missing, so three or four do in practice; the bound only ends a mistake of ours. */
#define ROUNDS_MAX 12
/* How often a group is run again because another server, or a change of the configuration, was
 * faster. */
#define RACES_MAX 12
/* Memory may be free again a moment later. If not, a half needs less, and a refusal frees some. */
#define SHORTAGE_RERUNS_MAX 1

static void refuse_all(struct group_runner *runner, struct group *group, enum err err)
{
    for (size_t i = 0; i < group->count; i++)
        group->outcomes[i] =
            (struct outcome){.err = err, .status = error_status(err), .problem = {.err = err}};
    atomic_fetch_add(&runner->stats->failures, (long long)group->count);
    if (err == ERR_NOT_LOADABLE)
        atomic_fetch_add(&runner->stats->not_loadable, (long long)group->count);
}

static void answer_all(struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        group->jobs[i]->done(group->jobs[i], &group->outcomes[i]);
}

/* False when one needs rows that are not loaded. The others are decided all the same, so that one
 * more load serves the needs of all of them. */
static bool decide_all(struct group_runner *runner, struct group *group)
{
    bool all = true;

    for (size_t i = 0; i < group->count; i++)
        if (command_decide(&runner->work, &group->jobs[i]->command, &group->outcomes[i]) ==
            DECIDE_AGAIN)
            all = false;
    return all;
}

enum attempt {
    ATTEMPT_DONE,
    ATTEMPT_STALE, /* the configuration has changed since */
    ATTEMPT_RACED, /* others changed what was read: run again */
    ATTEMPT_MORE,  /* load again with the needs that were noted */
    ATTEMPT_SHORT, /* of memory */
    ATTEMPT_FAILED,
};

/* What the rounds so far have asked for. It has an arena to itself, since the work set's is cleared
 * before each attempt. */
struct carried {
    struct arena *arena;
    struct work_keys keys;
    size_t named; /* how many keys the group's commands name themselves */
};

static enum attempt carry(struct carried *carried, const struct work_keys *needs)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (size_t i = 0; i < needs->of[kind].count; i++)
            list_add(&carried->keys.of[kind], carried->arena,
                     work_copy_need(carried->arena, kind, needs->of[kind].items[i]));
    return arena_failed(carried->arena) ? ATTEMPT_SHORT : ATTEMPT_MORE;
}

static size_t gather(const struct group *group, struct command **commands)
{
    for (size_t i = 0; i < group->count; i++)
        commands[i] = &group->jobs[i]->command;
    return group->count;
}

/* Ends a group that has nothing to save. An answer that is repeated promises, as the first one did,
 * that the change is durable on the standby too, so that is made sure of first. */
static enum attempt end_unchanged(struct group_runner *runner, const struct group *group,
                                  int64_t deadline)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->outcomes[i].replayed)
            return work_confirm(runner->pg, &runner->work, deadline) == PG_OK ? ATTEMPT_DONE
                                                                              : ATTEMPT_FAILED;
    pg_rollback(runner->pg);
    return ATTEMPT_DONE;
}

static enum attempt attempt(struct group_runner *runner, struct group *group,
                            const struct config *config, struct carried *carried, int64_t deadline)
{
    struct command *commands[GROUP_MAX];
    struct work *work = &runner->work;

    arena_clear(runner->arena);
    work_init(work, runner->arena, config, 0, entropy_fill);
    work->rerun = group->tried;
    group->tried = true;
    size_t count = gather(group, commands);
    switch (
        work_load(runner->pg, work, commands, count, &carried->keys, deadline, &carried->named)) {
    case LOAD_DONE:
        break;
    case LOAD_STALE_CONFIG:
        return ATTEMPT_STALE;
    case LOAD_MOVED:
        return ATTEMPT_RACED;
    case LOAD_MORE:
        return carry(carried, &work->needs);
    case LOAD_FAILED:
        return ATTEMPT_FAILED;
    }
    bool all = decide_all(runner, group);
    /* what memory was short for looks like something that is not there: nothing decided now may be
     * saved */
    if (arena_failed(runner->arena)) {
        pg_rollback(runner->pg);
        return ATTEMPT_SHORT;
    }
    if (!all) {
        pg_rollback(runner->pg);
        return carry(carried, &work->needs);
    }
    if (work_is_empty(work))
        return end_unchanged(runner, group, deadline);
    return work_save(runner->pg, config_cache_keyring(runner->cache), work, group->known,
                     deadline) == PG_OK
               ? ATTEMPT_DONE
               : ATTEMPT_FAILED;
}

/* Runs each half as a group of its own, until a poison command fails alone. A group in doubt leaves
 * its doubt to both halves: either may have been committed with it. */
static void split(struct group_runner *runner, struct group *group)
{
    size_t half = group->count / 2;
    struct group parts[2] = {*group, *group};

    atomic_fetch_add(&runner->stats->splits, 1);
    parts[0].count = half;
    parts[1].jobs += half;
    parts[1].outcomes += half;
    parts[1].count -= half;
    lane_group_run(runner, &parts[0]);
    lane_group_run(runner, &parts[1]);
}

/* How long a group waits for a database that is away. Not long: its callers should get their 503,
 * and so should those who queue behind them. */
static int64_t away_until(const struct group *group)
{
    int64_t soon = (group->in_doubt ? group->lost_ms : group->asked_ms) + DATABASE_AWAY_MS;
    int64_t least = group->started_ms + DATABASE_AWAY_LEAST_MS;

    return soon > least ? soon : least;
}

static int64_t timeout_of(const struct group *group)
{
    return group->in_doubt ? IN_DOUBT_TIMEOUT_MS : GROUP_TIMEOUT_MS;
}

enum next_step { STEP_AGAIN, STEP_SPLIT, STEP_REFUSE };

static enum next_step after_shortage(const struct group *group, int reruns, enum err *err)
{
    *err = ERR_OUT_OF_MEMORY;
    if (reruns < SHORTAGE_RERUNS_MAX)
        return STEP_AGAIN;
    return group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
}

/* The whole policy for a failure of the database, one case each: run the group again, split it, or
 * refuse it with *err. */
static enum next_step after_failure(struct group_runner *runner, struct group *group, int reruns,
                                    enum err *err)
{
    const struct pg_error *error = pg_error(runner->pg);
    int64_t spent = pg_has_given_up(runner->pg) ? INT64_MAX : pg_now_ms() - group->started_ms;

    /* not of a lost connection: its COMMIT may have been sent, which the case below has to note */
    if (arena_failed(runner->arena) && error->status != PG_LOST)
        return after_shortage(group, reruns, err);
    switch (error->status) {
    case PG_LOST:
        if (error->commit_sent) {
            group->in_doubt = true;
            group->lost_ms = pg_now_ms();
            atomic_fetch_add(&runner->stats->replays, 1);
        }
        *err = ERR_UNAVAILABLE;
        return spent < timeout_of(group) && pg_now_ms() < away_until(group) ? STEP_AGAIN
                                                                            : STEP_REFUSE;
    case PG_RETRY:
    case PG_STALE:
    case PG_UNIQUE: /* the other server's row is there now: the next load finds it. One that comes
                       again and again is a mistake of ours */
        *err = error->status == PG_UNIQUE ? ERR_INTERNAL : ERR_CONTENDED;
        if (reruns < RERUNS_MAX && spent < timeout_of(group))
            return STEP_AGAIN;
        return group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
    case PG_TIMEOUT:
        *err = ERR_UNAVAILABLE;
        /* the lock that is waited for may be held by this group's own lost session */
        return reruns < 1 || (group->in_doubt && spent < IN_DOUBT_TIMEOUT_MS) ? STEP_AGAIN
                                                                              : STEP_REFUSE;
    case PG_FULL:
    case PG_REFUSED:
        *err = ERR_UNAVAILABLE;
        return STEP_REFUSE;
    case PG_SEALED:
        *err = ERR_SEALED;
        return STEP_REFUSE;
    case PG_MEMORY:
        return after_shortage(group, reruns, err);
    default:
        *err = ERR_INTERNAL;
        return group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
    }
}

/* Replaces the snapshot at hand by one of this version or a later one; NULL after a failure. */
static enum pg_status fresh_config(struct group_runner *runner, struct group *group,
                                   const struct config **config, int64_t at_least)
{
    config_release(*config);
    *config = NULL;
    return config_cache_load(runner->cache, runner->pg, group->workspace, at_least,
                             group->started_ms + timeout_of(group), config);
}

/* Puts a changed configuration into the cache before its command is answered, so that a caller who
 * made a key can use it at once. A failure to read it now does no harm: each group compares
 * versions before it decides. */
static void show_new_config(struct group_runner *runner, struct group *group,
                            const struct config **config)
{
    if (fresh_config(runner, group, config, (*config)->version + 1) != PG_OK)
        *config = NULL;
}

/* Connects before anything else, and with a deadline much shorter than the group's, so that a
 * database that is away is found out here and not by the load. */
static bool connect_soon(struct group_runner *runner, const struct group *group)
{
    bool connected = pg_pipeline_begin(runner->pg, away_until(group)) == PG_OK;

    pg_pipeline_end(runner->pg);
    return connected;
}

/* Forgets what was read from another database than the one now connected to (a standby that took
 * over may lack the last commits). */
static void forget_former(struct group_runner *runner, struct group *group,
                          const struct config **config)
{
    unsigned generation = config_cache_generation(runner->cache);

    if (group->known->generation == generation)
        return;
    known_dimensions_release(group->known);
    group->known->generation = generation;
    config_release(*config);
    *config = NULL;
}

static enum attempt attempt_connected(struct group_runner *runner, struct group *group,
                                      const struct config **config, struct carried *carried)
{
    if (!connect_soon(runner, group))
        return ATTEMPT_FAILED;
    forget_former(runner, group, config);
    if (*config == NULL) {
        if (fresh_config(runner, group, config, 0) != PG_OK)
            return ATTEMPT_FAILED;
        if (*config == NULL) {
            refuse_all(runner, group, ERR_UNAUTHENTICATED); /* no such workspace */
            return ATTEMPT_DONE;
        }
    }
    enum attempt end =
        attempt(runner, group, *config, carried, group->started_ms + timeout_of(group));
    bool stale =
        end == ATTEMPT_STALE || (end == ATTEMPT_FAILED && pg_error(runner->pg)->status == PG_STALE);
    if (stale && fresh_config(runner, group, config, (*config)->version + 1) == PG_OK)
        return ATTEMPT_STALE;
    if (end == ATTEMPT_DONE && runner->work.saves[KIND_CONFIG_CHANGE].count > 0)
        show_new_config(runner, group, config);
    return stale ? ATTEMPT_FAILED : end;
}

/* How often a group was run again, by cause. */
struct tries {
    size_t rounds; /* it needed more rows */
    int races;     /* others changed what it had read */
    int failures;  /* the database refused, or was away */
};

/* What to do after an attempt that did not end the group, and the error if it is given up. */
static enum next_step after(struct group_runner *runner, struct group *group, enum attempt end,
                            struct tries *tries, size_t named, enum err *err)
{
    bool again = false;

    switch (end) {
    case ATTEMPT_MORE:
        *err = ERR_NOT_LOADABLE;
        again = tries->rounds++ < ROUNDS_MAX + named;
        break;
    case ATTEMPT_STALE:
    case ATTEMPT_RACED:
        *err = ERR_CONTENDED;
        again = tries->races++ < RACES_MAX;
        break;
    case ATTEMPT_SHORT:
        return after_shortage(group, tries->failures++, err);
    case ATTEMPT_FAILED:
        return after_failure(runner, group, tries->failures++, err);
    case ATTEMPT_DONE:
        break;
    }
    if (again && pg_now_ms() - group->started_ms < timeout_of(group))
        return STEP_AGAIN;
    return group->count > 1 ? STEP_SPLIT : STEP_REFUSE;
}

/* Returns when the group is saved or refused. False: it was split, and its parts have answered. */
static bool run_until_done(struct group_runner *runner, struct group *group,
                           const struct config **config, struct carried *carried)
{
    struct tries tries = {0};

    for (;;) {
        enum err err = ERR_UNAVAILABLE;
        enum attempt end = attempt_connected(runner, group, config, carried);
        if (end == ATTEMPT_DONE)
            return true;
        atomic_fetch_add(&runner->stats->reruns, 1);
        switch (after(runner, group, end, &tries, carried->named, &err)) {
        case STEP_AGAIN:
            break;
        case STEP_SPLIT:
            split(runner, group);
            return false;
        case STEP_REFUSE:
            /* however the last attempt ended, an earlier one may have been committed */
            refuse_all(runner, group, group->in_doubt ? ERR_OUTCOME_UNKNOWN : err);
            return true;
        }
    }
}

static bool memory_begins(struct group_runner *runner, struct carried *carried)
{
    if (runner->arena == NULL)
        runner->arena = arena_new(WORK_MEMORY_MAX_BYTES);
    carried->arena = runner->arena == NULL ? NULL : arena_new(WORK_MEMORY_MAX_BYTES);
    return carried->arena != NULL;
}

/* The answers live in the runner's arena, so the jobs get them before anything else runs in it. */
void lane_group_run(struct group_runner *runner, struct group *group)
{
    struct carried carried = {0};
    const struct config *config = config_cache_get(runner->cache, group->workspace);
    bool whole = true;

    if (memory_begins(runner, &carried))
        whole = run_until_done(runner, group, &config, &carried);
    else
        refuse_all(runner, group, ERR_OUT_OF_MEMORY);
    if (whole)
        answer_all(group);
    arena_free(carried.arena);
    config_release(config);
}

void lane_group_release(struct group_runner *runner)
{
    pg_free(runner->pg);
    arena_free(runner->arena);
}

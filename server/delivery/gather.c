#include "delivery/gather.h"

#include "base/json_tree.h"
#include "core/setup/subscription.h"
#include "store/table/outbound_table.h"

#include <jansson.h>
#include <string.h>

/* One transaction's. Lists are as long as they can get. */
struct gathering {
    const struct pg_scope *scope;
    const struct config *config;
    struct outbound_gathering found;
    struct kind_set *kinds; /* of each subscription */
    const struct outbound_row **rows;
    size_t row_count;
    struct outbound_replay *replays;
    size_t replay_count;
    bool *news; /* for each subscription */
};

/* ---- what is asked for: tests and replays ---- */

static struct uuid id_of(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    struct uuid id;

    return text != NULL && uuid_parse(text, &id) ? id : (struct uuid){{0}};
}

static instant moment_of(const json_t *body, const char *name)
{
    const json_t *moment = json_object_get(body, name);

    return moment == NULL ? INSTANT_NONE : json_integer_value(moment);
}

static size_t place_of(const struct config *config, struct uuid id)
{
    size_t i = 0;

    while (i < config->subscription_count && !uuid_equal(config->subscriptions[i].id, id))
        i++;
    return i;
}

/* Switched off, it gets what it missed when somebody asks for what failed. */
static void add_row(struct gathering *g, size_t place, const struct outbound_entry *entry,
                    struct uuid delivery)
{
    const struct subscription *subscription = &g->config->subscriptions[place];
    struct outbound_row *row = ARENA_NEW(g->scope->arena, struct outbound_row);
    bool off = subscription->state == SUBSCRIPTION_OFF;

    if (row == NULL)
        return;
    *row = (struct outbound_row){
        .subscription = subscription->id,
        .pos = entry->pos,
        .delivery = delivery,
        .subject = entry->entry.subject,
        .kind = (int)entry->entry.kind,
        .state = off ? OUTBOUND_FAILED : OUTBOUND_PENDING,
        .made_at = g->found.now,
        .next_at = off ? INSTANT_NONE : g->found.now,
        .tried_at = INSTANT_NONE,
        .failure = off ? "switched_off" : NULL,
    };
    g->rows[g->row_count++] = row;
    g->news[place] = g->news[place] || !off;
}

static void take_request(struct gathering *g, const struct outbound_entry *entry)
{
    json_t *body =
        json_tree_read(g->scope->arena, entry->entry.body, entry->entry.body_len, 0, NULL);
    size_t place = place_of(g->config, id_of(body, "subscription"));

    if (place < g->config->subscription_count && entry->entry.kind == LEDGER_SUBSCRIPTION_TESTED) {
        add_row(g, place, entry, id_of(body, "delivery"));
    } else if (place < g->config->subscription_count) {
        g->replays[g->replay_count++] = (struct outbound_replay){
            .subscription = g->config->subscriptions[place].id,
            .delivery = id_of(body, "delivery"),
            .from = moment_of(body, "from"),
            .to = moment_of(body, "to"),
        };
        g->news[place] = true;
    }
    json_decref(body);
}

/* ---- what has happened ---- */

static void take_entry(struct gathering *g, const struct outbound_entry *entry)
{
    bool asks = entry->entry.kind == LEDGER_SUBSCRIPTION_TESTED ||
                entry->entry.kind == LEDGER_SUBSCRIPTION_REPLAYED;

    for (size_t i = 0; i < g->config->subscription_count && !asks; i++) {
        const struct subscription *subscription = &g->config->subscriptions[i];
        if (entry->pos > subscription->made_pos &&
            kind_set_has(&g->kinds[i], (int)entry->entry.kind))
            add_row(g, i, entry,
                    outbound_delivery_id(g->config->workspace, subscription->id, entry->pos));
    }
    if (asks)
        take_request(g, entry);
}

static bool make_room(struct gathering *g)
{
    size_t subscriptions = g->config->subscription_count;
    struct arena *arena = g->scope->arena;

    g->kinds = ARENA_ARRAY(arena, struct kind_set, subscriptions + 1);
    g->news = ARENA_ARRAY(arena, bool, subscriptions + 1);
    g->rows =
        ARENA_ARRAY(arena, const struct outbound_row *, g->found.count *(subscriptions + 1) + 1);
    g->replays = ARENA_ARRAY(arena, struct outbound_replay, g->found.count + 1);
    for (size_t i = 0; !arena_failed(arena) && i < subscriptions; i++)
        g->kinds[i] = subscription_kinds(&g->config->subscriptions[i], arena);
    return !arena_failed(arena);
}

static enum pg_status save(struct gathering *g, int64_t deadline)
{
    size_t count = 0;
    struct uuid *subscriptions =
        ARENA_ARRAY(g->scope->arena, struct uuid, g->config->subscription_count + 1);

    for (size_t i = 0; subscriptions != NULL && i < g->config->subscription_count; i++)
        if (g->news[i])
            subscriptions[count++] = g->config->subscriptions[i].id;
    if (arena_failed(g->scope->arena))
        return PG_MEMORY;
    return outbound_gather_end(
        g->scope,
        &(struct outbound_gathered){.rows = g->rows,
                                    .count = g->row_count,
                                    .replays = g->replays,
                                    .replay_count = g->replay_count,
                                    .subscriptions = subscriptions,
                                    .subscription_count = count,
                                    .pos = g->found.entries[g->found.count - 1].pos},
        deadline);
}

enum pg_status gather(const struct pg_scope *scope, const struct config *config, int64_t deadline,
                      bool *more)
{
    struct gathering g = {.scope = scope, .config = config};
    size_t most = GATHER_ROWS / (config->subscription_count + 1);
    int limit = most > GATHER_ENTRIES ? GATHER_ENTRIES : most < 1 ? 1 : (int)most;
    enum pg_status status = outbound_gather_begin(scope, limit, deadline, &g.found);

    /* A subscription that was made since this configuration was read, and the entries after it, may
     * be among what was found: the cursor must not move past them. */
    bool outdated = status == PG_OK && g.found.ours && g.found.config_version != config->version;
    *more = outdated || (status == PG_OK && g.found.ours && g.found.count == (size_t)limit);
    if (status == PG_OK && g.found.ours && g.found.count > 0 && !outdated) {
        status = make_room(&g) ? PG_OK : PG_MEMORY;
        for (size_t i = 0; status == PG_OK && i < g.found.count; i++)
            take_entry(&g, &g.found.entries[i]);
        if (status == PG_OK)
            return save(&g, deadline);
    }
    pg_rollback(scope->pg);
    return status;
}

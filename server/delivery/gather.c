#include "delivery/gather.h"

#include "base/json_tree.h"
#include "core/handoff/event.h"
#include "core/setup/notify.h"
#include "core/setup/subscription.h"
#include "core/setup/subscription_where.h"
#include "store/table/outbound_subjects.h"
#include "store/table/outbound_table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one entry, or of many, until it is known how many there are. */
struct row_list {
    struct outbound_row row;
    struct row_list *before;
};

/* One transaction's. Who is sent to has a place: subscriptions in their order, then members in
 * theirs. */
struct gathering {
    const struct pg_scope *scope;
    const struct config *config;
    struct outbound_gathering found;
    struct kind_set *kinds; /* of each subscription */
    struct row_list *rows;  /* the last first */
    size_t row_count;
    size_t done; /* of the entries found */
    struct outbound_replay *replays;
    size_t replay_count;
    bool *news;           /* for each place */
    struct event *events; /* of each entry, where somebody asks what it is about; or NULL */
    struct outbound_subjects subjects;
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

static size_t places_of(const struct config *config)
{
    return config->subscription_count + config->member_count;
}

static struct uuid id_at(const struct config *config, size_t place)
{
    return place < config->subscription_count
               ? config->subscriptions[place].id
               : config->members[place - config->subscription_count].id;
}

/* Switched off, it gets what it missed when somebody asks for what failed. */
static void add_row(struct gathering *g, size_t place, const struct outbound_entry *entry,
                    struct uuid delivery)
{
    struct row_list *next = ARENA_NEW(g->scope->arena, struct row_list);
    bool off = place < g->config->subscription_count &&
               g->config->subscriptions[place].state == SUBSCRIPTION_OFF;

    if (next == NULL)
        return;
    next->before = g->rows;
    next->row = (struct outbound_row){
        .subscription = id_at(g->config, place),
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
    g->rows = next;
    g->row_count++;
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

static bool asks(const struct gathering *g)
{
    for (size_t i = 0; g->found.mails && i < g->found.count; i++)
        if (notify_is_of((int)g->found.entries[i].entry.kind))
            return true;
    for (size_t i = 0; i < g->config->subscription_count; i++)
        if (g->config->subscriptions[i].where != NULL)
            return true;
    return false;
}

static int uuid_order(const void *a, const void *b)
{
    return uuid_compare(*(const struct uuid *)a, *(const struct uuid *)b);
}

/* Sorted, each once, without nil. */
static size_t sort_unique(struct uuid *ids, size_t count)
{
    size_t kept = 0;

    qsort(ids, count, sizeof *ids, uuid_order);
    for (size_t i = 0; i < count; i++)
        if (!uuid_is_nil(ids[i]) && (kept == 0 || !uuid_equal(ids[kept - 1], ids[i])))
            ids[kept++] = ids[i];
    return kept;
}

static int lead_order(const void *a, const void *b)
{
    return uuid_compare((*(const struct lead *const *)a)->id, (*(const struct lead *const *)b)->id);
}

static int handoff_order(const void *a, const void *b)
{
    return uuid_compare((*(const struct handoff *const *)a)->id,
                        (*(const struct handoff *const *)b)->id);
}

/* What the entries are about, all of it at once. */
static enum pg_status read_subjects(struct gathering *g, int64_t deadline)
{
    struct arena *arena = g->scope->arena;
    size_t count = g->found.count;
    struct uuid *leads = ARENA_ARRAY(arena, struct uuid, count + 1);
    struct uuid *handoffs = ARENA_ARRAY(arena, struct uuid, count + 1);

    g->events = ARENA_ARRAY(arena, struct event, count + 1);
    if (arena_failed(arena))
        return PG_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const struct outbound_entry *entry = &g->found.entries[i];
        if (event_read(&entry->entry, entry->pos, arena, &g->events[i]) != ERR_NONE)
            g->events[i] = (struct event){0};
        leads[i] = g->events[i].lead;
        handoffs[i] = g->events[i].handoff;
    }
    const struct outbound_wanted wanted = {leads, handoffs, sort_unique(leads, count),
                                           sort_unique(handoffs, count)};
    enum pg_status status = outbound_gather_subjects(g->scope, &wanted, deadline, &g->subjects);
    if (status == PG_OK && g->subjects.lead_count > 0)
        qsort(g->subjects.leads, g->subjects.lead_count, sizeof *g->subjects.leads, lead_order);
    if (status == PG_OK && g->subjects.handoff_count > 0)
        qsort(g->subjects.handoffs, g->subjects.handoff_count, sizeof *g->subjects.handoffs,
              handoff_order);
    return status;
}

static struct subscription_subject subject_of(const struct gathering *g, const struct event *event)
{
    const struct outbound_subjects *found = &g->subjects;
    const struct lead lead = {.id = event->lead}, *lead_key = &lead;
    const struct handoff handoff = {.id = event->handoff}, *handoff_key = &handoff;
    struct lead **has_lead =
        found->lead_count == 0
            ? NULL
            : bsearch(&lead_key, found->leads, found->lead_count, sizeof *found->leads, lead_order);
    struct handoff **has_handoff =
        found->handoff_count == 0 ? NULL
                                  : bsearch(&handoff_key, found->handoffs, found->handoff_count,
                                            sizeof *found->handoffs, handoff_order);

    return (struct subscription_subject){
        .lead = has_lead == NULL ? NULL : *has_lead,
        .handoff = has_handoff == NULL ? NULL : *has_handoff,
        .now = g->found.now,
    };
}

/* One whose test this server cannot read is sent nothing. */
static bool is_wanted(const struct gathering *g, const struct subscription *subscription,
                      const struct outbound_entry *entry)
{
    if (subscription->where == NULL)
        return true;
    const struct event *event = &g->events[entry - g->found.entries];
    const struct subscription_subject subject = subject_of(g, event);
    return subscription->compiled != NULL &&
           subscription_where_holds(subscription->compiled, g->config, &subject, g->scope->arena);
}

/* Each of them has a queue of their own, as a subscription has. */
static void take_for_members(struct gathering *g, const struct outbound_entry *entry)
{
    const struct event *event = &g->events[entry - g->found.entries];
    const struct subscription_subject subject = subject_of(g, event);
    struct notify_about about = {&entry->entry, event, subject.lead, subject.handoff, {{0}}};

    if (entry->entry.kind == LEDGER_SUBSCRIPTION_SWITCHED_OFF) {
        json_t *body =
            json_tree_read(g->scope->arena, entry->entry.body, entry->entry.body_len, 0, NULL);
        about.team = id_of(body, "team");
        json_decref(body);
    }
    for (size_t i = 0; i < g->config->member_count; i++)
        if (notify_wants(g->config, &g->config->members[i], &about))
            add_row(
                g, g->config->subscription_count + i, entry,
                outbound_delivery_id(g->config->workspace, g->config->members[i].id, entry->pos));
}

static void take_entry(struct gathering *g, const struct outbound_entry *entry)
{
    bool is_request = entry->entry.kind == LEDGER_SUBSCRIPTION_TESTED ||
                      entry->entry.kind == LEDGER_SUBSCRIPTION_REPLAYED;

    for (size_t i = 0; i < g->config->subscription_count && !is_request; i++) {
        const struct subscription *subscription = &g->config->subscriptions[i];
        if (entry->pos > subscription->made_pos &&
            kind_set_has(&g->kinds[i], (int)entry->entry.kind) && is_wanted(g, subscription, entry))
            add_row(g, i, entry,
                    outbound_delivery_id(g->config->workspace, subscription->id, entry->pos));
    }
    if (is_request)
        take_request(g, entry);
    if (g->found.mails && notify_is_of((int)entry->entry.kind))
        take_for_members(g, entry);
}

static bool make_room(struct gathering *g)
{
    size_t subscriptions = g->config->subscription_count;
    struct arena *arena = g->scope->arena;

    g->kinds = ARENA_ARRAY(arena, struct kind_set, subscriptions + 1);
    g->news = ARENA_ARRAY(arena, bool, places_of(g->config) + 1);
    g->replays = ARENA_ARRAY(arena, struct outbound_replay, g->found.count + 1);
    for (size_t i = 0; !arena_failed(arena) && i < subscriptions; i++)
        g->kinds[i] = subscription_kinds(&g->config->subscriptions[i], arena);
    return !arena_failed(arena);
}

static enum pg_status save(struct gathering *g, int64_t deadline)
{
    size_t count = 0, left = g->row_count;
    struct uuid *subscriptions =
        ARENA_ARRAY(g->scope->arena, struct uuid, places_of(g->config) + 1);
    const struct outbound_row **rows =
        ARENA_ARRAY(g->scope->arena, const struct outbound_row *, g->row_count + 1);

    for (size_t i = 0; subscriptions != NULL && i < places_of(g->config); i++)
        if (g->news[i])
            subscriptions[count++] = id_at(g->config, i);
    for (const struct row_list *at = g->rows; rows != NULL && at != NULL; at = at->before)
        rows[--left] = &at->row;
    if (arena_failed(g->scope->arena))
        return PG_MEMORY;
    return outbound_gather_end(
        g->scope,
        &(struct outbound_gathered){.rows = rows,
                                    .count = g->row_count,
                                    .replays = g->replays,
                                    .replay_count = g->replay_count,
                                    .subscriptions = subscriptions,
                                    .subscription_count = count,
                                    .pos = g->found.entries[g->done - 1].pos},
        deadline);
}

enum pg_status gather(const struct pg_scope *scope, const struct gather_wanted *wanted,
                      int64_t deadline, bool *more)
{
    struct gathering g = {.scope = scope, .config = wanted->config};
    enum pg_status status = outbound_gather_begin(scope, wanted->most, deadline, &g.found);

    /* A subscription that was made since this configuration was read, and the entries after it, may
     * be among what was found: the cursor must not move past them. */
    bool outdated =
        status == PG_OK && g.found.ours && g.found.config_version != wanted->config->version;
    *more = outdated || (status == PG_OK && g.found.ours && g.found.count == (size_t)wanted->most);
    g.found.mails = g.found.mails || wanted->mails;
    if (status == PG_OK && g.found.ours && g.found.count > 0 && !outdated) {
        status = make_room(&g) ? PG_OK : PG_MEMORY;
        if (status == PG_OK && asks(&g))
            status = read_subjects(&g, deadline);
        while (status == PG_OK && g.done < g.found.count && g.row_count < GATHER_ROWS)
            take_entry(&g, &g.found.entries[g.done++]);
        *more = *more || g.done < g.found.count;
        if (status == PG_OK && arena_failed(scope->arena))
            status = PG_MEMORY;
        if (status == PG_OK)
            return save(&g, deadline);
    }
    pg_rollback(scope->pg);
    return status;
}

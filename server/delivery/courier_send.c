#include "delivery/courier_inside.h"
#include "delivery/payload.h"
#include "delivery/templated.h"
#include "http/random.h"

#include "base/hex.h"
#include "core/setup/target.h"

#include <stdio.h>
#include <string.h>

/** What is sent to one subscription at the same time, … */
#define AT_ONCE_MAX 8
/** … and while nothing arrives there. */
#define AT_ONCE_FAILING 1
/** What one try may take, the lead that it includes with it. */
#define ATTEMPT_MEMORY_BYTES ((size_t)8 << 20)

/* ---- what it says ---- */

/* The trace of a delivery is its id; each try is a span of its own. */
static const char *trace_of(const struct outbound_row *row, struct arena *arena)
{
    char trace[2 * sizeof row->delivery.b + 1];
    struct uuid span = random_uuid();
    char span_text[sizeof span.b + 1];

    hex_encode(row->delivery.b, sizeof row->delivery.b, trace);
    hex_encode(span.b + sizeof span.b / 2, sizeof span.b / 2, span_text);
    return arena_printf(arena, "traceparent: 00-%s-%s-01", trace, span_text);
}

/* Other systems are sent the id, and the trace. */
static bool fill_templated(const struct payload_wanted *wanted, const char *id,
                           struct attempt *attempt)
{
    struct arena *arena = wanted->read->arena;
    size_t count = 0;

    if (templated_fill(wanted, attempt) == TEMPLATED_NOT_NOW)
        return arena_failed(arena);
    while (count < ATTEMPT_HEADERS_MAX && attempt->headers[count] != NULL)
        count++;
    if (count + 2 <= ATTEMPT_HEADERS_MAX) {
        attempt->headers[count] = arena_printf(arena, "webhook-id: %s", id);
        attempt->headers[count + 1] = trace_of(&wanted->item->row, arena);
    }
    if (attempt->failure != NULL)
        attempt->body = NULL;
    return !arena_failed(arena);
}

/* False: it cannot be tried now. What cannot be written down, since it is too long, has no body. */
static bool fill_attempt(struct courier *courier, struct slot *slot)
{
    struct target *target = slot->target;
    struct attempt *attempt = &slot->attempt;
    char id[PAYLOAD_ID_LEN + 1];
    instant now = courier_now(target);
    struct arena *arena = slot->arena = arena_new(ATTEMPT_MEMORY_BYTES);
    const struct read read = {.pg = courier->app,
                              .arena = arena,
                              .workspace = target->leased.workspace,
                              .deadline = pg_deadline_in(DATABASE_MS)};

    const struct payload_wanted wanted = {&read, target->config, target->subscription, slot->item};

    *attempt = (struct attempt){
        .rules = &courier->settings.rules, .url = target->subscription->url, .owner = slot};
    if (arena == NULL)
        return false;
    attempt->answer_room =
        templated_learns(target->subscription) ? TEMPLATED_ANSWER_BYTES : ATTEMPT_ANSWER_BYTES;
    attempt->answer = arena_alloc(arena, attempt->answer_room + 1);
    payload_id(&slot->item->row, id);
    if (target->subscription->kind == TARGET_TEMPLATE)
        return fill_templated(&wanted, id, attempt);
    attempt->body = payload_make(&wanted, &attempt->body_len);
    if (attempt->body == NULL)
        return arena_failed(arena);
    const char *signature =
        payload_sign(target->config, target->subscription, courier->settings.signing_key,
                     &(struct payload_signed){id, now, attempt->body, attempt->body_len}, arena);
    attempt->headers[0] = "Content-Type: application/json";
    attempt->headers[1] = arena_printf(arena, "webhook-id: %s", id);
    attempt->headers[2] =
        arena_printf(arena, "webhook-timestamp: %lld", (long long)(now / INSTANT_SECOND));
    attempt->headers[3] =
        signature == NULL ? NULL : arena_printf(arena, "webhook-signature: %s", signature);
    attempt->headers[4] = trace_of(&slot->item->row, arena);
    return !arena_failed(arena);
}

/* ---- which is next ---- */

/* The one before has waited for those before it, so it alone is asked. */
bool courier_has_one_before(const struct slot *slot)
{
    return slot->before != NULL && slot->before->item->row.state == OUTBOUND_PENDING;
}

static bool is_next(const struct slot *slot, instant now)
{
    return slot->state == SLOT_WAITS && slot->item->row.next_at <= now &&
           !courier_has_one_before(slot);
}

void courier_forget(struct slot *slot)
{
    arena_free(slot->arena);
    slot->arena = NULL;
}

void courier_send(struct courier *courier, struct target *target)
{
    if (target->subscription->kind == TARGET_EMAIL) {
        courier_send_mail(courier, target);
        return;
    }
    bool failing = target->failing || target->batch.failing_since != INSTANT_NONE;
    size_t most = failing ? AT_ONCE_FAILING : AT_ONCE_MAX;
    instant now = courier_now(target);

    if (target->in_flight >= most)
        return;
    while (target->first < target->batch.count && target->slots[target->first].state != SLOT_WAITS)
        target->first++;
    for (size_t i = target->first; i < target->batch.count && target->in_flight < most; i++) {
        struct slot *slot = &target->slots[i];
        if (!is_next(slot, now))
            continue;
        bool filled = fill_attempt(courier, slot);
        bool too_long = filled && slot->attempt.body == NULL;
        if (!filled || (!too_long && !attempt_begin(&slot->attempt, courier->multi))) {
            courier_forget(slot);
            return;
        }
        slot->state = SLOT_SENT;
        target->in_flight++;
        if (too_long) {
            if (slot->attempt.failure == NULL)
                slot->attempt.failure = "too_long";
            courier_end(courier, slot);
        }
    }
}

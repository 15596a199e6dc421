/*
 * What the database gives back: stored forms of leads, ledger bodies, jobs and sources. A damaged
 * one is refused; what is taken reads the same once it was written again.
 */
#include "core/agreement/definition_apply.h"
#include "core/handoff/event.h"
#include "core/setup/source_auth.h"
#include "parts.h"

#include <string.h>

#define ARENA_BYTES (16 << 20)
#define OUT_BYTES   (16 << 20)

static void check_attributes(const struct part *part, struct arena *arena)
{
    struct attribute_set one, two;
    struct json_out out;

    if (attribute_set_read(part->text, part->len, arena, &one) != ERR_NONE)
        return;
    json_out_init(&out, arena, OUT_BYTES);
    attribute_set_write_current(&one, &out);
    json_out_clear(&out);
    attribute_set_write(&one, &out);
    if (arena_failed(arena))
        return;
    enum err err = attribute_set_read(out.written.text, out.written.len, arena, &two);
    FUZZ_HOLDS(err == ERR_NONE || arena_failed(arena));
    FUZZ_HOLDS(err != ERR_NONE || one.count == two.count);
}

static void check_lead(const struct part *part, struct arena *arena)
{
    struct lead lead = {0};
    struct json_out out;

    json_out_init(&out, arena, OUT_BYTES);
    if (lead_identities_read(part->text, part->len, arena, &lead) == ERR_NONE) {
        lead_identities_write(&lead, &out);
        (void)lead_email(&lead);
        (void)lead_is_anonymous(&lead);
    }
    json_out_clear(&out);
    if (lead_overrides_read(part->text, part->len, arena, &lead) == ERR_NONE)
        lead_overrides_write(&lead, &out);
}

static void check_event(const struct part *part, struct arena *arena)
{
    struct ledger_entry entry = {.seq = 1, .body = part->text, .body_len = part->len};
    struct event event;

    for (int kind = 1; kind < 100; kind++) {
        entry.kind = (enum ledger_kind)kind;
        enum err err = event_read(&entry, 1, arena, &event);
        FUZZ_HOLDS(err == ERR_NONE || err == ERR_INTERNAL || arena_failed(arena));
    }
}

static void check_jobs(const struct part *part, struct arena *arena)
{
    struct definition_apply_input input;
    struct apply_tally tally, again;
    struct json_out out;

    (void)definition_apply_read(part->text, part->len, arena, &input);
    if (!apply_tally_read(part->text, part->len, arena, &tally))
        return;
    json_out_init(&out, arena, OUT_BYTES);
    apply_tally_write(&tally, &out);
    if (arena_failed(arena))
        return;
    FUZZ_HOLDS(apply_tally_read(out.written.text, out.written.len, arena, &again));
    FUZZ_HOLDS(memcmp(&tally, &again, sizeof tally) == 0);
}

static void check_auth(const struct part *part, struct arena *arena)
{
    struct source_auth auth;
    struct json_out out;

    if (source_auth_parse(part->text, arena, &auth) != ERR_NONE)
        return;
    json_out_init(&out, arena, OUT_BYTES);
    source_auth_write(&auth, &out);
    auth.secret = "a secret of the sender";
    struct source_proof proof = {.signature = "sha256=00,t=1", .timestamp = "1", .id = "i"};
    FUZZ_HOLDS(!source_auth_fits(&auth, &proof, part->text, part->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct parts parts;

    FUZZ_HOLDS(arena != NULL);
    parts_init(&parts, data, size);
    check_attributes(&parts.items[0], arena);
    check_lead(&parts.items[0], arena);
    check_event(&parts.items[0], arena);
    check_jobs(&parts.items[0], arena);
    check_auth(&parts.items[0], arena);
    arena_free(arena);
    parts_release(&parts);
    return 0;
}

#include "core/ledger/receipt.h"

#include "core/ledger/proof_json.h"

#include <string.h>

/* ---- as JSON ---- */

static void write_actor(struct actor actor, struct json_out *out)
{
    json_out_key(out, "actor");
    json_out_begin_object(out);
    json_out_member_text(out, "type", actor_kind_name(actor.kind));
    json_out_member_uuid(out, "id", actor.id);
    json_out_end_object(out);
}

static void write_hash(struct json_out *out, const char *name, const uint8_t hash[DIGEST_BYTES])
{
    json_out_key(out, name);
    json_out_hex(out, hash, DIGEST_BYTES);
}

static void write_entry(const struct receipt *receipt, struct json_out *out)
{
    const struct ledger_entry *entry = &receipt->entry;

    json_out_key(out, "entry");
    json_out_begin_object(out);
    json_out_member_int(out, "pos", receipt->pos);
    json_out_member_uuid(out, "subject", entry->subject);
    json_out_member_int(out, "seq", entry->seq);
    json_out_member_int(out, "kind", entry->kind);
    json_out_member_text(out, "type", ledger_kind_name((int)entry->kind));
    json_out_member_instant(out, "at", entry->at);
    write_actor(entry->actor, out);
    json_out_member_uuid(out, "team", entry->team);
    json_out_key(out, "body");
    json_out_text_len(out, entry->body, entry->body_len);
    write_hash(out, "prev", receipt->prev);
    write_hash(out, "hash", entry->hash);
    json_out_end_object(out);
}

static void write_path(const struct merkle_path *path, struct json_out *out)
{
    json_out_key(out, "path");
    json_out_begin_array(out);
    for (size_t i = 0; i < path->count; i++)
        json_out_hex(out, path->hashes[i], DIGEST_BYTES);
    json_out_end_array(out);
}

void receipt_write(const struct receipt *receipt, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "format", RECEIPT_FORMAT);
    write_entry(receipt, out);
    write_path(&receipt->path, out);
    json_out_key(out, "checkpoint");
    checkpoint_write(&receipt->checkpoint, out);
    json_out_end_object(out);
}

void consistency_write(const struct consistency *consistency, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_text(out, "format", CONSISTENCY_FORMAT);
    json_out_member_int(out, "from", consistency->from);
    write_path(&consistency->path, out);
    json_out_key(out, "checkpoint");
    checkpoint_write(&consistency->checkpoint, out);
    json_out_end_object(out);
}

/* ---- read again ---- */

static void read_format(struct proof_object *object, const char *wanted)
{
    if (strcmp(proof_text(object, "format", NULL), wanted) != 0)
        proof_wrong(object, "format");
}

static void read_actor(struct proof_object *entry, struct actor *out)
{
    struct proof_object object = proof_begin(proof_member(entry, "actor"), "actor", entry->wrong);
    const char *type = proof_text(&object, "type", NULL);

    for (int kind = ACTOR_SYSTEM; kind < ACTOR_KIND_COUNT; kind++)
        if (strcmp(type, actor_kind_name((enum actor_kind)kind)) == 0)
            out->kind = (enum actor_kind)kind;
    if (strcmp(type, actor_kind_name(out->kind)) != 0)
        proof_wrong(&object, "type");
    out->id = proof_uuid_or_null(&object, "id");
    if (!proof_end(&object))
        proof_wrong(entry, "actor");
}

static const char *read_entry(struct proof_object *whole, struct receipt *out)
{
    struct proof_object object = proof_begin(proof_member(whole, "entry"), "entry", whole->wrong);
    struct ledger_entry *entry = &out->entry;

    out->pos = proof_int(&object, "pos", 1, INT64_MAX);
    entry->subject = proof_uuid(&object, "subject");
    entry->seq = proof_int(&object, "seq", 1, INT64_MAX);
    entry->kind = (enum ledger_kind)proof_int(&object, "kind", 0, UINT16_MAX);
    const char *type = proof_text(&object, "type", NULL);
    entry->at = proof_instant(&object, "at");
    read_actor(&object, &entry->actor);
    entry->team = proof_uuid_or_null(&object, "team");
    entry->body = proof_text(&object, "body", &entry->body_len);
    proof_hex(&object, "prev", out->prev, DIGEST_BYTES);
    proof_hex(&object, "hash", entry->hash, DIGEST_BYTES);
    if (!proof_end(&object))
        proof_wrong(whole, "entry");
    return type;
}

enum proof_fault receipt_read(const json_t *json, struct receipt *out, const char **wrong)
{
    *out = (struct receipt){.pos = 0};
    *wrong = NULL;
    struct proof_object object = proof_begin(json, "receipt", wrong);

    read_format(&object, RECEIPT_FORMAT);
    const char *type = read_entry(&object, out);
    proof_path(&object, "path", &out->path);
    const json_t *checkpoint = proof_member(&object, "checkpoint");
    if (!proof_end(&object) || !checkpoint_read(checkpoint, &out->checkpoint, wrong))
        return PROOF_FAULT_SHAPE;
    const char *wanted = ledger_kind_name((int)out->entry.kind);
    if (wanted != NULL && strcmp(wanted, type) == 0)
        return PROOF_HOLDS;
    *wrong = "type";
    return PROOF_FAULT_KIND;
}

bool consistency_read(const json_t *json, struct consistency *out, const char **wrong)
{
    *out = (struct consistency){.from = 0};
    *wrong = NULL;
    struct proof_object object = proof_begin(json, "consistency", wrong);

    read_format(&object, CONSISTENCY_FORMAT);
    out->from = proof_int(&object, "from", 1, INT64_MAX);
    proof_path(&object, "path", &out->path);
    const json_t *checkpoint = proof_member(&object, "checkpoint");
    return proof_end(&object) && checkpoint_read(checkpoint, &out->checkpoint, wrong);
}

/* ---- checking ---- */

enum proof_fault receipt_check(const struct receipt *receipt,
                               const uint8_t public_key[PUBLIC_KEY_BYTES])
{
    const struct checkpoint *checkpoint = &receipt->checkpoint;
    struct ledger_entry again = receipt->entry;
    uint8_t leaf[DIGEST_BYTES];
    enum proof_fault fault = checkpoint_check(checkpoint, public_key);

    if (fault != PROOF_HOLDS)
        return fault;
    ledger_hash(&again, checkpoint->workspace, receipt->prev);
    if (memcmp(again.hash, receipt->entry.hash, DIGEST_BYTES) != 0)
        return PROOF_FAULT_HASH;
    if (receipt->pos > checkpoint->size)
        return PROOF_FAULT_UNCOVERED;
    merkle_leaf(again.hash, DIGEST_BYTES, leaf);
    return merkle_inclusion_holds(leaf, receipt->pos - 1, checkpoint->size, &receipt->path,
                                  checkpoint->root)
               ? PROOF_HOLDS
               : PROOF_FAULT_PATH;
}

enum proof_fault consistency_check(const struct consistency *consistency,
                                   const struct checkpoint *kept,
                                   const uint8_t kept_key[PUBLIC_KEY_BYTES],
                                   const uint8_t public_key[PUBLIC_KEY_BYTES])
{
    const struct checkpoint *newer = &consistency->checkpoint;
    enum proof_fault fault = checkpoint_check(kept, kept_key);

    if (fault == PROOF_HOLDS)
        fault = checkpoint_check(newer, public_key);
    if (fault != PROOF_HOLDS)
        return fault;
    if (!uuid_equal(kept->workspace, newer->workspace))
        return PROOF_FAULT_WORKSPACE;
    if (kept->size > newer->size)
        return PROOF_FAULT_SHORTER;
    return consistency->from == kept->size &&
                   merkle_consistency_holds(kept->size, newer->size, &consistency->path, kept->root,
                                            newer->root)
               ? PROOF_HOLDS
               : PROOF_FAULT_INCONSISTENT;
}

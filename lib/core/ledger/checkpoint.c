#include "core/ledger/checkpoint.h"

#include "core/ledger/proof_json.h"

#include <string.h>

#define MAGIC "baton-checkpoint1"

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t len)
{
    memcpy(p, bytes, len);
    return p + len;
}

static uint8_t *put_int64(uint8_t *p, int64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        *p++ = (uint8_t)((uint64_t)number >> shift);
    return p;
}

void checkpoint_bytes(const struct checkpoint *checkpoint, uint8_t out[CHECKPOINT_BYTES])
{
    uint8_t *p = put_bytes(out, MAGIC, sizeof MAGIC - 1);

    p = put_bytes(p, checkpoint->workspace.b, sizeof checkpoint->workspace.b);
    p = put_int64(p, checkpoint->size);
    p = put_bytes(p, checkpoint->root, DIGEST_BYTES);
    p = put_int64(p, checkpoint->at);
    put_bytes(p, checkpoint->key_id, KEY_ID_BYTES);
}

bool checkpoint_sign(struct checkpoint *checkpoint, const struct signing_key *key)
{
    uint8_t bytes[CHECKPOINT_BYTES];

    memcpy(checkpoint->key_id, signing_key_id(key), KEY_ID_BYTES);
    memcpy(checkpoint->public_key, signing_key_public(key), PUBLIC_KEY_BYTES);
    checkpoint_bytes(checkpoint, bytes);
    return signing_key_sign(key, bytes, sizeof bytes, checkpoint->signature);
}

const char *proof_fault_words(enum proof_fault fault)
{
    static const char *const words[] = {NULL,
#define X(name, text) text,
                                        PROOF_FAULT_TABLE(X)
#undef X
    };

    return words[fault];
}

enum proof_fault checkpoint_check(const struct checkpoint *checkpoint,
                                  const uint8_t public_key[PUBLIC_KEY_BYTES])
{
    uint8_t bytes[CHECKPOINT_BYTES];
    uint8_t key_id[KEY_ID_BYTES];

    if (memcmp(checkpoint->public_key, public_key, PUBLIC_KEY_BYTES) != 0)
        return PROOF_FAULT_OTHER_KEY;
    public_key_id(public_key, key_id);
    if (memcmp(checkpoint->key_id, key_id, KEY_ID_BYTES) != 0)
        return PROOF_FAULT_KEY_ID;
    checkpoint_bytes(checkpoint, bytes);
    return public_key_verify(public_key, bytes, sizeof bytes, checkpoint->signature)
               ? PROOF_HOLDS
               : PROOF_FAULT_SIGNATURE;
}

static void write_hex(struct json_out *out, const char *name, const uint8_t *bytes, size_t len)
{
    json_out_key(out, name);
    json_out_hex(out, bytes, len);
}

void checkpoint_write(const struct checkpoint *checkpoint, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "workspace", checkpoint->workspace);
    json_out_member_int(out, "size", checkpoint->size);
    write_hex(out, "root", checkpoint->root, DIGEST_BYTES);
    json_out_member_instant(out, "at", checkpoint->at);
    write_hex(out, "key_id", checkpoint->key_id, KEY_ID_BYTES);
    write_hex(out, "public_key", checkpoint->public_key, PUBLIC_KEY_BYTES);
    write_hex(out, "signature", checkpoint->signature, SIGNATURE_BYTES);
    json_out_end_object(out);
}

bool checkpoint_read(const json_t *json, struct checkpoint *out, const char **wrong)
{
    *wrong = NULL;
    struct proof_object object = proof_begin(json, "checkpoint", wrong);

    out->workspace = proof_uuid(&object, "workspace");
    out->size = proof_int(&object, "size", 1, INT64_MAX);
    proof_hex(&object, "root", out->root, DIGEST_BYTES);
    out->at = proof_instant(&object, "at");
    proof_hex(&object, "key_id", out->key_id, KEY_ID_BYTES);
    proof_hex(&object, "public_key", out->public_key, PUBLIC_KEY_BYTES);
    proof_hex(&object, "signature", out->signature, SIGNATURE_BYTES);
    return proof_end(&object);
}

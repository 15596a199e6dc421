/*
 * What is checked offline: a receipt, a consistency proof and a checkpoint from the same JSON,
 * under a key given as text or PEM. What was read is written as it was.
 */
#include "core/ledger/receipt.h"
#include "parts.h"

#include <string.h>

#define OUT_BYTES (4 << 20)

static void check_receipt(const json_t *json, const uint8_t key[PUBLIC_KEY_BYTES])
{
    struct receipt receipt, again;
    struct arena *arena = arena_new(OUT_BYTES);
    struct json_out out;
    const char *wrong = NULL;

    enum proof_fault fault = receipt_read(json, &receipt, &wrong);
    FUZZ_HOLDS(fault == PROOF_HOLDS || wrong != NULL || proof_fault_words(fault) != NULL);
    FUZZ_HOLDS(arena != NULL);
    if (fault != PROOF_HOLDS) {
        arena_free(arena);
        return;
    }
    fault = receipt_check(&receipt, key);
    FUZZ_HOLDS((fault == PROOF_HOLDS) == (proof_fault_words(fault) == NULL));
    json_out_init(&out, arena, OUT_BYTES);
    receipt_write(&receipt, &out);
    json_t *written = json_loadb(out.written.text, out.written.len, 0, NULL);
    FUZZ_HOLDS(written != NULL);
    FUZZ_HOLDS(receipt_read(written, &again, &wrong) == PROOF_HOLDS);
    FUZZ_HOLDS(receipt_check(&again, key) == fault);
    json_decref(written);
    arena_free(arena);
}

static void check_consistency(const json_t *json, const json_t *kept,
                              const uint8_t key[PUBLIC_KEY_BYTES])
{
    struct consistency consistency;
    struct checkpoint older;
    const char *wrong = NULL;

    if (!consistency_read(json, &consistency, &wrong)) {
        FUZZ_HOLDS(wrong != NULL);
        return;
    }
    if (!checkpoint_read(kept, &older, &wrong))
        older = consistency.checkpoint;
    enum proof_fault fault = consistency_check(&consistency, &older, key, key);
    FUZZ_HOLDS((fault == PROOF_HOLDS) == (proof_fault_words(fault) == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t key[PUBLIC_KEY_BYTES] = {0};
    struct parts parts;
    struct signing_key *own = NULL;

    parts_init(&parts, data, size);
    const struct part *text = &parts.items[2];
    if (!public_key_read(text->text, text->len, key))
        memset(key, 0, sizeof key);
    if (signing_key_read(text->text, text->len, &own) == SIGNING_KEY_FINE)
        signing_key_free(own);
    json_t *json = part_json(&parts.items[0]);
    json_t *kept = part_json(&parts.items[1]);
    if (json != NULL) {
        check_receipt(json, key);
        check_consistency(json, kept, key);
    }
    json_decref(json);
    json_decref(kept);
    parts_release(&parts);
    return 0;
}

#include "core/ledger/ledger.h"

#include <string.h>

#define MAGIC "baton1"

/* magic 6, workspace 16, subject 16, seq 8, kind 2, time 8, actor 17, team 16, length 4 */
#define HEADER_BYTES 93

const char *ledger_kind_name(int kind)
{
    switch (kind) {
#define X(name, number, text)                                                                      \
    case number:                                                                                   \
        return text;
        LEDGER_KIND_TABLE(X)
#undef X
    default:
        return NULL;
    }
}

const char *actor_kind_name(enum actor_kind kind)
{
    static const char *const names[ACTOR_KIND_COUNT] = {"system", "member", "key", "operator"};

    return names[kind];
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t len)
{
    memcpy(p, bytes, len);
    return p + len;
}

static uint8_t *put_integer(uint8_t *p, uint64_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        *p++ = (uint8_t)(number >> (8 * i));
    return p;
}

void ledger_hash(struct ledger_entry *entry, struct uuid workspace,
                 const uint8_t prev[DIGEST_BYTES])
{
    uint8_t header[HEADER_BYTES];
    uint8_t *p = put_bytes(header, MAGIC, sizeof MAGIC - 1);

    p = put_bytes(p, workspace.b, 16);
    p = put_bytes(p, entry->subject.b, 16);
    p = put_integer(p, (uint64_t)entry->seq, 8);
    p = put_integer(p, (uint64_t)entry->kind, 2);
    p = put_integer(p, (uint64_t)entry->at, 8);
    p = put_integer(p, (uint64_t)entry->actor.kind, 1);
    p = put_bytes(p, entry->actor.id.b, 16);
    p = put_bytes(p, entry->team.b, 16);
    put_integer(p, entry->body_len, 4);
    struct digest_part parts[] = {
        {header, sizeof header},
        {entry->body, entry->body_len},
        {prev, DIGEST_BYTES},
    };
    digest_sha256(parts, 3, entry->hash);
}

void ledger_append(struct chain *chain, struct ledger_entry *entry, struct uuid workspace,
                   instant now)
{
    ledger_close(chain, workspace);
    entry->seq = chain->seq + 1;
    entry->at = chain->seq > 0 && chain->at > now ? chain->at : now;
    chain->seq = entry->seq;
    chain->at = entry->at;
    chain->last = entry;
    chain->open = true;
}

void ledger_amend(struct chain *chain, const char *body, size_t body_len)
{
    chain->last->body = body;
    chain->last->body_len = body_len;
}

void ledger_close(struct chain *chain, struct uuid workspace)
{
    if (!chain->open)
        return;
    ledger_hash(chain->last, workspace, chain->hash);
    memcpy(chain->hash, chain->last->hash, DIGEST_BYTES);
    chain->open = false;
}

void ledger_commit_by(const struct digest_key *salt, const char *field, const char *value,
                      size_t value_len, uint8_t out[DIGEST_BYTES])
{
    struct digest_part parts[] = {{field, strlen(field) + 1}, {value, value_len}};

    digest_hmac_by(salt, parts, 2, out);
}

void ledger_commit(const uint8_t salt[SALT_BYTES], const char *field, const char *value,
                   size_t value_len, uint8_t out[DIGEST_BYTES])
{
    struct digest_key ready;

    digest_key_set(&ready, salt, SALT_BYTES);
    ledger_commit_by(&ready, field, value, value_len, out);
}

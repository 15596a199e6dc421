#include "base/seal.h"

#include "base/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#define FORM 1

static const char key_label[] = "baton secret key";
static const char value_label[] = "baton sealed";

void seal_key_set(struct seal_key *key, const uint8_t bytes[SEAL_KEY_BYTES])
{
    uint8_t digest[DIGEST_BYTES];
    const struct digest_part parts[] = {{key_label, sizeof key_label}, {bytes, SEAL_KEY_BYTES}};

    digest_sha256(parts, 2, digest);
    memcpy(key->id, digest, sizeof key->id);
    memcpy(key->bytes, bytes, sizeof key->bytes);
}

/* One of the two directions: EVP_EncryptUpdate or EVP_DecryptUpdate. */
typedef int update_function(EVP_CIPHER_CTX *, unsigned char *, int *, const unsigned char *, int);

/* Adds the data that is authenticated but not encrypted. Only the field's length varies, so it
 * comes last. */
static bool bind_place(EVP_CIPHER_CTX *context, update_function *update, const uint8_t *head,
                       const struct seal_place *place)
{
    const struct digest_part parts[] = {
        {value_label, sizeof value_label},
        {head, SEAL_HEAD_BYTES},
        {place->workspace.b, sizeof place->workspace.b},
        {place->subject.b, sizeof place->subject.b},
        {place->field, strlen(place->field)},
    };
    int done;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (update(context, NULL, &done, parts[i].bytes, (int)parts[i].len) != 1)
            return false;
    return true;
}

static bool encrypt(EVP_CIPHER_CTX *context, const struct seal_key *key,
                    const struct seal_place *place, struct seal_bytes clear, uint8_t *out)
{
    uint8_t *text = out + SEAL_HEAD_BYTES;
    int done;

    return EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key->bytes, out + 1 + SEAL_KEY_ID_BYTES,
                               NULL) == 1 &&
           bind_place(context, EVP_EncryptUpdate, out, place) &&
           EVP_EncryptUpdate(context, text, &done, clear.bytes, (int)clear.len) == 1 &&
           EVP_EncryptFinal_ex(context, text + clear.len, &done) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_BYTES, text + clear.len) ==
               1;
}

enum seal_end seal_close(const struct seal_key *key, const struct seal_place *place,
                         const uint8_t nonce[SEAL_NONCE_BYTES], struct seal_bytes clear,
                         uint8_t *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    out[0] = FORM;
    memcpy(out + 1, key->id, SEAL_KEY_ID_BYTES);
    memcpy(out + 1 + SEAL_KEY_ID_BYTES, nonce, SEAL_NONCE_BYTES);
    bool done = context != NULL && clear.len <= INT_MAX && encrypt(context, key, place, clear, out);
    EVP_CIPHER_CTX_free(context);
    return done ? SEAL_DONE : SEAL_NO_MEMORY;
}

const uint8_t *seal_key_id(struct seal_bytes envelope)
{
    const uint8_t *head = envelope.bytes;

    return head == NULL || envelope.len < SEALED_BYTES(0) || head[0] != FORM ? NULL : head + 1;
}

/* Until the tag is checked, only a lack of memory can make it fail. */
static enum seal_end decrypt(const struct seal_key *key, const struct seal_place *place,
                             struct seal_bytes envelope, uint8_t *out)
{
    const uint8_t *head = envelope.bytes, *text = head + SEAL_HEAD_BYTES;
    size_t len = envelope.len - SEALED_BYTES(0);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    enum seal_end end = SEAL_NO_MEMORY;
    uint8_t tag[SEAL_TAG_BYTES];
    int done;

    memcpy(tag, text + len, sizeof tag);
    if (context != NULL &&
        EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key->bytes, head + 1 + SEAL_KEY_ID_BYTES,
                            NULL) == 1 &&
        bind_place(context, EVP_DecryptUpdate, head, place) &&
        EVP_DecryptUpdate(context, out, &done, text, (int)len) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) == 1)
        end = EVP_DecryptFinal_ex(context, out + len, &done) == 1 ? SEAL_DONE : SEAL_BROKEN;
    EVP_CIPHER_CTX_free(context);
    return end;
}

enum seal_end seal_open(const struct seal_key *key, const struct seal_place *place,
                        struct seal_bytes envelope, uint8_t *out)
{
    const uint8_t *id = seal_key_id(envelope);

    if (id == NULL || envelope.len > INT_MAX)
        return SEAL_BROKEN;
    if (memcmp(id, key->id, SEAL_KEY_ID_BYTES) != 0)
        return SEAL_NO_KEY;
    enum seal_end end = decrypt(key, place, envelope, out);
    if (end != SEAL_DONE) /* nothing is passed on that was not authentic */
        memset(out, 0, envelope.len - SEALED_BYTES(0));
    return end;
}

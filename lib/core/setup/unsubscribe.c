#include "core/setup/unsubscribe.h"

#include "base/digest.h"

#include <string.h>

void unsubscribe_token(const struct config *config, struct uuid member,
                       char out[UNSUBSCRIBE_TOKEN_LEN + 1])
{
    static const char label[] = "unsubscribe";
    const struct digest_part parts[] = {{label, sizeof label}, {member.b, sizeof member.b}};
    uint8_t mac[DIGEST_BYTES];

    digest_hmac(config->secret, sizeof config->secret, parts, 2, mac);
    public_id_format(config->workspace, member, out);
    out[PUBLIC_ID_LEN] = '_';
    base32_encode(mac, UNSUBSCRIBE_MAC_BYTES, out + PUBLIC_ID_LEN + 1);
}

bool unsubscribe_parse(const char *token, struct uuid *workspace, struct uuid *member)
{
    return strlen(token) == UNSUBSCRIBE_TOKEN_LEN && token[PUBLIC_ID_LEN] == '_' &&
           public_id_parse(token, PUBLIC_ID_LEN, workspace, member);
}

bool unsubscribe_holds(const struct config *config, struct uuid member, const char *token)
{
    char wanted[UNSUBSCRIBE_TOKEN_LEN + 1];
    unsigned differs = 0;

    unsubscribe_token(config, member, wanted);
    for (size_t i = 0; i < UNSUBSCRIBE_TOKEN_LEN; i++)
        differs |= (unsigned char)wanted[i] ^ (unsigned char)token[i];
    return differs == 0;
}

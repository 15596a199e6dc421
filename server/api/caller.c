#include "api/caller.h"

#include "http/request_refuse.h"

#include "base/base64.h"
#include "base/email.h"

#include <string.h>
#include <strings.h>

#define SCHEME "Bearer "
#define BASIC  "Basic "

#define BASIC_MAX_BYTES 512 /* decoded */

static enum caller_check refuse_key(struct request *r)
{
    request_refuse(r, ERR_UNAUTHENTICATED, "This key is not valid, or it was revoked");
    return CALLER_REFUSED;
}

static bool basic_key(const char *authorization, struct api_key_text *key)
{
    char text[BASIC_MAX_BYTES];
    size_t len;

    if (!base64_decode(authorization + sizeof BASIC - 1, text, sizeof text - 1, &len))
        return false;
    text[len] = '\0';
    const char *colon = strchr(text, ':');
    return colon != NULL && api_key_parse(colon + 1, strlen(colon + 1), key);
}

bool caller_sends_key(const struct request *r, struct api_key_text *key)
{
    const char *text = r->authorization;

    if (text == NULL)
        return false;
    if (strncasecmp(text, BASIC, sizeof BASIC - 1) == 0)
        return basic_key(text, key);
    return strncasecmp(text, SCHEME, sizeof SCHEME - 1) == 0 &&
           api_key_parse(text + sizeof SCHEME - 1, strlen(text + sizeof SCHEME - 1), key);
}

bool caller_key(struct request *r, struct api_key_text *key)
{
    const char *text = r->authorization;

    if (text == NULL || strncasecmp(text, SCHEME, sizeof SCHEME - 1) != 0) {
        request_refuse(r, ERR_UNAUTHENTICATED, "Send \"Authorization: Bearer <key>\"");
        return false;
    }
    text += sizeof SCHEME - 1;
    if (!api_key_parse(text, strlen(text), key)) {
        refuse_key(r);
        return false;
    }
    return true;
}

static struct caller of_key(const struct config *config, const struct api_key *key)
{
    return (struct caller){
        .workspace = config->workspace,
        .key = key->id,
        .team = key->team,
        .member = key->member,
        .roles = key->roles,
    };
}

/* A member's own key acts only for that member. */
static enum caller_check check_own_actor(struct request *r, const struct config *config,
                                         const struct caller *caller)
{
    const struct member *member = config_member(config, caller->member);

    if (member == NULL || !member->active)
        return refuse_key(r);
    if (r->baton_actor == NULL ||
        (member->email != NULL && strcasecmp(member->email, r->baton_actor) == 0))
        return CALLER_KNOWN;
    request_refuse_header(r, ERR_ACTOR_REQUIRED, "Baton-Actor", "not_own",
                          "This key is a member's own: leave Baton-Actor out, or use a team's key");
    return CALLER_REFUSED;
}

static enum caller_check find_actor(struct request *r, const struct config *config, bool final,
                                    struct caller *caller)
{
    const char *email;

    if (r->baton_actor == NULL)
        return CALLER_KNOWN;
    const struct member *member = NULL;
    if (email_normalize(r->baton_actor, r->arena, &email) == ERR_NONE)
        member = config_member_by_email(config, caller->team, email);
    if (member != NULL) {
        caller->member = member->id;
        return CALLER_KNOWN;
    }
    if (!final)
        return CALLER_UNKNOWN;
    request_refuse_header(r, ERR_ACTOR_REQUIRED, "Baton-Actor", "unknown",
                          "Baton-Actor names no active member of the key's team by email");
    return CALLER_REFUSED;
}

enum caller_check caller_identify(struct request *r, const struct config *config,
                                  const struct api_key_text *text, bool final,
                                  struct caller *caller)
{
    const struct api_key *key = config_key(config, text->key);

    if (key == NULL && !final)
        return CALLER_UNKNOWN;
    if (key == NULL || !config_key_stands(config, key) || !api_key_fits(key, text->secret))
        return refuse_key(r);
    *caller = of_key(config, key);
    if (!uuid_is_nil(key->member))
        return check_own_actor(r, config, caller);
    return find_actor(r, config, final, caller);
}

enum caller_check caller_of_session(struct request *r, const struct config *config,
                                    const struct session *session, struct caller *caller)
{
    const struct api_key *key = config_key(config, session->key);

    if (key == NULL || !config_key_stands(config, key) ||
        !uuid_equal(key->member, session->member)) {
        request_refuse(r, ERR_UNAUTHENTICATED, "The key behind this session is no longer valid");
        return CALLER_REFUSED;
    }
    *caller = of_key(config, key);
    return check_own_actor(r, config, caller);
}

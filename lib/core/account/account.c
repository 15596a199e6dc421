#include "core/account/account.h"

#include "base/digest.h"
#include "base/email.h"

#include <string.h>

#define MAILBOX "x@" /* a domain is read as that of an address */

enum err account_domain(const char *text, struct arena *arena, const char **out)
{
    const char *address = arena_printf(arena, MAILBOX "%s", text);
    const char *normal;

    if (address == NULL)
        return ERR_OUT_OF_MEMORY;
    enum err err = email_normalize(address, arena, &normal);
    if (err != ERR_NONE)
        return err;
    if (email_is_free_mail(email_domain(normal)))
        return ERR_INVALID_VALUE;
    *out = email_company_domain(email_domain(normal), arena);
    if (*out != NULL)
        return ERR_NONE;
    return arena_failed(arena) ? ERR_OUT_OF_MEMORY : ERR_INVALID_VALUE;
}

struct uuid account_id(const char *domain)
{
    static const char what[] = "account";
    const struct digest_part parts[] = {{what, sizeof what}, {domain, strlen(domain)}};
    uint8_t digest[DIGEST_BYTES];

    digest_sha256(parts, 2, digest);
    return uuid_v8(digest);
}

bool account_of_lead(const struct lead *lead, struct arena *arena, struct uuid *out)
{
    const struct attribute *attribute = attribute_find(&lead->attributes, "company.domain");
    const char *domain;

    if (attribute == NULL || attribute->observations[0].value.type != VALUE_TEXT ||
        account_domain(attribute->observations[0].value.text, arena, &domain) != ERR_NONE)
        return false;
    *out = account_id(domain);
    return true;
}

bool account_is_named(const struct account *account)
{
    return account->named_by_marketing && account->named_by_sales;
}

static void write_owner(const struct config *config, const struct account *account,
                        struct json_out *out)
{
    json_out_key(out, "owner");
    if (uuid_is_nil(account->owner_team)) {
        json_out_null(out);
        return;
    }
    json_out_begin_object(out);
    json_out_member_text(out, "team", config_team_name(config, account->owner_team));
    json_out_member_uuid(out, "member", account->owner_member);
    json_out_end_object(out);
}

void account_write(const struct config *config, const struct account *account, struct json_out *out)
{
    json_out_begin_object(out);
    json_out_member_uuid(out, "id", account->id);
    json_out_member_text(out, "domain", account->domain);
    write_owner(config, account, out);
    json_out_member_bool(out, "named", account_is_named(account));
    json_out_key(out, "named_by");
    json_out_begin_array(out);
    if (account->named_by_marketing)
        json_out_text(out, team_function_name(FUNCTION_MARKETING));
    if (account->named_by_sales)
        json_out_text(out, team_function_name(FUNCTION_SALES));
    json_out_end_array(out);
    json_out_member_instant(out, "created_at", account->created_at);
    json_out_member_instant(out, "updated_at", account->updated_at);
    json_out_end_object(out);
}

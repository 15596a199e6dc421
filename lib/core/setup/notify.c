#include "core/setup/notify.h"

#include "base/input.h"
#include "core/setup/subscription.h"
#include "core/setup/target.h"

#define DOCUMENT_MAX_BYTES 1024

static const char *const names[] = {
#define X(name, text) [NOTIFY_##name] = text,
    NOTIFY_TABLE(X)
#undef X
};

const struct input_type notify_type = {
    .kind = INPUT_ENUM, .values = names, .max = NOTIFY_COUNT - 1};

unsigned notify_bits(const struct member *member)
{
    const unsigned all = (1u << NOTIFY_COUNT) - 1;

    return member->notify & NOTIFY_CHOSEN ? (unsigned)member->notify & all : all;
}

void notify_write(const struct member *member, struct json_out *out)
{
    unsigned bits = notify_bits(member);

    json_out_begin_array(out);
    for (int i = 0; i < NOTIFY_COUNT; i++)
        if (bits & 1u << i)
            json_out_text(out, names[i]);
    json_out_end_array(out);
}

/* ---- whom it concerns ---- */

/* By a key of their own that holds. */
static bool has_role(const struct config *config, const struct member *member, unsigned role)
{
    for (size_t i = 0; i < config->key_count; i++) {
        const struct api_key *key = &config->keys[i];
        if (uuid_equal(key->member, member->id) && key->roles & role &&
            config_key_stands(config, key))
            return true;
    }
    return false;
}

static enum team_function function_of(const struct config *config, struct uuid id)
{
    const struct team *team = config_team(config, id);

    return team == NULL ? FUNCTION_COUNT : team->function;
}

/* Whose a handoff is: the one who has it, else all of its team. */
static bool is_theirs(const struct member *member, struct uuid who, struct uuid team)
{
    return uuid_is_nil(who) ? uuid_equal(member->team, team) : uuid_equal(member->id, who);
}

static struct uuid holder_of(const struct handoff *handoff)
{
    if (!uuid_is_nil(handoff->assignee))
        return handoff->assignee;
    return handoff->state == HANDOFF_OFFERED ? handoff->dealt_to : handoff->accepted_by;
}

/* What somebody has claimed or answered meanwhile is news to nobody else. */
static enum notify of_offer(const struct member *member, const struct handoff *handoff)
{
    if (handoff->state != HANDOFF_OFFERED)
        return NOTIFY_COUNT;
    if (uuid_equal(holder_of(handoff), member->id))
        return NOTIFY_MINE;
    return is_theirs(member, holder_of(handoff), handoff->to_team) ? NOTIFY_TEAM : NOTIFY_COUNT;
}

static enum notify of_reminder(const struct member *member, const struct notify_about *about)
{
    const struct handoff *handoff = about->handoff;
    bool waits = handoff->state == HANDOFF_OFFERED;
    instant due = waits ? handoff->respond_by : handoff->decide_by;

    if (!handoff_is_open(handoff) || !is_theirs(member, holder_of(handoff), handoff->to_team))
        return NOTIFY_COUNT;
    return due != INSTANT_NONE && due <= about->entry->at ? NOTIFY_OVERDUE : NOTIFY_REMINDER;
}

static enum notify of_handoff(const struct config *config, const struct member *member,
                              const struct notify_about *about)
{
    const struct handoff *handoff = about->handoff;

    switch (about->entry->kind) {
    case LEDGER_HANDOFF_OFFERED:
        return of_offer(member, handoff);
    case LEDGER_HANDOFF_ASSIGNED:
        return uuid_equal(holder_of(handoff), member->id) ? NOTIFY_MINE : NOTIFY_COUNT;
    case LEDGER_HANDOFF_REQUESTED:
        return uuid_equal(member->team, handoff->from_team) ? NOTIFY_TEAM : NOTIFY_COUNT;
    case LEDGER_HANDOFF_REMINDED:
        return of_reminder(member, about);
    case LEDGER_HANDOFF_EXPIRED:
        return is_theirs(member, handoff->dealt_to, handoff->to_team) ? NOTIFY_OVERDUE
                                                                      : NOTIFY_COUNT;
    case LEDGER_HANDOFF_REJECTED:
    case LEDGER_HANDOFF_RETURNED:
        return uuid_equal(member->team, handoff->from_team) ? NOTIFY_RETURNED : NOTIFY_COUNT;
    case LEDGER_HANDOFF_DECLINED:
        return uuid_equal(member->team, handoff->to_team) ? NOTIFY_RETURNED : NOTIFY_COUNT;
    case LEDGER_HANDOFF_DISPUTED:
        return is_theirs(member, handoff->closed_by, handoff->to_team) ? NOTIFY_DISPUTE
                                                                       : NOTIFY_COUNT;
    case LEDGER_HANDOFF_APPEALED:
        return uuid_equal(member->id, config->route_terms.referee) ? NOTIFY_DISPUTE : NOTIFY_COUNT;
    case LEDGER_HANDOFF_UPHELD:
    case LEDGER_HANDOFF_CONCEDED:
        return uuid_equal(member->team, handoff->from_team) ? NOTIFY_DISPUTE : NOTIFY_COUNT;
    default:
        return NOTIFY_COUNT;
    }
}

/* Whether a version still waits for their signature: what was signed or declined meanwhile does
 * not. */
static bool waits_for(const struct config *config, const struct member *member, struct uuid id)
{
    const struct agreement_version *version = NULL;

    for (size_t i = 0; version == NULL && i < config->agreement_count; i++)
        if (uuid_equal(config->agreements[i].id, id))
            version = &config->agreements[i];
    if (version == NULL || version->state != AGREEMENT_PROPOSED ||
        !has_role(config, member, ROLE_SIGN))
        return false;
    for (size_t i = 0; i < version->signature_count; i++)
        if (uuid_equal(version->signatures[i].member, member->id))
            return false;
    return true;
}

/* Those who can make it active again. */
static bool may_mend(const struct config *config, const struct member *member, struct uuid team)
{
    return function_of(config, member->team) == function_of(config, team) &&
           has_role(config, member, ROLE_ADMIN);
}

static enum notify notice_of(const struct config *config, const struct member *member,
                             const struct notify_about *about)
{
    const struct ledger_entry *entry = about->entry;

    switch (entry->kind) {
    case LEDGER_DEFINITION_PROPOSED:
    case LEDGER_AGREEMENT_PROPOSED:
        return waits_for(config, member, entry->subject) ? NOTIFY_PROPOSAL : NOTIFY_COUNT;
    case LEDGER_AGREEMENT_SUSPENDED:
        return has_role(config, member, ROLE_SIGN) ? NOTIFY_SUSPENDED : NOTIFY_COUNT;
    case LEDGER_WEEK_ENDED: /* who signs holds the proof; others ask for it */
        return member->notify & NOTIFY_CHOSEN || has_role(config, member, ROLE_SIGN) ? NOTIFY_WEEK
                                                                                     : NOTIFY_COUNT;
    case LEDGER_IMPORT_ENDED:
        return uuid_equal(entry->actor.id, member->id) ? NOTIFY_IMPORT : NOTIFY_COUNT;
    case LEDGER_SUBSCRIPTION_SWITCHED_OFF:
        return may_mend(config, member, about->team) ? NOTIFY_SUBSCRIPTION : NOTIFY_COUNT;
    case LEDGER_LEAD_REMINDED:
        return about->lead != NULL && uuid_equal(about->lead->owner_team, member->team)
                   ? NOTIFY_REMINDER
                   : NOTIFY_COUNT;
    default:
        return about->handoff == NULL ? NOTIFY_COUNT : of_handoff(config, member, about);
    }
}

bool notify_is_of(int kind)
{
    switch (kind) {
    case LEDGER_LEAD_REMINDED:
    case LEDGER_HANDOFF_APPEALED:
    case LEDGER_HANDOFF_REQUESTED:
    case LEDGER_HANDOFF_DECLINED:
    case LEDGER_HANDOFF_OFFERED:
    case LEDGER_HANDOFF_ASSIGNED:
    case LEDGER_HANDOFF_REJECTED:
    case LEDGER_HANDOFF_RETURNED:
    case LEDGER_HANDOFF_EXPIRED:
    case LEDGER_HANDOFF_DISPUTED:
    case LEDGER_HANDOFF_UPHELD:
    case LEDGER_HANDOFF_CONCEDED:
    case LEDGER_HANDOFF_REMINDED:
    case LEDGER_DEFINITION_PROPOSED:
    case LEDGER_AGREEMENT_PROPOSED:
    case LEDGER_AGREEMENT_SUSPENDED:
    case LEDGER_IMPORT_ENDED:
    case LEDGER_SUBSCRIPTION_SWITCHED_OFF:
    case LEDGER_WEEK_ENDED:
        return true;
    default:
        return false;
    }
}

bool notify_wants(const struct config *config, const struct member *member,
                  const struct notify_about *about)
{
    const struct ledger_entry *entry = about->entry;
    const struct team *team = config_team(config, member->team);

    if (!member->active || member->email == NULL || team == NULL || !team->active ||
        entry->at < member->created_at)
        return false;
    /* what somebody has asked for themselves, an import, ends long after */
    if (entry->actor.kind == ACTOR_MEMBER && uuid_equal(entry->actor.id, member->id) &&
        entry->kind != LEDGER_IMPORT_ENDED)
        return false;
    enum notify notice = notice_of(config, member, about);
    return notice != NOTIFY_COUNT && (notify_bits(member) & 1u << notice) != 0;
}

const struct subscription *notify_subscription(const struct config *config, struct uuid id,
                                               struct arena *arena)
{
    const struct member *member = config_member(config, id);
    struct subscription *subscription = member == NULL || !member->active || member->email == NULL
                                            ? NULL
                                            : ARENA_NEW(arena, struct subscription);
    struct json_out document;

    if (subscription == NULL)
        return NULL;
    json_out_init(&document, arena, DOCUMENT_MAX_BYTES);
    json_out_begin_object(&document);
    json_out_key(&document, "to");
    json_out_begin_array(&document);
    json_out_text(&document, member->email);
    json_out_end_array(&document);
    json_out_end_object(&document);
    *subscription = (struct subscription){
        .id = id,
        .name = member->name,
        .team = member->team,
        .events = "[]",
        .include = INCLUDE_LEAD | INCLUDE_HANDOFF,
        .kind = TARGET_EMAIL,
        .url = "",
        .template = document.written.text,
        .state = SUBSCRIPTION_ACTIVE,
        .secret_since = INSTANT_NONE,
        .old_secret_since = INSTANT_NONE,
        .old_secret_until = INSTANT_NONE,
    };
    return subscription->template == NULL ? NULL : subscription;
}

#include "delivery/mail.h"

#include "delivery/mail_letter.h"
#include "delivery/week_page.h"

#include "base/json_tree.h"
#include "core/ledger/ledger.h"
#include "core/setup/target.h"
#include "core/setup/unsubscribe.h"
#include "core/setup/week_end.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

/* ---- what is said of an event ---- */

#define WHO  "{{/handoff/carries/who/name|/lead/email|a lead}}"
#define FROM "{{/handoff/carries/who/company|company not known}}"

/* By the type's name; what is not here is said by its name. */
static const struct {
    const char *type;
    const char *subject; /* of a mail about one */
    const char *text;    /* a template: core/setup/template.h; NULL: it has a page of its own */
} sentences[] = {
    {"handoff.offered", "A new lead for you",
     "New for {{/handoff/to_team}}: " WHO ", " FROM ". Answer by {{/handoff/respond_by|the usual "
     "time}}. Not known yet: {{/handoff/carries/facts/missing|nothing that is asked for}}."},
    {"handoff.assigned", "A lead is yours",
     WHO ", " FROM ", is yours now. Answer by {{/handoff/respond_by|/handoff/decide_by|the usual "
         "time}}."},
    {"handoff.requested", "A lead is asked for",
     "{{/handoff/to_team}} asks for " WHO ", " FROM ". {{/handoff/note}}"},
    {"handoff.declined", "A request was declined",
     "{{/handoff/from_team}} keeps " WHO ", " FROM ", for now: {{/event/reason|no reason given}}."},
    {"handoff.reminded", "A lead waits for you",
     WHO ", " FROM ", waits for {{/handoff/to_team}}: {{/handoff/state}}, to be answered by "
         "{{/handoff/respond_by|/handoff/decide_by|now}}."},
    {"handoff.accepted", "A lead was accepted", "{{/handoff/to_team}} accepted " WHO ", " FROM "."},
    {"handoff.rejected", "A lead came back",
     WHO ", " FROM ", was rejected by {{/handoff/to_team}}: {{/event/reason}}. "
         "{{/handoff/note}}"},
    {"handoff.returned", "A lead came back",
     WHO ", " FROM ", was given back by {{/handoff/to_team}}: {{/event/reason}}. "
         "{{/handoff/note}}"},
    {"handoff.disputed", "A rejection is disputed",
     "{{/handoff/from_team}} disputes that " WHO ", " FROM ", was turned down."},
    {"handoff.appealed", "A dispute is yours to decide",
     "{{/handoff/from_team}} asks you to decide about " WHO ", " FROM ", which "
     "{{/handoff/to_team}} turned down."},
    {"handoff.upheld", "A rejection stands",
     "{{/handoff/to_team}} stands by its answer to " WHO ", " FROM "."},
    {"handoff.conceded", "A rejection was taken back",
     "{{/handoff/to_team}} takes " WHO ", " FROM ", after all."},
    {"lead.reminded", "A lead waits for your word",
     "What is to become of " WHO ", {{/lead/attributes/company|company not known}}? Its next step "
     "is {{/lead/next/step}}: {{/lead/next/why|it is due}}."},
    {"handoff.qualified", "A lead was qualified",
     "{{/handoff/to_team}} qualified " WHO ", " FROM "."},
    {"handoff.expired", "An offer has run out",
     "Nobody of {{/handoff/to_team}} answered in time: " WHO ", " FROM "."},
    {"definition.proposed", "A definition is proposed",
     "A definition is proposed ({{/event/definition/term}}, version "
     "{{/event/definition/version}}): it waits for signatures."},
    {"agreement.proposed", "An agreement is proposed",
     "An agreement is proposed: it waits for signatures."},
    {"agreement.suspended", "An agreement is suspended", "An agreement was suspended."},
    {"subscription.switched_off", "Something is no longer sent",
     "A subscription was switched off, since nothing arrived there any more."},
    {"week.ended", "Your week", NULL},
    {"import.ended", "Your import has ended",
     "The import that you began has ended: what was taken and what was refused stands with it."},
    {"subscription.tested", "A test", "This is a test: mail arrives."},
};

static size_t sentence_of(int kind)
{
    const char *name = ledger_kind_name(kind);
    size_t i = 0;

    while (i < sizeof sentences / sizeof *sentences && strcmp(sentences[i].type, name) != 0)
        i++;
    return i;
}

#define SENTENCES (sizeof sentences / sizeof *sentences)

/* A line, in the arena; NULL: it cannot be made now. *lead is the id of the lead that it is about,
 * or "". */
static const char *line_of(const struct mail_wanted *wanted, const struct outbound_item *item,
                           const char **lead)
{
    struct arena *arena = wanted->read->arena;
    const struct payload_wanted payload = {wanted->read, wanted->config, wanted->subscription,
                                           item};
    size_t len, which = sentence_of(item->row.kind);
    struct text_out out;

    *lead = "";
    if (item->row.kind == LEDGER_WEEK_ENDED)
        return week_page(wanted->read, wanted->config, week_end_read(&item->entry, arena));
    const char *data_text = payload_data(&payload, &len);
    json_t *data = data_text == NULL ? NULL : json_tree_read(arena, data_text, len, 0, NULL);
    const struct template_source source = {.data = data, .arena = arena};

    if (data == NULL)
        return NULL;
    text_out_init(&out, arena, LINE_MAX_BYTES);
    template_fill(which == SENTENCES ? "{{/type}}." : sentences[which].text, TEMPLATE_PLAIN,
                  &source, &out);
    const json_t *id = json_object_get(json_object_get(data, "event"), "lead_id");
    *lead = json_is_string(id) ? arena_strdup(arena, json_string_value(id)) : "";
    json_decref(data);
    return out.text;
}

/* ---- the message ---- */

struct parts {
    struct text_out text, html;
};

/* NULL: it is a subscription of a team's. */
static const struct member *member_of(const struct mail_wanted *wanted)
{
    return config_member(wanted->config, wanted->subscription->id);
}

static void write_name(const struct mail_wanted *wanted, struct parts *parts)
{
    text_out_put(&parts->text, "--\nBaton, subscription \"");
    text_out_put(&parts->text, wanted->subscription->name);
    text_out_put(&parts->text, "\".\n");
    text_out_put(&parts->html, "<hr><p><small>Baton, subscription \"");
    mail_put_html(&parts->html, wanted->subscription->name);
    text_out_put(&parts->html, "\".</small></p>\n");
}

/* What a member gets mail about is the member's own choice. */
static void write_choice(const struct mail_wanted *wanted, struct parts *parts)
{
    const char *page = wanted->settings->public_url;

    text_out_put(&parts->text, "--\nYou choose what Baton writes to you about");
    text_out_put(&parts->html, "<hr><p><small>You choose what Baton writes to you about");
    if (page[0] != '\0') {
        text_out_put(&parts->text, ": ");
        text_out_put(&parts->text, page);
        text_out_put(&parts->text, "/#/account");
        text_out_put(&parts->html, ": <a href=\"");
        text_out_put(&parts->html, page);
        text_out_put(&parts->html, "/#/account\">your page</a>");
    }
    text_out_put(&parts->text, ".\n");
    text_out_put(&parts->html, ".</small></p>\n");
}

static void put_link(struct text_out *out, const char *page, const char *lead)
{
    text_out_put(out, page);
    text_out_put(out, "/#/lead/");
    text_out_put(out, lead);
}

/* False: something cannot be read now. */
static bool write_parts(const struct mail_wanted *wanted, struct parts *parts)
{
    const char *page = wanted->settings->public_url;
    size_t shown = wanted->count < MAIL_EVENTS_MAX ? wanted->count : MAIL_EVENTS_MAX;

    text_out_init(&parts->text, wanted->read->arena, MAIL_PART_MAX_BYTES);
    text_out_init(&parts->html, wanted->read->arena, MAIL_PART_MAX_BYTES);
    text_out_put(&parts->html, "<!doctype html><meta charset=\"utf-8\"><title>Baton</title>\n");
    for (size_t i = 0; i < shown; i++) {
        const char *lead = "";
        const char *line = line_of(wanted, wanted->items[i], &lead);
        if (line == NULL)
            return false;
        bool links = page[0] != '\0' && lead != NULL && lead[0] != '\0';
        text_out_put(&parts->text, line);
        text_out_put(&parts->text, "\n");
        if (links) {
            put_link(&parts->text, page, lead);
            text_out_put(&parts->text, "\n");
        }
        text_out_put(&parts->text, "\n");
        text_out_put(&parts->html, "<p>");
        mail_put_html(&parts->html, line);
        if (links) {
            text_out_put(&parts->html, "<br><a href=\"");
            put_link(&parts->html, page, lead);
            text_out_put(&parts->html, "\">Open</a>");
        }
        text_out_put(&parts->html, "</p>\n");
    }
    if (wanted->count > shown) {
        text_out_format(&parts->text, "And %zu more.\n\n", wanted->count - shown);
        text_out_format(&parts->html, "<p>And %zu more.</p>\n", wanted->count - shown);
    }
    if (member_of(wanted) != NULL)
        write_choice(wanted, parts);
    else
        write_name(wanted, parts);
    return true;
}

static const char *subject_of(const struct mail_wanted *wanted)
{
    size_t which = sentence_of(wanted->items[0]->row.kind);

    if (wanted->count > 1)
        return arena_printf(wanted->read->arena, "Baton: %zu things have happened", wanted->count);
    return arena_printf(wanted->read->arena, "Baton: %s",
                        which == SENTENCES ? ledger_kind_name(wanted->items[0]->row.kind)
                                           : sentences[which].subject);
}

/* Members end all of it by one click in their mail program (RFC 8058). */
static const char *unsubscribe_of(const struct mail_wanted *wanted)
{
    const struct member *member = member_of(wanted);
    char token[UNSUBSCRIBE_TOKEN_LEN + 1];

    if (member == NULL || wanted->settings->public_url[0] == '\0')
        return NULL;
    unsubscribe_token(wanted->config, member->id, token);
    return arena_printf(wanted->read->arena, "%s/v1/unsubscribe/%s", wanted->settings->public_url,
                        token);
}

static const char *write_message(const struct mail_wanted *wanted, const struct parts *parts,
                                 size_t *len)
{
    char id[PAYLOAD_ID_LEN + 1];
    const struct mail_letter letter = {
        .id = id,
        .from = wanted->settings->from,
        .subject = subject_of(wanted),
        .text = &parts->text,
        .html = &parts->html,
        .unsubscribe = unsubscribe_of(wanted),
        .now = wanted->now,
    };

    payload_id(&wanted->items[0]->row, id);
    return mail_letter_write(&letter, wanted->read->arena, len);
}

/* ---- readers ---- */

static size_t find_readers(const struct mail_wanted *wanted, const char **out, size_t max)
{
    struct arena *arena = wanted->read->arena;
    const char *document = wanted->subscription->template;
    json_t *json = json_tree_read(arena, document, strlen(document), 0, NULL);
    const json_t *to = json_object_get(json, "to");
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(to) && count < max; i++) {
        const char *address = json_string_value(json_array_get(to, i));
        const struct member *member =
            address == NULL ? NULL
                            : config_member_by_email(wanted->config, (struct uuid){{0}}, address);
        if (member != NULL && member->active)
            out[count++] = arena_printf(arena, "<%s>", address);
    }
    json_decref(json);
    return count;
}

bool mail_fill(const struct mail_wanted *wanted, struct attempt *attempt)
{
    struct arena *arena = wanted->read->arena;
    struct attempt_mail *mail = ARENA_NEW(arena, struct attempt_mail);
    const char **to = ARENA_ARRAY(arena, const char *, TARGET_TO_MAX);
    struct parts parts;

    if (mail == NULL || to == NULL)
        return false;
    *mail = (struct attempt_mail){
        .from = arena_printf(arena, "<%s>", wanted->settings->from),
        .to = to,
        .to_count = find_readers(wanted, to, TARGET_TO_MAX),
        .plain = wanted->settings->plain == 1,
    };
    attempt->mail = mail;
    attempt->url = wanted->settings->url;
    if (mail->to_count == 0)
        attempt->failure = "nobody";
    else if (wanted->settings->url[0] == '\0')
        attempt->failure = "no_mail_server";
    if (attempt->failure != NULL)
        return !arena_failed(arena);
    if (!write_parts(wanted, &parts))
        return false;
    attempt->body = write_message(wanted, &parts, &attempt->body_len);
    return attempt->body != NULL && !arena_failed(arena);
}

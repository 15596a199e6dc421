/* Steps as HTTP requests. */
#include "play_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAYS_AGO 10
#define NONE     STEP_NONE

instant play_beginning(void)
{
    static instant beginning;

    if (beginning == 0)
        beginning = (instant)time(NULL) * INSTANT_SECOND - DAYS_AGO * INSTANT_DAY;
    return beginning;
}

/* ---- definitions ---- */

/* model_judged() is this, once more. */
char *play_mql(int employees)
{
    static const char text[] =
        "{\"term\":\"mql\",\"title\":\"Qualified by marketing\",\"criteria\":["
        "{\"id\":\"size\",\"title\":\"Big enough\",\"kind\":\"fit\",\"points\":20,"
        "\"test\":{\"attribute\":\"company.employees\",\"op\":\"gte\",\"value\":%d}},"
        "{\"id\":\"senior\",\"title\":\"Decides\",\"kind\":\"fit\",\"required\":true,\"points\":10,"
        "\"test\":{\"attribute\":\"seniority\",\"op\":\"eq\",\"value\":\"vp\"}},"
        "{\"id\":\"engaged\",\"title\":\"Filled in a form\",\"kind\":\"engagement\",\"points\":40,"
        "\"test\":{\"touches\":{\"kind\":[\"form_submitted\"],\"within_days\":90},\"op\":\"gte\","
        "\"value\":1}},"
        "{\"id\":\"demo\",\"title\":\"Wants to see it\",\"kind\":\"readiness\",\"points\":40,"
        "\"test\":{\"touches\":{\"kind\":[\"demo_requested\"],\"within_days\":90},\"op\":\"gte\","
        "\"value\":1}},"
        "{\"id\":\"rival\",\"title\":\"Is a rival\",\"kind\":\"disqualifier\","
        "\"test\":{\"attribute\":\"company.rival\",\"op\":\"eq\",\"value\":true}}],"
        "\"thresholds\":{\"total\":60},\"reasons\":["
        "{\"code\":\"too_small\",\"title\":\"Too small\",\"about\":\"criterion\","
        "\"criterion\":\"size\",\"then\":\"nurture\"},"
        "{\"code\":\"not_engaged\",\"title\":\"Never asked\",\"about\":\"criterion\","
        "\"criterion\":\"engaged\",\"then\":\"nurture\"},"
        "{\"code\":\"no_project\",\"title\":\"No project\",\"about\":\"gap\",\"then\":\"nurture\"},"
        "{\"code\":\"duplicate\",\"title\":\"Known already\",\"about\":\"process\","
        "\"then\":\"disqualify\"},"
        "{\"code\":\"elsewhere\",\"title\":\"Not ours\",\"about\":\"process\","
        "\"then\":\"reroute\"}],"
        "\"exceptions\":[{\"kind\":\"strategic\",\"limit_per_month\":2},"
        "{\"kind\":\"unclear\",\"limit_per_month\":2},"
        "{\"kind\":\"override\",\"limit_per_month\":100000}],"
        "\"respond_within\":{\"minutes\":480},\"decide_within_days\":14,\"nurture_days\":30}";
    char *out = NULL;

    return asprintf(&out, text, employees) < 0 ? NULL : out;
}

char *play_routes(bool automatic)
{
    static const char text[] = "{\"routes\":[{\"from\":\"marketing\",\"to\":\"sales\","
                               "\"gates\":[\"mql\"],\"automatic\":%s}]}";
    char *out = NULL;

    return asprintf(&out, text, automatic ? "true" : "false") < 0 ? NULL : out;
}

const char *play_sql(void)
{
    return "{\"term\":\"sql\",\"title\":\"Qualified by sales\",\"criteria\":["
           "{\"id\":\"budget\",\"title\":\"Has a budget\",\"kind\":\"readiness\","
           "\"required\":true,"
           "\"test\":{\"fact\":\"budget\",\"op\":\"gte\",\"value\":1000}}],"
           "\"reasons\":[{\"code\":\"no_project\",\"title\":\"No project\",\"about\":\"gap\","
           "\"then\":\"nurture\"}],"
           "\"exceptions\":[{\"kind\":\"override\",\"limit_per_month\":100000}]}";
}

/* ---- bodies ---- */

/* JSON that grows member by member. */
struct body {
    char *text;
    size_t len;
};

static void put(struct body *body, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct body *body, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int len = vsnprintf(body->text + body->len, PLAY_BODY_MAX - body->len, format, args);
    va_end(args);
    body->len += (size_t)len;
    if (body->len >= PLAY_BODY_MAX)
        abort();
}

/* A comma, unless an object or array begins here. */
static void comma(struct body *body)
{
    if (body->len > 0 && strchr("{[", body->text[body->len - 1]) == NULL)
        put(body, ",");
}

static void put_moment(struct body *body, const char *name, int when)
{
    char text[INSTANT_TEXT_MAX];

    if (when == NONE)
        return;
    instant_format(play_beginning() + when * 60 * INSTANT_MINUTE, text);
    comma(body);
    put(body, "\"%s\":\"%s\"", name, text);
}

static void put_identities(struct body *body, const struct step *step)
{
    if (step->email != NONE) {
        comma(body);
        put(body, "\"email\":\"p%d@acme.example\"", step->email);
    }
    if (step->external != NONE) {
        comma(body);
        put(body, "\"external_ids\":[{\"source\":\"crm\",\"id\":\"x%d\"}]", step->external);
    }
    if (step->anonymous != NONE) {
        comma(body);
        put(body, "\"anonymous_ids\":[\"a%d\"]", step->anonymous);
    }
}

static void put_attributes(struct body *body, const char *name, const struct step *step)
{
    if (step->employees == NONE && step->seniority == NONE && step->rival == NONE)
        return;
    comma(body);
    put(body, "\"%s\":{", name);
    if (step->employees != NONE)
        put(body, "\"company.employees\":%d", model_employees[step->employees]);
    if (step->seniority != NONE) {
        comma(body);
        put(body, "\"seniority\":\"%s\"", model_seniorities[step->seniority]);
    }
    if (step->rival != NONE) {
        comma(body);
        put(body, "\"company.rival\":%s", step->rival ? "true" : "false");
    }
    put(body, "}");
}

static void put_touch(struct body *body, const struct step *step)
{
    put(body, "\"kind\":\"%s\",\"source\":\"web\"", model_touches[step->touch]);
    if (step->event != NONE)
        put(body, ",\"event_id\":\"v%d\"", step->event);
    if (step->outbound == 1)
        put(body, ",\"direction\":\"outbound\"");
    put_moment(body, "occurred_at", step->when);
}

static void put_capture(struct body *body, const struct step *step)
{
    put(body, "{");
    put_identities(body, step);
    put_attributes(body, "attributes", step);
    put_moment(body, "occurred_at", step->when);
    if (step->touch != NONE) {
        put(body, ",\"touch\":{");
        put_touch(body, step);
        put(body, "}");
    }
    put(body, "}");
}

static void put_batch(struct body *body, const struct step *step)
{
    struct step other = *step;

    other.external = other.anonymous = other.touch = NONE;
    other.email = (step->email + 1) % EMAILS;
    put(body, "{\"leads\":[");
    put_capture(body, step);
    put(body, ",");
    put_capture(body, &other);
    put(body, "]}");
}

static void put_facts(struct body *body, const struct step *step)
{
    put(body, "\"facts\":{\"budget\":{\"value\":%d}}", model_budgets[step->budget]);
}

static void put_members(struct body *body, const struct deed *deed)
{
    const struct step *step = &deed->step;
    char id[UUID_TEXT_LEN + 1];

    put(body, "{");
    switch (step->act) {
    case ACT_TOUCH:
        put_touch(body, step);
        break;
    case ACT_PATCH:
        put_identities(body, step);
        put_attributes(body, "attributes", step);
        put_moment(body, "occurred_at", step->when);
        break;
    case ACT_FACTS:
        put_facts(body, step);
        put_moment(body, "occurred_at", step->when);
        break;
    case ACT_OVERRIDE:
        put(body, "\"term\":\"%s\",\"result\":\"%s\",\"note\":\"my word\"",
            model_override_term(step), model_override_result(step));
        break;
    case ACT_MERGE:
        uuid_format(deed->other, id);
        put(body, "\"from\":\"%s\"", id);
        break;
    case ACT_OFFER:
        uuid_format(deed->lead, id);
        put(body, "\"lead_id\":\"%s\",\"to_team\":\"%s\",\"kind\":\"%s\",\"note\":\"look\"", id,
            model_offer_to(step), model_offer_kind(step));
        break;
    case ACT_CLAIM:
        put(body, "\"team\":\"%s\",\"limit\":%d,\"lease_seconds\":3600",
            model_teams[model_team_of(step->who)], step->limit);
        break;
    case ACT_ASSIGN:
        put(body, "\"member\":\"%s@acme.example\",\"lease_seconds\":3600",
            who_name(model_assignee(step)));
        break;
    case ACT_REJECT:
    case ACT_RETURN:
        put(body, "\"reason\":\"%s\"", model_reject_reason(step));
        put_attributes(body, "corrections", step);
        break;
    case ACT_QUALIFY:
        if (step->budget != NONE)
            put_facts(body, step);
        break;
    case ACT_FEEDBACK:
        put(body, "\"rating\":%d", model_rating(step));
        break;
    case ACT_DISPUTE:
    case ACT_UPHOLD:
    case ACT_CONCEDE:
        put(body, "\"note\":\"look again\"");
        break;
    case ACT_OUTCOME:
        put(body, "\"outcome\":\"%s\"", model_outcome(step));
        if (model_outcome_reason(step) != NULL)
            put(body, ",\"reason\":\"%s\"", model_outcome_reason(step));
        break;
    default:
        break;
    }
    put(body, "}");
}

/* ---- requests ---- */

static void put_target(const struct deed *deed, struct play_request *out)
{
    char lead[UUID_TEXT_LEN + 1], handoff[UUID_TEXT_LEN + 1];

    uuid_format(deed->lead, lead);
    uuid_format(deed->handoff, handoff);
    switch (deed->step.act) {
    case ACT_CAPTURE:
        snprintf(out->target, sizeof out->target, "/v1/leads");
        break;
    case ACT_BATCH:
        snprintf(out->target, sizeof out->target, "/v1/leads/batch");
        break;
    case ACT_PATCH:
    case ACT_GET_LEAD:
        snprintf(out->target, sizeof out->target, "/v1/leads/%s", lead);
        break;
    case ACT_TOUCH:
        snprintf(out->target, sizeof out->target, "/v1/leads/%s/touches", lead);
        break;
    case ACT_FACTS:
    case ACT_OVERRIDE:
    case ACT_MERGE:
    case ACT_ERASE:
        snprintf(out->target, sizeof out->target, "/v1/leads/%s/%s", lead,
                 act_name(deed->step.act));
        break;
    case ACT_OFFER:
        snprintf(out->target, sizeof out->target, "/v1/handoffs");
        break;
    case ACT_CLAIM:
        snprintf(out->target, sizeof out->target, "/v1/handoffs/claim");
        break;
    case ACT_GET_HANDOFF:
        snprintf(out->target, sizeof out->target, "/v1/handoffs/%s", handoff);
        break;
    default:
        snprintf(out->target, sizeof out->target, "/v1/handoffs/%s/%s", handoff,
                 act_name(deed->step.act));
        break;
    }
}

void play_put(const struct deed *deed, struct play_request *out)
{
    enum act act = deed->step.act;
    struct body body = {.text = out->body};

    out->method = act == ACT_PATCH                                ? "PATCH"
                  : act == ACT_GET_LEAD || act == ACT_GET_HANDOFF ? "GET"
                                                                  : "POST";
    out->who = deed->step.who;
    out->body[0] = '\0';
    put_target(deed, out);
    if (act == ACT_CAPTURE)
        put_capture(&body, &deed->step);
    else if (act == ACT_BATCH)
        put_batch(&body, &deed->step);
    else if (strcmp(out->method, "GET") != 0 && act != ACT_ERASE) /* which takes none */
        put_members(&body, deed);
}

#include "core/handoff/carried.h"

#include "base/json_tree.h"
#include "core/definition/touch_counter.h"
#include "core/handoff/shape.h"
#include "core/lead/stage_words.h"

#include <string.h>

/* ---- who it is ---- */

/* Where senders put it; the first that is given counts. */
#define WHO_NAMES_MAX 5

static const struct {
    const char *member;
    const char *names[WHO_NAMES_MAX];
} who[] = {
    {"name", {"name", "full_name", "contact.name"}},
    {"company", {"company.name", "company", "organization", "company.domain"}},
    {"role", {"title", "job_title", "role", "seniority"}},
};

static const struct value *known(const struct lead *lead, const char *name)
{
    const struct attribute *attribute = attribute_find(&lead->attributes, name);
    const struct value *value = attribute == NULL ? NULL : &attribute->observations[0].value;

    return value == NULL || value->type == VALUE_NULL ? NULL : value;
}

/* The two halves of a name, where senders have it so. */
static const char *joined_name(const struct lead *lead, struct arena *arena)
{
    const struct value *first = known(lead, "first_name"), *last = known(lead, "last_name");
    bool both = first != NULL && last != NULL;

    if ((first != NULL && first->type != VALUE_TEXT) || (last != NULL && last->type != VALUE_TEXT))
        return NULL;
    if (first == NULL && last == NULL)
        return NULL;
    return arena_printf(arena, "%s%s%s", first == NULL ? "" : first->text, both ? " " : "",
                        last == NULL ? "" : last->text);
}

static void write_who(const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "who");
    json_out_begin_object(out);
    json_out_member_text(out, "email", lead_email(lead));
    for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
        const struct value *value = NULL;
        for (size_t n = 0; n < WHO_NAMES_MAX && who[i].names[n] != NULL && value == NULL; n++)
            value = known(lead, who[i].names[n]);
        if (value == NULL || value->type != VALUE_TEXT)
            json_out_member_text(out, who[i].member,
                                 i == 0 ? joined_name(lead, out->written.arena) : NULL);
        else
            json_out_member_text(out, who[i].member, value->text);
    }
    json_out_end_object(out);
}

/* ---- the verdict ---- */

/* The definition that let it through; that of mql when none did. */
static const struct definition *definition_of(const struct config *config,
                                              const struct handoff *handoff)
{
    const struct agreement_version *version =
        handoff->version == 0 ? config->in_force[TERM_MQL]
                              : config_definition(config, handoff->term, handoff->version);

    return version == NULL ? NULL : version->compiled;
}

static const char *title_of(const struct definition *definition, const char *id)
{
    int at = definition == NULL ? -1 : definition_criterion(definition, id);

    return at < 0 ? id : definition->criteria[at].title;
}

/* As text, for a sentence; NULL: nothing was seen, or nothing that says more than the result. */
static const char *seen_text(const json_t *seen, struct arena *arena)
{
    struct json_out text;

    if (seen == NULL || json_is_null(seen) || json_is_boolean(seen))
        return NULL;
    if (json_is_string(seen))
        return arena_strdup(arena, json_string_value(seen));
    json_out_init(&text, arena, VALUE_LIST_MAX * VALUE_TEXT_MAX_BYTES);
    json_tree_write(seen, &text);
    return json_out_keep(&text, arena, NULL);
}

static void write_criterion(const struct definition *definition, const json_t *criterion,
                            struct json_out *out)
{
    struct arena *arena = out->written.arena;
    const char *id = json_string_value(json_object_get(criterion, "id"));
    const char *result = json_string_value(json_object_get(criterion, "result"));
    const char *seen = seen_text(json_object_get(criterion, "seen"), arena);

    if (id == NULL || result == NULL)
        return;
    json_out_text(out, arena_printf(arena, "%s: %s%s%s%s.", title_of(definition, id),
                                    strcmp(result, "unmet") == 0 ? "not met" : result,
                                    seen == NULL ? "" : " (", seen == NULL ? "" : seen,
                                    seen == NULL ? "" : ")"));
}

static const char *verdict_sentence(const struct handoff *handoff, const json_t *verdict,
                                    struct arena *arena)
{
    static const char *const words[VERDICT_RESULT_COUNT] = {"Qualified", "Unclear",
                                                            "Not qualified"};
    const char *name = json_string_value(json_object_get(verdict, "result"));
    enum verdict_result result = VERDICT_NOT_QUALIFIED;

    if (name == NULL || !verdict_result_parse(name, &result))
        return NULL;
    return arena_printf(
        arena, "%s by version %d of %s, with %lld points%s.", words[result], handoff->version,
        term_name(handoff->term), (long long)json_integer_value(json_object_get(verdict, "score")),
        handoff->kind == HANDOFF_KIND_OVERRIDE ? "; a member decided otherwise" : "");
}

/* In words: the whole, then criterion by criterion. */
static void write_verdict(const struct config *config, const struct handoff *handoff,
                          const json_t *verdict, struct json_out *out)
{
    const struct definition *definition = definition_of(config, handoff);
    size_t i;
    json_t *criterion;

    json_out_key(out, "verdict");
    json_out_begin_array(out);
    const char *whole = verdict_sentence(handoff, verdict, out->written.arena);
    if (whole != NULL)
        json_out_text(out, whole);
    json_array_foreach(json_object_get(verdict, "criteria"), i, criterion)
    {
        write_criterion(definition, criterion, out);
    }
    json_out_end_array(out);
}

/* ---- where it stands ---- */

static void write_stage(const struct config *config, const struct lead *lead, struct json_out *out)
{
    json_out_key(out, "stage");
    json_out_begin_object(out);
    stage_words_write(stage_words_of(config, lead->stage), lead->stage, out);
    json_out_end_object(out);
}

/* ---- campaigns ---- */

/* Those of the latest touches that have a record, each once, the latest first. */
static void write_campaigns(const struct lead *lead, json_t *campaigns, struct json_out *out)
{
    json_out_key(out, "campaigns");
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->touches.count && i < CARRIED_TOUCHES_MAX; i++) {
        int64_t id = lead->touches.items[i].dimensions[DIMENSION_CAMPAIGN];
        const char *key = arena_printf(out->written.arena, "%lld", (long long)id);
        const json_t *campaign = key == NULL ? NULL : json_object_get(campaigns, key);
        if (campaign == NULL)
            continue;
        json_tree_write(campaign, out);
        json_object_del(campaigns, key);
    }
    json_out_end_array(out);
}

/* ---- facts ---- */

static bool is_known(const struct lead *lead, const char *name, bool is_fact)
{
    const struct attribute *item = attribute_find(is_fact ? &lead->facts : &lead->attributes, name);

    return item != NULL && item->observations[0].value.type != VALUE_NULL;
}

/* What sales has to find out for sql, and what would have settled an unclear verdict. */
static void write_facts(const struct config *config, const struct lead *lead, const json_t *verdict,
                        struct json_out *out)
{
    const struct agreement_version *sql = config->in_force[TERM_SQL];
    size_t names = sql == NULL ? 0 : sql->compiled->names_count, i;
    json_t *asked;

    json_out_key(out, "facts");
    json_out_begin_object(out);
    json_out_key(out, "known");
    shape_facts(lead, out);
    json_out_key(out, "missing");
    json_out_begin_array(out);
    for (size_t n = 0; n < names; n++) {
        const struct definition_name *name = &sql->compiled->names[n];
        if (!is_known(lead, name->name, name->is_fact))
            json_out_text(out, name->name);
    }
    json_array_foreach(json_object_get(verdict, "ask_for"), i, asked)
    {
        const char *name = json_string_value(asked);
        bool said = false;
        for (size_t n = 0; n < names && name != NULL; n++)
            said |= strcmp(sql->compiled->names[n].name, name) == 0;
        if (name != NULL && !said && !is_known(lead, name, false) && !is_known(lead, name, true))
            json_out_text(out, name);
    }
    json_out_end_array(out);
    json_out_end_object(out);
}

/* ---- touches ---- */

static bool test_counts(const struct definition *definition, uint16_t test,
                        struct touch_counter *counter)
{
    for (uint16_t i = test; i < definition->nodes[test].end; i++)
        if (definition->nodes[i].kind == TEST_TOUCHES &&
            touch_counter_count(counter, definition->nodes[i].touches) > 0)
            return true;
    return false;
}

static bool criterion_counts(const struct definition *definition, const struct criterion *criterion,
                             struct touch_counter *counter)
{
    if (criterion->has_test && test_counts(definition, criterion->test, counter))
        return true;
    for (size_t i = 0; i < criterion->tiers_count; i++)
        if (test_counts(definition, criterion->tiers[i].test, counter))
            return true;
    return false;
}

/* Calls it for each criterion for which this touch alone counts as of that moment; whether there
 * was one of this kind. */
static bool counts_for(const struct definition *definition, const struct touch *touch, instant at,
                       enum criterion_kind kind, struct json_out *out)
{
    struct touch_log log = {.items = touch, .count = 1};
    struct verdict_subject subject = {.touches = &log, .now = at, .known_at = INSTANT_NONE};
    struct touch_counter counter;
    bool of_kind = false;

    if (definition == NULL || !definition->counts_touches)
        return false;
    touch_counter_init(&counter, definition, &subject);
    for (size_t i = 0; i < definition->criteria_count; i++) {
        if (!criterion_counts(definition, &definition->criteria[i], &counter))
            continue;
        of_kind |= definition->criteria[i].kind == kind;
        if (out != NULL)
            json_out_text(out, definition->criteria[i].id);
    }
    return of_kind;
}

static struct touch with_texts(const struct touch *touch, const json_t *texts, struct arena *arena)
{
    struct touch whole = *touch;

    for (int i = 0; i < DIMENSION_COUNT; i++) {
        const char *key = arena_printf(arena, "%lld", (long long)touch->dimensions[i]);
        const char *text = touch->dimensions[i] == 0 || key == NULL
                               ? NULL
                               : json_string_value(json_object_get(texts, key));
        if (text != NULL)
            whole.values[i] = arena_strdup(arena, text);
    }
    return whole;
}

/* The latest, each with the criteria that it counted for, and the latest by which the buyer asked
 * for something: it counts for readiness, or for the definition of hand-raisers. */
static void write_touches(const struct config *config, const struct handoff *handoff,
                          const struct lead *lead, const json_t *texts, struct json_out *out)
{
    const struct definition *gate = definition_of(config, handoff);
    const struct agreement_version *srl = config->in_force[TERM_SRL];
    const struct touch *asked = NULL;
    struct touch whole;

    json_out_key(out, "touches");
    json_out_begin_array(out);
    for (size_t i = 0; i < lead->touches.count && i < CARRIED_TOUCHES_MAX; i++) {
        const struct touch *touch = &lead->touches.items[i];
        whole = with_texts(touch, texts, out->written.arena);
        json_out_begin_object(out);
        json_out_key(out, "touch");
        shape_touch(config, &whole, out);
        json_out_key(out, "counts_for");
        json_out_begin_array(out);
        bool asks = counts_for(gate, touch, handoff->offered_at, CRITERION_READINESS, out);
        json_out_end_array(out);
        json_out_end_object(out);
        if (srl != NULL)
            asks |=
                counts_for(srl->compiled, touch, handoff->offered_at, CRITERION_READINESS, NULL);
        if (asks && asked == NULL)
            asked = touch;
    }
    json_out_end_array(out);
    json_out_key(out, "asked_for");
    if (asked == NULL) {
        json_out_null(out);
        return;
    }
    whole = with_texts(asked, texts, out->written.arena);
    shape_touch(config, &whole, out);
}

/* ---- the handoffs before ---- */

static void member_team(struct json_out *out, const char *key, const struct config *config,
                        const json_t *id)
{
    struct uuid team;
    bool is_id = json_is_string(id) && uuid_parse(json_string_value(id), &team);

    json_out_member_text(out, key, is_id ? config_team_name(config, team) : NULL);
}

static void member_moment(struct json_out *out, const char *key, const json_t *at)
{
    json_out_member_instant(out, key, json_is_integer(at) ? json_integer_value(at) : INSTANT_NONE);
}

/* As store/table/carried.h has it. */
enum { ID, KIND, STATE, FROM, TO, OFFERED_AT, CLOSED_AT, REASON, CLASS, NOTE };

static void write_earlier(const struct config *config, const json_t *earlier, struct json_out *out)
{
    size_t i;
    json_t *item;

    json_out_key(out, "earlier");
    json_out_begin_array(out);
    json_array_foreach(earlier, i, item)
    {
        json_out_begin_object(out);
        json_out_member_text(out, "id", json_string_value(json_array_get(item, ID)));
        json_out_member_text(out, "kind", json_string_value(json_array_get(item, KIND)));
        json_out_member_text(out, "state", json_string_value(json_array_get(item, STATE)));
        member_team(out, "from_team", config, json_array_get(item, FROM));
        member_team(out, "to_team", config, json_array_get(item, TO));
        member_moment(out, "offered_at", json_array_get(item, OFFERED_AT));
        member_moment(out, "closed_at", json_array_get(item, CLOSED_AT));
        json_out_member_text(out, "reason", json_string_value(json_array_get(item, REASON)));
        json_out_member_text(out, "class", json_string_value(json_array_get(item, CLASS)));
        json_out_member_text(out, "note", json_string_value(json_array_get(item, NOTE)));
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* ---- members ---- */

#define MEMBERS_MAX 16

static size_t add_member(struct uuid *ids, size_t count, struct uuid id)
{
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(ids[i], id))
            return count;
    if (uuid_is_nil(id) || count == MEMBERS_MAX)
        return count;
    ids[count] = id;
    return count + 1;
}

static void write_members(const struct config *config, const struct handoff *handoff,
                          const struct lead *lead, struct json_out *out)
{
    struct uuid ids[MEMBERS_MAX];
    size_t count = add_member(ids, 0, handoff->assignee);

    count = add_member(ids, count, handoff->accepted_by);
    count = add_member(ids, count, handoff->closed_by);
    for (size_t i = 0; i < lead->facts.count; i++)
        count = add_member(ids, count, lead->facts.items[i].observations[0].confirmed_by);
    json_out_key(out, "members");
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++) {
        const struct member *member = config_member(config, ids[i]);
        if (member == NULL)
            continue;
        json_out_begin_object(out);
        json_out_member_uuid(out, "id", member->id);
        json_out_member_text(out, "name", member->name);
        json_out_member_text(out, "email", member->email);
        json_out_member_text(out, "team", config_team_name(config, member->team));
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

/* ---- the whole ---- */

static json_t *read_beside(const char *text, struct arena *arena)
{
    return text == NULL ? NULL : json_tree_read(arena, text, strlen(text), 0, NULL);
}

void carried_write(const struct config *config, const struct handoff *handoff,
                   const struct lead *lead, struct json_out *out)
{
    struct arena *arena = out->written.arena;
    json_t *verdict =
        handoff->verdict_body == NULL
            ? NULL
            : json_tree_read(arena, handoff->verdict_body, handoff->verdict_body_len, 0, NULL);
    json_t *earlier = read_beside(handoff->earlier, arena);
    json_t *texts = read_beside(handoff->texts, arena);
    json_t *campaigns = read_beside(handoff->campaigns, arena);

    json_out_begin_object(out);
    write_who(lead, out);
    write_stage(config, lead, out);
    write_verdict(config, handoff, verdict, out);
    write_facts(config, lead, verdict, out);
    write_touches(config, handoff, lead, texts, out);
    write_campaigns(lead, campaigns, out);
    write_earlier(config, earlier, out);
    write_members(config, handoff, lead, out);
    json_out_end_object(out);
    json_decref(verdict);
    json_decref(earlier);
    json_decref(texts);
    json_decref(campaigns);
}

#include "delivery/courier_inside.h"
#include "delivery/templated.h"

#include "core/handoff/event.h"
#include "core/intake/lead_change.h"
#include "core/setup/subscription_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Where nothing arrives for so long, nothing more is sent. */
#define OFF_AFTER (5 * INSTANT_DAY)

/* After which time a delivery is tried again; when all are used up, it has failed. */
static const int schedule_s[] = {5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600};
#define TRIES_MAX ((int)(sizeof schedule_s / sizeof *schedule_s) + 1)

/* ---- switching off ---- */

struct off {
    struct lane_job job;
    struct subscription_off_input input;
};

static void off_is_done(struct lane_job *job, const struct outcome *outcome)
{
    (void)outcome;
    free(job->owner);
}

static void switch_off(struct courier *courier, const struct target *target, const char *cause)
{
    struct off *off = calloc(1, sizeof *off);

    if (off == NULL)
        return;
    off->input =
        (struct subscription_off_input){target->leased.id, target->subscription->revision, cause};
    off->job = (struct lane_job){
        .command = {.kind = COMMAND_SUBSCRIPTION_OFF,
                    .caller = {.workspace = target->leased.workspace},
                    .input = &off->input},
        .done = off_is_done,
        .owner = off,
    };
    if (lanes_submit(courier->settings.lanes, &off->job) != ERR_NONE)
        free(off);
}

/* ---- what comes back ---- */

struct lesson {
    struct lane_job job;
    struct update_input input;
    struct identity identity;
    char source[IDENTITY_SOURCE_MAX_BYTES + 1];
    char id[IDENTITY_VALUE_MAX_BYTES + 1];
};

static void lesson_is_done(struct lane_job *job, const struct outcome *outcome)
{
    (void)outcome; /* another lead may have the id */
    free(job->owner);
}

/* The id under which the other system knows the lead now goes to the lead, by the lane. */
static void learn(struct courier *courier, const struct slot *slot)
{
    const struct target *target = slot->target;
    const struct attempt *attempt = &slot->attempt;
    struct lesson *lesson = calloc(1, sizeof *lesson);
    struct event event;
    const char *source;
    const char *id = templated_learn(target->subscription, attempt->answer, attempt->answer_len,
                                     slot->arena, &source);

    if (lesson == NULL || id == NULL || source == NULL ||
        event_read(&slot->item->entry, slot->item->row.pos, slot->arena, &event) != ERR_NONE ||
        uuid_is_nil(event.lead)) {
        free(lesson);
        return;
    }
    snprintf(lesson->source, sizeof lesson->source, "%s", source);
    snprintf(lesson->id, sizeof lesson->id, "%s", id);
    lesson->identity = (struct identity){IDENTITY_EXTERNAL, lesson->source, lesson->id};
    lesson->input = (struct update_input){
        .lead = event.lead,
        .identities = &lesson->identity,
        .identity_count = 1,
        .occurred_at = INSTANT_NONE,
        .next_at = INSTANT_NONE,
    };
    lesson->job = (struct lane_job){
        .command = {.kind = COMMAND_LEAD_UPDATE,
                    .caller = {.workspace = target->leased.workspace},
                    .input = &lesson->input},
        .done = lesson_is_done,
        .owner = lesson,
    };
    if (lanes_submit(courier->settings.lanes, &lesson->job) != ERR_NONE)
        free(lesson);
}

/* ---- what has become of it ---- */

/* At a character. */
static void cut_answer(struct attempt *attempt)
{
    size_t len = ATTEMPT_ANSWER_BYTES;

    while (len > 0 && ((unsigned char)attempt->answer[len] & 0xc0) == 0x80)
        len--;
    attempt->answer[len] = '\0';
    attempt->answer_len = len;
}

/* What has become of one delivery. */
static void end_row(struct target *target, struct slot *slot, const struct attempt *attempt)
{
    struct outbound_row *row = &slot->item->row;
    instant now = courier_now(target);
    bool failed = attempt->failure != NULL;

    row->tries++;
    row->tried_at = now;
    row->status = attempt->status;
    row->failure = attempt->failure;
    row->answer = attempt->answer_len == 0 ? NULL : attempt->answer;
    row->next_at = INSTANT_NONE;
    row->state = failed ? OUTBOUND_PENDING : OUTBOUND_DELIVERED;
    bool hopeless = attempt->status == 410 || attempt->body == NULL;
    if (failed && (row->tries >= TRIES_MAX || hopeless)) {
        row->state = OUTBOUND_FAILED;
    } else if (failed) {
        int wait_s = schedule_s[row->tries - 1];
        wait_s = attempt->retry_after_s > wait_s ? attempt->retry_after_s : wait_s;
        row->next_at = now + wait_s * INSTANT_SECOND;
    }
    slot->state = SLOT_ENDED;
    target->ended[target->ended_count++] = slot;
}

/* It has come to an end: what its attempt says counts, for all that a mail reports. */
void courier_end(struct courier *courier, struct slot *slot)
{
    struct target *target = slot->target;
    struct attempt *attempt = &slot->attempt;
    bool failed = attempt->failure != NULL;

    if (!failed && templated_learns(target->subscription))
        learn(courier, slot);
    if (attempt->answer_len > ATTEMPT_ANSWER_BYTES)
        cut_answer(attempt);
    if (attempt->answer_len > 0 && target->subscription->secrets != NULL)
        templated_hide(target->subscription, attempt->answer, slot->arena);
    end_row(target, slot, attempt);
    for (size_t i = 0; target->subscription->kind == TARGET_EMAIL && i < target->batch.count; i++)
        if (target->slots[i].state == SLOT_SENT)
            end_row(target, &target->slots[i], attempt);
    if (target->subscription->kind == TARGET_EMAIL && !failed)
        target->not_before = courier_now(target) + MAIL_EVERY;
    target->in_flight--;
    target->arrived = target->arrived || !failed;
    target->failed = target->failed || failed;
    target->failing = failed;
    target->moved = true;
    atomic_fetch_add(failed ? &courier->failed_total : &courier->arrived_total, 1);
    if (attempt->status == 410)
        switch_off(courier, target, "gone");
    else if (failed && target->batch.failing_since != INSTANT_NONE &&
             courier_now(target) - target->batch.failing_since > OFF_AFTER)
        switch_off(courier, target, "failing");
}

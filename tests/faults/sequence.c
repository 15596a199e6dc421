#include "sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 512
#define NONE           STEP_NONE

static const char *const act_names[] = {
#define X(name, text) #text,
    ACT_TABLE(X)
#undef X
};

static const char *const who_names[] = {
#define X(name, text) #text,
    WHO_TABLE(X)
#undef X
};

/* ---- how often each is done: per thousand, about ---- */

static const int weights[ACT_COUNT] = {
    [ACT_CAPTURE] = 180, [ACT_BATCH] = 30,    [ACT_TOUCH] = 80,    [ACT_PATCH] = 40,
    [ACT_FACTS] = 20,    [ACT_OVERRIDE] = 30, [ACT_MERGE] = 40,    [ACT_ERASE] = 18,
    [ACT_OFFER] = 70,    [ACT_CLAIM] = 50,    [ACT_RELEASE] = 40,  [ACT_ASSIGN] = 45,
    [ACT_ACCEPT] = 90,   [ACT_REJECT] = 80,   [ACT_RETURN] = 45,   [ACT_WITHDRAW] = 20,
    [ACT_QUALIFY] = 60,  [ACT_FEEDBACK] = 20, [ACT_DISPUTE] = 90,  [ACT_UPHOLD] = 30,
    [ACT_CONCEDE] = 60,  [ACT_OUTCOME] = 45,  [ACT_ROUTES] = 8,    [ACT_DEFINE] = 10,
    [ACT_REPEAT] = 60,   [ACT_REUSE] = 10,    [ACT_GET_LEAD] = 20, [ACT_GET_HANDOFF] = 20,
};

const char *act_name(enum act act)
{
    return act_names[act];
}

const char *who_name(enum who who)
{
    return who_names[who];
}

/* ---- from a seed ---- */

static uint64_t next(uint64_t *random)
{
    *random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *random;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int pick(uint64_t *random, int count)
{
    return (int)(next(random) % (uint64_t)count);
}

/* One of count, or none in `of` - `in` of `of` cases. */
static int maybe(uint64_t *random, int in, int of, int count)
{
    int value = pick(random, count);

    return pick(random, of) < in ? value : NONE;
}

static enum act pick_act(uint64_t *random)
{
    int total = 0, at = 0;

    for (int i = 0; i < ACT_COUNT; i++)
        total += weights[i];
    int dice = pick(random, total);
    while (dice >= weights[at])
        dice -= weights[at++];
    return (enum act)at;
}

static const struct step nothing = {
#define X(name) .name = NONE,
    STEP_TABLE(X)
#undef X
};

static void pick_identities(uint64_t *random, struct step *step)
{
    step->email = maybe(random, 3, 4, EMAILS);
    step->external = maybe(random, 1, 4, EXTERNALS);
    step->anonymous = maybe(random, 1, 4, ANONYMOUS);
    if (step->email == NONE && step->external == NONE && step->anonymous == NONE)
        step->anonymous = pick(random, ANONYMOUS);
}

static void pick_attributes(uint64_t *random, struct step *step)
{
    step->employees = pick(random, 4) ? pick(random, 6) ? 1 + pick(random, 2) : 0 : NONE;
    step->seniority = pick(random, 4) ? pick(random, 10) == 0 : NONE;
    step->rival = maybe(random, 1, 24, 2);
    step->when = maybe(random, 1, 2, MOMENTS);
}

static void pick_touch(uint64_t *random, struct step *step)
{
    step->touch = pick(random, 4) ? 0 : pick(random, 3);
    step->event = maybe(random, 1, 3, EVENTS);
    step->outbound = pick(random, 5) == 0;
    step->when = maybe(random, 1, 2, MOMENTS);
}

/* Mostly somebody who may; now and then anybody. */
static enum who pick_who(uint64_t *random, enum act act)
{
    static const enum who capturers[] = {WHO_MARKETING, WHO_MARKETING, WHO_MARKETING, WHO_SALES,
                                         WHO_MAX};
    enum who any = (enum who)pick(random, WHO_COUNT);
    enum who marketer = pick(random, 2) ? WHO_ANA : WHO_MAX;
    enum who seller = pick(random, 4) ? WHO_SAM : WHO_SUE;

    if (pick(random, 12) == 0)
        return any;
    switch (act) {
    case ACT_CAPTURE:
    case ACT_BATCH:
        return capturers[pick(random, 5)];
    case ACT_TOUCH:
    case ACT_PATCH:
    case ACT_MERGE:
    case ACT_OVERRIDE:
    case ACT_GET_LEAD:
    case ACT_GET_HANDOFF:
        return pick(random, 2) ? marketer : seller;
    case ACT_ERASE:
        return pick(random, 2) ? WHO_ANA : WHO_SAM;
    case ACT_ROUTES:
        return WHO_ANA;
    case ACT_OFFER:
        return pick(random, 5) < 3 ? marketer : seller;
    case ACT_WITHDRAW:
    case ACT_DISPUTE:
        return marketer;
    default:
        return seller;
    }
}

static void pick_rest(uint64_t *random, struct step *step)
{
    switch (step->act) {
    case ACT_CAPTURE:
    case ACT_BATCH:
        pick_identities(random, step);
        pick_attributes(random, step);
        if (pick(random, 3))
            pick_touch(random, step);
        break;
    case ACT_TOUCH:
        pick_touch(random, step);
        break;
    case ACT_PATCH:
        pick_attributes(random, step);
        step->email = maybe(random, 1, 4, EMAILS);
        step->external = maybe(random, 1, 6, EXTERNALS);
        if (step->employees == NONE && step->email == NONE && step->external == NONE)
            step->seniority = 0;
        break;
    case ACT_FACTS:
        step->budget = pick(random, 2);
        step->when = maybe(random, 1, 2, MOMENTS);
        break;
    case ACT_QUALIFY:
        step->budget = pick(random, 5) ? 1 : maybe(random, 1, 2, 2);
        break;
    case ACT_REJECT:
    case ACT_RETURN:
        step->employees = maybe(random, 1, 2, 3);
        break;
    default:
        break;
    }
    step->limit = 1 + pick(random, 3);
    step->choice = pick(random, 64);
    if (step->act == ACT_OFFER && step->who >= WHO_SAM && pick(random, 4))
        step->choice = 5; /* self_sourced, see model_offer_kind() */
}

static struct step make_step(uint64_t *random, int clients)
{
    struct step step = nothing;

    step.act = pick_act(random);
    step.client = pick(random, clients);
    step.who = pick_who(random, step.act);
    step.lead = pick(random, 3) ? pick(random, 6) : pick(random, 64);
    step.other = pick(random, 64);
    step.handoff = pick(random, 3) ? pick(random, 3) : pick(random, 64);
    pick_rest(random, &step);
    if (step.act == ACT_ROUTES || step.act == ACT_DEFINE)
        step.client = 0;
    return step;
}

/* One step of so many. */
#define LATER_OF 25

void sequence_make(struct sequence *sequence, uint64_t seed, size_t count, int clients,
                   bool time_passes)
{
    uint64_t random = seed;
    struct step later = nothing;

    later.act = ACT_LATER;
    later.client = 0;
    sequence->count = count < SEQUENCE_STEPS_MAX ? count : SEQUENCE_STEPS_MAX;
    for (size_t i = 0; i < sequence->count; i++)
        sequence->steps[i] =
            time_passes && pick(&random, LATER_OF) == 0 ? later : make_step(&random, clients);
}

/* ---- as text ---- */

char *sequence_write(const struct sequence *sequence)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < sequence->count; i++) {
        const struct step *step = &sequence->steps[i];
        fprintf(out, "%s who=%s", act_name(step->act), who_name(step->who));
#define X(name)                                                                                    \
    if (step->name != NONE)                                                                        \
        fprintf(out, " " #name "=%d", step->name);
        STEP_TABLE(X)
#undef X
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

static int index_of(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return NONE;
}

static bool read_member(struct step *step, const char *word)
{
    const char *equals = strchr(word, '=');

    if (equals == NULL)
        return false;
    size_t len = (size_t)(equals - word);
    if (len == 3 && memcmp(word, "who", 3) == 0) {
        int who = index_of(who_names, WHO_COUNT, equals + 1);
        step->who = (enum who)who;
        return who != NONE;
    }
#define X(name)                                                                                    \
    if (len == strlen(#name) && memcmp(word, #name, len) == 0) {                                   \
        step->name = (int)strtol(equals + 1, NULL, 10);                                            \
        return true;                                                                               \
    }
    STEP_TABLE(X)
#undef X
    return false;
}

static bool read_line(struct step *step, char *line)
{
    char *rest = NULL;
    char *word = strtok_r(line, " \r\n", &rest);
    int act = word == NULL ? NONE : index_of(act_names, ACT_COUNT, word);

    if (act == NONE)
        return false;
    *step = nothing;
    step->act = (enum act)act;
    while ((word = strtok_r(NULL, " \r\n", &rest)) != NULL)
        if (!read_member(step, word))
            return false;
    return true;
}

bool sequence_read(struct sequence *sequence, const char *text)
{
    char line[LINE_MAX_BYTES];

    sequence->count = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)len, text);
        text += len + (text[len] == '\n');
        if (line[strspn(line, " \r")] == '\0' || line[0] == '#')
            continue;
        if (sequence->count == SEQUENCE_STEPS_MAX ||
            !read_line(&sequence->steps[sequence->count++], line))
            return false;
    }
    return true;
}

/* ---- shrinking ---- */

static void leave_out(const struct sequence *from, size_t begin, size_t len, struct sequence *to)
{
    size_t end = begin + len < from->count ? begin + len : from->count;

    to->count = from->count - (end - begin);
    memcpy(to->steps, from->steps, begin * sizeof to->steps[0]);
    memcpy(to->steps + begin, from->steps + end, (from->count - end) * sizeof to->steps[0]);
}

void sequence_shrink(struct sequence *sequence, bool (*fails)(void *, const struct sequence *),
                     void *context, int runs)
{
    struct sequence *less = malloc(sizeof *less);
    size_t len = sequence->count / 2;

    while (less != NULL && len > 0 && runs > 0) {
        bool shorter = false;
        for (size_t begin = 0; begin < sequence->count && runs > 0;) {
            leave_out(sequence, begin, len, less);
            runs--;
            if (fails(context, less)) {
                *sequence = *less;
                shorter = true;
            } else {
                begin += len;
            }
        }
        if (!shorter || len > 1)
            len = shorter && len == 1 ? 1 : len / 2;
    }
    free(less);
}

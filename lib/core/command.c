#include "core/command.h"

struct actor caller_actor(const struct caller *caller)
{
    if (!uuid_is_nil(caller->member))
        return (struct actor){ACTOR_MEMBER, caller->member};
    if (!uuid_is_nil(caller->key))
        return (struct actor){ACTOR_KEY, caller->key};
    return (struct actor){caller->operator? ACTOR_OPERATOR : ACTOR_SYSTEM, {{0}}};
}

const struct ledger_entry *caller_append(const struct caller *caller, struct work *work,
                                         struct lead *lead, enum ledger_kind kind)
{
    static const struct caller baton;
    const struct caller *by = caller == NULL ? &baton : caller;

    return work_append(work, lead, kind, caller_actor(by), by->team);
}

enum decision outcome_refuse(struct work *work, struct outcome *outcome, enum err err,
                             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    outcome->problem.detail = arena_vprintf(work->arena, format, args);
    va_end(args);
    outcome->err = outcome->problem.err = err;
    return DECIDED;
}

enum decision outcome_refuse_at(struct work *work, struct outcome *outcome, enum err err,
                                const char *pointer, const char *code, const char *format, ...)
{
    struct faults *faults = ARENA_NEW(work->arena, struct faults);
    va_list args;

    va_start(args, format);
    const char *detail = arena_vprintf(work->arena, format, args);
    va_end(args);
    if (faults != NULL && detail != NULL) {
        faults_init(faults, work->arena);
        faults_add(faults, pointer, code, "%s", detail);
    }
    outcome->problem.faults = faults;
    outcome->problem.detail = detail;
    outcome->err = outcome->problem.err = err;
    return DECIDED;
}

struct json_out *outcome_begin(struct work *work)
{
    json_out_clear(&work->scratch);
    return &work->scratch;
}

enum decision outcome_answer(struct work *work, struct outcome *outcome, int status)
{
    const struct json_out *out = &work->scratch;

    outcome->status = status;
    outcome->body = json_out_keep(out, work->arena, &outcome->body_len);
    return DECIDED;
}

bool caller_adds_only(const struct caller *caller)
{
    return caller->roles == ROLE_CAPTURE && !uuid_is_nil(caller->key);
}

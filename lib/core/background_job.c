#include "core/background_job.h"

#include <string.h>

static const char *const kind_names[] = {
    [BACKGROUND_BACKTEST] = "backtest",
    [BACKGROUND_APPLY] = "apply",
    [BACKGROUND_IMPORT] = "import",
};

static const char *const state_names[] = {
    [BACKGROUND_QUEUED] = "queued",       [BACKGROUND_RUNNING] = "running",
    [BACKGROUND_DONE] = "done",           [BACKGROUND_FAILED] = "failed",
    [BACKGROUND_CANCELLED] = "cancelled",
};

const char *background_kind_name(enum background_kind kind)
{
    return kind_names[kind];
}

const char *background_state_name(enum background_state state)
{
    return state_names[state];
}

/* ---- as the API shows it ---- */

static void write_json(const char *key, const char *text, size_t len, struct json_out *out)
{
    json_out_key(out, key);
    if (text == NULL)
        json_out_null(out);
    else
        json_out_raw(out, text, len);
}

void background_write(const struct config *config, const struct background_job *job,
                      struct json_out *out)
{
    const struct team *team = config_team(config, job->team);

    json_out_begin_object(out);
    json_out_member_uuid(out, "id", job->id);
    json_out_member_text(out, "kind", kind_names[job->kind]);
    json_out_member_text(out, "state", state_names[job->state]);
    write_json("request", job->request, job->request_len, out);
    json_out_key(out, "progress");
    json_out_begin_object(out);
    json_out_member_int(out, "done", job->done);
    json_out_member_int(out, "total", job->total);
    json_out_end_object(out);
    write_json("result", job->result, job->result_len, out);
    json_out_member_text(out, "error", job->error);
    json_out_member_text(out, "team", team == NULL ? NULL : team->name);
    json_out_member_uuid(out, "asked_by", job->asked_by);
    json_out_member_instant(out, "created_at", job->created_at);
    json_out_member_instant(out, "started_at", job->started_at);
    json_out_member_instant(out, "ended_at", job->ended_at);
    json_out_end_object(out);
}

#include "base/problem.h"

#include "base/sentence.h"

static void write_names(const char *key, const char *const *names, size_t count,
                        struct json_out *out)
{
    json_out_key(out, key);
    json_out_begin_array(out);
    for (size_t i = 0; i < count; i++)
        json_out_text(out, names[i]);
    json_out_end_array(out);
}

void problem_write(const struct problem *problem, struct json_out *out)
{
    char type[96] = "/problems/";
    size_t len = sizeof "/problems/" - 1;

    for (const char *p = error_code(problem->err); *p != '\0' && len < sizeof type - 1; p++)
        type[len++] = *p;
    json_out_begin_object(out);
    json_out_key(out, "type");
    json_out_text_len(out, type, len);
    json_out_member_text(out, "title", error_title(problem->err));
    json_out_member_int(out, "status", error_status(problem->err));
    json_out_member_text(out, "code", error_code(problem->err));
    if (problem->detail != NULL)
        sentence_write(out, "detail", problem->detail);
    if (problem->state != NULL) {
        json_out_member_text(out, "state", problem->state);
        write_names("allowed_actions", problem->allowed, problem->allowed_count, out);
    }
    if (problem->reasons != NULL)
        write_names("allowed_reasons", problem->reasons, problem->reason_count, out);
    if (problem->request_id != NULL)
        json_out_member_text(out, "request_id", problem->request_id);
    if (problem->faults != NULL && faults_any(problem->faults)) {
        json_out_key(out, "errors");
        faults_write(problem->faults, out);
    }
    json_out_end_object(out);
}

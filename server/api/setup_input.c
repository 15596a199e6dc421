#include "api/setup_input.h"

#include "base/email.h"
#include "base/public_id.h"
#include "core/workspace_setup.h"

#include <string.h>

void *setup_new_input(struct request *r, size_t size)
{
    void *input = arena_alloc(r->arena, size);

    if (input == NULL)
        request_refuse(r, ERR_OUT_OF_MEMORY, "Try again in a moment");
    return input;
}

enum err setup_read_change(struct request *r, const struct input_spec *spec, void *out)
{
    struct faults *faults = request_faults(r);

    if (faults != NULL && json_is_object(r->json) && json_object_size(r->json) == 0)
        faults_add(faults, "", "required", "At least one member to change is needed");
    return request_gather(r, spec, out);
}

void setup_check_name(struct request *r, const char *name, const char *pointer)
{
    struct faults *faults = request_faults(r);

    if (name != NULL && faults != NULL && !workspace_name_is_fine(name))
        faults_add(faults, pointer, "name",
                   "A name has 1 to %d of a-z, 0-9, - and _, and begins with a letter or digit",
                   SETUP_NAME_MAX_CHARS);
}

const char *setup_email(struct request *r, const char *email, const char *pointer)
{
    struct faults *faults = request_faults(r);
    const char *normal = NULL;

    if (email == NULL || faults == NULL)
        return NULL;
    if (email_normalize(email, r->arena, &normal) == ERR_INVALID_VALUE)
        faults_add(faults, pointer, "email", "This is no email address");
    return normal;
}

enum err setup_param_id(struct request *r, const char *name, struct uuid *out)
{
    const char *text = request_param(r, name);
    struct uuid workspace;

    if (text != NULL && public_id_parse(text, strlen(text), &workspace, out) &&
        uuid_equal(workspace, r->caller.workspace))
        return ERR_NONE;
    return request_refuse(r, ERR_NOT_FOUND, "There is nothing with this id");
}

const bool *setup_optional_bool(struct request *r, enum input_presence presence, bool given)
{
    bool *copy = presence == INPUT_GIVEN ? ARENA_NEW(r->arena, bool) : NULL;

    if (copy != NULL)
        *copy = given;
    return copy;
}

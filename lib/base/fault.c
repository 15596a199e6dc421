#include "base/fault.h"

#include "base/sentence.h"

#include <string.h>

void faults_init(struct faults *faults, struct arena *arena)
{
    *faults = (struct faults){.arena = arena};
}

void faults_vadd(struct faults *faults, const char *where, const char *place, const char *code,
                 const char *format, va_list args)
{
    if (faults->items == NULL)
        faults->items = ARENA_ARRAY(faults->arena, struct fault, FAULTS_MAX);
    if (faults->items == NULL || faults->count == FAULTS_MAX) {
        faults->dropped++;
        return;
    }
    struct fault *fault = &faults->items[faults->count];
    fault->where = where;
    fault->code = code;
    fault->pointer = arena_strdup(faults->arena, place);
    fault->detail = arena_vprintf(faults->arena, format, args);
    if (fault->pointer == NULL || fault->detail == NULL)
        faults->dropped++;
    else
        faults->count++;
}

void faults_add(struct faults *faults, const char *pointer, const char *code, const char *format,
                ...)
{
    va_list args;

    va_start(args, format);
    faults_vadd(faults, "body", pointer, code, format, args);
    va_end(args);
}

void faults_add_in(struct faults *faults, const char *where, const char *name, const char *code,
                   const char *format, ...)
{
    va_list args;

    va_start(args, format);
    faults_vadd(faults, where, name, code, format, args);
    va_end(args);
}

bool faults_any(const struct faults *faults)
{
    return faults->count > 0 || faults->dropped > 0;
}

static const char *place_key(const struct fault *fault)
{
    if (strcmp(fault->where, "query") == 0 || strcmp(fault->where, "path") == 0)
        return "parameter";
    return strcmp(fault->where, "header") == 0 ? "header" : "pointer";
}

void faults_write(const struct faults *faults, struct json_out *out)
{
    json_out_begin_array(out);
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        json_out_begin_object(out);
        json_out_member_text(out, place_key(fault), fault->pointer);
        json_out_member_text(out, "code", fault->code);
        sentence_write(out, "detail", fault->detail);
        json_out_end_object(out);
    }
    json_out_end_array(out);
}

const char *pointer_join(struct arena *arena, const char *base, const char *token)
{
    size_t base_len = strlen(base);
    char *out = arena_alloc(arena, base_len + 2 * strlen(token) + 2);

    if (out == NULL)
        return base;
    memcpy(out, base, base_len);
    char *p = out + base_len;
    *p++ = '/';
    for (; *token != '\0'; token++) {
        if (*token == '~' || *token == '/') {
            *p++ = '~';
            *p++ = *token == '~' ? '0' : '1';
        } else {
            *p++ = *token;
        }
    }
    *p = '\0';
    return out;
}

const char *pointer_index(struct arena *arena, const char *base, size_t index)
{
    const char *out = arena_printf(arena, "%s/%zu", base, index);

    return out == NULL ? base : out;
}

#include "http/request_refuse.h"

#include "http/reply.h"

#include <stdarg.h>
#include <stdio.h>

enum err request_refuse_header(struct request *r, enum err err, const char *header,
                               const char *code, const char *detail)
{
    struct faults *faults = request_faults(r);

    if (faults != NULL)
        faults_add_in(faults, "header", header, code, "%s", detail);
    return request_refuse(r, err, "%s", detail);
}

enum err request_refuse(struct request *r, enum err err, const char *format, ...)
{
    char detail[1024];
    va_list args;

    if (format == NULL) {
        reply_problem(r, err, NULL, r->faults);
        return err;
    }
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    reply_problem(r, err, detail, r->faults);
    return err;
}

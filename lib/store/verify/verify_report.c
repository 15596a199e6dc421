#include "store/verify/verify_report.h"

#include <stdarg.h>
#include <stdio.h>

#define FINDING_MAX_BYTES 600

void verify_found(struct verify_report *report, const char *format, ...)
{
    char text[FINDING_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (report->findings++ < VERIFY_FINDINGS_MAX && report->on_finding != NULL)
        report->on_finding(report->context, text);
}

/* Refuses a request with a problem document. */
#ifndef BATON_SERVER_REQUEST_REFUSE_H
#define BATON_SERVER_REQUEST_REFUSE_H

#include "http/request.h"

/** Makes the problem with a formatted detail and the faults collected so far; returns err. */
enum err request_refuse(struct request *r, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** As request_refuse; the sentence is also the detail of a fault of this header. */
enum err request_refuse_header(struct request *r, enum err err, const char *header,
                               const char *code, const char *detail);

#endif

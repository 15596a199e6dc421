/* GET /v1/reports/five-questions: what each side knows of the other, on one answer. */
#ifndef BATON_SERVER_FIVE_QUESTIONS_API_H
#define BATON_SERVER_FIVE_QUESTIONS_API_H

#include "http/request.h"

extern const struct input_spec reports_five_questions_input;

enum err reports_five_questions(struct request *r, struct read *read);

#endif

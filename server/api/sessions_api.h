/*
 * Signing in with a browser. A key, or a link that one made, opens a session; its token is a cookie
 * that scripts cannot read and that a browser sends to pages of this origin alone.
 */
#ifndef BATON_SERVER_SESSIONS_API_H
#define BATON_SERVER_SESSIONS_API_H

#include "http/request.h"

#include "core/setup/session.h"
#include "store/read/read.h"

extern const struct input_spec sessions_end_input;

/** A link by mail. */
extern const struct input_spec sessions_mail_spec;
enum err sessions_mail(struct request *r);

enum err sessions_open(struct request *r, struct read *read);
enum err sessions_link(struct request *r, struct read *read);
enum err sessions_list(struct request *r, struct read *read);
enum err sessions_end(struct request *r, struct read *read);
enum err sessions_end_current(struct request *r, struct read *read);

/** The token that came with the request and stands for a session: a link where one is opened, else
 *  the cookie, unless a page of another origin may have sent it. False: there is none. */
bool sessions_token(struct request *r, struct session_text *out);

#endif

/* Email addresses: one spelling for one mailbox, and what its domain tells. */
#ifndef BATON_BASE_EMAIL_H
#define BATON_BASE_EMAIL_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

#define EMAIL_MAX_BYTES 254 /* RFC 5321 section 4.5.3.1.3, less the angle brackets */

/**
 * The normal form: white space around it cut, the local part in lower case (mailboxes that
 * differ by case alone do not occur in practice), the domain in lower-case A-labels (IDNA 2008).
 * Tags ("+news") stay: they are the person's choice. ERR_INVALID_VALUE; ERR_OUT_OF_MEMORY.
 */
enum err email_normalize(const char *text, struct arena *arena, const char **out) MUST_USE;

/** What stands behind the "@" of a normalised address. */
const char *email_domain(const char *email);

/** Whether anybody can have an address there: gmail.com and its like. */
bool email_is_free_mail(const char *domain);

/** The registrable domain by the public suffix list ("acme.co.uk" of "mail.acme.co.uk"); NULL
 *  when the domain has none or memory is short. */
const char *email_company_domain(const char *domain, struct arena *arena);

#endif

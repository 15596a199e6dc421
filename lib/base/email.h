/* Email addresses: one spelling for one mailbox, and what its domain says. */
#ifndef BATON_BASE_EMAIL_H
#define BATON_BASE_EMAIL_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>

#define EMAIL_MAX_BYTES 254 /* RFC 5321 section 4.5.3.1.3, less the angle brackets */

#define EMAIL_MIN_CHARS 3
#define EMAIL_WANTED    "An email address such as kim@acme.example is wanted" /* of a fault */
/** Of the text given to email_find(): an address, a name beside it, others after it. */
#define EMAIL_GIVEN_MAX_BYTES 1000

/**
 * The normal form: invisible and direction-turning characters and outer white space removed, normal
 * form C, the local part in lower case by Unicode (mailboxes that differ by case alone do not occur
 * in practice), the domain in lower-case A-labels (base/text/unicode.h). Tags ("+news") stay: they
 * are the person's choice. The normal form of a normal form is itself. Plain ASCII does not reach
 * ICU. ERR_INVALID_VALUE; ERR_OUT_OF_MEMORY.
 */
enum err email_normalize(const char *text, struct arena *arena, const char **out) MUST_USE;

/**
 * As email_normalize, for a text as senders fill it in: `Kim Lee <kim@acme.example>`,
 * `kim@acme.example (Kim Lee)`, `mailto:kim@acme.example?subject=…`, or several of these separated
 * by commas or semicolons, of which the first with an "@" counts; or of several with
 * nothing but white space, strokes or slashes between them the first that is one.
 */
enum err email_find(const char *text, struct arena *arena, const char **out) MUST_USE;

/** Why a text is no address, as a sentence; static text. */
const char *email_why(const char *text);

/** The part after the "@" of a normalised address. */
const char *email_domain(const char *email);

/** Whether anybody can have an address there, as at gmail.com. */
bool email_is_free_mail(const char *domain);

/** The registrable domain by the public suffix list ("acme.co.uk" of "mail.acme.co.uk"); NULL
 *  when the domain has none or memory is short. */
const char *email_company_domain(const char *domain, struct arena *arena);

#endif

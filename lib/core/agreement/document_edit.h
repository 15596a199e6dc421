/*
 * Edits of a document, as a comment suggests them: a list of {"op", "path", "value"} as of RFC 6902
 * with the operations replace, add and remove. A step of a path into a list of criteria, reasons or
 * exceptions may be an id, code or kind instead of a number, since numbers move:
 *   [{"op": "replace", "path": "/criteria/company-size/points", "value": 30}]
 */
#ifndef BATON_CORE_DOCUMENT_EDIT_H
#define BATON_CORE_DOCUMENT_EDIT_H

#include "base/fault.h"

#include <jansson.h>
#include <stdbool.h>

#define DOCUMENT_EDITS_MAX   20 /* of one comment */
#define DOCUMENT_PATH_MAX    500
#define DOCUMENT_EDITS_BYTES 65536 /* as JSON text */

/** Changes the document by all edits, one after another. False, with faults below pointer, when one
 *  of them has no place in it or is no edit; the document is then of no use. */
bool document_edit(json_t *document, const json_t *edits, const char *pointer,
                   struct faults *faults);

#endif

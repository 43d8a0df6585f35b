/*
 * schema_lex - the words that the text of -s is made of: blanks, bare words
 * and quoted strings.  Not installed.
 *
 * A quoted string stands between double quotes; in it \" \\ \n \r \t and \xHH
 * (never \x00) mean what they mean in C.
 */
#ifndef SPT_SCHEMA_LEX_H
#define SPT_SCHEMA_LEX_H

#include "base/buf.h"

/* Moves *p over blanks (space, tab, line ends). */
void spt__lex_blanks(const char **p);
/* Reads the quoted string at *p (which is its quote) and moves behind it.
 * *out is the caller's (spt_free).  SPT_EUSAGE: it does not end, or has an
 * escape that is none. */
SPT_MUST int spt__lex_quoted(
    const char **p, const struct spt_io *io, char **out, struct spt_err *e);
/* Appends s as a quoted string. */
SPT_MUST int spt__lex_put_quoted(
    struct spt_buf *out, const char *s, struct spt_err *e);
/* Fails with `at "rest of the text": what`, or `at the end: what`. */
int spt__lex_fail(const char *p, struct spt_err *e, const char *what);

#endif

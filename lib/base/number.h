/*
 * number - numbers as text, exact both ways.
 */
#ifndef SPT_NUMBER_H
#define SPT_NUMBER_H

#include "base/buf.h"

/* ---- parsers: 1 parsed, 0 not such a number; blanks around are ignored,
 *      nothing else is; (pointer, length), no NUL needed ------------------ */

/* [+-]digits that fits int64.  Leading zeros are allowed here; whether "007"
 * is a number at all is decided by inference (spt_looks_int). */
int spt_int_parse(const char *p, size_t n, int64_t *v);
/* Decimal floating point, correctly rounded: [+-] digits [. digits] [e[+-]n],
 * ".5", "5.", inf, infinity, nan in any case.  No hexadecimal.  Beyond the
 * range of double it is an infinity. */
int spt_float_parse(const char *p, size_t n, double *v);
/* JSON's grammar of numbers only (RFC 8259, section 6), no blanks.  *is_int:
 * without fraction and exponent and within int64, *i is it; *f always. */
int spt_json_number_parse(
    const char *p, size_t n, bool *is_int, int64_t *i, double *f);
/* true/false in any case; loose: also t f yes no y n on off. */
int spt_bool_parse(const char *p, size_t n, bool *v);
int spt_bool_parse_loose(const char *p, size_t n, bool *v);

/* What inference takes for an int or a float: as above, but no leading zero
 * ("007" is a string), no '+', no blanks inside, no inf/nan spelled out except
 * NaN, Infinity, -Infinity, inf, -inf, nan.  Whatever looks like an int also
 * looks like a float, except that "-0" is only a float; whole numbers beyond
 * int64 are neither, because as a double an identifier would lose digits. */
bool spt_looks_int(const char *p, size_t n);
bool spt_looks_float(const char *p, size_t n);

/* ---- printing ---------------------------------------------------------- */

#define SPT_NUMBER_TEXT 40
/* Both return the length, without the NUL that is there too. */
size_t spt_int_print(char out[SPT_NUMBER_TEXT], int64_t v);
/* The shortest decimal form that reads back the same; always with a point or
 * an exponent ("1.0", "1e+300" style as printf %g: 1e+300, 1.5e-07); NaN, inf,
 * -inf; -0.0.  Plain notation for 1e-5 <= |v| < 1e17. */
size_t spt_float_print(char out[SPT_NUMBER_TEXT], double v);

/* ---- sizes ------------------------------------------------------------- */

/* 64K 256M 1G 2T (powers of 1024; 64KiB too, any case), or plain bytes.
 * SPT_EUSAGE. */
SPT_MUST int spt_size_parse(const char *s, int64_t *bytes, struct spt_err *e);
/* A count: digits, or 10k 5M 1G (powers of 1000).  SPT_EUSAGE. */
SPT_MUST int spt_count_parse(const char *s, int64_t *n, struct spt_err *e);
/* For messages: "1.5 GiB". */
size_t spt_size_print(char out[SPT_NUMBER_TEXT], int64_t bytes);

#endif

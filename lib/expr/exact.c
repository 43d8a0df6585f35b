/*
 * exact - the second run.
 *
 * libjq's numbers are doubles.  An int64 beyond 2^53 goes in as the nearest
 * double, and a program that computes with it would give a changed number and
 * look right.  Looking at the results alone cannot tell: adding 1 to 2^60 is
 * 2^60 again.  Nor can a run with other doubles near by: all of them are even.
 *
 * So a row that holds such an integer is run a second time, with the decimal
 * text of the integer in the place of the number.  Passing on, testing for
 * null or truth, equality with anything that is not near, and order against
 * numbers below 2^53 come out the same; where a number came out of the first
 * run and just its text out of the second, at the same place, the program
 * passed the column on, under whatever name and however deep, and the text
 * has all its digits.  Arithmetic on a text is an error or another value, a
 * text made from the double has other digits, a comparison that rounding may
 * have decided comes out otherwise: any difference between the two runs makes
 * the row a bad record.  That errs on the safe side: a harmless program that
 * asks for the type of the column, or compares a negative one with numbers,
 * is refused as well.
 *
 * Not taken: marking numbers in the spare bits of a jv (private to libjq, and
 * it does not show what was computed from them).
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "expr/exact.h"

bool
spt_exact_int(jv v, jv twin, int64_t *i)
{
	char text[SPT_NUMBER_TEXT];
	const char *p;
	size_t n;

	if (jv_get_kind(v) != JV_KIND_NUMBER ||
	    jv_get_kind(twin) != JV_KIND_STRING)
		return false;
	p = jv_string_value(twin);
	n = (size_t)jv_string_length_bytes(jv_copy(twin));
	return spt_int_parse(p, n, i) == 1 && spt_int_print(text, *i) == n &&
	       memcmp(text, p, n) == 0 && (double)*i == jv_number_value(v);
}

static bool agree(jv v, jv twin, const int64_t *bigs, size_t n, int depth);

static bool
agree_array(jv v, jv twin, const int64_t *bigs, size_t n, int depth)
{
	int len = jv_array_length(jv_copy(v));
	bool same = len == jv_array_length(jv_copy(twin));

	for (int k = 0; same && k < len; k++) {
		jv a = jv_array_get(jv_copy(v), k);
		jv b = jv_array_get(jv_copy(twin), k);

		same = agree(a, b, bigs, n, depth);
		jv_free(a);
		jv_free(b);
	}
	return same;
}

static bool
agree_object(jv v, jv twin, const int64_t *bigs, size_t n, int depth)
{
	bool same =
	    jv_object_length(jv_copy(v)) == jv_object_length(jv_copy(twin));

	for (int it = jv_object_iter(v); same && jv_object_iter_valid(v, it);
	     it = jv_object_iter_next(v, it)) {
		jv a = jv_object_iter_value(v, it);
		jv b = jv_object_get(jv_copy(twin), jv_object_iter_key(v, it));

		same = jv_is_valid(b) && agree(a, b, bigs, n, depth);
		jv_free(a);
		jv_free(b);
	}
	return same;
}

static bool
agree(jv v, jv twin, const int64_t *bigs, size_t n, int depth)
{
	int64_t i;

	if (spt_exact_int(v, twin, &i)) {
		for (size_t k = 0; k < n; k++)
			if (bigs[k] == i)
				return true;
		return false;
	}
	if (jv_get_kind(v) != jv_get_kind(twin) || depth > SPT_JSON_DEPTH)
		return false;
	switch (jv_get_kind(v)) {
	case JV_KIND_NUMBER:
		return jv_number_value(v) == jv_number_value(twin) ||
		       (isnan(jv_number_value(v)) &&
			   isnan(jv_number_value(twin)));
	case JV_KIND_ARRAY:
		return agree_array(v, twin, bigs, n, depth + 1);
	case JV_KIND_OBJECT:
		return agree_object(v, twin, bigs, n, depth + 1);
	case JV_KIND_STRING:
		return jv_equal(jv_copy(v), jv_copy(twin));
	default:
		return true;
	}
}

bool
spt_exact_agree(jv v, jv twin, const int64_t *bigs, size_t n)
{
	return agree(v, twin, bigs, n, 0);
}

int
spt_number_put(struct spt_buf *out, double v, struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];

	if (v == trunc(v) && fabs(v) < 1e17 && !(v == 0 && signbit(v)))
		return spt_buf_put(
		    out, text, spt_int_print(text, (int64_t)v), e);
	if (isinf(v))
		v = copysign(DBL_MAX, v);
	return spt_json_put_float(out, v, e);
}

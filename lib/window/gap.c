#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "window/gap.h"

bool
spt_gap_type(enum spt_type t)
{
	return t == SPT_INT64 || t == SPT_FLOAT64 || t == SPT_UTF8;
}

static int
from_text(const struct spt_col *c, int64_t row, int64_t *gap, struct spt_err *e)
{
	char text[SPT_DURATION_TEXT];
	size_t n;
	const char *p = spt_col_str(c, row, &n);

	/* Longer than any duration: the parser will say so. */
	snprintf(text, sizeof text, "%.*s",
	    (int)(n < sizeof text ? n : sizeof text), p);
	return spt_duration_parse(text, true, gap, e);
}

static int64_t
from_float(double seconds)
{
	double us = seconds * SPT_SECOND;

	if (!(us > 0))
		return 0;
	return us < 0x1p63 ? (int64_t)round(us) : INT64_MAX;
}

int
spt_gap_get(
    const struct spt_col *c, int64_t row, int64_t *gap, struct spt_err *e)
{
	if (spt_col_null(c, row))
		return 0;
	if (c->type == SPT_UTF8) {
		if (from_text(c, row, gap, e) < 0) {
			e->kind = SPT_EDATA;
			return -1;
		}
	} else if (c->type == SPT_FLOAT64) {
		*gap = from_float(c->floats[row]);
	} else if (__builtin_mul_overflow(c->ints[row], SPT_SECOND, gap)) {
		*gap = c->ints[row] > 0 ? INT64_MAX : 0;
	}
	return *gap > 0;
}

/*
 * convert - one switch on the type a cell, and below it parsers of base/ that
 * need no copy and no NUL.  The same rules hold for types that were inferred
 * and types that -s gave; otherwise printing a schema and passing it back would
 * change what comes out.
 */
#include "base/digits.h"
#include "base/number.h"
#include "base/time.h"
#include "base/utf8.h"
#include "decode/convert.h"
#include "decode/schema_text.h"

void
spt_convert_init(struct spt_convert *k, const struct spt_io *io)
{
	memset(k, 0, sizeof *k);
	k->io = io;
	spt_buf_init(&k->scratch, io);
}

void
spt_convert_fini(struct spt_convert *k)
{
	if (k->io != NULL)
		spt_buf_fini(&k->scratch);
}

int
spt_convert_file_year(const struct spt_convert *k)
{
	struct spt_civil c;
	spt_time local = k->mtime + spt_tz_offset(k->tz, k->mtime) * SPT_SECOND;

	spt_civil_from_time(local, &c);
	return c.year;
}

/*
 * A time without its year.  By the file's time it is the latest year that does
 * not put it more than a day behind that: a file written in January holds
 * December, and 29 February is looked for where there is one.
 */
static int
syslog_time(struct spt_convert *k, const char *p, size_t n, spt_time *t)
{
	int year;

	if (k->year != 0)
		return spt_time_parse_syslog(p, n, k->year, k->tz, t);
	year = spt_convert_file_year(k);
	for (int back = 0; back < 2; back++) {
		if (spt_time_parse_syslog(p, n, year - back, k->tz, t) == 0)
			continue;
		if (back == 0 && *t - SPT_DAY > k->mtime)
			continue;
		k->year_assumed = true;
		return 1;
	}
	return 0;
}

static int
text_time(struct spt_convert *k, const struct spt_coltype *t, const char *p,
    size_t n, spt_time *v)
{
	switch (t->form) {
	case SPT_FORM_EPOCH:
		return spt_time_parse_epoch(p, n, t->unit, v);
	case SPT_FORM_CLF:
		return spt_time_parse_clf(p, n, v);
	case SPT_FORM_SYSLOG:
		return syslog_time(k, p, n, v) ||
		       spt_time_parse(p, n, k->tz, v);
	case SPT_FORM_STRPTIME:
		return spt_time_parse_format(p, n, t->format, k->tz, v);
	default:
		return spt_time_parse(p, n, k->tz, v);
	}
}

/*
 * The digits of the mantissa without its point are an integer m, the number is
 * m * 10^ten.  Zeros at the end of m are taken off into ten, so that it is
 * whole exactly when ten is not negative.
 */
bool
spt_json_whole(const char *p, size_t n, int64_t *v)
{
	const char *end = p + n, *digits, *q;
	bool minus = n != 0 && *p == '-', point = false;
	int64_t ten = 0, more = 0, zeros = 0;
	uint64_t m = 0;

	if (spt_int_parse(p, n, v) == 1)
		return true;
	digits = p + minus;
	for (q = digits; q < end && *q != 'e' && *q != 'E'; q++) {
		if (*q == '.') {
			point = true;
			continue;
		}
		ten -= point;
		zeros++;
		if (*q == '0')
			continue;
		/* A digit that counts: the zeros before it do, too. */
		for (; zeros > 0; zeros--)
			if (__builtin_mul_overflow(m, 10, &m))
				return false;
		if (__builtin_add_overflow(m, (uint64_t)(*q - '0'), &m))
			return false;
	}
	if (m == 0) {
		*v = 0;
		return true;
	}
	if (q < end &&
	    (spt_int_parse(q + 1, (size_t)(end - q - 1), &more) == 0 ||
		more > 1000000 || more < -1000000))
		return false;
	ten += zeros + more;
	if (ten < 0 || ten > 19)
		return false;
	for (; ten > 0; ten--)
		if (__builtin_mul_overflow(m, 10, &m))
			return false;
	if (m > (uint64_t)INT64_MAX + minus)
		return false;
	*v = minus ? (int64_t)(0 - m) : (int64_t)m;
	return true;
}

/* CSV fields are checked here, one by one, so that columns which nobody wants
 * cost nothing. */
static int
put_text(struct spt_convert *k, const struct spt_cell *c,
    struct spt_builder *out, size_t col, struct spt_err *e)
{
	int64_t n;

	if (!k->check_text || spt_utf8_valid((const uint8_t *)c->p, c->n))
		return spt_builder_str(out, col, c->p, c->n, e);
	k->scratch.len = 0;
	n = spt_utf8_repair(&k->scratch, (const uint8_t *)c->p, c->n, e);
	if (n < 0)
		return -1;
	k->repaired += n;
	return spt_builder_str(
	    out, col, (const char *)k->scratch.data, k->scratch.len, e);
}

static int
put_string(struct spt_convert *k, const struct spt_cell *c,
    struct spt_builder *out, size_t col, struct spt_err *e)
{
	switch (c->kind) {
	case SPT_CELL_TRUE:
		return spt_builder_str(out, col, "true", 4, e);
	case SPT_CELL_FALSE:
		return spt_builder_str(out, col, "false", 5, e);
	default:
		return put_text(k, c, out, col, e);
	}
}

/* Is the cell a value of the type?  Blanks around it do not matter. */
static bool
to_int(const struct spt_cell *c, int64_t *v)
{
	if (c->kind == SPT_CELL_NUMBER)
		return spt_json_whole(c->p, c->n, v);
	return c->kind == SPT_CELL_TEXT && spt_int_parse(c->p, c->n, v) == 1;
}

static bool
to_float(const struct spt_cell *c, double *v)
{
	if (c->kind != SPT_CELL_TEXT && c->kind != SPT_CELL_NUMBER)
		return false;
	return spt_float_parse(c->p, c->n, v) == 1;
}

static bool
to_bool(const struct spt_cell *c, bool *v)
{
	const char *p = c->p;
	size_t n = c->n;

	if (c->kind != SPT_CELL_TEXT) {
		*v = c->kind == SPT_CELL_TRUE;
		return *v || c->kind == SPT_CELL_FALSE;
	}
	spt__trim(&p, &n);
	return spt_bool_parse_loose(p, n, v) == 1;
}

static bool
to_time(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_cell *c, spt_time *v)
{
	if (c->kind != SPT_CELL_TEXT &&
	    (c->kind != SPT_CELL_NUMBER || t->form != SPT_FORM_EPOCH))
		return false;
	return text_time(k, t, c->p, c->n, v) == 1;
}

int
spt_convert_put(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_cell *c, struct spt_builder *out, size_t col,
    struct spt_err *e)
{
	int64_t i;
	double d;
	bool b;
	int rc;

	if (c->kind == SPT_CELL_NULL)
		return spt_builder_null(out, col, e) < 0 ? -1 : 1;
	switch (t->type) {
	case SPT_BOOL:
		if (!to_bool(c, &b))
			return 0;
		rc = spt_builder_bool(out, col, b, e);
		break;
	case SPT_INT64:
		if (!to_int(c, &i))
			return 0;
		rc = spt_builder_int(out, col, i, e);
		break;
	case SPT_FLOAT64:
		if (!to_float(c, &d))
			return 0;
		rc = spt_builder_float(out, col, d, e);
		break;
	case SPT_TIMESTAMP:
		if (!to_time(k, t, c, &i))
			return 0;
		rc = spt_builder_int(out, col, i, e);
		break;
	default:
		rc = put_string(k, c, out, col, e);
	}
	return rc < 0 ? -1 : 1;
}

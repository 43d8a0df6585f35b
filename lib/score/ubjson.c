/*
 * One pass, from a marker to the end of its value.  Every count meets the
 * bytes that are left before anything is believed of it; arrays of values
 * that have no bytes of their own (null, true, false) are refused, since
 * their counts could be anything.
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "score/ubjson.h"

struct reader {
	const uint8_t *p;
	size_t n, at;
	struct spt_buf *out;
	struct spt_err *e;
};

static int
bad(struct reader *r, const char *what)
{
	return spt_fail(r->e, SPT_EDATA, "byte %zu: %s", r->at, what);
}

static int
byte(struct reader *r, uint8_t *v)
{
	if (r->at == r->n)
		return bad(r, "cut off");
	*v = r->p[r->at++];
	return 0;
}

/* An unsigned big-endian number of `size` bytes. */
static int
big(struct reader *r, size_t size, uint64_t *v)
{
	if (r->n - r->at < size)
		return bad(r, "cut off");
	*v = 0;
	for (size_t k = 0; k < size; k++)
		*v = *v << 8 | r->p[r->at++];
	return 0;
}

/* Bytes of a number of this type; 0: it is none. */
static size_t
width(uint8_t type)
{
	switch (type) {
	case 'i':
	case 'U':
		return 1;
	case 'I':
		return 2;
	case 'l':
	case 'd':
		return 4;
	case 'L':
	case 'D':
		return 8;
	default:
		return 0;
	}
}

static int64_t
to_int(uint8_t type, uint64_t v)
{
	switch (type) {
	case 'i':
		return (int8_t)v;
	case 'I':
		return (int16_t)v;
	case 'l':
		return (int32_t)v;
	default:
		return (int64_t)v;
	}
}

static double
to_float(uint8_t type, uint64_t v)
{
	const uint32_t half = (uint32_t)v;
	double d;
	float f;

	if (type == 'D') {
		memcpy(&d, &v, sizeof d);
		return d;
	}
	memcpy(&f, &half, sizeof f);
	return (double)f;
}

static int
number(struct reader *r, uint8_t type)
{
	char text[SPT_NUMBER_TEXT];
	size_t n;
	uint64_t v = 0;

	if (big(r, width(type), &v) < 0)
		return -1;
	if (type != 'd' && type != 'D') {
		n = spt_int_print(text, to_int(type, v));
	} else {
		const double f = to_float(type, v);

		if (!isfinite(f))
			return bad(r, "a number that is not finite");
		n = spt_float_print(text, f);
	}
	return spt_buf_put(r->out, text, n, r->e);
}

/* A length: any type of integer. */
static int
count(struct reader *r, size_t *n)
{
	uint8_t type = 0;
	uint64_t v = 0;

	if (byte(r, &type) < 0)
		return -1;
	if (width(type) == 0 || type == 'd' || type == 'D')
		return bad(r, "no length where one must be");
	if (big(r, width(type), &v) < 0)
		return -1;
	if (to_int(type, v) < 0 || (uint64_t)to_int(type, v) > r->n - r->at)
		return bad(r, "a length beyond the end");
	*n = (size_t)to_int(type, v);
	return 0;
}

static int
string(struct reader *r)
{
	size_t n = 0;

	if (count(r, &n) < 0)
		return -1;
	if (spt_json_put_string(r->out, (const char *)r->p + r->at, n, r->e) <
	    0)
		return -1;
	r->at += n;
	return 0;
}

static int value(struct reader *r, uint8_t type, int depth);

/* What may stand behind [ and {: a type, a number of elements. */
struct plan {
	bool typed, counted;
	uint8_t type;
	size_t n;
};

static int
plan(struct reader *r, struct plan *p)
{
	*p = (struct plan){ 0 };
	if (r->at < r->n && r->p[r->at] == '$') {
		r->at++;
		if (byte(r, &p->type) < 0)
			return -1;
		if (p->type == 'N' || p->type == 'Z' || p->type == 'T' ||
		    p->type == 'F')
			return bad(r, "an array of values without bytes");
		p->typed = true;
	}
	if (r->at < r->n && r->p[r->at] == '#') {
		r->at++;
		p->counted = true;
		return count(r, &p->n);
	}
	return p->typed ? bad(r, "a type of elements without their number") : 0;
}

/* 1: there is another element. */
static int
more(struct reader *r, const struct plan *p, size_t done, char end)
{
	if (p->counted)
		return done < p->n;
	while (r->at < r->n && r->p[r->at] == 'N')
		r->at++;
	if (r->at == r->n)
		return bad(r, "cut off");
	if (r->p[r->at] != (uint8_t)end)
		return 1;
	r->at++;
	return 0;
}

static int
element(struct reader *r, const struct plan *p, int depth)
{
	uint8_t type = p->type;

	if (!p->typed && byte(r, &type) < 0)
		return -1;
	return value(r, type, depth);
}

static int
container(struct reader *r, bool object, int depth)
{
	struct plan p;
	int rc;

	if (depth == SPT_UBJSON_DEPTH)
		return bad(r, "nested too deep");
	if (plan(r, &p) < 0 || spt_buf_putc(r->out, object ? '{' : '[', r->e))
		return -1;
	for (size_t k = 0; (rc = more(r, &p, k, object ? '}' : ']')) > 0; k++) {
		if (k != 0 && spt_buf_putc(r->out, ',', r->e) < 0)
			return -1;
		if (object &&
		    (string(r) < 0 || spt_buf_putc(r->out, ':', r->e) < 0))
			return -1;
		if (element(r, &p, depth + 1) < 0)
			return -1;
	}
	return rc < 0 ? -1 : spt_buf_putc(r->out, object ? '}' : ']', r->e);
}

static int
value(struct reader *r, uint8_t type, int depth)
{
	switch (type) {
	case '{':
	case '[':
		return container(r, type == '{', depth);
	case 'S':
		return string(r);
	case 'C':
		if (r->at == r->n)
			return bad(r, "cut off");
		return spt_json_put_string(
		    r->out, (const char *)&r->p[r->at++], 1, r->e);
	case 'Z':
		return spt_buf_puts(r->out, "null", r->e);
	case 'T':
		return spt_buf_puts(r->out, "true", r->e);
	case 'F':
		return spt_buf_puts(r->out, "false", r->e);
	default:
		if (width(type) == 0)
			return bad(r, "no type of value that is known");
		return number(r, type);
	}
}

int
spt_ubjson_print(
    const uint8_t *p, size_t n, struct spt_buf *out, struct spt_err *e)
{
	struct reader r = { .p = p, .n = n, .out = out, .e = e };
	uint8_t type = 0;

	if (byte(&r, &type) < 0 || value(&r, type, 0) < 0)
		return -1;
	return r.at == n ? 0 : bad(&r, "more behind the value");
}

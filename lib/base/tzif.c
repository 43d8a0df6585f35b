/*
 * tzif - reader of time zone files (RFC 8536).
 *
 *	header  "TZif" version(1) unused(15), six counts of 4 bytes:
 *	        isut isstd leap time type char
 *	body    time x (4 or 8) when     time x 1 type of it
 *	        type x 6: offset(4) is-dst(1) name(1)
 *	        char x 1 names
 *	        leap x (4 or 8 and 4)    isstd x 1    isut x 1
 *
 * Version 1 is one header and body with times of 4 bytes; from version 2 on
 * the same with 8 bytes follows, and behind it a line with the rule for all
 * later times.  All numbers are big-endian.
 */
#include <string.h>

#include "base/tztable.h"

#define HEADER 44
#define FARTHEST 93600
#define TYPE 6

struct body {
	size_t times, types, leaps;
	size_t time_size;
	const uint8_t *when, *type_of, *type;
	size_t len; /* header and body */
};

static int
bad_file(struct spt_err *e, const char *what)
{
	return spt_fail(e, SPT_EDATA, "not a time zone file: %s", what);
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int64_t
get_time(const uint8_t *p, size_t size)
{
	if (size == 4)
		return (int32_t)get32(p);
	return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4));
}

static int
read_body(struct body *b, const uint8_t *p, size_t n, size_t time_size,
    struct spt_err *e)
{
	uint64_t count[6], len;

	if (n < HEADER || memcmp(p, "TZif", 4) != 0)
		return bad_file(e, "no header");
	for (int i = 0; i < 6; i++)
		count[i] = get32(p + 20 + 4 * i);
	/* Six numbers below 2^32, each times 12 at most. */
	len = HEADER + count[3] * (time_size + 1) + count[4] * TYPE + count[5] +
	      count[2] * (time_size + 4) + count[1] + count[0];
	if (len > n)
		return bad_file(e, "it is cut off");
	if (count[4] == 0 || count[4] > 256)
		return bad_file(e, "a bad number of types");
	b->leaps = (size_t)count[2];
	b->times = (size_t)count[3];
	b->types = (size_t)count[4];
	b->time_size = time_size;
	b->when = p + HEADER;
	b->type_of = b->when + b->times * time_size;
	b->type = b->type_of + b->times;
	b->len = (size_t)len;
	return 0;
}

static int
get_offset(
    const struct body *b, size_t type, int32_t *offset, struct spt_err *e)
{
	if (type >= b->types)
		return bad_file(e, "a time of no type");
	*offset = (int32_t)get32(b->type + TYPE * type);
	if (*offset < -FARTHEST || *offset > FARTHEST)
		return bad_file(e, "an offset of more than a day");
	return 0;
}

static int
add_periods(struct spt_tz *tz, const struct body *b, struct spt_err *e)
{
	int64_t last = INT64_MIN;
	int32_t offset;

	if (get_offset(b, 0, &offset, e) < 0 ||
	    spt__tz_add(tz, INT64_MIN, offset, e) < 0)
		return -1;
	for (size_t i = 0; i < b->times; i++) {
		int64_t when =
		    get_time(b->when + i * b->time_size, b->time_size);

		if (i > 0 && when <= last)
			return bad_file(e, "its times do not ascend");
		if (get_offset(b, b->type_of[i], &offset, e) < 0 ||
		    spt__tz_add(tz, when, offset, e) < 0)
			return -1;
		last = when;
	}
	return 0;
}

/* The line behind the second body: a new line, the rule, a new line. */
static int
add_footer(struct spt_tz *tz, const uint8_t *p, size_t n, struct spt_err *e)
{
	const uint8_t *end;

	if (n < 2 || p[0] != '\n')
		return bad_file(e, "no rule at the end");
	end = memchr(p + 1, '\n', n - 1);
	if (end == NULL)
		return bad_file(e, "the rule at the end is cut off");
	if (end == p + 1)
		return 0;
	return spt__tz_add_rule(
	    tz, (const char *)p + 1, (size_t)(end - p - 1), e);
}

static int
read_zone(struct spt_tz *tz, const uint8_t *p, size_t n, struct spt_err *e)
{
	struct body b;
	bool long_form;

	if (read_body(&b, p, n, 4, e) < 0)
		return -1;
	long_form = p[4] >= '2';
	if (long_form) {
		p += b.len;
		n -= b.len;
		if (read_body(&b, p, n, 8, e) < 0)
			return -1;
	}
	if (b.leaps != 0)
		return spt_fail(e, SPT_EDATA,
		    "the time zone counts leap seconds, other times do not");
	if (add_periods(tz, &b, e) < 0)
		return -1;
	return long_form ? add_footer(tz, p + b.len, n - b.len, e) : 0;
}

int
spt_tz_read(struct spt_tz **tz, const struct spt_io *io, const uint8_t *p,
    size_t n, struct spt_err *e)
{
	if (spt__tz_new(tz, io, e) < 0)
		return -1;
	if (read_zone(*tz, p, n, e) < 0) {
		spt_tz_free(*tz);
		*tz = NULL;
		return -1;
	}
	return 0;
}

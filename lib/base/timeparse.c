/*
 * timeparse - the formats of time that are so common that they are read
 * without a format string.  Each is one walk over fixed positions.
 */
#include "base/digits.h"
#include "base/timetext.h"

/* yyyy-mm-dd; false: not digits and dashes. */
static bool
take_date(const char *p, struct spt_civil *c)
{
	unsigned century = spt__two(p), year = spt__two(p + 2);
	unsigned month = spt__two(p + 5), day = spt__two(p + 8);

	if (p[4] != '-' || p[7] != '-' || (century | year) >= SPT__NOT_TWO)
		return false;
	c->year = (int)(century * 100 + year);
	c->month = (int)month;
	c->day = (int)day;
	return true;
}

int
spt_time_parse(const char *p, size_t n, const struct spt_tz *tz, spt_time *t)
{
	struct spt_civil c = { 0 };
	const char *end;
	int32_t offset;

	spt__trim(&p, &n);
	end = p + n;
	if (n < 10 || !take_date(p, &c))
		return 0;
	p += 10;
	if (p < end) {
		const char *rest = spt__skip_blanks(p, end);

		if (rest == p && *rest++ != 'T' && *p != 't')
			return 0;
		p = spt__clock_take(rest, end, &c);
	}
	if (p == NULL || !spt_civil_valid(&c))
		return 0;
	if (p == end) {
		*t = spt_civil_to_time(&c);
		if (tz != NULL)
			*t = spt_tz_from_local(tz, *t);
		return 1;
	}
	p = spt__zone_take(spt__skip_blanks(p, end), end, &offset);
	if (p != end)
		return 0;
	*t = spt_civil_to_time(&c) - offset * SPT_SECOND;
	return 1;
}

int
spt_time_parse_clf(const char *p, size_t n, spt_time *t)
{
	struct spt_civil c = { 0 };
	const char *end;
	unsigned century, year;
	int32_t offset;

	spt__trim(&p, &n);
	if (n > 1 && *p == '[' && p[n - 1] == ']') {
		p++;
		n -= 2;
	}
	end = p + n;
	/* dd/Mon/yyyy:hh:mm:ss +zzzz */
	if (n < 22 || p[2] != '/' || p[6] != '/' || p[11] != ':' ||
	    p[17] != ':')
		return 0;
	century = spt__two(p + 7);
	year = spt__two(p + 9);
	if (spt__month_take(p + 3, p + 6, &c.month) == NULL ||
	    (century | year) >= SPT__NOT_TWO)
		return 0;
	c.day = (int)spt__two(p);
	c.year = (int)(century * 100 + year);
	p = spt__clock_take(p + 12, p + 20, &c);
	if (p == NULL || !spt_civil_valid(&c) || !spt__is_blank(*p))
		return 0;
	if (spt__zone_take(spt__skip_blanks(p, end), end, &offset) != end)
		return 0;
	*t = spt_civil_to_time(&c) - offset * SPT_SECOND;
	return 1;
}

int
spt_time_parse_syslog(
    const char *p, size_t n, int year, const struct spt_tz *tz, spt_time *t)
{
	struct spt_civil c = { .year = year };
	const char *end;

	spt__trim(&p, &n);
	end = p + n;
	if (n < 14 || spt__month_take(p, p + 3, &c.month) == NULL ||
	    !spt__is_blank(p[3]))
		return 0;
	p = spt__skip_blanks(p + 3, end);
	for (int i = 0; i < 2 && p < end && spt__digit(*p) <= 9; i++)
		c.day = c.day * 10 + (int)spt__digit(*p++);
	if (p == end || !spt__is_blank(*p))
		return 0;
	p = spt__skip_blanks(p, end);
	if (end - p != 8 || p[5] != ':' || spt__clock_take(p, end, &c) != end ||
	    !spt_civil_valid(&c))
		return 0;
	*t = spt_civil_to_time(&c);
	if (tz != NULL)
		*t = spt_tz_from_local(tz, *t);
	return 1;
}

/* Decimal places by which the point moves to make the unit microseconds. */
static int
places_of_unit(int64_t unit)
{
	return unit == 1000000 ? 6 : unit == 1000 ? 3 : unit == 1 ? 0 : -3;
}

int
spt_time_parse_epoch(const char *p, size_t n, int64_t unit, spt_time *t)
{
	bool negative = false, rest = false;
	size_t whole = 0, i = 0;
	ptrdiff_t keep;
	uint64_t m = 0;

	spt__trim(&p, &n);
	if (n > 0 && (*p == '-' || *p == '+')) {
		negative = *p == '-';
		p++;
		n--;
	}
	while (whole < n && spt__digit(p[whole]) <= 9)
		whole++;
	if (whole == 0 || (whole < n && (p[whole] != '.' || whole + 1 == n)))
		return 0;
	keep = (ptrdiff_t)whole + places_of_unit(unit);
	for (; i < n; i++) {
		unsigned digit = spt__digit(p[i]);

		if (i == whole)
			continue;
		if (digit > 9)
			return 0;
		if (keep-- > 0) {
			if (__builtin_mul_overflow(m, (uint64_t)10, &m) ||
			    __builtin_add_overflow(m, (uint64_t)digit, &m))
				return 0;
		} else {
			rest = rest || digit != 0;
		}
	}
	for (; keep > 0; keep--)
		if (__builtin_mul_overflow(m, (uint64_t)10, &m))
			return 0;
	/* Negative numbers with a rest below a microsecond are floored. */
	m += negative && rest;
	/* The two ends of int64 mean something else. */
	if (m >= (uint64_t)INT64_MAX)
		return 0;
	*t = negative ? -(spt_time)m : (spt_time)m;
	return 1;
}

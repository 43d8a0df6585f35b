/*
 * tzrule - POSIX TZ strings, such as CET-1CEST,M3.5.0,M10.5.0/3.
 *
 *	rule    name offset [name [offset] , day [/time] , day [/time]]
 *	name    three or more letters, or anything between < and >
 *	offset  [+-]h[h][:mm[:ss]], positive west of Greenwich
 *	day     Mm.w.d (week 5 is the last), Jn (1..365, no leap day), n
 *(0..365) time    [+-]h[hh][:mm[:ss]] of the local time before the change; 2:00
 */
#include <string.h>

#include "base/digits.h"
#include "base/time.h"
#include "base/tztable.h"

struct text {
	const char *p, *end;
};

struct change {
	char kind; /* 'M', 'J', or 'D' */
	int month, week, day;
	int time; /* seconds */
};

struct rule {
	int32_t standard, summer; /* seconds east */
	bool has_summer;
	struct change start, stop;
};

static bool
take_char(struct text *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
take_number(struct text *s, int low, int high, int *v)
{
	const char *start = s->p;

	*v = 0;
	while (s->p < s->end && s->p - start < 3 && spt__digit(*s->p) <= 9)
		*v = *v * 10 + (int)spt__digit(*s->p++);
	return s->p > start && *v >= low && *v <= high;
}

static bool
take_name(struct text *s)
{
	const char *start = s->p;

	if (take_char(s, '<')) {
		while (s->p < s->end && *s->p != '>')
			s->p++;
		return take_char(s, '>') && s->p - start >= 3;
	}
	while (s->p < s->end && ((*s->p >= 'A' && *s->p <= 'Z') ||
				    (*s->p >= 'a' && *s->p <= 'z')))
		s->p++;
	return s->p - start >= 3;
}

static bool
take_time(struct text *s, int most, int *seconds)
{
	int hours, minutes = 0, rest = 0;
	bool negative = take_char(s, '-');

	if (!negative)
		take_char(s, '+');
	if (!take_number(s, 0, most, &hours))
		return false;
	if (take_char(s, ':')) {
		if (!take_number(s, 0, 59, &minutes))
			return false;
		if (take_char(s, ':') && !take_number(s, 0, 59, &rest))
			return false;
	}
	*seconds = hours * 3600 + minutes * 60 + rest;
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool
take_change(struct text *s, struct change *c)
{
	bool good;

	if (!take_char(s, ','))
		return false;
	c->kind = 'D';
	if (take_char(s, 'M'))
		c->kind = 'M';
	else if (take_char(s, 'J'))
		c->kind = 'J';
	if (c->kind == 'M')
		good = take_number(s, 1, 12, &c->month) && take_char(s, '.') &&
		       take_number(s, 1, 5, &c->week) && take_char(s, '.') &&
		       take_number(s, 0, 6, &c->day);
	else
		good = take_number(s, c->kind == 'J', 365, &c->day);
	c->time = 2 * 3600;
	return good && (!take_char(s, '/') || take_time(s, 167, &c->time));
}

static bool
take_rule(struct text *s, struct rule *r)
{
	int west;

	if (!take_name(s) || !take_time(s, 24, &west))
		return false;
	r->standard = -west;
	r->summer = r->standard + 3600;
	r->has_summer = s->p < s->end;
	if (!r->has_summer)
		return true;
	if (!take_name(s))
		return false;
	if (s->p < s->end && *s->p != ',') {
		if (!take_time(s, 24, &west))
			return false;
		r->summer = -west;
	}
	return take_change(s, &r->start) && take_change(s, &r->stop) &&
	       s->p == s->end;
}

/* The instant of a change in a year, in seconds, where the clock before it is
 * `offset` ahead. */
static int64_t
find_change(const struct change *c, int year, int32_t offset)
{
	int64_t january = spt_days_from_civil(year, 1, 1), day;

	if (c->kind == 'M') {
		int64_t next = c->month == 12
				   ? spt_days_from_civil(year + 1, 1, 1)
				   : spt_days_from_civil(year, c->month + 1, 1);

		day = spt_days_from_civil(year, c->month, 1);
		/* 1970-01-01 was a Thursday: 4. */
		day += (c->day - ((day % 7 + 11) % 7) + 7) % 7;
		day += (c->week - 1) * 7;
		if (day >= next)
			day -= 7;
	} else {
		day = january + c->day - (c->kind == 'J');
		/* J59 is 28 February, J60 always 1 March. */
		if (c->kind == 'J' && c->day >= 60 &&
		    spt_days_from_civil(year, 3, 1) - january == 60)
			day++;
	}
	return day * 86400 + c->time - offset;
}

/* Both changes of a year, those that are later than `after`. */
static int
add_year(struct spt_tz *tz, const struct rule *r, int year, int64_t after,
    struct spt_err *e)
{
	int64_t start = find_change(&r->start, year, r->standard);
	int64_t stop = find_change(&r->stop, year, r->summer);

	if (start > after && spt__tz_add(tz, start, r->summer, e) < 0)
		return -1;
	if (stop > after && spt__tz_add(tz, stop, r->standard, e) < 0)
		return -1;
	return 0;
}

int
spt__tz_add_rule(struct spt_tz *tz, const char *p, size_t n, struct spt_err *e)
{
	struct text s = { p, p + n };
	int64_t last = tz->from[tz->n - 1];
	struct spt_civil c = { .year = 1 };
	struct rule r;

	if (!take_rule(&s, &r))
		return spt_fail(e, SPT_EDATA,
		    "not a time zone file: a bad rule \"%.*s\"",
		    n < 80 ? (int)n : 80, p);
	if (!r.has_summer)
		return 0;
	/* Later than any spt_time: the rule is never reached. */
	if (last > INT64_MAX / 1000000)
		return 0;
	if (last > -62135596800)
		spt_civil_from_time(last * 1000000, &c);
	/* A change may lie a week outside of its year.  The cycle that repeats
	 * begins where nothing but the rule holds. */
	for (int year = c.year - 1; year <= c.year + 402; year++)
		if (add_year(tz, &r, year, last, e) < 0)
			return -1;
	tz->repeats = spt_days_from_civil(c.year + 402, 1, 1) * 86400;
	return 0;
}

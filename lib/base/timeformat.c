/*
 * timeformat - times by a format string with strptime's conversions.
 *
 * The C library's strptime is not used: it reads names in the language of the
 * locale, knows no fractions, and its %z differs between systems.  A format is
 * one walk, a conversion one case; what the fields mean together is decided
 * at the end.
 */
#include <string.h>

#include "base/digits.h"
#include "base/timetext.h"

#define CONVERSIONS "YmdHMSbBhaAejypITRDFfzZsnt%"

struct fields {
	struct spt_civil c;
	int year_day;   /* 1..366; 0: not given */
	int hour12;     /* 1..12; 0: not given */
	bool afternoon; /* only with hour12 */
	bool has_date;  /* a month or a day */
	bool has_epoch;
	int64_t epoch; /* seconds */
	bool has_offset;
	int32_t offset;
};

int
spt_time_format_check(const char *format, const char **bad)
{
	for (const char *f = format; *f != '\0'; f++) {
		if (*f != '%')
			continue;
		f++;
		if (*f == '\0' || strchr(CONVERSIONS, *f) == NULL) {
			if (bad != NULL)
				*bad = f - 1;
			return 0;
		}
	}
	return 1;
}

/* One to `digits` digits, behind blanks, of a value from low to high. */
static const char *
take_number(
    const char *p, const char *end, int digits, int low, int high, int *v)
{
	int n = 0;

	p = spt__skip_blanks(p, end);
	*v = 0;
	for (; n < digits && p < end && spt__digit(*p) <= 9; n++)
		*v = *v * 10 + (int)spt__digit(*p++);
	return n > 0 && *v >= low && *v <= high ? p : NULL;
}

static const char *
take_epoch(const char *p, const char *end, struct fields *x)
{
	const char *q = p < end && *p == '-' ? p + 1 : p;
	spt_time t;

	while (q < end && spt__digit(*q) <= 9)
		q++;
	if (spt_time_parse_epoch(p, (size_t)(q - p), SPT_SECOND, &t) == 0)
		return NULL;
	x->epoch = t / SPT_SECOND;
	x->has_epoch = true;
	return q;
}

static const char *
take_half(const char *p, const char *end, struct fields *x)
{
	if (end - p < 2 || !spt__same_first(p + 1, 1, "m"))
		return NULL;
	x->afternoon = *p == 'p' || *p == 'P';
	return x->afternoon || *p == 'a' || *p == 'A' ? p + 2 : NULL;
}

/* %Z has names only, %z offsets too. */
static const char *
take_zone(const char *p, const char *end, bool named, struct fields *x)
{
	if (named && p < end && (*p == '+' || *p == '-'))
		return NULL;
	x->has_offset = true;
	return spt__zone_take(p, end, &x->offset);
}

static const char *walk(
    const char *p, const char *end, const char *format, struct fields *x);

/* The conversions that give a part of the date. */
static const char *
take_date(const char *p, const char *end, char conversion, struct fields *x)
{
	int ignored;

	switch (conversion) {
	case 'Y':
		return take_number(p, end, 4, 1, 9999, &x->c.year);
	case 'y':
		p = take_number(p, end, 2, 0, 99, &x->c.year);
		x->c.year += x->c.year < 69 ? 2000 : 1900;
		return p;
	case 'm':
		x->has_date = true;
		return take_number(p, end, 2, 1, 12, &x->c.month);
	case 'b':
	case 'B':
	case 'h':
		x->has_date = true;
		return spt__month_take(p, end, &x->c.month);
	case 'd':
	case 'e':
		x->has_date = true;
		return take_number(p, end, 2, 1, 31, &x->c.day);
	case 'j':
		return take_number(p, end, 3, 1, 366, &x->year_day);
	case 'a':
	case 'A':
		return spt__weekday_take(p, end, &ignored);
	case 'D':
		return walk(p, end, "%m/%d/%y", x);
	case 'F':
		return walk(p, end, "%Y-%m-%d", x);
	default:
		return NULL;
	}
}

static const char *
take(const char *p, const char *end, char conversion, struct fields *x)
{
	switch (conversion) {
	case 'H':
		x->hour12 = 0;
		return take_number(p, end, 2, 0, 24, &x->c.hour);
	case 'I':
		return take_number(p, end, 2, 1, 12, &x->hour12);
	case 'M':
		return take_number(p, end, 2, 0, 59, &x->c.minute);
	case 'S':
		return take_number(p, end, 2, 0, 60, &x->c.second);
	case 'T':
		return walk(p, end, "%H:%M:%S", x);
	case 'R':
		return walk(p, end, "%H:%M", x);
	case 'f':
		return spt__fraction_take(p, end, &x->c.micros);
	case 'p':
		return take_half(p, end, x);
	case 's':
		return take_epoch(p, end, x);
	case 'z':
	case 'Z':
		return take_zone(p, end, conversion == 'Z', x);
	case 'n':
	case 't':
		return spt__skip_blanks(p, end);
	case '%':
		return p < end && *p == '%' ? p + 1 : NULL;
	default:
		return take_date(p, end, conversion, x);
	}
}

static const char *
walk(const char *p, const char *end, const char *format, struct fields *x)
{
	for (const char *f = format; p != NULL && *f != '\0'; f++) {
		if (*f == '%')
			p = take(p, end, *++f, x);
		else if (spt__is_blank(*f))
			p = spt__skip_blanks(p, end);
		else
			p = p < end && *p == *f ? p + 1 : NULL;
	}
	return p;
}

static int
finish(struct fields *x, const struct spt_tz *tz, spt_time *t)
{
	if (x->has_epoch)
		return !__builtin_add_overflow(
			   x->epoch * SPT_SECOND, x->c.micros, t) &&
		       *t != SPT_TIME_MAX;
	if (x->hour12 != 0)
		x->c.hour = x->hour12 % 12 + (x->afternoon ? 12 : 0);
	if (!spt_civil_valid(&x->c))
		return 0;
	*t = spt_civil_to_time(&x->c);
	if (x->year_day != 0 && !x->has_date) {
		int64_t january = spt_days_from_civil(x->c.year, 1, 1);

		if (x->year_day >
		    spt_days_from_civil(x->c.year, 12, 31) - january + 1)
			return 0;
		*t += (x->year_day - 1) * SPT_DAY;
	}
	if (x->has_offset)
		*t -= x->offset * SPT_SECOND;
	else if (tz != NULL)
		*t = spt_tz_from_local(tz, *t);
	return 1;
}

int
spt_time_parse_format(const char *p, size_t n, const char *format,
    const struct spt_tz *tz, spt_time *t)
{
	struct fields x = { .c = { .year = 1970, .month = 1, .day = 1 } };

	spt__trim(&p, &n);
	if (walk(p, p + n, format, &x) != p + n)
		return 0;
	return finish(&x, tz, t);
}

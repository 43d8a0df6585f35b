/*
 * timetext - pieces of written times, each a walk from p that never looks at
 * or behind end.
 */
#include "base/digits.h"
#include "base/timetext.h"

const char *
spt__fraction_take(const char *p, const char *end, int *micros)
{
	const char *start = p;
	int v = 0;

	for (; p < end && spt__digit(*p) <= 9; p++) {
		if (p - start == 9)
			return NULL;
		if (p - start < 6)
			v = v * 10 + (int)spt__digit(*p);
	}
	if (p == start)
		return NULL;
	for (ptrdiff_t n = p - start; n < 6; n++)
		v *= 10;
	*micros = v;
	return p;
}

const char *
spt__clock_take(const char *p, const char *end, struct spt_civil *c)
{
	unsigned hour, minute, second = 0;

	if (end - p < 5 || p[2] != ':')
		return NULL;
	hour = spt__two(p);
	minute = spt__two(p + 3);
	p += 5;
	if (p < end && *p == ':') {
		if (end - p < 3)
			return NULL;
		second = spt__two(p + 1);
		p += 3;
		if (p < end && (*p == '.' || *p == ','))
			p = spt__fraction_take(p + 1, end, &c->micros);
	}
	if (hour > 24 || minute > 59 || second > 60)
		return NULL;
	c->hour = (int)hour;
	c->minute = (int)minute;
	c->second = (int)second;
	return p;
}

const char *
spt__zone_take(const char *p, const char *end, int32_t *offset)
{
	unsigned hours, minutes = 0;
	bool west;

	*offset = 0;
	if (end - p >= 3 &&
	    (spt__same_word(p, 3, "utc") || spt__same_word(p, 3, "gmt")))
		return p + 3;
	if (p < end && (*p == 'Z' || *p == 'z'))
		return p + 1;
	if (end - p < 3 || (*p != '+' && *p != '-'))
		return NULL;
	west = *p == '-';
	hours = spt__two(p + 1);
	p += 3;
	if (end - p >= 3 && *p == ':') {
		minutes = spt__two(p + 1);
		p += 3;
	} else if (end - p >= 2 && spt__digit(*p) <= 9) {
		minutes = spt__two(p);
		p += 2;
	}
	if (hours > 23 || minutes > 59)
		return NULL;
	*offset = (int32_t)(hours * 3600 + minutes * 60);
	if (west)
		*offset = -*offset;
	return p;
}

/* One of n names, or its first three letters; *number is its place. */
static const char *
take_name(const char *p, const char *end, const char *const *names, int n,
    int *number)
{
	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]);

		if (end - p < 3 || !spt__same_first(p, 3, names[i]))
			continue;
		*number = i;
		if ((size_t)(end - p) >= len &&
		    spt__same_word(p, len, names[i]))
			return p + len;
		return p + 3;
	}
	return NULL;
}

const char *
spt__month_take(const char *p, const char *end, int *month)
{
	static const char *const names[] = { "january", "february", "march",
		"april", "may", "june", "july", "august", "september",
		"october", "november", "december" };

	p = take_name(p, end, names, 12, month);
	*month += p != NULL;
	return p;
}

const char *
spt__weekday_take(const char *p, const char *end, int *day)
{
	static const char *const names[] = { "sunday", "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday" };

	return take_name(p, end, names, 7, day);
}

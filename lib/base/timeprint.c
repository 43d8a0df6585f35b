/*
 * timeprint - instants as RFC 3339.  Digits are put down two at a time, since
 * every row of an output may hold several times.
 */
#include <stdlib.h>

#include "base/number.h"
#include "base/time.h"

static char *
put_two(char *p, int v)
{
	*p++ = (char)('0' + v / 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *
put_year(char *p, int year)
{
	if (year < 1 || year > 9999) {
		*p++ = year < 0 ? '-' : '+';
		year = abs(year);
	}
	if (year > 9999)
		return p + spt_int_print(p, year);
	return put_two(put_two(p, year / 100), year % 100);
}

/* Three digits, or six, or nothing at all for 0. */
static char *
put_fraction(char *p, int micros)
{
	if (micros == 0)
		return p;
	*p++ = '.';
	p = put_two(p, micros / 10000);
	if (micros % 1000 == 0) {
		*p++ = (char)('0' + micros / 1000 % 10);
		return p;
	}
	return put_two(put_two(p, micros / 100 % 100), micros % 100);
}

static char *
put_offset(char *p, int32_t offset)
{
	int minutes = abs(offset) / 60;

	*p++ = offset < 0 ? '-' : '+';
	p = put_two(p, minutes / 60);
	*p++ = ':';
	return put_two(p, minutes % 60);
}

size_t
spt_time_print(char out[SPT_TIME_TEXT], spt_time t, const struct spt_tz *tz)
{
	/* Old local mean times have offsets with seconds, which RFC 3339 cannot
	 * say, no more than a whole day: other numbers keep the instant right.
	 */
	int32_t offset = tz != NULL ? spt_tz_offset(tz, t) / 60 * 60 : 0;
	struct spt_civil c;
	spt_time local;
	char *p = out;

	if (abs(offset) >= 86400 ||
	    __builtin_add_overflow(t, offset * SPT_SECOND, &local)) {
		local = t;
		offset = 0;
	}
	spt_civil_from_time(local, &c);
	p = put_year(p, c.year);
	*p++ = '-';
	p = put_two(p, c.month);
	*p++ = '-';
	p = put_two(p, c.day);
	*p++ = 'T';
	p = put_two(p, c.hour);
	*p++ = ':';
	p = put_two(p, c.minute);
	*p++ = ':';
	p = put_two(p, c.second);
	p = put_fraction(p, c.micros);
	if (tz == NULL)
		*p++ = 'Z';
	else
		p = put_offset(p, offset);
	*p = '\0';
	return (size_t)(p - out);
}

/*
 * calendar - days and civil dates of the proleptic Gregorian calendar.
 *
 * Years are taken to begin in March, so that the leap day is the last one, and
 * to be counted from a multiple of 400 years far in the past, so that nothing
 * is negative and all divisions round down.  The lengths of the months from
 * March on are those of the line (153 m + 2) / 5.
 */
#include "base/time.h"

#define CYCLE_YEARS 400
#define CYCLE_DAYS 146097
/* 1970-01-01 in days since 0000-03-01. */
#define UNIX_EPOCH 719468
/* Cycles before the year 0 that make every spt_time, and every int that is a
 * year, positive. */
#define TIME_CYCLES 800
#define YEAR_CYCLES INT64_C(6000000)

int64_t
spt_days_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month < 3) + YEAR_CYCLES * CYCLE_YEARS;
	int m = month < 3 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - UNIX_EPOCH - YEAR_CYCLES * CYCLE_DAYS;
}

void
spt_civil_from_time(spt_time t, struct spt_civil *c)
{
	int64_t days = t / SPT_DAY, rest = t % SPT_DAY;
	uint32_t day, century, year, month, seconds;

	if (rest < 0) {
		rest += SPT_DAY;
		days--;
	}
	day = (uint32_t)(days + UNIX_EPOCH + TIME_CYCLES * CYCLE_DAYS);
	century = (4 * day + 3) / CYCLE_DAYS;
	day -= CYCLE_DAYS * century / 4;
	year = (4 * day + 3) / 1461;
	day -= 1461 * year / 4;
	month = (5 * day + 2) / 153;
	c->day = (int)(day - (153 * month + 2) / 5 + 1);
	c->month = (int)(month < 10 ? month + 3 : month - 9);
	c->year = (int)(century * 100 + year + (month >= 10)) -
		  TIME_CYCLES * CYCLE_YEARS;
	seconds = (uint32_t)(rest / SPT_SECOND);
	c->micros = (int)(rest % SPT_SECOND);
	c->hour = (int)(seconds / 3600);
	c->minute = (int)(seconds / 60 % 60);
	c->second = (int)(seconds % 60);
}

static int
days_of_month(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

bool
spt_civil_valid(const struct spt_civil *c)
{
	if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 ||
	    c->day < 1 || c->day > days_of_month(c->year, c->month))
		return false;
	if (c->minute < 0 || c->minute > 59 || c->second < 0 ||
	    c->second > 60 || c->micros < 0 || c->micros > 999999)
		return false;
	if (c->hour == 24)
		return c->minute == 0 && c->second == 0 && c->micros == 0;
	return c->hour >= 0 && c->hour < 24;
}

spt_time
spt_civil_to_time(const struct spt_civil *c)
{
	int64_t days = spt_days_from_civil(c->year, c->month, c->day);
	int seconds = c->hour * 3600 + c->minute * 60 + c->second;

	return days * SPT_DAY + seconds * SPT_SECOND + c->micros;
}

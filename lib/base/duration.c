/*
 * duration - lengths of time as people write them: 500ms, 1h30m, 1.5s.
 *
 * All arithmetic is on whole microseconds: a fraction is worked out from its
 * last digit to its first, where every division by ten must come out even.
 */
#include <string.h>

#include "base/digits.h"
#include "base/number.h"
#include "base/time.h"

#define EXAMPLES "500ms, 10s, 5m, 1h30m, 7d"

struct unit {
	const char *name;
	int64_t us;
};

/* Largest first. */
static const struct unit units[] = {
	{ "w", 7 * SPT_DAY },
	{ "d", SPT_DAY },
	{ "h", 3600 * SPT_SECOND },
	{ "m", 60 * SPT_SECOND },
	{ "s", SPT_SECOND },
	{ "ms", 1000 },
	{ "us", 1 },
};
#define UNITS (int)(sizeof units / sizeof *units)

static int
not_a_duration(const char *s, struct spt_err *e)
{
	return spt_fail(
	    e, SPT_EUSAGE, "\"%s\": not a duration (write " EXAMPLES ")", s);
}

/* Why the letters at p are no unit. */
static int
refuse_unit(const char *s, const char *p, size_t n, struct spt_err *e)
{
	static const char *const varying[] = { "mo", "mon", "month", "months",
		"y", "yr", "year", "years" };

	for (size_t i = 0; i < sizeof varying / sizeof *varying; i++) {
		if (!spt__same_word(p, n, varying[i]))
			continue;
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": the length of a %s varies (use days: %s)", s,
		    *varying[i] == 'm' ? "month" : "year",
		    *varying[i] == 'm' ? "30d" : "365d");
	}
	if (n == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": a number without a unit (write " EXAMPLES ")", s);
	return not_a_duration(s, e);
}

static int
find_unit(const char *p, size_t n)
{
	for (int i = 0; i < UNITS; i++)
		if (strlen(units[i].name) == n &&
		    memcmp(units[i].name, p, n) == 0)
			return i;
	return -1;
}

/* The digits at p times a unit, added to *sum.  False: overflow. */
static bool
add_whole(const char *p, size_t n, uint64_t unit, uint64_t *sum)
{
	uint64_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(m, (uint64_t)10, &m) ||
		    __builtin_add_overflow(m, (uint64_t)spt__digit(p[i]), &m))
			return false;
	return !__builtin_mul_overflow(m, unit, &m) &&
	       !__builtin_add_overflow(*sum, m, sum);
}

/* The digits behind a point, of a unit.  False: not whole microseconds. */
static bool
add_fraction(const char *p, size_t n, uint64_t unit, uint64_t *sum)
{
	uint64_t m = 0;

	while (n > 0) {
		m += spt__digit(p[--n]) * unit;
		if (m % 10 != 0)
			return false;
		m /= 10;
	}
	return !__builtin_add_overflow(*sum, m, sum);
}

/* One number and its unit at *p, a unit smaller than the one before. */
static int
add_part(
    const char *s, const char **p, int *last, uint64_t *sum, struct spt_err *e)
{
	const char *whole = *p, *fraction, *name;
	size_t wholes = strspn(whole, "0123456789"), fractions = 0, letters;
	uint64_t length;
	int unit;

	fraction = whole + wholes;
	if (*fraction == '.')
		fractions = strspn(++fraction, "0123456789");
	name = fraction + fractions;
	if (wholes == 0 || (fractions == 0 && fraction[-1] == '.'))
		return not_a_duration(s, e);
	letters = strcspn(name, "0123456789.");
	unit = find_unit(name, letters);
	if (unit < 0)
		return refuse_unit(s, name, letters, e);
	if (unit <= *last)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": units go from large to small, each once (1h30m)",
		    s);
	length = (uint64_t)units[unit].us;
	if (!add_whole(whole, wholes, length, sum))
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": too long a duration (the longest is 106751991d)",
		    s);
	if (!add_fraction(fraction, fractions, length, sum))
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": not a whole number of microseconds", s);
	*last = unit;
	*p = name + letters;
	return 0;
}

int
spt_duration_parse(const char *s, bool negative, int64_t *us, struct spt_err *e)
{
	const char *p = s;
	bool minus = *p == '-';
	uint64_t sum = 0;
	int last = -1;

	if (minus && !negative)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": a negative duration makes no sense here "
		    "(write " EXAMPLES ")",
		    s);
	p += minus;
	if (strcmp(p, "0") == 0) {
		*us = 0;
		return 0;
	}
	if (*p == '\0')
		return not_a_duration(s, e);
	while (*p != '\0')
		if (add_part(s, &p, &last, &sum, e) < 0)
			return -1;
	if (sum > (uint64_t)INT64_MAX + minus)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": too long a duration (the longest is 106751991d)",
		    s);
	*us = (int64_t)(minus ? 0 - sum : sum);
	return 0;
}

/* m thousandths, or with six places millionths, of the unit. */
static size_t
put_decimal(char *out, uint64_t m, int places, const char *unit)
{
	size_t n =
	    spt_int_print(out, (int64_t)(m / (places == 6 ? 1000000 : 1000)));
	uint64_t rest = m % (places == 6 ? 1000000 : 1000);

	if (rest != 0) {
		out[n++] = '.';
		for (int i = places; i > 0; i--) {
			out[n + (size_t)i - 1] = (char)('0' + rest % 10);
			rest /= 10;
		}
		n += (size_t)places;
		while (out[n - 1] == '0')
			n--;
	}
	strcpy(out + n, unit);
	return n + strlen(unit);
}

size_t
spt_duration_print(char out[SPT_DURATION_TEXT], int64_t us)
{
	uint64_t m = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
	size_t n = 0;

	if (us < 0)
		out[n++] = '-';
	/* Weeks are read but not printed: 14d says as much as 2w. */
	for (int i = 1; i < 4; i++) {
		uint64_t length = (uint64_t)units[i].us;

		if (m < length)
			continue;
		n += spt_int_print(out + n, (int64_t)(m / length));
		out[n++] = units[i].name[0];
		m %= length;
	}
	out[n] = '\0';
	if (m == 0 && us != 0)
		return n;
	if (m >= 1000000 || m == 0)
		return n + put_decimal(out + n, m, 6, "s");
	if (m >= 1000)
		return n + put_decimal(out + n, m, 3, "ms");
	n += spt_int_print(out + n, (int64_t)m);
	strcpy(out + n, "us");
	return n + 2;
}

/*
 * Times: the first byte chooses the parser.  What is read within the years
 * 0001 to 9999 prints as a text that is the same instant again.
 *
 *	0 RFC 3339   1 web log   2 syslog   3 epoch, the next byte is the unit
 *	4 a format up to the first NUL, then the text   5 a zone file   6 a zone
 *	rule, put behind an empty table
 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define YEAR_1 (INT64_C(-62135596800) * SPT_SECOND)
#define YEAR_10000 (INT64_C(253402300800) * SPT_SECOND)

static void
check_print(spt_time t, const struct spt_tz *tz)
{
	char text[SPT_TIME_TEXT];
	size_t n = spt_time_print(text, t, tz);
	spt_time back = ~t;

	if (n != strlen(text))
		abort();
	if (t < YEAR_1 + SPT_DAY * 2 || t >= YEAR_10000 - SPT_DAY * 2)
		return;
	if (spt_time_parse(text, n, NULL, &back) != 1 || back != t)
		abort();
}

static void
check_civil(spt_time t)
{
	struct spt_civil c;

	spt_civil_from_time(t, &c);
	if (c.year > 0 && c.year < 10000 &&
	    (!spt_civil_valid(&c) || spt_civil_to_time(&c) != t))
		abort();
}

static void
check_zone(const uint8_t *data, size_t size)
{
	static const spt_time times[] = { INT64_MIN, YEAR_1, -1, 0,
		INT64_C(1711846800) * SPT_SECOND,
		INT64_C(1729990800) * SPT_SECOND, YEAR_10000, INT64_MAX };
	struct spt_err e = { 0 };
	struct spt_tz *tz;

	if (spt_tz_read(&tz, spt_io_system(), data, size, &e) < 0) {
		if (e.kind != SPT_EDATA || tz != NULL)
			abort();
		return;
	}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		spt_time t = times[i], local, back;
		int32_t offset = spt_tz_offset(tz, t);

		check_print(t, tz);
		if (__builtin_add_overflow(t, offset * SPT_SECOND, &local))
			continue;
		back = spt_tz_from_local(tz, local);
		/* The same instant, or an earlier one in a fold. */
		if (back > t ||
		    (back < t &&
			back + spt_tz_offset(tz, back) * SPT_SECOND != local))
			abort();
	}
	spt_tz_free(tz);
}

static void
check_rule(const uint8_t *data, size_t size)
{
	static const uint8_t head[44] = { 'T', 'Z', 'i', 'f',
		'3', [39] = 1, [43] = 1 };
	enum { TABLE = sizeof head + 7 };
	uint8_t *file = calloc(1, 2 * TABLE + size + 2);

	memcpy(file, head, sizeof head);
	memcpy(file + TABLE, head, sizeof head);
	file[2 * TABLE] = '\n';
	memcpy(file + 2 * TABLE + 1, data, size);
	file[2 * TABLE + 1 + size] = '\n';
	check_zone(file, 2 * TABLE + size + 2);
	free(file);
}

static int
parse_format(const char *p, size_t n, spt_time *t)
{
	const char *text = memchr(p, '\0', n);
	size_t format = text == NULL ? n : (size_t)(text - p) + 1;
	char *copy;
	int rc;

	copy = malloc(format + 1);
	memcpy(copy, p, format);
	copy[format] = '\0';
	rc = spt_time_parse_format(p + format, n - format, copy, NULL, t);
	if (rc == 1 && spt_time_format_check(copy, NULL) != 1)
		abort();
	free(copy);
	return rc;
}

static int
parse(uint8_t which, const char *p, size_t n, spt_time *t)
{
	static const int64_t units[] = { 1000000, 1000, 1, 0 };

	switch (which) {
	case 0:
		return spt_time_parse(p, n, NULL, t);
	case 1:
		return spt_time_parse_clf(p, n, t);
	case 2:
		return spt_time_parse_syslog(p, n, 2024, NULL, t);
	case 3:
		if (n == 0)
			return 0;
		return spt_time_parse_epoch(p + 1, n - 1, units[*p & 3], t);
	default:
		return parse_format(p, n, t);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t which;
	char *p;
	spt_time t;

	if (size == 0)
		return 0;
	which = *data % 7;
	if (which == 5)
		check_zone(data + 1, size - 1);
	if (which == 6)
		check_rule(data + 1, size - 1);
	if (which >= 5)
		return 0;
	/* An exact copy: nothing is read behind the end. */
	p = malloc(size);
	memcpy(p, data + 1, size - 1);
	if (parse(which, p, size - 1, &t) == 1) {
		check_print(t, NULL);
		check_civil(t);
	}
	free(p);
	return 0;
}

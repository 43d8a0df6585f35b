#include <stdlib.h>

#include "base/time.h"
#include "unit.h"

/* 2015-05-17T10:05:03Z. */
#define MAY INT64_C(1431857103)

static struct spt_tz *plus_two;
static struct spt_err err;

/* The parsers get an exact copy on the heap, so that the sanitizer sees any
 * read behind it. */
static char *
tight(const char *s)
{
	size_t n = strlen(s);
	char *p = malloc(n != 0 ? n : 1);

	memcpy(p, s, n);
	return p;
}

/* ---- the calendar ------------------------------------------------------ */

static void
test_calendar(void)
{
	struct spt_civil c;
	int64_t day = spt_days_from_civil(-401, 12, 31);
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	CHECK_INT(spt_days_from_civil(1970, 1, 1), 0);
	CHECK_INT(spt_days_from_civil(1969, 12, 31), -1);
	CHECK_INT(spt_days_from_civil(2000, 2, 29), 11016);
	CHECK_INT(spt_days_from_civil(1, 1, 1), -719162);
	CHECK_INT(spt_days_from_civil(9999, 12, 31), 2932896);
	/* Every day of 10,400 years, one by one. */
	for (int year = -400; year < 10000; year++) {
		bool leap =
		    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		for (int month = 1; month <= 12; month++) {
			int n = lengths[month - 1] + (month == 2 && leap);

			for (int d = 1; d <= n; d++) {
				day++;
				spt_civil_from_time(day * SPT_DAY - 1, &c);
				spt_civil_from_time(day * SPT_DAY, &c);
				if (spt_days_from_civil(year, month, d) !=
					day ||
				    c.year != year || c.month != month ||
				    c.day != d) {
					CHECK(!"day by day");
					return;
				}
			}
		}
	}
}

static void
test_extremes(void)
{
	struct spt_civil c;
	char text[SPT_TIME_TEXT];

	spt_civil_from_time(INT64_MAX, &c);
	CHECK_INT(c.year, 294247);
	CHECK_INT(spt_civil_to_time(&c), INT64_MAX);
	spt_civil_from_time(INT64_MIN, &c);
	CHECK_INT(c.year, -290308);
	CHECK_INT(c.micros, 224192);
	CHECK_INT(
	    spt_time_print(text, INT64_MAX, NULL), (long long)strlen(text));
	CHECK_STR(text, "+294247-01-10T04:00:54.775807Z");
	spt_time_print(text, INT64_MIN, NULL);
	CHECK_STR(text, "-290308-12-21T19:59:05.224192Z");
	/* No room for the offset: the instant stays right. */
	spt_time_print(text, INT64_MAX, plus_two);
	CHECK_STR(text, "+294247-01-10T04:00:54.775807+00:00");
}

static void
test_valid(void)
{
	static const struct {
		struct spt_civil c;
		bool valid;
	} cases[] = {
		{ { 2000, 2, 29, 0, 0, 0, 0 }, true },
		{ { 1900, 2, 29, 0, 0, 0, 0 }, false },
		{ { 2023, 2, 29, 0, 0, 0, 0 }, false },
		{ { 2024, 2, 29, 0, 0, 0, 0 }, true },
		{ { 2024, 2, 30, 0, 0, 0, 0 }, false },
		{ { 2024, 4, 31, 0, 0, 0, 0 }, false },
		{ { 2024, 0, 1, 0, 0, 0, 0 }, false },
		{ { 2024, 13, 1, 0, 0, 0, 0 }, false },
		{ { 2024, 1, 0, 0, 0, 0, 0 }, false },
		{ { 0, 1, 1, 0, 0, 0, 0 }, false },
		{ { 1, 1, 1, 0, 0, 0, 0 }, true },
		{ { 10000, 1, 1, 0, 0, 0, 0 }, false },
		{ { 2024, 1, 1, 24, 0, 0, 0 }, true },
		{ { 2024, 1, 1, 24, 0, 1, 0 }, false },
		{ { 2024, 1, 1, 24, 0, 0, 1 }, false },
		{ { 2024, 1, 1, 23, 59, 60, 0 }, true },
		{ { 2024, 1, 1, 23, 59, 61, 0 }, false },
		{ { 2024, 1, 1, 23, 60, 0, 0 }, false },
		{ { 2024, 1, 1, -1, 0, 0, 0 }, false },
		{ { 2024, 1, 1, 0, 0, 0, 1000000 }, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_INT(spt_civil_valid(&cases[i].c), cases[i].valid);
}

/* ---- RFC 3339 ---------------------------------------------------------- */

static void
check_time(const char *s, const struct spt_tz *tz, const char *want)
{
	char text[SPT_TIME_TEXT], *p = tight(s);
	spt_time t = 0;
	int rc = spt_time_parse(p, strlen(s), tz, &t);

	free(p);
	CHECK_INT(rc, want != NULL);
	if (rc == 0 || want == NULL) {
		if (rc != (want != NULL))
			printf("case %s\n", s);
		return;
	}
	spt_time_print(text, t, NULL);
	CHECK_STR(text, want);
}

static void
test_parse(void)
{
	static const char *const bad[] = { "", " ", "2015", "2015-05",
		"2015-5-17", "2015-05-17T", "2015-05-17x10:05:03",
		"2015-05-17T10",
		"2015-05-17T10:", "2015-05-17T10:05:", "2015-05-17T10:05:3",
		"2015-05-17T10:05:03.", "2015-05-17T10:05:03.1234567890",
		"2015-05-17T10:05:03ZZ", "2015-05-17T10:05:03+",
		"2015-05-17T10:05:03+2",
		"2015-05-17T10:05:03+02:", "2015-05-17T10:05:03+02:0",
		"2015-05-17T10:05:03+020", "2015-05-17T10:05:03+02:60",
		"2015-05-17T10:05:03+24", "2015-05-17T10:05:61",
		"2015-05-17T10:60:03", "2015-05-17T25:05:03",
		"2015-05-17T24:00:01", "2015-02-29", "2015-13-01", "2015-00-01",
		"2015-01-00", "0000-01-01", "2015/05/17", "20150517",
		"2015-05-17 T10:05:03", "2015-05-17T 10:05:03",
		"2015-05-17T10:05.5", "2015-05-17T10-05-03", "2015-05-17Z",
		"2015-05-17T10:05:03 CET", "x015-05-17", "2015-05-1x",
		"-015-05-17", "2015-05-17T1x:05:03", "2015-05-17T10:05:03+0x",
		"2015-05-17\n10:05:03", "2O15-05-17", "2015-05-17T10:05:03.x",
		"+2015-05-17", "12015-05-17" };

	check_time("2015-05-17", NULL, "2015-05-17T00:00:00Z");
	check_time("2015-05-17T10:05:03Z", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17t10:05:03z", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17 10:05:03", NULL, "2015-05-17T10:05:03Z");
	check_time("  2015-05-17   10:05:03 ", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17\t10:05", NULL, "2015-05-17T10:05:00Z");
	check_time("2015-05-17T10:05Z", NULL, "2015-05-17T10:05:00Z");
	check_time("2015-05-17T10:05:03.5", NULL, "2015-05-17T10:05:03.500Z");
	check_time("2015-05-17T10:05:03,25", NULL, "2015-05-17T10:05:03.250Z");
	check_time(
	    "2015-05-17T10:05:03.123456", NULL, "2015-05-17T10:05:03.123456Z");
	check_time("2015-05-17T10:05:03.123456789Z", NULL,
	    "2015-05-17T10:05:03.123456Z");
	check_time(
	    "2015-05-17T10:05:03.000000999", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17T10:05:03.999999999", NULL,
	    "2015-05-17T10:05:03.999999Z");
	check_time("2015-05-17T10:05:03+02:00", NULL, "2015-05-17T08:05:03Z");
	check_time("2015-05-17T10:05:03-0530", NULL, "2015-05-17T15:35:03Z");
	check_time(
	    "2015-05-17T10:05:03.5+02", NULL, "2015-05-17T08:05:03.500Z");
	check_time("2015-05-17 10:05:03 +0200", NULL, "2015-05-17T08:05:03Z");
	check_time("2015-05-17 10:05:03 UTC", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17 10:05:03 GMT", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17T10:05:03-00:00", NULL, "2015-05-17T10:05:03Z");
	check_time("2015-05-17T10:05:03+23:59", NULL, "2015-05-16T10:06:03Z");
	/* Leap seconds, the end of the day. */
	check_time("2016-12-31T23:59:60Z", NULL, "2017-01-01T00:00:00Z");
	check_time("2016-12-31T23:59:60.5Z", NULL, "2017-01-01T00:00:00.500Z");
	check_time("2015-02-28T24:00", NULL, "2015-03-01T00:00:00Z");
	/* Before 1970, and the ends. */
	check_time(
	    "1969-12-31T23:59:59.999999", NULL, "1969-12-31T23:59:59.999999Z");
	check_time(
	    "1969-12-31T23:59:59.9999999", NULL, "1969-12-31T23:59:59.999999Z");
	check_time("0001-01-01", NULL, "0001-01-01T00:00:00Z");
	check_time("0001-01-01T00:00:00+01:00", NULL, "+0000-12-31T23:00:00Z");
	check_time("9999-12-31T23:59:59.999999999Z", NULL,
	    "9999-12-31T23:59:59.999999Z");
	check_time("9999-12-31T23:59:59-00:30", NULL, "+10000-01-01T00:29:59Z");
	/* A zone of the text beats the one given. */
	check_time("2015-05-17 10:05:03", plus_two, "2015-05-17T08:05:03Z");
	check_time("2015-05-17", plus_two, "2015-05-16T22:00:00Z");
	check_time("2015-05-17T10:05:03Z", plus_two, "2015-05-17T10:05:03Z");
	check_time("2015-05-17T10:05:03-01", plus_two, "2015-05-17T11:05:03Z");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_time(bad[i], NULL, NULL);
}

static void
test_instant(void)
{
	spt_time t = 0;

	CHECK_INT(spt_time_parse("2015-05-17T10:05:03.25Z", 23, NULL, &t), 1);
	CHECK_INT(t, MAY * SPT_SECOND + 250000);
	CHECK_INT(spt_time_parse("1969-12-31T23:59:59.75", 22, NULL, &t), 1);
	CHECK_INT(t, -250000);
	/* The length counts, not what stands behind it. */
	CHECK_INT(spt_time_parse("2015-05-17T10:05:03", 16, NULL, &t), 1);
	CHECK_INT(t, (MAY - 3) * SPT_SECOND);
	CHECK_INT(spt_time_parse("2015-05-17T10:05:03", 15, NULL, &t), 0);
}

static void
test_print(void)
{
	char text[SPT_TIME_TEXT];

	spt_time_print(text, 0, NULL);
	CHECK_STR(text, "1970-01-01T00:00:00Z");
	spt_time_print(text, -1, NULL);
	CHECK_STR(text, "1969-12-31T23:59:59.999999Z");
	spt_time_print(text, MAY * SPT_SECOND + 20000, NULL);
	CHECK_STR(text, "2015-05-17T10:05:03.020Z");
	spt_time_print(text, MAY * SPT_SECOND + 1, plus_two);
	CHECK_STR(text, "2015-05-17T12:05:03.000001+02:00");
}

/* ---- other fixed formats ----------------------------------------------- */

static void
check_clf(const char *s, int want, int64_t seconds)
{
	char *p = tight(s);
	spt_time t = 0;
	int rc = spt_time_parse_clf(p, strlen(s), &t);

	if (rc != want)
		printf("case %s\n", s);
	CHECK_INT(rc, want);
	CHECK_INT(t, seconds * SPT_SECOND);
	free(p);
}

static void
test_clf(void)
{
	check_clf("17/May/2015:10:05:03 +0000", 1, MAY);
	check_clf("[17/May/2015:10:05:03 +0000]", 1, MAY);
	check_clf(" [17/May/2015:10:05:03 +0000] ", 1, MAY);
	check_clf("17/may/2015:12:05:03 +0200", 1, MAY);
	check_clf("17/May/2015:05:05:03 -0500", 1, MAY);
	check_clf("31/Dec/1969:23:59:59 +0000", 1, -1);
	check_clf("17/May/2015:10:05:03", 0, 0);
	check_clf("[17/May/2015:10:05:03 +0000", 0, 0);
	check_clf("17/May/2015:10:05:03 +0000]", 0, 0);
	check_clf("7/May/2015:10:05:03 +0000", 0, 0);
	check_clf("17/Mai/2015:10:05:03 +0000", 0, 0);
	check_clf("31/Apr/2015:10:05:03 +0000", 0, 0);
	check_clf("17/May/2015:10:05:63 +0000", 0, 0);
	check_clf("17/May/2015 10:05:03 +0000", 0, 0);
	check_clf("17/May/2015:10:05:03 +0000 x", 0, 0);
	check_clf("17/May/2015:10:05 +0000", 0, 0);
	check_clf("[]", 0, 0);
	check_clf("[", 0, 0);
	check_clf("-", 0, 0);
}

static void
check_syslog(const char *s, int year, int want, int64_t seconds)
{
	char *p = tight(s);
	spt_time t = 0;
	int rc = spt_time_parse_syslog(p, strlen(s), year, NULL, &t);

	if (rc != want)
		printf("case %s\n", s);
	CHECK_INT(rc, want);
	CHECK_INT(t, seconds * SPT_SECOND);
	free(p);
}

static void
test_syslog(void)
{
	spt_time t = 0;

	check_syslog("May 17 10:05:03", 2015, 1, MAY);
	check_syslog("May  7 10:05:03", 2015, 1, MAY - 864000);
	check_syslog("May 7 10:05:03", 2015, 1, MAY - 864000);
	check_syslog("may 07 10:05:03", 2015, 1, MAY - 864000);
	check_syslog("Feb 29 00:00:00", 2016, 1, 1456704000);
	check_syslog("Feb 29 00:00:00", 2015, 0, 0);
	check_syslog("May 17 10:05:03 2015", 2015, 0, 0);
	check_syslog("May 17 2015 10:05:03", 2015, 0, 0);
	check_syslog("May 17 10:05", 2015, 0, 0);
	check_syslog("May 017 10:05:03", 2015, 0, 0);
	check_syslog("Mayo 17 10:05:03", 2015, 0, 0);
	check_syslog("May 17 10:05:03", 0, 0, 0);
	check_syslog("", 2015, 0, 0);
	CHECK_INT(
	    spt_time_parse_syslog("May 17 12:05:03", 15, 2015, plus_two, &t),
	    1);
	CHECK_INT(t, MAY * SPT_SECOND);
}

static void
check_epoch(const char *s, int64_t unit, int want, spt_time value)
{
	char *p = tight(s);
	spt_time t = 0;
	int rc = spt_time_parse_epoch(p, strlen(s), unit, &t);

	if (rc != want || t != value)
		printf("case %s\n", s);
	CHECK_INT(rc, want);
	CHECK_INT(t, value);
	free(p);
}

static void
test_epoch(void)
{
	static const char *const bad[] = { "", "-", ".", ".5", "5.", "1e9",
		"1 2", "1.2.3", "x", "0x1", "1.5x", "--1", "1,5" };

	check_epoch("0", 1000000, 1, 0);
	check_epoch(" 1431857103 ", 1000000, 1, MAY * SPT_SECOND);
	check_epoch("1431857103.25", 1000000, 1, MAY * SPT_SECOND + 250000);
	check_epoch(
	    "1431857103.123456789", 1000000, 1, MAY * SPT_SECOND + 123456);
	check_epoch("1431857103250", 1000, 1, MAY * SPT_SECOND + 250000);
	check_epoch("1431857103250.0019", 1000, 1, MAY * SPT_SECOND + 250001);
	check_epoch("1431857103250001", 1, 1, MAY * SPT_SECOND + 250001);
	check_epoch("1431857103250001.9", 1, 1, MAY * SPT_SECOND + 250001);
	check_epoch("1431857103250001999", 0, 1, MAY * SPT_SECOND + 250001);
	check_epoch("999", 0, 1, 0);
	check_epoch("1000", 0, 1, 1);
	check_epoch("7", 0, 1, 0);
	check_epoch("-7", 0, 1, -1);
	check_epoch("-1000", 0, 1, -1);
	check_epoch("-1001", 0, 1, -2);
	check_epoch("-1.5", 1000000, 1, -1500000);
	check_epoch("-0.0000001", 1000000, 1, -1);
	check_epoch("-0.0000010", 1000000, 1, -1);
	check_epoch("-0.0000011", 1000000, 1, -2);
	check_epoch("+5", 1000000, 1, 5 * SPT_SECOND);
	check_epoch("-0", 1000000, 1, 0);
	check_epoch("000000000000000000000000000005", 1, 1, 5);
	check_epoch("9223372036854775806", 1, 1, INT64_MAX - 1);
	check_epoch("9223372036854775807", 1, 0, 0);
	check_epoch("-9223372036854775806", 1, 1, -INT64_MAX + 1);
	check_epoch("-9223372036854775808", 1, 0, 0);
	check_epoch("9223372036854775806999", 0, 1, INT64_MAX - 1);
	check_epoch("9223372036854.775806", 1000000, 1, INT64_MAX - 1);
	check_epoch("9223372036855", 1000000, 0, 0);
	check_epoch("99999999999999999999999999999999", 1, 0, 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_epoch(bad[i], 1000000, 0, 0);
}

/* ---- formats ----------------------------------------------------------- */

static void
check_format(const char *format, const char *s, const char *want)
{
	char text[SPT_TIME_TEXT], *p = tight(s);
	spt_time t;
	int rc = spt_time_parse_format(p, strlen(s), format, NULL, &t);

	free(p);
	CHECK_INT(spt_time_format_check(format, NULL), 1);
	if (rc != (want != NULL))
		printf("case %s with %s\n", s, format);
	CHECK_INT(rc, want != NULL);
	if (rc == 1 && want != NULL) {
		spt_time_print(text, t, NULL);
		CHECK_STR(text, want);
	}
}

static void
test_format(void)
{
	check_format(
	    "%Y-%m-%d %H:%M:%S", "2015-05-17 10:05:03", "2015-05-17T10:05:03Z");
	check_format(
	    "%F %T.%f", "2015-05-17 10:05:03.25", "2015-05-17T10:05:03.250Z");
	check_format(
	    "%FT%T%z", "2015-05-17T10:05:03+02:00", "2015-05-17T08:05:03Z");
	check_format("%FT%T%z", "2015-05-17T10:05:03Z", "2015-05-17T10:05:03Z");
	check_format("%d/%b/%Y:%H:%M:%S %z", "17/May/2015:10:05:03 -0500",
	    "2015-05-17T15:05:03Z");
	check_format("%a, %d %b %Y %T %Z", "Sun, 17 May 2015 10:05:03 GMT",
	    "2015-05-17T10:05:03Z");
	check_format(
	    "%A %B %e %Y", "sunday MAY  7 2015", "2015-05-07T00:00:00Z");
	check_format("%h %e %R", "Sept 7 10:05", NULL);
	check_format("%h %e %R", "Sep 7 10:05", "1970-09-07T10:05:00Z");
	check_format("%D", "05/17/15", "2015-05-17T00:00:00Z");
	check_format("%y", "68", "2068-01-01T00:00:00Z");
	check_format("%y", "69", "1969-01-01T00:00:00Z");
	check_format("%Y%m%d%H%M%S", "20150517100503", "2015-05-17T10:05:03Z");
	check_format("%Y %j", "2016 366", "2016-12-31T00:00:00Z");
	check_format("%Y %j", "2015 366", NULL);
	check_format("%j %Y", "60 2015", "2015-03-01T00:00:00Z");
	check_format("%I:%M %p", "12:05 am", "1970-01-01T00:05:00Z");
	check_format("%I:%M %p", "12:05 PM", "1970-01-01T12:05:00Z");
	check_format("%p %I", "pm 7", "1970-01-01T19:00:00Z");
	check_format("%I", "13", NULL);
	check_format("%I %p", "7 xm", NULL);
	check_format("%s", "1431857103", "2015-05-17T10:05:03Z");
	check_format("%s.%f", "1431857103.5", "2015-05-17T10:05:03.500Z");
	check_format("%s", "-1", "1969-12-31T23:59:59Z");
	check_format("%s", "9223372036855", NULL);
	check_format("%s.%f", "9223372036854.999999", NULL);
	check_format("%s.%f", "9223372036854.775807", NULL);
	check_format("%H%%%M", "10%05", "1970-01-01T10:05:00Z");
	check_format("%H%n%t%M", "10  05", "1970-01-01T10:05:00Z");
	check_format("%H %M", "10    05", "1970-01-01T10:05:00Z");
	check_format("%H %M", "1005", "1970-01-01T10:05:00Z");
	check_format("at %H", " at 7 ", "1970-01-01T07:00:00Z");
	check_format("%H:%M", "10:05x", NULL);
	check_format("%H:%M", "10:", NULL);
	check_format("%H:%M", "", NULL);
	check_format("%d", "32", NULL);
	check_format("%d %m %Y", "31 04 2015", NULL);
	check_format("%S", "60", "1970-01-01T00:01:00Z");
	check_format("%S", "61", NULL);
	check_format("%Y", "0", NULL);
	check_format("%f", "1234567890", NULL);
	check_format("%Z", "+0200", NULL);
	check_format("%Z", "CET", NULL);
	check_format("%z", "CET", NULL);
	check_format("%b", "Ma", NULL);
	check_format("%B", "March", "1970-03-01T00:00:00Z");
	check_format("%b%d", "March1", "1970-03-01T00:00:00Z");
	check_format("%F", "2015-5-7", "2015-05-07T00:00:00Z");
}

static void
test_format_check(void)
{
	static const char *const bad[] = { "%", "%Y %", "%Q", "%Ey", "%-d",
		"%10Y", "%c" };
	const char *where = NULL;
	spt_time t;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_INT(spt_time_format_check(bad[i], NULL), 0);
	CHECK_INT(spt_time_format_check("%Y-%q-%d", &where), 0);
	CHECK_STR(where, "%q-%d");
	CHECK_INT(spt_time_format_check("", NULL), 1);
	CHECK_INT(spt_time_parse_format("10", 2, "%Q", NULL, &t), 0);
	CHECK_INT(spt_time_parse_format("10%", 3, "%H%", NULL, &t), 0);
	/* The zone given counts only where the text has none. */
	CHECK_INT(spt_time_parse_format("02", 2, "%H", plus_two, &t), 1);
	CHECK_INT(t, 0);
	CHECK_INT(spt_time_parse_format("02Z", 3, "%H%z", plus_two, &t), 1);
	CHECK_INT(t, 7200 * SPT_SECOND);
	CHECK_INT(spt_time_parse_format("5", 1, "%s", plus_two, &t), 1);
	CHECK_INT(t, 5 * SPT_SECOND);
}

int
main(void)
{
	if (spt_tz_open(&plus_two, spt_io_system(), "+02:00", &err) < 0) {
		printf("%s\n", err.msg);
		return 1;
	}
	test_calendar();
	test_extremes();
	test_valid();
	test_parse();
	test_instant();
	test_print();
	test_clf();
	test_syslog();
	test_epoch();
	test_format();
	test_format_check();
	spt_tz_free(plus_two);
	return DONE;
}

#include "base/hash.h"
#include "base/time.h"
#include "unit.h"

static struct spt_err err;

static void
check_good(const char *s, int64_t want, const char *printed)
{
	char text[SPT_DURATION_TEXT];
	int64_t us = -12345;

	spt_err_clear(&err);
	if (spt_duration_parse(s, true, &us, &err) < 0)
		printf("%s\n", err.msg);
	CHECK_INT(us, want);
	CHECK_INT(spt_duration_print(text, us), (long long)strlen(text));
	CHECK_STR(text, printed);
}

static void
check_bad(const char *s, const char *message)
{
	int64_t us = -12345;

	spt_err_clear(&err);
	CHECK_INT(spt_duration_parse(s, false, &us, &err), -1);
	CHECK_INT(us, -12345);
	CHECK_INT(err.kind, SPT_EUSAGE);
	CHECK_STR(err.msg, message);
}

static void
test_good(void)
{
	check_good("0", 0, "0s");
	check_good("-0", 0, "0s");
	check_good("0ms", 0, "0s");
	check_good("500ms", 500000, "500ms");
	check_good("10s", 10 * SPT_SECOND, "10s");
	check_good("5m", 300 * SPT_SECOND, "5m");
	check_good("1h30m", 5400 * SPT_SECOND, "1h30m");
	check_good("90m", 5400 * SPT_SECOND, "1h30m");
	check_good("7d", 7 * SPT_DAY, "7d");
	check_good("2w", 14 * SPT_DAY, "14d");
	check_good("1us", 1, "1us");
	check_good("1ms1us", 1001, "1.001ms");
	check_good("1.5h", 5400 * SPT_SECOND, "1h30m");
	check_good("0.000001s", 1, "1us");
	check_good("1.50000000000000000000000000s", 1500000, "1.5s");
	check_good("0.5ms", 500, "500us");
	check_good("1w2d3h4m5s6ms7us",
	    9 * SPT_DAY + (3 * 3600 + 4 * 60 + 5) * SPT_SECOND + 6007,
	    "9d3h4m5.006007s");
	check_good("-5s", -5 * SPT_SECOND, "-5s");
	check_good("-1h0.25s", -3600250000, "-1h250ms");
	check_good("0.015625w", 9450 * SPT_SECOND, "2h37m30s");
	check_good(
	    "9223372036854775807us", INT64_MAX, "106751991d4h54.775807s");
	check_good(
	    "-9223372036854775808us", INT64_MIN, "-106751991d4h54.775808s");
	check_good("106751991d", 106751991 * SPT_DAY, "106751991d");
	check_good("0000000000000000000000001s", SPT_SECOND, "1s");
}

#define WANT " (write 500ms, 10s, 5m, 1h30m, 7d)"
#define LONGEST ": too long a duration (the longest is 106751991d)"

static void
test_bad(void)
{
	static const char *const forms[] = { "", "s", " 5s", "5s ", "5 s",
		"1.s", ".5s", "+5s", "5S", "1h30", "1e3s", "1:30", "ten", "5s,",
		"1..5s", "--5s", "0.", "infs" };
	int64_t us;

	check_bad("5x", "\"5x\": not a duration" WANT);
	check_bad("5", "\"5\": a number without a unit" WANT);
	check_bad("1h30", "\"1h30\": a number without a unit" WANT);
	check_bad("00", "\"00\": a number without a unit" WANT);
	check_bad(
	    "-5s", "\"-5s\": a negative duration makes no sense here" WANT);
	check_bad("1month",
	    "\"1month\": the length of a month varies (use days: 30d)");
	check_bad("2years",
	    "\"2years\": the length of a year varies (use days: 365d)");
	check_bad("1Y", "\"1Y\": the length of a year varies (use days: 365d)");
	check_bad("30m1h",
	    "\"30m1h\": units go from large to small, each once (1h30m)");
	check_bad("1s1s",
	    "\"1s1s\": units go from large to small, each once (1h30m)");
	check_bad("0.5us", "\"0.5us\": not a whole number of microseconds");
	check_bad(
	    "0.0000001s", "\"0.0000001s\": not a whole number of microseconds");
	check_bad("0.33333333333h",
	    "\"0.33333333333h\": not a whole number of microseconds");
	check_bad("106751992d", "\"106751992d\"" LONGEST);
	check_bad("9223372036854775808us", "\"9223372036854775808us\"" LONGEST);
	check_bad("99999999999999999999w", "\"99999999999999999999w\"" LONGEST);
	check_bad("106751991d5h", "\"106751991d5h\"" LONGEST);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		spt_err_clear(&err);
		CHECK_INT(spt_duration_parse(forms[i], true, &us, &err), -1);
		CHECK_INT(err.kind, SPT_EUSAGE);
	}
	spt_err_clear(&err);
	CHECK_INT(
	    spt_duration_parse("-9223372036854775809us", true, &us, &err), -1);
}

static void
test_round_trip(void)
{
	char text[SPT_DURATION_TEXT];

	spt_err_clear(&err);
	for (uint64_t i = 0; i < 100000; i++) {
		int64_t us = (int64_t)spt_hash_int(11, i) >> i % 64;
		int64_t back = 0;

		spt_duration_print(text, us);
		if (spt_duration_parse(text, true, &back, &err) < 0 ||
		    back != us) {
			printf("%lld: %s\n", (long long)us, text);
			CHECK_INT(back, us);
			break;
		}
	}
}

int
main(void)
{
	test_good();
	test_bad();
	test_round_trip();
	return DONE;
}

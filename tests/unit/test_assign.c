/* Windows of instants: the golden cases G01-G03, and random values against a
 * walk over every window. */
#include <stdlib.h>

#include "base/time.h"
#include "unit.h"
#include "window/assign.h"

#define S SPT_SECOND
#define MIN (60 * SPT_SECOND)

/* "a-b c-d" of the windows of t, oldest first, in units after base. */
static const char *
windows(int64_t size, int64_t slide, int64_t offset, spt_time t, int64_t base,
    int64_t unit)
{
	struct spt_windowspec w = { SPT_WINDOW_FIXED, size, slide, offset };
	static char text[512];
	size_t n = 0;

	text[0] = '\0';
	for (int64_t i = spt_assign_count(&w) - 1; i >= 0; i--) {
		struct spt_interval s;

		if (spt_assign_get(&w, t, i, &s))
			n += (size_t)snprintf(text + n, sizeof text - n,
			    "%s%lld-%lld", n != 0 ? " " : "",
			    (long long)((s.start - base) / unit),
			    (long long)((s.end - base) / unit));
	}
	return text;
}

static void
golden(void)
{
	const spt_time at = (19 * 60 + 39) * MIN, noon = 12 * 60 * MIN;

	/* G01 */
	CHECK_STR(windows(10 * S, 3 * S, 0, at + 27 * S, at, S),
	    "18-28 21-31 24-34 27-37");
	CHECK_STR(
	    windows(10 * S, 3 * S, 0, at + 34 * S, at, S), "27-37 30-40 33-43");
	CHECK_STR(
	    windows(10 * S, 3 * S, 0, at + 56 * S, at, S), "48-58 51-61 54-64");
	/* G02 */
	CHECK_STR(windows(10 * S, 10 * S, 5 * S, 2 * S, 0, S), "-5-5");
	CHECK_STR(windows(10 * S, 10 * S, 5 * S, 12 * S, 0, S), "5-15");
	CHECK_STR(windows(10 * S, 10 * S, 5 * S, 2 * S - SPT_DAY, 0, S),
	    "-86405--86395");
	CHECK_STR(windows(10 * S, 10 * S, -5 * S, at + 30 * S, at, S), "25-35");
	CHECK_STR(windows(10 * S, 10 * S, -5 * S, at + 25 * S, at, S), "25-35");
	CHECK_STR(windows(10 * S, 10 * S, 0, at + 30 * S, at, S), "30-40");
	/* G03: 12:05 */
	CHECK_STR(windows(12 * MIN, 5 * MIN, 0, noon + 5 * MIN, noon, MIN),
	    "-5-7 0-12 5-17");
	CHECK_STR(
	    windows(12 * MIN, 5 * MIN, 2 * MIN, noon + 5 * MIN, noon, MIN),
	    "-3-9 2-14");
}

static void
edges(void)
{
	struct spt_windowspec w = { SPT_WINDOW_FIXED, 10, 10, 0 };
	struct spt_interval s, old;

	CHECK(spt_assign_get(&w, SPT_TIME_MIN, 0, &s));
	CHECK(s.start == SPT_TIME_MIN && s.end > SPT_TIME_MIN);
	CHECK(spt_assign_get(&w, SPT_TIME_MAX, 0, &s));
	CHECK(s.start <= SPT_TIME_MAX && s.end == SPT_TIME_MAX);
	/* Sliding there: the windows stay different ones. */
	w.slide = 3;
	w.offset = 2;
	for (int k = 0; k < 2; k++) {
		spt_time t = k == 0 ? SPT_TIME_MIN + 1 : SPT_TIME_MAX - 1;
		int n = 0;

		for (int64_t i = spt_assign_count(&w) - 1; i >= 0; i--) {
			if (!spt_assign_get(&w, t, i, &s))
				continue;
			CHECK(s.start <= t && t < s.end);
			if (n++ > 0)
				CHECK(s.start != old.start || s.end != old.end);
			old = s;
		}
		CHECK(n >= 3);
	}
	/* The largest windows there are, and the farthest offset. */
	w.size = w.slide = INT64_MAX;
	w.offset = -(INT64_MAX - 1);
	CHECK(spt_assign_get(&w, SPT_TIME_MIN, 0, &s));
	CHECK(spt_assign_get(&w, SPT_TIME_MAX, 0, &s));
	CHECK(spt_assign_get(&w, 0, 0, &s) && s.start <= 0 && s.end > 0);
}

static int64_t
below(int64_t n)
{
	return (int64_t)(((uint64_t)random() << 31 | (uint64_t)random()) %
			 (uint64_t)n);
}

/* Every k with offset + k * slide <= t < offset + k * slide + size. */
static void
brute(const struct spt_windowspec *w, spt_time t)
{
	int64_t i = spt_assign_count(w) - 1, n = 0, found = 0;
	struct spt_interval s;

	for (int64_t k = -400; k <= 400; k++) {
		int64_t start = w->offset + k * w->slide;

		if (t < start || t >= start + w->size)
			continue;
		n++;
		while (i >= 0 && !spt_assign_get(w, t, i, &s))
			i--;
		CHECK(i >= 0 && s.start == start && s.end == start + w->size);
		found += i-- >= 0;
	}
	for (; i >= 0; i--)
		found += spt_assign_get(w, t, i, &s);
	CHECK(n > 0 && found == n);
}

static void
parse(const char *text, int64_t offset, const char *want)
{
	struct spt_windowspec w;
	struct spt_err e = { 0 };
	char got[128];

	if (spt_windowspec_parse(&w, spt_io_system(), text, offset, &e) < 0) {
		CHECK_INT(e.kind, SPT_EUSAGE);
		CHECK(strstr(e.msg, want) != NULL);
		return;
	}
	snprintf(got, sizeof got, "%d %lld/%lld%+lld", (int)w.kind,
	    (long long)w.size, (long long)w.slide, (long long)w.offset);
	CHECK_STR(got, want);
}

int
main(void)
{
	golden();
	edges();
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		struct spt_windowspec w = { .kind = SPT_WINDOW_FIXED };

		w.slide = 1 + below(20);
		w.size = w.slide + below(60);
		w.offset = below(2 * w.slide - 1) - (w.slide - 1);
		brute(&w, below(600) - 300);
	}
	parse(NULL, 0, "0 0/0+0");
	parse(NULL, 5, "-w");
	parse("10s", 0, "1 10000000/10000000+0");
	parse("10s/3s", -2999999, "1 10000000/3000000-2999999");
	parse("10s/3s", 3000000, "shorter than the slide");
	parse("10s/3s", -3000000, "shorter than the slide");
	parse("0s", 0, "more than 0");
	parse("10s/0s", 0, "more than 0");
	parse("3s/10s", 0, "longer than the window");
	parse("10s/", 0, "-w: slide");
	parse("/10s", 0, "-w: size");
	parse("10s/5s/1s", 0, "-w: slide");
	parse("1month", 0, "month");
	parse("-5s", 0, "-w: size");
	parse("10d/1us", 0, "windows");
	return DONE;
}

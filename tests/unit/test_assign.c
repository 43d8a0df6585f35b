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
	struct spt_windowspec w = { .kind = SPT_WINDOW_FIXED,
		.size = size,
		.slide = slide,
		.offset = offset };
	static char text[512];
	struct spt_slice s;
	size_t n = 0;

	text[0] = '\0';
	spt_slice_get(&w, t, &s);
	for (__int128 i = s.first; i <= s.last; i++) {
		struct spt_interval v = spt_assign_window(&w, i);

		n += (size_t)snprintf(text + n, sizeof text - n, "%s%lld-%lld",
		    n != 0 ? " " : "", (long long)((v.start - base) / unit),
		    (long long)((v.end - base) / unit));
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
	struct spt_windowspec w = {
		.kind = SPT_WINDOW_FIXED, .size = 10, .slide = 10
	};
	struct spt_interval v, old = { 0, 0 };
	struct spt_slice s;

	spt_slice_get(&w, SPT_TIME_MIN, &s);
	CHECK(s.span.start == SPT_TIME_MIN && s.span.end > SPT_TIME_MIN);
	spt_slice_get(&w, SPT_TIME_MAX, &s);
	CHECK(s.span.start <= SPT_TIME_MAX && s.span.end == SPT_TIME_MAX);
	/* Sliding there: the windows stay different ones. */
	w.slide = 3;
	w.offset = 2;
	for (int k = 0; k < 2; k++) {
		spt_time t = k == 0 ? SPT_TIME_MIN + 1 : SPT_TIME_MAX - 1;

		spt_slice_get(&w, t, &s);
		CHECK(s.span.start <= t && t < s.span.end);
		CHECK(s.last - s.first >= 2);
		for (__int128 i = s.first; i <= s.last; i++) {
			v = spt_assign_window(&w, i);
			CHECK(v.start <= t && t < v.end);
			if (i != s.first)
				CHECK(v.start != old.start || v.end != old.end);
			old = v;
		}
	}
	/* The smallest slide: a unit a microsecond. */
	w.slide = 1;
	w.size = 3;
	w.offset = 0;
	spt_slice_get(&w, SPT_TIME_MIN + 1, &s);
	CHECK(s.unit == SPT_TIME_MIN + 1 && s.last - s.first == 2);
	spt_slice_get(&w, SPT_TIME_MAX - 1, &s);
	CHECK(s.unit == SPT_TIME_MAX - 1 && s.last - s.first == 2);
	/* The largest windows there are, and the farthest offset. */
	w.size = w.slide = INT64_MAX;
	w.offset = -(INT64_MAX - 1);
	spt_slice_get(&w, SPT_TIME_MIN, &s);
	CHECK(s.first == s.last);
	spt_slice_get(&w, SPT_TIME_MAX, &s);
	CHECK(s.first == s.last);
	spt_slice_get(&w, 0, &s);
	v = spt_assign_window(&w, s.last);
	CHECK(v.start <= 0 && v.end > 0);
}

static int64_t
below(int64_t n)
{
	return (int64_t)(((uint64_t)random() << 31 | (uint64_t)random()) %
			 (uint64_t)n);
}

/* Every k with offset + k * slide <= t < offset + k * slide + size; the slice
 * is where that is the same for all instants. */
static void
brute(const struct spt_windowspec *w, spt_time t)
{
	int64_t n = 0, edges = 0;
	struct spt_slice s;

	spt_slice_get(w, t, &s);
	CHECK(s.span.start <= t && t < s.span.end);
	for (int64_t k = -400; k <= 400; k++) {
		int64_t start = w->offset + k * w->slide, end = start + w->size;
		struct spt_interval v;

		edges += start == s.span.start || end == s.span.start;
		CHECK(!(start > s.span.start && start < s.span.end));
		CHECK(!(end > s.span.start && end < s.span.end));
		if (t < start || t >= end)
			continue;
		v = spt_assign_window(w, s.first + n++);
		CHECK(v.start == start && v.end == end);
	}
	CHECK(n > 0 && s.last - s.first + 1 == n && edges > 0);
	/* The first window that ends behind t is the first that holds t. */
	CHECK(spt_assign_after(w, t) == s.first);
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
		spt_windowspec_fini(&w);
		return;
	}
	if (w.kind == SPT_WINDOW_SESSION)
		snprintf(got, sizeof got, "gap %lld%s%s", (long long)w.gap,
		    w.gap_column != NULL ? " @" : "",
		    w.gap_column != NULL ? w.gap_column : "");
	else
		snprintf(got, sizeof got, "%d %lld/%lld%+lld", (int)w.kind,
		    (long long)w.size, (long long)w.slide, (long long)w.offset);
	CHECK_STR(got, want);
	spt_windowspec_fini(&w);
}

int
main(void)
{
	golden();
	edges();
	srandom(1);
	for (int i = 0; i < 4000; i++) {
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
	parse("gap:30m", 0, "gap 1800000000");
	parse("gap:@wait", 0, "gap 0 @wait");
	parse("gap:", 0, "-w: gap");
	parse("gap:@", 0, "-w: gap");
	parse("gap:0s", 0, "more than 0");
	parse("gap:-5s", 0, "-w: gap");
	parse("gap:10m/5m", 0, "-w: gap");
	parse("gap:30m", 5, "--offset");
	return DONE;
}

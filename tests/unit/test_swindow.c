/* Windows, groups and modes, epoch by epoch: the golden cases, the refusals,
 * late rows, restarts.  Each case runs with all rows of an epoch in one batch
 * and with one row a batch. */
#include "unit.h"
#include "window_pipe.h"

static void
clock_out(struct harness *h)
{
	h->links[h->n - 1].out.clock = true;
}

/* ---- the golden cases ---------------------------------------------------- */

static void
g01_to_g03(void)
{
	struct harness h;

	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "10s/3s", 0, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(harness_final(&h, "27 34 56"),
	    "18,28,1 21,31,1 24,34,1 27,37,2 30,40,1 33,43,1 48,58,1 51,61,1 "
	    "54,64,1");
	harness_fini(&h);

	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "10s", 5, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(
	    harness_final(&h, "2 12 -86398"), "-86405,-86395,1 -5,5,1 5,15,1");
	harness_fini(&h);

	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "10s", -5, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(harness_final(&h, "19:39:30 19:39:25"), "70765,70775,2");
	harness_fini(&h);

	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "12m/5m", 120, NULL, NULL, NULL, "count") == 0);
	clock_out(&h);
	CHECK_STR(harness_final(&h, "12:05"), "11:57,12:09,1 12:02,12:14,1");
	harness_fini(&h);
}

static void
g05_g06(void)
{
	struct harness h;

	for (int g = 5; g <= 6; g++) {
		start(&h, "time timestamp, word string");
		CHECK(window(&h, "10m/5m", 0, "word", NULL, "complete",
			  "count") == 0);
		clock_out(&h);
		CHECK_STR(harness_epoch(
			      &h, "12:02,cat 12:02,dog 12:03,dog 12:03,dog"),
		    "11:55,12:05,cat,1 11:55,12:05,dog,3 "
		    "12:00,12:10,cat,1 12:00,12:10,dog,3");
		CHECK_STR(harness_epoch(&h, "12:07,owl 12:07,cat"),
		    "11:55,12:05,cat,1 11:55,12:05,dog,3 "
		    "12:00,12:10,cat,2 12:00,12:10,dog,3 12:00,12:10,owl,1 "
		    "12:05,12:15,cat,1 12:05,12:15,owl,1");
		CHECK_STR(harness_epoch(&h, ""), "");
		if (g == 5)
			CHECK_STR(harness_epoch(&h, "12:11,dog 12:13,owl"),
			    "11:55,12:05,cat,1 11:55,12:05,dog,3 "
			    "12:00,12:10,cat,2 12:00,12:10,dog,3 "
			    "12:00,12:10,owl,1 12:05,12:15,cat,1 "
			    "12:05,12:15,dog,1 12:05,12:15,owl,2 "
			    "12:10,12:20,dog,1 12:10,12:20,owl,1");
		else
			CHECK_STR(harness_epoch(&h, "12:04,dog 12:13,owl"),
			    "11:55,12:05,cat,1 11:55,12:05,dog,4 "
			    "12:00,12:10,cat,2 12:00,12:10,dog,4 "
			    "12:00,12:10,owl,1 12:05,12:15,cat,1 "
			    "12:05,12:15,owl,2 12:10,12:20,owl,1");
		CHECK_STR(harness_final(&h, ""), "");
		harness_fini(&h);
	}
}

#define B1 "12:07,dog 12:08,owl"
#define B2 "12:14,dog 12:09,cat"
#define B3 "12:15,cat 12:08,dog 12:13,owl 12:21,owl"

static void
g07_g08(void)
{
	struct harness h;

	start(&h, "time timestamp, word string");
	CHECK(mark(&h, "time", 600) == 0);
	CHECK(window(&h, "10m/5m", 0, "word", NULL, "update", "count") == 0);
	clock_out(&h);
	CHECK_STR(harness_epoch(&h, B1), "12:00,12:10,dog,1 12:00,12:10,owl,1 "
					 "12:05,12:15,dog,1 12:05,12:15,owl,1");
	CHECK_STR(harness_epoch(&h, B2),
	    "12:00,12:10,cat,1 12:05,12:15,cat,1 12:05,12:15,dog,2 "
	    "12:10,12:20,dog,1");
	CHECK_STR(harness_epoch(&h, B3),
	    "12:00,12:10,dog,2 12:05,12:15,dog,3 12:05,12:15,owl,2 "
	    "12:10,12:20,cat,1 12:10,12:20,owl,1 12:15,12:25,cat,1 "
	    "12:15,12:25,owl,1 12:20,12:30,owl,1");
	CHECK_STR(harness_epoch(&h, "12:04,donkey 12:17,owl"),
	    "12:10,12:20,owl,2 12:15,12:25,owl,2");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	CHECK_INT(harness_figure(&h, 1, "counted"), 1);
	harness_fini(&h);

	start(&h, "time timestamp, word string");
	CHECK(mark(&h, "time", 600) == 0);
	CHECK(window(&h, "10m/5m", 0, "word", NULL, "append", "count") == 0);
	clock_out(&h);
	CHECK_STR(harness_epoch(&h, B1), "");
	CHECK_STR(harness_epoch(&h, B2), "");
	CHECK_STR(harness_epoch(&h, B3),
	    "12:00,12:10,cat,1 12:00,12:10,dog,2 12:00,12:10,owl,1");
	CHECK_STR(harness_epoch(&h, "12:04,donkey 12:17,owl 12:26,owl"),
	    "12:05,12:15,cat,1 12:05,12:15,dog,3 12:05,12:15,owl,2");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	CHECK_STR(harness_epoch(&h, "12:09,cat"), "");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	harness_fini(&h);
}

static void
g09(void)
{
	struct harness h;

	start(&h, "word string");
	CHECK(window(&h, NULL, 0, "word", NULL, "complete", "count") == 0);
	CHECK_STR(harness_epoch(&h, "cat dog dog dog"), "cat,1 dog,3");
	CHECK_STR(harness_epoch(&h, "owl cat"), "cat,2 dog,3 owl,1");
	CHECK_STR(harness_epoch(&h, "dog owl"), "cat,2 dog,4 owl,2");
	harness_fini(&h);
}

static void
g10_to_g13(void)
{
	struct harness h;

	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 10) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, "append", "count") == 0);
	CHECK_STR(harness_epoch(&h, "10 11 12 13 14 15"), "");
	CHECK_STR(harness_epoch(&h, "25"), "10,15,5");
	CHECK_INT(harness_figure(&h, 1, "groups"), 2);
	CHECK_INT(harness_figure(&h, 1, "late"), 0);
	CHECK_STR(harness_epoch(&h, "10"), "");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	CHECK_STR(harness_final(&h, ""), "15,20,1 25,30,1");
	CHECK_INT(harness_figure(&h, 1, "groups"), 0);
	harness_fini(&h);

	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 10) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, "update", "count") == 0);
	CHECK_STR(harness_epoch(&h, "10 11 12 13 14 15"), "10,15,5 15,20,1");
	CHECK_STR(harness_epoch(&h, "25"), "25,30,1");
	CHECK_INT(harness_figure(&h, 1, "groups"), 2);
	CHECK_STR(harness_epoch(&h, "10 25"), "25,30,2");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	CHECK_STR(harness_epoch(&h, "10"), "");
	CHECK_STR(harness_final(&h, ""), "");
	harness_fini(&h);

	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 10) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, "complete", "count") == 0);
	CHECK_STR(harness_epoch(&h, "10 11 12"), "10,15,3");
	CHECK_STR(harness_epoch(&h, "25"), "10,15,3 25,30,1");
	CHECK_STR(harness_epoch(&h, "25"), "10,15,3 25,30,2");
	CHECK_STR(harness_epoch(&h, "10"), "10,15,4 25,30,2");
	CHECK_STR(harness_final(&h, "25"), "10,15,4 25,30,3");
	harness_fini(&h);

	/* The raw time as key, among others; null never closes on its own. */
	start(&h, "time timestamp, k string");
	CHECK(mark(&h, "time", 10) == 0);
	CHECK(
	    window(&h, NULL, 0, "k,time", NULL, "append", "count max:k") == 0);
	CHECK_STR(harness_epoch(&h, "10,b null,a"), "");
	CHECK_STR(harness_epoch(&h, "25,x 15,a 15,b 15.000001,a 15,a"),
	    "a,15,2,a b,10,1,b b,15,1,b");
	CHECK_INT(harness_figure(&h, 1, "groups"), 3);
	CHECK_STR(harness_epoch(&h, "15,a 15.000001,a null,a"), "");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	CHECK_INT(harness_figure(&h, 1, "null_time"), 0);
	CHECK_STR(harness_final(&h, ""), "a,null,2,a a,15.000001,2,a x,25,1,x");
	harness_fini(&h);
}

static void
g35_chains(void)
{
	char rows[512];
	struct harness h;

	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, NULL, "n=count") == 0);
	CHECK(window(&h, "10s", 0, NULL, NULL, NULL, "count sum:n") == 0);
	CHECK_STR(harness_epoch(&h, "10 11 12 13 14 15 16 17 18 19 20 21"),
	    "10,20,2,10");
	CHECK_STR(harness_epoch(&h,
		      "10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 "
		      "28 29"),
	    "");
	CHECK_INT(harness_figure(&h, 1, "late"), 10);
	CHECK_STR(harness_epoch(&h, "30 31"), "20,30,2,12");
	harness_fini(&h);

	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, NULL, "n=count") == 0);
	CHECK(window(&h, "10s", 0, NULL, NULL, NULL, "n=count s=sum:n") == 0);
	CHECK(window(&h, "20s", 0, NULL, NULL, NULL, "n=count s=sum:s") == 0);
	rows[0] = '\0';
	for (int i = 0; i <= 37; i++)
		sprintf(rows + strlen(rows), "%d ", i);
	CHECK_STR(harness_epoch(&h, rows), "0,20,2,20");
	for (int i = 1; i <= 3; i++)
		CHECK_INT(harness_figure(&h, i, "groups"), 1);
	rows[0] = '\0';
	for (int i = 30; i <= 60; i++)
		sprintf(rows + strlen(rows), "%d ", i);
	CHECK_STR(harness_epoch(&h, rows), "20,40,2,23 40,60,2,20");
	harness_fini(&h);

	/* A watermark on results; what can be taken back carries no mark. */
	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, "update", "n=count") == 0);
	CHECK(window(&h, "10s", 0, NULL, NULL, "complete", "sum:n") < 0);
	CHECK(strstr(h.e.msg, "which column is the time (window_start, "
			      "window_end)") != NULL);
	harness_fini(&h);
}

static void
g45(void)
{
	struct harness h;

	start(&h, "v int");
	CHECK(window(&h, NULL, 0, "v", NULL, "update", "count") == 0);
	CHECK_STR(harness_epoch(&h, "3"), "3,1");
	CHECK_STR(harness_epoch(&h, "3 2"), "2,1 3,2");
	CHECK_STR(harness_epoch(&h, "3 2 1"), "1,1 2,2 3,3");
	CHECK_STR(harness_epoch(&h, "4 4 4 4"), "4,4");
	harness_fini(&h);

	start(&h, "v int");
	CHECK(window(&h, NULL, 0, "v", NULL, "complete", "count") == 0);
	CHECK_STR(harness_epoch(&h, "3"), "3,1");
	CHECK_STR(harness_epoch(&h, "2"), "2,1 3,1");
	CHECK_STR(harness_epoch(&h, "3 2 1"), "1,1 2,2 3,2");
	CHECK_STR(harness_epoch(&h, "4 4 4 4"), "1,1 2,2 3,2 4,4");
	harness_fini(&h);
}

/* ---- rows ---------------------------------------------------------------- */

static void
late_rows(void)
{
	struct harness h;

	/* A row that is late for one of its windows is late, and still counts
	 * in the other; rows = counted + late + null_time. */
	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "10s/5s", 0, NULL, NULL, "update", "count") == 0);
	CHECK_STR(harness_epoch(&h, "10 null"), "5,15,1 10,20,1");
	CHECK_INT(harness_figure(&h, 1, "counted"), 1);
	CHECK_INT(harness_figure(&h, 1, "null_time"), 1);
	CHECK_STR(harness_epoch(&h, "15"), "10,20,2 15,25,1");
	CHECK_STR(harness_epoch(&h, "14 4 17 null"), "10,20,4 15,25,2");
	CHECK_INT(harness_figure(&h, 1, "late"), 2);
	CHECK_INT(harness_figure(&h, 1, "counted"), 1);
	CHECK_INT(harness_figure(&h, 1, "null_time"), 1);
	/* Rows that were all late touch nothing. */
	CHECK_STR(harness_epoch(&h, "4 5"), "");
	CHECK_INT(harness_figure(&h, 1, "late"), 2);
	harness_fini(&h);

	/* No watermark before the first row: 1970 is not late. */
	start(&h, "time timestamp");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(harness_epoch(&h, ""), "");
	CHECK_STR(harness_epoch(&h, "-100 0 3 5"), "-100,-95,1 0,5,2");
	CHECK_STR(harness_epoch(&h, "0"), "");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	harness_fini(&h);

	/* Without a watermark nothing is late, whatever the time column. */
	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(harness_epoch(&h, "100"), "");
	CHECK_STR(harness_epoch(&h, "1"), "");
	CHECK_STR(harness_final(&h, "2"), "0,5,2 100,105,1");
	harness_fini(&h);
}

static void
groups_and_nulls(void)
{
	struct harness h;

	start(&h, "a string, b float, v int, w float, s string");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, NULL, 0, "a,b", NULL, NULL,
		  "count count:v sum:v avg:v min:w max:s first:v last:s") == 0);
	CHECK_STR(harness_final(&h,
		      "x,nan,1,2.5,p null,1,2,null,null x,-0.0,3,-1,q "
		      "null,1,null,null,null x,0,4,nan,r null,null,7,1,z "
		      "x,nan,null,9,a"),
	    "null,null,1,1,7,7.0,1.0,z,7,z "
	    "null,1.0,2,1,2,2.0,null,null,2,null "
	    "x,0.0,2,2,7,3.5,-1.0,r,3,r "
	    "x,NaN,2,1,1,1.0,2.5,p,1,a");
	harness_fini(&h);

	/* No groups, no windows: one row, also of nothing. */
	start(&h, "v int");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, NULL, 0, NULL, NULL, NULL, "count sum:v") == 0);
	CHECK_STR(harness_epoch(&h, "1 2"), "");
	CHECK_STR(harness_final(&h, "3"), "3,6");
	harness_fini(&h);
	start(&h, "v int");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, NULL, 0, NULL, NULL, NULL, "count sum:v") == 0);
	CHECK_STR(harness_final(&h, ""), "0,null");
	harness_fini(&h);
	start(&h, "v int");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, NULL, 0, "v", NULL, NULL, "count") == 0);
	CHECK_STR(harness_final(&h, ""), "");
	harness_fini(&h);

	/* A sum that does not fit says where. */
	start(&h, "time timestamp, k string, v int");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "5s", 0, "k", NULL, NULL, "sum:v") == 0);
	CHECK_STR(
	    harness_final(&h, "1,x,9223372036854775807 1,x,5 1,x,-5 7,y,1 "
			      "7,y,9223372036854775807"),
	    "failed: window 1970-01-01T00:00:05Z to 1970-01-01T00:00:10Z: "
	    "group k=\"y\": the sum of v does not fit 64 bits (avg:v does, "
	    "or make the column float)");
	CHECK_INT(h.e.kind, SPT_EDATA);
	harness_fini(&h);
}

/* More groups than a batch has rows, in several windows. */
static void
many(void)
{
	struct harness h;
	char *rows = malloc(3 << 20), *p = rows;
	const char *out;
	int n = 0;

	start(&h, "time timestamp, k int");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "10s", 0, "k", NULL, NULL, "count") == 0);
	for (int i = 0; i < 100000; i++)
		p += sprintf(p, "%d,%d ", i % 3 * 10, i * 7919 % 50000);
	out = harness_final(&h, rows);
	for (int w = 0; w < 3; w++) {
		int last = -1, start_, end, k, count, used;

		while (sscanf(out, "%d,%d,%d,%d%n", &start_, &end, &k, &count,
			   &used) == 4 &&
		       start_ == w * 10) {
			n += count;
			CHECK(k > last && end == start_ + 10);
			last = k;
			out += used + (out[used] == ' ');
		}
	}
	CHECK_INT(n, 100000);
	CHECK_STR(out, "");
	free(rows);
	harness_fini(&h);
}

/* As many windows as rows: each costs little, and all are found at once. */
static void
many_windows(void)
{
	struct harness h;
	char *rows = malloc(4 << 20), *p = rows;
	const char *out;

	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "1s", 0, NULL, NULL, NULL, "count") == 0);
	for (int i = 0; i < 200000; i++)
		p += sprintf(p, "%d ", (i * 7919) % 200000);
	out = harness_final(&h, rows);
	CHECK_INT(harness_figure(&h, 0, "counted"), 200000);
	CHECK(strncmp(out, "0,1,1 1,2,1 2,3,1 3,4,1 ", 24) == 0);
	CHECK(strstr(out, " 199999,200000,1") == out + strlen(out) - 16);
	free(rows);
	harness_fini(&h);
}

/* ---- refusals ------------------------------------------------------------ */

static void
refuse(const char *columns, bool marked, const char *size, const char *keys,
    const char *time, const char *mode, const char *aggs, const char *want)
{
	struct harness h;
	int rc;

	start(&h, columns);
	if (marked)
		CHECK(mark(&h, "time", 0) == 0);
	rc = window(&h, size, 0, keys, time, mode, aggs);
	CHECK(rc < 0);
	CHECK_INT(h.e.kind, SPT_EUSAGE);
	CHECK(strstr(h.e.msg, want) != NULL);
	if (strstr(h.e.msg, want) == NULL)
		printf("got: %s\n", h.e.msg);
	harness_fini(&h);
}

static void
refusals(void)
{
	const char *one = "time timestamp, k string, v int";
	const char *two = "time timestamp, at timestamp";

	refuse(one, false, "5s", NULL, NULL, "append", "count",
	    "put \"swatermark time\" in front, or say -m update");
	refuse(one, false, NULL, "k", NULL, "append", "count",
	    "say -w SIZE and put swatermark in front, or -m update");
	refuse(one, true, NULL, "k", NULL, "append", "count",
	    "say -w SIZE, or group by \"time\", or -m update");
	refuse("k string", false, "5s", NULL, NULL, "update", "count",
	    "no column is a timestamp");
	refuse(two, false, "5s", NULL, NULL, "update", "count",
	    "which column is the time (time, at)? put \"swatermark COLUMN\" "
	    "in front, or say -t COLUMN");
	refuse(two, true, "5s", NULL, "at", "update", "count",
	    "-t says \"at\", but swatermark made \"time\"");
	refuse(one, false, "5s", NULL, "v", "update", "count",
	    "-t: column \"v\" is int");
	refuse(one, false, "5s", NULL, "x", "update", "count",
	    "-t: no column \"x\"");
	refuse(one, false, NULL, NULL, "time", "update", "count", "-w");
	refuse(one, false, "5s", "k,x", NULL, "update", "count",
	    "-k: no column \"x\"");
	refuse(one, false, "5s", "k,k", NULL, "update", "count", "twice");
	refuse(one, false, "5s", "k", NULL, "sideways", "count",
	    "append, update, complete");
	refuse(one, false, "5s", "k", NULL, "update", "", "as in");
	refuse(one, false, "5s", "k", NULL, "update", "count count",
	    "would be named \"count\"");
	refuse(one, false, "5s", "k", NULL, "update", "k=count",
	    "would be named \"k\"");
	refuse(one, false, "5s", NULL, NULL, "update", "window_end=count",
	    "would be named \"window_end\"");
	refuse(one, false, "5s", "k", NULL, "update", "sum:k",
	    "sum needs numbers, but column \"k\" is string");
}

static void
metadata(void)
{
	struct harness h;
	const struct spt_schema *s;

	start(&h, "time timestamp, k string, v float");
	CHECK(mark(&h, "time", 7) == 0);
	CHECK(window(&h, "5s", 0, "k", "time", NULL, "x=max:v count") == 0);
	s = &h.links[1].out.schema;
	CHECK_INT(s->n, 5);
	CHECK_STR(s->fields[0].name, "window_start");
	CHECK_STR(s->fields[1].name, "window_end");
	CHECK_STR(s->fields[2].name, "k");
	CHECK_STR(s->fields[3].name, "x");
	CHECK_STR(s->fields[4].name, "count");
	CHECK_INT(s->fields[3].type, SPT_FLOAT64);
	for (size_t i = 0; i < 5; i++)
		CHECK((spt_meta_get(&s->fields[i].meta, SPT_KEY_GROUP) !=
			  NULL) == (i < 3));
	CHECK_INT(spt_schema_event_time(s, NULL), 1);
	CHECK_STR(
	    spt_meta_get(&s->fields[1].meta, SPT_KEY_EVENT_TIME), "7000000");
	/* One swatermark in a pipe. */
	CHECK(mark(&h, "window_end", 0) < 0);
	harness_fini(&h);
}

/* ---- restarts
 * ----------------------------------------------------------------------------
 */

static const char *const all_aggs =
    "count count:v sum:v avg:v min:v max:v first:v last:v sum:f avg:f min:f "
    "max:f first:s last:s min:s max:s max:b first:time";

struct shape {
	const char *size, *keys, *mode;
};

static void
build(struct harness *h, const struct shape *s)
{
	start(h, "time timestamp, k string, v int, f float, s string, b bool");
	CHECK(harness_bounded(h) == 0);
	CHECK(mark(h, "time", 4) == 0);
	CHECK(window(h, s->size, 0, s->keys, NULL, s->mode, all_aggs) == 0);
}

static void
random_rows(char *p, int epoch)
{
	static const char *const words[] = { "null", "a", "bb", "a-longer-text",
		"", "z" };
	int n = (int)(random() % 6) * (epoch % 5 != 4);

	*p = '\0';
	for (int i = 0; i < n; i++) {
		if (random() % 8 == 0)
			p += sprintf(p, "null,");
		else
			p += sprintf(p, "%ld,", epoch * 2 + random() % 10 - 6);
		p += sprintf(p, "%s,", words[random() % 4]);
		p += sprintf(p, "%ld,%ld.%ld,", random() % 100 - 50,
		    random() % 10, random() % 100);
		p += sprintf(p, "%s,%s ", words[random() % 6],
		    random() % 2 != 0 ? "true" : "false");
	}
}

/* Saved at every epoch (a whole save now and then, deltas between), carried
 * on by another process each time: the output is that of an undisturbed run. */
static void
restart(const struct shape *shape)
{
	static struct kept kept[2];
	struct harness plain, h;
	char rows[1024];

	build(&plain, shape);
	build(&h, shape);
	for (int epoch = 0; epoch < 40; epoch++) {
		bool final = epoch == 39, delta = epoch % 7 != 0;
		char *want;

		random_rows(rows, epoch);
		want = strdup(final ? harness_final(&plain, rows)
				    : harness_epoch(&plain, rows));
		CHECK_STR(
		    final ? harness_final(&h, rows) : harness_epoch(&h, rows),
		    want);
		free(want);
		CHECK(h.watermark == plain.watermark);
		CHECK_INT(harness_figure(&h, 1, "late"),
		    harness_figure(&plain, 1, "late"));
		for (int i = 0; i < 2; i++)
			CHECK(harness_save(&h, i, &kept[i], delta) == 0);
		if (epoch % 3 == 0)
			continue;
		harness_fini(&h);
		build(&h, shape);
		for (int i = 0; i < 2; i++)
			CHECK(harness_load(&h, i, &kept[i]) == 0);
	}
	/* Everything closed is out of the state, except in complete mode. */
	if (strcmp(shape->mode, "complete") != 0)
		CHECK_INT(kept[1].n, 2);
	harness_fini(&plain);
	harness_fini(&h);
	kept_fini(&kept[0]);
	kept_fini(&kept[1]);
}

static void
restarts(void)
{
	static const struct shape shapes[] = {
		{ "5s", "k", "append" },
		{ "5s", "k,b", "update" },
		{ "7s/3s", "k", "append" },
		{ "6s/2s", NULL, "update" },
		{ "5s", "s,v", "complete" },
		{ NULL, "k,time", "append" },
		{ NULL, "time", "update" },
		{ NULL, "k,f", "complete" },
		{ NULL, NULL, "append" },
		{ "gap:3s", "k", "append" },
		{ "gap:1s", NULL, "append" },
		{ "gap:2s", "k,b", "complete" },
		{ "60s/1s", "k", "append" },
	};

	srandom(3);
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
		for (int k = 0; k < 10; k++)
			restart(&shapes[i]);
}

/* A delta has what changed, no more. */
static void
deltas(void)
{
	static struct kept kept;
	struct harness h;

	start(&h, "time timestamp, k string");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, "k", NULL, "append", "count") == 0);
	harness_epoch(&h, "1,a 1,b 1,c 2,d");
	CHECK(harness_save(&h, 1, &kept, false) == 0);
	CHECK_INT(kept.puts, 6);
	harness_epoch(&h, "1,a 2,a");
	CHECK(harness_save(&h, 1, &kept, true) == 0);
	CHECK_INT(kept.puts, 2);
	CHECK_INT(kept.removes, 0);
	harness_epoch(&h, "3,e 7,x");
	CHECK(harness_save(&h, 1, &kept, true) == 0);
	/* e was never saved, so nobody needs to hear that it is gone. */
	CHECK_INT(kept.puts, 2);
	CHECK_INT(kept.removes, 4);
	CHECK_INT(kept.n, 3);
	harness_fini(&h);

	/* Other windows, keys or aggregates: refused. */
	start(&h, "time timestamp, k string");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "6s", 0, "k", NULL, "append", "count") == 0);
	CHECK(harness_load(&h, 1, &kept) < 0);
	CHECK_INT(h.e.kind, SPT_ECHECKPOINT);
	CHECK(strstr(h.e.msg, "other windows, keys or aggregates") != NULL);
	harness_fini(&h);

	/* Damaged entries: refused, never believed. */
	for (size_t i = 0; i < kept.n; i++)
		for (size_t cut = 0; cut < kept.v[i].n_key + kept.v[i].n_val;
		     cut++) {
			size_t n_key = kept.v[i].n_key, n_val = kept.v[i].n_val;

			start(&h, "time timestamp, k string");
			CHECK(mark(&h, "time", 0) == 0);
			CHECK(
			    window(&h, "5s", 0, "k", NULL, NULL, "count") == 0);
			if (cut < n_key)
				kept.v[i].n_key = cut;
			else
				kept.v[i].n_val = cut - n_key;
			CHECK(harness_load(&h, 1, &kept) < 0);
			CHECK_INT(h.e.kind, SPT_ECHECKPOINT);
			kept.v[i].n_key = n_key;
			kept.v[i].n_val = n_val;
			harness_fini(&h);
		}
	kept_fini(&kept);
}

/* ---- the rest
 * ------------------------------------------------------------------------------
 */

static void
says(void)
{
	struct harness h;
	char text[200];

	start(&h, "time timestamp, k string");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, "k", NULL, "append", "count") == 0);
	spt_window_stage.status(h.links[1].self, text, sizeof text);
	CHECK_STR(text, "0 windows open, 0 groups, 0 rows late");
	harness_epoch(&h, "1,a 7,b 12,c 13,d");
	harness_epoch(&h, "1,a 12,c");
	spt_window_stage.status(h.links[1].self, text, sizeof text);
	CHECK_STR(text, "1 window open (the oldest 1970-01-01T00:00:10Z to "
			"1970-01-01T00:00:15Z: watermark 1970-01-01T00:00:13Z, "
			"delay 0s), 2 groups, 1 row late");
	harness_fini(&h);
}

/* Whatever allocation fails, it is an error like another. */
static int left;

static void *
failing(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	return left-- > 0 ? realloc(p, n) : NULL;
}

static void
no_memory(void)
{
	struct spt_io io = *spt_io_system();
	int tried = 0;
	bool done = false;

	io.realloc = failing;
	while (!done) {
		static struct kept kept;
		struct harness h;

		left = 1 << 30;
		start(&h, "time timestamp, k string");
		CHECK(mark(&h, "time", 1) == 0);
		left = ++tried;
		h.io = &io;
		if (window(&h, "5s/2s", 0, "k", NULL, NULL, "count max:k") ==
		    0) {
			h.links[1].out.builder.io = &io;
			harness_epoch(&h, "1,a 2,b 3,c 1,longer-text");
			if (h.e.kind == SPT_OK)
				harness_epoch(&h, "9,a 2,b");
			if (h.e.kind == SPT_OK)
				done = harness_save(&h, 1, &kept, false) == 0;
		}
		left = 1 << 30;
		CHECK(done || h.e.kind == SPT_ESYSTEM);
		harness_fini(&h);
		kept_fini(&kept);
	}
	CHECK(tried > 30);
}

int
main(void)
{
	for (batch_rows = 0; batch_rows < 2; batch_rows++) {
		g01_to_g03();
		g05_g06();
		g07_g08();
		g09();
		g10_to_g13();
		g35_chains();
		g45();
		late_rows();
		groups_and_nulls();
	}
	batch_rows = 0;
	many();
	many_windows();
	refusals();
	metadata();
	restarts();
	deltas();
	says();
	no_memory();
	return DONE;
}

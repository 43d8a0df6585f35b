/* What swindow does besides: late rows kept, why a window is open, bounds,
 * partial results, what may not follow what. */
#include <stdlib.h>

#include "unit.h"
#include "window_pipe.h"

static const char columns[] = "time timestamp, k string, v int";

/* ---- late rows ----------------------------------------------------------- */

static void
late_rows(void)
{
	struct harness h;

	start(&h, columns);
	h.keep_side = true;
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "10s/5s", 0, NULL, NULL, NULL, "count sum:v") == 0);
	CHECK_STR(harness_epoch(&h, "3,a,1 12,b,2"), "-5,5,1,1 0,10,1,1");
	/* 4 is late for all, 9 and 7 for the older of their two windows; 7 and
	 * 9 count in the other.  All are kept, once, with all columns. */
	CHECK_STR(harness_epoch(&h, "4,c,null 9,null,4 13,d,5 7,f,6"), "");
	CHECK_STR(harness_side(&h, 1), "4,c,null 9,null,4 7,f,6");
	CHECK_INT(harness_figure(&h, 1, "late"), 3);
	CHECK_INT(harness_figure(&h, 1, "counted"), 1);
	CHECK_STR(harness_final(&h, "null,x,1"), "5,15,4,17 10,20,2,7");
	CHECK_STR(harness_side(&h, 1), "");
	CHECK_INT(harness_figure(&h, 1, "null_time"), 1);
	harness_fini(&h);

	/* Groups by event time. */
	start(&h, columns);
	h.keep_side = true;
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, NULL, 0, "time", NULL, NULL, "count") == 0);
	CHECK_STR(harness_epoch(&h, "3,a,1 12,b,2"), "3,1 12,1");
	CHECK_STR(harness_epoch(&h, "12,c,3 13,d,4"), "13,1");
	CHECK_STR(harness_side(&h, 1), "12,c,3");
	harness_fini(&h);

	/* Nobody wants them. */
	start(&h, columns);
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, NULL, "count") == 0);
	harness_epoch(&h, "30,a,1");
	harness_epoch(&h, "3,a,1");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	CHECK_STR(harness_side(&h, 1), "");
	harness_fini(&h);
}

/* In update mode a late row updates the windows that it is in time for. */
static void
update_slices(void)
{
	struct harness h;

	start(&h, columns);
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "15s/5s", 0, "k", NULL, "update",
		  "count first:v last:v") == 0);
	CHECK_STR(harness_epoch(&h, "11,a,1 12,b,2"),
	    "0,15,a,1,1,1 0,15,b,1,2,2 5,20,a,1,1,1 5,20,b,1,2,2 "
	    "10,25,a,1,1,1 10,25,b,1,2,2");
	CHECK_STR(harness_epoch(&h, "16,a,3"),
	    "5,20,a,2,1,3 10,25,a,2,1,3 15,30,a,1,3,3");
	CHECK_STR(harness_epoch(&h, "12,b,4"), "5,20,b,2,2,4 10,25,b,2,2,4");
	CHECK_INT(harness_figure(&h, 1, "late"), 1);
	harness_fini(&h);
}

/* ---- why ----------------------------------------------------------------- */

static void
why(void)
{
	struct spt_window_conf conf = {
		.window = "5s", .keys = "k", .verbose = true
	};
	const char *line =
	    "1 window open (the oldest 1970-01-01T00:00:10Z to "
	    "1970-01-01T00:00:15Z: watermark 1970-01-01T00:00:11Z, delay 2s, "
	    "not moved for ";
	char text[512];
	struct harness h;

	start(&h, columns);
	CHECK(mark(&h, "time", 2) == 0);
	CHECK(window_conf(&h, &conf, "count") == 0);
	h.time = 1000 * SPT_SECOND;
	harness_epoch(&h, "11,a,1 13,a,1");
	for (int s = 1; s < 100; s++) {
		bool told;

		h.time += SPT_SECOND;
		harness_epoch(&h, s % 3 == 0 ? "12,b,1" : "");
		snprintf(text, sizeof text,
		    "%s%s%ds), %d group%s, 0 rows late\n", line,
		    s < 60 ? "" : "1m", s % 60, s < 3 ? 1 : 2,
		    s < 3 ? "" : "s");
		told = s == 10 || s == 20 || s == 40 || s == 80;
		CHECK_STR(harness_said(&h, 1), told ? text : "");
	}
	/* It closes, and another one is the oldest. */
	h.time += SPT_SECOND;
	CHECK_STR(harness_epoch(&h, "22,c,1"), "10,15,a,2 10,15,b,33");
	h.time += 9 * SPT_SECOND;
	harness_epoch(&h, "");
	CHECK_STR(harness_said(&h, 1), "");
	h.time += SPT_SECOND;
	harness_epoch(&h, "");
	CHECK(strstr(harness_said(&h, 1), "not moved for 10s") != NULL);
	harness_fini(&h);

	/* Other reasons. */
	start(&h, columns);
	CHECK(mark(&h, "time", 2) == 0);
	CHECK(window(&h, "5s", 0, NULL, NULL, "complete", "count") == 0);
	harness_epoch(&h, "11,a,1");
	spt_window_stage.status(h.links[1].self, text, sizeof text);
	CHECK(
	    strstr(text, ": complete mode closes nothing), 1 group,") != NULL);
	harness_fini(&h);
	start(&h, columns);
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "5s/1s", 0, NULL, NULL, NULL, "count") == 0);
	harness_epoch(&h, "11,a,1 22,a,1 12,a,1");
	spt_window_stage.status(h.links[0].self, text, sizeof text);
	CHECK_STR(text,
	    "11 windows open (the oldest 1970-01-01T00:00:07Z to "
	    "1970-01-01T00:00:12Z: no watermark, closes at the end of the "
	    "input), 3 groups, 0 rows late");
	harness_fini(&h);
	start(&h, columns);
	CHECK(mark(&h, "time", 2) == 0);
	CHECK(window(&h, "gap:5s", 0, "k", NULL, NULL, "count") == 0);
	harness_rows(&h, "11,a,1 3,b,1");
	spt_window_stage.status(h.links[1].self, text, sizeof text);
	CHECK_STR(text,
	    "2 windows open (the oldest 1970-01-01T00:00:03Z to "
	    "1970-01-01T00:00:08Z: watermark none yet, delay 2s), 2 groups, "
	    "0 rows late");
	harness_fini(&h);
}

/* ---- bounds -------------------------------------------------------------- */

static const char *
bounded(const struct spt_window_conf *conf, const char *aggs, int keys)
{
	static char text[4096];
	char *rows = malloc((size_t)keys * 16 + 1), *p = rows;
	struct harness h;

	*p = '\0';
	for (int i = 0; i < keys; i++)
		p += sprintf(p, "%d,k%d,1 ", i % 3, i);
	start(&h, columns);
	CHECK(harness_bounded(&h) == 0);
	if (window_conf(&h, conf, aggs) < 0)
		snprintf(text, sizeof text, "failed: %s", h.e.msg);
	else
		snprintf(text, sizeof text, "%.4000s", harness_final(&h, rows));
	CHECK(h.e.kind == SPT_OK || h.e.kind == SPT_ESYSTEM);
	harness_fini(&h);
	free(rows);
	return text;
}

static void
bounds(void)
{
	struct spt_window_conf conf = {
		.window = "10s", .keys = "k", .max_groups = 100
	};
	const char *want =
	    "failed: more groups than --max-groups 100: 1 window open (the "
	    "oldest 1970-01-01T00:00:00Z to 1970-01-01T00:00:10Z: no "
	    "watermark, closes at the end of the input), 101 groups";

	CHECK(strncmp(bounded(&conf, "count", 100), "0,10,k0,1 ", 10) == 0);
	CHECK(strncmp(bounded(&conf, "count", 101), want, strlen(want)) == 0);
	conf.window = "gap:3s";
	CHECK(strncmp(bounded(&conf, "count", 100), "0,3,k0,1 ", 9) == 0);
	CHECK(strstr(bounded(&conf, "count", 101), "101 groups") != NULL);

	conf.window = "10s/5s";
	conf.max_groups = 0;
	conf.max_memory = 2000000;
	CHECK(strncmp(bounded(&conf, "count", 2000), "-5,5,k0,1 ", 10) == 0);
	want = "failed: more memory than --max-memory 2000000 (";
	CHECK(strncmp(bounded(&conf, "count", 60000), want, strlen(want)) == 0);
	CHECK(strstr(bounded(&conf, "count", 60000), " groups, 0 rows late") !=
	      NULL);
	/* What aggregates hold counts too. */
	CHECK(strncmp(bounded(&conf, "count uniq:v list:v:100", 3000), want,
		  strlen(want)) == 0);
	conf.max_memory = 10;
	CHECK(strncmp(bounded(&conf, "count", 1), "failed: ", 8) == 0);
}

/* Keys that are in no open window take no room, however many ever were. */
static void
passing(const char *size, const char *aggs)
{
	const struct spt_window_conf conf = {
		.window = size, .keys = "k", .max_memory = 1000000
	};
	char *rows = malloc(500 * 32);
	struct harness h;

	start(&h, columns);
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window_conf(&h, &conf, aggs) == 0);
	for (int epoch = 0; epoch < 100; epoch++) {
		const char *out;
		char *p = rows;

		for (int i = 0; i < 500; i++)
			p += sprintf(p, "%d,key%d,1 ", epoch * 10 + i % 10,
			    epoch * 500 + i);
		sprintf(p, "%d,stays,1", epoch * 10 + 4);
		out = harness_epoch(&h, rows);
		CHECK(epoch == 0 || *out != '\0');
		CHECK(strncmp(out, "failed", 6) != 0);
		/* The key that is in every window is one key. */
		CHECK(epoch < 2 || strstr(out, "stays,") != NULL);
	}
	harness_fini(&h);
	free(rows);
}

/* ---- partial results ----------------------------------------------------- */

static int
merge(struct harness *h, const char *mode)
{
	struct spt_window_conf conf = { .merge = true, .mode = mode };

	return window_conf(h, &conf, "");
}

static void
partial(void)
{
	static const char *const rows[] = { "1,a,1 2,b,2 11,a,3 12,null,4",
		"3,b,5 21,a,6 8,a,7", "35,b,8 22,b,9", "null,a,10" };
	static const char *const sizes[] = { "10s", "10s/4s", "gap:5s", NULL };
	const char *aggs = "count sum:v n=avg:v first:v last:v";

	for (int s = 0; s < 4; s++)
		for (int marked = 0; marked < 2; marked++) {
			struct spt_window_conf conf = {
				.window = sizes[s], .keys = "k", .partial = true
			};
			struct harness direct, two;

			start(&direct, columns);
			start(&two, columns);
			CHECK(harness_bounded(&direct) == 0);
			CHECK(harness_bounded(&two) == 0);
			CHECK(!marked || mark(&direct, "time", 5) == 0);
			CHECK(!marked || mark(&two, "time", 5) == 0);
			CHECK(window(&direct, sizes[s], 0, "k", NULL, NULL,
				  aggs) == 0);
			CHECK(window_conf(&two, &conf, aggs) == 0);
			CHECK(merge(&two, NULL) == 0);
			for (int i = 0; i < 4; i++) {
				char *want =
				    strdup(harness_epoch(&direct, rows[i]));

				CHECK_STR(harness_epoch(&two, rows[i]), want);
				free(want);
			}
			CHECK_STR(harness_final(&two, ""),
			    harness_final(&direct, ""));
			harness_fini(&direct);
			harness_fini(&two);
		}
}

/* The merging side in the modes that show results early. */
static void
merge_modes(void)
{
	struct spt_window_conf conf = {
		.window = "10s", .keys = "k", .partial = true
	};
	struct harness h;

	for (int m = 0; m < 2; m++) {
		start(&h, columns);
		CHECK(mark(&h, "time", 0) == 0);
		CHECK(window_conf(&h, &conf, "count") == 0);
		CHECK(merge(&h, m == 0 ? "update" : "complete") == 0);
		CHECK_STR(harness_epoch(&h, "1,a,1 2,b,1 11,a,1"),
		    "0,10,a,1 0,10,b,1");
		CHECK_STR(harness_epoch(&h, ""), "");
		CHECK_STR(harness_epoch(&h, "25,c,1"),
		    m == 0 ? "10,20,a,1" : "0,10,a,1 0,10,b,1 10,20,a,1");
		harness_fini(&h);
	}
}

/* ---- what may not be ----------------------------------------------------- */

static void
refusals(void)
{
	struct spt_window_conf partial = {
		.window = "5s", .mode = "update", .partial = true
	};
	struct spt_window_conf merge_w = { .window = "5s", .merge = true };
	struct spt_window_conf merge_k = { .keys = "k", .merge = true };
	struct spt_window_conf merge_any = { .merge = true };
	struct spt_window_conf bad = { .window = "5s", .accuracy = "2" };
	const struct {
		const struct spt_window_conf *conf;
		const char *want;
	} cases[] = { { &partial, "--partial needs -m append" },
		{ &merge_w, "-w belongs to the swindow --partial" },
		{ &merge_k, "-k belongs to" }, { &bad, "--accuracy" } };
	static const char *const modes[] = { "update", "complete" };
	struct harness h;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start(&h, columns);
		CHECK(window_conf(&h, cases[i].conf, "count") < 0);
		CHECK_INT(h.e.kind, SPT_EUSAGE);
		CHECK(strstr(h.e.msg, cases[i].want) != NULL);
		harness_fini(&h);
	}
	for (int i = 0; i < 2; i++) {
		start(&h, columns);
		CHECK(mark(&h, "time", 0) == 0);
		CHECK(window(&h, "5s", 0, NULL, NULL, modes[i], "count") == 0);
		CHECK(window(&h, "10s", 0, NULL, "window_end", "complete",
			  "count") < 0);
		CHECK_INT(h.e.kind, SPT_EUSAGE);
		CHECK(strstr(h.e.msg, "say -m append there") != NULL);
		CHECK(strstr(h.e.msg, modes[i]) != NULL);
		harness_fini(&h);
	}
	/* No states to merge. */
	start(&h, columns);
	CHECK(harness_bounded(&h) == 0);
	CHECK(window_conf(&h, &merge_any, "") < 0);
	CHECK_INT(h.e.kind, SPT_EUSAGE);
	CHECK(strstr(h.e.msg, "--partial") != NULL);
	harness_fini(&h);
}

/* ---- much text ----------------------------------------------------------- */

/* Keys that are long together, but a column of them is not; sums that are null
 * among them. */
static void
long_keys(void)
{
	enum { KEYS = 700, LONG = 200, ROW = 2 * LONG + 64 };
	char *in = malloc(KEYS * ROW), *p = in;
	char *want = malloc(2 * KEYS * ROW), *q = want;
	char x[LONG + 1];
	struct harness h;

	memset(x, 'x', LONG);
	x[LONG] = '\0';
	for (int k = KEYS; k-- > 0;)
		p += sprintf(
		    p, "1,%s,%s%03d,%s ", x, x, k, k % 4 == 0 ? "null" : "7");
	for (int end = 5; end <= 10; end += 5)
		for (int k = 0; k < KEYS; k++)
			q += sprintf(q, "%s%d,%d,%s,%s%03d,1,%s",
			    q == want ? "" : " ", end - 10, end, x, x, k,
			    k % 4 == 0 ? "null" : "7");
	start(&h, "time timestamp, j string, k string, v int");
	CHECK(mark(&h, "time", 0) == 0);
	CHECK(window(&h, "10s/5s", 0, "j,k", NULL, NULL, "count sum:v") == 0);
	CHECK(strcmp(harness_final(&h, in), want) == 0);
	harness_fini(&h);
	free(in);
	free(want);
}

int
main(void)
{
	for (batch_rows = 0; batch_rows < 2; batch_rows++) {
		late_rows();
		update_slices();
		partial();
	}
	batch_rows = 0;
	why();
	bounds();
	passing("10s", "count");
	passing("10s/5s", "count max:k");
	passing("gap:1s", "count");
	merge_modes();
	refusals();
	long_keys();
	return DONE;
}

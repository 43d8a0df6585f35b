/* The watermark: moves at barriers only, never back, saturates, survives a
 * restart, refuses what it cannot mark. */
#include "stage_harness.h"
#include "unit.h"
#include "window/watermark.h"

/* Seconds; -1: not asked for. */
static int64_t idle = -1, ahead = -1;
static bool skip;

static int
add(struct harness *h, const char *column, int64_t delay)
{
	struct spt_watermark_conf conf = { column, delay,
		idle < 0 ? -1 : idle * SPT_SECOND,
		ahead < 0 ? -1 : ahead * SPT_SECOND, skip };
	struct spt_watermark *w;

	if (spt_watermark_new(&w, h->io, &conf, &h->e) < 0)
		return -1;
	return harness_add(h, &spt_watermark_stage, w);
}

static void
moves(int64_t batch_rows)
{
	struct harness h;

	CHECK(harness_init(&h, "id int, time timestamp") == 0);
	CHECK(add(&h, "time", 10 * SPT_SECOND) == 0);
	CHECK_STR(spt_meta_get(&h.links[0].out.schema.fields[1].meta,
		      SPT_KEY_EVENT_TIME),
	    "10000000");
	h.batch_rows = batch_rows;
	CHECK_STR(harness_epoch(&h, ""), "");
	CHECK(h.watermark == SPT_TIME_MIN);
	CHECK_STR(harness_epoch(&h, "1,null"), "1,null");
	CHECK(h.watermark == SPT_TIME_MIN);
	CHECK_INT(harness_figure(&h, 0, "untimed"), 1);
	CHECK_STR(harness_epoch(&h, "1,15 2,null 3,3 4,null"),
	    "1,15 2,null 3,3 4,null");
	CHECK_INT(h.watermark, 5 * SPT_SECOND);
	CHECK_INT(harness_figure(&h, 0, "untimed"), 2);
	CHECK_STR(harness_epoch(&h, "5,2"), "5,2");
	CHECK_INT(h.watermark, 5 * SPT_SECOND);
	CHECK_INT(harness_figure(&h, 0, "untimed"), 0);
	harness_epoch(&h, "6,15.000001");
	CHECK_INT(h.watermark, 5 * SPT_SECOND + 1);
	harness_final(&h, "7,1");
	CHECK(h.watermark == SPT_TIME_MAX);
	harness_fini(&h);
}

/* Before 1970 nothing is special, at the ends of time nothing overflows. */
static void
extremes(void)
{
	struct harness h;
	struct spt_col c = { .type = SPT_TIMESTAMP };
	struct spt_batch b = { 1, 1, &c, NULL };
	int64_t v = INT64_MIN + 5;

	CHECK(harness_init(&h, "time timestamp") == 0);
	CHECK(add(&h, "time", 10) == 0);
	c.ints = &v;
	CHECK(h.links[0].stage->batch(
		  h.links[0].self, 0, &b, &h.links[0].out, &h.e) == 0);
	harness_epoch(&h, "");
	CHECK(h.watermark == SPT_TIME_MIN);
	harness_epoch(&h, "-100");
	CHECK_INT(h.watermark, -100 * SPT_SECOND - 10);
	v = INT64_MAX;
	CHECK(h.links[0].stage->batch(
		  h.links[0].self, 0, &b, &h.links[0].out, &h.e) == 0);
	harness_epoch(&h, "");
	CHECK(h.watermark == INT64_MAX - 10);
	harness_fini(&h);

	/* Only the end says "max". */
	CHECK(harness_init(&h, "time timestamp") == 0);
	CHECK(add(&h, "time", 0) == 0);
	CHECK(h.links[0].stage->batch(
		  h.links[0].self, 0, &b, &h.links[0].out, &h.e) == 0);
	harness_epoch(&h, "");
	CHECK(h.watermark == SPT_TIME_MAX - 1);
	harness_fini(&h);
}

static void
refusals(void)
{
	struct harness h;

	CHECK(harness_init(&h, "id int, time timestamp, at timestamp") == 0);
	CHECK(add(&h, "nothing", 0) < 0);
	CHECK(strstr(h.e.msg, "no column \"nothing\"") != NULL);
	harness_fini(&h);

	CHECK(harness_init(&h, "id int, time timestamp") == 0);
	CHECK(add(&h, "id", 0) < 0);
	CHECK_INT(h.e.kind, SPT_EUSAGE);
	CHECK(strstr(h.e.msg, "\"id\" is int, not timestamp") != NULL);
	CHECK(strstr(h.e.msg, "sread -s 'id timestamp'") != NULL);
	harness_fini(&h);

	CHECK(harness_init(&h, "at timestamp, time timestamp") == 0);
	CHECK(add(&h, "time", 0) == 0);
	CHECK(add(&h, "at", 0) < 0);
	CHECK(strstr(h.e.msg, "\"time\" is event time already") != NULL);
	harness_fini(&h);
}

static void
restart(bool delta)
{
	struct harness h, again;
	static struct kept kept;

	CHECK(harness_init(&h, "time timestamp") == 0);
	CHECK(add(&h, "time", SPT_SECOND) == 0);
	harness_epoch(&h, "");
	CHECK(harness_save(&h, 0, &kept, false) == 0);
	CHECK_INT(kept.n, 0);
	harness_epoch(&h, "10 20");
	CHECK(harness_save(&h, 0, &kept, delta) == 0);
	CHECK_INT(kept.n, 1);
	harness_epoch(&h, "10");
	CHECK(harness_save(&h, 0, &kept, delta) == 0);
	CHECK_INT(kept.puts, !delta);

	CHECK(harness_init(&again, "time timestamp") == 0);
	CHECK(add(&again, "time", SPT_SECOND) == 0);
	CHECK(harness_load(&again, 0, &kept) == 0);
	harness_epoch(&again, "3");
	CHECK_INT(again.watermark, 19 * SPT_SECOND);
	harness_fini(&again);

	kept.v[0].n_val = 7;
	CHECK(harness_init(&again, "time timestamp") == 0);
	CHECK(add(&again, "time", SPT_SECOND) == 0);
	CHECK(harness_load(&again, 0, &kept) < 0);
	CHECK_INT(again.e.kind, SPT_ECHECKPOINT);
	harness_fini(&again);
	harness_fini(&h);
	kept_fini(&kept);
}

static void
says(void)
{
	struct harness h;
	char text[200];

	CHECK(harness_init(&h, "time timestamp") == 0);
	CHECK(add(&h, "time", 600 * SPT_SECOND) == 0);
	spt_watermark_stage.status(h.links[0].self, text, sizeof text);
	CHECK_STR(text, "newest time none, delay 10m");
	harness_epoch(&h, "10 0");
	spt_watermark_stage.status(h.links[0].self, text, sizeof text);
	CHECK_STR(text, "newest time 1970-01-01T00:00:10Z, delay 10m");
	spt_watermark_stage.status(h.links[0].self, text, 10);
	CHECK_STR(text, "newest ti");
	harness_fini(&h);
}

/* ---- silence ------------------------------------------------------------- */

/* The watermark in seconds behind an epoch at this spate:time. */
static int64_t
at(struct harness *h, int64_t seconds, const char *rows)
{
	h->time = seconds * SPT_SECOND;
	CHECK_STR(harness_epoch(h, rows), rows);
	if (h->watermark == SPT_TIME_MIN)
		return -1;
	CHECK(h->watermark % SPT_SECOND == 0);
	return h->watermark / SPT_SECOND;
}

static void
silence(void)
{
	static struct kept kept;
	struct harness h, again;

	idle = 60;
	CHECK(harness_init(&h, "time timestamp") == 0);
	CHECK(add(&h, "time", 10 * SPT_SECOND) == 0);
	/* Nothing was ever heard: there is nothing to close. */
	CHECK_INT(at(&h, 1000, ""), -1);
	CHECK_INT(at(&h, 2000, ""), -1);
	CHECK_INT(at(&h, 2001, "100"), 90);
	CHECK_INT(at(&h, 2060, ""), 90);
	CHECK_INT(at(&h, 2061, ""), 150);
	CHECK_INT(at(&h, 2071, ""), 160);
	/* It never goes back, and silence begins anew with any row. */
	CHECK_INT(at(&h, 2072, "110"), 160);
	CHECK_INT(at(&h, 2131, "null"), 160);
	CHECK_INT(at(&h, 2190, ""), 160);
	CHECK_INT(at(&h, 2191, ""), 160);
	CHECK_INT(at(&h, 2260, ""), 229);
	CHECK(harness_save(&h, 0, &kept, false) == 0);
	CHECK_INT(kept.n, 3);

	/* A run that goes on from there says the same. */
	CHECK(harness_init(&again, "time timestamp") == 0);
	CHECK(add(&again, "time", 10 * SPT_SECOND) == 0);
	CHECK(harness_load(&again, 0, &kept) == 0);
	for (int i = 0; i < 3; i++) {
		static const char *const rows[] = { "", "200", "" };
		int64_t now = 2270 + 60 * i;

		CHECK_INT(at(&again, now, rows[i]), at(&h, now, rows[i]));
	}
	CHECK_INT(at(&h, 3000, "1000"), 990);
	harness_fini(&again);
	harness_fini(&h);
	kept_fini(&kept);
	idle = -1;

	/* Not asked for: it stands still. */
	CHECK(harness_init(&h, "time timestamp") == 0);
	CHECK(add(&h, "time", 0) == 0);
	CHECK_INT(at(&h, 1, "100"), 100);
	CHECK_INT(at(&h, 1000000, ""), 100);
	harness_fini(&h);
}

/* ---- times far ahead ----------------------------------------------------- */

#define FAR_MESSAGE                                                        \
	"column \"time\" says 1970-01-01T00:17:40.000001Z, which is more " \
	"than 1m ahead of the clock, 1970-01-01T00:16:40Z"

static void
far_ahead(int64_t batch_rows)
{
	struct harness h;

	ahead = 60;
	CHECK(harness_init(&h, "id int, time timestamp") == 0);
	h.batch_rows = batch_rows;
	CHECK(add(&h, "time", 0) == 0);
	h.time = 1000 * SPT_SECOND;
	CHECK_STR(harness_epoch(&h, "1,5 2,1060 3,null"), "1,5 2,1060 3,null");
	CHECK_INT(harness_figure(&h, 0, "bad"), 0);
	CHECK(strstr(harness_epoch(&h, "4,7 5,1060.000001"),
		  "failed: " FAR_MESSAGE " (--max-ahead; -b skip") != NULL);
	CHECK_INT(h.e.kind, SPT_EDATA);
	harness_fini(&h);

	skip = true;
	CHECK(harness_init(&h, "id int, time timestamp") == 0);
	h.batch_rows = batch_rows;
	CHECK(add(&h, "time", 0) == 0);
	h.time = 1000 * SPT_SECOND;
	CHECK_STR(harness_epoch(&h, "1,5 2,1060.000001 3,null 4,9999 5,6 6,7"),
	    "1,5 3,null 5,6 6,7");
	CHECK_INT(h.watermark, 7 * SPT_SECOND);
	CHECK_INT(harness_figure(&h, 0, "bad"), 2);
	CHECK_INT(harness_figure(&h, 0, "untimed"), 1);
	CHECK_STR(harness_said(&h, 0),
	    FAR_MESSAGE ": left out, like all that follow\n");
	/* What is far depends on the clock of the epoch. */
	h.time = 9939 * SPT_SECOND;
	CHECK_STR(harness_epoch(&h, "7,9999 8,10000"), "7,9999");
	CHECK_STR(harness_said(&h, 0), "");
	harness_fini(&h);
	skip = false;
	ahead = -1;
}

/* Without the option, live input deserves a word, other input does not. */
static void
far_word(void)
{
	for (int bounded = 0; bounded < 2; bounded++) {
		struct harness h;

		CHECK(harness_init(&h, "time timestamp") == 0);
		CHECK(!bounded || harness_bounded(&h) == 0);
		CHECK(add(&h, "time", 0) == 0);
		h.time = 1000 * SPT_SECOND;
		CHECK_STR(harness_epoch(&h, "87400"), "87400");
		CHECK_STR(harness_said(&h, 0), "");
		CHECK_STR(harness_epoch(&h, "87401 999999"), "87401 999999");
		CHECK(bounded == (*harness_said(&h, 0) == '\0'));
		CHECK_STR(harness_epoch(&h, "9999999"), "9999999");
		CHECK_STR(harness_said(&h, 0), "");
		harness_fini(&h);
	}
}

int
main(void)
{
	moves(0);
	moves(1);
	extremes();
	refusals();
	restart(true);
	restart(false);
	says();
	silence();
	far_ahead(0);
	far_ahead(1);
	far_word();
	return DONE;
}

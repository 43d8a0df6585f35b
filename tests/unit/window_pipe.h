/*
 * window_pipe - pipelines of swatermark and swindow, a line a stage.  Included
 * by one .c of a test, behind unit.h.
 */
#ifndef SPT_WINDOW_PIPE_H
#define SPT_WINDOW_PIPE_H

#include "stage_harness.h"
#include "window/watermark.h"
#include "window/window.h"

static int64_t batch_rows; /* of the harnesses that start */

static inline int
mark(struct harness *h, const char *column, int64_t seconds)
{
	struct spt_watermark_conf conf = { column, seconds * SPT_SECOND, -1, -1,
		false };
	struct spt_watermark *w;

	if (spt_watermark_new(&w, h->io, &conf, &h->e) < 0)
		return -1;
	return harness_add(h, &spt_watermark_stage, w);
}

/* aggs: words with blanks between them. */
static inline int
window_conf(
    struct harness *h, const struct spt_window_conf *conf, const char *aggs)
{
	struct spt_window_conf c = *conf;
	char text[512], *v[32];
	struct spt_window *w;

	snprintf(text, sizeof text, "%s", aggs);
	for (char *p = strtok(text, " "); p != NULL; p = strtok(NULL, " "))
		v[c.n_aggs++] = p;
	c.aggs = v;
	if (spt_window_new(&w, h->io, &c, &h->e) < 0)
		return -1;
	return harness_add(h, &spt_window_stage, w);
}

static inline int
window(struct harness *h, const char *size, int64_t offset, const char *keys,
    const char *time, const char *mode, const char *aggs)
{
	struct spt_window_conf conf = { .window = size,
		.offset = offset * SPT_SECOND,
		.keys = keys,
		.time = time,
		.mode = mode };

	return window_conf(h, &conf, aggs);
}

static inline void
start(struct harness *h, const char *columns)
{
	CHECK(harness_init(h, columns) == 0);
	h->batch_rows = batch_rows;
}

#endif

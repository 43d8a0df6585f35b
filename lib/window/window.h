/*
 * window - the stage that swindow is: rows into windows and groups, results
 * out at barriers.
 */
#ifndef SPT_WINDOW_H
#define SPT_WINDOW_H

#include "stage/stage.h"

struct spt_window;

extern const struct spt_stage spt_window_stage;

/* As on the command line; NULL where nothing was said.  Nothing is kept. */
struct spt_window_conf {
	const char *window; /* SIZE[/SLIDE] */
	int64_t offset;     /* microseconds */
	const char *keys;   /* COLUMN,... */
	const char *time;   /* COLUMN */
	const char *mode;   /* append (as NULL), update, complete */
	char *const *aggs;  /* [NAME=]FUNCTION[:COLUMN] */
	int n_aggs;
};

/* SPT_EUSAGE for what is wrong whatever the input; the rest is found at open.
 * The stage's close frees *w. */
SPT_MUST int spt_window_new(struct spt_window **w, const struct spt_io *io,
    const struct spt_window_conf *conf, struct spt_err *e);

#endif

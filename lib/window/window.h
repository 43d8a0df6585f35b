/*
 * window - the stage that swindow is: rows into windows and groups, results
 * out at barriers.
 */
#ifndef SPT_WINDOW_H
#define SPT_WINDOW_H

#include "stage/stage.h"

struct spt_window;

extern const struct spt_stage spt_window_stage;

#define SPT_WINDOW_LATE 1 /* the side output of late rows */

/* As on the command line; NULL or 0 where nothing was said.  Nothing is
 * kept. */
struct spt_window_conf {
	const char *window; /* SIZE[/SLIDE], gap:DURATION, gap:@COLUMN */
	int64_t offset;     /* microseconds */
	const char *keys;   /* COLUMN,... */
	const char *time;   /* COLUMN */
	const char *mode;   /* append (as NULL), update, complete */
	char *const *aggs;  /* [NAME=]FUNCTION[:COLUMN[:ARGUMENT]] */
	int n_aggs;
	const char *accuracy; /* relative error of quantiles */
	bool partial;         /* results are states to be merged ... */
	bool merge;           /* ... and such are the input */
	bool verbose;         /* say why windows stay open */
	int64_t max_groups;
	int64_t max_memory; /* bytes */
};

/* SPT_EUSAGE for what is wrong whatever the input; the rest is found at open.
 * The stage's close frees *w. */
SPT_MUST int spt_window_new(struct spt_window **w, const struct spt_io *io,
    const struct spt_window_conf *conf, struct spt_err *e);

#endif

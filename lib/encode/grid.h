/*
 * grid - cells of text in aligned columns: what tables are made of.
 */
#ifndef SPT_GRID_H
#define SPT_GRID_H

#include "encode/encoder.h"

struct spt_grid_cell {
	size_t at;    /* of its text in grid.text */
	size_t len;   /* bytes */
	size_t width; /* columns of a terminal */
	bool null;
};

struct spt_grid_col {
	struct spt_grid_cell head; /* in grid.heads */
	bool right;                /* numbers */
	bool cuts;                 /* strings give way on a narrow terminal */
	size_t want;               /* the widest cell so far */
	size_t width;              /* what it gets */
};

struct spt_grid {
	const struct spt_io *io;
	const struct spt_tz *tz;
	const char *eol;
	bool color;
	size_t limit; /* columns of the terminal; 0: no limit, nothing is cut */
	size_t n;     /* columns of the table */
	size_t shown; /* of which that many fit */
	struct spt_grid_col *cols;
	struct spt_buf heads;
	struct spt_buf text;
	struct spt_grid_cell *cells; /* rows * n */
	size_t rows, cap;
};

/* eol ends each line; kept by pointer.  -1 leaves nothing to free. */
SPT_MUST int spt_grid_init(struct spt_grid *g, const struct spt_io *io,
    const struct spt_schema *s, const struct spt_encoder_conf *conf,
    const char *eol, struct spt_err *e);
void spt_grid_fini(struct spt_grid *g);
/* Adds row i of b.  Control characters, and those that turn the direction of
 * writing, come out as \x1b or \u202e. */
SPT_MUST int spt_grid_row(struct spt_grid *g, const struct spt_batch *b,
    int64_t i, struct spt_err *e);
/* Gives the columns their widths from all rows seen so far.  True: they are
 * not what they were at the last call. */
bool spt_grid_fit(struct spt_grid *g);
/* The line, or two, with the names; SPT_GRID_HEAD says how many. */
SPT_MUST int spt_grid_put_head(
    struct spt_grid *g, struct spt_buf *out, struct spt_err *e);
#define SPT_GRID_HEAD(g) ((g)->color ? 1 : 2)
/* The rows since the last call, one a line; they are forgotten. */
SPT_MUST int spt_grid_put_rows(
    struct spt_grid *g, struct spt_buf *out, struct spt_err *e);

#endif

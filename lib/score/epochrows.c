#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/scorer_run.h"

void
spt_epochrows_fini(struct spt_epochrows *r, const struct spt_io *io)
{
	spt_epochrows_reset(r);
	spt_free(io, r->x);
	spt_free(io, r->y);
	spt_free(io, r->held);
	memset(r, 0, sizeof *r);
}

void
spt_epochrows_reset(struct spt_epochrows *r)
{
	for (size_t i = 0; i < r->n_held; i++)
		spt_builder_fini(&r->held[i]);
	r->n = r->n_held = r->bytes = 0;
}

static int
count(struct spt_epochrows *r, size_t bytes, struct spt_err *e)
{
	char limit[SPT_NUMBER_TEXT];

	r->bytes += bytes;
	if (r->bytes <= r->limit)
		return 0;
	spt_size_print(limit, (int64_t)r->limit);
	return spt_fail(e, SPT_ESYSTEM,
	    "the rows that wait for the end of their epoch need more than "
	    "--max-memory %s: cut smaller epochs (sread --epoch-rows N), or "
	    "learn --per-row",
	    limit);
}

int
spt_epochrows_add(struct spt_epochrows *r, const struct spt_learnrows *f,
    bool labelled, size_t rows, struct spt_err *e)
{
	r->d = f->d;
	if (count(r, rows * (f->d + 1) * sizeof(double), e) < 0 ||
	    spt_grow(f->io, &r->x, &r->cap_x, (r->n + rows) * r->d,
		sizeof *r->x, e) < 0 ||
	    spt_grow(f->io, &r->y, &r->cap_y, r->n + rows, sizeof *r->y, e) < 0)
		return -1;
	if (f->all_scored && !labelled) {
		memcpy(r->x + r->n * r->d, f->x, rows * r->d * sizeof *r->x);
		r->n += rows;
		return 0;
	}
	for (size_t i = 0; i < rows; i++) {
		if (f->fate[i] == SPT_SCORE_BAD ||
		    (f->fate[i] == SPT_SCORE_NULL && f->n_lags != 0) ||
		    (labelled && isnan(f->y[i])))
			continue;
		memcpy(
		    r->x + r->n * r->d, f->x + i * f->d, r->d * sizeof *r->x);
		r->y[r->n++] = f->y[i];
	}
	return 0;
}

int
spt_epochrows_hold(struct spt_epochrows *r, const struct spt_io *io,
    const struct spt_schema *in, const struct spt_batch *b, struct spt_err *e)
{
	struct spt_builder *to;

	if (spt_grow(io, &r->held, &r->cap_held, r->n_held + 1, sizeof *r->held,
		e) < 0)
		return -1;
	to = &r->held[r->n_held];
	if (spt_builder_init(to, io, in, e) < 0)
		return -1;
	r->n_held++;
	if (count(r, spt_batch_bytes(b), e) < 0)
		return -1;
	return spt_builder_rows(to, b, 0, b->rows, e);
}

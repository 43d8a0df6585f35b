#include "batch/batch.h"

size_t
spt_batch_bytes(const struct spt_batch *b)
{
	size_t n = 0, rows = (size_t)b->rows;

	for (size_t i = 0; i < b->n; i++) {
		const struct spt_col *c = &b->cols[i];

		if (c->validity != NULL)
			n += rows / 8 + 1;
		if (c->type == SPT_BOOL)
			n += rows / 8 + 1;
		else if (c->type != SPT_UTF8)
			n += rows * 8;
		else if (rows != 0)
			n += (rows + 1) * 4 +
			     (size_t)(c->offsets[rows] - c->offsets[0]);
	}
	return n;
}

struct spt_range
spt_batch_range(const struct spt_batch *b, size_t col)
{
	const struct spt_col *c = &b->cols[col];
	struct spt_range r = { false, SPT_TIME_MAX, SPT_TIME_MIN };

	if (b->ranges != NULL)
		return b->ranges[col];
	for (int64_t i = 0; i < b->rows; i++) {
		if (spt_col_null(c, i))
			continue;
		r.any = true;
		if (c->ints[i] < r.min)
			r.min = c->ints[i];
		if (c->ints[i] > r.max)
			r.max = c->ints[i];
	}
	return r;
}

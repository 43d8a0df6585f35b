/*
 * Bucketizer: a number becomes the index of the bucket [s(i), s(i + 1)) that
 * it is in; the last bucket has its upper bound too.  A null stays null.  The
 * search is Java's, for which -0.0 is below 0.0.
 */
#include <math.h>

#include "score/sparkstage.h"

struct buckets {
	double *splits;
	size_t n;
	size_t nulls; /* buffer */
};

struct bucketizer {
	enum spt_spark_invalid invalid;
	struct buckets *of; /* a column each */
};

static int
check_splits(const struct spt_spark_loading *l, const struct buckets *b,
    struct spt_err *e)
{
	bool good = b->n >= 2;

	for (size_t i = 0; i + 1 < b->n; i++)
		good = good && b->splits[i] < b->splits[i + 1];
	return good ? 0
		    : spt_spark_fail(l->meta, e, "the splits do not increase");
}

static int
read_splits(const struct spt_spark_loading *l, struct bucketizer *b, size_t n,
    struct spt_err *e)
{
	const struct spt_spark_meta *m = l->meta;
	json_t *lists = spt_spark_param(m, "splitsArray");

	if (lists == NULL) {
		if (n != 1)
			return spt_spark_fail(m, e, "no splitsArray");
		if (spt_spark_numbers(
			m, "splits", &b->of[0].splits, &b->of[0].n, e) < 0)
			return -1;
		return check_splits(l, &b->of[0], e);
	}
	if (!json_is_array(lists) || m->json->array_size(lists) != n)
		return spt_spark_fail(m, e,
		    "splitsArray has not a list for each of the %zu columns",
		    n);
	for (size_t i = 0; i < n; i++)
		if (spt_spark_number_list(m, "splitsArray",
			m->json->array_get(lists, i), &b->of[i].splits,
			&b->of[i].n, e) < 0 ||
		    check_splits(l, &b->of[i], e) < 0)
			return -1;
	return 0;
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct bucketizer *b = spt_spark_self(s, l, sizeof *b, e);
	struct spt_spark_texts in, out;

	if (b == NULL || spt_spark_invalid(l->meta, &b->invalid, e) < 0 ||
	    spt_spark_columns(l->meta, &in, &out, e) < 0 ||
	    spt_spark_ports(s, l, in.n, in.n, e) < 0)
		return -1;
	b->of = spt_arena_get(l->arena, in.n * sizeof *b->of, e);
	if (b->of == NULL || read_splits(l, b, in.n, e) < 0)
		return -1;
	for (size_t i = 0; i < in.n; i++)
		if (spt_spark_reads(s, l, in.v[i], 0, e) < 0)
			return -1;
	for (size_t i = 0; i < in.n; i++) {
		if (spt_spark_makes(
			s, l, out.v[i], SPT_FRAME_FLOAT, 1, false, e) < 0 ||
		    spt_frame_room(l->frame, 1, &b->of[i].nulls, e) < 0)
			return -1;
		l->frame->cols[s->out[i]].origin =
		    l->frame->cols[s->in[i]].origin;
	}
	return 0;
}

static int
bind(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	return spt_spark_all_numbers(s, f, false, e);
}

static bool
less(double a, double b)
{
	return a < b || (a == b && signbit(a) && !signbit(b));
}

/* The bucket, or -1 outside of all. */
static double
find(const struct buckets *b, double x)
{
	size_t low = 0, high = b->n;

	if (x == b->splits[b->n - 1])
		return (double)(b->n - 2);
	/* The splits before low are at or below x, those from high above. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (less(x, b->splits[mid]))
			high = mid;
		else
			low = mid + 1;
	}
	return low == 0 || low == b->n ? -1 : (double)(low - 1);
}

static int
run_column(
    struct spt_spark_stage *s, struct spt_frame *f, size_t i, struct spt_err *e)
{
	const struct bucketizer *b = s->self;
	const struct buckets *of = &b->of[i];
	const struct spt_frame_col *from = &f->cols[s->in[i]];
	double *to = spt_frame_own(f, s->out[i])[0];
	uint8_t *null = f->buffers[of->nulls].p;

	if (from->null != NULL) {
		memcpy(null, from->null, f->rows);
		f->cols[s->out[i]].null = null;
	}
	for (size_t r = 0; r < f->rows; r++) {
		const double x = from->x[0][r];
		const char *why;

		if (!isnan(x)) {
			to[r] = find(of, x);
			if (to[r] >= 0)
				continue;
			why = "outside the splits of the model's Bucketizer";
		} else if (b->invalid == SPT_SPARK_SKIP) {
			spt_frame_skip(f, r);
			continue;
		} else if (from->null != NULL && from->null[r]) {
			to[r] = NAN;
			continue;
		} else if (b->invalid == SPT_SPARK_KEEP) {
			to[r] = (double)(of->n - 1);
			continue;
		} else {
			why = "NaN, and handleInvalid of the model's "
			      "Bucketizer is error";
		}
		if (spt_frame_bad(f, r, s->in[i], why, e) < 0)
			return -1;
	}
	return 0;
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (run_column(s, f, i, e) < 0)
			return -1;
	return 0;
}

const struct spt_spark_kind spt_spark_bucketizer = {
	.class = "feature.Bucketizer",
	.name = "Bucketizer",
	.load = load,
	.bind = bind,
	.run = run,
};

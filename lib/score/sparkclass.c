/*
 * An output column that is named "" is switched off.  Spark then chooses the
 * class by what is left: raw scores if they are shown, else probabilities, and
 * that can make a difference at ties.
 */
#include <float.h>
#include <math.h>

#include "score/sparkclass.h"

#define CLASSES_MAX 65536

/* A vector column for what is made row by row, for stages behind. */
static int
make_vector(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    const char *name, size_t classes, size_t *buffer, size_t *col,
    struct spt_err *e)
{
	*col = SPT_FRAME_NONE;
	if (spt_frame_room(l->frame, classes * sizeof(double), buffer, e) < 0)
		return -1;
	if (name[0] == '\0')
		return 0;
	if (spt_spark_makes(s, l, name, SPT_FRAME_VECTOR, classes, false, e) <
	    0)
		return -1;
	*col = s->out[s->n_out - 1];
	return 0;
}

static int
load_thresholds(struct spt_spark_classifier *c,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	size_t n, zeros = 0;

	if (spt_spark_numbers(l->meta, "thresholds", &c->thresholds, &n, e) < 0)
		return -1;
	if (c->thresholds == NULL)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!(c->thresholds[i] >= 0))
			return spt_spark_fail(
			    l->meta, e, "a threshold is negative");
		zeros += c->thresholds[i] == 0;
	}
	if (n != c->classes || zeros > 1)
		return spt_spark_fail(l->meta, e,
		    "%zu thresholds for %zu classes, %zu of them 0", n,
		    c->classes, zeros);
	c->choice = SPT_SPARK_SCALED;
	return 0;
}

int
spt_spark_classifier_load(struct spt_spark_classifier *c,
    struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t classes, struct spt_err *e)
{
	const char *raw, *probability;

	c->classes = classes;
	if (classes == 0 || classes > CLASSES_MAX)
		return spt_spark_fail(l->meta, e, "%zu classes", classes);
	if (spt_spark_text(
		l->meta, "rawPredictionCol", "rawPrediction", &raw, e) < 0 ||
	    spt_spark_text(l->meta, "probabilityCol", "probability",
		&probability, e) < 0 ||
	    make_vector(s, l, raw, classes, &c->raw, &c->raw_col, e) < 0 ||
	    make_vector(s, l, probability, classes, &c->probability,
		&c->probability_col, e) < 0)
		return -1;
	c->shows_raw = raw[0] != '\0';
	c->shows_probability = probability[0] != '\0';
	s->classes = c->shows_raw || c->shows_probability ? classes : 0;
	c->choice = c->shows_raw || !c->shows_probability
			? SPT_SPARK_RAW
			: SPT_SPARK_PROBABILITY;
	return load_thresholds(c, l, e);
}

int
spt_spark_classifier_binary(struct spt_spark_classifier *c,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	double t;

	if (spt_spark_number(l->meta, "threshold", 0.5, &t, e) < 0)
		return -1;
	if (c->thresholds != NULL)
		t = 1 / (1 + c->thresholds[0] / c->thresholds[1]);
	if (!(t >= 0 && t <= 1))
		return spt_spark_fail(
		    l->meta, e, "the threshold %g is not within 0..1", t);
	c->thresholds = spt_arena_get(l->arena, sizeof *c->thresholds, e);
	if (c->thresholds == NULL)
		return -1;
	c->choice =
	    c->shows_raw ? SPT_SPARK_ABOVE_RAW : SPT_SPARK_ABOVE_PROBABILITY;
	if (!c->shows_raw)
		c->thresholds[0] = t;
	else if (t == 0)
		c->thresholds[0] = -INFINITY;
	else
		c->thresholds[0] = t == 1 ? INFINITY : log(t / (1 - t));
	return 0;
}

double *
spt_spark_classifier_raw(
    const struct spt_spark_classifier *c, const struct spt_frame *f)
{
	return f->buffers[c->raw].p;
}

static size_t
greatest(const double *v, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (v[i] > v[best])
			best = i;
	return best;
}

static size_t
greatest_scaled(const double *p, const double *thresholds, size_t n)
{
	double most = -INFINITY;
	size_t best = 0;

	for (size_t i = 0; i < n; i++) {
		double scaled = p[i] / thresholds[i];

		if (scaled > most) {
			most = scaled;
			best = i;
		}
	}
	return best;
}

static void
choose(const struct spt_spark_classifier *c, const double *raw, const double *p,
    size_t rows, double *to)
{
	const size_t n = c->classes;

	switch (c->choice) {
	case SPT_SPARK_RAW:
		for (size_t r = 0; r < rows; r++)
			to[r] = (double)greatest(raw + r * n, n);
		break;
	case SPT_SPARK_PROBABILITY:
		for (size_t r = 0; r < rows; r++)
			to[r] = (double)greatest(p + r * n, n);
		break;
	case SPT_SPARK_SCALED:
		for (size_t r = 0; r < rows; r++)
			to[r] = (double)greatest_scaled(
			    p + r * n, c->thresholds, n);
		break;
	case SPT_SPARK_ABOVE_RAW:
		for (size_t r = 0; r < rows; r++)
			to[r] = raw[r * n + 1] > c->thresholds[0];
		break;
	case SPT_SPARK_ABOVE_PROBABILITY:
		for (size_t r = 0; r < rows; r++)
			to[r] = p[r * n + 1] > c->thresholds[0];
		break;
	}
}

/* The column, if a stage reads it. */
static void
transpose(struct spt_frame *f, size_t col, const double *from)
{
	double *const *to;
	size_t n;

	if (col == SPT_FRAME_NONE || !f->cols[col].read)
		return;
	to = spt_frame_own(f, col);
	n = f->cols[col].width;
	for (size_t k = 0; k < n; k++)
		for (size_t r = 0; r < f->rows; r++)
			to[k][r] = from[r * n + k];
}

void
spt_spark_classifier_finish(const struct spt_spark_classifier *c,
    struct spt_spark_stage *s, struct spt_frame *f,
    void (*to)(const double *raw, double *p, size_t classes, size_t rows))
{
	const double *raw = f->buffers[c->raw].p;
	double *p = f->buffers[c->probability].p;

	to(raw, p, c->classes, f->rows);
	choose(c, raw, p, f->rows, spt_frame_own(f, s->prediction)[0]);
	transpose(f, c->raw_col, raw);
	transpose(f, c->probability_col, p);
	s->raw = c->shows_raw ? raw : NULL;
	s->probability = c->shows_probability ? p : NULL;
}

void
spt_spark_softmax(const double *raw, double *p, size_t classes, size_t rows)
{
	for (size_t r = 0; r < rows; r++, raw += classes, p += classes) {
		double most = -DBL_MAX, sum = 0;
		size_t infinite = classes;

		for (size_t k = classes; k-- > 0;) {
			if (raw[k] == INFINITY)
				infinite = k;
			if (raw[k] > most)
				most = raw[k];
		}
		for (size_t k = 0; k < classes; k++) {
			p[k] = infinite < classes ? k == infinite
						  : exp(raw[k] - most);
			sum += p[k];
		}
		for (size_t k = 0; k < classes; k++)
			p[k] /= sum;
	}
}

void
spt_spark_normalised(const double *raw, double *p, size_t classes, size_t rows)
{
	for (size_t r = 0; r < rows; r++, raw += classes, p += classes) {
		double sum = 0;

		for (size_t k = 0; k < classes; k++)
			sum += raw[k];
		for (size_t k = 0; k < classes; k++)
			p[k] = sum != 0 ? raw[k] / sum : raw[k];
	}
}

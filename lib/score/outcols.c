#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/outcols.h"

static const char *
plain_name(enum spt_outcol_kind kind, const struct spt_model_info *info)
{
	switch (kind) {
	case SPT_OUT_PREDICTION:
		return info->task == SPT_DETECTION ? "score" : "prediction";
	case SPT_OUT_PROBABILITY:
		return "probability";
	case SPT_OUT_RAW:
		return "rawPrediction";
	case SPT_OUT_ANOMALY:
		return "anomaly";
	case SPT_OUT_ID:
		break;
	}
	return "model_id";
}

static enum spt_type
type_of(enum spt_outcol_kind kind, const struct spt_model_info *info)
{
	if (kind == SPT_OUT_PREDICTION && info->labels == NULL)
		return SPT_FLOAT64;
	return kind == SPT_OUT_ANOMALY ? SPT_BOOL : SPT_UTF8;
}

static int
add(struct spt_outcols *o, enum spt_outcol_kind kind,
    const struct spt_model_info *info, const char *as, struct spt_schema *out,
    struct spt_err *e)
{
	struct spt_outcol *c = &o->v[o->n++];
	const char *plain = plain_name(kind, info), *name = plain;
	struct spt_buf b;
	int rc = -1;

	c->kind = kind;
	spt_buf_init(&c->validity, o->io);
	spt_buf_init(&c->values, o->io);
	spt_buf_init(&c->bytes, o->io);
	spt_buf_init(&b, o->io);
	if (as != NULL && kind == SPT_OUT_PREDICTION)
		name = as;
	else if (as != NULL && (spt_buf_printf(&b, e, "%s_%s", as, plain) < 0 ||
				   (name = spt_buf_str(&b, e)) == NULL))
		goto done;
	if (spt_schema_find(out, name) >= 0)
		spt_fail(e, SPT_EUSAGE,
		    "the input has a column \"%s\" already, and sscore adds "
		    "one of that name: --as NAME names the new ones (NAME, "
		    "NAME_...), or drop the old one in front (smap)",
		    name);
	else
		rc = spt_schema_add(out, name, type_of(kind, info), e);
done:
	spt_buf_fini(&b);
	return rc;
}

int
spt_outcols_init(struct spt_outcols *o, const struct spt_io *io,
    const struct spt_model_info *info, const struct spt_outcols_conf *conf,
    struct spt_schema *out, struct spt_err *e)
{
	bool classes = info->classes != 0;

	memset(o, 0, sizeof *o);
	o->io = io;
	o->n_in = out->n;
	if (conf->raw && !classes)
		return spt_fail(e, SPT_EUSAGE,
		    "--raw: %s is no classifier and has no raw scores",
		    info->kind);
	if (add(o, SPT_OUT_PREDICTION, info, conf->as, out, e) < 0 ||
	    (classes &&
		add(o, SPT_OUT_PROBABILITY, info, conf->as, out, e) < 0) ||
	    (conf->raw && add(o, SPT_OUT_RAW, info, conf->as, out, e) < 0) ||
	    (info->task == SPT_DETECTION &&
		add(o, SPT_OUT_ANOMALY, info, conf->as, out, e) < 0) ||
	    (conf->model_id && add(o, SPT_OUT_ID, info, conf->as, out, e) < 0))
		return -1;
	o->cols = spt_alloc(io, (o->n_in + o->n) * sizeof *o->cols, e);
	o->ranges = spt_alloc_zero(io, (o->n_in + o->n) * sizeof *o->ranges, e);
	return o->cols == NULL || o->ranges == NULL ? -1 : 0;
}

void
spt_outcols_fini(struct spt_outcols *o)
{
	for (size_t i = 0; i < o->n; i++) {
		spt_buf_fini(&o->v[i].validity);
		spt_buf_fini(&o->v[i].values);
		spt_buf_fini(&o->v[i].bytes);
	}
	o->n = 0;
	if (o->io == NULL)
		return;
	spt_free(o->io, o->cols);
	spt_free(o->io, o->ranges);
	o->cols = NULL;
	o->ranges = NULL;
}

/* ---- one batch ----------------------------------------------------------- */

static bool
scored(const struct spt_scores *s, int64_t i)
{
	return s->fate == NULL || s->fate[i] == SPT_SCORED;
}

/* A model may keep its probabilities, or its raw scores, to itself. */
static bool
shown(const struct spt_outcol *c, const struct spt_scores *s)
{
	return !(c->kind == SPT_OUT_PROBABILITY && s->probability == NULL) &&
	       !(c->kind == SPT_OUT_RAW && s->raw == NULL);
}

/* The validity bitmap, by fate. */
static int
put_validity(struct spt_outcol *c, struct spt_col *to, int64_t rows,
    const struct spt_scores *s, struct spt_err *e)
{
	const bool all = shown(c, s);
	size_t n = ((size_t)rows + 7) / 8;

	to->validity = NULL;
	to->null_count = 0;
	if (s->fate == NULL && all)
		return 0;
	c->validity.len = 0;
	if (spt_buf_reserve(&c->validity, n + 1, e) < 0)
		return -1;
	memset(c->validity.data, 0, n);
	for (int64_t i = 0; i < rows; i++) {
		bool is = all && scored(s, i);

		c->validity.data[i >> 3] |= (uint8_t)(is << (i & 7));
		to->null_count += !is;
	}
	if (to->null_count != 0)
		to->validity = c->validity.data;
	return 0;
}

/* The numbers themselves; those of nulls become 0. */
static int
put_numbers(struct spt_outcol *c, struct spt_col *to, int64_t rows,
    const struct spt_scores *s, struct spt_err *e)
{
	void *room;
	double *v;

	to->floats = s->prediction;
	if (to->validity == NULL)
		return 0;
	c->values.len = 0;
	if (spt_buf_reserve(&c->values, (size_t)rows * sizeof *v, e) < 0)
		return -1;
	room = c->values.data;
	v = room;
	for (int64_t i = 0; i < rows; i++)
		v[i] = scored(s, i) ? s->prediction[i] : 0;
	to->floats = v;
	return 0;
}

/* Printed where it stays: most of the time of a classifier goes here. */
static int
put_array(struct spt_buf *b, const double *v, size_t n, struct spt_err *e)
{
	char *p;

	if (spt_buf_reserve(b, n * (SPT_NUMBER_TEXT + 1) + 2, e) < 0)
		return -1;
	p = (char *)b->data + b->len;
	for (size_t k = 0; k < n; k++) {
		*p++ = k == 0 ? '[' : ',';
		if (isfinite(v[k])) {
			p += spt_float_print(p, v[k]);
		} else {
			memcpy(p, "null", 4);
			p += 4;
		}
	}
	*p++ = ']';
	b->len = (size_t)(p - (char *)b->data);
	return 0;
}

static int
put_text(struct spt_outcol *c, int64_t i, const struct spt_scores *s,
    const struct spt_model_info *info, const char *id, struct spt_err *e)
{
	size_t n = info->classes, at = (size_t)i * n;
	const char *label;

	switch (c->kind) {
	case SPT_OUT_PREDICTION:
		label = info->labels[s->label[i]];
		return spt_buf_puts(&c->bytes, label, e);
	case SPT_OUT_PROBABILITY:
		return put_array(&c->bytes, s->probability + at, n, e);
	case SPT_OUT_RAW:
		return put_array(&c->bytes, s->raw + at, n, e);
	default:
		return spt_buf_puts(&c->bytes, id, e);
	}
}

static int
put_texts(struct spt_outcol *c, struct spt_col *to, int64_t rows,
    const struct spt_scores *s, const struct spt_model_info *info,
    const char *id, struct spt_err *e)
{
	const bool all = shown(c, s);
	int32_t *offsets;

	c->values.len = c->bytes.len = 0;
	if (spt_buf_reserve(&c->values, ((size_t)rows + 1) * 4, e) < 0 ||
	    spt_buf_reserve(&c->bytes, 1, e) < 0)
		return -1;
	offsets = (int32_t *)c->values.data;
	for (int64_t i = 0; i < rows; i++) {
		offsets[i] = (int32_t)c->bytes.len;
		if (all && scored(s, i) && put_text(c, i, s, info, id, e) < 0)
			return -1;
		if (c->bytes.len > INT32_MAX)
			return spt_fail(e, SPT_EDATA,
			    "the texts of a batch are more than 2 GiB");
	}
	offsets[rows] = (int32_t)c->bytes.len;
	to->offsets = offsets;
	to->bytes = (const char *)c->bytes.data;
	return 0;
}

/* Where there is no score, there is no anomaly either: false, not null. */
static int
put_flags(struct spt_outcol *c, struct spt_col *to, int64_t rows,
    const struct spt_scores *s, const struct spt_model_info *info,
    struct spt_err *e)
{
	size_t n = ((size_t)rows + 7) / 8;

	to->validity = NULL;
	to->null_count = 0;
	c->values.len = 0;
	if (spt_buf_reserve(&c->values, n + 1, e) < 0)
		return -1;
	memset(c->values.data, 0, n);
	for (int64_t i = 0; i < rows; i++)
		if (scored(s, i) && s->prediction[i] >= info->threshold)
			c->values.data[i >> 3] |= (uint8_t)(1 << (i & 7));
	to->bits = c->values.data;
	return 0;
}

int
spt_outcols_make(struct spt_outcols *o, const struct spt_batch *b,
    const struct spt_scores *s, const struct spt_model_info *info,
    const char *id, struct spt_batch *out, struct spt_err *e)
{
	memcpy(o->cols, b->cols, o->n_in * sizeof *o->cols);
	for (size_t k = 0; k < o->n; k++) {
		struct spt_outcol *c = &o->v[k];
		struct spt_col *to = &o->cols[o->n_in + k];
		int rc;

		memset(to, 0, sizeof *to);
		to->type = type_of(c->kind, info);
		if (put_validity(c, to, b->rows, s, e) < 0)
			return -1;
		if (to->type == SPT_FLOAT64)
			rc = put_numbers(c, to, b->rows, s, e);
		else if (to->type == SPT_BOOL)
			rc = put_flags(c, to, b->rows, s, info, e);
		else
			rc = put_texts(c, to, b->rows, s, info, id, e);
		if (rc < 0)
			return -1;
	}
	/* Ranges are of timestamps, and we add none of those. */
	if (b->ranges != NULL)
		memcpy(o->ranges, b->ranges, o->n_in * sizeof *o->ranges);
	*out = (struct spt_batch){ b->rows, o->n_in + o->n, o->cols,
		b->ranges != NULL ? o->ranges : NULL };
	return 0;
}

/*
 * StringIndexer: a text becomes the index of its label.  Numbers are compared
 * as the texts that Java makes of them, which is done the other way round: a
 * label that is such a text is a number, and numbers are looked up as they
 * are, by their bits (-0.0 is not 0.0).
 */
#include <math.h>

#include "base/hash.h"
#include "base/number.h"
#include "score/sparkstage.h"

#define NOT_FOUND UINT32_MAX

/* Labels by what they are compared with: text, int64, or bits of a double. */
struct table {
	struct spt_spark_texts labels;
	uint32_t *slots; /* label + 1, or 0 */
	size_t mask;
	bool text;
	uint64_t *keys; /* a label each, unless text */
};

struct indexer {
	struct spt_arena *arena;
	enum spt_spark_invalid invalid;
	struct table *of; /* a column each */
};

/* ---- numbers as Java writes them --------------------------------------- */

static size_t
digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* [-]digits.digits[E[-]digits], with neither digits nor an exponent that Java
 * would not write.  *exponent: there is one. */
static bool
java_form(const char *p, bool *exponent)
{
	size_t whole, fraction;

	p += *p == '-';
	whole = digits(p);
	if (whole == 0 || (whole > 1 && p[0] == '0') || p[whole] != '.')
		return false;
	fraction = digits(p + whole + 1);
	if (fraction == 0 || (fraction > 1 && p[whole + fraction] == '0'))
		return false;
	*exponent = p[whole + 1 + fraction] == 'E';
	if (!*exponent)
		return p[whole + 1 + fraction] == '\0';
	if (whole != 1 || p[0] == '0')
		return false;
	p += whole + fraction + 2;
	p += *p == '-';
	return digits(p) != 0 && p[0] != '0' && p[digits(p)] == '\0';
}

static bool
java_double(const char *s, double *v)
{
	bool exponent = false;
	double size;

	if (strcmp(s, "NaN") == 0)
		*v = NAN;
	else if (strcmp(s, "Infinity") == 0)
		*v = INFINITY;
	else if (strcmp(s, "-Infinity") == 0)
		*v = -INFINITY;
	else {
		if (!java_form(s, &exponent) ||
		    spt_float_parse(s, strlen(s), v) != 1)
			return false;
		size = fabs(*v);
		return exponent == (size != 0 && (size < 1e-3 || size >= 1e7));
	}
	return true;
}

static uint64_t
bits_of(double v)
{
	uint64_t bits;

	if (isnan(v))
		v = NAN;
	memcpy(&bits, &v, sizeof bits);
	return bits;
}

/* The key of a label among numbers of a type.  False: it is no such number. */
static bool
number_key(enum spt_frame_type type, const char *label, uint64_t *key)
{
	char text[SPT_NUMBER_TEXT];
	int64_t i;
	double v;

	if (type == SPT_FRAME_INT) {
		if (spt_int_parse(label, strlen(label), &i) != 1)
			return false;
		spt_int_print(text, i);
		*key = (uint64_t)i;
		return strcmp(text, label) == 0;
	}
	if (!java_double(label, &v))
		return false;
	*key = bits_of(v);
	return true;
}

/* ---- the table --------------------------------------------------------- */

static bool
is_label(const struct table *t, uint32_t label, const void *key, size_t n)
{
	const char *text = t->labels.v[label];

	if (!t->text)
		return memcmp(&t->keys[label], key, n) == 0;
	return strncmp(text, key, n) == 0 && text[n] == '\0';
}

/* The slot of the key, or the empty one where it would be. */
static uint32_t *
slot(const struct table *t, const void *key, size_t n)
{
	size_t at = (size_t)spt_hash(0, key, n) & t->mask;

	while (t->slots[at] != 0 && !is_label(t, t->slots[at] - 1, key, n))
		at = (at + 1) & t->mask;
	return &t->slots[at];
}

static uint32_t
look_up(const struct table *t, const void *key, size_t n)
{
	return *slot(t, key, n) - 1; /* 0 - 1 is NOT_FOUND */
}

static int
build(struct table *t, struct spt_arena *arena, enum spt_frame_type type,
    struct spt_err *e)
{
	size_t n = 16;

	while (n < 2 * t->labels.n)
		n *= 2;
	t->mask = n - 1;
	t->text = type == SPT_FRAME_TEXT;
	t->slots = spt_arena_get(arena, n * sizeof *t->slots, e);
	t->keys = spt_arena_get(arena, (t->labels.n + 1) * sizeof *t->keys, e);
	if (t->slots == NULL || t->keys == NULL)
		return -1;
	memset(t->slots, 0, n * sizeof *t->slots);
	for (size_t i = 0; i < t->labels.n; i++) {
		const char *text = t->labels.v[i];

		if (t->text)
			*slot(t, text, strlen(text)) = (uint32_t)i + 1;
		else if (number_key(type, text, &t->keys[i]))
			*slot(t, &t->keys[i], 8) = (uint32_t)i + 1;
	}
	return 0;
}

/* ---- the stage --------------------------------------------------------- */

static int
read_labels(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t n, struct spt_err *e)
{
	struct indexer *k = s->self;
	struct spt_spark_data d;
	struct spt_spark_texts *lists;
	size_t found = 0;
	int rc = spt_spark_open_data(&d, l, "data", e);

	if (rc < 0)
		return -1;
	rc = spt_spark_data_rows(&d, 1, e);
	if (rc == 0)
		rc = spt_spark_data_texts(&d,
		    spt_spark_data_has(&d, "labelsArray") ? "labelsArray"
							  : "labels",
		    &lists, &found, e);
	if (rc == 0 && found != n)
		rc = spt_fail(e, SPT_EDATA,
		    "%s: labels of %zu columns instead of %zu", d.dir, found,
		    n);
	spt_spark_data_close(&d);
	if (rc < 0)
		return -1;
	s->labels = lists;
	k->of = spt_arena_get(l->arena, n * sizeof *k->of, e);
	if (k->of == NULL)
		return -1;
	memset(k->of, 0, n * sizeof *k->of);
	for (size_t i = 0; i < n; i++)
		k->of[i].labels = lists[i];
	return 0;
}

static int
load_indexer(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct indexer *k = spt_spark_self(s, l, sizeof *k, e);
	struct spt_spark_texts in, out;

	if (k == NULL || spt_spark_invalid(l->meta, &k->invalid, e) < 0 ||
	    spt_spark_columns(l->meta, &in, &out, e) < 0 ||
	    read_labels(s, l, in.n, e) < 0 ||
	    spt_spark_ports(s, l, in.n, in.n, e) < 0)
		return -1;
	k->arena = l->arena;
	s->optional = true;
	for (size_t i = 0; i < in.n; i++)
		if (spt_spark_reads(s, l, in.v[i], 0, e) < 0)
			return -1;
	for (size_t i = 0; i < in.n; i++) {
		if (spt_spark_makes(
			s, l, out.v[i], SPT_FRAME_FLOAT, 1, false, e) < 0)
			return -1;
		l->frame->cols[s->out[i]].origin =
		    l->frame->cols[s->in[i]].origin;
	}
	return 0;
}

static int
bind_indexer(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	struct indexer *k = s->self;

	for (size_t i = 0; i < s->n_in; i++) {
		const struct spt_frame_col *c = &f->cols[s->in[i]];
		bool text = c->type == SPT_FRAME_TEXT && c->external;

		f->cols[s->out[i]].there = c->there;
		if (!c->there)
			continue;
		if (!text && spt_frame_number(f, s->in[i], false,
				 "StringIndexer (strings or)", e) < 0)
			return -1;
		if (build(&k->of[i], k->arena, c->type, e) < 0)
			return -1;
	}
	return 0;
}

/* The label of a row, which is not null. */
static uint32_t
label_of(const struct table *t, const struct spt_frame_col *c, size_t row)
{
	const char *p;
	uint64_t key;
	size_t n;

	if (t->text) {
		p = spt_col_str(c->raw, (int64_t)row, &n);
		return look_up(t, p, n);
	}
	if (c->type != SPT_FRAME_INT)
		key = bits_of(c->x[0][row]);
	else if (c->external)
		key = (uint64_t)c->raw->ints[row];
	else
		key = (uint64_t)(int64_t)c->x[0][row];
	return look_up(t, &key, sizeof key);
}

static int
index_column(
    struct spt_spark_stage *s, struct spt_frame *f, size_t i, struct spt_err *e)
{
	const struct indexer *k = s->self;
	const struct table *t = &k->of[i];
	const struct spt_frame_col *c = &f->cols[s->in[i]];
	double *to = spt_frame_own(f, s->out[i])[0];

	for (size_t r = 0; r < f->rows; r++) {
		const bool null = t->text ? spt_col_null(c->raw, (int64_t)r)
					  : c->null != NULL && c->null[r];
		uint32_t label = null ? NOT_FOUND : label_of(t, c, r);

		if (k->invalid == SPT_SPARK_SKIP && !t->text &&
		    isnan(c->x[0][r]))
			label = NOT_FOUND;
		to[r] = (double)label;
		if (label != NOT_FOUND)
			continue;
		to[r] = (double)t->labels.n;
		if (k->invalid == SPT_SPARK_SKIP)
			spt_frame_skip(f, r);
		else if (k->invalid == SPT_SPARK_ERROR &&
			 spt_frame_bad(f, r, s->in[i],
			     null ? "null, and handleInvalid of the model's "
				    "StringIndexer is error"
				  : "a label that the model has not seen, and "
				    "handleInvalid of its StringIndexer is "
				    "error",
			     e) < 0)
			return -1;
	}
	return 0;
}

static int
run_indexer(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (f->cols[s->in[i]].there && index_column(s, f, i, e) < 0)
			return -1;
	return 0;
}

const struct spt_spark_kind spt_spark_string_indexer = {
	.class = "feature.StringIndexerModel",
	.name = "StringIndexer",
	.load = load_indexer,
	.bind = bind_indexer,
	.run = run_indexer,
};

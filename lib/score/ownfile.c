/*
 * ownfile - a model of spate's own as a line of JSON.
 *
 * The file is read by Jansson, but believed only if its checksum, which is its
 * last member, is right: so damage is told from a file of another version.
 * All the same nothing that is read is trusted: names, counts and numbers are
 * checked as if somebody had made them up.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"
#include "score/json_load.h"
#include "score/own.h"

#define SPARE (1u << 18) /* numbers */
#define FILE_VERSION 1
#define FORMAT "spate model"
#define CRC_MEMBER ",\"crc\":\"" /* then 8 digits, "} and a newline */
#define TAIL (sizeof CRC_MEMBER - 1 + 8 + 3)

/* ---- out ----------------------------------------------------------------- */

static int
put_text(struct spt_buf *b, const char *name, const char *v, struct spt_err *e)
{
	if (spt_buf_printf(b, e, ",\"%s\":", name) < 0)
		return -1;
	return spt_json_put_string(b, v, strlen(v), e);
}

static int
put_number(struct spt_buf *b, const char *name, double v, struct spt_err *e)
{
	if (spt_buf_printf(b, e, ",\"%s\":", name) < 0)
		return -1;
	return spt_json_put_float(b, v, e);
}

static int
put_columns(struct spt_buf *b, const struct spt_learnrows *f, struct spt_err *e)
{
	if (spt_buf_puts(b, ",\"features\":[", e) < 0)
		return -1;
	for (size_t j = 0; j < f->columns.n; j++)
		if ((j != 0 && spt_buf_putc(b, ',', e) < 0) ||
		    spt_json_put_string(
			b, f->columns.v[j], strlen(f->columns.v[j]), e) < 0)
			return -1;
	if (spt_buf_puts(b, "],\"lags\":[", e) < 0)
		return -1;
	for (size_t k = 0; k < f->n_lags; k++)
		if (spt_buf_printf(b, e, "%s%lld", k != 0 ? "," : "",
			(long long)f->lags[k]) < 0)
			return -1;
	if (spt_buf_printf(b, e, "],\"intercept\":%s",
		f->intercept ? "true" : "false") < 0)
		return -1;
	return f->label != NULL ? put_text(b, "label", f->label, e) : 0;
}

static int
put_parts(struct spt_buf *b, const struct spt_learner *l, struct spt_err *e)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct spt_learn_part *p = &l->parts[i];

		if (spt_buf_printf(
			b, e, "%s\"%s\":[", i != 0 ? "," : "", p->name) < 0)
			return -1;
		for (size_t k = 0; k < p->n; k++)
			if ((k != 0 && spt_buf_putc(b, ',', e) < 0) ||
			    spt_json_put_float(b, p->v[k], e) < 0)
				return -1;
		if (spt_buf_putc(b, ']', e) < 0)
			return -1;
	}
	return spt_buf_putc(b, '}', e);
}

int
spt_own_print(const struct spt_own *o, struct spt_buf *out, struct spt_err *e)
{
	const struct spt_learner *l = &o->learner;
	size_t start = out->len;

	if (spt_buf_printf(out, e, "{\"format\":\"%s\",\"version\":%d", FORMAT,
		FILE_VERSION) < 0 ||
	    put_text(out, "kind", l->kind->name, e) < 0 ||
	    spt_buf_printf(out, e, ",\"per_row\":%s",
		l->kind->per_row ? "true" : "false") < 0 ||
	    put_columns(out, &o->features, e) < 0 ||
	    put_number(out, "k", (double)l->conf.k, e) < 0 ||
	    put_number(out, "threshold", l->conf.threshold, e) < 0 ||
	    put_number(out, "half_life", l->conf.half_life, e) < 0 ||
	    spt_buf_puts(out, ",\"parts\":{", e) < 0 ||
	    put_parts(out, l, e) < 0)
		return -1;
	return spt_buf_printf(out, e, CRC_MEMBER "%08x\"}\n",
	    spt_crc32c(0, out->data + start, out->len - start));
}

/* ---- in ------------------------------------------------------------------ */

struct reader {
	struct spt_jansson j;
	const struct spt_io *io;
	json_t *root;
	struct spt_buf columns, lags, numbers;
};

static int
wrong(struct spt_err *e, const char *what)
{
	return spt_fail(e, SPT_EDATA, "not a model of spate: %s", what);
}

static int
check_crc(const char *text, size_t n, struct spt_err *e)
{
	char want[TAIL + 1];

	if (n <= TAIL)
		return wrong(e, "it is cut short");
	snprintf(want, sizeof want, CRC_MEMBER "%08x\"}\n",
	    spt_crc32c(0, text, n - TAIL));
	if (memcmp(text + n - TAIL, want, sizeof CRC_MEMBER - 1) != 0)
		return wrong(e, "it is cut short, or has no checksum");
	if (memcmp(text + n - TAIL, want, TAIL) != 0)
		return wrong(e, "its checksum is wrong: it was changed");
	return 0;
}

static const char *
text_of(const struct reader *r, const char *name)
{
	json_t *v = r->j.object_get(r->root, name);

	return v != NULL && json_is_string(v) ? r->j.string_value(v) : NULL;
}

static bool
number_of(const struct reader *r, const char *name, double *v)
{
	json_t *j = r->j.object_get(r->root, name);

	if (j == NULL || !json_is_number(j))
		return false;
	*v = r->j.number_value(j);
	return true;
}

/* An array as a comma-separated list; false: it is none. */
static bool
list_of(const struct reader *r, const char *name, bool text,
    struct spt_buf *out, struct spt_err *e)
{
	json_t *a = r->j.object_get(r->root, name);
	size_t n = a != NULL && json_is_array(a) ? r->j.array_size(a) : 0;

	if (a == NULL || !json_is_array(a) || n > SPT_LEARN_FEATURES)
		return false;
	for (size_t i = 0; i < n; i++) {
		json_t *v = r->j.array_get(a, i);
		int rc;

		if (i != 0 && spt_buf_putc(out, ',', e) < 0)
			return false;
		if (text && json_is_string(v))
			rc = spt_buf_puts(out, r->j.string_value(v), e);
		else if (!text && json_is_integer(v))
			rc = spt_buf_printf(
			    out, e, "%lld", (long long)r->j.integer_value(v));
		else
			return false;
		if (rc < 0)
			return false;
	}
	return true;
}

/* Memory is asked for by counts in the file: a file of n bytes is allowed as
 * many numbers as it could hold, and some (clusters that are still to come). */
static bool
too_large(const struct reader *r, const struct spt_learn_conf *l, size_t n)
{
	size_t d = 1 + r->j.array_size(r->j.object_get(r->root, "features")) +
		   r->j.array_size(r->j.object_get(r->root, "lags"));
	size_t need = d;

	if (strcmp(l->kind, "kmeans") == 0)
		need = (size_t)l->k * d;
	else if (l->per_row && strcmp(l->kind, "anomaly") != 0)
		need = d * d / 2;
	return need > n + SPARE;
}

static int
make(struct reader *r, struct spt_own *o, size_t n, struct spt_err *e)
{
	struct spt_learnrows_conf f = { 0 };
	struct spt_learn_conf l;
	const char *kind = text_of(r, "kind");
	double k;

	spt_learn_conf_default(&l);
	if (kind == NULL || !number_of(r, "k", &k) ||
	    !number_of(r, "threshold", &l.threshold) ||
	    !number_of(r, "half_life", &l.half_life) ||
	    !list_of(r, "features", true, &r->columns, e) ||
	    !list_of(r, "lags", false, &r->lags, e))
		return wrong(e, "a member is missing or of another type");
	if (!(k >= 1 && k <= 65536))
		return wrong(e, "its k is none");
	l.kind = kind;
	l.k = (int64_t)k;
	l.per_row = json_is_true(r->j.object_get(r->root, "per_row"));
	if (too_large(r, &l, n))
		return wrong(e, "it is too small for so large a model");
	f.columns = spt_buf_str(&r->columns, e);
	f.lags = r->lags.len != 0 ? spt_buf_str(&r->lags, e) : NULL;
	f.label = text_of(r, "label");
	f.intercept = json_is_true(r->j.object_get(r->root, "intercept"));
	if (spt_own_init(o, r->io, &f, &l, e) < 0) {
		if (e->kind == SPT_EUSAGE)
			e->kind = SPT_EDATA;
		return -1;
	}
	return 0;
}

static int
read_part(struct reader *r, struct spt_learner *l, const char *name, json_t *a,
    struct spt_err *e)
{
	size_t n = json_is_array(a) ? r->j.array_size(a) : 0;
	const void *numbers;

	if (!json_is_array(a) || n > SPT_LEARN_NUMBERS)
		return wrong(e, "a part is no array of numbers");
	r->numbers.len = 0;
	if (spt_buf_reserve(&r->numbers, n * sizeof(double), e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		json_t *v = r->j.array_get(a, i);
		double number;

		if (!json_is_number(v))
			return wrong(e, "a part is no array of numbers");
		number = r->j.number_value(v);
		if (spt_buf_put(&r->numbers, &number, sizeof number, e) < 0)
			return -1;
	}
	numbers = r->numbers.data;
	if (!spt_learner_set(l, name, numbers, n))
		return spt_fail(e, SPT_EDATA,
		    "not a model of spate: %zu numbers in part \"%s\"", n,
		    name);
	return 0;
}

static int
read_parts(struct reader *r, struct spt_own *o, struct spt_err *e)
{
	json_t *parts = r->j.object_get(r->root, "parts");

	if (parts == NULL || !json_is_object(parts))
		return wrong(e, "it has no parts");
	for (size_t i = 0; i < o->learner.n_parts; i++) {
		const char *name = o->learner.parts[i].name;
		json_t *a = r->j.object_get(parts, name);

		if (a == NULL)
			return wrong(e, "a part is missing");
		if (read_part(r, &o->learner, name, a, e) < 0)
			return -1;
	}
	if (!o->learner.kind->valid(&o->learner))
		return wrong(e, "its numbers do not fit each other");
	return 0;
}

static int
parse(struct reader *r, struct spt_own *o, const char *text, size_t n,
    struct spt_err *e)
{
	json_error_t why;
	const char *format;
	double version;

	r->root = r->j.loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (r->root == NULL)
		return spt_fail(e, SPT_EDATA, "line %d, column %d: %s",
		    why.line, why.column, why.text);
	format = text_of(r, "format");
	if (format == NULL || strcmp(format, FORMAT) != 0)
		return wrong(e, "its format is another");
	if (!number_of(r, "version", &version) || version != FILE_VERSION)
		return wrong(e, "its version is another (a newer spate?)");
	if (make(r, o, n, e) < 0)
		return -1;
	return read_parts(r, o, e);
}

int
spt_own_parse(struct spt_own *o, const struct spt_io *io, const char *text,
    size_t n, struct spt_err *e)
{
	struct reader r = { .io = io };
	int rc;

	memset(o, 0, sizeof *o);
	if (check_crc(text, n, e) < 0 || spt__jansson_load(&r.j, e) < 0)
		return -1;
	spt_buf_init(&r.columns, io);
	spt_buf_init(&r.lags, io);
	spt_buf_init(&r.numbers, io);
	rc = parse(&r, o, text, n, e);
	if (rc < 0)
		spt_own_fini(o);
	spt_buf_fini(&r.columns);
	spt_buf_fini(&r.lags);
	spt_buf_fini(&r.numbers);
	spt__jansson_free(&r.j, r.root);
	spt__jansson_unload(&r.j);
	return rc;
}

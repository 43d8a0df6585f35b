/*
 * rowrun - all results are collected before the first one is used: a row whose
 * program fails after three results is a bad record and gives none.
 */
#include <string.h>

#include "expr/rowrun.h"

int
spt_rowrun_init(struct spt_rowrun *r, const struct spt_io *io,
    const char *program, void (*nomem)(void *), struct spt_err *e)
{
	memset(r, 0, sizeof *r);
	r->io = io;
	return spt_jq_init(&r->jq, io, program, nomem, e);
}

void
spt_rowrun_fini(struct spt_rowrun *r)
{
	if (r->io == NULL)
		return;
	spt_rowrun_drop(r);
	spt_free(r->io, r->v);
	spt_free(r->io, r->bigs);
	spt_free(r->io, r->big);
	spt_rowjv_fini(&r->rows);
	spt_jq_fini(&r->jq);
	memset(r, 0, sizeof *r);
}

int
spt_rowrun_open(
    struct spt_rowrun *r, const struct spt_schema *in, struct spt_err *e)
{
	r->in = in;
	r->big = spt_alloc(r->io, in->n + 1, e);
	if (r->big == NULL)
		return -1;
	return spt_rowjv_init(&r->rows, r->io, in, e);
}

void
spt_rowrun_drop(struct spt_rowrun *r)
{
	for (size_t k = 0; k < r->n; k++)
		spt_result_free(r->v[k]);
	r->n = 0;
}

void
spt_rowrun_batch(struct spt_rowrun *r, const struct spt_batch *b)
{
	r->any_big = false;
	for (size_t k = 0; k < b->n; k++) {
		const struct spt_col *c = &b->cols[k];

		r->big[k] = false;
		if (c->type != SPT_INT64)
			continue;
		for (int64_t i = 0; i < b->rows; i++)
			r->big[k] |= spt_int_big(c->ints[i]);
		r->any_big |= r->big[k];
	}
}

static bool
is_big(
    const struct spt_rowrun *r, const struct spt_batch *b, size_t k, int64_t i)
{
	return r->big[k] && !spt_col_null(&b->cols[k], i) &&
	       spt_int_big(b->cols[k].ints[i]);
}

/* Collects the big integers of row i. */
static int
find_bigs(struct spt_rowrun *r, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	r->n_bigs = 0;
	for (size_t k = 0; r->any_big && k < b->n; k++) {
		if (!is_big(r, b, k, i))
			continue;
		if (spt_grow(r->io, &r->bigs, &r->cap_bigs, r->n_bigs + 1,
			sizeof *r->bigs, e) < 0)
			return -1;
		r->bigs[r->n_bigs++] = b->cols[k].ints[i];
	}
	return 0;
}

static int
run(struct spt_rowrun *r, jv row, struct spt_err *e)
{
	jv v;
	int rc;

	spt_jq_start(&r->jq, row);
	while ((rc = spt_jq_next(&r->jq, &v, e)) == 1) {
		struct spt_result result = { v, jv_invalid() };

		if (r->n >= SPT_ROW_RESULTS)
			rc = spt_fail(e, SPT_EDATA,
			    "more than %d results from one row",
			    SPT_ROW_RESULTS);
		else
			rc = spt_grow(
			    r->io, &r->v, &r->cap, r->n + 1, sizeof *r->v, e);
		if (rc < 0) {
			jv_free(v);
			return -1;
		}
		r->v[r->n++] = result;
	}
	return rc;
}

/* The second run (exact.c).  Its results become the twins of the first's.
 * False: it came out otherwise. */
static bool
run_twin(struct spt_rowrun *r, jv row)
{
	struct spt_err ignored = { 0 };
	size_t n = 0;
	jv v;
	int rc;

	spt_jq_start(&r->jq, row);
	while ((rc = spt_jq_next(&r->jq, &v, &ignored)) == 1) {
		if (n >= r->n) {
			jv_free(v);
			return false;
		}
		r->v[n].twin = v;
		if (!spt_exact_agree(r->v[n].v, v, r->bigs, r->n_bigs))
			return false;
		n++;
	}
	return rc == 0 && n == r->n;
}

static int
verify(struct spt_rowrun *r, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	size_t k = 0;

	if (run_twin(r, spt_rowjv_make(&r->rows, b, i, true)))
		return 0;
	while (k + 1 < b->n && !is_big(r, b, k, i))
		k++;
	return spt_fail(e, SPT_EDATA,
	    "the expression computes with column \"%s\", which is %lld, and "
	    "jq's numbers are not exact beyond 2^53: read it as a string",
	    r->in->fields[k].name, (long long)b->cols[k].ints[i]);
}

int
spt_rowrun_row(struct spt_rowrun *r, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	spt_rowrun_drop(r);
	if (find_bigs(r, b, i, e) < 0)
		return -1;
	if (run(r, spt_rowjv_make(&r->rows, b, i, false), e) < 0)
		return -1;
	return r->n_bigs != 0 ? verify(r, b, i, e) : 0;
}

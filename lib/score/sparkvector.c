/*
 * Vectors are structs of type (0 sparse, 1 dense), size, indices, values;
 * matrices of type (0 sparse by columns, 1 dense), numRows, numCols, colPtrs,
 * rowIndices, values, isTransposed.  Dense ones go down the columns unless
 * they are transposed; a sparse one that is transposed is that of the other
 * way round.
 */
#include <stdio.h>

#include "score/sparkdata.h"

#define VECTOR_MAX (1u << 26) /* elements of a vector or matrix */
#define MATRIX_ROWS 65536     /* classes */

static int
bad(const struct spt_spark_data *d, const char *column, size_t row,
    struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA,
	    "%s: column \"%s\": row %zu is no vector or matrix that makes "
	    "sense",
	    d->dir, column, row);
}

/* The member of the struct in a column. */
static int
member(const struct spt_spark_data *d, const char *column, const char *name,
    struct spt_spark_lists *l, struct spt_err *e)
{
	size_t n = strlen(column) + strlen(name) + 2;
	char *path = spt_arena_get(d->arena, n, e);

	if (path == NULL)
		return -1;
	snprintf(path, n, "%s.%s", column, name);
	return spt_spark_data_lists(d, path, l, e);
}

static size_t
length(const struct spt_spark_lists *l, size_t row)
{
	return l->first[row + 1] - l->first[row];
}

/* The only number of the row as a whole number up to VECTOR_MAX. */
static bool
whole(const struct spt_spark_lists *l, size_t row, size_t *v)
{
	double x = length(l, row) == 1 ? l->v[l->first[row]] : -1;

	*v = x >= 0 && x <= VECTOR_MAX ? (size_t)x : 0;
	return x >= 0 && x <= VECTOR_MAX && (double)*v == x;
}

struct vector_parts {
	struct spt_spark_lists type, size, indices, values;
};

static bool
make_vector(const struct vector_parts *p, size_t row,
    struct spt_spark_vector *v, uint32_t *at)
{
	const double *indices = p->indices.v + p->indices.first[row];
	size_t type;

	v->v = p->values.v + p->values.first[row];
	v->n = length(&p->values, row);
	v->at = at;
	if (!whole(&p->type, row, &type) || type > 1)
		return false;
	if (type == 1) {
		v->size = v->n;
		for (size_t i = 0; i < v->n; i++)
			at[i] = (uint32_t)i;
		return true;
	}
	if (!whole(&p->size, row, &v->size) || length(&p->indices, row) != v->n)
		return false;
	for (size_t i = 0; i < v->n; i++) {
		if (!(indices[i] >= 0 && indices[i] < (double)v->size) ||
		    (i > 0 && indices[i] <= indices[i - 1]))
			return false;
		at[i] = (uint32_t)indices[i];
	}
	return true;
}

int
spt_spark_data_vectors(const struct spt_spark_data *d, const char *column,
    struct spt_spark_vector **v, struct spt_err *e)
{
	struct vector_parts p;
	uint32_t *at;

	if (member(d, column, "type", &p.type, e) < 0 ||
	    member(d, column, "size", &p.size, e) < 0 ||
	    member(d, column, "indices", &p.indices, e) < 0 ||
	    member(d, column, "values", &p.values, e) < 0)
		return -1;
	*v = spt_arena_get(d->arena, (d->rows + 1) * sizeof **v, e);
	at = spt_arena_get(
	    d->arena, (p.values.first[d->rows] + 1) * sizeof *at, e);
	if (*v == NULL || at == NULL)
		return -1;
	for (size_t r = 0; r < d->rows; r++) {
		if (!make_vector(&p, r, &(*v)[r], at))
			return bad(d, column, r, e);
		at += (*v)[r].n;
	}
	return 0;
}

double *
spt_spark_vector_dense(struct spt_arena *arena,
    const struct spt_spark_vector *v, struct spt_err *e)
{
	double *dense = spt_arena_get(arena, (v->size + 1) * sizeof *dense, e);

	if (dense == NULL)
		return NULL;
	memset(dense, 0, v->size * sizeof *dense);
	for (size_t i = 0; i < v->n; i++)
		dense[v->at[i]] = v->v[i];
	return dense;
}

struct matrix_parts {
	struct spt_spark_lists type, rows, columns, starts, indices, values,
	    transposed;
	size_t n_rows, n_columns;
	bool flipped;
};

static int
read_matrix_parts(const struct spt_spark_data *d, const char *column,
    struct matrix_parts *p, struct spt_err *e)
{
	size_t flipped;

	if (member(d, column, "type", &p->type, e) < 0 ||
	    member(d, column, "numRows", &p->rows, e) < 0 ||
	    member(d, column, "numCols", &p->columns, e) < 0 ||
	    member(d, column, "colPtrs", &p->starts, e) < 0 ||
	    member(d, column, "rowIndices", &p->indices, e) < 0 ||
	    member(d, column, "values", &p->values, e) < 0 ||
	    member(d, column, "isTransposed", &p->transposed, e) < 0)
		return -1;
	if (!whole(&p->rows, 0, &p->n_rows) ||
	    !whole(&p->columns, 0, &p->n_columns) ||
	    !whole(&p->transposed, 0, &flipped))
		return bad(d, column, 0, e);
	p->flipped = flipped != 0;
	return 0;
}

/* A dense matrix: n_rows x n_columns numbers. */
static bool
fill_dense(const struct matrix_parts *p, struct spt_spark_matrix *m,
    uint32_t *at, double *v)
{
	const double *from = p->values.v;
	const size_t rows = m->rows, columns = m->columns;

	for (size_t i = 0; i < rows; i++) {
		m->row[i] = (struct spt_spark_vector){
			.size = columns, .n = columns, .at = at, .v = v
		};
		for (size_t k = 0; k < columns; k++) {
			*at++ = (uint32_t)k;
			*v++ = p->flipped ? from[i * columns + k]
					  : from[k * rows + i];
		}
	}
	return true;
}

/* The outer ranges of a sparse matrix: columns, or rows if it is flipped. */
static bool
check_sparse(const struct matrix_parts *p, size_t outer, size_t inner)
{
	const double *starts = p->starts.v;
	const size_t n = length(&p->values, 0);

	if (length(&p->starts, 0) != outer + 1 || length(&p->indices, 0) != n ||
	    starts[0] != 0 || starts[outer] != (double)n)
		return false;
	for (size_t k = 0; k < outer; k++)
		if (!(starts[k] <= starts[k + 1] &&
			starts[k + 1] <= (double)n) ||
		    starts[k] != (double)(size_t)starts[k])
			return false;
	for (size_t i = 0; i < n; i++)
		if (!(p->indices.v[i] >= 0 && p->indices.v[i] < (double)inner))
			return false;
	return true;
}

/* A sparse one: a row's numbers are gathered from wherever they are. */
static bool
fill_sparse(const struct matrix_parts *p, struct spt_spark_matrix *m,
    uint32_t *at, double *v)
{
	const size_t outer = p->flipped ? m->rows : m->columns;
	const size_t inner = p->flipped ? m->columns : m->rows;

	if (!check_sparse(p, outer, inner))
		return false;
	for (size_t r = 0; r < m->rows; r++) {
		struct spt_spark_vector *to = &m->row[r];

		*to = (struct spt_spark_vector){
			.size = m->columns, .at = at, .v = v
		};
		for (size_t k = 0; k < outer; k++) {
			size_t first = (size_t)p->starts.v[k];
			size_t end = (size_t)p->starts.v[k + 1];

			if (p->flipped && k != r)
				continue;
			for (size_t i = first; i < end; i++) {
				size_t in = (size_t)p->indices.v[i];

				if (!p->flipped && in != r)
					continue;
				*at++ = (uint32_t)(p->flipped ? in : k);
				*v++ = p->values.v[i];
				to->n++;
			}
		}
	}
	return true;
}

int
spt_spark_data_matrix(const struct spt_spark_data *d, const char *column,
    struct spt_spark_matrix *m, struct spt_err *e)
{
	struct matrix_parts p;
	size_t type, n;
	uint32_t *at;
	double *v;

	if (spt_spark_data_rows(d, 1, e) < 0 ||
	    read_matrix_parts(d, column, &p, e) < 0)
		return -1;
	n = length(&p.values, 0);
	m->rows = p.n_rows;
	m->columns = p.n_columns;
	if (!whole(&p.type, 0, &type) || type > 1 || m->rows > MATRIX_ROWS ||
	    (type == 1 && (uint64_t)m->rows * m->columns != n))
		return bad(d, column, 0, e);
	m->row = spt_arena_get(d->arena, (m->rows + 1) * sizeof *m->row, e);
	at = spt_arena_get(d->arena, (n + 1) * sizeof *at, e);
	v = spt_arena_get(d->arena, (n + 1) * sizeof *v, e);
	if (m->row == NULL || at == NULL || v == NULL)
		return -1;
	if (!(type == 1 ? fill_dense : fill_sparse)(&p, m, at, v))
		return bad(d, column, 0, e);
	return 0;
}

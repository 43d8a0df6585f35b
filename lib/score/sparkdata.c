/*
 * A table of Spark is as many files as there were tasks that wrote it; a
 * column is read from one after the other.
 */
#include "score/sparkdata.h"

int
spt_spark_data_open(struct spt_spark_data *d, const struct spt_io *io,
    struct spt_arena *arena, const char *dir, struct spt_err *e)
{
	struct spt_spark_texts names;

	memset(d, 0, sizeof *d);
	d->io = io;
	d->arena = arena;
	d->dir = dir;
	if (spt_spark_list(io, arena, dir, "", ".parquet", &names, e) < 0)
		return -1;
	if (names.n == 0)
		return spt_fail(e, SPT_EDATA, "%s: no Parquet file in it", dir);
	d->files = spt_arena_get(arena, names.n * sizeof *d->files, e);
	if (d->files == NULL)
		return -1;
	for (size_t i = 0; i < names.n; i++) {
		const char *path = spt_spark_path(arena, dir, names.v[i], e);

		if (path == NULL ||
		    spt_parquet_open(&d->files[i], io, path, e) < 0) {
			spt_spark_data_close(d);
			return -1;
		}
		d->n++;
		d->rows += (size_t)d->files[i].rows;
	}
	return 0;
}

void
spt_spark_data_close(struct spt_spark_data *d)
{
	for (size_t i = 0; i < d->n; i++)
		spt_parquet_close(&d->files[i]);
	d->n = 0;
}

bool
spt_spark_data_has(const struct spt_spark_data *d, const char *column)
{
	return spt_parquet_find(&d->files[0], column) >= 0;
}

int
spt_spark_data_rows(
    const struct spt_spark_data *d, size_t rows, struct spt_err *e)
{
	if (d->rows == rows)
		return 0;
	return spt_fail(
	    e, SPT_EDATA, "%s: %zu rows instead of %zu", d->dir, d->rows, rows);
}

int
spt_spark_data_column(const struct spt_spark_data *d, const char *column,
    struct spt_parquet_column *c, struct spt_err *e)
{
	spt_parquet_column_init(c, d->io);
	for (size_t i = 0; i < d->n; i++) {
		int at = spt_parquet_find(&d->files[i], column);

		if (at < 0)
			return spt_fail(e, SPT_EDATA, "%s: no column \"%s\"",
			    d->files[i].file, column);
		if (spt_parquet_read(&d->files[i], (size_t)at, c, e) < 0)
			return -1;
	}
	return 0;
}

/* The column as lists; what is null is left out. */
static int
to_lists(const struct spt_spark_data *d, const char *column,
    const struct spt_parquet_column *c, struct spt_spark_lists *l,
    struct spt_err *e)
{
	const bool floats =
	    c->type == SPT_PARQUET_FLOAT || c->type == SPT_PARQUET_DOUBLE;
	size_t n = 0;

	if (c->type == SPT_PARQUET_BYTES || c->max_rep > 1)
		return spt_fail(e, SPT_EDATA,
		    "%s: column \"%s\" is neither numbers nor lists of them",
		    d->dir, column);
	l->rows = 0;
	l->v = spt_arena_get(d->arena, (c->n_values + 1) * sizeof *l->v, e);
	l->first = spt_arena_get(d->arena, (c->rows + 1) * sizeof *l->first, e);
	if (l->v == NULL || l->first == NULL)
		return -1;
	for (size_t i = 0; i < c->n; i++) {
		if (c->rep[i] == 0)
			l->first[l->rows++] = n;
		if (c->def[i] == c->max_def) {
			l->v[n] =
			    floats ? c->values[n].f : (double)c->values[n].i;
			n++;
		}
	}
	l->first[l->rows] = n;
	return 0;
}

int
spt_spark_data_lists(const struct spt_spark_data *d, const char *column,
    struct spt_spark_lists *l, struct spt_err *e)
{
	struct spt_parquet_column c;
	int rc = spt_spark_data_column(d, column, &c, e);

	if (rc == 0)
		rc = to_lists(d, column, &c, l, e);
	spt_parquet_column_fini(&c);
	return rc;
}

int
spt_spark_data_nth(const struct spt_spark_data *d, size_t k,
    struct spt_spark_lists *l, struct spt_err *e)
{
	if (k >= d->files[0].n)
		return spt_fail(e, SPT_EDATA, "%s: only %zu columns", d->dir,
		    d->files[0].n);
	return spt_spark_data_lists(d, d->files[0].leaves[k].path, l, e);
}

int
spt_spark_data_numbers(const struct spt_spark_data *d, const char *column,
    double **v, struct spt_err *e)
{
	struct spt_spark_lists l;

	if (spt_spark_data_lists(d, column, &l, e) < 0)
		return -1;
	for (size_t r = 0; r < l.rows; r++)
		if (l.first[r + 1] - l.first[r] != 1)
			return spt_fail(e, SPT_EDATA,
			    "%s: column \"%s\": row %zu is not one number",
			    d->dir, column, r);
	*v = l.v;
	return 0;
}

int
spt_spark_data_texts(const struct spt_spark_data *d, const char *column,
    struct spt_spark_texts **v, size_t *n, struct spt_err *e)
{
	struct spt_parquet_column c;
	const char **texts;
	int rc = spt_spark_data_column(d, column, &c, e);

	*n = 0;
	if (rc == 0 && (c.type != SPT_PARQUET_BYTES || c.max_rep == 0))
		rc = spt_fail(e, SPT_EDATA,
		    "%s: column \"%s\" is no list of text", d->dir, column);
	if (rc < 0)
		goto done;
	rc = -1;
	*v = spt_arena_get(d->arena, (c.n + 1) * sizeof **v, e);
	texts = spt_arena_get(d->arena, (c.n_values + 1) * sizeof *texts, e);
	if (*v == NULL || texts == NULL)
		goto done;
	for (size_t i = 0, k = 0; i < c.n; i++) {
		const union spt_parquet_value *from = &c.values[k];
		char *to;

		if (c.rep[i] < c.max_rep)
			(*v)[(*n)++] =
			    (struct spt_spark_texts){ .v = texts + k };
		if (c.def[i] != c.max_def)
			continue;
		to = spt_arena_get(d->arena, (size_t)from->s.n + 1, e);
		if (to == NULL)
			goto done;
		if (from->s.n != 0)
			memcpy(to, c.text.data + from->s.at, from->s.n);
		to[from->s.n] = '\0';
		texts[k++] = to;
		(*v)[*n - 1].n++;
	}
	rc = 0;
done:
	spt_parquet_column_fini(&c);
	return rc;
}

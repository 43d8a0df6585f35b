/*
 * model_rows - the file rows.csv of a folder of models as a batch: the column
 * "city" is text, "num" an int64, all others are float64; an empty cell is
 * null.
 */
#ifndef SPT_MODEL_ROWS_H
#define SPT_MODEL_ROWS_H

#include <stdlib.h>

#include "batch/batch.h"
#include "unit.h"

#define MODEL_ROWS_MAX 100
#define MODEL_COLUMNS_MAX 6

struct model_rows {
	struct spt_schema schema;
	struct spt_col cols[MODEL_COLUMNS_MAX];
	struct spt_batch batch;
	double floats[MODEL_COLUMNS_MAX][MODEL_ROWS_MAX];
	int64_t ints[MODEL_ROWS_MAX];
	int32_t offsets[MODEL_ROWS_MAX + 1];
	char text[MODEL_ROWS_MAX * 10];
	uint8_t valid[MODEL_COLUMNS_MAX][(MODEL_ROWS_MAX + 7) / 8];
};

/* A column more, of no cells. */
static void
model_rows_column(struct model_rows *r, const char *name)
{
	const size_t k = r->batch.n++;
	struct spt_col *c = &r->cols[k];
	struct spt_err e = { 0 };

	c->type = SPT_FLOAT64;
	if (strcmp(name, "city") == 0)
		c->type = SPT_UTF8;
	else if (strcmp(name, "num") == 0)
		c->type = SPT_INT64;
	if (c->type == SPT_FLOAT64)
		c->floats = r->floats[k];
	else if (c->type == SPT_INT64)
		c->ints = r->ints;
	else
		c->offsets = r->offsets;
	c->bytes = r->text;
	CHECK(spt_schema_add(&r->schema, name, c->type, &e) == 0);
}

static void
model_rows_cell(struct model_rows *r, size_t k, const char *cell)
{
	const size_t row = (size_t)r->batch.rows;
	struct spt_col *c = &r->cols[k];

	if (*cell == '\0') {
		c->null_count++;
		c->validity = r->valid[k];
	} else {
		r->valid[k][row / 8] |= (uint8_t)(1u << (row % 8));
	}
	if (c->type == SPT_FLOAT64) {
		r->floats[k][row] = strtod(cell, NULL);
	} else if (c->type == SPT_INT64) {
		r->ints[row] = strtol(cell, NULL, 10);
	} else {
		strcpy(r->text + r->offsets[row], cell);
		r->offsets[row + 1] = r->offsets[row] + (int32_t)strlen(cell);
	}
}

/* FOLDER/rows.csv, which has so many rows, into a zeroed *r.  Its schema is
 * the caller's to _fini. */
static void
model_rows_read(struct model_rows *r, const struct spt_io *io,
    const char *folder, int64_t rows)
{
	char path[4096], line[256], *p = line, *cell;
	FILE *f;

	spt_schema_init(&r->schema, io);
	r->batch.cols = r->cols;
	snprintf(path, sizeof path, "%s/rows.csv", folder);
	f = fopen(path, "r");
	CHECK(f != NULL && rows <= MODEL_ROWS_MAX);
	if (f == NULL || fgets(line, sizeof line, f) == NULL)
		return;
	line[strcspn(line, "\n")] = '\0';
	while (
	    (cell = strsep(&p, ",")) != NULL && r->batch.n < MODEL_COLUMNS_MAX)
		model_rows_column(r, cell);
	CHECK(cell == NULL);
	for (; r->batch.rows < rows && fgets(p = line, sizeof line, f) != NULL;
	     r->batch.rows++) {
		line[strcspn(line, "\n")] = '\0';
		for (size_t k = 0; k < r->batch.n; k++) {
			cell = strsep(&p, ",");
			model_rows_cell(r, k, cell == NULL ? "" : cell);
		}
	}
	CHECK(r->batch.rows == rows && fgets(line, sizeof line, f) == NULL);
	fclose(f);
}

#endif

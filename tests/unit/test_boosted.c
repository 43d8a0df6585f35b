/*
 * XGBoost and LightGBM: the libraries' own predictions for the fixtures, and
 * what becomes of damaged models.
 */
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "score/lightgbm.h"
#include "score/modelfile.h"
#include "score/xgboost.h"
#include "unit.h"

#define ROWS 60
#define COLUMNS 6

static const struct spt_io *io;

/* ---- rows.csv ---------------------------------------------------------- */

static struct rows {
	struct spt_schema schema;
	struct spt_col cols[COLUMNS];
	struct spt_batch batch;
	double floats[4][ROWS];
	int64_t ints[ROWS];
	int32_t offsets[ROWS + 1];
	char text[1000];
	uint8_t valid[COLUMNS][(ROWS + 7) / 8];
} rows;

static void
put_cell(size_t column, size_t row, const char *cell)
{
	struct spt_col *c = &rows.cols[column];

	if (*cell == '\0')
		c->null_count++;
	else
		rows.valid[column][row / 8] |= (uint8_t)(1u << (row % 8));
	if (column < 4) {
		rows.floats[column][row] = strtod(cell, NULL);
	} else if (column == 4) {
		strcpy(rows.text + rows.offsets[row], cell);
		rows.offsets[row + 1] =
		    rows.offsets[row] + (int32_t)strlen(cell);
	} else {
		rows.ints[row] = strtol(cell, NULL, 10);
	}
}

static void
read_rows(const char *folder)
{
	static const char *const names[] = { "a", "b", "c", "d", "city",
		"num" };
	char path[4096], line[256];
	struct spt_err e = { 0 };
	FILE *f;

	snprintf(path, sizeof path, "%s/rows.csv", folder);
	f = fopen(path, "r");
	CHECK(f != NULL && fgets(line, sizeof line, f) != NULL);
	for (size_t row = 0; f != NULL && row < ROWS; row++) {
		char *p = line, *cell;

		CHECK(fgets(line, sizeof line, f) != NULL);
		line[strcspn(line, "\n")] = '\0';
		for (size_t k = 0; k < COLUMNS; k++) {
			cell = strsep(&p, ",");
			put_cell(k, row, cell == NULL ? "" : cell);
		}
	}
	CHECK(f != NULL && fgets(line, sizeof line, f) == NULL);
	if (f != NULL)
		fclose(f);
	spt_schema_init(&rows.schema, io);
	for (size_t k = 0; k < COLUMNS; k++) {
		struct spt_col *c = &rows.cols[k];

		c->type = k < 4 ? SPT_FLOAT64 : k == 4 ? SPT_UTF8 : SPT_INT64;
		c->validity = c->null_count == 0 ? NULL : rows.valid[k];
		if (k < 4)
			c->floats = rows.floats[k];
		else if (k == 4)
			c->offsets = rows.offsets;
		else
			c->ints = rows.ints;
		c->bytes = rows.text;
		CHECK(spt_schema_add(&rows.schema, names[k], c->type, &e) == 0);
	}
	rows.batch =
	    (struct spt_batch){ .rows = ROWS, .n = COLUMNS, .cols = rows.cols };
}

/* ---- predictions ------------------------------------------------------- */

static const struct spt_model_format *
format_of(const char *path)
{
	return strstr(path, ".txt") != NULL ? &spt_lightgbm_format
					    : &spt_xgboost_format;
}

/* How far from what the library says, relatively; 1 is far. */
static double
distance(const struct spt_model_info *info, const struct spt_scores *s,
    const char *want)
{
	double worst = 0;
	FILE *f = fopen(want, "r");

	if (f == NULL)
		return 1;
	for (size_t row = 0; row < ROWS; row++)
		for (size_t k = 0; k < (info->classes ? info->classes : 1);
		     k++) {
			const double got =
			    info->classes
				? s->probability[row * info->classes + k]
				: s->prediction[row];
			double v;

			if (fscanf(f, "%lf", &v) != 1 || isnan(got))
				worst = 1;
			else
				worst = fmax(worst,
				    fabs(got - v) / fmax(fabs(v), 1e-30));
		}
	fclose(f);
	return worst;
}

static bool
greatest_is_predicted(
    const struct spt_model_info *info, const struct spt_scores *s)
{
	for (size_t row = 0; row < ROWS && info->classes != 0; row++) {
		const double *p = s->probability + row * info->classes;

		for (size_t k = 0; k < info->classes; k++)
			if (p[k] > p[(size_t)s->prediction[row]])
				return false;
	}
	return true;
}

static void
check_model(const char *path, const char *want)
{
	const struct spt_model_format *format = format_of(path);
	const struct spt_model_conf conf = { .path = path };
	/* A single float has 24 bits. */
	const double most =
	    format == &spt_xgboost_format ? ldexp(1, -23) : 1e-15;
	struct spt_model_info info = { 0 };
	struct spt_scores s = { 0 };
	struct spt_err e = { 0 };
	struct spt_buf head;
	void *self = NULL;

	spt_buf_init(&head, io);
	CHECK(spt_modelfile_read(io, path, 1 << 20, &head, &e) == 0);
	CHECK(format->looks(io, path, (const char *)head.data, head.len));
	spt_buf_fini(&head);
	CHECK(format->load(&self, io, &conf, &info, &e) == 0);
	CHECK_STR(e.msg, "");
	if (self == NULL)
		return;
	CHECK(format->bind(self, &rows.schema, &e) == 0);
	CHECK(format->predict(self, &rows.batch, &s, &e) == 0);
	CHECK_STR(e.msg, "");
	if (distance(&info, &s, want) > most)
		printf("%s: %g\n", path, distance(&info, &s, want));
	CHECK(distance(&info, &s, want) <= most);
	CHECK(greatest_is_predicted(&info, &s));
	format->free(self);
}

/* ---- damage ------------------------------------------------------------ */

/* Loads bytes as a model, and uses it if it is one. */
static void
try_bytes(const char *path, const uint8_t *bytes, size_t n)
{
	const struct spt_model_format *format = format_of(path);
	const struct spt_model_conf conf = { .path = path };
	struct spt_model_info info = { 0 };
	struct spt_scores s = { 0 };
	struct spt_err e = { 0 };
	void *self = NULL;
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fwrite(bytes, 1, n, f) == n);
	if (f != NULL)
		fclose(f);
	if (format->load(&self, io, &conf, &info, &e) < 0) {
		CHECK(e.kind == SPT_EDATA || e.kind == SPT_EUSAGE);
		CHECK(strstr(e.msg, path) != NULL);
		return;
	}
	if (format->bind(self, &rows.schema, &e) == 0)
		CHECK(format->predict(self, &rows.batch, &s, &e) == 0);
	format->free(self);
}

static void
damage(const char *path)
{
	const char *ending = strrchr(path, '.');
	struct spt_err e = { 0 };
	struct spt_buf b;
	char copy[64];
	int fd;

	snprintf(copy, sizeof copy, "boosted-XXXXXX%s", ending);
	fd = mkstemps(copy, (int)strlen(ending));
	CHECK(fd >= 0);
	close(fd);
	spt_buf_init(&b, io);
	CHECK(spt_modelfile_read(io, path, 1 << 20, &b, &e) == 0);
	for (size_t n = 0; n < b.len; n += b.len / 40 + 1)
		try_bytes(copy, b.data, n);
	for (size_t at = 0; at < b.len; at += b.len / 120 + 1) {
		const uint8_t was = b.data[at];

		b.data[at] ^= (uint8_t)(1u << (at % 8));
		try_bytes(copy, b.data, b.len);
		b.data[at] = was == '-' ? '9' : '-';
		try_bytes(copy, b.data, b.len);
		b.data[at] = was;
	}
	spt_buf_fini(&b);
	unlink(copy);
}

int
main(void)
{
	const char *top = getenv("srcdir");
	char folder[2000], path[4096], want[4096];
	const struct dirent *d;
	int models = 0;
	DIR *all;

	io = spt_io_system();
	snprintf(folder, sizeof folder, "%s/tests/data/boosted",
	    top == NULL ? "." : top);
	read_rows(folder);
	all = opendir(folder);
	CHECK(all != NULL);
	while (all != NULL && (d = readdir(all)) != NULL) {
		const char *dot = strrchr(d->d_name, '.');

		if (d->d_name[0] == '.' || dot == NULL ||
		    strcmp(dot, ".want") == 0 || strcmp(dot, ".csv") == 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
		snprintf(want, sizeof want, "%s/%.*s.want", folder,
		    (int)(dot - d->d_name), d->d_name);
		check_model(path, want);
		if (models++ % 5 == 0)
			damage(path);
	}
	if (all != NULL)
		closedir(all);
	CHECK(models >= 50);
	spt_schema_fini(&rows.schema);
	return DONE;
}

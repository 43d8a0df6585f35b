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
#include "model_rows.h"
#include "unit.h"

#define ROWS 60

static const struct spt_io *io;
static struct model_rows rows;

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
	model_rows_read(&rows, io, folder, ROWS);
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

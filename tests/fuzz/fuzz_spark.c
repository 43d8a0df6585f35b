/*
 * fuzz_spark - saved spark.ml models from outside.  The input is a folder:
 * for each file a line "=PATH LENGTH", then that many bytes.  A model that is
 * loaded can be bound to columns of all types and scores a batch; one that is
 * not is refused with a reason.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "batch/builder.h"
#include "score/spark.h"

#define FILES 64
#define NAME 200
#define ROOT "model"

#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct file {
	char path[NAME];
	const uint8_t *p;
	size_t n, at;
};

static struct {
	struct file v[FILES];
	size_t n;
} folder;

static void
unpack(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;

	folder.n = 0;
	while (p < end && *p == '=' && folder.n < FILES) {
		const uint8_t *line = memchr(p, '\n', (size_t)(end - p));
		struct file *f = &folder.v[folder.n];
		char head[2 * NAME];
		size_t len;

		if (line == NULL || line - p >= NAME)
			return;
		memcpy(head, p, (size_t)(line - p));
		head[line - p] = '\0';
		if (sscanf(head, "=%199s %zu", f->path, &len) != 2)
			return;
		p = line + 1;
		if (len > (size_t)(end - p))
			len = (size_t)(end - p);
		f->p = p;
		f->n = len;
		f->at = 0;
		folder.n++;
		p += len;
	}
}

static int
fake_open(const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	(void)io;
	(void)flags;
	(void)mode;
	for (size_t i = 0; i < folder.n; i++)
		if (strcmp(path, folder.v[i].path) == 0) {
			folder.v[i].at = 0;
			return (int)i;
		}
	errno = ENOENT;
	return -1;
}

static int
fake_close(const struct spt_io *io, int fd)
{
	(void)io;
	(void)fd;
	return 0;
}

static ssize_t
fake_read(const struct spt_io *io, int fd, void *p, size_t n)
{
	struct file *f = &folder.v[fd];

	(void)io;
	if (n > f->n - f->at)
		n = f->n - f->at;
	memcpy(p, f->p + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static int
fake_list(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const char *name), void *ctx)
{
	size_t n = strlen(path);
	int rc = 0;

	(void)io;
	for (size_t i = 0; rc == 0 && i < folder.n; i++) {
		const char *p = folder.v[i].path;

		if (strncmp(p, path, n) == 0 && p[n] == '/' &&
		    strchr(p + n + 1, '/') == NULL)
			rc = each(ctx, p + n + 1);
	}
	return rc;
}

/* Columns of all types that the fixtures ask for, with nulls. */
static void
make_rows(struct spt_schema *s, struct spt_builder *b)
{
	static const struct {
		const char *name;
		enum spt_type type;
	} columns[] = { { "a", SPT_FLOAT64 }, { "b", SPT_FLOAT64 },
		{ "n", SPT_INT64 }, { "flag", SPT_BOOL }, { "s", SPT_UTF8 },
		{ "t", SPT_UTF8 }, { "d", SPT_FLOAT64 },
		{ "features", SPT_UTF8 } };
	static const double floats[] = { 1.5, -0.0, NAN, INFINITY };
	struct spt_err e = { 0 };

	spt_schema_init(s, spt_io_system());
	for (size_t i = 0; i < 8; i++)
		HOLDS(spt_schema_add(s, columns[i].name, columns[i].type, &e) ==
		      0);
	HOLDS(spt_builder_init(b, spt_io_system(), s, &e) == 0);
	for (size_t row = 0; row < 5; row++) {
		for (size_t i = 0; i < 8; i++) {
			const char *text = i == 7 ? "[1,2.5,-3,null]" : "red";
			int rc;

			if (row == 4)
				rc = spt_builder_null(b, i, &e);
			else if (columns[i].type == SPT_FLOAT64)
				rc = spt_builder_float(b, i, floats[row], &e);
			else if (columns[i].type == SPT_INT64)
				rc = spt_builder_int(b, i, -(int64_t)row, &e);
			else if (columns[i].type == SPT_BOOL)
				rc = spt_builder_bool(b, i, row & 1, &e);
			else
				rc = spt_builder_str(
				    b, i, text, strlen(text), &e);
			HOLDS(rc == 0);
		}
		spt_builder_end_row(b);
	}
}

static void
use(void *self, const struct spt_model_info *info)
{
	struct spt_scores scores;
	struct spt_schema s;
	struct spt_builder b;
	struct spt_batch batch;
	struct spt_err e = { 0 };

	make_rows(&s, &b);
	spt_builder_batch(&b, &batch);
	if (spt_spark_format.bind(self, &s, &e) == 0 &&
	    spt_spark_format.predict(self, &batch, &scores, &e) == 0) {
		for (size_t r = 0; r < 5; r++) {
			if (scores.fate != NULL && scores.fate[r] != SPT_SCORED)
				continue;
			HOLDS(scores.label == NULL ||
			      (size_t)scores.label[r] < info->n_labels);
		}
	} else {
		HOLDS(e.kind != SPT_OK && e.msg[0] != '\0');
	}
	spt_builder_fini(&b);
	spt_schema_fini(&s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spt_model_conf conf = { .path = ROOT };
	struct spt_model_info info;
	struct spt_err e = { 0 };
	struct spt_io io = *spt_io_system();
	void *self;

	unpack(data, size);
	io.open = fake_open;
	io.close = fake_close;
	io.read = fake_read;
	io.list = fake_list;
	if (spt_spark_format.load(&self, &io, &conf, &info, &e) < 0) {
		HOLDS(e.kind != SPT_OK && e.msg[0] != '\0');
		return 0;
	}
	use(self, &info);
	spt_spark_format.free(self);
	return 0;
}

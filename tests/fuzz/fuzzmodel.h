/*
 * fuzzmodel - a fuzz input as the file of a model: none crashes, and what loads
 * can be used.
 */
#ifndef SPT_FUZZMODEL_H
#define SPT_FUZZMODEL_H

#include <stdlib.h>
#include <string.h>

#include "score/model.h"

/* An io table in which every file is the one input. */
struct fuzzfile {
	struct spt_io io; /* ctx is this struct */
	const uint8_t *data;
	size_t size, at;
};

static int
fuzzfile_open(
    const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	(void)path;
	(void)flags;
	(void)mode;
	((struct fuzzfile *)io->ctx)->at = 0;
	return 1000000;
}

static int
fuzzfile_close(const struct spt_io *io, int fd)
{
	(void)io;
	(void)fd;
	return 0;
}

static ssize_t
fuzzfile_read(const struct spt_io *io, int fd, void *p, size_t n)
{
	struct fuzzfile *f = io->ctx;

	(void)fd;
	if (n > f->size - f->at)
		n = f->size - f->at;
	if (n != 0)
		memcpy(p, f->data + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static inline void
fuzzfile_init(struct fuzzfile *f, const uint8_t *data, size_t size)
{
	*f = (struct fuzzfile){
		.io = *spt_io_system(), .data = data, .size = size
	};
	f->io.ctx = f;
	f->io.open = fuzzfile_open;
	f->io.close = fuzzfile_close;
	f->io.read = fuzzfile_read;
}

/* Six columns of one row; the last is text. */
static inline void
fuzzmodel_use(const struct spt_model_format *format, void *self)
{
	static const double value = 0.5;
	static const int32_t offsets[] = { 0, 4 };
	static const char *const names[] = { "a", "b", "c", "d", "num",
		"city" };
	struct spt_col cols[6];
	const struct spt_batch b = { .rows = 1, .n = 6, .cols = cols };
	struct spt_schema schema;
	struct spt_scores scores;
	struct spt_err e = { 0 };

	spt_schema_init(&schema, spt_io_system());
	for (size_t k = 0; k < 6; k++) {
		const enum spt_type type = k < 5 ? SPT_FLOAT64 : SPT_UTF8;

		cols[k] = (struct spt_col){ .type = type, .bytes = "oslo" };
		if (k < 5)
			cols[k].floats = &value;
		else
			cols[k].offsets = offsets;
		if (spt_schema_add(&schema, names[k], type, &e) < 0)
			abort();
	}
	if (format->bind(self, &schema, &e) == 0 &&
	    format->predict(self, &b, &scores, &e) < 0)
		abort();
	spt_schema_fini(&schema);
}

static inline void
fuzzmodel_try(
    const struct spt_model_format *format, const uint8_t *data, size_t size)
{
	const struct spt_model_conf conf = { .path = "model" };
	struct spt_model_info info;
	struct spt_err e = { 0 };
	struct fuzzfile file;
	void *self;

	fuzzfile_init(&file, data, size);
	if (format->load(&self, &file.io, &conf, &info, &e) < 0) {
		if (e.kind == SPT_OK)
			abort();
		return;
	}
	fuzzmodel_use(format, self);
	format->free(self);
}

#endif

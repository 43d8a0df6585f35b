/*
 * decode_run - sends texts through a decoder, in pieces of any size, and
 * writes down what comes out: the schema, the rows, the bad records, and the
 * counts.  Each piece is copied to memory of its own size, so that a sanitizer
 * sees a read behind its end.
 */
#ifndef SPT_DECODE_RUN_H
#define SPT_DECODE_RUN_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/time.h"
#include "decode/decode.h"

struct run_file {
	const char *name;
	const char *p;
	size_t n;
	spt_time mtime;
};

struct run {
	struct spt_decode_conf conf;
	const struct spt_io *io; /* of the decoder; NULL: the system's */
	const struct run_file *files;
	size_t n_files;
	unsigned seed;    /* of the sizes of pieces; 0: all at once */
	size_t step;      /* 0, or the size of each piece */
	int64_t max_rows; /* of one call; 0: no limit */
	struct spt_buf rows, bad;
	struct spt_decode_count count;
};

static void
run_must(int rc)
{
	if (rc < 0)
		abort();
}

static int
run_on_bad(void *ctx, const struct spt_bad_record *r, struct spt_err *e)
{
	struct run *run = ctx;

	run_must(spt_buf_printf(&run->bad, e,
	    "%s:%" PRId64 "@%" PRIu64 " %s: %s (%s) [", r->file, r->line,
	    r->offset, r->column != NULL ? r->column : "-", r->reason,
	    r->remedy != NULL ? r->remedy : "-"));
	run_must(spt_buf_put(&run->bad, r->bytes, r->n, e));
	run_must(spt_buf_puts(&run->bad, "]\n", e));
	return 0;
}

static void
run_on_say(void *ctx, const char *line)
{
	struct run *run = ctx;
	struct spt_err e = { 0 };

	run_must(spt_buf_printf(&run->bad, &e, "say: %s\n", line));
}

static void
run_put_cell(struct spt_buf *out, const struct spt_col *c, int64_t i)
{
	char text[SPT_TIME_TEXT + SPT_NUMBER_TEXT];
	struct spt_err e = { 0 };
	const char *p;
	size_t n;

	if (spt_col_null(c, i)) {
		run_must(spt_buf_puts(out, "~", &e));
		return;
	}
	switch (c->type) {
	case SPT_BOOL:
		run_must(spt_buf_puts(
		    out, spt_bit(c->bits, i) ? "true" : "false", &e));
		return;
	case SPT_INT64:
		n = spt_int_print(text, c->ints[i]);
		break;
	case SPT_FLOAT64:
		n = spt_float_print(text, c->floats[i]);
		break;
	case SPT_TIMESTAMP:
		n = spt_time_print(text, c->ints[i], NULL);
		break;
	default:
		p = spt_col_str(c, i, &n);
		run_must(spt_buf_put(out, p, n, &e));
		return;
	}
	run_must(spt_buf_put(out, text, n, &e));
}

static void
run_put_rows(struct run *run, struct spt_builder *b)
{
	struct spt_err e = { 0 };
	struct spt_batch batch;

	spt_builder_batch(b, &batch);
	for (int64_t i = 0; i < batch.rows; i++) {
		for (size_t k = 0; k < batch.n; k++) {
			if (k != 0)
				run_must(spt_buf_putc(&run->rows, '|', &e));
			run_put_cell(&run->rows, &batch.cols[k], i);
		}
		run_must(spt_buf_putc(&run->rows, '\n', &e));
	}
	spt_builder_reset(b);
}

static size_t
run_piece(struct run *run, size_t left)
{
	size_t n;

	if (run->step != 0)
		return run->step < left ? run->step : left;
	if (run->seed == 0)
		return left;
	run->seed = run->seed * 1103515245u + 12345u;
	n = run->seed >> 16;
	n = (n & 1) != 0 ? n % 7 : n % 64;
	return n < left ? n : left;
}

static uint8_t *
run_copy(const char *p, size_t n)
{
	uint8_t *copy = malloc(n != 0 ? n : 1);

	run_must(copy != NULL ? 0 : -1);
	if (n != 0)
		memcpy(copy, p, n);
	return copy;
}

static int
run_learn(struct run *run, struct spt_decoder *d, const struct run_file *f,
    struct spt_err *e)
{
	size_t have = 0;
	int rc;

	if (spt_decoder_file(d, f->name, f->mtime, e) < 0)
		return -1;
	do {
		uint8_t *copy;

		have += run_piece(run, f->n - have);
		copy = run_copy(f->p, have);
		rc = spt_decoder_learn(d, copy, have, have == f->n, e);
		free(copy);
	} while (rc == 0 && have < f->n);
	return rc;
}

static int
run_rows(struct run *run, struct spt_decoder *d, const struct run_file *f,
    struct spt_builder *b, struct spt_err *e)
{
	size_t at = 0, have = 0;
	int rc;

	if (spt_decoder_file(d, f->name, f->mtime, e) < 0)
		return -1;
	for (;;) {
		uint8_t *copy = run_copy(f->p + at, have - at);
		bool last = have == f->n;
		size_t used = 0;

		rc = spt_decode(d, copy, have - at, last,
		    run->max_rows != 0 ? run->max_rows : INT64_MAX, &used, b,
		    e);
		free(copy);
		if (rc >= 0 && used > have - at)
			abort();
		at += used;
		run_put_rows(run, b);
		if (rc < 0 || (rc == 0 && last))
			break;
		if (rc == 0)
			have += run_piece(run, f->n - have);
	}
	if (rc == 0 && at != f->n)
		abort();
	return rc;
}

/* All files.  0 or -1; rows and bad have what came until then. */
static int
run_all(struct run *run, struct spt_err *e)
{
	const struct spt_io *io = run->io != NULL ? run->io : spt_io_system();
	struct spt_builder b = { 0 };
	struct spt_decoder *d = NULL;
	int rc = -1;

	spt_buf_init(&run->rows, spt_io_system());
	spt_buf_init(&run->bad, spt_io_system());
	run->conf.ctx = run;
	run->conf.say = run_on_say;
	if (spt_decoder_open(&d, io, &run->conf, e) < 0)
		return -1;
	for (size_t i = 0; i < run->n_files; i++) {
		int enough = run_learn(run, d, &run->files[i], e);

		if (enough < 0)
			goto done;
		if (enough == 1)
			break;
	}
	if (spt_decoder_settle(d, e) < 0 ||
	    spt_decoder_print_schema(d, &run->rows, e) < 0 ||
	    spt_buf_putc(&run->rows, '\n', e) < 0 ||
	    spt_builder_init(&b, io, spt_decoder_schema(d), e) < 0)
		goto done;
	rc = 0;
	for (size_t i = 0; i < run->n_files && rc == 0; i++)
		rc = run_rows(run, d, &run->files[i], &b, e);
	run->count = *spt_decoder_count(d);
done:
	spt_builder_fini(&b);
	spt_decoder_close(d);
	return rc;
}

static void
run_fini(struct run *run)
{
	spt_buf_fini(&run->rows);
	spt_buf_fini(&run->bad);
}

/* A run with bad records written down. */
static void
run_init(
    struct run *run, const char *format, const struct run_file *files, size_t n)
{
	memset(run, 0, sizeof *run);
	run->conf.format = format;
	run->conf.bad = run_on_bad;
	run->files = files;
	run->n_files = n;
}

#endif

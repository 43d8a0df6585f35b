/*
 * The loop: two inputs are read an epoch at a time and meet at one barrier, a
 * side output is a stream of its own, the ends are told apart.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "stage/loop.h"
#include "unit.h"
#include "wire/in.h"
#include "wire/out.h"

static const struct spt_io *io;

/* ---- a stage that passes odd numbers on and puts even ones aside ------- */

struct sieve {
	struct spt_schema schema;
	int64_t rows, barriers, epochs[16];
	spt_time watermarks[16];
	int inputs[64]; /* in the order in which batches came */
	bool closed;
};

static int
sieve_open(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	(void)self;
	if (n_in == 2 && in[1]->n != in[0]->n)
		return spt_fail(e, SPT_EDATA, "inputs differ");
	if (spt_emit_schema(out, 0, in[0], e) < 0)
		return -1;
	return spt_emit_wanted(out, 1) ? spt_emit_schema(out, 1, in[0], e) : 0;
}

static int
sieve_batch(void *self, int input, const struct spt_batch *b,
    struct spt_emit *out, struct spt_err *e)
{
	struct sieve *s = self;

	for (int64_t i = 0; i < b->rows; i++) {
		int k = b->cols[0].ints[i] % 2 == 0;

		s->inputs[s->rows++] = input;
		if (k == 1 && !spt_emit_wanted(out, 1))
			continue;
		if (spt_builder_int(spt_emit_builder(out, k), 0,
			b->cols[0].ints[i], e) < 0 ||
		    spt_emit_row(out, k, e) < 0)
			return -1;
	}
	return 0;
}

static int
sieve_barrier(
    void *self, struct spt_control *b, struct spt_emit *out, struct spt_err *e)
{
	struct sieve *s = self;

	s->epochs[s->barriers] = b->epoch;
	s->watermarks[s->barriers++] = b->watermark;
	return spt_emit_figure(out, "late", s->barriers, e);
}

static void
sieve_close(void *self)
{
	((struct sieve *)self)->closed = true;
}

static const char *const side_names[] = { "even", NULL };

static const struct spt_stage sieve = {
	.name = "sieve",
	.min_inputs = 1,
	.max_inputs = 2,
	.sides = side_names,
	.open = sieve_open,
	.batch = sieve_batch,
	.barrier = sieve_barrier,
	.close = sieve_close,
};

/* ---- streams in files ------------------------------------------------------
 */

static int
scratch(void)
{
	char name[] = "/tmp/spate-unit-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	return fd;
}

static void
control(struct spt_out *out, enum spt_item_kind kind, int64_t epoch,
    spt_time wm, bool final)
{
	struct spt_err e = { 0 };
	struct spt_control c;

	spt_control_init(&c, io, kind);
	c.epoch = epoch;
	c.time = 1000 + epoch;
	c.watermark = wm;
	c.final = final;
	c.reason = SPT_FINISHED;
	CHECK(spt_out_control(out, &c, &e) == 0);
	spt_control_fini(&c);
}

static void
numbers(struct spt_out *out, const struct spt_schema *s, int from, int to)
{
	struct spt_err e = { 0 };
	struct spt_builder b;
	struct spt_batch batch;

	CHECK(spt_builder_init(&b, io, s, &e) == 0);
	for (int i = from; i <= to; i++) {
		CHECK(spt_builder_int(&b, 0, i, &e) == 0);
		spt_builder_end_row(&b);
	}
	spt_builder_batch(&b, &batch);
	CHECK(spt_out_batch(out, &batch, &e) == 0);
	spt_builder_fini(&b);
}

/* Epochs {from..}, {from + 10..}, ...; n rows each. */
static int
stream(int from, int n, int epochs, spt_time wm, bool controls, bool mark)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_out *out;
	int fd = scratch();

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "n", SPT_INT64, &e) == 0);
	CHECK(spt_out_open(&out, io, fd, "test", &e) == 0);
	CHECK(spt_out_schema(out, &s, &e) == 0);
	for (int k = 0; k < epochs; k++) {
		if (controls)
			control(out, SPT_ITEM_BEGIN, k, 0, false);
		numbers(out, &s, from + 10 * k, from + 10 * k + n - 1);
		if (controls)
			control(
			    out, SPT_ITEM_BARRIER, k, wm + k, k == epochs - 1);
	}
	if (controls && mark)
		control(out, SPT_ITEM_END, 0, 0, false);
	if (mark)
		CHECK(spt_out_end(out, &e) == 0);
	else
		CHECK(spt_out_flush(out, &e) == 0);
	spt_out_close(out);
	spt_schema_fini(&s);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* "1 3 |wm 7| 5 |wm 8 final| end" */
static void
show(int fd, char *text)
{
	struct spt_err e = { 0 };
	const struct spt_schema *s;
	const struct spt_item *item;
	struct spt_in *in;
	int rc;

	lseek(fd, 0, SEEK_SET);
	*text = '\0';
	CHECK(spt_in_open(&in, io, fd, "result", &e) == 0);
	CHECK(spt_in_get_schema(in, &s, &e) == 1);
	while ((rc = spt_in_get(in, &item, &e)) > 0) {
		char *p = text + strlen(text);

		switch (item->kind) {
		case SPT_ITEM_BATCH:
			for (int64_t i = 0; i < item->batch.rows; i++)
				p += sprintf(
				    p, "%d ", (int)item->batch.cols[0].ints[i]);
			break;
		case SPT_ITEM_BARRIER:
			if (item->control.watermark == SPT_TIME_MIN)
				p += sprintf(p, "|none");
			else
				p += sprintf(
				    p, "|wm %d", (int)item->control.watermark);
			sprintf(p, "%s| ", item->control.final ? " final" : "");
			break;
		case SPT_ITEM_END:
			sprintf(p, "end");
			break;
		default:
			break;
		}
	}
	if (rc < 0)
		sprintf(text + strlen(text), "cut");
	spt_in_close(in);
}

static char said[256];

static void
say(void *ctx, const char *line)
{
	(void)ctx;
	snprintf(said, sizeof said, "%s", line);
}

static int
run(struct sieve *s, int a, int b, int *out, int *side, struct spt_err *e)
{
	struct spt_loop l = {
		.io = io,
		.stage = &sieve,
		.self = s,
		.in = { { a, "left" }, { b, "right" } },
		.n_in = b >= 0 ? 2 : 1,
		.say = say,
	};
	int rc;

	memset(s, 0, sizeof *s);
	memset(e, 0, sizeof *e);
	said[0] = '\0';
	*out = scratch();
	CHECK(spt_port_stream(&l.out[0], io, *out, "out", e) == 0);
	if (side != NULL) {
		*side = scratch();
		CHECK(spt_port_stream(&l.out[1], io, *side, "side", e) == 0);
	}
	rc = spt_loop_run(&l, e);
	CHECK(s->closed);
	close(a);
	if (b >= 0)
		close(b);
	return rc;
}

static void
two_inputs_and_a_side_output(void)
{
	struct spt_err e;
	struct sieve s;
	char text[512];
	int out, side;

	CHECK(run(&s, stream(1, 3, 2, 100, true, true),
		  stream(50, 2, 3, 90, true, true), &out, &side, &e) == 0);
	/* Left first, then right, whatever comes faster; the least watermark;
	 * the third epoch is the right input's alone. */
	show(out, text);
	CHECK_STR(text, "1 3 51 |wm 90| 11 13 61 |wm 91| 71 |wm 92 final| end");
	show(side, text);
	CHECK_STR(text, "2 50 |wm 90| 12 60 |wm 91| 70 |wm 92 final| end");
	CHECK_INT(s.inputs[0], 0);
	CHECK_INT(s.inputs[3], 1);
	CHECK_INT(s.inputs[5], 0);
	CHECK_INT(s.barriers, 3);
	CHECK_STR(said, "6 rows late (behind the watermark)");
	close(out);
	close(side);
}

static void
a_foreign_stream_is_one_final_epoch(void)
{
	struct spt_err e;
	struct sieve s;
	char text[512];
	int out;

	CHECK(
	    run(&s, stream(1, 3, 2, 0, false, true), -1, &out, NULL, &e) == 0);
	show(out, text);
	CHECK_STR(text, "1 3 11 13 |none final| end");
	close(out);
}

static void
a_cut_stream_fails_and_ends_nothing(void)
{
	struct spt_err e;
	struct sieve s;
	char text[512];
	int out;

	CHECK(run(&s, stream(1, 3, 2, 7, true, false), -1, &out, NULL, &e) < 0);
	CHECK_INT(e.kind, SPT_EUPSTREAM);
	show(out, text);
	CHECK(strstr(text, "end") == NULL);
	CHECK(strstr(text, "cut") != NULL);
	close(out);
	/* The mark alone does not make a stream of ours whole. */
	int in = stream(1, 3, 1, 7, true, false);
	uint8_t mark[8] = { 0xff, 0xff, 0xff, 0xff };

	lseek(in, 0, SEEK_END);
	CHECK(write(in, mark, 8) == 8);
	lseek(in, 0, SEEK_SET);
	CHECK(run(&s, in, -1, &out, NULL, &e) < 0);
	CHECK_INT(e.kind, SPT_EUPSTREAM);
	close(out);
}

static void
an_empty_input_is_an_upstream_that_died(void)
{
	struct spt_err e;
	struct sieve s;
	int out;

	CHECK(run(&s, scratch(), -1, &out, NULL, &e) < 0);
	CHECK_INT(e.kind, SPT_EUPSTREAM);
	CHECK_INT(lseek(out, 0, SEEK_END), 0);
	close(out);
}

int
main(void)
{
	io = spt_io_system();
	two_inputs_and_a_side_output();
	a_foreign_stream_is_one_final_epoch();
	a_cut_stream_fails_and_ends_nothing();
	an_empty_input_is_an_upstream_that_died();
	return DONE;
}

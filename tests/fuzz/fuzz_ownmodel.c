/*
 * fuzz_ownmodel - a model of spate's own as somebody made it up: the text with
 * a right checksum behind it.  A model that is taken scores rows, learns from
 * some, and is the same when it is printed and read again.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "score/own.h"

#define ROWS 8
#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
parse(struct spt_own *o, const struct spt_buf *b, struct spt_err *e)
{
	return spt_own_parse(
	    o, spt_io_system(), (const char *)b->data, b->len, e);
}

/* Printed and read again it prints the same. */
static void
check_again(const struct spt_own *o)
{
	struct spt_err e = { 0 };
	struct spt_buf x, y;
	struct spt_own again;

	spt_buf_init(&x, o->io);
	spt_buf_init(&y, o->io);
	HOLDS(spt_own_print(o, &x, &e) == 0);
	HOLDS(parse(&again, &x, &e) == 0);
	HOLDS(spt_own_print(&again, &y, &e) == 0);
	HOLDS(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
	spt_own_fini(&again);
	spt_buf_fini(&x);
	spt_buf_fini(&y);
}

static void
check_rows(struct spt_own *o, bool learn)
{
	static const double some[ROWS] = { 0, 1, 0, 1, 1, 1e9, 0, 1 };
	struct spt_err e = { 0 };
	struct spt_scores scores;
	struct spt_schema in;
	struct spt_col *cols;
	struct spt_batch b;

	spt_schema_init(&in, o->io);
	for (size_t j = 0; j < o->features.columns.n; j++)
		(void)!spt_schema_add(
		    &in, o->features.columns.v[j], SPT_FLOAT64, &e);
	spt_err_clear(&e);
	if (o->features.label != NULL)
		(void)!spt_schema_add(&in, o->features.label, SPT_FLOAT64, &e);
	spt_err_clear(&e);
	cols = calloc(in.n + 1, sizeof *cols);
	for (size_t j = 0; j < in.n; j++) {
		cols[j].type = SPT_FLOAT64;
		cols[j].floats = some;
	}
	b = (struct spt_batch){ ROWS, in.n, cols, NULL };
	if (spt_learnrows_bind(&o->features, &in, learn, &e) == 0 &&
	    spt_own_score(o, &b, learn, &scores, &e) == 0)
		HOLDS(scores.n_bad <= ROWS && scores.prediction != NULL);
	else
		HOLDS(e.msg[0] != '\0');
	free(cols);
	spt_schema_fini(&in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spt_err e = { 0 };
	struct spt_buf text;
	struct spt_own o;

	spt_buf_init(&text, spt_io_system());
	HOLDS(spt_buf_put(&text, data, size, &e) == 0);
	HOLDS(spt_buf_printf(&text, &e, ",\"crc\":\"%08x\"}\n",
		  spt_crc32c(0, data, size)) == 0);
	if (parse(&o, &text, &e) == 0) {
		check_again(&o);
		check_rows(&o, false);
		check_rows(&o, true);
		spt_own_fini(&o);
	} else {
		HOLDS(e.kind == SPT_EDATA && e.msg[0] != '\0');
	}
	spt_buf_fini(&text);
	return 0;
}

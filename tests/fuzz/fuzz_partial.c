/*
 * fuzz_partial - partial states from outside.  The first line of the input is
 * the metadata of a column, the rest is a state without its base64 and its
 * four bytes in front.  A state that is taken can be emitted, merged and
 * saved, and what is saved of it is taken again and is the same.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "window/aggpartial.h"

#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct spt_aggs aggs;

/* Puts the state, as a cell of a partial stream, into b. */
static void
put_state(struct spt_builder *b, const uint8_t *state)
{
	struct spt_err e = { 0 };

	HOLDS(spt_aggs_partial_emit(&aggs, state, b, 0, &e) == 0);
	spt_builder_end_row(b);
}

/* Puts the bytes as a state, with the head that it needs. */
static void
put_bytes(struct spt_builder *b, const uint8_t *p, size_t n)
{
	uint8_t *empty = calloc(1, aggs.stride);
	struct spt_err e = { 0 };
	struct spt_buf raw, text;
	struct spt_batch cell;
	const char *good;
	size_t len;

	spt_buf_init(&raw, aggs.io);
	spt_buf_init(&text, aggs.io);
	put_state(b, empty);
	free(empty);
	spt_builder_batch(b, &cell);
	good = spt_col_str(&cell.cols[0], 0, &len);
	HOLDS(spt_base64_get(&raw, good, len, &e) == 1 && raw.len > 4);
	raw.len = 4;
	spt_builder_reset(b);
	HOLDS(spt_buf_put(&raw, p, n, &e) == 0);
	HOLDS(spt_base64_put(&text, raw.data, raw.len, &e) == 0);
	HOLDS(
	    spt_builder_str(b, 0, (const char *)text.data, text.len, &e) == 0);
	spt_builder_end_row(b);
	spt_buf_fini(&raw);
	spt_buf_fini(&text);
}

/* The cell in b joins the state: true, or it is refused as it should be. */
static bool
take(struct spt_builder *b, uint8_t *state)
{
	struct spt_err e = { 0 };
	struct spt_batch cell;
	uint32_t row = 0;

	spt_builder_batch(b, &cell);
	if (spt_aggs_merge_rows(&aggs, &cell, &state, &row, 1, &e) == 0)
		return true;
	HOLDS(e.kind == SPT_EDATA && e.msg[0] != '\0');
	return false;
}

static void
check_result(const uint8_t *state)
{
	struct spt_err e = { 0 };
	struct spt_builder b;
	struct spt_schema s;

	spt_schema_init(&s, aggs.io);
	HOLDS(spt_schema_add(&s, "x", aggs.v[0].out, &e) == 0);
	HOLDS(spt_builder_init(&b, aggs.io, &s, &e) == 0);
	if (spt_aggs_emit(&aggs, state, &b, 0, &e) < 0)
		HOLDS(e.kind == SPT_EDATA);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
}

static void
check_again(struct spt_builder *b, const uint8_t *state)
{
	uint8_t *again = calloc(1, aggs.stride);
	struct spt_err e = { 0 };
	struct spt_buf x, y;

	spt_builder_reset(b);
	put_state(b, state);
	HOLDS(take(b, again));
	spt_buf_init(&x, aggs.io);
	spt_buf_init(&y, aggs.io);
	HOLDS(spt_aggs_save(&aggs, state, &x, &e) == 0);
	HOLDS(spt_aggs_save(&aggs, again, &y, &e) == 0);
	HOLDS(x.len == y.len && memcmp(x.data, y.data, x.len) == 0);
	HOLDS(spt_aggs_merge(&aggs, again, state, &e) == 0);
	check_result(again);
	spt_buf_fini(&x);
	spt_buf_fini(&y);
	spt_aggs_fini_state(&aggs, again);
	free(again);
}

static void
check_state(const struct spt_schema *s, const uint8_t *p, size_t n)
{
	uint8_t *state = calloc(1, aggs.stride);
	struct spt_err e = { 0 };
	struct spt_builder b;

	HOLDS(spt_builder_init(&b, aggs.io, s, &e) == 0);
	put_bytes(&b, p, n);
	if (take(&b, state)) {
		check_result(state);
		check_again(&b, state);
	}
	spt_builder_fini(&b);
	spt_aggs_fini_state(&aggs, state);
	free(state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t n = end != NULL ? (size_t)(end - data) : size;
	char *what = malloc(n + 1);
	struct spt_err e = { 0 };
	struct spt_schema s;

	memcpy(what, data, n);
	what[n] = '\0';
	spt_schema_init(&s, spt_io_system());
	HOLDS(spt_schema_add(&s, "x", SPT_UTF8, &e) == 0);
	HOLDS(spt_meta_set(&s.fields[0].meta, SPT_KEY_PARTIAL, what, &e) == 0);
	spt_aggs_init(&aggs, s.io);
	if (spt_aggs_bind_partial(&aggs, &s, &e) < 0)
		HOLDS(e.kind == SPT_EDATA && e.msg[0] != '\0');
	else if (end != NULL)
		check_state(&s, end + 1, size - n - 1);
	spt_aggs_fini(&aggs);
	spt_schema_fini(&s);
	free(what);
	return 0;
}

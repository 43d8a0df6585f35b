/*
 * fuzz_arrow - any bytes as a stream.  What is accepted is written again and
 * read again, and must say the same; memory is bounded whatever the bytes
 * claim.
 */
#include <stdlib.h>

#include "tests/unit/wiretext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ONE_CAP ((size_t)64 << 20)
#define ALL_CAP ((size_t)256 << 20)
#define HEADER 16 /* before each allocation: its size */

static size_t allocated;

static void *
capped_realloc(const struct spt_io *io, void *p, size_t n)
{
	uint8_t *at = p != NULL ? (uint8_t *)p - HEADER : NULL;
	size_t old = 0;

	(void)io;
	if (at != NULL)
		memcpy(&old, at, sizeof old);
	if (n > ONE_CAP || allocated - old + n > ALL_CAP)
		abort();
	at = realloc(at, n + HEADER);
	if (at == NULL)
		return NULL;
	allocated += n - old;
	memcpy(at, &n, sizeof n);
	return at + HEADER;
}

static void
capped_free(const struct spt_io *io, void *p)
{
	uint8_t *at = (uint8_t *)p - HEADER;
	size_t old;

	(void)io;
	memcpy(&old, at, sizeof old);
	allocated -= old;
	free(at);
}

/* Reads a stream and writes what is in it; 0 all of it, -1. */
static int
copy(const struct spt_io *io, struct wire_source *from, struct wire_memory *to,
    struct spt_err *e)
{
	struct spt_bytes_in bytes = { wire_source_read, from };
	const struct spt_schema *s;
	const struct spt_item *item;
	struct spt_out *out = NULL;
	struct spt_in *in;
	int rc, wrote;

	rc = spt_in_open_bytes(&in, io, bytes, "input", e);
	if (rc == 0)
		rc = spt_in_get_schema(in, &s, e);
	if (rc <= 0) {
		spt_in_close(in);
		return -1;
	}
	wire_check(spt_out_open(&out, &to->io, 1, "output", e));
	wire_check(spt_out_schema(out, s, e));
	while ((rc = spt_in_get(in, &item, e)) > 0) {
		wrote = item->kind == SPT_ITEM_BATCH
			    ? spt_out_batch(out, &item->batch, e)
			    : spt_out_control(out, &item->control, e);
		wire_check(wrote);
	}
	if (rc == 0)
		wire_check(spt_out_end(out, e));
	spt_out_close(out);
	spt_in_close(in);
	return rc;
}

/* What a batch says of itself before it is there is what it turns out to be,
 * if it turns out to be one. */
static void
announce(const struct spt_io *io, const uint8_t *p, size_t n)
{
	struct wire_source from = { p, n, 0, 7, NULL, 0 };
	struct spt_bytes_in bytes = { wire_source_read, &from };
	int64_t rows = -1, nulls[64];
	struct spt_err e = { 0 };
	const struct spt_item *item;
	struct spt_batch b;
	struct spt_in *in;
	int rc;

	if (spt_in_open_bytes(&in, io, bytes, "input", &e) < 0)
		return;
	while ((rc = spt_in_next(in, &item, &e)) >= 0 && !spt_in_ended(in)) {
		if (rc == 0) {
			if (rows < 0 && spt_in_peek(in, &b, &e) == 1) {
				rows = b.rows;
				for (size_t i = 0; i < b.n && i < 64; i++)
					nulls[i] = b.cols[i].null_count;
			}
			if (spt_in_fill(in, &e) <= 0)
				break;
			continue;
		}
		if (rows >= 0 && item->batch.rows != rows)
			abort();
		for (size_t i = 0; rows >= 0 && i < item->batch.n && i < 64;
		     i++)
			if (item->batch.cols[i].null_count != nulls[i])
				abort();
		rows = -1;
	}
	spt_in_close(in);
}

/* The items as text. */
static void
text_of(const struct spt_io *io, const uint8_t *p, size_t n, size_t step,
    struct spt_buf *text)
{
	struct wire_source from = { p, n, 0, step, NULL, 0 };
	struct spt_err e = { 0 };

	spt_buf_init(text, spt_io_system());
	wire_check(wire_text(text, io, &from, &e));
}

static void
must_equal(struct spt_buf *a, struct spt_buf *b)
{
	if (a->len != b->len || memcmp(a->data, b->data, a->len) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_source from = { data, size, 0, 0, NULL, 0 };
	struct spt_io io = *spt_io_system();
	struct spt_buf first, again, slow;
	struct spt_err e = { 0 };
	struct wire_memory m;

	io.realloc = capped_realloc;
	io.free = capped_free;
	wire_memory_init(&m);
	m.io.realloc = capped_realloc;
	m.io.free = capped_free;
	announce(&io, data, size);
	if (copy(&io, &from, &m, &e) < 0) {
		if (e.kind != SPT_EDATA && e.kind != SPT_EUPSTREAM)
			abort();
	} else {
		text_of(&io, data, size, 0, &first);
		text_of(&io, data, size, 7, &slow);
		text_of(&io, m.data.data, m.data.len, 0, &again);
		must_equal(&first, &slow);
		must_equal(&first, &again);
		spt_buf_fini(&first);
		spt_buf_fini(&slow);
		spt_buf_fini(&again);
	}
	spt_buf_fini(&m.data);
	if (allocated != 0)
		abort();
	return 0;
}

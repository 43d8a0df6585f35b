/*
 * encode - the messages of the profile.  A batch is written as it lies in
 * memory: its head says where the buffers will be, its body (body.c) is those
 * buffers; both ask spt__body_buffers how long they are.
 */
#include "wire/body.h"
#include "wire/encode.h"
#include "wire/frame_put.h"
#include "wire/in.h"

/* ---- schema ------------------------------------------------------------ */

/* The table of a type, to which the offset at `from` will point. */
static int
put_type(
    struct spt__fbput *fb, size_t from, enum spt_type type, struct spt_err *e)
{
	struct spt__slot number[] = {
		{ .id = 0, .size = 4, .value = 64 }, /* bits */
		{ .id = 1, .size = 1, .value = 1 },  /* signed */
	};
	struct spt__slot precision = { .id = 0, .size = 2, .value = 2 };
	struct spt__slot stamp[] = {
		{ .id = 0, .size = 2, .value = 2 }, /* microseconds */
		{ .id = 1, .size = 4 },             /* zone */
	};

	switch (type) {
	case SPT_INT64:
		return spt__fbput_table(fb, from, number, 2, e);
	case SPT_FLOAT64:
		return spt__fbput_table(fb, from, &precision, 1, e);
	case SPT_TIMESTAMP:
		if (spt__fbput_table(fb, from, stamp, 2, e) < 0)
			return -1;
		return spt__fbput_string(fb, stamp[1].at, "UTC", 3, e);
	default:
		return spt__fbput_table(fb, from, NULL, 0, e);
	}
}

static int
type_number(enum spt_type type)
{
	switch (type) {
	case SPT_INT64:
		return 2;
	case SPT_FLOAT64:
		return 3;
	case SPT_UTF8:
		return 5;
	case SPT_BOOL:
		return 6;
	case SPT_TIMESTAMP:
		return 10;
	}
	return 0;
}

static int
put_field(struct spt__fbput *fb, size_t from, const struct spt_field *f,
    struct spt_err *e)
{
	struct spt__slot field[] = {
		{ .id = 0, .size = 4 },
		{ .id = 1, .size = 1, .value = 1 }, /* nullable */
		{ .id = 2, .size = 1, .value = type_number(f->type) },
		{ .id = 3, .size = 4 },
		{ .id = 5, .size = 4 }, /* children: none */
		{ .id = 6, .size = 4 },
	};
	size_t at;

	if (spt__fbput_table(fb, from, field, f->meta.n != 0 ? 6 : 5, e) < 0 ||
	    spt__fbput_string(fb, field[0].at, f->name, strlen(f->name), e) <
		0 ||
	    put_type(fb, field[3].at, f->type, e) < 0 ||
	    spt__fbput_vector(fb, field[4].at, 0, 4, &at, e) < 0)
		return -1;
	if (f->meta.n == 0)
		return 0;
	return spt__frame_pairs(fb, field[5].at, &f->meta, e);
}

int
spt_wire_put_schema(
    struct spt_buf *out, const struct spt_schema *s, struct spt_err *e)
{
	struct spt__slot schema[] = {
		{ .id = 0, .size = 2, .value = 0 }, /* little-endian */
		{ .id = 1, .size = 4 },
		{ .id = 2, .size = 4 },
	};
	struct spt__frame f;
	size_t at;

	if (s->n == 0)
		return spt_fail(e, SPT_EDATA, "a stream without columns");
	if (spt__frame_begin(&f, out, SPT__ARROW_SCHEMA, 0, NULL, e) < 0 ||
	    spt__fbput_table(
		&f.fb, f.header, schema, s->meta.n != 0 ? 3 : 2, e) < 0 ||
	    spt__fbput_vector(&f.fb, schema[1].at, s->n, 4, &at, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (put_field(&f.fb, at + 4 * i, &s->fields[i], e) < 0)
			return -1;
	if (s->meta.n != 0 &&
	    spt__frame_pairs(&f.fb, schema[2].at, &s->meta, e) < 0)
		return -1;
	return spt__frame_end(&f, e);
}

/* ---- record batches ---------------------------------------------------- */

/* The RecordBatch table; b NULL: no rows. */
static int
put_header(struct spt__frame *f, const struct spt_schema *s,
    const struct spt_batch *b, struct spt_err *e)
{
	struct spt__slot batch[] = {
		{ .id = 0, .size = 8, .value = b != NULL ? b->rows : 0 },
		{ .id = 1, .size = 4 }, /* nodes */
		{ .id = 2, .size = 4 }, /* buffers */
	};
	size_t node, buffer, n = 0, body = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->fields[i].type == SPT_UTF8 ? 3 : 2;
	if (spt__fbput_table(&f->fb, f->header, batch, 3, e) < 0 ||
	    spt__fbput_vector(&f->fb, batch[1].at, s->n, 16, &node, e) < 0 ||
	    spt__fbput_vector(&f->fb, batch[2].at, n, 16, &buffer, e) < 0)
		return -1;
	if (b == NULL)
		return 0;
	for (size_t i = 0; i < s->n; i++, node += 16) {
		const struct spt_col *c = &b->cols[i];
		size_t len[SPT__BODY_BUFFERS];

		n = spt__body_buffers(c, b->rows, len);
		spt__fbput_i64(&f->fb, node, b->rows);
		spt__fbput_i64(
		    &f->fb, node + 8, len[0] != 0 ? c->null_count : 0);
		for (size_t k = 0; k < n; k++, buffer += 16) {
			spt__fbput_i64(&f->fb, buffer, (int64_t)body);
			spt__fbput_i64(&f->fb, buffer + 8, (int64_t)len[k]);
			body += len[k] + spt__body_padding(len[k]);
		}
	}
	return 0;
}

static int
body_bytes(const struct spt_batch *b, int64_t *body, struct spt_err *e)
{
	size_t sum = 0;

	for (size_t i = 0; i < b->n; i++) {
		size_t len[SPT__BODY_BUFFERS];
		size_t n = spt__body_buffers(&b->cols[i], b->rows, len);

		for (size_t k = 0; k < n; k++)
			sum += len[k] + spt__body_padding(len[k]);
	}
	if (sum > SPT_IN_MAX_BODY)
		return spt_fail(e, SPT_EDATA,
		    "a batch of %lld rows and %zu bytes (a message holds at "
		    "most %u)",
		    (long long)b->rows, sum, SPT_IN_MAX_BODY);
	*body = (int64_t)sum;
	return 0;
}

static int
put_range(struct spt_meta *pairs, const struct spt_schema *s,
    const struct spt_batch *b, struct spt_err *e)
{
	struct spt_buf text;
	const char *str;
	int rc = -1;

	spt_buf_init(&text, pairs->io);
	if (spt_range_put(&text, s, b, e) == 0 &&
	    (str = spt_buf_str(&text, e)) != NULL)
		rc = str[0] == '\0'
			 ? 0
			 : spt_meta_set(pairs, SPT_KEY_RANGE, str, e);
	spt_buf_fini(&text);
	return rc;
}

int
spt_wire_put_batch_head(struct spt_buf *out, const struct spt_schema *s,
    const struct spt_batch *b, int64_t *body, struct spt_err *e)
{
	struct spt__frame f;
	struct spt_meta pairs;
	int rc = -1;

	if (body_bytes(b, body, e) < 0)
		return -1;
	spt_meta_init(&pairs, out->io);
	if (put_range(&pairs, s, b, e) == 0 &&
	    spt__frame_begin(&f, out, SPT__ARROW_BATCH, *body, &pairs, e) ==
		0 &&
	    put_header(&f, s, b, e) == 0 &&
	    (pairs.n == 0 ||
		spt__frame_pairs(&f.fb, f.metadata, &pairs, e) == 0))
		rc = spt__frame_end(&f, e);
	spt_meta_fini(&pairs);
	return rc;
}

int
spt_wire_put_control(struct spt_buf *out, const struct spt_schema *s,
    const struct spt_control *c, struct spt_err *e)
{
	struct spt__frame f;
	struct spt_meta pairs;
	int rc = -1;

	spt_meta_init(&pairs, out->io);
	if (spt_control_put(c, &pairs, e) == 0 &&
	    spt__frame_begin(&f, out, SPT__ARROW_BATCH, 0, &pairs, e) == 0 &&
	    put_header(&f, s, NULL, e) == 0 &&
	    (pairs.n == 0 ||
		spt__frame_pairs(&f.fb, f.metadata, &pairs, e) == 0))
		rc = spt__frame_end(&f, e);
	spt_meta_fini(&pairs);
	return rc;
}

int
spt_wire_put_eos(struct spt_buf *out, struct spt_err *e)
{
	static const uint8_t mark[8] = { 0xff, 0xff, 0xff, 0xff };

	return spt_buf_put(out, mark, sizeof mark, e);
}

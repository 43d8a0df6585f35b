/*
 * PLAIN is little-endian numbers in a row, booleans a bit each, and byte
 * arrays with four bytes of length in front.
 */
#include "score/parquetrle.h"
#include "score/parquetvalues.h"

#define AT_ONCE 512 /* indices that are decoded together */

static int
room(struct spt_parquet_column *c, size_t n, struct spt_err *e)
{
	return spt_grow(c->io, &c->values, &c->values_cap, c->n_values + n,
	    sizeof *c->values, e);
}

static int
bad(const char **why, const char *text)
{
	*why = text;
	return -1;
}

static uint64_t
u64(const uint8_t *p)
{
	return spt_parquet_u32(p) | (uint64_t)spt_parquet_u32(p + 4) << 32;
}

static union spt_parquet_value
fixed_value(enum spt_parquet_type type, const uint8_t *p)
{
	union spt_parquet_value v = { 0 };
	uint64_t bits;
	float f;

	if (type == SPT_PARQUET_INT32) {
		v.i = (int32_t)spt_parquet_u32(p);
	} else if (type == SPT_PARQUET_INT64) {
		v.i = (int64_t)u64(p);
	} else if (type == SPT_PARQUET_FLOAT) {
		uint32_t word = spt_parquet_u32(p);

		memcpy(&f, &word, sizeof f);
		v.f = (double)f;
	} else {
		bits = u64(p);
		memcpy(&v.f, &bits, sizeof v.f);
	}
	return v;
}

static int
plain_bytes(struct spt_parquet_column *c, const uint8_t *p, size_t bytes,
    size_t n, const char **why, struct spt_err *e)
{
	while (n-- > 0) {
		union spt_parquet_value v = { 0 };
		size_t len;

		if (bytes < 4)
			return bad(why, "the values are cut short");
		len = spt_parquet_u32(p);
		p += 4;
		bytes -= 4;
		if (len > bytes)
			return bad(why, "a text is longer than its page");
		if (c->text.len + len > UINT32_MAX)
			return bad(why, "more than 4 GiB of text");
		v.s.at = (uint32_t)c->text.len;
		v.s.n = (uint32_t)len;
		if (spt_buf_put(&c->text, p, len, e) < 0)
			return -1;
		p += len;
		bytes -= len;
		c->values[c->n_values++] = v;
	}
	return 0;
}

int
spt__parquet_plain(struct spt_parquet_column *c, const uint8_t *p, size_t bytes,
    size_t n, const char **why, struct spt_err *e)
{
	size_t size;

	/* A value takes a bit at least, so n is no reason for much memory. */
	if (n / 8 > bytes)
		return bad(why, "the values are cut short");
	if (room(c, n, e) < 0)
		return -1;
	switch (c->type) {
	case SPT_PARQUET_BOOLEAN:
		if ((n + 7) / 8 > bytes)
			return bad(why, "the values are cut short");
		for (size_t i = 0; i < n; i++)
			c->values[c->n_values++].i = p[i / 8] >> (i % 8) & 1;
		return 0;
	case SPT_PARQUET_BYTES:
		return plain_bytes(c, p, bytes, n, why, e);
	case SPT_PARQUET_INT32:
	case SPT_PARQUET_FLOAT:
		size = 4;
		break;
	case SPT_PARQUET_INT64:
	case SPT_PARQUET_DOUBLE:
		size = 8;
		break;
	case SPT_PARQUET_INT96:
	case SPT_PARQUET_FIXED:
	default:
		return bad(why, "values of this type are not supported");
	}
	if (n > bytes / size)
		return bad(why, "the values are cut short");
	for (size_t i = 0; i < n; i++)
		c->values[c->n_values++] = fixed_value(c->type, p + i * size);
	return 0;
}

int
spt__parquet_rle_bools(struct spt_parquet_column *c, const uint8_t *p,
    size_t bytes, size_t n, const char **why, struct spt_err *e)
{
	struct spt_parquet_rle r;
	uint32_t v[AT_ONCE];

	if (c->type != SPT_PARQUET_BOOLEAN)
		return bad(why, "RLE is for booleans only");
	if (bytes < 4 || spt_parquet_u32(p) > bytes - 4)
		return bad(why, "the values are cut short");
	if (room(c, n, e) < 0)
		return -1;
	spt_parquet_rle_init(&r, p + 4, spt_parquet_u32(p), 1);
	for (size_t k; n > 0; n -= k) {
		k = n < AT_ONCE ? n : AT_ONCE;
		if (!spt__parquet_rle_get(&r, v, k))
			return bad(why, "the values are cut short");
		for (size_t i = 0; i < k; i++)
			c->values[c->n_values++].i = v[i];
	}
	return 0;
}

/* The texts of the dictionary come into c once a page, not once a value. */
static int
copy_text(struct spt_parquet_column *c, const struct spt_parquet_column *d,
    uint32_t *base, const char **why, struct spt_err *e)
{
	*base = (uint32_t)c->text.len;
	if (c->text.len + d->text.len > UINT32_MAX)
		return bad(why, "more than 4 GiB of text");
	return spt_buf_put(&c->text, d->text.data, d->text.len, e);
}

int
spt__parquet_looked_up(struct spt_parquet_column *c,
    const struct spt_parquet_column *d, const uint8_t *p, size_t bytes,
    size_t n, const char **why, struct spt_err *e)
{
	struct spt_parquet_rle r;
	uint32_t v[AT_ONCE], base = 0;

	if (n == 0)
		return 0;
	if (bytes < 1 || p[0] > 32)
		return bad(why, "the indices into the dictionary are cut");
	if (room(c, n, e) < 0)
		return -1;
	if (c->type == SPT_PARQUET_BYTES && copy_text(c, d, &base, why, e) < 0)
		return -1;
	spt_parquet_rle_init(&r, p + 1, bytes - 1, p[0]);
	for (size_t k; n > 0; n -= k) {
		k = n < AT_ONCE ? n : AT_ONCE;
		if (!spt__parquet_rle_get(&r, v, k))
			return bad(
			    why, "the indices into the dictionary are cut");
		for (size_t i = 0; i < k; i++) {
			union spt_parquet_value *to = &c->values[c->n_values];

			if (v[i] >= d->n_values)
				return bad(
				    why, "an index is beyond the dictionary");
			*to = d->values[v[i]];
			if (c->type == SPT_PARQUET_BYTES)
				to->s.at += base;
			c->n_values++;
		}
	}
	return 0;
}

#include <endian.h>
#include <math.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "base/utf8.h"
#include "window/cellvalue.h"

static void
set_word(struct spt_value *v, uint64_t word)
{
	v->word = htole64(word);
	v->p = (const uint8_t *)&v->word;
	v->n = 8;
}

static uint64_t
bits_of(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, 8);
	return bits;
}

void
spt_value_get(struct spt_value *v, const struct spt_col *c, int64_t i)
{
	switch (c->type) {
	case SPT_BOOL:
		set_word(v, spt_bit(c->bits, i));
		break;
	case SPT_FLOAT64:
		set_word(v, bits_of(c->floats[i]));
		break;
	case SPT_UTF8:
		v->p = (const uint8_t *)spt_col_str(c, i, &v->n);
		break;
	default:
		set_word(v, (uint64_t)c->ints[i]);
	}
}

void
spt_value_get_same(struct spt_value *v, const struct spt_col *c, int64_t i)
{
	spt_value_get(v, c, i);
	if (c->type != SPT_FLOAT64)
		return;
	if (isnan(c->floats[i]))
		set_word(v, bits_of((double)NAN));
	else if (c->floats[i] == 0)
		set_word(v, 0);
}

static uint64_t
get_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return le64toh(word);
}

static double
get_float(const uint8_t *p)
{
	uint64_t bits = get_word(p);
	double v;

	memcpy(&v, &bits, 8);
	return v;
}

int
spt_value_order(
    enum spt_type t, const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b)
{
	if (t == SPT_UTF8) {
		size_t n = n_a < n_b ? n_a : n_b;
		int rc = n != 0 ? memcmp(a, b, n) : 0;

		return rc != 0 ? rc : (n_a > n_b) - (n_a < n_b);
	}
	if (t == SPT_FLOAT64) {
		double x = get_float(a), y = get_float(b);

		if (isnan(x) || isnan(y))
			return (isnan(x) != 0) - (isnan(y) != 0);
		if (x == y)
			return (signbit(y) != 0) - (signbit(x) != 0);
		return x < y ? -1 : 1;
	}
	int64_t x = (int64_t)get_word(a), y = (int64_t)get_word(b);

	return (x > y) - (x < y);
}

bool
spt_value_valid(enum spt_type t, const uint8_t *p, size_t n)
{
	if (t == SPT_UTF8)
		return n <= INT32_MAX && spt_utf8_valid(p, n);
	return n == 8 && (t != SPT_BOOL || get_word(p) <= 1);
}

int
spt_value_json(struct spt_buf *out, enum spt_type t, const uint8_t *p, size_t n,
    struct spt_err *e)
{
	char text[SPT_TIME_TEXT + SPT_NUMBER_TEXT];

	switch (t) {
	case SPT_BOOL:
		return spt_buf_puts(
		    out, get_word(p) != 0 ? "true" : "false", e);
	case SPT_FLOAT64:
		return spt_json_put_float(out, get_float(p), e);
	case SPT_UTF8:
		return spt_json_put_string(out, (const char *)p, n, e);
	case SPT_TIMESTAMP:
		n = spt_time_print(text, (spt_time)get_word(p), NULL);
		return spt_json_put_string(out, text, n, e);
	default:
		n = spt_int_print(text, (int64_t)get_word(p));
		return spt_buf_put(out, text, n, e);
	}
}

int
spt_value_put(struct spt_builder *b, size_t col, enum spt_type t,
    const uint8_t *p, size_t n, struct spt_err *e)
{
	switch (t) {
	case SPT_BOOL:
		return spt_builder_bool(b, col, get_word(p) != 0, e);
	case SPT_FLOAT64:
		return spt_builder_float(b, col, get_float(p), e);
	case SPT_UTF8:
		return spt_builder_str(b, col, (const char *)p, n, e);
	default:
		return spt_builder_int(b, col, (int64_t)get_word(p), e);
	}
}

int
spt_value_save(struct spt_buf *out, enum spt_type t, const uint8_t *p, size_t n,
    struct spt_err *e)
{
	uint32_t length = htole32((uint32_t)n);

	if (t == SPT_UTF8 && spt_buf_put(out, &length, 4, e) < 0)
		return -1;
	return spt_buf_put(out, p, n, e);
}

int
spt_value_load(enum spt_type t, const uint8_t **p, const uint8_t *end,
    const uint8_t **val, size_t *n)
{
	uint32_t length = 8;

	if (t == SPT_UTF8) {
		if (end - *p < 4)
			return -1;
		memcpy(&length, *p, 4);
		length = le32toh(length);
		*p += 4;
	}
	if ((size_t)(end - *p) < length || !spt_value_valid(t, *p, length))
		return -1;
	*val = *p;
	*n = length;
	*p += length;
	return 0;
}

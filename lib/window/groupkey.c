#include <endian.h>
#include <math.h>

#include "base/hash.h"
#include "base/number.h"
#include "base/time.h"
#include "base/utf8.h"
#include "window/groupkey.h"
#include "window/keycell.h"

#define NULL_WORD UINT64_C(0x9e3779b97f4a7c15) /* hashed in place of a null */

static uint64_t
float_word(double v)
{
	uint64_t word;

	if (isnan(v))
		v = (double)NAN;
	else if (v == 0)
		v = 0;
	memcpy(&word, &v, 8);
	return word;
}

static inline uint64_t
row_word(const struct spt_col *c, int64_t row)
{
	switch (c->type) {
	case SPT_BOOL:
		return spt_bit(c->bits, row);
	case SPT_FLOAT64:
		return float_word(c->floats[row]);
	default:
		return (uint64_t)c->ints[row];
	}
}

/* How many bytes of text a string column has. */
static inline size_t
text_bytes(const struct spt_batch *b, const struct spt_col *c)
{
	return b->rows != 0 ? (size_t)c->offsets[b->rows] : 0;
}

static void
hash_texts(const struct spt_batch *b, const struct spt_col *c,
    const uint32_t *rows, size_t n, uint64_t *hash)
{
	if (c->validity == NULL) {
		spt_hash_texts(
		    hash, c->bytes, c->offsets, rows, n, text_bytes(b, c));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		size_t len;
		const char *p = spt_col_str(c, rows[i], &len);

		hash[i] = spt_col_null(c, rows[i])
			      ? spt_hash_int(hash[i], NULL_WORD)
			      : spt_hash(hash[i], p, len);
	}
}

static void
hash_words(
    const struct spt_col *c, const uint32_t *rows, size_t n, uint64_t *hash)
{
	for (size_t i = 0; i < n; i++)
		hash[i] = spt_hash_int(hash[i], spt_col_null(c, rows[i])
						    ? NULL_WORD
						    : row_word(c, rows[i]));
}

void
spt_keyset_hash(const struct spt_keyset *k, const struct spt_batch *b,
    const uint32_t *rows, size_t n, uint64_t seed, uint64_t *hash)
{
	for (size_t i = 0; i < n; i++)
		hash[i] = seed;
	for (size_t j = 0; j < k->n; j++) {
		const struct spt_col *c = &b->cols[k->cols[j].col];

		if (c->type == SPT_UTF8)
			hash_texts(b, c, rows, n, hash);
		else
			hash_words(c, rows, n, hash);
	}
}

uint64_t
spt_keyset_hash_key(
    const struct spt_keyset *k, const uint8_t *key, uint64_t seed)
{
	struct spt_keycell c;

	for (size_t j = 0; j < k->n; j++) {
		key = spt_keycell_take(key, k->cols[j].type, &c);
		if (!c.null && k->cols[j].type == SPT_UTF8)
			seed = spt_hash(seed, c.text, c.n_text);
		else
			seed = spt_hash_int(seed, c.null ? NULL_WORD : c.word);
	}
	return seed;
}

bool
spt_keyset_equal(const struct spt_keyset *k, const struct spt_batch *b,
    int64_t row, const uint8_t *key)
{
	struct spt_keycell cell;

	for (size_t j = 0; j < k->n; j++) {
		const struct spt_col *c = &b->cols[k->cols[j].col];

		key = spt_keycell_take(key, c->type, &cell);
		if (spt_col_null(c, row) != cell.null)
			return false;
		if (cell.null)
			continue;
		if (c->type == SPT_UTF8) {
			size_t n;
			const char *p = spt_col_str(c, row, &n);

			if (n != cell.n_text ||
			    (n != 0 && memcmp(p, cell.text, n) != 0))
				return false;
		} else if (row_word(c, row) != cell.word) {
			return false;
		}
	}
	return true;
}

int
spt_keyset_put(const struct spt_keyset *k, const struct spt_batch *b,
    int64_t row, struct spt_buf *out, struct spt_err *e)
{
	for (size_t j = 0; j < k->n; j++) {
		const struct spt_col *c = &b->cols[k->cols[j].col];
		bool null = spt_col_null(c, row);
		uint64_t word;
		uint32_t len;
		const char *p;
		size_t n;

		if (spt_buf_putc(out, !null, e) < 0)
			return -1;
		if (null)
			continue;
		if (c->type == SPT_UTF8) {
			p = spt_col_str(c, row, &n);
			len = htole32((uint32_t)n);
			if (spt_buf_put(out, &len, 4, e) < 0 ||
			    spt_buf_put(out, p, n, e) < 0)
				return -1;
			continue;
		}
		word = htole64(row_word(c, row));
		if (spt_buf_put(out, &word, c->type == SPT_BOOL ? 1 : 8, e) < 0)
			return -1;
	}
	return 0;
}

static int
order_words(enum spt_type type, const struct spt_keycell *a,
    const struct spt_keycell *b)
{
	int64_t i = (int64_t)a->word, j = (int64_t)b->word;
	double x, y;

	if (type != SPT_FLOAT64)
		return (i > j) - (i < j);
	x = spt_keycell_float(a);
	y = spt_keycell_float(b);
	if (isnan(x) || isnan(y))
		return (isnan(x) != 0) - (isnan(y) != 0);
	return (x > y) - (x < y);
}

static int
order_texts(const struct spt_keycell *a, const struct spt_keycell *b)
{
	size_t n = a->n_text < b->n_text ? a->n_text : b->n_text;
	int rc = n != 0 ? memcmp(a->text, b->text, n) : 0;

	if (rc != 0)
		return rc;
	return (a->n_text > b->n_text) - (a->n_text < b->n_text);
}

int
spt_keyset_order(const struct spt_keyset *k, const uint8_t *a, const uint8_t *b)
{
	for (size_t j = 0; j < k->n; j++) {
		enum spt_type type = k->cols[j].type;
		struct spt_keycell x, y;
		int rc;

		a = spt_keycell_take(a, type, &x);
		b = spt_keycell_take(b, type, &y);
		if (x.null || y.null)
			rc = y.null - x.null;
		else if (type == SPT_UTF8)
			rc = order_texts(&x, &y);
		else
			rc = order_words(type, &x, &y);
		if (rc != 0)
			return rc;
	}
	return 0;
}

size_t
spt_keyset_len(const struct spt_keyset *k, const uint8_t *key)
{
	const uint8_t *p = key;
	struct spt_keycell c;

	for (size_t j = 0; j < k->n; j++)
		p = spt_keycell_take(p, k->cols[j].type, &c);
	return (size_t)(p - key);
}

size_t
spt_keyset_start(const struct spt_keyset *k, const uint8_t *key)
{
	struct spt_keycell c = { 0 };

	spt_keycell_take(key, k->cols[0].type, &c);
	return c.n_text;
}

uint64_t
spt_keyset_prefix(const struct spt_keyset *k, const uint8_t *key, size_t skip)
{
	const uint64_t sign = UINT64_C(1) << 63;
	unsigned char first[8] = { 0 };
	struct spt_keycell c;
	uint64_t word;

	if (k->n == 0)
		return 0;
	spt_keycell_take(key, k->cols[0].type, &c);
	if (c.null)
		return 0;
	switch (k->cols[0].type) {
	case SPT_UTF8:
		if (c.n_text > skip)
			memcpy(first, c.text + skip,
			    c.n_text - skip < 8 ? c.n_text - skip : 8);
		memcpy(&word, first, 8);
		return be64toh(word);
	case SPT_FLOAT64:
		/* The canonical NaN is positive, above infinity. */
		return c.word & sign ? ~c.word : c.word | sign;
	default:
		return c.word ^ sign;
	}
}

bool
spt_keyset_time(
    const struct spt_keyset *k, const uint8_t *key, size_t which, spt_time *t)
{
	struct spt_keycell c = { .null = true };

	for (size_t j = 0; j <= which; j++)
		key = spt_keycell_take(key, k->cols[j].type, &c);
	if (c.null)
		return false;
	*t = (spt_time)c.word;
	return true;
}

bool
spt_keyset_valid(const struct spt_keyset *k, const uint8_t *key, size_t n)
{
	const uint8_t *end = key + n;

	for (size_t j = 0; j < k->n; j++) {
		enum spt_type type = k->cols[j].type;
		size_t left = (size_t)(end - key);
		size_t fixed = type == SPT_BOOL ? 1 : type == SPT_UTF8 ? 4 : 8;
		struct spt_keycell c;

		if (left < 1 || *key > 1)
			return false;
		if (*key == 1 && left < 1 + fixed)
			return false;
		if (*key == 1 && type == SPT_BOOL && key[1] > 1)
			return false;
		if (*key == 1 && type == SPT_UTF8) {
			uint32_t len;

			memcpy(&len, key + 1, 4);
			len = le32toh(len);
			if (left < 5 + (size_t)len ||
			    !spt_utf8_valid(key + 5, len))
				return false;
		}
		key = spt_keycell_take(key, type, &c);
	}
	return key == end;
}

/* A message has room for the start of a long text: whole characters of it. */
static int
start_of(const struct spt_keycell *c)
{
	size_t n = c->n_text < 64 ? c->n_text : 64;

	while (n < c->n_text && n > 0 && (c->text[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

int
spt_keyset_print(const struct spt_keyset *k, const uint8_t *key,
    struct spt_buf *out, struct spt_err *e)
{
	for (size_t j = 0; j < k->n; j++) {
		char text[SPT_TIME_TEXT] = "null";
		struct spt_keycell c = { 0 };

		key = spt_keycell_take(key, k->cols[j].type, &c);
		if (spt_buf_printf(out, e, "%s%s=", j != 0 ? ", " : "",
			k->cols[j].name) < 0)
			return -1;
		if (!c.null && k->cols[j].type == SPT_UTF8) {
			if (spt_buf_printf(
				out, e, "\"%.*s\"", start_of(&c), c.text) < 0)
				return -1;
			continue;
		}
		if (!c.null && k->cols[j].type == SPT_TIMESTAMP)
			spt_time_print(text, (spt_time)c.word, NULL);
		else if (!c.null && k->cols[j].type == SPT_FLOAT64)
			spt_float_print(text, spt_keycell_float(&c));
		else if (!c.null && k->cols[j].type == SPT_INT64)
			spt_int_print(text, (int64_t)c.word);
		else if (!c.null)
			strcpy(text, c.word != 0 ? "true" : "false");
		if (spt_buf_puts(out, text, e) < 0)
			return -1;
	}
	return 0;
}

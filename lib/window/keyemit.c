/*
 * keyemit - keys in bytes back into columns.
 *
 * Of many keys a column is put after the other, and where no key has a null
 * there, all values of the column at once.
 */
#include "base/shorttext.h"
#include "batch/bulk.h"
#include "window/groupkey.h"
#include "window/keycell.h"

static int
put(const struct spt_keycell *c, enum spt_type type, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	if (c->null)
		return spt_builder_null(b, col, e);
	switch (type) {
	case SPT_BOOL:
		return spt_builder_bool(b, col, c->word != 0, e);
	case SPT_FLOAT64:
		return spt_builder_float(b, col, spt_keycell_float(c), e);
	case SPT_UTF8:
		return spt_builder_str(b, col, c->text, c->n_text, e);
	default:
		return spt_builder_int(b, col, (int64_t)c->word, e);
	}
}

int
spt_keyset_emit(const struct spt_keyset *k, const uint8_t *key,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	for (size_t j = 0; j < k->n; j++, col++) {
		enum spt_type type = k->cols[j].type;
		struct spt_keycell c;

		key = spt_keycell_take(key, type, &c);
		if (put(&c, type, b, col, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- many ---------------------------------------------------------------- */

static int
put_each(const uint8_t **at, size_t n, enum spt_type type,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct spt_keycell c;

		at[i] = spt_keycell_take(at[i], type, &c);
		if (put(&c, type, b, col, e) < 0)
			return -1;
	}
	return 0;
}

/* A text that is not null: how long it is. */
static inline size_t
text_bytes(const uint8_t *p)
{
	uint32_t n;

	memcpy(&n, p + 1, 4);
	return le32toh(n);
}

/* None of them is null. */
static int
put_words(const uint8_t **at, size_t n, struct spt_colb *to, struct spt_err *e)
{
	uint64_t *v;

	if (spt_bulk_room(to, n, 0, e) < 0)
		return -1;
	v = spt_bulk_values(to);
	for (size_t i = 0; i < n; i++) {
		memcpy(&v[i], at[i] + 1, 8);
		v[i] = le64toh(v[i]);
		at[i] += 9;
	}
	return spt_bulk_add(to, n, 0, e);
}

/* None of them is null; text bytes together. */
static int
put_texts(const uint8_t **at, size_t n, size_t text, struct spt_colb *to,
    struct spt_err *e)
{
	int32_t *ends, end;
	uint8_t *p;

	if (spt_bulk_room(to, n, text + SPT_SHORT, e) < 0)
		return -1;
	ends = spt_bulk_values(to);
	end = (int32_t)to->bytes.len;
	p = to->bytes.data + to->bytes.len;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *from = at[i] + 5;
		size_t len = text_bytes(at[i]);

		/* The next text, or nobody, wants what is behind it. */
		if (len <= SPT_SHORT)
			memcpy(p, from, SPT_SHORT);
		else
			memcpy(p, from, len);
		p += len;
		ends[i] = end += (int32_t)len;
		at[i] = from + len;
	}
	return spt_bulk_add(to, n, text, e);
}

/* Is any of them null?  *text: the bytes of text in the others. */
static bool
measure(const uint8_t *const *at, size_t n, enum spt_type type, size_t *text)
{
	bool null = false;

	*text = 0;
	for (size_t i = 0; i < n; i++) {
		if (*at[i] == 0)
			null = true;
		else if (type == SPT_UTF8)
			*text += text_bytes(at[i]);
	}
	return null;
}

int
spt_keyset_emit_many(const struct spt_keyset *k, const uint8_t **at, size_t n,
    size_t most, struct spt_builder *b, size_t col, struct spt_err *e)
{
	for (size_t j = 0; j < k->n; j++, col++) {
		enum spt_type type = k->cols[j].type;
		struct spt_colb *to = &b->cols[col];
		size_t text;
		bool null = measure(at, n, type, &text);
		int rc;

		if (text > most)
			return 0;
		most -= text;
		if (null || type == SPT_BOOL)
			rc = put_each(at, n, type, b, col, e);
		else if (type == SPT_UTF8)
			rc = put_texts(at, n, text, to, e);
		else
			rc = put_words(at, n, to, e);
		if (rc < 0)
			return -1;
	}
	return 1;
}

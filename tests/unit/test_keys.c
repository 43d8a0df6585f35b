/* Keys where many are worked on together: texts of all lengths up to the end
 * of a column, slots for each key, and keys back into columns. */
#include <stdlib.h>

#include "base/shorttext.h"
#include "unit.h"
#include "window/groups.h"

static const struct spt_io *io;
static struct spt_err err;

#define LONGEST (2 * SPT_SHORT + 9)
#define TEXTS (3 * (LONGEST + 1))

/* A column of texts whose last byte is the last of its memory. */
static struct spt_col column;
static int32_t offsets[TEXTS + 1];
static uint32_t rows[TEXTS];

/* Three of each length: zeros, zeros and a last byte, and other bytes. */
static void
make_texts(char **bytes)
{
	size_t all = 0;
	char *p;

	for (int k = 0; k < TEXTS; k++) {
		rows[k] = (uint32_t)k;
		all += (size_t)k / 3;
		offsets[k + 1] = (int32_t)all;
	}
	p = *bytes = malloc(all);
	CHECK(p != NULL);
	for (int k = 0; k < TEXTS; k++) {
		int n = k / 3;

		for (int i = 0; i < n; i++)
			*p++ = (char)(k % 3 == 2   ? 'a' + i % 26
				      : k % 3 == 1 ? i == n - 1
						   : 0);
	}
	column = (struct spt_col){
		.type = SPT_UTF8, .offsets = offsets, .bytes = *bytes
	};
}

/* The number of a text: those of length 0 are one. */
static uint32_t
want(int k)
{
	return k < 3 ? 0 : (uint32_t)k - 2;
}

/* All keys at once, then backwards in pieces; one: all have one hash. */
static void
texts(bool one)
{
	static struct spt_keycol col = { 0, SPT_UTF8, "s" };
	const struct spt_keyset set = { 1, &col };
	struct spt_batch b = { TEXTS, 1, &column, NULL };
	uint64_t hash[TEXTS] = { 0 };
	uint32_t id[TEXTS];
	struct spt_keydict d;

	spt_keydict_init(&d, io, &set, 5);
	if (!one)
		spt_keyset_hash(&set, &b, rows, TEXTS, 5, hash);
	CHECK(spt_keydict_rows(&d, &b, rows, hash, TEXTS, id, &err) == 0);
	CHECK_INT(d.n, TEXTS - 2);
	for (int k = 0; k < TEXTS; k++) {
		const uint8_t *key = spt_keydict_key(&d, id[k]);

		CHECK_INT(id[k], want(k));
		CHECK(spt_keyset_equal(&set, &b, k, key));
		if (!one)
			CHECK(spt_keydict_hash(&d, key) == hash[k]);
	}
	for (int k = TEXTS; k-- > 0;) {
		uint32_t again;

		CHECK(spt_keydict_rows(
			  &d, &b, rows + k, hash + k, 1, &again, &err) == 0);
		CHECK_INT(again, want(k));
	}
	CHECK_INT(d.n, TEXTS - 2);
	spt_keydict_fini(&d);
}

/* Text that comes with nulls, and shorter columns of the same bytes. */
static void
nulls(void)
{
	static struct spt_keycol col = { 0, SPT_UTF8, "s" };
	const struct spt_keyset set = { 1, &col };
	uint8_t valid[TEXTS / 8 + 1];
	struct spt_col c = column;
	struct spt_batch b = { TEXTS, 1, &c, NULL };
	uint64_t hash[TEXTS];
	uint32_t id[TEXTS], first[TEXTS];
	struct spt_keydict d;

	memset(valid, 0x5b, sizeof valid);
	spt_keydict_init(&d, io, &set, 5);
	for (int64_t n = TEXTS; n > 0; n -= 7) {
		b.rows = n;
		c.validity = NULL;
		spt_keyset_hash(&set, &b, rows, (size_t)n, 5, hash);
		CHECK(spt_keydict_rows(
			  &d, &b, rows, hash, (size_t)n, first, &err) == 0);
		c.validity = valid;
		spt_keyset_hash(&set, &b, rows, (size_t)n, 5, hash);
		CHECK(spt_keydict_rows(
			  &d, &b, rows, hash, (size_t)n, id, &err) == 0);
		for (int64_t i = 0; i < n; i++)
			CHECK_INT(
			    id[i], spt_bit(valid, i) ? first[i] : TEXTS - 2);
	}
	CHECK_INT(d.n, TEXTS - 1);
	spt_keydict_fini(&d);
}

/* ---- a slot for each key ------------------------------------------------- */

#define KEYS 300

/* Rows of random keys: groups are numbered as their keys come, whatever the
 * pieces are in which the rows come. */
static void
slots(uint32_t tracked)
{
	static struct spt_keycol col = { 0, SPT_INT64, "i" };
	const struct spt_keyset set = { 1, &col };
	char *text[] = { "count", "count" };
	uint32_t key[2000], at[2000], number[KEYS], n = 0;
	struct spt_keydict d;
	struct spt_groups g;
	struct spt_aggs aggs;

	CHECK(spt_aggs_parse(&aggs, io, text, 1, &err) == 0);
	CHECK(spt_aggs_lay_out(&aggs, &err) == 0);
	spt_keydict_init(&d, io, &set, 5);
	for (uint64_t k = 0; k < KEYS; k++) {
		uint8_t bytes[9] = { 1, (uint8_t)k, (uint8_t)(k >> 8) };
		uint32_t id;

		CHECK(spt_keydict_put(&d, bytes, 9, &id, &err) == 0);
		CHECK_INT(id, k);
	}
	spt_groups_init(&g, io, &d, &aggs);
	g.tracked = tracked;
	memset(number, 0xff, sizeof number);
	for (size_t i = 0; i < 2000; i++)
		key[i] = (uint32_t)(i * i * 31 + i / 7 + 5) % KEYS;
	for (size_t i = 0, m = 1; i < 2000; i += m, m = (m * 3) % 191) {
		m = m < 2000 - i ? m : 2000 - i;
		CHECK(spt_groups_at_rows(&g, key + i, m, at + i, &err) == 0);
		for (size_t k = i; k < i + m; k++)
			++*(uint64_t *)(void *)spt_groups_state(&g, at[k]);
	}
	CHECK_INT(g.way, SPT_GROUPS_EACH);
	for (size_t i = 0; i < 2000; i++) {
		if (number[key[i]] == UINT32_MAX)
			number[key[i]] = n++;
		CHECK_INT(at[i], number[key[i]]);
		CHECK_INT(g.v[at[i]].key, key[i]);
		CHECK_INT(spt_groups_find(&g, key[i]), at[i]);
		--*(uint64_t *)(void *)spt_groups_state(&g, at[i]);
	}
	CHECK_INT(g.n, n);
	CHECK_INT(g.touched.n, tracked != 0 ? n : 0);
	for (uint32_t i = 0; i < n; i++)
		CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&g, i), 0);
	spt_groups_fini(&g);
	spt_keydict_fini(&d);
	spt_aggs_fini(&aggs);
}

/* ---- back into columns --------------------------------------------------- */

static void
check_columns(const struct spt_batch *a, const struct spt_batch *b)
{
	CHECK_INT(a->rows, b->rows);
	for (size_t k = 0; k < a->n; k++)
		for (int64_t i = 0; i < a->rows; i++) {
			const struct spt_col *x = &a->cols[k];
			const struct spt_col *y = &b->cols[k];
			const char *p, *q;
			size_t n, m;

			CHECK_INT(spt_col_null(x, i), spt_col_null(y, i));
			if (spt_col_null(x, i))
				continue;
			if (x->type == SPT_UTF8) {
				p = spt_col_str(x, i, &n);
				q = spt_col_str(y, i, &m);
				CHECK(n == m && memcmp(p, q, n) == 0);
			} else if (x->type == SPT_BOOL) {
				CHECK_INT(
				    spt_bit(x->bits, i), spt_bit(y->bits, i));
			} else {
				CHECK_INT(x->ints[i], y->ints[i]);
			}
		}
}

/* Keys of all types, in pieces with nulls and pieces without. */
static void
emit(void)
{
	static struct spt_keycol cols[] = { { 0, SPT_UTF8, "s" },
		{ 1, SPT_FLOAT64, "f" }, { 2, SPT_BOOL, "b" },
		{ 3, SPT_TIMESTAMP, "t" }, { 4, SPT_UTF8, "u" } };
	const struct spt_keyset set = { 5, cols };
	struct spt_builder in, one, many;
	const uint8_t *key[TEXTS];
	struct spt_batch b, x, y;
	struct spt_keydict d;
	struct spt_schema s;

	spt_schema_init(&s, io);
	for (int k = 0; k < 5; k++)
		CHECK(
		    spt_schema_add(&s, cols[k].name, cols[k].type, &err) == 0);
	CHECK(spt_builder_init(&in, io, &s, &err) == 0);
	CHECK(spt_builder_init(&one, io, &s, &err) == 0);
	CHECK(spt_builder_init(&many, io, &s, &err) == 0);
	spt_keydict_init(&d, io, &set, 5);
	for (int k = 0; k < TEXTS; k++) {
		uint32_t id;
		size_t n;
		const char *p = spt_col_str(&column, k, &n);

		CHECK(spt_builder_str(&in, 0, p, n, &err) == 0);
		CHECK(spt_builder_float(&in, 1, k / 8.0, &err) == 0);
		CHECK(spt_builder_bool(&in, 2, k % 2 == 0, &err) == 0);
		CHECK(spt_builder_int(&in, 3, -k, &err) == 0);
		if (k / 20 % 2 == 1 && k % 3 == 0)
			CHECK(spt_builder_null(&in, 4, &err) == 0);
		else
			CHECK(spt_builder_str(&in, 4, p, n / 2, &err) == 0);
		spt_builder_end_row(&in);
		spt_builder_batch(&in, &b);
		CHECK(spt_keydict_rows(&d, &b, rows + k,
			  &(uint64_t){ (uint64_t)k << 40 }, 1, &id, &err) == 0);
		CHECK_INT(id, k);
	}
	for (int k = 0; k < TEXTS; k++) {
		key[k] = spt_keydict_key(&d, (uint32_t)k);
		CHECK(spt_keyset_emit(&set, key[k], &one, 0, &err) == 0);
		spt_builder_end_row(&one);
	}
	for (size_t k = 0, n; k < TEXTS; k += n) {
		n = TEXTS - k < 20 ? TEXTS - k : 20;
		CHECK(spt_keyset_emit_many(
			  &set, key + k, n, 1 << 20, &many, 0, &err) == 1);
		for (size_t i = 0; i < n; i++)
			spt_builder_end_row(&many);
	}
	spt_builder_batch(&one, &x);
	spt_builder_batch(&many, &y);
	check_columns(&b, &x);
	check_columns(&x, &y);

	/* Too much text, in the second column of it only. */
	for (int k = 0; k < TEXTS; k++)
		key[k] = spt_keydict_key(&d, (uint32_t)k);
	CHECK(spt_keyset_emit_many(&set, key, TEXTS, (size_t)offsets[TEXTS] + 1,
		  &many, 0, &err) == 0);
	spt_builder_undo_row(&many);
	spt_builder_batch(&many, &y);
	check_columns(&x, &y);
	spt_keydict_fini(&d);
	spt_builder_fini(&in);
	spt_builder_fini(&one);
	spt_builder_fini(&many);
	spt_schema_fini(&s);
}

int
main(void)
{
	char *bytes;

	io = spt_io_system();
	make_texts(&bytes);
	texts(false);
	texts(true);
	nulls();
	slots(0);
	slots(SPT_GROUP_TOUCHED);
	emit();
	free(bytes);
	return DONE;
}

/* The dictionary of keys and tables of groups: many keys of all types,
 * colliding hashes, every way to find a group, order, dropping. */
#include <math.h>
#include <stdlib.h>

#include "unit.h"
#include "window/groups.h"

static const struct spt_io *io;
static struct spt_err err;
static struct spt_keycol cols[] = { { 0, SPT_UTF8, "s" }, { 1, SPT_INT64, "i" },
	{ 2, SPT_FLOAT64, "f" }, { 3, SPT_BOOL, "b" } };
static const struct spt_keyset keys = { 4, cols };
static struct spt_aggs aggs, count; /* the first with heap, or without */
static struct spt_builder builder;

/* A row of the key number k: nulls, empty strings, NUL bytes among them. */
static void
put(int k)
{
	char text[32];
	int n = snprintf(text, sizeof text, "key%d", k / 7);

	if (k % 11 == 0)
		CHECK(spt_builder_null(&builder, 0, &err) == 0);
	else if (k % 13 == 0)
		CHECK(spt_builder_str(&builder, 0, "a\0b", 3, &err) == 0);
	else
		CHECK(spt_builder_str(&builder, 0, text, (size_t)n, &err) == 0);
	CHECK(spt_builder_int(&builder, 1, k % 5 == 0 ? -k : k, &err) == 0);
	if (k % 3 == 0)
		CHECK(spt_builder_null(&builder, 2, &err) == 0);
	else
		CHECK(spt_builder_float(&builder, 2,
			  k % 3 == 1 ? -1.5 * k : 0.25 * k, &err) == 0);
	CHECK(spt_builder_bool(&builder, 3, k % 2 == 0, &err) == 0);
	spt_builder_end_row(&builder);
}

#define KEYS 5000

/* Numbers of the keys of all rows, in the order of the rows. */
static void
number(struct spt_keydict *d, const struct spt_batch *b, const uint64_t *hash,
    uint32_t *id)
{
	uint32_t rows[KEYS];

	for (uint32_t i = 0; i < b->rows; i++)
		rows[i] = i;
	CHECK(
	    spt_keydict_rows(d, b, rows, hash, (size_t)b->rows, id, &err) == 0);
}

static void
check_dict(struct spt_keydict *d, const struct spt_batch *b,
    const uint64_t *hash, uint32_t *id)
{
	for (int round = 0; round < 2; round++) {
		number(d, b, hash, id);
		for (uint32_t i = 0; i < KEYS; i++)
			CHECK_INT(id[i], i);
		CHECK_INT(d->n, KEYS);
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		const uint8_t *key = spt_keydict_key(d, i);

		CHECK(spt_keyset_equal(&keys, b, i, key));
		CHECK(!spt_keyset_equal(&keys, b, (i + 1) % KEYS, key));
		CHECK(spt_keyset_valid(&keys, key, spt_keydict_len(d, i)));
		CHECK(!spt_keyset_valid(&keys, key, spt_keydict_len(d, i) - 1));
	}
}

static void
fill(struct spt_groups *g, const uint32_t *id)
{
	for (int round = 0; round < 2; round++) {
		static uint32_t at[KEYS];

		CHECK(spt_groups_at_rows(g, id, KEYS, at, &err) == 0);
		for (uint32_t i = 0; i < KEYS; i++) {
			CHECK_INT(at[i], i);
			++*(uint64_t *)(void *)spt_groups_state(g, i);
		}
	}
	CHECK_INT(g->n, KEYS);
	CHECK_INT(g->touched.n, KEYS);
}

static bool
odd(void *ctx, const struct spt_groups *g, uint32_t i)
{
	(void)ctx;
	(void)g;
	return i % 2 == 1;
}

static bool
every(void *ctx, const struct spt_groups *g, uint32_t i)
{
	(void)ctx;
	(void)g;
	(void)i;
	return true;
}

static void
check_order(const struct spt_groups *g, const struct spt_marks *order, size_t n)
{
	CHECK_INT(order->n, n);
	for (size_t i = 1; i < order->n; i++)
		CHECK(
		    spt_keyset_order(&keys, spt_groups_key(g, order->v[i - 1]),
			spt_groups_key(g, order->v[i])) < 0);
}

/* All of them, and a few; with the keys ranked, and without. */
static void
sort(struct spt_groups *g)
{
	const uint32_t few[] = { 7, 4000, 3, 12, 11, 0, 4999 };
	struct spt_marks order = { 0 };

	for (int ranked = 0; ranked < 2; ranked++) {
		CHECK(spt_groups_sort(g, NULL, KEYS, &order, &err) == 0);
		check_order(g, &order, KEYS);
		CHECK(spt_groups_sort(g, few, 7, &order, &err) == 0);
		check_order(g, &order, 7);
		CHECK(spt_keydict_rank(g->keys, &err) == 0);
		CHECK(spt_keydict_ranked(g->keys));
	}
	spt_free(io, order.v);
}

static void
table(const struct spt_batch *b, const uint64_t *hash)
{
	static uint32_t id[KEYS];
	struct spt_keydict dict;
	struct spt_groups g;
	uint32_t at;

	spt_keydict_init(&dict, io, &keys, 1);
	check_dict(&dict, b, hash, id);
	spt_groups_init(&g, io, &dict, &aggs);
	g.tracked = SPT_GROUP_TOUCHED | SPT_GROUP_DIRTY;
	fill(&g, id);
	CHECK_INT(g.way, SPT_GROUPS_SAME);
	sort(&g);

	spt_groups_untouch(&g);
	CHECK(spt_groups_touch(&g, 4, &err) == 0);
	CHECK(spt_groups_drop(&g, odd, NULL, &err) == 0);
	CHECK_INT(g.n, KEYS / 2);
	CHECK_INT(g.touched.n, 1);
	CHECK_INT(g.touched.v[0], 2);
	CHECK_INT(g.dirty.n, KEYS / 2);
	for (uint32_t i = 0; i < g.n; i++) {
		CHECK(spt_groups_at(&g, id[2 * i], &at, &err) == 0);
		CHECK_INT(at, i);
		CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&g, at), 2);
	}
	CHECK(spt_groups_at(&g, id[1], &at, &err) == 0);
	CHECK_INT(at, KEYS / 2);
	CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&g, at), 0);
	CHECK(spt_groups_drop(&g, every, NULL, &err) == 0);
	CHECK_INT(g.n, 0);
	spt_groups_fini(&g);
	spt_keydict_fini(&dict);
}

/* Every third key, backwards; all keys behind them; both in one table, and
 * with only a few of them. */
static void
ways(const struct spt_batch *b, const uint64_t *hash,
    const struct spt_aggs *what)
{
	static uint32_t id[KEYS];
	struct spt_groups third, all, both, known;
	struct spt_keydict dict;
	uint32_t at;

	spt_keydict_init(&dict, io, &keys, 99);
	number(&dict, b, hash, id);
	spt_groups_init(&third, io, &dict, what);
	spt_groups_init(&all, io, &dict, what);
	spt_groups_init(&both, io, &dict, what);
	spt_groups_init(&known, io, &dict, what);
	for (uint32_t k = KEYS; k-- > 0;) {
		CHECK(spt_groups_at(&all, k, &at, &err) == 0);
		*(uint64_t *)(void *)spt_groups_state(&all, at) = k;
		if (k % 3 != 0)
			continue;
		CHECK_INT(spt_groups_find(&third, k), third.n);
		CHECK(spt_groups_at(&third, k, &at, &err) == 0);
		*(uint64_t *)(void *)spt_groups_state(&third, at) = k;
		if (third.n == 5)
			CHECK_INT(third.way, SPT_GROUPS_OPEN);
	}
	CHECK_INT(all.way, SPT_GROUPS_EACH);
	for (uint32_t k = 0; k < KEYS; k++)
		CHECK_INT(spt_groups_find(&third, k),
		    k % 3 == 0 ? third.n - 1 - k / 3 : third.n);
	CHECK(spt_groups_merge(&both, &third, &err) == 0);
	CHECK(spt_groups_merge(&both, &all, &err) == 0);
	CHECK_INT(both.n, KEYS);
	CHECK_INT(both.way, SPT_GROUPS_NONE);
	CHECK(spt_groups_at(&known, 3, &at, &err) == 0);
	CHECK(spt_groups_at(&known, 4, &at, &err) == 0);
	CHECK(spt_groups_merge_known(&known, &third, &err) == 0);
	CHECK(spt_groups_merge_known(&known, &both, &err) == 0);
	CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&known, 0), 9);
	CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&known, 1), 4);
	for (uint32_t k = 0; k < KEYS; k++) {
		at = spt_groups_find(&both, k);
		CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&both, at),
		    k % 3 == 0 ? 2 * k : k);
	}
	spt_groups_fini(&third);
	spt_groups_fini(&all);
	spt_groups_fini(&both);
	spt_groups_fini(&known);
	spt_keydict_fini(&dict);
}

/* Keys without groups go, the others move. */
static void
keep(const struct spt_batch *b, const uint64_t *hash)
{
	static uint32_t id[KEYS], moved[KEYS];
	static uint8_t kept[KEYS];
	struct spt_keydict dict;
	struct spt_groups g;
	uint32_t at, again;

	spt_keydict_init(&dict, io, &keys, 1);
	number(&dict, b, hash, id);
	spt_groups_init(&g, io, &dict, &aggs);
	for (uint32_t k = 0; k < KEYS; k += 5)
		CHECK(spt_groups_at(&g, (k + 10) % KEYS, &at, &err) == 0);
	for (uint32_t i = 0; i < g.n; i++)
		kept[g.v[i].key] = 1;
	CHECK(spt_keydict_keep(&dict, kept, moved, &err) == 0);
	CHECK(spt_groups_renumber(&g, moved, &err) == 0);
	CHECK_INT(dict.n, KEYS / 5);
	for (uint32_t k = 0; k < KEYS; k += 5) {
		const uint8_t *key = spt_keydict_key(&dict, moved[k]);

		CHECK(spt_keyset_equal(&keys, b, k, key));
		CHECK(spt_keydict_put(&dict, key,
			  spt_keydict_len(&dict, moved[k]), &again, &err) == 0);
		CHECK_INT(again, moved[k]);
		at = spt_groups_find(&g, moved[k]);
		CHECK_INT(at, (k + KEYS - 10) % KEYS / 5);
	}
	number(&dict, b, hash, id);
	CHECK_INT(dict.n, KEYS);
	spt_groups_fini(&g);
	spt_keydict_fini(&dict);
}

/* -0.0 and 0.0 are one key, every NaN is one key. */
static void
zeros(void)
{
	static struct spt_keycol col = { 0, SPT_FLOAT64, "f" };
	const struct spt_keyset one = { 1, &col };
	const double v[] = { 0.0, NAN, -INFINITY, -0.0, -NAN, INFINITY, -1, 1 };
	const uint32_t want[] = { 0, 1, 2, 0, 1, 3, 4, 5 };
	const uint32_t sorted[] = { 2, 4, 0, 5, 3, 1 };
	struct spt_col c = { .type = SPT_FLOAT64, .floats = v };
	struct spt_batch b = { 8, 1, &c, NULL };
	const uint32_t rows[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	struct spt_marks order = { 0 };
	struct spt_keydict dict;
	struct spt_groups g;
	uint64_t hash[8];
	uint32_t id[8];

	spt_keydict_init(&dict, io, &one, 7);
	spt_groups_init(&g, io, &dict, &aggs);
	spt_keyset_hash(&one, &b, rows, 8, 7, hash);
	CHECK(spt_keydict_rows(&dict, &b, rows, hash, 8, id, &err) == 0);
	for (int i = 0; i < 8; i++) {
		uint32_t at;

		CHECK(spt_groups_at(&g, id[i], &at, &err) == 0);
		CHECK_INT(at, want[i]);
		CHECK(hash[i] ==
		      spt_keyset_hash_key(&one, spt_groups_key(&g, at), 7));
	}
	CHECK(spt_groups_sort(&g, NULL, g.n, &order, &err) == 0);
	for (size_t i = 0; i < order.n; i++)
		CHECK_INT(order.v[i], sorted[i]);
	spt_free(io, order.v);
	spt_groups_fini(&g);
	spt_keydict_fini(&dict);
}

/* Strings sort bytewise, prefixes first, null before the empty string. */
static void
strings(void)
{
	static struct spt_keycol col = { 0, SPT_UTF8, "s" };
	const struct spt_keyset one = { 1, &col };
	static const char *const v[] = { "b", "", "abcdefgh", "abcdefghi", "a",
		"\xc3\xa9", "abcdefgh0", NULL, "abcdefg" };
	static const uint32_t sorted[] = { 7, 1, 4, 8, 2, 6, 3, 0, 5 };
	static const uint32_t rows[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	/* One hash for all: only the keys tell them apart. */
	static const uint64_t hash[] = { 42, 42, 42, 42, 42, 42, 42, 42, 42 };
	struct spt_marks order = { 0 };
	struct spt_keydict dict;
	struct spt_groups g;
	struct spt_schema s;
	struct spt_builder sb;
	struct spt_batch b;
	uint32_t id[9];

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "s", SPT_UTF8, &err) == 0);
	CHECK(spt_builder_init(&sb, io, &s, &err) == 0);
	for (int i = 0; i < 9; i++) {
		CHECK((v[i] == NULL ? spt_builder_null(&sb, 0, &err)
				    : spt_builder_str(&sb, 0, v[i],
					  strlen(v[i]), &err)) == 0);
		spt_builder_end_row(&sb);
	}
	spt_builder_batch(&sb, &b);
	spt_keydict_init(&dict, io, &one, 7);
	spt_groups_init(&g, io, &dict, &aggs);
	CHECK(spt_keydict_rows(&dict, &b, rows, hash, 9, id, &err) == 0);
	for (int i = 0; i < 9; i++) {
		uint32_t at;

		CHECK(spt_groups_at(&g, id[i], &at, &err) == 0);
		CHECK_INT(at, i);
	}
	CHECK(spt_groups_sort(&g, NULL, 9, &order, &err) == 0);
	for (size_t i = 0; i < 9; i++)
		CHECK_INT(order.v[i], sorted[i]);
	spt_free(io, order.v);
	spt_groups_fini(&g);
	spt_keydict_fini(&dict);
	spt_builder_fini(&sb);
	spt_schema_fini(&s);
}

int
main(void)
{
	char *texts[] = { "count", "max:s" };
	static uint32_t rows[KEYS];
	uint64_t *hash = malloc(KEYS * sizeof *hash);
	struct spt_schema s;
	struct spt_batch b;

	io = spt_io_system();
	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "s", SPT_UTF8, &err) == 0);
	CHECK(spt_schema_add(&s, "i", SPT_INT64, &err) == 0);
	CHECK(spt_schema_add(&s, "f", SPT_FLOAT64, &err) == 0);
	CHECK(spt_schema_add(&s, "b", SPT_BOOL, &err) == 0);
	CHECK(spt_aggs_parse(&aggs, io, texts, 2, &err) == 0);
	CHECK(spt_aggs_bind(&aggs, &s, &err) == 0);
	CHECK(spt_aggs_parse(&count, io, texts, 1, &err) == 0);
	CHECK(spt_aggs_bind(&count, &s, &err) == 0);
	CHECK(spt_builder_init(&builder, io, &s, &err) == 0);
	for (int k = 0; k < KEYS; k++)
		put(k);
	spt_builder_batch(&builder, &b);

	for (uint32_t k = 0; k < KEYS; k++)
		rows[k] = k;
	spt_keyset_hash(&keys, &b, rows, KEYS, 1, hash);
	table(&b, hash);
	ways(&b, hash, &aggs);
	ways(&b, hash, &count);
	keep(&b, hash);
	for (int k = 0; k < KEYS; k++)
		hash[k] &= 15;
	table(&b, hash);
	zeros();
	strings();

	free(hash);
	spt_builder_fini(&builder);
	spt_aggs_fini(&aggs);
	spt_aggs_fini(&count);
	spt_schema_fini(&s);
	return DONE;
}

/* The table of groups: many keys of all types, colliding hashes, order,
 * dropping. */
#include <math.h>
#include <stdlib.h>

#include "unit.h"
#include "window/groups.h"

static const struct spt_io *io;
static struct spt_err err;
static struct spt_keycol cols[] = { { 0, SPT_UTF8, "s" }, { 1, SPT_INT64, "i" },
	{ 2, SPT_FLOAT64, "f" }, { 3, SPT_BOOL, "b" } };
static const struct spt_keyset keys = { 4, cols };
static struct spt_aggs aggs;
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

static void
fill(struct spt_groups *g, const struct spt_batch *b, const uint64_t *hash)
{
	for (int round = 0; round < 2; round++)
		for (int64_t i = 0; i < b->rows; i++) {
			uint32_t at;

			CHECK(spt_groups_at_row(g, b, i, hash[i], &at, &err) ==
			      0);
			CHECK_INT(at, i);
			CHECK(spt_groups_touch(g, at, &err) == 0);
			++*(uint64_t *)(void *)spt_groups_state(g, at);
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
table(const struct spt_batch *b, const uint64_t *hash)
{
	struct spt_marks order = { 0 };
	struct spt_groups g;
	uint32_t at;

	spt_groups_init(&g, io, &keys, &aggs);
	g.tracked = SPT_GROUP_TOUCHED | SPT_GROUP_DIRTY;
	fill(&g, b, hash);
	for (uint32_t i = 0; i < KEYS; i++) {
		CHECK(spt_keyset_equal(&keys, b, i, spt_groups_key(&g, i)));
		CHECK(!spt_keyset_equal(
		    &keys, b, i, spt_groups_key(&g, (i + 1) % KEYS)));
		CHECK(spt_keyset_valid(
		    &keys, spt_groups_key(&g, i), g.v[i].key_len));
		CHECK(!spt_keyset_valid(
		    &keys, spt_groups_key(&g, i), g.v[i].key_len - 1));
	}
	CHECK(spt_groups_sort(&g, NULL, KEYS, &order, &err) == 0);
	CHECK_INT(order.n, KEYS);
	for (size_t i = 1; i < order.n; i++)
		CHECK(
		    spt_keyset_order(&keys, spt_groups_key(&g, order.v[i - 1]),
			spt_groups_key(&g, order.v[i])) < 0);

	spt_groups_untouch(&g);
	CHECK(spt_groups_touch(&g, 4, &err) == 0);
	CHECK(spt_groups_drop(&g, odd, NULL, &err) == 0);
	CHECK_INT(g.n, KEYS / 2);
	CHECK_INT(g.touched.n, 1);
	CHECK_INT(g.touched.v[0], 2);
	CHECK_INT(g.dirty.n, KEYS / 2);
	for (uint32_t i = 0; i < g.n; i++) {
		CHECK(spt_groups_at_row(
			  &g, b, 2 * (int64_t)i, hash[2 * i], &at, &err) == 0);
		CHECK_INT(at, i);
		CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&g, at), 2);
	}
	CHECK(spt_groups_at_row(&g, b, 1, hash[1], &at, &err) == 0);
	CHECK_INT(at, KEYS / 2);
	CHECK_INT(*(uint64_t *)(void *)spt_groups_state(&g, at), 0);
	CHECK(spt_groups_drop(&g, every, NULL, &err) == 0);
	CHECK_INT(g.n, 0);
	spt_free(io, order.v);
	spt_groups_fini(&g);
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
	struct spt_marks order = { 0 };
	struct spt_groups g;
	uint64_t hash[8];

	spt_groups_init(&g, io, &one, &aggs);
	spt_keyset_hash(&one, &b, 0, 8, 7, hash);
	for (int i = 0; i < 8; i++) {
		uint32_t at;

		CHECK(spt_groups_at_row(&g, &b, i, hash[i], &at, &err) == 0);
		CHECK_INT(at, want[i]);
		CHECK(hash[i] ==
		      spt_keyset_hash_key(&one, spt_groups_key(&g, at), 7));
	}
	CHECK(spt_groups_sort(&g, NULL, g.n, &order, &err) == 0);
	for (size_t i = 0; i < order.n; i++)
		CHECK_INT(order.v[i], sorted[i]);
	spt_free(io, order.v);
	spt_groups_fini(&g);
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
	struct spt_marks order = { 0 };
	struct spt_groups g;
	struct spt_schema s;
	struct spt_builder sb;
	struct spt_batch b;
	uint64_t hash[9];

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
	spt_groups_init(&g, io, &one, &aggs);
	spt_keyset_hash(&one, &b, 0, 9, 7, hash);
	for (int i = 0; i < 9; i++) {
		uint32_t at;

		/* One hash for all: only the keys tell them apart. */
		CHECK(spt_groups_at_row(&g, &b, i, 42, &at, &err) == 0);
		CHECK_INT(at, i);
	}
	CHECK(spt_groups_sort(&g, NULL, 9, &order, &err) == 0);
	for (size_t i = 0; i < 9; i++)
		CHECK_INT(order.v[i], sorted[i]);
	spt_free(io, order.v);
	spt_groups_fini(&g);
	spt_builder_fini(&sb);
	spt_schema_fini(&s);
}

int
main(void)
{
	char *texts[] = { "count", "max:s" };
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
	CHECK(spt_builder_init(&builder, io, &s, &err) == 0);
	for (int k = 0; k < KEYS; k++)
		put(k);
	spt_builder_batch(&builder, &b);

	spt_keyset_hash(&keys, &b, 0, KEYS, 1, hash);
	table(&b, hash);
	for (int k = 0; k < KEYS; k++)
		hash[k] &= 15;
	table(&b, hash);
	zeros();
	strings();

	free(hash);
	spt_builder_fini(&builder);
	spt_aggs_fini(&aggs);
	spt_schema_fini(&s);
	return DONE;
}

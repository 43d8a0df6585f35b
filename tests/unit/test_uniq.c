/* Distinct counts: the stored hash, exact small counts, the promised error,
 * the same registers whatever the order and the merges. */
#include "agg_run.h"
#include "window/hyperloglog.h"
#include "window/stablehash.h"

static const struct spt_io *io;

/* ---- the hash ---------------------------------------------------------- */

static void
hash(void)
{
	/* Stored states hold hashes: these must never change. */
	static const struct {
		const char *text;
		size_t n;
		uint64_t hash;
	} known[] = {
		{ "", 0, UINT64_C(0x3564b439cd1e1f16) },
		{ "a", 1, UINT64_C(0x108f3f10c0b53cdc) },
		{ "a\0", 2, UINT64_C(0x84d54c96860e66ef) },
		{ "abcdefgh", 8, UINT64_C(0x413c63d793881138) },
		{ "user-1234567", 12, UINT64_C(0x16c2ec64e69df927) },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		  "\xff\xff\xff",
		    17, UINT64_C(0xf15f4213aacf13f2) },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		CHECK(spt_stablehash((const uint8_t *)known[i].text,
			  known[i].n) == known[i].hash);
}

/* ---- the sketch -------------------------------------------------------- */

static void
add(struct spt_hll *s, uint64_t v)
{
	uint8_t word[8];

	for (int i = 0; i < 8; i++)
		word[i] = (uint8_t)(v >> 8 * i);
	CHECK(spt_hll_add(s, io, spt_stablehash(word, 8), &err) == 0);
}

static bool
same(const struct spt_hll *a, const struct spt_hll *b)
{
	struct spt_buf p, q;
	bool equal;

	spt_buf_init(&p, io);
	spt_buf_init(&q, io);
	CHECK(spt_hll_save(a, &p, &err) == 0);
	CHECK(spt_hll_save(b, &q, &err) == 0);
	equal = p.len == q.len && memcmp(p.data, q.data, p.len) == 0;
	spt_buf_fini(&p);
	spt_buf_fini(&q);
	return equal;
}

static void
check_round_trip(const struct spt_hll *s)
{
	struct spt_hll copy = { 0 };
	const uint8_t *p;
	struct spt_buf b;

	spt_buf_init(&b, io);
	CHECK(spt_hll_save(s, &b, &err) == 0);
	p = b.data;
	CHECK(spt_hll_load(&copy, io, &p, b.data + b.len, &err) == 0);
	CHECK(p == b.data + b.len && same(s, &copy));
	CHECK_INT(spt_hll_count(&copy), spt_hll_count(s));
	spt_hll_fini(&copy, io);
	for (size_t n = 0; n < b.len; n += 1 + n / 4) {
		p = b.data;
		CHECK(spt_hll_load(&copy, io, &p, b.data + n, &err) < 0);
		CHECK(err.kind == SPT_OK);
		spt_hll_fini(&copy, io);
	}
	spt_buf_fini(&b);
}

static void
exact(void)
{
	struct spt_hll s = { 0 };

	CHECK_INT(spt_hll_count(&s), 0);
	for (uint64_t i = 1; i <= SPT_HLL_SPARSE; i++) {
		add(&s, i);
		add(&s, 1 + below(i));
		CHECK_INT(spt_hll_count(&s), (int64_t)i);
		if (i % 99 == 0)
			check_round_trip(&s);
	}
	CHECK(s.rank == NULL);
	add(&s, 0);
	CHECK(s.rank != NULL && s.hash == NULL);
	CHECK_INT(spt_hll_bytes(&s), SPT_HLL_REGISTERS);
	check_round_trip(&s);
	spt_hll_fini(&s, io);
	/* The hash 0 counts too. */
	CHECK(spt_hll_add(&s, io, 0, &err) == 0);
	CHECK_INT(spt_hll_count(&s), 1);
	check_round_trip(&s);
	spt_hll_fini(&s, io);
}

/* Within one, two, three standard errors in the share that a normal
 * distribution has; the errors do not lean to one side. */
static void
accuracy(void)
{
	static const uint64_t sizes[] = { 1001, 2500, 10000, 40000, 70000,
		200000 };
	const double sigma = 1.04 / 128;
	int n = 0, one = 0, two = 0, three = 0;
	double sum = 0;

	for (int round = 0; round < 600; round++) {
		uint64_t size = sizes[round % (round < 540 ? 4 : 6)];
		uint64_t from = below(UINT64_C(1) << 50);
		struct spt_hll s = { 0 };
		double error;

		for (uint64_t i = 0; i < size; i++)
			add(&s, from + i);
		error = fabs((double)spt_hll_count(&s) / (double)size - 1);
		n++;
		one += error <= sigma;
		two += error <= 2 * sigma;
		three += error <= 3 * sigma;
		sum += (double)spt_hll_count(&s) / (double)size - 1;
		CHECK(error <= 5 * sigma);
		spt_hll_fini(&s, io);
	}
	CHECK(one >= n * 62 / 100);
	CHECK(two >= n * 93 / 100);
	CHECK(three >= n * 99 / 100);
	CHECK(fabs(sum / n) < 0.002);
}

static void
merged(void)
{
	for (int round = 0; round < 60; round++) {
		uint64_t size = below(round % 2 == 0 ? 1500 : 30000);
		struct spt_hll whole = { 0 }, part[4] = { 0 };

		for (uint64_t i = 0; i < size; i++) {
			uint64_t v = below(size);

			add(&whole, v);
			add(&part[below(4)], v);
		}
		for (int k = 1; k < 4; k++)
			CHECK(spt_hll_merge(&part[0], io, &part[k], &err) == 0);
		CHECK(same(&whole, &part[0]));
		for (int k = 0; k < 4; k++)
			spt_hll_fini(&part[k], io);
		spt_hll_fini(&whole, io);
	}
}

static int
load_bytes(const uint8_t *p, size_t n)
{
	const uint8_t *at = p;
	struct spt_hll s = { 0 };
	int rc = spt_hll_load(&s, io, &at, p + n, &err);

	spt_hll_fini(&s, io);
	return rc == 0 && at == p + n ? 0 : -1;
}

static void
malformed(void)
{
	static uint8_t dense[1 + 12288];
	uint8_t two[21] = { 0, 2, 0, 0, 0, [5] = 1, [13] = 2 };

	CHECK(load_bytes(two, 21) == 0);
	two[13] = 1; /* the same hash twice */
	CHECK(load_bytes(two, 21) < 0);
	two[13] = 0; /* falling */
	CHECK(load_bytes(two, 21) < 0);
	two[13] = 2;
	two[5] = 0; /* no hash is 0 */
	CHECK(load_bytes(two, 21) < 0);
	two[5] = 1;
	two[0] = 2;
	CHECK(load_bytes(two, 21) < 0);
	dense[0] = 1;
	CHECK(load_bytes(dense, sizeof dense) == 0);
	dense[1] = 51;
	CHECK(load_bytes(dense, sizeof dense) == 0);
	dense[1] = 52; /* no rank is */
	CHECK(load_bytes(dense, sizeof dense) < 0);
}

/* ---- as aggregates ----------------------------------------------------- */

static void
all_types(void)
{
	const double f[] = { 1, 0.0, -0.0, NAN, -NAN, 1, 2 };
	static const char *const s[] = { "", "a", "a", "b", "", "\xc3\xa9",
		"a" };
	struct spt_builder rows;
	struct spt_batch b;
	struct spt_aggs a;
	uint8_t *state;

	bind(&a, "uniq:i uniq:f uniq:s uniq:b uniq:t");
	CHECK(spt_builder_init(&rows, io, &columns, &err) == 0);
	state = state_new(&a);
	CHECK_STR(show(&a, state), "0 0 0 0 0");
	state_free(&a, state);
	for (int k = 0; k < 7; k++) {
		CHECK(spt_builder_int(&rows, 0, k / 2, &err) == 0);
		CHECK(spt_builder_float(&rows, 1, f[k], &err) == 0);
		CHECK(spt_builder_str(&rows, 2, s[k], strlen(s[k]), &err) == 0);
		CHECK(spt_builder_bool(&rows, 3, true, &err) == 0);
		CHECK((k < 3 ? spt_builder_null(&rows, 4, &err)
			     : spt_builder_int(&rows, 4, k, &err)) == 0);
		spt_builder_end_row(&rows);
	}
	spt_builder_batch(&rows, &b);
	for (int k = 0; k < 10; k++) {
		state = state_of_pieces(&a, &b);
		CHECK_STR(show(&a, state), "4 4 4 1 4");
		state_free(&a, state);
	}
	spt_builder_fini(&rows);
	spt_aggs_fini(&a);
}

int
main(void)
{
	srandom(13);
	io = spt_io_system();
	columns_init();
	hash();
	exact();
	accuracy();
	merged();
	malformed();
	all_types();
	spt_schema_fini(&columns);
	return DONE;
}

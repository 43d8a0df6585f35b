/* Heavy hitters, lists, argmin and argmax: exact where they promise it, within
 * the bound elsewhere, ties decided, one answer for any order and any merges
 * where order may not show. */
#include "agg_run.h"
#include "window/spacesaving.h"

static const struct spt_io *io;
static struct spt_aggs aggs;
static struct spt_builder rows;

static void
put(int64_t i, const char *s, double f)
{
	CHECK((i >= 0 ? spt_builder_int(&rows, 0, i, &err)
		      : spt_builder_null(&rows, 0, &err)) == 0);
	CHECK(spt_builder_float(&rows, 1, f, &err) == 0);
	CHECK((s != NULL ? spt_builder_str(&rows, 2, s, strlen(s), &err)
			 : spt_builder_null(&rows, 2, &err)) == 0);
	CHECK(spt_builder_bool(&rows, 3, i % 2 != 0, &err) == 0);
	CHECK(spt_builder_int(&rows, 4, i * 1000000, &err) == 0);
	spt_builder_end_row(&rows);
}

/* The results of the rows, in any order, in pieces. */
static void
check_results(const char *texts, const char *want)
{
	struct spt_batch b;
	uint8_t *state;

	bind(&aggs, texts);
	spt_builder_batch(&rows, &b);
	for (int k = 0; k < 20; k++) {
		state = state_of_pieces(&aggs, &b);
		CHECK_STR(show(&aggs, state), want);
		state_free(&aggs, state);
	}
	spt_aggs_fini(&aggs);
}

static void
small(void)
{
	spt_builder_reset(&rows);
	check_results(
	    "top:s list:s argmin:s:i argmax:i:f", "null null null null");
	put(-1, NULL, 0);
	check_results("top:s list:s argmin:s:i argmax:s:f", "null null null "
							    "null");
	spt_builder_reset(&rows);
	put(3, "b", 1.5);
	put(1, "a", -0.0);
	put(2, "", 0.0);
	put(1, "b\"\n", 9);
	put(-1, "b", NAN);
	put(2, NULL, 9);
	check_results("top:s:2 top:i:9 top:f:3",
	    "[{\"value\":\"b\",\"count\":2},{\"value\":\"\",\"count\":1}] "
	    "[{\"value\":1,\"count\":2},{\"value\":2,\"count\":2},"
	    "{\"value\":3,\"count\":1}] "
	    "[{\"value\":0.0,\"count\":2},{\"value\":9.0,\"count\":2},"
	    "{\"value\":1.5,\"count\":1}]");
	check_results("top:b top:t:1",
	    "[{\"value\":true,\"count\":4},{\"value\":false,\"count\":2}] "
	    "[{\"value\":\"1970-01-01T00:00:01Z\",\"count\":2}]");
	check_results("list:s:3 list:i:2 list:f list:b:1",
	    "[\"b\",\"a\",\"\"] [3,1] [1.5,-0.0,0.0,9.0,null,9.0] [true]");
	check_results("list:t:1 list:s",
	    "[\"1970-01-01T00:00:03Z\"] "
	    "[\"b\",\"a\",\"\",\"b\\\"\\n\",\"b\"]");
	/* Ties: the first that came.  A null BY does not count, a null value
	 * does; NaN is the greatest. */
	check_results("argmin:s:i argmax:s:i argmax:s:f argmin:f:s", "a b b 0");
	check_results(
	    "argmax:s:t argmin:i:f argmin:s:b argmax:b:i", "b 1  true");
	spt_builder_reset(&rows);
	put(5, NULL, 1);
	put(4, "x", 2);
	check_results("argmax:s:i argmin:s:i argmax:t:f", "null x 4000000");
	spt_builder_reset(&rows);
	put(5, "", 1);
	put(4, "", 0);
	check_results("argmax:s:i x=argmin:s:s last:s first:s", "   ");
}

/* ---- more values than counters ----------------------------------------- */

#define VALUES 2000

static uint64_t truth[VALUES];

static void
add(struct spt_spacesaving *s, uint32_t max, uint64_t value)
{
	struct spt_value v = { NULL, 8, value };

	v.p = (const uint8_t *)&v.word;
	CHECK(spt_spacesaving_add(s, io, SPT_INT64, max, &v, &err) == 0);
}

/* Counts are not too small, and not more than n / max too great; who is
 * missing is not greater than that. */
static void
check_bound(const struct spt_spacesaving *s, uint32_t max, uint64_t n)
{
	bool there[VALUES] = { false };
	uint64_t least = UINT64_MAX;

	CHECK(s->n <= max);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct spt_counter *c = &s->v[i];
		uint64_t v = c->word;

		CHECK(v < VALUES && !there[v]);
		there[v] = true;
		CHECK(c->count >= truth[v]);
		CHECK(c->count - c->error <= truth[v]);
		CHECK(c->error * max <= n);
		if (c->count < least)
			least = c->count;
	}
	for (size_t v = 0; v < VALUES; v++)
		if (!there[v]) {
			CHECK(truth[v] * max <= n);
			CHECK(truth[v] <= s->floor && s->floor <= least);
		}
}

static void
bounded(void)
{
	for (int round = 0; round < 60; round++) {
		uint32_t max = 20 + (uint32_t)below(180);
		struct spt_spacesaving part[5] = { 0 };
		uint64_t n = below(20000);

		memset(truth, 0, sizeof truth);
		for (uint64_t i = 0; i < n; i++) {
			/* Zipf, or nearly all different */
			double u = unit();
			uint64_t v = round % 2 == 0
					 ? (uint64_t)(exp(u * log(VALUES))) - 1
					 : below(VALUES);

			v %= VALUES;
			truth[v]++;
			add(&part[below(5)], max, v);
		}
		for (int k = 1; k < 5; k++) {
			CHECK(spt_spacesaving_merge(&part[0], io, SPT_INT64,
				  max, &part[k], &err) == 0);
			/* Merged states take rows as others do. */
			for (int i = 0; i < 50; i++, n++) {
				uint64_t v = below(VALUES);

				truth[v]++;
				add(&part[0], max, v);
			}
		}
		check_bound(&part[0], max, n);
		for (int k = 0; k < 5; k++)
			spt_spacesaving_fini(&part[k], io, SPT_INT64);
	}
}

/* The same rows give the same state; a saved one goes on as the other. */
static void
deterministic(void)
{
	char text[32];
	struct spt_batch b;
	uint8_t *x, *y, *gone;

	for (int round = 0; round < 10; round++) {
		bind(&aggs, "top:s:12 top:i:3");
		spt_builder_reset(&rows);
		for (int i = 0; i < 3000; i++) {
			int v = (int)(below(60) * below(60));

			snprintf(text, sizeof text, "value %d", v);
			put(v, text, 0);
		}
		spt_builder_batch(&rows, &b);
		x = state_new(&aggs);
		y = state_new(&aggs);
		for (uint32_t i = 0; i < b.rows; i++) {
			feed_row(&aggs, &b, i, x);
			feed_row(&aggs, &b, i, y);
			if (i % 500 == 99) {
				gone = y;
				y = state_reload(&aggs, gone);
				state_free(&aggs, gone);
			}
		}
		CHECK(same_states(&aggs, x, y));
		CHECK_STR(show(&aggs, x), show(&aggs, y));
		CHECK(spt_aggs_bytes(&aggs, x) < 120 * 150 + 100 * 100);
		CHECK(spt_aggs_bytes(&aggs, x) > 220 * 24);
		state_free(&aggs, x);
		state_free(&aggs, y);
		spt_aggs_fini(&aggs);
	}
}

int
main(void)
{
	srandom(17);
	io = spt_io_system();
	columns_init();
	CHECK(spt_builder_init(&rows, io, &columns, &err) == 0);
	small();
	bounded();
	deterministic();
	spt_builder_fini(&rows);
	spt_schema_fini(&columns);
	return DONE;
}

/*
 * agg_run - aggregates without a window: rows into states, states into text.
 * Included by one .c of a test.
 *
 * The columns are i int, f float, s string, b bool, t timestamp.
 */
#ifndef SPT_AGG_RUN_H
#define SPT_AGG_RUN_H

#include <math.h>
#include <stdlib.h>

#include "unit.h"
#include "window/aggpartial.h"

static struct spt_schema columns;
static struct spt_err err;

static inline void
columns_init(void)
{
	spt_schema_init(&columns, spt_io_system());
	CHECK(spt_schema_add(&columns, "i", SPT_INT64, &err) == 0);
	CHECK(spt_schema_add(&columns, "f", SPT_FLOAT64, &err) == 0);
	CHECK(spt_schema_add(&columns, "s", SPT_UTF8, &err) == 0);
	CHECK(spt_schema_add(&columns, "b", SPT_BOOL, &err) == 0);
	CHECK(spt_schema_add(&columns, "t", SPT_TIMESTAMP, &err) == 0);
}

/* A whole number below n, from 62 random bits. */
static inline uint64_t
below(uint64_t n)
{
	return ((uint64_t)random() << 31 | (uint64_t)random()) % n;
}

static inline double
unit(void)
{
	return ((double)below(UINT64_C(1) << 53) + 0.5) * 0x1p-53;
}

/* texts: words with blanks between them. */
static inline int
parse_words(struct spt_aggs *a, const char *texts, struct spt_err *e)
{
	char copy[1024], *v[64];
	int n = 0;

	snprintf(copy, sizeof copy, "%s", texts);
	for (char *p = strtok(copy, " "); p != NULL; p = strtok(NULL, " "))
		v[n++] = p;
	return spt_aggs_parse(a, spt_io_system(), v, n, e);
}

static inline void
bind(struct spt_aggs *a, const char *texts)
{
	CHECK(parse_words(a, texts, &err) == 0);
	CHECK(spt_aggs_bind(a, &columns, &err) == 0);
}

static inline uint8_t *
state_new(const struct spt_aggs *a)
{
	return calloc(1, a->stride);
}

static inline void
state_free(const struct spt_aggs *a, uint8_t *state)
{
	spt_aggs_fini_state(a, state);
	free(state);
}

/* Row i of b goes into the state, as arrival number i. */
static inline void
feed_row(
    struct spt_aggs *a, const struct spt_batch *b, uint32_t i, uint8_t *state)
{
	CHECK(spt_aggs_update(a, b, &state, &i, 1, &err) == 0);
}

/* One value of a batch, with a blank in front unless first. */
static inline void
show_cell(struct spt_buf *out, const struct spt_col *c, int64_t i, bool first)
{
	const char *p;
	size_t n;

	if (!first)
		CHECK(spt_buf_putc(out, ' ', &err) == 0);
	if (spt_col_null(c, i)) {
		CHECK(spt_buf_puts(out, "null", &err) == 0);
		return;
	}
	switch (c->type) {
	case SPT_BOOL:
		CHECK(spt_buf_puts(out, spt_bit(c->bits, i) ? "true" : "false",
			  &err) == 0);
		break;
	case SPT_FLOAT64:
		CHECK(spt_buf_printf(out, &err, "%.17g", c->floats[i]) == 0);
		break;
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		CHECK(spt_buf_put(out, p, n, &err) == 0);
		break;
	default:
		CHECK(spt_buf_printf(
			  out, &err, "%lld", (long long)c->ints[i]) == 0);
	}
}

/* The results, with blanks between them; on loan until the next call but
 * three. */
static inline const char *
show(const struct spt_aggs *a, const uint8_t *state)
{
	static char kept[4][8192];
	static int turn;
	struct spt_builder b;
	struct spt_schema s;
	struct spt_batch r;
	struct spt_buf out;

	turn = (turn + 1) % 4;
	spt_schema_init(&s, spt_io_system());
	for (size_t i = 0; i < a->n; i++)
		CHECK(spt_schema_add(&s, a->v[i].name, a->v[i].out, &err) == 0);
	CHECK(spt_builder_init(&b, s.io, &s, &err) == 0);
	CHECK(spt_aggs_emit(a, state, &b, 0, &err) == 0);
	spt_builder_end_row(&b);
	spt_builder_batch(&b, &r);
	spt_buf_init(&out, s.io);
	for (size_t i = 0; i < r.n; i++)
		show_cell(&out, &r.cols[i], 0, i == 0);
	snprintf(kept[turn], sizeof kept[0], "%s", spt_buf_str(&out, &err));
	spt_buf_fini(&out);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
	return kept[turn];
}

/* Are the states the same to the byte, saved? */
static inline bool
same_states(const struct spt_aggs *a, const uint8_t *x, const uint8_t *y)
{
	struct spt_buf p, q;
	bool same;

	spt_buf_init(&p, spt_io_system());
	spt_buf_init(&q, spt_io_system());
	CHECK(spt_aggs_save(a, x, &p, &err) == 0);
	CHECK(spt_aggs_save(a, y, &q, &err) == 0);
	same = p.len == q.len && (p.len == 0 || !memcmp(p.data, q.data, p.len));
	spt_buf_fini(&p);
	spt_buf_fini(&q);
	return same;
}

/* The state, saved and loaded: a new one. */
static inline uint8_t *
state_reload(const struct spt_aggs *a, const uint8_t *state)
{
	uint8_t *copy = state_new(a);
	struct spt_buf p;

	spt_buf_init(&p, spt_io_system());
	CHECK(spt_aggs_save(a, state, &p, &err) == 0);
	CHECK(spt_aggs_load(a, copy, p.data, p.len, &err) == 1);
	spt_buf_fini(&p);
	return copy;
}

static inline void
shuffle(uint32_t *v, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = below(i);
		uint32_t t = v[i - 1];

		v[i - 1] = v[k];
		v[k] = t;
	}
}

/*
 * The rows of b in another order, dealt to up to 8 states, which are saved and
 * loaded now and then, and merged in any order: one state, to be freed.
 */
static inline uint8_t *
state_of_pieces(struct spt_aggs *a, const struct spt_batch *b)
{
	uint32_t *order = malloc(((size_t)b->rows + 1) * sizeof *order);
	size_t n = 1 + below(8);
	uint8_t *v[8];

	for (uint32_t i = 0; i < b->rows; i++)
		order[i] = i;
	shuffle(order, (size_t)b->rows);
	for (size_t i = 0; i < n; i++)
		v[i] = state_new(a);
	for (uint32_t i = 0; i < b->rows; i++)
		feed_row(a, b, order[i], v[below(n)]);
	free(order);
	while (n > 1) {
		size_t into = below(n), from = below(n - 1);
		uint8_t *gone;

		from += from >= into;
		if (below(3) == 0) {
			gone = v[from];
			v[from] = state_reload(a, gone);
			state_free(a, gone);
		}
		CHECK(spt_aggs_merge(a, v[into], v[from], &err) == 0);
		state_free(a, v[from]);
		v[from] = v[--n];
	}
	return v[0];
}

#endif

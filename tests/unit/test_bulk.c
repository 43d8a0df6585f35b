/*
 * A column that is made in bulk has the values, the nulls and the texts that
 * it would have if they came one by one.
 */
#include "batch/bulk.h"
#include "unit.h"

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

static void
must(int rc)
{
	CHECK(rc >= 0);
}

/* n values of the same kind into column `col` of both. */
static void
put_values(struct spt_builder *bulk, struct spt_builder *one, size_t col,
    size_t n, unsigned *seed)
{
	struct spt_colb *c = &bulk->cols[col];
	struct spt_err e = { 0 };
	size_t text = 0;

	must(spt_bulk_room(c, n, 3 * n, &e));
	for (size_t i = 0; i < n; i++) {
		int64_t v = draw(seed, 30000);
		int32_t end;

		if (c->type == SPT_INT64) {
			memcpy(c->values.data + c->values.len + 8 * i, &v, 8);
			must(spt_builder_int(one, col, v, &e));
			continue;
		}
		memset(c->bytes.data + c->bytes.len + text, 'a' + v % 26,
		    (size_t)v % 4);
		must(spt_builder_str(one, col,
		    (const char *)c->bytes.data + c->bytes.len + text,
		    (size_t)v % 4, &e));
		text += (size_t)v % 4;
		end = (int32_t)(c->bytes.len + text);
		memcpy(c->values.data + c->values.len + 4 * i, &end, 4);
	}
	must(spt_bulk_add(c, n, text, &e));
}

static void
put_nulls(
    struct spt_builder *bulk, struct spt_builder *one, size_t col, size_t n)
{
	struct spt_err e = { 0 };

	must(spt_bulk_add_nulls(&bulk->cols[col], n, &e));
	for (size_t i = 0; i < n; i++)
		must(spt_builder_null(one, col, &e));
}

/* Some rows into all columns of both; some of them are taken back. */
static void
put_rows(struct spt_builder *bulk, struct spt_builder *one, unsigned *seed)
{
	struct spt_err e = { 0 };
	size_t rows = 1 + draw(seed, 40), keep = rows - draw(seed, 2);

	for (size_t col = 0; col < bulk->n; col++)
		for (size_t left = rows, n; left != 0; left -= n) {
			n = 1 + draw(seed, (unsigned)left);
			if (draw(seed, 3) == 0) {
				put_nulls(bulk, one, col, n);
			} else if (bulk->cols[col].type != SPT_BOOL) {
				put_values(bulk, one, col, n, seed);
			} else {
				n = 1;
				must(spt_builder_bool(bulk, col, true, &e));
				must(spt_builder_bool(one, col, true, &e));
			}
		}
	bulk->rows += (int64_t)keep;
	one->rows += (int64_t)keep;
	spt_builder_undo_row(bulk);
	spt_builder_undo_row(one);
}

static void
compare(struct spt_builder *bulk, struct spt_builder *one)
{
	struct spt_batch a, b;

	spt_builder_batch(bulk, &a);
	spt_builder_batch(one, &b);
	CHECK_INT(a.rows, b.rows);
	for (size_t k = 0; k < a.n; k++) {
		const struct spt_col *x = &a.cols[k], *y = &b.cols[k];

		CHECK_INT(x->null_count, y->null_count);
		for (int64_t i = 0; i < a.rows; i++) {
			size_t n = 0, m = 0;
			const char *p, *q;

			CHECK_INT(spt_col_null(x, i), spt_col_null(y, i));
			if (x->type == SPT_INT64)
				CHECK_INT(x->ints[i], y->ints[i]);
			if (x->type == SPT_BOOL)
				CHECK_INT(
				    spt_bit(x->bits, i), spt_bit(y->bits, i));
			if (x->type != SPT_UTF8)
				continue;
			p = spt_col_str(x, i, &n);
			q = spt_col_str(y, i, &m);
			CHECK(n == m && memcmp(p, q, n) == 0);
		}
	}
}

int
main(void)
{
	struct spt_builder bulk = { 0 }, one = { 0 };
	struct spt_err e = { 0 };
	struct spt_schema s;
	unsigned seed = 1;

	spt_schema_init(&s, spt_io_system());
	must(spt_schema_add(&s, "i", SPT_INT64, &e));
	must(spt_schema_add(&s, "s", SPT_UTF8, &e));
	must(spt_schema_add(&s, "b", SPT_BOOL, &e));
	must(spt_builder_init(&bulk, spt_io_system(), &s, &e));
	must(spt_builder_init(&one, spt_io_system(), &s, &e));
	for (int round = 0; round < 60; round++) {
		for (unsigned i = draw(&seed, 20); i > 0; i--)
			put_rows(&bulk, &one, &seed);
		compare(&bulk, &one);
		spt_builder_reset(&bulk);
		spt_builder_reset(&one);
	}
	spt_builder_fini(&bulk);
	spt_builder_fini(&one);
	spt_schema_fini(&s);
	return DONE;
}

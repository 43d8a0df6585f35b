/*
 * infer - starts with all types possible and lets every cell rule some out, so
 * that the order of the rows does not matter, and a cell is only tried as what
 * the column can still be.
 *
 * A whole number beyond int64 is text: it is an identifier more often than a
 * quantity, and as a float it would lose digits without a word.
 */
#include "base/digits.h"
#include "base/number.h"
#include "base/time.h"
#include "decode/infer.h"

#define BIT(t) (1u << (t))
#define ALL \
	(BIT(SPT_BOOL) | BIT(SPT_INT64) | BIT(SPT_FLOAT64) | BIT(SPT_TIMESTAMP))

static bool
looks_time(const char *p, size_t n)
{
	spt_time t;

	/* The shortest is 2015-05-17; what has no dash is a number. */
	return n >= 8 && memchr(p, '-', n) != NULL &&
	       spt_time_parse(p, n, NULL, &t) == 1;
}

static unsigned
of_text(const char *p, size_t n, unsigned left)
{
	unsigned can = 0;
	bool b;

	spt__trim(&p, &n);
	if (n == 0)
		return 0;
	if ((left & BIT(SPT_INT64)) != 0 && spt_looks_int(p, n))
		can |= BIT(SPT_INT64) | BIT(SPT_FLOAT64);
	else if ((left & BIT(SPT_FLOAT64)) != 0 && spt_looks_float(p, n))
		can |= BIT(SPT_FLOAT64);
	if ((left & BIT(SPT_BOOL)) != 0 && spt_bool_parse(p, n, &b) == 1)
		can |= BIT(SPT_BOOL);
	if ((left & BIT(SPT_TIMESTAMP)) != 0 && looks_time(p, n))
		can |= BIT(SPT_TIMESTAMP);
	return can;
}

static unsigned
of_number(const char *p, size_t n)
{
	bool is_int;
	int64_t i;
	double d;

	if (spt_json_number_parse(p, n, &is_int, &i, &d) == 0)
		return 0;
	if (is_int)
		return BIT(SPT_FLOAT64) | BIT(SPT_INT64);
	while (n > 0 && p[n - 1] != '.' && p[n - 1] != 'e' && p[n - 1] != 'E')
		n--;
	return n != 0 ? BIT(SPT_FLOAT64) : 0;
}

void
spt_infer_add(struct spt_infer *f, const struct spt_cell *c, bool typed)
{
	unsigned left = ALL & ~f->ruled_out, can = 0;

	if (c->kind == SPT_CELL_NULL)
		return;
	f->any = true;
	if (left == 0)
		return;
	switch (c->kind) {
	case SPT_CELL_TEXT:
		can = of_text(
		    c->p, c->n, typed ? left & BIT(SPT_TIMESTAMP) : left);
		break;
	case SPT_CELL_NUMBER:
		can = of_number(c->p, c->n);
		break;
	case SPT_CELL_TRUE:
	case SPT_CELL_FALSE:
		can = BIT(SPT_BOOL);
		break;
	default:
		break;
	}
	f->ruled_out |= ALL & ~can;
}

enum spt_type
spt_infer_type(const struct spt_infer *f)
{
	static const enum spt_type order[] = { SPT_BOOL, SPT_INT64, SPT_FLOAT64,
		SPT_TIMESTAMP };

	if (!f->any)
		return SPT_UTF8;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if ((f->ruled_out & BIT(order[i])) == 0)
			return order[i];
	return SPT_UTF8;
}

#include <assert.h>
#include <endian.h>
#include <math.h>
#include <string.h>

#include "window/fixed.h"

/* Limbs of an intermediate result: a sum squared, and n times the squares. */
#define WORK (2 * SPT_FIXED_LIMBS + 4)

void
spt_fixed_fini(struct spt_fixed *f, const struct spt_io *io)
{
	spt_free(io, f->limb);
	memset(f, 0, sizeof *f);
}

/* ---- limbs ------------------------------------------------------------- */

/* All ones below a negative number, else zero. */
static inline uint64_t
sign_of(uint64_t top)
{
	return top >> 63 != 0 ? UINT64_MAX : 0;
}

/* *to += v + carry; the carry. */
static inline unsigned
add_limb(uint64_t *to, uint64_t v, unsigned carry)
{
	uint64_t sum = *to + v, all = sum + carry;
	unsigned out = (sum < v) + (all < sum);

	*to = all;
	return out;
}

static void
negate(uint64_t *v, int n)
{
	unsigned carry = 1;

	for (int i = 0; i < n; i++) {
		v[i] = ~v[i];
		carry = add_limb(&v[i], 0, carry);
	}
}

static int
reserve(
    struct spt_fixed *f, const struct spt_io *io, int need, struct spt_err *e)
{
	int want = need < 4 ? 4 : need + 1;
	uint64_t *limb;

	if (need <= f->cap)
		return 0;
	assert(need <= SPT_FIXED_LIMBS + 2);
	limb = spt_alloc(io, (size_t)want * sizeof *limb, e);
	if (limb == NULL)
		return -1;
	if (f->n != 0)
		memcpy(limb, f->limb, f->n * sizeof *limb);
	spt_free(io, f->limb);
	f->limb = limb;
	f->cap = (uint8_t)want;
	return 0;
}

/* Makes f->limb cover low..high-1, and have room for one more. */
static int
cover(struct spt_fixed *f, const struct spt_io *io, int low, int high,
    struct spt_err *e)
{
	int below, n;
	uint64_t sign;

	if (f->n == 0)
		f->at = (int16_t)low;
	if (low > f->at)
		low = f->at;
	if (high < f->at + f->n)
		high = f->at + f->n;
	n = high - low;
	if (reserve(f, io, n + 1, e) < 0)
		return -1;
	below = f->at - low;
	sign = f->n != 0 ? sign_of(f->limb[f->n - 1]) : 0;
	if (below != 0) {
		memmove(f->limb + below, f->limb, f->n * sizeof *f->limb);
		memset(f->limb, 0, (size_t)below * sizeof *f->limb);
	}
	for (int i = below + f->n; i < n; i++)
		f->limb[i] = sign;
	f->at = (int16_t)low;
	f->n = (uint8_t)n;
	return 0;
}

/* Adds a two's complement number of n > 0 limbs. */
static int
add(struct spt_fixed *f, const struct spt_io *io, const uint64_t *v, int n,
    int at, struct spt_err *e)
{
	uint64_t sign = sign_of(v[n - 1]), old;
	unsigned carry = 0;

	if (cover(f, io, at, at + n, e) < 0)
		return -1;
	old = sign_of(f->limb[f->n - 1]);
	for (int i = at - f->at, k = 0; i < f->n; i++, k++)
		carry = add_limb(&f->limb[i], k < n ? v[k] : sign, carry);
	if (old == sign && sign_of(f->limb[f->n - 1]) != sign)
		f->limb[f->n++] = sign;
	return 0;
}

/* Adds m * 2^exponent, or takes it off; m has at most 128 bits, of which 127
 * where the exponent is no multiple of 64. */
static int
add_product(struct spt_fixed *f, const struct spt_io *io, bool negative,
    unsigned __int128 m, int exponent, struct spt_err *e)
{
	int at = exponent >> 6, shift = exponent & 63;
	unsigned __int128 low = m << shift;
	uint64_t v[3] = { (uint64_t)low, (uint64_t)(low >> 64),
		shift == 0 ? 0 : (uint64_t)(m >> (128 - shift)) };

	if (m == 0)
		return 0;
	if (negative)
		negate(v, 3);
	return add(f, io, v, 3, at, e);
}

/* ---- terms ------------------------------------------------------------- */

/* A finite v as +-m * 2^exponent with a whole m of 53 bits. */
static uint64_t
split(double v, bool *negative, int *exponent)
{
	uint64_t bits, m;
	int biased;

	memcpy(&bits, &v, 8);
	*negative = bits >> 63 != 0;
	m = bits & ((UINT64_C(1) << 52) - 1);
	biased = (int)(bits >> 52 & 0x7ff);
	if (biased != 0)
		m |= UINT64_C(1) << 52;
	*exponent = (biased != 0 ? biased : 1) - 1075;
	return m;
}

int
spt_fixed_add(
    struct spt_fixed *f, const struct spt_io *io, double v, struct spt_err *e)
{
	bool negative;
	int exponent;
	uint64_t m = split(v, &negative, &exponent);

	return add_product(f, io, negative, m, exponent, e);
}

int
spt_fixed_add_square(
    struct spt_fixed *f, const struct spt_io *io, double v, struct spt_err *e)
{
	bool negative;
	int exponent;
	unsigned __int128 m = split(v, &negative, &exponent);

	return add_product(f, io, false, m * m, 2 * exponent, e);
}

static inline uint64_t
magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

int
spt_fixed_add_int(
    struct spt_fixed *f, const struct spt_io *io, int64_t v, struct spt_err *e)
{
	return add_product(f, io, v < 0, magnitude(v), 0, e);
}

int
spt_fixed_add_int_square(
    struct spt_fixed *f, const struct spt_io *io, int64_t v, struct spt_err *e)
{
	unsigned __int128 m = magnitude(v);

	return add_product(f, io, false, m * m, 0, e);
}

int
spt_fixed_merge(struct spt_fixed *f, const struct spt_io *io,
    const struct spt_fixed *other, struct spt_err *e)
{
	if (other->n == 0)
		return 0;
	return add(f, io, other->limb, other->n, other->at, e);
}

/* ---- values ------------------------------------------------------------ */

/* The number of n limbs, not negative, as m * 2^*exponent.  What is below the
 * 64 bits that are looked at is told by the last of them, so that the one
 * conversion rounds as if it saw everything. */
static double
round_limbs(const uint64_t *v, int n, int at, int *exponent)
{
	uint64_t q, below = 0;
	int shift;

	*exponent = 0;
	while (n > 0 && v[n - 1] == 0)
		n--;
	if (n == 0)
		return 0;
	shift = __builtin_clzll(v[n - 1]);
	q = v[n - 1] << shift;
	if (n > 1 && shift != 0) {
		q |= v[n - 2] >> (64 - shift);
		below = v[n - 2] << shift;
	} else if (n > 1) {
		below = v[n - 2];
	}
	for (int i = 0; i < n - 2; i++)
		below |= v[i];
	*exponent = 64 * (at + n) - shift;
	return ldexp((double)(q | (below != 0)), -64);
}

double
spt_fixed_frexp(const struct spt_fixed *f, int *exponent)
{
	uint64_t v[SPT_FIXED_LIMBS + 2];
	double m;

	*exponent = 0;
	if (f->n == 0)
		return 0;
	memcpy(v, f->limb, f->n * sizeof *v);
	if (v[f->n - 1] >> 63 == 0)
		return round_limbs(v, f->n, f->at, exponent);
	negate(v, f->n);
	m = round_limbs(v, f->n, f->at, exponent);
	return -m;
}

double
spt_fixed_get(const struct spt_fixed *f)
{
	int exponent;
	double m = spt_fixed_frexp(f, &exponent);

	return ldexp(m, exponent);
}

/* work += v * w, for magnitudes; work is wide enough for no carry to leave. */
static void
add_times(uint64_t *work, const uint64_t *v, int n, uint64_t w)
{
	uint64_t carry = 0;
	int i = 0;

	for (; i < n; i++) {
		unsigned __int128 t =
		    (unsigned __int128)v[i] * w + work[i] + carry;

		work[i] = (uint64_t)t;
		carry = (uint64_t)(t >> 64);
	}
	for (; carry != 0; i++)
		carry = add_limb(&work[i], carry, 0);
}

double
spt_fixed_spread(const struct spt_fixed *sum, const struct spt_fixed *squares,
    uint64_t n, int *exponent)
{
	uint64_t work[WORK] = { 0 }, square[WORK] = { 0 };
	uint64_t v[SPT_FIXED_LIMBS + 2];
	int low = 2 * sum->at < squares->at ? 2 * sum->at : squares->at;

	if (sum->n != 0)
		memcpy(v, sum->limb, sum->n * sizeof *v);
	if (sum->n != 0 && v[sum->n - 1] >> 63 != 0)
		negate(v, sum->n);
	for (int i = 0; i < sum->n; i++)
		add_times(&square[2 * sum->at - low + i], v, sum->n, v[i]);
	if (squares->n != 0)
		add_times(
		    &work[squares->at - low], squares->limb, squares->n, n);
	negate(square, WORK);
	for (int i = 0, carry = 0; i < WORK; i++)
		carry = (int)add_limb(&work[i], square[i], (unsigned)carry);
	if (work[WORK - 1] >> 63 != 0) {
		*exponent = 0;
		return -1;
	}
	return round_limbs(work, WORK, low, exponent);
}

/* ---- saved ------------------------------------------------------------- */

/* The limbs that say something: low..high-1, none for zero. */
static void
extent(const struct spt_fixed *f, int *low, int *high)
{
	*low = 0;
	*high = f->n;
	while (*low < *high && f->limb[*low] == 0)
		++*low;
	while (*high - *low > 1 &&
	       f->limb[*high - 1] == sign_of(f->limb[*high - 2]))
		--*high;
}

void
spt_fixed_trim(struct spt_fixed *f)
{
	int low, high;

	extent(f, &low, &high);
	f->n = (uint8_t)(high - low);
	if (f->n != 0 && low != 0)
		memmove(f->limb, f->limb + low, f->n * sizeof *f->limb);
	f->at = (int16_t)(f->n != 0 ? f->at + low : 0);
}

int
spt_fixed_save(
    const struct spt_fixed *f, struct spt_buf *out, struct spt_err *e)
{
	int low, high;
	uint8_t head[2];

	extent(f, &low, &high);
	head[0] = (uint8_t)(low < high ? f->at + low - SPT_FIXED_LOW : 0);
	head[1] = (uint8_t)(high - low);
	if (spt_buf_put(out, head, 2, e) < 0)
		return -1;
	for (int i = low; i < high; i++) {
		uint64_t word = htole64(f->limb[i]);

		if (spt_buf_put(out, &word, 8, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_fixed_load(struct spt_fixed *f, const struct spt_io *io, const uint8_t **p,
    const uint8_t *end, struct spt_err *e)
{
	int at, n, low, high;

	if (end - *p < 2)
		return -1;
	at = (*p)[0];
	n = (*p)[1];
	*p += 2;
	/* One limb less than there may be: sums of what is loaded fit. */
	if (at + n >= SPT_FIXED_LIMBS || end - *p < 8 * n ||
	    (n == 0 && at != 0))
		return -1;
	if (n == 0)
		return 0;
	if (reserve(f, io, n, e) < 0)
		return -1;
	for (int i = 0; i < n; i++, *p += 8) {
		memcpy(&f->limb[i], *p, 8);
		f->limb[i] = le64toh(f->limb[i]);
	}
	f->at = (int16_t)(at + SPT_FIXED_LOW);
	f->n = (uint8_t)n;
	extent(f, &low, &high);
	return low == 0 && high == n ? 0 : -1;
}

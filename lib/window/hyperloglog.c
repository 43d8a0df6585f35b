#include <endian.h>
#include <math.h>
#include <stdlib.h>

#include "window/hyperloglog.h"

#define FIRST_CAP 8
#define PACKED                                                        \
	(SPT_HLL_REGISTERS / 4 * 3) /* bytes: four registers in three \
				     */

void
spt_hll_fini(struct spt_hll *s, const struct spt_io *io)
{
	spt_free(io, s->hash);
	spt_free(io, s->rank);
	memset(s, 0, sizeof *s);
}

/* ---- hashes ------------------------------------------------------------ */

/* The hash is placed, if it is not there; there is room. */
static void
place(struct spt_hll *s, uint64_t hash)
{
	uint32_t mask = s->cap - 1, i = (uint32_t)hash & mask;

	for (; s->hash[i] != 0; i = (i + 1) & mask)
		if (s->hash[i] == hash)
			return;
	s->hash[i] = hash;
	s->n++;
}

static int
widen(
    struct spt_hll *s, const struct spt_io *io, uint32_t cap, struct spt_err *e)
{
	struct spt_hll wide = { .cap = cap };

	wide.hash = spt_alloc_zero(io, cap * sizeof *wide.hash, e);
	if (wide.hash == NULL)
		return -1;
	for (uint32_t i = 0; i < s->cap; i++)
		if (s->hash[i] != 0)
			place(&wide, s->hash[i]);
	spt_free(io, s->hash);
	*s = wide;
	return 0;
}

static void
set_rank(struct spt_hll *s, uint64_t hash)
{
	uint32_t i = (uint32_t)(hash >> (64 - SPT_HLL_BITS));
	uint64_t rest = hash << SPT_HLL_BITS;
	uint8_t rank = SPT_HLL_RANKS;

	if (rest != 0)
		rank = (uint8_t)(__builtin_clzll(rest) + 1);
	if (rank > s->rank[i])
		s->rank[i] = rank;
}

static int
make_dense(struct spt_hll *s, const struct spt_io *io, struct spt_err *e)
{
	struct spt_hll dense = { 0 };

	dense.rank = spt_alloc_zero(io, SPT_HLL_REGISTERS, e);
	if (dense.rank == NULL)
		return -1;
	for (uint32_t i = 0; i < s->cap; i++)
		if (s->hash[i] != 0)
			set_rank(&dense, s->hash[i]);
	spt_free(io, s->hash);
	*s = dense;
	return 0;
}

int
spt_hll_add(struct spt_hll *s, const struct spt_io *io, uint64_t hash,
    struct spt_err *e)
{
	if (hash == 0)
		hash = 1;
	if (s->rank == NULL) {
		/* At most three quarters full. */
		if (s->n + 1 > s->cap / 4 * 3 &&
		    widen(s, io, s->cap != 0 ? 2 * s->cap : FIRST_CAP, e) < 0)
			return -1;
		place(s, hash);
		if (s->n <= SPT_HLL_SPARSE)
			return 0;
		return make_dense(s, io, e);
	}
	set_rank(s, hash);
	return 0;
}

int
spt_hll_merge(struct spt_hll *s, const struct spt_io *io,
    const struct spt_hll *from, struct spt_err *e)
{
	if (from->rank == NULL) {
		for (uint32_t i = 0; i < from->cap; i++)
			if (from->hash[i] != 0 &&
			    spt_hll_add(s, io, from->hash[i], e) < 0)
				return -1;
		return 0;
	}
	if (s->rank == NULL && make_dense(s, io, e) < 0)
		return -1;
	for (uint32_t i = 0; i < SPT_HLL_REGISTERS; i++)
		if (from->rank[i] > s->rank[i])
			s->rank[i] = from->rank[i];
	return 0;
}

/* ---- estimate ---------------------------------------------------------- */

/* x + the sum of x^(2^k) 2^(k-1), k from 1; infinite for x = 1. */
static double
sigma(double x)
{
	double y = 1, z = x, before;

	if (x == 1)
		return (double)INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

/* (1 - x - the sum of (1 - x^(2^-k))^2 2^-k, k from 1) / 3. */
static double
tau(double x)
{
	double y = 1, z = 1 - x, before;

	if (x == 0 || x == 1)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y /= 2;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

int64_t
spt_hll_count(const struct spt_hll *s)
{
	const double m = SPT_HLL_REGISTERS, ln2 = 0.693147180559945309417;
	uint32_t count[SPT_HLL_RANKS + 1] = { 0 };
	double z;

	if (s->rank == NULL)
		return s->n;
	for (uint32_t i = 0; i < SPT_HLL_REGISTERS; i++)
		count[s->rank[i]]++;
	z = m * tau(1 - count[SPT_HLL_RANKS] / m);
	for (int k = SPT_HLL_RANKS - 1; k >= 1; k--)
		z = (z + count[k]) / 2;
	z += m * sigma(count[0] / m);
	z = m * m / (2 * ln2 * z);
	return z < 0x1p62 ? (int64_t)(z + 0.5) : INT64_C(1) << 62;
}

size_t
spt_hll_bytes(const struct spt_hll *s)
{
	return s->rank != NULL ? SPT_HLL_REGISTERS : s->cap * sizeof *s->hash;
}

/* ---- saved ------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
save_hashes(const struct spt_hll *s, struct spt_buf *out, struct spt_err *e)
{
	uint32_t count = htole32(s->n), n = 0;
	uint64_t hash[SPT_HLL_SPARSE] = { 0 };

	for (uint32_t i = 0; i < s->cap; i++)
		if (s->hash[i] != 0)
			hash[n++] = s->hash[i];
	qsort(hash, n, sizeof hash[0], compare);
	for (uint32_t i = 0; i < n; i++)
		hash[i] = htole64(hash[i]);
	if (spt_buf_putc(out, 0, e) < 0 || spt_buf_put(out, &count, 4, e) < 0)
		return -1;
	return spt_buf_put(out, hash, n * sizeof hash[0], e);
}

int
spt_hll_save(const struct spt_hll *s, struct spt_buf *out, struct spt_err *e)
{
	uint8_t *to;

	if (s->rank == NULL)
		return save_hashes(s, out, e);
	if (spt_buf_putc(out, 1, e) < 0 || spt_buf_reserve(out, PACKED, e) < 0)
		return -1;
	to = out->data + out->len;
	for (uint32_t i = 0; i < SPT_HLL_REGISTERS; i += 4, to += 3) {
		const uint8_t *r = s->rank + i;
		uint32_t v = r[0] | (uint32_t)r[1] << 6 | (uint32_t)r[2] << 12 |
			     (uint32_t)r[3] << 18;

		to[0] = (uint8_t)v;
		to[1] = (uint8_t)(v >> 8);
		to[2] = (uint8_t)(v >> 16);
	}
	out->len += PACKED;
	return 0;
}

static int
load_hashes(struct spt_hll *s, const struct spt_io *io, const uint8_t **p,
    const uint8_t *end, struct spt_err *e)
{
	uint64_t hash, before = 0;
	uint32_t n, cap = FIRST_CAP;

	if (end - *p < 4)
		return -1;
	memcpy(&n, *p, 4);
	n = le32toh(n);
	*p += 4;
	if (n > SPT_HLL_SPARSE || (size_t)(end - *p) / 8 < n)
		return -1;
	if (n == 0)
		return 0;
	while (n > cap / 4 * 3)
		cap *= 2;
	if (widen(s, io, cap, e) < 0)
		return -1;
	for (uint32_t i = 0; i < n; i++, *p += 8) {
		memcpy(&hash, *p, 8);
		hash = le64toh(hash);
		if (hash <= before)
			return -1;
		place(s, hash);
		before = hash;
	}
	return 0;
}

int
spt_hll_load(struct spt_hll *s, const struct spt_io *io, const uint8_t **p,
    const uint8_t *end, struct spt_err *e)
{
	if (*p == end || **p > 1)
		return -1;
	if (*(*p)++ == 0)
		return load_hashes(s, io, p, end, e);
	if (end - *p < PACKED)
		return -1;
	if (make_dense(s, io, e) < 0)
		return -1;
	for (uint32_t i = 0; i < SPT_HLL_REGISTERS; i += 4, *p += 3) {
		uint32_t v =
		    (*p)[0] | (uint32_t)(*p)[1] << 8 | (uint32_t)(*p)[2] << 16;

		for (uint32_t k = 0; k < 4; k++, v >>= 6) {
			s->rank[i + k] = (uint8_t)(v & 63);
			if (s->rank[i + k] > SPT_HLL_RANKS)
				return -1;
		}
	}
	return 0;
}

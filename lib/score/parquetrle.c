/*
 * A run starts with a varint.  Its lowest bit says what follows: 0, one
 * number in whole bytes, repeated (varint >> 1) times; 1, (varint >> 1) groups
 * of eight numbers of `width` bits each, lowest bits first.
 */
#include "score/parquetrle.h"

static bool
start_run(struct spt_parquet_rle *r)
{
	uint64_t head = 0;
	unsigned shift = 0;

	do {
		if (r->p == r->end || shift > 35)
			return false;
		head |= (uint64_t)(*r->p & 0x7f) << shift;
		shift += 7;
	} while (*r->p++ & 0x80);
	r->packed = head & 1;
	r->run = head >> 1;
	r->bit = 0;
	if (r->packed) {
		/* width bytes a group */
		if (r->width != 0 &&
		    r->run > (size_t)(r->end - r->p) / r->width)
			return false;
		r->run *= 8;
		return true;
	}
	r->value = 0;
	if ((size_t)(r->end - r->p) < (r->width + 7) / 8)
		return false;
	for (unsigned i = 0; i < r->width; i += 8)
		r->value |= (uint32_t)*r->p++ << i;
	return r->width == 32 || r->value >> r->width == 0;
}

static uint32_t
unpack(struct spt_parquet_rle *r)
{
	uint32_t v = 0;

	for (unsigned got = 0; got < r->width;) {
		unsigned take = 8 - r->bit;

		if (take > r->width - got)
			take = r->width - got;
		v |= ((uint32_t)*r->p >> r->bit & ((1u << take) - 1)) << got;
		got += take;
		r->bit += take;
		if (r->bit == 8) {
			r->bit = 0;
			r->p++;
		}
	}
	return v;
}

bool
spt__parquet_rle_get(struct spt_parquet_rle *r, uint32_t *v, size_t n)
{
	while (n > 0) {
		size_t k;

		/* Runs of nothing do not help, but each has taken bytes. */
		while (r->run == 0)
			if (!start_run(r))
				return false;
		k = r->run < n ? (size_t)r->run : n;
		for (size_t i = 0; i < k; i++)
			v[i] = r->packed ? unpack(r) : r->value;
		v += k;
		n -= k;
		r->run -= k;
	}
	return true;
}

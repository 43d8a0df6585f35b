/*
 * digest - 128 bits that stand for a file's content.
 *
 * Two chains over the same 8-byte words, with different mixing: each step of
 * either is a bijection of its state, so that a difference never dies out and
 * two contents share a digest by accident only.  It is no defence against
 * somebody who looks for collisions; the directory belongs to one user.
 * Values are stored, so nothing here may ever change.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "ckpt/keep.h"

/* The fractions of the cube roots of 2 and 3. */
#define START_A UINT64_C(0x428a2f98d728ae22)
#define START_B UINT64_C(0x7137449123ef65cd)

static uint64_t
mix(uint64_t v)
{
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	v = (v ^ v >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return v ^ v >> 32;
}

static void
step(struct spt_digest *d, const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	w = le64toh(w);
	d->a = mix(d->a ^ w);
	d->b = (d->b << 27 | d->b >> 37) * UINT64_C(0x9e3779b97f4a7c15) +
	       (w << 32 | w >> 32);
	d->b ^= d->b >> 29;
}

void
spt_digest_init(struct spt_digest *d)
{
	memset(d, 0, sizeof *d);
	d->a = START_A;
	d->b = START_B;
}

void
spt_digest_put(struct spt_digest *d, const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t have = d->n % 8;

	d->n += n;
	while (n > 0) {
		if (have == 0 && n >= 8) {
			step(d, p);
			p += 8;
			n -= 8;
			continue;
		}
		d->rest[have++] = *p++;
		n--;
		if (have == 8) {
			step(d, d->rest);
			have = 0;
		}
	}
}

void
spt_digest_text(const struct spt_digest *d, char text[SPT_DIGEST_SIZE])
{
	struct spt_digest end = *d;
	uint8_t length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(d->n >> 8 * i);
	if (d->n % 8 != 0) {
		memset(end.rest + d->n % 8, 0, 8 - d->n % 8);
		step(&end, end.rest);
	}
	step(&end, length);
	snprintf(text, SPT_DIGEST_SIZE, "%016llx%016llx",
	    (unsigned long long)mix(end.a), (unsigned long long)mix(end.b));
}

/*
 * keyorder - keys of a dictionary in their order.
 *
 * A number of 64 bits decides most pairs: the first bytes in which the keys
 * differ at all.  It is sorted byte by byte in place (McIlroy, Bostic and
 * McIlroy, Engineering Radix Sort, Computing Systems 6, 1993); few keys, and
 * those whose numbers are equal, are compared.
 */
#include <stdlib.h>
#include <string.h>

#include "window/keydict.h"

#define FEW 32

static int
compare(const void *a, const void *b, void *dict)
{
	const struct spt_sortkey *x = a, *y = b;
	const struct spt_keydict *d = dict;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return spt_keyset_order(
	    d->set, spt_keydict_key(d, x->key), spt_keydict_key(d, y->key));
}

static void
insert_all(const struct spt_keydict *d, struct spt_sortkey *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct spt_sortkey x = v[i];
		size_t k = i;

		for (;
		     k > 0 && compare(&x, &v[k - 1], (void *)(uintptr_t)d) < 0;
		     k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

static void
compare_all(const struct spt_keydict *d, struct spt_sortkey *v, size_t n)
{
	if (n <= FEW)
		insert_all(d, v, n);
	else
		qsort_r(v, n, sizeof *v, compare, (void *)(uintptr_t)d);
}

/* Puts each into the bucket of its byte, which is that far up; end[k] becomes
 * the end of bucket k. */
static void
distribute(struct spt_sortkey *v, size_t n, int shift, size_t end[256])
{
	size_t next[256];

	memset(end, 0, 256 * sizeof *end);
	for (size_t i = 0; i < n; i++)
		end[v[i].prefix >> shift & 255]++;
	for (size_t k = 0, at = 0; k < 256; k++) {
		next[k] = at;
		at += end[k];
		end[k] = at;
	}
	for (size_t k = 0; k < 256; k++)
		while (next[k] < end[k]) {
			struct spt_sortkey x = v[next[k]];
			size_t to = x.prefix >> shift & 255;

			v[next[k]] = v[next[to]];
			v[next[to]++] = x;
		}
}

/* Those of v differ in the lowest shift + 8 bits of the prefix at most. */
static void
sort(const struct spt_keydict *d, struct spt_sortkey *v, size_t n, int shift)
{
	size_t end[256], at = 0;

	if (n <= FEW || shift < 0) {
		compare_all(d, v, n);
		return;
	}
	distribute(v, n, shift, end);
	for (int k = 0; k < 256; k++) {
		if (end[k] - at > 1)
			sort(d, v + at, end[k] - at, shift - 8);
		at = end[k];
	}
}

/* How many bytes all texts in the first column begin with. */
static size_t
common(const struct spt_keydict *d, const struct spt_sortkey *v, size_t n)
{
	const uint8_t *first = spt_keydict_key(d, v[0].key);
	size_t len = SIZE_MAX;

	if (d->set->n == 0 || d->set->cols[0].type != SPT_UTF8)
		return 0;
	for (size_t i = 0; i < n && len != 0; i++) {
		const uint8_t *p = spt_keydict_key(d, v[i].key);
		size_t k = spt_keyset_start(d->set, p), same = 0;

		if (k < len)
			len = k;
		while (same < len && p[5 + same] == first[5 + same])
			same++;
		len = same;
	}
	return len;
}

void
spt_keydict_sort(const struct spt_keydict *d, struct spt_sortkey *v, size_t n)
{
	size_t skip;

	if (n < 2)
		return;
	skip = common(d, v, n);
	for (size_t i = 0; i < n; i++)
		v[i].prefix = spt_keyset_prefix(
		    d->set, spt_keydict_key(d, v[i].key), skip);
	sort(d, v, n, 56);
}

int
spt_keydict_rank(struct spt_keydict *d, struct spt_err *e)
{
	struct spt_sortkey *v;

	if (spt_keydict_ranked(d))
		return 0;
	spt_free(d->io, d->order);
	spt_free(d->io, d->rank);
	d->rank = NULL;
	d->n_ranked = 0;
	d->order = spt_alloc(d->io, d->n * sizeof *d->order, e);
	v = spt_alloc(d->io, d->n * sizeof *v, e);
	if (d->order == NULL || v == NULL) {
		spt_free(d->io, v);
		return -1;
	}
	for (uint32_t id = 0; id < d->n; id++)
		v[id].key = id;
	spt_keydict_sort(d, v, d->n);
	for (size_t k = 0; k < d->n; k++)
		d->order[k] = v[k].key;
	spt_free(d->io, v);
	d->rank = spt_alloc(d->io, d->n * sizeof *d->rank, e);
	if (d->rank == NULL)
		return -1;
	for (uint32_t k = 0; k < d->n; k++)
		d->rank[d->order[k]] = k;
	d->n_ranked = d->n;
	return 0;
}

/*
 * A leaf's chunk in a row group is a run of pages: perhaps a dictionary, then
 * data.  A data page holds repetition levels, definition levels, and the
 * values of entries that are there; in version 1 all of it is compressed and
 * the levels have their length in front, in version 2 the levels are plain
 * and the page's head knows their length.
 *
 * What a page claims is believed only as far as its bytes go: a compressed
 * page may grow by no more than its codec can make it, and the number of
 * entries is bounded by the chunk's, which the footer bounds by the file.
 */
#include <limits.h>
#include <zlib.h>

#include "score/parquetmeta.h"
#include "score/parquetrle.h"
#include "score/parquetvalues.h"
#include "score/snappy_load.h"

#define PAGE_MAX ((int64_t)256 << 20)
#define AT_ONCE 512

/* A leaf's chunk while it is read. */
struct chunk_reader {
	const struct spt_parquet *p;
	const struct spt_parquet_leaf *leaf;
	const struct spt_parquet_chunk *chunk;
	struct spt_parquet_column *to;
	struct spt_parquet_column dictionary;
	bool has_dictionary;
	struct spt_snappy snappy;
	struct spt_buf plain; /* a page that was compressed */
	size_t at;            /* of the page at hand, for messages */
	size_t entries;       /* read so far */
	size_t rows;
};

/* Bytes of a page, or a part of it. */
struct span {
	const uint8_t *p;
	size_t n;
};

static int
fail_page(const struct chunk_reader *r, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA, "%s: byte %zu: column %s: %s", r->p->file,
	    r->at, r->leaf->path, what);
}

/* ---- compression ------------------------------------------------------- */

static int
unsnap(struct chunk_reader *r, struct span from, size_t n, struct spt_err *e)
{
	size_t len = n;

	if (spt__snappy_load(&r->snappy, e) < 0)
		return -1;
	if (r->snappy.uncompressed_length((const char *)from.p, from.n, &len) !=
		SNAPPY_OK ||
	    len != n)
		return fail_page(r, "a page is not of its size", e);
	if (r->snappy.uncompress((const char *)from.p, from.n,
		(char *)r->plain.data, &len) != SNAPPY_OK ||
	    len != n)
		return fail_page(r, "damaged (Snappy)", e);
	return 0;
}

static int
gunzip(struct chunk_reader *r, struct span from, size_t n, struct spt_err *e)
{
	z_stream z = { 0 };
	int rc;

	if (inflateInit2(&z, 15 + 32) != Z_OK)
		return spt_fail(e, SPT_ESYSTEM, "out of memory (zlib)");
	z.next_in = (Bytef *)(uintptr_t)from.p;
	z.avail_in = (uInt)from.n;
	z.next_out = r->plain.data;
	z.avail_out = (uInt)n;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (rc != Z_STREAM_END || z.total_out != n)
		return fail_page(r, "damaged (gzip)", e);
	return 0;
}

/* The n plain bytes that are stored as `from`; they may be in r->plain. */
static int
decompress(struct chunk_reader *r, struct span from, size_t n, struct span *to,
    struct spt_err *e)
{
	/* A copy of 64 bytes takes 3 with Snappy; deflate has 1032 to 1. */
	const size_t ratio = r->chunk->codec == SPT_PARQUET_SNAPPY ? 32 : 1040;

	*to = from;
	if (r->chunk->codec == SPT_PARQUET_PLAIN_BYTES) {
		if (n != from.n)
			return fail_page(r, "a page is not of its size", e);
		return 0;
	}
	if (n > 64 + ratio * from.n)
		return fail_page(r, "a page claims more than it can hold", e);
	r->plain.len = 0;
	if (spt_buf_reserve(&r->plain, n + 1, e) < 0)
		return -1;
	*to = (struct span){ .p = r->plain.data, .n = n };
	if (r->chunk->codec == SPT_PARQUET_SNAPPY)
		return unsnap(r, from, n, e);
	return gunzip(r, from, n, e);
}

/* ---- levels ------------------------------------------------------------ */

/* n levels of at most max, behind those at *levels. */
static int
read_levels(struct chunk_reader *r, struct span from, uint8_t max, size_t n,
    uint8_t *levels, struct spt_err *e)
{
	struct spt_parquet_rle rle;
	uint32_t v[AT_ONCE];

	if (max == 0) {
		memset(levels, 0, n);
		return 0;
	}
	spt_parquet_rle_init(&rle, from.p, from.n, spt_parquet_width(max));
	for (size_t k; n > 0; n -= k) {
		k = n < AT_ONCE ? n : AT_ONCE;
		if (!spt__parquet_rle_get(&rle, v, k))
			return fail_page(r, "the levels are cut short", e);
		for (size_t i = 0; i < k; i++) {
			if (v[i] > max)
				return fail_page(r, "a level is impossible", e);
			*levels++ = (uint8_t)v[i];
		}
	}
	return 0;
}

/* The levels in front of a page of version 1: *rest gets what is behind. */
static int
cut_levels(struct chunk_reader *r, uint8_t max, int64_t encoding,
    struct span *levels, struct span *rest, struct spt_err *e)
{
	size_t n;

	*levels = (struct span){ .p = rest->p, .n = 0 };
	if (max == 0)
		return 0;
	if (encoding != SPT_PARQUET_RLE)
		return fail_page(
		    r, "levels in this encoding are not supported", e);
	if (rest->n < 4 || spt_parquet_u32(rest->p) > rest->n - 4)
		return fail_page(r, "the levels are cut short", e);
	n = spt_parquet_u32(rest->p);
	*levels = (struct span){ .p = rest->p + 4, .n = n };
	rest->p += 4 + n;
	rest->n -= 4 + n;
	return 0;
}

/* ---- pages ------------------------------------------------------------- */

static int
read_values(struct chunk_reader *r, const struct spt_parquet_page *page,
    struct span from, size_t n, struct spt_err *e)
{
	const char *why = NULL;
	int rc;

	switch (page->encoding) {
	case SPT_PARQUET_PLAIN:
		rc = spt__parquet_plain(r->to, from.p, from.n, n, &why, e);
		break;
	case SPT_PARQUET_RLE:
		rc = spt__parquet_rle_bools(r->to, from.p, from.n, n, &why, e);
		break;
	case SPT_PARQUET_PLAIN_DICTIONARY:
	case SPT_PARQUET_RLE_DICTIONARY:
		if (!r->has_dictionary)
			return fail_page(r, "its dictionary is missing", e);
		rc = spt__parquet_looked_up(
		    r->to, &r->dictionary, from.p, from.n, n, &why, e);
		break;
	default:
		return spt_fail(e, SPT_EDATA,
		    "%s: byte %zu: column %s: encoding %lld is not supported",
		    r->p->file, r->at, r->leaf->path,
		    (long long)page->encoding);
	}
	return rc < 0 && why != NULL ? fail_page(r, why, e) : rc;
}

/* The entries of a data page: levels, then values. */
static int
read_entries(struct chunk_reader *r, const struct spt_parquet_page *page,
    struct span rep, struct span def, struct span values, struct spt_err *e)
{
	struct spt_parquet_column *c = r->to;
	const size_t n = (size_t)page->values;
	size_t there = 0;

	if (n > (size_t)r->chunk->values - r->entries)
		return fail_page(
		    r, "a page has more values than its column", e);
	if (spt_grow(c->io, &c->def, &c->def_cap, c->n + n, 1, e) < 0 ||
	    spt_grow(c->io, &c->rep, &c->rep_cap, c->n + n, 1, e) < 0 ||
	    read_levels(r, rep, c->max_rep, n, c->rep + c->n, e) < 0 ||
	    read_levels(r, def, c->max_def, n, c->def + c->n, e) < 0)
		return -1;
	for (size_t i = c->n; i < c->n + n; i++) {
		there += c->def[i] == c->max_def;
		r->rows += c->rep[i] == 0;
	}
	if (n != 0 && r->entries == 0 && c->rep[c->n] != 0)
		return fail_page(r, "the first row has no beginning", e);
	if (read_values(r, page, values, there, e) < 0)
		return -1;
	c->n += n;
	r->entries += n;
	return 0;
}

static int
read_v1(struct chunk_reader *r, const struct spt_parquet_page *page,
    struct span bytes, struct spt_err *e)
{
	struct span rep, def;

	if (decompress(r, bytes, (size_t)page->size, &bytes, e) < 0 ||
	    cut_levels(
		r, r->leaf->max_rep, page->rep_encoding, &rep, &bytes, e) < 0 ||
	    cut_levels(
		r, r->leaf->max_def, page->def_encoding, &def, &bytes, e) < 0)
		return -1;
	return read_entries(r, page, rep, def, bytes, e);
}

static int
read_v2(struct chunk_reader *r, const struct spt_parquet_page *page,
    struct span bytes, struct spt_err *e)
{
	const size_t rep_n = (size_t)page->rep_bytes;
	const size_t levels = rep_n + (size_t)page->def_bytes;
	struct span rep = { .p = bytes.p, .n = rep_n };
	struct span def = { .p = bytes.p + rep_n, .n = levels - rep_n };
	struct span values = { .p = bytes.p + levels, .n = bytes.n - levels };

	if ((size_t)page->size < levels)
		return fail_page(r, "a page's sizes are impossible", e);
	/* A page of nulls may have no compressed bytes at all. */
	if (page->compressed && (size_t)page->size != levels &&
	    decompress(r, values, (size_t)page->size - levels, &values, e) < 0)
		return -1;
	return read_entries(r, page, rep, def, values, e);
}

static int
read_dictionary(struct chunk_reader *r, const struct spt_parquet_page *page,
    struct span bytes, struct spt_err *e)
{
	const char *why = NULL;

	if (r->has_dictionary)
		return fail_page(r, "a second dictionary", e);
	if (page->encoding != SPT_PARQUET_PLAIN &&
	    page->encoding != SPT_PARQUET_PLAIN_DICTIONARY)
		return fail_page(
		    r, "a dictionary in this encoding is not supported", e);
	r->has_dictionary = true;
	if (decompress(r, bytes, (size_t)page->size, &bytes, e) < 0)
		return -1;
	if (spt__parquet_plain(&r->dictionary, bytes.p, bytes.n,
		(size_t)page->values, &why, e) < 0)
		return why != NULL ? fail_page(r, why, e) : -1;
	return 0;
}

static int
read_page(struct chunk_reader *r, struct spt_thrift *t, struct spt_err *e)
{
	struct spt_parquet_page page;
	struct span bytes;

	r->at = t->at;
	if (spt__parquet_page_head(t, &page, e) < 0)
		return -1;
	bytes.p = t->bytes + t->at;
	bytes.n = (size_t)page.stored;
	t->at += bytes.n;
	if (page.size > PAGE_MAX || page.stored > PAGE_MAX)
		return fail_page(r, "a page is larger than 256 MiB", e);
	if (page.has_crc &&
	    crc32_z(crc32_z(0, NULL, 0), bytes.p, bytes.n) != page.crc)
		return fail_page(
		    r, "damaged (the page's checksum is not right)", e);
	switch (page.type) {
	case SPT_PARQUET_DATA:
		return read_v1(r, &page, bytes, e);
	case SPT_PARQUET_DATA_V2:
		return read_v2(r, &page, bytes, e);
	case SPT_PARQUET_DICTIONARY:
		return read_dictionary(r, &page, bytes, e);
	default:
		return fail_page(r, "a page of no known type", e);
	}
}

static int
read_chunk(struct chunk_reader *r, struct spt_err *e)
{
	struct spt_thrift t = { .file = r->p->file,
		.bytes = r->p->bytes.data,
		.at = r->chunk->first,
		.end = r->chunk->end };

	spt_parquet_column_init(&r->dictionary, r->p->io);
	r->dictionary.type = r->leaf->type;
	while (r->entries < (size_t)r->chunk->values)
		if (read_page(r, &t, e) < 0)
			return -1;
	if (r->rows != (size_t)r->chunk->rows) {
		r->at = t.at;
		return fail_page(
		    r, "the number of rows is not that of the row group", e);
	}
	return 0;
}

/* The column takes the leaf's shape, or has it already. */
static int
take_shape(const struct spt_parquet *p, const struct spt_parquet_leaf *leaf,
    struct spt_parquet_column *c, struct spt_err *e)
{
	if (leaf->type == SPT_PARQUET_INT96 || leaf->type == SPT_PARQUET_FIXED)
		return spt_fail(e, SPT_EDATA,
		    "%s: column %s: values of its type are not supported",
		    p->file, leaf->path);
	if (c->rows == 0 && c->n == 0) {
		c->type = leaf->type;
		c->max_def = leaf->max_def;
		c->max_rep = leaf->max_rep;
	}
	if (c->type != leaf->type || c->max_def != leaf->max_def ||
	    c->max_rep != leaf->max_rep)
		return spt_fail(e, SPT_EDATA,
		    "%s: column %s: not of the type that it has in the files "
		    "before",
		    p->file, leaf->path);
	return 0;
}

int
spt_parquet_read(const struct spt_parquet *p, size_t leaf,
    struct spt_parquet_column *c, struct spt_err *e)
{
	int rc = take_shape(p, &p->leaves[leaf], c, e);

	for (size_t g = 0; rc == 0 && g < p->groups; g++) {
		struct chunk_reader r = { .p = p,
			.leaf = &p->leaves[leaf],
			.chunk = &p->chunks[g * p->n + leaf],
			.to = c };

		spt_buf_init(&r.plain, p->io);
		if (c->n + (size_t)r.chunk->values > SPT_PARQUET_VALUES)
			rc = fail_page(&r, "more values than supported", e);
		else
			rc = read_chunk(&r, e);
		c->rows += r.rows;
		spt_parquet_column_fini(&r.dictionary);
		spt_buf_fini(&r.plain);
		spt__snappy_unload(&r.snappy);
	}
	return rc;
}

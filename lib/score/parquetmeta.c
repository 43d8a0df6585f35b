/*
 * The footer is FileMetaData of parquet.thrift.  The schema in it is a tree in
 * pre-order: an element has a name, how often it is there (required, optional,
 * repeated), and a number of children, or, without children, a type.
 *
 *     file     2 schema, 3 rows, 4 row groups
 *     element  1 type, 3 repetition, 4 name, 5 children, 6 converted type
 *     group    1 chunks, 3 rows
 *     chunk    3 metadata: 1 type, 4 codec, 5 values, 7 bytes in the file,
 *                          9 first data page, 11 dictionary page
 */
#include "score/parquetmeta.h"

#define DEPTH 24
#define ELEMENTS 10000
#define GROUPS 10000
#define LIST 3 /* converted type */
#define NAME_MAX_BYTES 1000

enum repetition { REQUIRED, OPTIONAL, REPEATED };

struct element {
	int64_t type, repetition, children, converted;
	const char *name;
	size_t name_len;
};

/* One group of the schema on the way down. */
struct level {
	int64_t left;    /* children to come */
	size_t path_len; /* of the names up to here */
	uint8_t def, rep;
	/* 2: its repeated child is the list's and has no name of its own;
	 * 1: nor has that one's only child */
	int nameless;
};

/* Reads the schema: the path and the levels of where it is. */
struct walk {
	struct spt_parquet *p;
	struct spt_buf path;
	struct level at[DEPTH];
	size_t depth;
};

static int
read_element(struct spt_thrift *t, struct element *el, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int rc;

	*el = (struct element){
		.type = -1, .converted = -1, .name = "", .name_len = 0
	};
	while ((rc = spt_thrift_field(t, &f, e)) > 0) {
		switch (f.id) {
		case 1:
			rc = spt_thrift_int(t, &f, &el->type, e);
			break;
		case 3:
			rc = spt_thrift_int(t, &f, &el->repetition, e);
			break;
		case 4:
			rc = spt_thrift_binary(
			    t, &f, &el->name, &el->name_len, e);
			break;
		case 5:
			rc = spt_thrift_int(t, &f, &el->children, e);
			break;
		case 6:
			rc = spt_thrift_int(t, &f, &el->converted, e);
			break;
		default:
			rc = spt_thrift_skip(t, &f, e);
		}
		if (rc < 0)
			return -1;
	}
	return rc;
}

static int
check_element(
    const struct spt_thrift *t, const struct element *el, struct spt_err *e)
{
	if (el->name_len > NAME_MAX_BYTES ||
	    memchr(el->name, '\0', el->name_len) != NULL)
		return spt_thrift_fail(t, "a column's name is impossible", e);
	if (el->repetition < REQUIRED || el->repetition > REPEATED ||
	    el->children < 0 || el->children > ELEMENTS)
		return spt_thrift_fail(t, "the schema is impossible", e);
	if (el->children == 0 &&
	    (el->type < SPT_PARQUET_BOOLEAN || el->type > SPT_PARQUET_FIXED))
		return spt_thrift_fail(t, "a column is of no known type", e);
	return 0;
}

static int
add_leaf(struct walk *w, const struct level *at, const struct element *el,
    struct spt_err *e)
{
	struct spt_parquet *p = w->p;
	struct spt_parquet_leaf *leaf;

	if (spt_grow(
		p->io, &p->leaves, &p->cap, p->n + 1, sizeof *p->leaves, e) < 0)
		return -1;
	leaf = &p->leaves[p->n];
	leaf->path =
	    spt_strndup(p->io, (const char *)w->path.data, w->path.len, e);
	if (leaf->path == NULL)
		return -1;
	leaf->type = (enum spt_parquet_type)el->type;
	leaf->max_def = at->def;
	leaf->max_rep = at->rep;
	p->n++;
	return 0;
}

/* Takes one element below the group that w is in. */
static int
enter(struct walk *w, const struct spt_thrift *t, const struct element *el,
    struct spt_err *e)
{
	struct level *up = &w->at[w->depth - 1];
	struct level in = *up;
	const bool nameless = up->nameless == 1 ||
			      (up->nameless == 2 && el->repetition == REPEATED);

	up->left--;
	w->path.len = up->path_len;
	if (!nameless &&
	    ((w->path.len != 0 && spt_buf_putc(&w->path, '.', e) < 0) ||
		spt_buf_put(&w->path, el->name, el->name_len, e) < 0))
		return -1;
	in.path_len = w->path.len;
	in.left = el->children;
	in.def = (uint8_t)(in.def + (el->repetition != REQUIRED));
	in.rep = (uint8_t)(in.rep + (el->repetition == REPEATED));
	if (el->converted == LIST && el->children == 1)
		in.nameless = 2;
	else
		in.nameless =
		    up->nameless == 2 && nameless && el->children == 1;
	if (el->children == 0)
		return add_leaf(w, &in, el, e);
	if (w->depth == DEPTH)
		return spt_thrift_fail(t, "the schema is too deep", e);
	w->at[w->depth++] = in;
	return 0;
}

static int
read_schema(struct spt_parquet *p, struct spt_thrift *t,
    const struct spt_thrift_field *f, struct spt_err *e)
{
	struct walk w = { .p = p };
	struct element el;
	size_t n;
	int rc = -1;

	if (p->n != 0)
		return spt_thrift_fail(t, "a second schema", e);
	if (spt_thrift_list(t, f, SPT_THRIFT_STRUCT, &n, e) < 0)
		return -1;
	if (n == 0 || n > ELEMENTS)
		return spt_thrift_fail(t, "the schema is impossible", e);
	if (read_element(t, &el, e) < 0 || check_element(t, &el, e) < 0)
		return -1;
	spt_buf_init(&w.path, p->io);
	w.at[0].left = el.children;
	w.depth = 1;
	for (size_t i = 1; i < n; i++) {
		while (w.depth > 0 && w.at[w.depth - 1].left == 0)
			w.depth--;
		if (w.depth == 0) {
			spt_thrift_fail(t, "the schema is impossible", e);
			goto done;
		}
		if (read_element(t, &el, e) < 0 ||
		    check_element(t, &el, e) < 0 || enter(&w, t, &el, e) < 0)
			goto done;
	}
	while (w.depth > 0 && w.at[w.depth - 1].left == 0)
		w.depth--;
	rc = w.depth == 0 && p->n != 0
		 ? 0
		 : spt_thrift_fail(t, "the schema is cut short", e);
done:
	spt_buf_fini(&w.path);
	return rc;
}

/* What a chunk's metadata says, before it is checked. */
struct chunk_meta {
	int64_t type, codec, values, stored, data, dictionary;
};

static int
read_chunk_meta(struct spt_thrift *t, struct chunk_meta *m, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int rc;

	while ((rc = spt_thrift_field(t, &f, e)) > 0) {
		int64_t *to = f.id == 1    ? &m->type
			      : f.id == 4  ? &m->codec
			      : f.id == 5  ? &m->values
			      : f.id == 7  ? &m->stored
			      : f.id == 9  ? &m->data
			      : f.id == 11 ? &m->dictionary
					   : NULL;

		rc = to != NULL ? spt_thrift_int(t, &f, to, e)
				: spt_thrift_skip(t, &f, e);
		if (rc < 0)
			return -1;
	}
	return rc;
}

static const char *
codec_name(int64_t codec)
{
	static const char *const names[] = { "none", "SNAPPY", "GZIP", "LZO",
		"BROTLI", "LZ4", "ZSTD", "LZ4_RAW" };

	return codec >= 0 && codec < 8 ? names[codec] : "unknown";
}

/* The chunk of a leaf, its bounds checked. */
static int
check_chunk(const struct spt_parquet *p, const struct spt_thrift *t,
    const struct spt_parquet_leaf *leaf, const struct chunk_meta *m,
    struct spt_parquet_chunk *c, struct spt_err *e)
{
	int64_t first = m->data;

	if (m->type != (int64_t)leaf->type)
		return spt_thrift_fail(
		    t, "a column's type is not the schema's", e);
	if (m->codec < SPT_PARQUET_PLAIN_BYTES || m->codec > SPT_PARQUET_GZIP)
		return spt_fail(e, SPT_EDATA,
		    "%s: byte %zu: column %s is compressed with %s (%lld); "
		    "SNAPPY, GZIP and none are supported",
		    p->file, t->at, leaf->path, codec_name(m->codec),
		    (long long)m->codec);
	if (m->dictionary > 0 && m->dictionary < first)
		first = m->dictionary;
	if (first < 4 || m->stored < 0 || first > (int64_t)p->footer ||
	    m->stored > (int64_t)p->footer - first)
		return spt_thrift_fail(t, "a column lies outside the file", e);
	if (m->values < 0 || m->values > SPT_PARQUET_VALUES ||
	    m->values > 65536 + 1024 * (int64_t)p->bytes.len)
		return spt_thrift_fail(
		    t, "a column's number of values is impossible", e);
	c->first = (size_t)first;
	c->end = (size_t)(first + m->stored);
	c->values = m->values;
	c->codec = (int)m->codec;
	return 0;
}

static int
read_chunk(
    struct spt_parquet *p, struct spt_thrift *t, size_t leaf, struct spt_err *e)
{
	struct chunk_meta m = { .type = -1 };
	struct spt_thrift_field f = { 0 };
	int rc;

	while ((rc = spt_thrift_field(t, &f, e)) > 0) {
		if (f.id == 1)
			return spt_thrift_fail(
			    t, "a column lies in another file", e);
		if (f.id == 3 && f.type == SPT_THRIFT_STRUCT)
			rc = read_chunk_meta(t, &m, e);
		else
			rc = spt_thrift_skip(t, &f, e);
		if (rc < 0)
			return -1;
	}
	if (rc < 0)
		return -1;
	if (spt_grow(p->io, &p->chunks, &p->chunks_cap, p->n_chunks + 1,
		sizeof *p->chunks, e) < 0)
		return -1;
	memset(&p->chunks[p->n_chunks], 0, sizeof *p->chunks);
	if (check_chunk(
		p, t, &p->leaves[leaf], &m, &p->chunks[p->n_chunks], e) < 0)
		return -1;
	p->n_chunks++;
	return 0;
}

static int
read_chunks(struct spt_parquet *p, struct spt_thrift *t,
    const struct spt_thrift_field *f, struct spt_err *e)
{
	size_t n;

	if (spt_thrift_list(t, f, SPT_THRIFT_STRUCT, &n, e) < 0)
		return -1;
	if (n != p->n || p->n_chunks != p->groups * p->n)
		return spt_thrift_fail(
		    t, "a row group has not the columns of the schema", e);
	for (size_t i = 0; i < n; i++)
		if (read_chunk(p, t, i, e) < 0)
			return -1;
	return 0;
}

static int
read_group(struct spt_parquet *p, struct spt_thrift *t, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int64_t rows = 0;
	int rc;

	while ((rc = spt_thrift_field(t, &f, e)) > 0) {
		if (f.id == 1)
			rc = read_chunks(p, t, &f, e);
		else if (f.id == 3)
			rc = spt_thrift_int(t, &f, &rows, e);
		else
			rc = spt_thrift_skip(t, &f, e);
		if (rc < 0)
			return -1;
	}
	if (rc < 0)
		return -1;
	if (p->n_chunks != (p->groups + 1) * p->n)
		return spt_thrift_fail(t, "a row group has no columns", e);
	if (rows < 0 || rows > SPT_PARQUET_VALUES)
		return spt_thrift_fail(
		    t, "a row group's number of rows is impossible", e);
	for (size_t i = 0; i < p->n; i++)
		p->chunks[p->groups * p->n + i].rows = rows;
	p->rows += rows;
	p->groups++;
	return 0;
}

static int
read_groups(struct spt_parquet *p, struct spt_thrift *t,
    const struct spt_thrift_field *f, struct spt_err *e)
{
	size_t n;

	if (spt_thrift_list(t, f, SPT_THRIFT_STRUCT, &n, e) < 0)
		return -1;
	if (p->n == 0)
		return spt_thrift_fail(t, "row groups before the schema", e);
	if (n > GROUPS || p->groups != 0)
		return spt_thrift_fail(t, "too many row groups", e);
	while (n-- > 0)
		if (read_group(p, t, e) < 0)
			return -1;
	return 0;
}

int
spt__parquet_footer(struct spt_parquet *p, struct spt_err *e)
{
	struct spt_thrift t = { .file = p->file,
		.bytes = p->bytes.data,
		.at = p->footer,
		.end = p->bytes.len - 8 };
	struct spt_thrift_field f = { 0 };
	int64_t rows = 0;
	int rc;

	while ((rc = spt_thrift_field(&t, &f, e)) > 0) {
		if (f.id == 2)
			rc = read_schema(p, &t, &f, e);
		else if (f.id == 3)
			rc = spt_thrift_int(&t, &f, &rows, e);
		else if (f.id == 4)
			rc = read_groups(p, &t, &f, e);
		else
			rc = spt_thrift_skip(&t, &f, e);
		if (rc < 0)
			return -1;
	}
	if (rc < 0)
		return -1;
	if (p->n == 0)
		return spt_thrift_fail(&t, "the metadata has no schema", e);
	if (rows != p->rows)
		return spt_thrift_fail(
		    &t, "the number of rows is not that of the row groups", e);
	return 0;
}

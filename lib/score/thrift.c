/*
 * Numbers are zigzag varints of at most ten bytes.  The head of a field holds
 * its type in the low four bits and, in the high four, how far its id is from
 * that of the field before (0: the id follows).  Structs within structs are
 * passed over recursively, but not deeper than NESTING.
 */
#include "score/thrift.h"

#define NESTING 32

int
spt_thrift_fail(const struct spt_thrift *t, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA, "%s: byte %zu: %s", t->file, t->at, what);
}

static int
get_byte(struct spt_thrift *t, uint8_t *b, struct spt_err *e)
{
	if (t->at >= t->end)
		return spt_thrift_fail(t, "the metadata is cut short", e);
	*b = t->bytes[t->at++];
	return 0;
}

static int
get_varint(struct spt_thrift *t, uint64_t *v, struct spt_err *e)
{
	uint8_t b = 0;

	*v = 0;
	for (unsigned shift = 0; shift < 70; shift += 7) {
		if (get_byte(t, &b, e) < 0)
			return -1;
		if (shift == 63 && b > 1)
			break;
		*v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return 0;
	}
	return spt_thrift_fail(t, "a number has more than 64 bits", e);
}

static int
get_zigzag(struct spt_thrift *t, int64_t *v, struct spt_err *e)
{
	uint64_t u;

	if (get_varint(t, &u, e) < 0)
		return -1;
	*v = (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
	return 0;
}

/* A length: no more than the bytes that are left. */
static int
get_length(struct spt_thrift *t, size_t *n, struct spt_err *e)
{
	uint64_t u;

	if (get_varint(t, &u, e) < 0)
		return -1;
	if (u > t->end - t->at)
		return spt_thrift_fail(
		    t, "a length is beyond the end of the metadata", e);
	*n = (size_t)u;
	return 0;
}

int
spt_thrift_field(
    struct spt_thrift *t, struct spt_thrift_field *f, struct spt_err *e)
{
	int64_t id;
	uint8_t b = 0;

	if (get_byte(t, &b, e) < 0)
		return -1;
	f->type = b & 0xf;
	if (f->type == SPT_THRIFT_STOP)
		return 0;
	if (f->type > SPT_THRIFT_STRUCT)
		return spt_thrift_fail(t, "a field is of no known type", e);
	if (b >> 4 != 0) {
		id = f->id + (b >> 4);
	} else if (get_zigzag(t, &id, e) < 0) {
		return -1;
	}
	if (id < 0 || id > INT16_MAX)
		return spt_thrift_fail(t, "a field's number is impossible", e);
	f->id = (int)id;
	return 1;
}

static int
want(const struct spt_thrift *t, bool is, struct spt_err *e)
{
	return is ? 0 : spt_thrift_fail(t, "a field has the wrong type", e);
}

int
spt_thrift_int(struct spt_thrift *t, const struct spt_thrift_field *f,
    int64_t *v, struct spt_err *e)
{
	bool is = f->type == SPT_THRIFT_I16 || f->type == SPT_THRIFT_I32 ||
		  f->type == SPT_THRIFT_I64;

	return want(t, is, e) < 0 ? -1 : get_zigzag(t, v, e);
}

int
spt_thrift_bool(struct spt_thrift *t, const struct spt_thrift_field *f, bool *v,
    struct spt_err *e)
{
	*v = f->type == SPT_THRIFT_TRUE;
	return want(t, *v || f->type == SPT_THRIFT_FALSE, e);
}

int
spt_thrift_binary(struct spt_thrift *t, const struct spt_thrift_field *f,
    const char **p, size_t *n, struct spt_err *e)
{
	if (want(t, f->type == SPT_THRIFT_BINARY, e) < 0 ||
	    get_length(t, n, e) < 0)
		return -1;
	*p = (const char *)t->bytes + t->at;
	t->at += *n;
	return 0;
}

static int
list_head(struct spt_thrift *t, enum spt_thrift_type *of, size_t *n,
    struct spt_err *e)
{
	uint8_t b = 0;

	if (get_byte(t, &b, e) < 0)
		return -1;
	*of = b & 0xf;
	*n = b >> 4;
	if (*n == 15)
		return get_length(t, n, e);
	if (*n > t->end - t->at)
		return spt_thrift_fail(
		    t, "a list is longer than the metadata", e);
	return 0;
}

int
spt_thrift_list(struct spt_thrift *t, const struct spt_thrift_field *f,
    enum spt_thrift_type of, size_t *n, struct spt_err *e)
{
	enum spt_thrift_type found;

	if (want(t, f->type == SPT_THRIFT_LIST, e) < 0 ||
	    list_head(t, &found, n, e) < 0)
		return -1;
	return want(t, found == of || *n == 0, e);
}

static int skip(struct spt_thrift *t, enum spt_thrift_type type, bool element,
    int depth, struct spt_err *e);

static int
skip_bytes(struct spt_thrift *t, size_t n, struct spt_err *e)
{
	if (n > t->end - t->at)
		return spt_thrift_fail(t, "the metadata is cut short", e);
	t->at += n;
	return 0;
}

static int
skip_struct(struct spt_thrift *t, int depth, struct spt_err *e)
{
	struct spt_thrift_field f = { 0 };
	int rc;

	while ((rc = spt_thrift_field(t, &f, e)) > 0)
		if (skip(t, f.type, false, depth, e) < 0)
			return -1;
	return rc;
}

static int
skip_list(struct spt_thrift *t, int depth, struct spt_err *e)
{
	enum spt_thrift_type of;
	size_t n;

	if (list_head(t, &of, &n, e) < 0)
		return -1;
	while (n-- > 0)
		if (skip(t, of, true, depth, e) < 0)
			return -1;
	return 0;
}

static int
skip_map(struct spt_thrift *t, int depth, struct spt_err *e)
{
	uint8_t types = 0;
	size_t n;

	if (get_length(t, &n, e) < 0)
		return -1;
	if (n != 0 && get_byte(t, &types, e) < 0)
		return -1;
	while (n-- > 0)
		if (skip(t, types >> 4, true, depth, e) < 0 ||
		    skip(t, types & 0xf, true, depth, e) < 0)
			return -1;
	return 0;
}

/* element: within a list or a map, where a boolean takes a byte. */
static int
skip(struct spt_thrift *t, enum spt_thrift_type type, bool element, int depth,
    struct spt_err *e)
{
	int64_t number;
	size_t n;

	if (depth == 0)
		return spt_thrift_fail(t, "the metadata is nested too deep", e);
	switch (type) {
	case SPT_THRIFT_TRUE:
	case SPT_THRIFT_FALSE:
		return skip_bytes(t, element, e);
	case SPT_THRIFT_I8:
		return skip_bytes(t, 1, e);
	case SPT_THRIFT_I16:
	case SPT_THRIFT_I32:
	case SPT_THRIFT_I64:
		return get_zigzag(t, &number, e);
	case SPT_THRIFT_DOUBLE:
		return skip_bytes(t, 8, e);
	case SPT_THRIFT_BINARY:
		return get_length(t, &n, e) < 0 ? -1 : skip_bytes(t, n, e);
	case SPT_THRIFT_LIST:
	case SPT_THRIFT_SET:
		return skip_list(t, depth - 1, e);
	case SPT_THRIFT_MAP:
		return skip_map(t, depth - 1, e);
	case SPT_THRIFT_STRUCT:
		return skip_struct(t, depth - 1, e);
	case SPT_THRIFT_STOP:
	default:
		return spt_thrift_fail(t, "a field is of no known type", e);
	}
}

int
spt_thrift_skip(
    struct spt_thrift *t, const struct spt_thrift_field *f, struct spt_err *e)
{
	return skip(t, f->type, false, NESTING, e);
}

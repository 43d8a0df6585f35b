/*
 * thrift - reading the compact protocol of Apache Thrift (the file
 * doc/specs/thrift-compact-protocol.md there), as Parquet's metadata uses it.
 *
 * A struct is a run of fields ended by a stop byte; who reads one takes the
 * fields that it knows by number and skips the others:
 *
 *     while ((rc = spt_thrift_field(t, &f, e)) > 0)
 *             switch (f.id) { case 1: ...; default: spt_thrift_skip(...) }
 */
#ifndef SPT_THRIFT_H
#define SPT_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum spt_thrift_type {
	SPT_THRIFT_STOP = 0,
	SPT_THRIFT_TRUE = 1, /* a boolean field is its own value */
	SPT_THRIFT_FALSE = 2,
	SPT_THRIFT_I8 = 3,
	SPT_THRIFT_I16 = 4,
	SPT_THRIFT_I32 = 5,
	SPT_THRIFT_I64 = 6,
	SPT_THRIFT_DOUBLE = 7,
	SPT_THRIFT_BINARY = 8,
	SPT_THRIFT_LIST = 9,
	SPT_THRIFT_SET = 10,
	SPT_THRIFT_MAP = 11,
	SPT_THRIFT_STRUCT = 12,
};

/* A place in the bytes of a file; failures name the file and the byte. */
struct spt_thrift {
	const char *file;
	const uint8_t *bytes; /* the file's first byte */
	size_t at;            /* offset in the file */
	size_t end;           /* nothing at or behind it is read */
};

struct spt_thrift_field {
	int id; /* set it to 0 before the first field of a struct */
	enum spt_thrift_type type;
};

/* 1: *f is the next field, its value follows; 0: the struct ended; -1. */
SPT_MUST int spt_thrift_field(
    struct spt_thrift *t, struct spt_thrift_field *f, struct spt_err *e);
/* The value of an i16, i32 or i64 field: anything else is refused. */
SPT_MUST int spt_thrift_int(struct spt_thrift *t,
    const struct spt_thrift_field *f, int64_t *v, struct spt_err *e);
SPT_MUST int spt_thrift_bool(struct spt_thrift *t,
    const struct spt_thrift_field *f, bool *v, struct spt_err *e);
/* *p lies in t->bytes. */
SPT_MUST int spt_thrift_binary(struct spt_thrift *t,
    const struct spt_thrift_field *f, const char **p, size_t *n,
    struct spt_err *e);
/* The head of a list whose elements are of type `of`; *n is at most as many as
 * there are bytes left. */
SPT_MUST int spt_thrift_list(struct spt_thrift *t,
    const struct spt_thrift_field *f, enum spt_thrift_type of, size_t *n,
    struct spt_err *e);
/* Passes over the value of a field, whatever it is. */
SPT_MUST int spt_thrift_skip(
    struct spt_thrift *t, const struct spt_thrift_field *f, struct spt_err *e);
/* -1: "FILE: byte N: what". */
int spt_thrift_fail(
    const struct spt_thrift *t, const char *what, struct spt_err *e);

#endif

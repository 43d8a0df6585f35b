/*
 * decoder - what is inside of a decoder.  Not installed.
 *
 * decoder.c opens it and learns, csv_header.c matches the fields of a file to
 * columns, decode_cells.c turns a record into cells, decode_rows.c cells into
 * rows; csv_rows.c and linerows.c do that with many good records at once.
 */
#ifndef SPT_DECODER_H
#define SPT_DECODER_H

#include "decode/columns.h"
#include "decode/convert.h"
#include "decode/records.h"

#define SPT__NO_COLUMN SIZE_MAX

struct spt_decoder {
	const struct spt_io *io;
	const struct spt_decode_conf *conf;
	const struct spt_format *format; /* NULL: CSV */
	void *self;                      /* the format's */
	struct spt_columns columns;
	struct spt_records records;
	struct spt_convert convert;
	struct spt_decode_count count;
	bool settled;
	int64_t learnt;  /* rows that inference has seen */
	bool looked;     /* ... or bytes, at least */
	size_t learn_at; /* bytes of this file that it has seen */
	bool said_year;

	/* This file. */
	char *file;
	bool matched;     /* CSV: fields are matched to columns */
	size_t fields;    /* CSV: that each record has */
	size_t *field_in; /* CSV: the input column of each field */
	size_t cap_field_in;
	size_t *at;            /* the cell of each output column */
	struct spt_buf header; /* CSV: the record that matched them */

	/* This record. */
	struct spt_arena arena;
	struct spt_csv csv;
	struct spt_cells cells; /* of line formats */
	size_t cap_cells;
	size_t next; /* named formats: the output column expected next */
	bool find_failed;
	struct spt_buf line;      /* repaired */
	struct spt_linemap map;   /* of lines that come many at a time ... */
	struct spt_place *places; /* ... and their cells */
	struct spt_buf reason, remedy;
};

/* CSV: r may be the record that tells the columns of the file.  1: it is no row
 * (the header, or an empty line before it); 0: it is one; -1. */
SPT_MUST int spt__csv_match(
    struct spt_decoder *d, const struct spt_record *r, struct spt_err *e);

/* A record that is no row. */
struct spt__bad {
	const char *column; /* or NULL */
	struct spt_err why;
};

/* Splits the record; *v gets its cells, on loan until the next one.
 * 1: a row; 0: nothing (blank, header, unmatched); 2: bad; -1. */
SPT_MUST int spt__decode_cells(struct spt_decoder *d,
    const struct spt_record *r, const struct spt_cell **v, struct spt__bad *bad,
    struct spt_err *e);
/* The find of named formats. */
int spt__decode_find(
    struct spt_cells *c, const char *name, size_t n, struct spt_err *e);
/* Room for n cells of a line format, all null. */
SPT_MUST int spt__decode_room(
    struct spt_decoder *d, size_t n, struct spt_err *e);

#endif

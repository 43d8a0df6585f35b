/*
 * format - what a line format implements.  The decoder splits the lines,
 * matches cells to columns, converts them to types, and keeps the books on bad
 * records; a format turns one line into cells.
 *
 * (CSV does its own splitting, because a quoted field may hold a newline.)
 */
#ifndef SPT_FORMAT_H
#define SPT_FORMAT_H

#include "base/arena.h"
#include "decode/decode.h"
#include "decode/linemap.h"

enum spt_cell_kind {
	SPT_CELL_NULL = 0,
	SPT_CELL_TEXT,   /* text to be typed; JSON: a string, unescaped */
	SPT_CELL_NUMBER, /* JSON: a number, its text */
	SPT_CELL_TRUE,
	SPT_CELL_FALSE,
	SPT_CELL_NESTED, /* JSON: an object or array, its text */
};

struct spt_cell {
	enum spt_cell_kind kind;
	const char *p; /* into the line, or into the arena */
	size_t n;
};

/* The cells of one record, one a source column, all null at first. */
struct spt_cells {
	struct spt_cell *v;
	size_t n;
	struct spt_arena *arena; /* for unescaped text; until the next record */
	/* Named formats: the place in v of the cell with this name; -1: nobody
	 * wants it; -2: *e.  While learning, new names make new columns. */
	int (*find)(
	    struct spt_cells *c, const char *name, size_t n, struct spt_err *e);
	void *ctx; /* the decoder's */
	/* find has the same answer for the same name from here on, and does
	 * nothing else. */
	bool fixed;
};

/* A cell of one of many lines: n bytes from `at` on in the map's piece. */
struct spt_place {
	uint32_t at;
	uint16_t n;
	uint16_t kind; /* of a cell, or: */
};
#define SPT_PLACE_ESCAPED (SPT_CELL_NESTED + 1) /* JSON text with escapes */

struct spt_format_column {
	const char *name;
	const char *type; /* as in -s: "int", "timestamp(clf)" */
};

struct spt_format {
	const char *name;
	/* Columns that never change, ended by a NULL name; or NULL. */
	const struct spt_format_column *columns;
	bool named; /* cells are put by name (find), columns are learnt */
	/* Prepares; *self is handed to the others.  NULL entry: nothing to
	 * prepare.  columns() below may then give the names. */
	int (*open)(void **self, const struct spt_io *io,
	    const struct spt_decode_conf *conf, struct spt_err *e);
	void (*close)(void *self);
	/* Number of columns that open found (regex); name(i) is the i-th. */
	size_t (*n_columns)(void *self);
	const char *(*column)(void *self, size_t i);
	/* One line without its end (LF or CRLF), valid UTF-8, may be empty.
	 * 1: the cells are filled; 0: not a row (counted as unmatched; an
	 * empty line of a named format); -1: bad, why says what was expected
	 * (the decoder adds file and line). */
	int (*line)(void *self, const char *p, size_t n, struct spt_cells *c,
	    struct spt_err *why);
	/* Lines i to n-1 of the map, valid UTF-8: as many from the first on as
	 * leave no doubt about what line() would find in them.  Their cells go
	 * to cells[0..step), cells[step..2 * step), ..., all null at first.
	 * NULL: every line goes through line(). */
	size_t (*lines)(void *self, const struct spt_linemap *m, size_t i,
	    size_t n, struct spt_place *cells, size_t step);
	bool words; /* the kind of map */
};

extern const struct spt_format spt_format_lines;
extern const struct spt_format spt_format_clf;
extern const struct spt_format spt_format_combined;
extern const struct spt_format spt_format_syslog;
extern const struct spt_format spt_format_logfmt;
extern const struct spt_format spt_format_regex;
extern const struct spt_format spt_format_ndjson;

#endif

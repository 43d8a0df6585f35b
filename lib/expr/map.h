/*
 * map - the stage of smap: a jq program over rows.
 *
 * Each row is given to the program as an object of its columns: int and float
 * as numbers, timestamps as seconds since 1970, null as null.  Each result is
 * a row: an object's keys are the columns; any other result is the column
 * "value" (with -s of one column: that one).  A row of which the program, or
 * a conversion, makes an error is a bad record, with all its results.
 */
#ifndef SPT_MAP_H
#define SPT_MAP_H

#include "expr/mapfast.h"
#include "expr/mapguess.h"
#include "expr/rowrun.h"
#include "stage/stage.h"

#define SPT_MAP_BAD 1 /* the side output: epoch, row, reason, text */

#define SPT_MAP_LEARN 1000 /* results that names and types come from */
#define SPT_MAP_LEARN_BYTES (4 << 20) /* or fewer, of so many bytes of rows */

/* A row that is none.  On loan for the call. */
struct spt_map_bad {
	int64_t epoch;
	int64_t row; /* 1-based, in the epoch */
	const char *reason;
	const char *json; /* the row */
	size_t n;
};

struct spt_map_conf {
	const char *program;
	const char *schema; /* text of -s, or NULL */
	bool same;          /* the input's columns */
	bool by_rows;       /* never use kernels: what tests compare with */
	/* A bad record.  0: go on without it; -1 with *e: stop.  NULL: it goes
	 * to output SPT_MAP_BAD if that is wanted, else the first one stops,
	 * with a message that says what to do. */
	int (*bad)(void *ctx, const struct spt_map_bad *b, struct spt_err *e);
	void (*nomem)(void *); /* see jq.h */
	void *ctx;
};

struct spt_held; /* results that wait for their columns */

struct spt_map {
	const struct spt_io *io;
	struct spt_map_conf conf;
	const struct spt_schema *in;
	struct spt_rowrun run; /* libjq; awake: it is started */
	bool awake;
	struct spt_fast fast; /* kernels; fast_on: they are used */
	bool fast_on;
	struct spt_mapspec spec;
	bool derived;  /* spec is what the kernels say, without any row */
	bool settled;  /* spec is final */
	bool declared; /* and output 0 has it */
	bool saved;    /* and the state has it */

	struct spt_buf text; /* scratch */

	bool judging; /* early: the first rows */
	struct spt_builder early;

	/* while the columns are learnt */
	struct spt_guess guess;
	struct spt_builder held_rows;
	bool holding; /* held_rows is there */
	struct spt_held *held;
	size_t n_held, cap_held;

	int64_t epoch_row; /* rows of this epoch so far */
	int64_t epoch_bad;
	int64_t bad; /* of this run, also after fini */
};

/* The stage; self is a struct spt_map that spt_map_init made. */
extern const struct spt_stage spt_map_stage;

/* Compiles the program and reads -s.  conf is copied, what it points to is on
 * loan until fini.  SPT_EUSAGE: program, -s, or both -s and --same. */
SPT_MUST int spt_map_init(struct spt_map *m, const struct spt_io *io,
    const struct spt_map_conf *conf, struct spt_err *e);
/* Also what the stage's close does; twice is fine. */
void spt_map_fini(struct spt_map *m);

/* Instead of running it: appends, for people, how the program is run on rows
 * with these columns and what the results have; of m only fini may follow. */
SPT_MUST int spt_map_explain(struct spt_map *m, const struct spt_schema *in,
    struct spt_buf *out, struct spt_err *e);

#endif

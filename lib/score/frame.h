/*
 * frame - the columns that the stages of a pipeline read and write, for one
 * batch: numbers as arrays of doubles, vectors as one array an element, so
 * that putting vectors together copies nothing.
 *
 * Columns come from the stream (external) or from a stage.  Which there are,
 * and how wide, is known when the model is loaded; of what type the external
 * ones are, when it is bound.
 */
#ifndef SPT_FRAME_H
#define SPT_FRAME_H

#include "base/arena.h"
#include "score/model.h"

#define SPT_FRAME_WIDTH (1u << 20) /* elements of a vector */

enum spt_frame_type {
	SPT_FRAME_FLOAT,
	SPT_FRAME_INT,
	SPT_FRAME_BOOL,
	SPT_FRAME_TEXT,
	SPT_FRAME_TIME,
	SPT_FRAME_VECTOR,
};

struct spt_frame_col {
	const char *name;
	enum spt_frame_type type;
	size_t width;  /* of a vector; else 1 */
	bool external; /* of the stream */
	bool needed;   /* without it there is no prediction */
	bool there;    /* it is in the stream, or a stage makes it */
	bool read;     /* a stage reads it */
	size_t origin; /* the external column that it is made of, alone; or
			  SPT_FRAME_NONE */
	/* External: the stream's columns that it is bound to: `width` of them,
	 * or one. */
	size_t *bound;
	size_t n_bound;
	/* The batch at hand: width arrays of rows.  Where a row is null, it
	 * is NaN in all of them.  TEXT and TIME have none. */
	const double **x;
	const uint8_t *null;       /* rows: 1 is null; NULL: none is */
	const struct spt_col *raw; /* external, not a vector */
	size_t room;               /* buffer for x; or NONE */
	size_t nulls;              /* external: buffer for null */
};

#define SPT_FRAME_NONE SIZE_MAX

/* Memory for each row of a batch, kept from batch to batch. */
struct spt_frame_buffer {
	void *p;
	size_t bytes; /* a row */
};

struct spt_frame {
	const struct spt_io *io;
	struct spt_arena *arena; /* names and the like */
	struct spt_frame_col *cols;
	size_t n, cap;
	struct spt_frame_buffer *buffers;
	size_t n_buffers, buffers_cap;
	size_t room; /* rows that the buffers hold */
	size_t rows;
	uint8_t *fate; /* enum spt_score_fate */
	size_t unscored;
	struct spt_score_bad *bad;
	size_t n_bad, bad_cap;
};

void spt_frame_init(
    struct spt_frame *f, const struct spt_io *io, struct spt_arena *arena);
void spt_frame_fini(struct spt_frame *f);

/* ---- while the model is loaded ----------------------------------------- */

/* The column of that name, which a stage reads: the newest that a stage makes,
 * else an external one.  width 0: a scalar, or a vector of any width if a
 * stage makes it; else a vector of just this width (SPT_EDATA, and *id the
 * column all the same). */
SPT_MUST int spt_frame_input(struct spt_frame *f, const char *name,
    size_t width, size_t *id, struct spt_err *e);
/* A new column that a stage makes, with room for its values unless `shared`
 * says that it shows the values of others.  SPT_EDATA: the name is taken. */
SPT_MUST int spt_frame_output(struct spt_frame *f, const char *name,
    enum spt_frame_type type, size_t width, bool shared, size_t *id,
    struct spt_err *e);
/* The same, but what is made from now on reads this column where the name is
 * taken. */
SPT_MUST int spt_frame_replace(struct spt_frame *f, const char *name,
    enum spt_frame_type type, size_t width, bool shared, size_t *id,
    struct spt_err *e);
/* Memory for each row; its pointer is f->buffers[*id].p when rows are there. */
SPT_MUST int spt_frame_room(
    struct spt_frame *f, size_t bytes, size_t *id, struct spt_err *e);

/* ---- binding ----------------------------------------------------------- */

/* Finds the external columns by name, or in the order of -c.  SPT_EUSAGE: one
 * that is needed is not there. */
SPT_MUST int spt_frame_bind(struct spt_frame *f, const struct spt_schema *in,
    const struct spt_model_conf *conf, struct spt_err *e);
/* Refuses (SPT_EUSAGE) a column that is not a number; bools: or boolean. */
SPT_MUST int spt_frame_number(const struct spt_frame *f, size_t id, bool bools,
    const char *stage, struct spt_err *e);

/* ---- a batch ----------------------------------------------------------- */

/* Takes the batch's columns; all rows are scored so far. */
SPT_MUST int spt_frame_load(
    struct spt_frame *f, const struct spt_batch *b, struct spt_err *e);
/* The arrays that a stage fills for its column, width of them. */
double *const *spt_frame_own(struct spt_frame *f, size_t id);

static inline bool
spt_frame_alive(const struct spt_frame *f, size_t row)
{
	return f->fate[row] == SPT_SCORED;
}

/* A row that has a fate already keeps it. */
void spt_frame_skip(struct spt_frame *f, size_t row);
void spt_frame_null(struct spt_frame *f, size_t row);
/* The row is bad for the sake of column id (or SPT_FRAME_NONE); why lasts as
 * long as the model. */
SPT_MUST int spt_frame_bad(struct spt_frame *f, size_t row, size_t id,
    const char *why, struct spt_err *e);
/* What is to be said of the rows' fates. */
void spt_frame_scores(struct spt_frame *f, struct spt_scores *out);

#endif

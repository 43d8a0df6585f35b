/*
 * item - what a stream consists of: a schema, then items.  An item is a batch
 * of rows, a control batch (begin, barrier, end), or a zero-row batch with
 * metadata that we do not know and pass on.
 */
#ifndef SPT_ITEM_H
#define SPT_ITEM_H

#include "base/buf.h"
#include "batch/batch.h"

enum spt_item_kind {
	SPT_ITEM_BATCH = 1,
	SPT_ITEM_BEGIN,
	SPT_ITEM_BARRIER,
	SPT_ITEM_END,
	SPT_ITEM_OTHER, /* a zero-row batch with metadata of somebody else */
};

enum spt_reason {
	SPT_FINISHED = 1, /* the input is over for good */
	SPT_STOPPED,      /* more may come in a later run */
};

/* The fields of control batches; which are meaningful depends on the kind. */
struct spt_control {
	enum spt_item_kind kind; /* anything but SPT_ITEM_BATCH */
	int64_t epoch;           /* begin, barrier: number, from 0 */
	spt_time time;           /* begin, barrier: processing time */
	spt_time watermark;      /* barrier; SPT_TIME_MIN: none yet */
	bool final;              /* barrier: the input is over */
	enum spt_reason reason;  /* end */
	/* All other pairs of the message, verbatim and in order (spate:id,
	 * spate:heads, spate:progress and unknown ones). */
	struct spt_meta extra;
};

void spt_control_init(
    struct spt_control *c, const struct spt_io *io, enum spt_item_kind kind);
void spt_control_fini(struct spt_control *c);
SPT_MUST int spt_control_copy(
    struct spt_control *dst, const struct spt_control *src, struct spt_err *e);

/* Metadata pairs <-> struct.  get: c is initialised by it; 1 a control (kind
 * set), 0 no metadata at all, -1 a known kind with fields that are missing or
 * malformed (SPT_EDATA). */
SPT_MUST int spt_control_get(struct spt_control *c, const struct spt_io *io,
    const struct spt_meta *pairs, struct spt_err *e);
/* Appends the pairs to an initialised, empty pairs. */
SPT_MUST int spt_control_put(
    const struct spt_control *c, struct spt_meta *pairs, struct spt_err *e);

/* The value of SPT_KEY_RANGE: "<column>:<min>:<max>,..." by column index, for
 * timestamp columns with a non-null value, e.g. "0:1431857103000000:14318...".
 * put appends nothing when no column is a timestamp.  get: 1 ranges filled
 * (one per column of the schema), 0 the text is not understood (count then). */
SPT_MUST int spt_range_put(struct spt_buf *out, const struct spt_schema *s,
    const struct spt_batch *b, struct spt_err *e);
int spt_range_get(
    struct spt_range *ranges, const struct spt_schema *s, const char *text);

struct spt_item {
	enum spt_item_kind kind;
	struct spt_batch batch;     /* SPT_ITEM_BATCH, rows > 0 */
	struct spt_control control; /* all others */
};

#endif

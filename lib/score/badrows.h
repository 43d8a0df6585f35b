/*
 * badrows - rows that a model refuses: the first one stops, or they are left
 * out and counted, or kept as rows of a side output.
 */
#ifndef SPT_SCORE_BADROWS_H
#define SPT_SCORE_BADROWS_H

#include "score/model.h"
#include "stage/stage.h"

enum spt_bad_rows { SPT_BAD_STOP, SPT_BAD_SKIP, SPT_BAD_KEEP };

/* The columns of what is kept: epoch, row, column, reason, text. */
SPT_MUST int spt_badrows_schema(
    struct spt_emit *out, int side, const struct spt_io *io, struct spt_err *e);
/* One of them.  before: rows of the epoch in front of the batch.  With
 * SPT_BAD_STOP it fails, SPT_EDATA. */
SPT_MUST int spt_badrows_tell(enum spt_bad_rows how,
    const struct spt_schema *in, const struct spt_batch *b,
    const struct spt_score_bad *bad, int64_t before, struct spt_emit *out,
    int side, struct spt_err *e);

#endif

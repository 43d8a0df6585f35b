/*
 * outcols - the columns that sscore adds: made for a whole batch at a time,
 * behind the columns of the input, which are passed on as they are.
 */
#ifndef SPT_SCORE_OUTCOLS_H
#define SPT_SCORE_OUTCOLS_H

#include "base/buf.h"
#include "score/model.h"

#define SPT_OUTCOLS_MAX 5 /* prediction probability raw anomaly model_id */

struct spt_outcols_conf {
	const char *as; /* --as, or NULL */
	bool raw, model_id;
};

struct spt_outcol {
	enum spt_outcol_kind {
		SPT_OUT_PREDICTION,
		SPT_OUT_PROBABILITY,
		SPT_OUT_RAW,
		SPT_OUT_ANOMALY,
		SPT_OUT_ID,
	} kind;
	struct spt_buf validity, values, bytes;
};

struct spt_outcols {
	const struct spt_io *io;
	struct spt_outcol v[SPT_OUTCOLS_MAX];
	size_t n;
	struct spt_col *cols; /* of the input, then ours */
	struct spt_range *ranges;
	size_t n_in;
};

/* Adds the columns to *out, which has those of the input already.  SPT_EUSAGE:
 * a name is taken, with what to do; --raw of what is no classifier. */
SPT_MUST int spt_outcols_init(struct spt_outcols *o, const struct spt_io *io,
    const struct spt_model_info *info, const struct spt_outcols_conf *conf,
    struct spt_schema *out, struct spt_err *e);
void spt_outcols_fini(struct spt_outcols *o);
/* *out: b with the columns, on loan until the next. */
SPT_MUST int spt_outcols_make(struct spt_outcols *o, const struct spt_batch *b,
    const struct spt_scores *s, const struct spt_model_info *info,
    const char *id, struct spt_batch *out, struct spt_err *e);

#endif

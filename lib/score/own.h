/*
 * own - a model of spate's own: a learner and the columns that it is about.
 * While it learns it is part of a stage; as a file it is a model like others.
 */
#ifndef SPT_SCORE_OWN_H
#define SPT_SCORE_OWN_H

#include "base/buf.h"
#include "score/learnrows.h"
#include "score/learner.h"

struct spt_own {
	const struct spt_io *io;
	struct spt_learnrows features;
	struct spt_learner learner;
	/* Of the batch that was scored last. */
	double *prediction, *p, *pair, *raw;
	size_t cap_prediction, cap_p, cap_pair, cap_raw;
	char kind[64];
};

SPT_MUST int spt_own_init(struct spt_own *o, const struct spt_io *io,
    const struct spt_learnrows_conf *features,
    const struct spt_learn_conf *learn, struct spt_err *e);
/* Fine on a zeroed struct. */
void spt_own_fini(struct spt_own *o);
/* Scores a batch; with learn a kind that learns row by row does so.  p, in o,
 * is then as of struct spt_learn_kind.  Results are on loan until the next. */
SPT_MUST int spt_own_score(struct spt_own *o, const struct spt_batch *b,
    bool learn, struct spt_scores *out, struct spt_err *e);
/* Scores rows x (as of o->features) again: prediction and p of o. */
SPT_MUST int spt_own_again(
    struct spt_own *o, const double *x, size_t rows, struct spt_err *e);
/* What probability and raw are for the rows scored last. */
SPT_MUST int spt_own_classes(
    struct spt_own *o, size_t rows, struct spt_scores *out, struct spt_err *e);
void spt_own_info(struct spt_own *o, struct spt_model_info *info);

/* ---- ownfile.c: the model as text ---------------------------------------
 *
 * One line of JSON: {"format":"spate model","version":1,"kind":...,
 * ...,"parts":{...},"crc":"01234567"}; the CRC32C is of the bytes before its
 * member.  Numbers are in the shortest form that reads back the same.
 */
SPT_MUST int spt_own_print(
    const struct spt_own *o, struct spt_buf *out, struct spt_err *e);
/* SPT_EDATA: it is not such a text; the reason, without a file's name. */
SPT_MUST int spt_own_parse(struct spt_own *o, const struct spt_io *io,
    const char *text, size_t n, struct spt_err *e);

extern const struct spt_model_format spt_own_format;

#endif

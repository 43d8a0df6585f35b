/*
 * sparkpipe - the stages of a saved model, in order, whatever folders they
 * are in.  Not installed.
 */
#ifndef SPT_SPARKPIPE_H
#define SPT_SPARKPIPE_H

#include "score/sparkstage.h"

#define SPT_SPARK_STAGES 10000

struct spt_spark_pipe {
	const struct spt_io *io;
	struct spt_arena *arena;
	struct spt_frame *frame;
	struct spt_spark_stage *stages;
	size_t n, cap;
	const char *kind; /* of the whole, for people */
};

/* Loads the model in dir.  _free is due even when this fails. */
SPT_MUST int spt_spark_pipe_load(struct spt_spark_pipe *p,
    const struct spt_jansson *json, const char *dir, struct spt_err *e);
void spt_spark_pipe_free(struct spt_spark_pipe *p);

#endif

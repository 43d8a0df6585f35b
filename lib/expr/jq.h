/*
 * jq - a compiled jq program that is run on one value after another, through
 * libjq 1.6, and sees nothing but that value and the time.
 *
 * What libjq takes from the process that no program text can hide is the
 * caller's to take away before spt_jq_init: the environment variable HOME
 * (~/.jq would be loaded) and TZ (strftime's %Z and %s; set it to "UTC0").
 */
#ifndef SPT_EXPR_JQ_H
#define SPT_EXPR_JQ_H

#include <jq.h>

#include "base/buf.h"

struct spt_jq {
	const struct spt_io *io;
	jq_state *state;
	double now; /* seconds */
	/* while compiling: the first message */
	struct spt_buf message;
	struct spt_err failed;
};

/* Compiles.  The struct must not move until fini.  nomem (may be NULL) is
 * called when libjq is out of memory; when it returns the process aborts.
 * SPT_EUSAGE: the program is wrong, or uses what it cannot have (the
 * environment, other input, modules, local time, halt, debug). */
SPT_MUST int spt_jq_init(struct spt_jq *jq, const struct spt_io *io,
    const char *program, void (*nomem)(void *), struct spt_err *e);
void spt_jq_fini(struct spt_jq *jq);

/* What `now` is from here on. */
void spt_jq_time(struct spt_jq *jq, spt_time now);

/* Starts the program on a value, which it takes.  What an earlier start has
 * left to give is forgotten. */
void spt_jq_start(struct spt_jq *jq, jv value);
/* 1: *result is the next result, the caller's (jv_free).  0: there is none
 * left.  -1: the program raised an error (SPT_EDATA). */
SPT_MUST int spt_jq_next(struct spt_jq *jq, jv *result, struct spt_err *e);

#endif

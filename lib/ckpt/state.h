/*
 * state - a stage's state, entry by entry: how a stage says it and how it
 * gets it back.  Keys are unique; a later put wins over an earlier one, and a
 * remove over an earlier put.
 */
#ifndef SPT_STATE_H
#define SPT_STATE_H

#include <stddef.h>

#include "base/err.h"

struct spt_state_out {
	int (*put)(void *ctx, const void *key, size_t n_key, const void *val,
	    size_t n_val, struct spt_err *e);
	int (*remove)(
	    void *ctx, const void *key, size_t n_key, struct spt_err *e);
	void *ctx;
};

struct spt_state_in {
	/* 1 an entry, on loan until the next call; 0 no more; -1. */
	int (*next)(void *ctx, const void **key, size_t *n_key,
	    const void **val, size_t *n_val, struct spt_err *e);
	void *ctx;
};

#endif

/*
 * ckpt_harness - a checkpoint in a simulated file system, for the tests of
 * lib/ckpt.
 */
#ifndef CKPT_HARNESS_H
#define CKPT_HARNESS_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "ckpt/member.h"
#include "ckpt/recover.h"
#include "tests/fault/simfs.h"
#include "unit.h"

#define DIR "/c"

static inline struct spt_err *
fresh(struct spt_err *e)
{
	spt_err_clear(e);
	return e;
}

/* sread's beginning: 0, or -1 with nothing held. */
static inline int
begin_run(const struct spt_io *io, struct spt_ckpt *c,
    struct spt_source_run *run, struct spt_recovery *r, struct spt_err *e)
{
	static const struct spt_waiting wait = { .no_wait = true };

	memset(run, 0, sizeof *run);
	memset(r, 0, sizeof *r);
	if (spt_ckpt_make(c, io, DIR, e) == 0 &&
	    spt_source_enter(run, c, &wait, e) == 0 &&
	    (c->known || spt_query_write(c, "a int, b text", e) == 0) &&
	    spt_recover(r, c, e) == 0)
		return 0;
	spt_source_leave(run);
	spt_ckpt_fini(c);
	return -1;
}

static inline void
end_run(struct spt_ckpt *c, struct spt_source_run *run, struct spt_recovery *r)
{
	spt_recovery_fini(r);
	spt_source_leave(run);
	spt_ckpt_fini(c);
}

static inline bool
has_text(const struct spt_err *e, const char *text)
{
	if (strstr(e->msg, text) != NULL)
		return true;
	printf("message: %s\nshould have: %s\n", e->msg, text);
	return false;
}

/* An empty checkpoint. */
static inline struct simfs *
new_checkpoint(void)
{
	struct simfs *fs = simfs_new(1);
	struct spt_err e = { 0 };
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;

	CHECK(begin_run(simfs_io(fs), &c, &run, &r, &e) == 0);
	if (e.kind != SPT_OK) {
		printf("%s\n", e.msg);
		abort();
	}
	end_run(&c, &run, &r);
	return fs;
}

#endif

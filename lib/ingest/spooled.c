/*
 * spooled - which part of the spool an epoch has read, and from when on nobody
 * needs it any more.  Every run has a spool of its own, named by its number:
 * an epoch that an older run read is in that one's segments.
 */
#include <string.h>

#include "ingest/ingest_run.h"

int
spt_restart_open_spool(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	char name[32];

	spt_pipe_spool_name(name, r->run.number);
	if (spt_spool_open(&r->spool, &r->ckpt, name,
		(struct spt_spool_at){ 0, 0 }, e) < 0)
		return -1;
	r->spool_run = r->run.number;
	r->from = r->to = spt_spool_at(r->spool);
	return 0;
}

int
spt_restart_spooled(struct spt_ingest *g, int64_t epoch, struct spt_err *e)
{
	struct spt_restart *r = g->restart;

	if (r->spool_run == 0)
		return 0;
	if (spt_grow(g->io, &r->begins, &r->cap_begins, r->n_begins + 1,
		sizeof *r->begins, e) < 0)
		return -1;
	r->begins[r->n_begins++] = (struct spt_begin){
		.epoch = epoch, .run = r->spool_run, .at = r->from
	};
	return 0;
}

/* Segments of runs before this one. */
static int
drop_runs(struct spt_ingest *g, int64_t before, struct spt_err *e)
{
	struct spt_restart *r = g->restart;

	for (; r->oldest_run < before; r->oldest_run++) {
		struct spt_spool *s;
		char name[32];
		int rc;

		spt_pipe_spool_name(name, r->oldest_run);
		if (spt_spool_open(&s, &r->ckpt, name,
			(struct spt_spool_at){ 0, 0 }, e) < 0)
			return -1;
		rc = spt_spool_drop(s, spt_spool_at(s), e);
		spt_spool_close(s);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
spt_restart_unspool(struct spt_ingest *g, int64_t committed, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	size_t i = 0;

	while (i < r->n_begins && r->begins[i].epoch < committed)
		i++;
	if (i == r->n_begins || r->begins[i].epoch != committed)
		return 0;
	if (drop_runs(g, r->begins[i].run, e) < 0)
		return -1;
	if (r->spool != NULL && r->begins[i].run == r->run.number &&
	    spt_spool_drop(r->spool, r->begins[i].at, e) < 0)
		return -1;
	r->n_begins -= i;
	memmove(r->begins, r->begins + i, r->n_begins * sizeof *r->begins);
	return 0;
}

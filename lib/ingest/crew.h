/*
 * crew - threads that do jobs in any order, for one that hands them out and
 * gets them back in the order in which it did.  Private to lib/ingest.
 *
 * Who hands out is one of the crew: while it has to wait for a job, it does
 * others.  So a crew without a single thread gets everything done, too.  All
 * calls but the work are made by that one.
 */
#ifndef SPT_CREW_H
#define SPT_CREW_H

#include "base/io.h"

struct spt_crew;

/* At most `room` jobs are out at a time.  Fewer threads than asked for may
 * start, if the system has no more.  They leave all signals to others. */
SPT_MUST int spt_crew_open(struct spt_crew **c, const struct spt_io *io,
    int threads, size_t room, void (*work)(void *job), struct spt_err *e);
/* Ends the threads, each when its job is done.  NULL is fine. */
void spt_crew_close(struct spt_crew *c);

/* Jobs that are out. */
size_t spt_crew_out(const struct spt_crew *c);
/* There is room. */
void spt_crew_put(struct spt_crew *c, void *job);
/* The oldest job that is out, if it is done, or after it is done.  NULL: it is
 * not, or there is none. */
void *spt_crew_get(struct spt_crew *c, bool wait);

#endif

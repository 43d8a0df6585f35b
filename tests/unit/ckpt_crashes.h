/*
 * ckpt_crashes - work on a checkpoint in a simulated file system, which dies,
 * or meets a fault, at each place in turn and is begun again.  What it has
 * promised to others by then must still hold: the work itself checks that.
 */
#ifndef CKPT_CRASHES_H
#define CKPT_CRASHES_H

#include "ckpt_harness.h"

struct crash_work {
	/* Goes on up to an epoch: 0, or -1 with nothing held and *err set.
	 * *promised outlives it. */
	int (*run)(struct simfs *fs, void *promised, int64_t target);
	struct spt_err *err;
	/* What else must hold when all is done; NULL: nothing. */
	void (*check)(struct simfs *fs, const void *promised);
	const void *nothing; /* promised before the first run */
	size_t size;
	/* Of the run that dies, of the next one, which dies early, and of the
	 * one behind that. */
	int64_t target[3];
	long early;  /* within so many operations */
	bool whole;  /* each crash is before, in and after the operation */
	long states; /* so many deaths at least */
};

static inline void *
promise_nothing(const struct crash_work *w)
{
	void *promised = malloc(w->size);

	return memcpy(promised, w->nothing, w->size);
}

/* The run dies at operation k, in the x-th manner.  false: it came to its end
 * before. */
static inline bool
die_at(
    const struct crash_work *w, struct simfs *fs, void *promised, long k, int x)
{
	const int parts = w->whole ? 3 : 1;
	enum simfs_loss loss = (enum simfs_loss)(x / parts);
	struct simfs_plan *plan = simfs_plan(fs);

	plan->crash = k;
	plan->part = (int)((k + x) % 3);
	fresh(w->err);
	if (w->run(fs, promised, w->target[0]) == 0) {
		CHECK(!plan->fired);
		return false;
	}
	CHECK(w->err->kind == SPT_ESYSTEM);
	CHECK_INT(plan->held, 0);
	simfs_restart(fs, loss, (uint64_t)k);
	/* Once more, somewhere in the recovery. */
	plan->crash = 1 + (k * 7 + x) % w->early;
	plan->part = (int)(k % 3);
	fresh(w->err);
	if (w->run(fs, promised, w->target[1]) < 0)
		CHECK(plan->fired);
	simfs_restart(fs, loss, (uint64_t)k + 1000);
	fresh(w->err);
	if (w->run(fs, promised, w->target[2]) < 0) {
		printf("op %ld, %d: %s\n", k, x, w->err->msg);
		CHECK(!"the third run works");
	}
	simfs_restart(fs, SIMFS_DROP, 1);
	fresh(w->err);
	CHECK(w->run(fs, promised, w->target[2] + 1) == 0);
	return true;
}

static inline void
check_after(const struct crash_work *w, struct simfs *fs, const void *promised)
{
	CHECK_INT(simfs_plan(fs)->held, 0);
	CHECK_INT(simfs_open_files(fs), 0);
	if (w->check != NULL)
		w->check(fs, promised);
}

/* At every operation, with every loss. */
static inline void
crash_everywhere(const struct crash_work *w)
{
	const int manners = (w->whole ? 3 : 1) * SIMFS_LOSSES;
	struct simfs *from = new_checkpoint();
	bool died = true;
	long states = 0;

	for (long k = 1; died; k++)
		for (int x = 0; x < manners && died; x++) {
			struct simfs *fs = simfs_clone(from);
			void *promised = promise_nothing(w);

			died = die_at(w, fs, promised, k, x);
			if (died)
				check_after(w, fs, promised);
			states += died;
			free(promised);
			simfs_free(fs);
		}
	printf("%ld states\n", states);
	CHECK(states > w->states);
	simfs_free(from);
}

/* ---- faults -------------------------------------------------------------- */

static const struct fault {
	int code;     /* a call fails with it; 0: another fault */
	bool forever; /* and all that follow */
	bool starve;  /* no memory from some request on */
} faults[] = {
	{ .starve = true }, { .code = EIO }, { .code = ENOSPC },
	{ .code = EINTR }, { .code = EIO, .forever = true },
	{ .code = ENOSPC, .forever = true },
	{ 0 }, /* a call reads or writes one byte only */
};

/* The fault at call (or request) k, and a run behind it.  Did it come? */
static inline bool
fail_at(const struct crash_work *w, const struct simfs *from,
    const struct fault *f, long k)
{
	struct simfs *fs = simfs_clone(from);
	struct simfs_plan *plan = simfs_plan(fs);
	void *promised = promise_nothing(w);
	bool fired;

	if (f->starve)
		plan->starve = k;
	else if (f->code == 0)
		plan->shorten = k;
	else
		plan->fail = k;
	plan->code = f->code;
	plan->forever = f->forever;
	fresh(w->err);
	if (w->run(fs, promised, w->target[0]) < 0)
		CHECK(plan->fired && w->err->kind == SPT_ESYSTEM);
	fired = plan->fired;
	CHECK_INT(plan->held, 0);
	CHECK_INT(simfs_open_files(fs), 0);
	/* The disk is fine again: what failed may be lost. */
	simfs_restart(fs, SIMFS_DROP, 1);
	fresh(w->err);
	if (w->run(fs, promised, w->target[2]) < 0) {
		printf("fault %d, call %ld: %s\n", (int)(f - faults), k,
		    w->err->msg);
		CHECK(!"the run behind a fault works");
	}
	check_after(w, fs, promised);
	free(promised);
	simfs_free(fs);
	return fired;
}

/* Every fault at every call; each is to come this often. */
static inline void
fail_everywhere(const struct crash_work *w, long least)
{
	struct simfs *from = new_checkpoint();
	/* Calls in a row that neither read nor write. */
	const int patience = 100;

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		const bool shorten = faults[i].code == 0 && !faults[i].starve;
		int idle = 0;
		long k = 0;

		while (idle < (shorten ? patience : 1))
			idle = fail_at(w, from, &faults[i], ++k) ? 0 : idle + 1;
		CHECK(k - idle > least);
	}
	simfs_free(from);
}

#endif

#include "ckpt_crashes.h"

static struct spt_err err;

/* What an epoch read, made from its number. */
static void
fill(struct spt_epoch *ep, int64_t n, char text[64])
{
	snprintf(text, 64, "{\"at\":%lld,\"more\":\"%.*s\"}", (long long)n,
	    (int)(n % 17), "xxxxxxxxxxxxxxxxx");
	memset(ep, 0, sizeof *ep);
	ep->epoch = n;
	ep->time = 1000 * n;
	ep->final = n == 1 << 20;
	ep->data = text;
	ep->n = strlen(text);
}

static bool
is_epoch(const struct spt_epoch *ep, int64_t n)
{
	struct spt_epoch want;
	char text[64];

	fill(&want, n, text);
	return ep->epoch == n && ep->time == want.time && ep->n == want.n &&
	       memcmp(ep->data, want.data, want.n) == 0;
}

/* done: what epoch n knows to be committed. */
static int
log_knowing(struct spt_epochlog *l, int64_t n, int64_t done,
    char id[SPT_ID_SIZE], struct spt_err *e)
{
	struct spt_epoch ep;
	char text[64];

	fill(&ep, n, text);
	ep.done = done;
	if (spt_epochlog_append(l, &ep, e) < 0)
		return -1;
	memcpy(id, ep.id, SPT_ID_SIZE);
	return 0;
}

static int
log_epoch(
    struct spt_epochlog *l, int64_t n, char id[SPT_ID_SIZE], struct spt_err *e)
{
	return log_knowing(l, n, 0, id, e);
}

static int
log_commit(
    struct spt_commitlog *l, int64_t n, const char *id, struct spt_err *e)
{
	struct spt_commit c = { .epoch = n, .time = 5 };
	char heads[80];

	snprintf(heads, sizeof heads, "swindow-1=snapshot-%lld:1:00000000",
	    (long long)n);
	memcpy(c.id, id, SPT_ID_SIZE);
	c.heads = heads;
	c.data = "pos";
	c.n = 3;
	return spt_commitlog_append(l, &c, e);
}

/* ---- an ordinary life ---------------------------------------------------- */

static void
test_life(void)
{
	struct simfs *fs = new_checkpoint();
	const struct spt_io *io = simfs_io(fs);
	struct spt_source_run run;
	struct spt_commitlog *commits;
	struct spt_recovery r;
	struct spt_follow *follow;
	struct spt_epoch ep;
	struct spt_commit commit;
	struct spt_ckpt c;
	char id[3000][SPT_ID_SIZE], text[64];
	size_t most = 0, n;

	CHECK(begin_run(io, &c, &run, &r, fresh(&err)) == 0);
	CHECK(r.committed == -1 && r.logged == -1 && r.heads[0] == '\0');
	CHECK(spt_follow_open(&follow, &c, &err) == 0);
	CHECK(spt_follow_poll(follow, &err) == 0);
	CHECK_INT(spt_follow_epoch(follow), -1);
	CHECK(spt_commitlog_open(&commits, &c, false, &err) == 0);
	for (int64_t k = 0; k < 3000; k++) {
		if (log_epoch(r.epochs, k, id[k], &err) < 0 ||
		    log_commit(commits, k, id[k], &err) < 0 ||
		    spt_follow_poll(follow, &err) != 1 ||
		    spt_follow_epoch(follow) != k ||
		    spt_follow_poll(follow, &err) != 0 ||
		    spt_epochlog_trim(r.epochs, k, &err) < 0) {
			printf("epoch %lld: %s\n", (long long)k, err.msg);
			CHECK(!"an epoch goes well");
			break;
		}
		simfs_get(fs, DIR "/epochs.log", &n);
		most = n > most ? n : most;
	}
	/* Trimmed, but never below 100 epochs. */
	CHECK(most < 80000);
	CHECK(spt_epochlog_get(r.epochs, 2999 - SPT_LOG_KEEP, &ep, &err) == 1);
	CHECK(is_epoch(&ep, 2999 - SPT_LOG_KEEP));
	CHECK_STR(ep.id, id[2999 - SPT_LOG_KEEP]);
	CHECK(spt_epochlog_get(r.epochs, 5, &ep, &err) == 0);
	CHECK(spt_epochlog_get(r.epochs, 3000, &ep, &err) == 0);
	CHECK(spt_commitlog_get(commits, 2999, &commit, &err) == 1);
	CHECK_STR(commit.heads, "swindow-1=snapshot-2999:1:00000000");
	CHECK(spt_commitlog_get(commits, 2950, &commit, &err) == 1);
	CHECK(commit.n == 3 && memcmp(commit.data, "pos", 3) == 0);
	CHECK_STR(commit.id, id[2950]);
	/* Epochs have no gaps. */
	fill(&ep, 3001, text);
	CHECK(spt_epochlog_append(r.epochs, &ep, fresh(&err)) == -1);
	CHECK(log_commit(commits, 3001, id[5], fresh(&err)) == -1);
	/* Two more are logged and never committed. */
	CHECK(log_epoch(r.epochs, 3000, id[0], fresh(&err)) == 0);
	CHECK(log_epoch(r.epochs, 3001, id[1], &err) == 0);
	spt_commitlog_close(commits);
	spt_follow_close(follow);
	end_run(&c, &run, &r);

	simfs_restart(fs, SIMFS_DROP, 1);
	CHECK(begin_run(io, &c, &run, &r, fresh(&err)) == 0);
	CHECK(r.committed == 2999 && r.logged == 3001 && !r.final);
	CHECK_STR(r.id, id[2999]);
	for (int64_t k = 2999 - SPT_LOG_KEEP; k <= 3001; k++) {
		CHECK(spt_epochlog_get(r.epochs, k, &ep, &err) == 1);
		CHECK(is_epoch(&ep, k));
	}
	CHECK(spt_epochlog_get(r.epochs, 2999 - SPT_LOG_KEEP - 1, &ep, &err) ==
	      0);
	CHECK_STR(ep.id, id[1]);
	end_run(&c, &run, &r);
	CHECK_INT(simfs_plan(fs)->held, 0);
	CHECK_INT(simfs_open_files(fs), 0);
	simfs_free(fs);
}

/* An id depends on the query, the epoch, its time, and all that was before. */
static void
test_ids(void)
{
	struct simfs *fs = new_checkpoint(), *other = simfs_new(99);
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;
	char a[SPT_ID_SIZE], b[SPT_ID_SIZE], d[SPT_ID_SIZE];

	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	CHECK(log_epoch(r.epochs, 0, a, &err) == 0);
	CHECK(log_epoch(r.epochs, 1, b, &err) == 0);
	end_run(&c, &run, &r);
	CHECK(strlen(a) == 16 && strspn(a, "0123456789abcdef") == 16);
	CHECK(strcmp(a, b) != 0);
	CHECK(begin_run(simfs_io(other), &c, &run, &r, fresh(&err)) == 0);
	CHECK(log_epoch(r.epochs, 0, d, &err) == 0);
	CHECK(strcmp(a, d) != 0);
	end_run(&c, &run, &r);
	simfs_free(fs);
	simfs_free(other);
}

/* ---- crashes ------------------------------------------------------------- */

/* The world outside the machine: what has been promised. */
struct promise {
	int64_t logged, committed; /* appends that returned 0 */
	char id[64][SPT_ID_SIZE];  /* of each epoch that was logged */
};

static int
one_run(struct simfs *fs, struct promise *p, int64_t target)
{
	const struct spt_io *io = simfs_io(fs);
	struct spt_source_run run;
	struct spt_commitlog *commits = NULL;
	struct spt_recovery r;
	struct spt_epoch ep;
	struct spt_ckpt c;
	int rc = -1;

	if (begin_run(io, &c, &run, &r, &err) < 0)
		return -1;
	/* What was promised is there; what is there is right. */
	CHECK(r.logged >= p->logged && r.logged <= p->logged + 1);
	CHECK(r.committed >= p->committed && r.committed <= p->committed + 1);
	CHECK(r.committed <= r.logged);
	p->committed = r.committed;
	for (int64_t k = 0; k <= r.logged; k++) {
		if (spt_epochlog_get(r.epochs, k, &ep, &err) != 1)
			goto done;
		CHECK(is_epoch(&ep, k));
		if (k <= p->logged)
			CHECK_STR(ep.id, p->id[k]);
		memcpy(p->id[k], ep.id, SPT_ID_SIZE);
	}
	p->logged = r.logged;
	if (spt_commitlog_open(&commits, &c, false, &err) < 0)
		goto done;
	while (p->committed < target) {
		if (p->logged == p->committed) {
			if (log_knowing(r.epochs, p->logged + 1, p->logged + 1,
				p->id[p->logged + 1], &err) < 0)
				goto done;
			p->logged++;
		}
		if (log_commit(commits, p->committed + 1,
			p->id[p->committed + 1], &err) < 0)
			goto done;
		p->committed++;
	}
	rc = 0;
done:
	spt_commitlog_close(commits);
	end_run(&c, &run, &r);
	return rc;
}

static int
run_work(struct simfs *fs, void *promised, int64_t target)
{
	return one_run(fs, promised, target);
}

static void
test_crashes(void)
{
	static const struct promise nothing = { .logged = -1, .committed = -1 };
	static const struct crash_work work = { .run = run_work,
		.err = &err,
		.nothing = &nothing,
		.size = sizeof nothing,
		.target = { 3, 4, 5 },
		.early = 23,
		.whole = true,
		.states = 300 };

	crash_everywhere(&work);
	fail_everywhere(&work, 50);
}

/* Crashes while both logs are trimmed. */
static void
test_trim_crashes(void)
{
	struct simfs *start = new_checkpoint();
	char id[SPT_ID_SIZE], ids[1000][SPT_ID_SIZE];
	struct spt_source_run run;
	struct spt_commitlog *commits;
	struct spt_recovery r;
	struct spt_ckpt c;
	struct spt_epoch ep;
	const int64_t last = 500; /* the commit that trims */
	long k;

	CHECK(begin_run(simfs_io(start), &c, &run, &r, fresh(&err)) == 0);
	CHECK(spt_commitlog_open(&commits, &c, false, &err) == 0);
	for (int64_t n = 0; n <= last; n++) {
		CHECK(log_epoch(r.epochs, n, ids[n], &err) == 0);
		if (n < last)
			CHECK(log_commit(commits, n, ids[n], &err) == 0);
	}
	for (k = 1;; k++)
		for (int x = 0; x < 3 * SIMFS_LOSSES; x++) {
			struct simfs *fs = simfs_clone(start);
			const struct spt_io *io = simfs_io(fs);
			struct spt_commitlog *cl;
			struct spt_source_run run2;
			struct spt_recovery r2;
			struct spt_ckpt c2;
			int64_t done = last - 1;
			bool fired;

			/* Everything of the first run is gone. */
			simfs_restart(fs, SIMFS_KILLED, 0);
			CHECK(spt_ckpt_open(&c2, io, DIR, NULL, fresh(&err)) ==
			      0);
			CHECK(spt_commitlog_open(&cl, &c2, false, &err) == 0);
			simfs_plan(fs)->ops = 0;
			simfs_plan(fs)->crash = k;
			simfs_plan(fs)->part = x % 3;
			if (log_commit(cl, last, ids[last], fresh(&err)) == 0)
				done = last;
			fired = simfs_plan(fs)->fired;
			spt_commitlog_close(cl);
			spt_ckpt_fini(&c2);
			simfs_restart(
			    fs, (enum simfs_loss)(x / 3), (uint64_t)k);
			CHECK(begin_run(io, &c2, &run2, &r2, fresh(&err)) == 0);
			CHECK(r2.committed >= done && r2.committed <= last);
			CHECK(r2.logged == last);
			CHECK(
			    spt_epochlog_get(r2.epochs, last, &ep, &err) == 1 &&
			    is_epoch(&ep, last));
			end_run(&c2, &run2, &r2);
			CHECK_INT(simfs_open_files(fs), 0);
			simfs_free(fs);
			if (!fired)
				goto done;
		}
done:
	CHECK(k > 5);
	CHECK(log_commit(commits, last, ids[last], fresh(&err)) == 0);
	CHECK(spt_epochlog_trim(r.epochs, last, &err) == 0);
	CHECK(log_epoch(r.epochs, last + 1, id, &err) == 0);
	spt_commitlog_close(commits);
	end_run(&c, &run, &r);
	CHECK(begin_run(simfs_io(start), &c, &run, &r, fresh(&err)) == 0);
	CHECK(r.committed == last && r.logged == last + 1);
	end_run(&c, &run, &r);
	simfs_free(start);
}

/* ---- faults -------------------------------------------------------------- */

/* A sync that failed once is not tried again: the log refuses. */
static void
test_failed_sync(void)
{
	struct simfs *fs = new_checkpoint();
	struct simfs_plan *plan = simfs_plan(fs);
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;
	char id[SPT_ID_SIZE];

	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	CHECK(log_epoch(r.epochs, 0, id, &err) == 0);
	plan->calls = 0;
	plan->fail = 3; /* lseek, writev, fdatasync */
	plan->code = EIO;
	CHECK(log_epoch(r.epochs, 1, id, fresh(&err)) == -1);
	CHECK(plan->fired && has_text(&err, "epochs.log: cannot sync"));
	plan->fail = 0;
	CHECK(log_epoch(r.epochs, 1, id, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ESYSTEM && has_text(&err, "earlier write"));
	CHECK(spt_epochlog_trim(r.epochs, 10000, fresh(&err)) == -1);
	end_run(&c, &run, &r);
	/* Killed, not cut off: the next run sees the record in the cache and
	 * must not believe it before it is in another file. */
	simfs_restart(fs, SIMFS_KILLED, 1);
	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	CHECK_INT(r.logged, 1);
	end_run(&c, &run, &r);
	simfs_restart(fs, SIMFS_DROP, 1);
	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	CHECK_INT(r.logged, 1);
	end_run(&c, &run, &r);
	simfs_free(fs);
}

/* ---- commits that are lost whole ------------------------------------------
 */

/* Ends of records are no torn tail: what epochs.log knows decides. */
static void
test_lost_commits(void)
{
	enum { EPOCHS = 6 };
	struct simfs *fs = new_checkpoint();
	const struct spt_io *io = simfs_io(fs);
	char id[SPT_ID_SIZE];
	struct spt_source_run run;
	struct spt_commitlog *commits;
	struct spt_recovery r;
	struct spt_ckpt c;
	size_t end[EPOCHS + 1], all;
	uint8_t *log;

	CHECK(begin_run(io, &c, &run, &r, fresh(&err)) == 0);
	CHECK(spt_commitlog_open(&commits, &c, false, &err) == 0);
	simfs_get(fs, DIR "/commits.log", &end[0]);
	for (int64_t k = 0; k < EPOCHS; k++) {
		CHECK(log_knowing(r.epochs, k, k, id, &err) == 0);
		CHECK(log_commit(commits, k, id, &err) == 0);
		simfs_get(fs, DIR "/commits.log", &end[k + 1]);
	}
	spt_commitlog_close(commits);
	end_run(&c, &run, &r);
	log = malloc(end[EPOCHS]);
	memcpy(log, simfs_get(fs, DIR "/commits.log", &all), end[EPOCHS]);
	CHECK_INT(all, end[EPOCHS]);
	for (int64_t k = 0; k <= EPOCHS; k++) {
		struct simfs *cut = simfs_clone(fs);
		/* The last one may have been written and not synced. */
		const bool fine = k >= EPOCHS - 1;

		simfs_set(cut, DIR "/commits.log", log, end[k]);
		CHECK(begin_run(simfs_io(cut), &c, &run, &r, fresh(&err)) ==
		      (fine ? 0 : -1));
		if (fine) {
			CHECK_INT(r.committed, k - 1);
			end_run(&c, &run, &r);
		} else {
			CHECK(err.kind == SPT_ECHECKPOINT &&
			      has_text(&err, "/commits.log: has lost records: "
					     "epoch 4 was committed"));
		}
		CHECK_INT(simfs_open_files(cut), 0);
		simfs_free(cut);
	}
	free(log);
	simfs_free(fs);
}

/* ---- damage -------------------------------------------------------------- */

/* 5 epochs, 0..2 of them committed. */
static struct simfs *
some_epochs(char id[5][SPT_ID_SIZE])
{
	struct simfs *fs = new_checkpoint();
	struct spt_source_run run;
	struct spt_commitlog *commits;
	struct spt_recovery r;
	struct spt_ckpt c;

	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	CHECK(spt_commitlog_open(&commits, &c, false, &err) == 0);
	for (int64_t k = 0; k < 5; k++) {
		CHECK(log_epoch(r.epochs, k, id[k], &err) == 0);
		if (k < 3)
			CHECK(log_commit(commits, k, id[k], &err) == 0);
	}
	spt_commitlog_close(commits);
	end_run(&c, &run, &r);
	return fs;
}

/* Is what a run starts from a state that was once true, or refused by name? */
static bool
allowed(struct simfs *from, const char *path, const void *p, size_t n,
    char id[5][SPT_ID_SIZE])
{
	struct simfs *fs = simfs_clone(from);
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_epoch ep;
	struct spt_ckpt c;
	bool good = true;

	simfs_set(fs, path, p, n);
	if (begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) < 0) {
		good = err.kind == SPT_ECHECKPOINT &&
		       strstr(err.msg, "c/") != NULL;
	} else {
		/* At most the last record of a log may be taken for torn. */
		good = r.committed >= 1 && r.committed <= 2 && r.logged >= 3 &&
		       r.logged <= 4 && strcmp(r.id, id[r.committed]) == 0;
		for (int64_t k = 0; good && k <= r.logged; k++)
			good = spt_epochlog_get(r.epochs, k, &ep, &err) == 1 &&
			       is_epoch(&ep, k) && strcmp(ep.id, id[k]) == 0;
		end_run(&c, &run, &r);
	}
	simfs_free(fs);
	return good;
}

static void
test_flips(void)
{
	static const char *const files[] = { "/epochs.log", "/commits.log" };
	char id[5][SPT_ID_SIZE], path[40];
	struct simfs *fs = some_epochs(id);

	for (int f = 0; f < 2; f++) {
		const uint8_t *p;
		uint8_t *copy;
		size_t size;
		int wrong = 0;

		snprintf(path, sizeof path, DIR "%s", files[f]);
		p = simfs_get(fs, path, &size);
		copy = malloc(size);
		memcpy(copy, p, size);
		for (size_t bit = 0; bit < 8 * size; bit++) {
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			wrong += !allowed(fs, path, copy, size, id);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		CHECK_INT(wrong, 0);
		free(copy);
	}
	simfs_free(fs);
}

/* Cut anywhere: epochs.log may lose what was not committed (a sink that is
 * ahead sees by the id that the history is another); commits.log may forget,
 * and then epochs are run again. */
static void
test_cuts(void)
{
	char id[5][SPT_ID_SIZE];
	struct simfs *fs = some_epochs(id);
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;
	size_t size;
	int refused[2] = { 0 };

	for (int f = 0; f < 2; f++) {
		const char *path =
		    f == 0 ? DIR "/epochs.log" : DIR "/commits.log";

		simfs_get(fs, path, &size);
		for (size_t n = 0; n < size; n++) {
			struct simfs *cut = simfs_clone(fs);
			const uint8_t *p = simfs_get(fs, path, &size);

			simfs_set(cut, path, p, n);
			if (begin_run(
				simfs_io(cut), &c, &run, &r, fresh(&err)) < 0) {
				refused[f]++;
				CHECK(err.kind == SPT_ECHECKPOINT &&
				      strstr(err.msg, "c/") != NULL);
			} else {
				CHECK(f == 0
					  ? r.committed == 2 && r.logged >= 2
					  : r.committed <= 2 && r.logged == 4);
				end_run(&c, &run, &r);
			}
			simfs_free(cut);
		}
	}
	CHECK(refused[0] > 100 && refused[1] > 50);
	simfs_free(fs);
}

static void
test_missing(void)
{
	static const char *const files[] = { "/epochs.log", "/commits.log",
		"/query" };
	char id[5][SPT_ID_SIZE], path[40];
	struct simfs *fs = some_epochs(id);
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;

	for (int f = 0; f < 3; f++) {
		struct simfs *cut = simfs_clone(fs);

		snprintf(path, sizeof path, DIR "%s", files[f]);
		simfs_remove(cut, path);
		CHECK(
		    begin_run(simfs_io(cut), &c, &run, &r, fresh(&err)) == -1);
		CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, path) &&
		      has_text(&err, "missing"));
		simfs_free(cut);
	}
	/* `run` holds nothing that is needed; locks neither. */
	simfs_remove(fs, DIR "/run");
	simfs_remove(fs, DIR "/lock");
	simfs_remove(fs, DIR "/lock.source");
	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	CHECK(r.committed == 2 && r.logged == 4);
	end_run(&c, &run, &r);
	simfs_free(fs);
}

/* Files of another query, or of the same at another time. */
static void
test_swapped(void)
{
	char id[5][SPT_ID_SIZE], ids[5][SPT_ID_SIZE];
	struct simfs *fs = some_epochs(id), *other = simfs_new(4);
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;
	const uint8_t *p;
	size_t n;

	CHECK(begin_run(simfs_io(other), &c, &run, &r, fresh(&err)) == 0);
	CHECK(log_epoch(r.epochs, 0, ids[0], &err) == 0);
	end_run(&c, &run, &r);
	p = simfs_get(other, DIR "/epochs.log", &n);
	simfs_set(fs, DIR "/epochs.log", p, n);
	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "another query"));
	simfs_free(fs);
	/* Same query, another history: ids do not agree. */
	fs = new_checkpoint();
	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == 0);
	{
		struct spt_commitlog *commits;
		struct spt_epoch ep = { .time = 77 };

		CHECK(spt_epochlog_append(r.epochs, &ep, &err) == 0);
		CHECK(spt_commitlog_open(&commits, &c, false, &err) == 0);
		CHECK(log_commit(commits, 0, "0123456789abcdef", &err) == 0);
		spt_commitlog_close(commits);
	}
	end_run(&c, &run, &r);
	CHECK(begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "one history"));
	simfs_free(fs);
	simfs_free(other);
}

/* ---- heads --------------------------------------------------------------- */

static void
test_heads(void)
{
	struct spt_buf b;
	struct spt_head h;
	char what[SPT_HEAD_SIZE];
	static const char *const bad[] = { "x", "=", "x=", "a=1  b=2", " a=1",
		"a=1 =2", "a b=1" };
	static const char *const bad_head[] = { "", "x", "snapshot-1",
		"snapshot-1:5", "snapshot-1:5:", "snapshot-1:5:123",
		"snapshot-1:5:1234567g", "snapshot-:5:12345678",
		"../../x:5:12345678", "snapshot-1/x:5:12345678",
		"snapshot-1:5x:12345678",
		"delta-12345678901234567890:5:12345678" };

	spt_buf_init(&b, spt_io_system());
	CHECK(spt_heads_set(&b, NULL, "a-1", "-", fresh(&err)) == 0);
	CHECK_STR(spt_buf_str(&b, &err), "a-1=-");
	b.len = 0;
	CHECK(spt_heads_set(&b, "a-1=- b=x:1", "c", "-", &err) == 0);
	CHECK_STR(spt_buf_str(&b, &err), "a-1=- b=x:1 c=-");
	b.len = 0;
	CHECK(spt_heads_set(&b, "a=- a-1=x b=-", "a-1", "snapshot-1:2:00000003",
		  &err) == 0);
	CHECK_STR(spt_buf_str(&b, &err), "a=- a-1=snapshot-1:2:00000003 b=-");
	CHECK(spt_heads_get("a=- a-1=q b=-", "a-1", what, &err) == 1);
	CHECK_STR(what, "q");
	CHECK(spt_heads_get("a=- a-1=q b=-", "a-", what, &err) == 0);
	CHECK(spt_heads_get(NULL, "a", what, &err) == 0);
	b.len = 0;
	CHECK(spt_heads_merge(&b, "a=1 b=2", "b=3 c=4", &err) == 0);
	CHECK_STR(spt_buf_str(&b, &err), "a=1 b=2 c=4");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(spt_heads_get(bad[i], "zz", what, fresh(&err)) == -1 &&
		      err.kind == SPT_ECHECKPOINT);
	for (size_t i = 0; i < sizeof bad_head / sizeof *bad_head; i++)
		CHECK(spt_head_parse(&h, bad_head[i], fresh(&err)) == -1 &&
		      err.kind == SPT_ECHECKPOINT);
	CHECK(spt_head_parse(&h, "delta-12:345:0000abcd", fresh(&err)) == 0);
	CHECK(h.length == 345 && h.mark == 0xabcd);
	CHECK_STR(h.file, "delta-12");
	spt_head_print(&h, what);
	CHECK_STR(what, "delta-12:345:0000abcd");
	CHECK(spt_id_check("swindow-1", &err) == 0);
	CHECK(spt_id_check("a.b_C", &err) == 0);
	CHECK(spt_id_check("", fresh(&err)) == -1);
	CHECK(spt_id_check(".x", fresh(&err)) == -1);
	CHECK(spt_id_check("a/b", fresh(&err)) == -1);
	CHECK(spt_id_check("a b", fresh(&err)) == -1);
	CHECK(spt_id_check("\xc3\xa9", fresh(&err)) == -1 &&
	      err.kind == SPT_EUSAGE);
	spt_buf_fini(&b);
}

int
main(void)
{
	test_life();
	test_ids();
	test_crashes();
	test_lost_commits();
	test_trim_crashes();
	test_failed_sync();
	test_flips();
	test_cuts();
	test_missing();
	test_swapped();
	test_heads();
	return DONE;
}

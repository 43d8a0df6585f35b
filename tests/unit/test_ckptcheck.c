#include "ckpt/check.h"
#include "ckpt/keep.h"
#include "ckpt/spool.h"
#include "ckpt_harness.h"

static struct spt_err err;

/* ---- a checkpoint with something of everything in it --------------------- */

struct made {
	struct simfs *fs;
	char hash[SPT_DIGEST_SIZE];
	struct spt_spool_at need;
};

static int
save(void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	int64_t *n = self;
	char big[3000];

	(void)delta;
	++*n;
	memset(big, (int)*n, sizeof big);
	if (out->put(out->ctx, "n", 1, n, sizeof *n, e) < 0)
		return -1;
	return out->put(out->ctx, n, sizeof *n, big, sizeof big, e);
}

static int
load(void *self, struct spt_state_in *in, struct spt_err *e)
{
	const void *k, *v;
	size_t nk, nv;
	int rc;

	while ((rc = in->next(in->ctx, &k, &nk, &v, &nv, e)) > 0)
		if (nk == 1)
			memcpy(self, v, sizeof(int64_t));
	return rc;
}

static struct spt_member_conf
conf_of(const struct spt_ckpt *c, const struct spt_source_run *run,
    const struct spt_recovery *r)
{
	struct spt_member_conf conf = { .dir = DIR,
		.query = c->uuid,
		.run = run->text,
		.restore = r->committed,
		.heads = r->heads,
		.id = "sum-1",
		.has_state = true,
		.args = "{}",
		.schema = "" };

	return conf;
}

/* Epochs 0 to last - 1 are committed, one more is logged. */
static void
make(struct made *m, int64_t last)
{
	struct spt_source_run run;
	struct spt_member_conf conf;
	struct spt_commitlog *commits;
	struct spt_recovery r;
	struct spt_member *member;
	struct spt_spool *spool;
	struct spt_ckpt c;
	char heads[200], *kept;
	int64_t n = 0;

	m->fs = new_checkpoint();
	simfs_set(m->fs, "/table", "a,b\n1,2\n", 8);
	CHECK(begin_run(simfs_io(m->fs), &c, &run, &r, fresh(&err)) == 0);
	conf = conf_of(&c, &run, &r);
	CHECK(spt_member_join(&member, simfs_io(m->fs), &conf, &err) == 0);
	CHECK(spt_commitlog_open(&commits, &c, false, &err) == 0);
	CHECK(spt_keep_file(&c, "/table", m->hash, &kept, &err) == 0);
	spt_free(simfs_io(m->fs), kept);
	m->need = (struct spt_spool_at){ 0, 0 };
	CHECK(spt_spool_open(&spool, &c, "stdin", m->need, &err) == 0);
	for (int64_t k = 0; k <= last; k++) {
		struct spt_epoch ep = {
			.epoch = k, .time = k, .done = k - (k > 0)
		};
		struct spt_commit commit = { .epoch = k, .heads = heads };

		CHECK(spt_spool_put(spool, "line\nline\n", 10, &err) == 0);
		CHECK(spt_spool_sync(spool, &err) == 0);
		m->need = spt_spool_at(spool);
		CHECK(spt_epochlog_append(r.epochs, &ep, &err) == 0);
		if (k == last)
			break;
		CHECK(spt_member_save(member, k, save, &n, &err) == 0);
		snprintf(heads, sizeof heads, "sum-1=%s idle-1=-",
		    spt_member_head(member));
		memcpy(commit.id, ep.id, SPT_ID_SIZE);
		CHECK(spt_commitlog_append(commits, &commit, &err) == 0);
		CHECK(spt_member_settle(member, k, save, &n, &err) == 0);
	}
	spt_spool_close(spool);
	spt_member_leave(member);
	spt_commitlog_close(commits);
	end_run(&c, &run, &r);
}

/* Does a run start from it?  Everything is read. */
static bool
starts(const struct made *m, struct simfs *fs)
{
	const struct spt_io *io = simfs_io(fs);
	struct spt_source_run run;
	struct spt_member_conf conf;
	struct spt_recovery r;
	struct spt_member *member = NULL;
	struct spt_spool *spool = NULL;
	struct spt_spool_reader *reader = NULL;
	struct spt_spool_at at, from = { 0, 0 };
	struct spt_ckpt c;
	const void *p;
	size_t n;
	int64_t state;
	char *kept = NULL;
	int rc = -1;

	if (begin_run(io, &c, &run, &r, fresh(&err)) < 0)
		return false;
	conf = conf_of(&c, &run, &r);
	if (spt_member_join(&member, io, &conf, &err) == 0 &&
	    (!spt_member_has_head(member) ||
		spt_member_load(member, load, &state, &err) == 0) &&
	    spt_keep_find(&c, m->hash, &kept, &err) == 0 &&
	    spt_spool_open(&spool, &c, "stdin", m->need, &err) == 0 &&
	    spt_spool_reader_open(&reader, spool, from, &err) == 0)
		while (
		    (rc = spt_spool_reader_next(reader, &p, &n, &at, &err)) > 0)
			;
	spt_spool_reader_close(reader);
	spt_spool_close(spool);
	spt_free(io, kept);
	spt_member_leave(member);
	end_run(&c, &run, &r);
	return rc == 0;
}

/* ---- what a check says --------------------------------------------------- */

struct findings {
	int harmless, repairable, broken;
	char text[4000];
};

static int
take(void *ctx, const struct spt_finding *f, struct spt_err *e)
{
	struct findings *x = ctx;
	size_t n = strlen(x->text);

	(void)e;
	x->harmless += f->verdict == SPT_HARMLESS;
	x->repairable += f->verdict == SPT_REPAIRABLE;
	x->broken += f->verdict == SPT_BROKEN;
	CHECK(f->what[0] != '\0' && f->advice[0] != '\0' && f->file[0] != '/');
	/* What to do is said once, and not by what a run would say. */
	CHECK(strchr(f->what, '(') == NULL &&
	      strstr(f->what, "bring it back") == NULL);
	snprintf(x->text + n, sizeof x->text - n, "%s:%lld: %s\n", f->file,
	    (long long)f->byte, f->what);
	return 0;
}

static struct findings
check(struct simfs *fs)
{
	struct findings x = { 0 };

	CHECK(spt_ckpt_check(simfs_io(fs), DIR, take, &x, fresh(&err)) == 0);
	CHECK_INT(simfs_open_files(fs), 0);
	return x;
}

static void
test_clean(void)
{
	struct findings x;
	struct made m;

	for (int64_t last = 0; last < 40; last += 13) {
		make(&m, last);
		x = check(m.fs);
		if (x.text[0] != '\0')
			printf("%s", x.text);
		CHECK(x.harmless == 0 && x.repairable == 0 && x.broken == 0);
		CHECK(starts(&m, m.fs));
		simfs_free(m.fs);
	}
	/* No checkpoint at all. */
	m.fs = simfs_new(1);
	CHECK(spt_ckpt_check(simfs_io(m.fs), "/none", take, &x, fresh(&err)) ==
	      -1);
	CHECK(err.kind == SPT_ECHECKPOINT);
	simfs_free(m.fs);
}

/* The check calls broken exactly what a run refuses. */
static void
test_agrees(void)
{
	struct made m;
	char path[200];
	int refused = 0, files = 0, wrong = 0, fine = 0;

	make(&m, 6);
	for (size_t k = 0; simfs_file(m.fs, k) != NULL; k++) {
		const uint8_t *p;
		uint8_t *copy;
		size_t size;

		snprintf(path, sizeof path, "%s", simfs_file(m.fs, k));
		if (strncmp(path, DIR "/", 3) != 0)
			continue;
		files++;
		p = simfs_get(m.fs, path, &size);
		copy = malloc(size + 1);
		memcpy(copy, p, size);
		for (size_t i = 0; i <= 2 * size; i++) {
			struct simfs *hurt;
			struct findings x;
			bool good;

			if (i != 2 * size && i % size > 300 && i % 37 != 0)
				continue;
			hurt = simfs_clone(m.fs);
			if (i == 2 * size) {
				simfs_remove(hurt, path);
			} else if (i >= size) {
				simfs_set(hurt, path, copy, i - size);
			} else {
				copy[i] ^= (uint8_t)(1 << i % 8);
				simfs_set(hurt, path, copy, size);
				copy[i] ^= (uint8_t)(1 << i % 8);
			}
			memset(&x, 0, sizeof x);
			CHECK(spt_ckpt_check(simfs_io(hurt), DIR, take, &x,
				  fresh(&err)) == 0);
			good = starts(&m, hurt);
			/* Where an input was read to, and which files are in
			 * use, only its reader knows: of those a check may
			 * say less. */
			if (good != (x.broken == 0) &&
			    (good || (strstr(path, "/spool/") == NULL &&
					 strstr(path, "/files/") == NULL)) &&
			    wrong++ < 5)
				printf("%s, %zu of %zu: a run %s, a check "
				       "says\n%s",
				    path, i, size, good ? "starts" : err.msg,
				    x.text);
			/* Nothing else goes unmentioned. */
			if (!good && x.text[0] == '\0' &&
			    strstr(path, "/spool/") == NULL &&
			    strstr(path, "/files/") == NULL && wrong++ < 5)
				printf("%s, %zu: %s, and not a word\n", path, i,
				    err.msg);
			refused += !good;
			fine += good;
			simfs_free(hurt);
		}
		free(copy);
	}
	CHECK_INT(wrong, 0);
	CHECK(files >= 9 && refused > 1000 && fine > 10);
	printf("%d files, %d refused, %d harmless\n", files, refused, fine);
	simfs_free(m.fs);
}

static void
test_repair(void)
{
	struct made m;
	struct findings x;
	struct spt_lockfile lock;
	int removed;

	make(&m, 8);
	simfs_set(m.fs, DIR "/.query.tmp", "x", 1);
	simfs_set(m.fs, DIR "/stages/sum-1/.snapshot-9.tmp", "x", 1);
	simfs_set(m.fs, DIR "/stages/sum-1/snapshot-900", "x", 1);
	simfs_set(m.fs, DIR "/spool/.stdin-9.tmp", "x", 1);
	simfs_set(m.fs, DIR "/notes.txt", "x", 1);
	x = check(m.fs);
	CHECK(x.broken == 0 && x.repairable == 3 && x.harmless == 2);
	CHECK(strstr(x.text, "notes.txt") != NULL);
	CHECK(strstr(x.text, "stages/sum-1/snapshot-900") != NULL);
	/* Not while somebody works there. */
	CHECK(
	    spt_lockfile_try(&lock, simfs_io(m.fs), DIR "/lock", 0, &err) == 1);
	CHECK(
	    spt_ckpt_repair(simfs_io(m.fs), DIR, &removed, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT);
	spt_lockfile_drop(&lock);
	CHECK(spt_ckpt_repair(simfs_io(m.fs), DIR, &removed, fresh(&err)) == 0);
	CHECK_INT(removed, 3);
	x = check(m.fs);
	CHECK(x.repairable == 0 && x.broken == 0);
	CHECK(simfs_exists(m.fs, DIR "/notes.txt"));
	CHECK(starts(&m, m.fs));
	CHECK(spt_ckpt_repair(simfs_io(m.fs), DIR, &removed, fresh(&err)) == 0);
	CHECK_INT(removed, 0);
	CHECK_INT(simfs_plan(m.fs)->held, 0);
	simfs_free(m.fs);
}

static void
test_summary(void)
{
	struct spt_summary s;
	struct made m;

	make(&m, 8);
	CHECK(spt_summary_get(&s, simfs_io(m.fs), DIR, fresh(&err)) == 0);
	CHECK(s.run == 2 && s.logged.epoch == 8 && s.committed.epoch == 7);
	CHECK(s.n == 1 && s.spool_bytes > 100 && s.files_bytes == 8);
	CHECK_STR(s.v[0].id, "sum-1");
	CHECK(strstr(s.v[0].what, "delta-0:") != NULL && s.v[0].bytes > 20000);
	CHECK_STR(s.source, "");
	CHECK_STR(s.ckpt.schema, "a int, b text");
	spt_summary_fini(&s);
	CHECK_INT(simfs_plan(m.fs)->held, 0);
	CHECK_INT(simfs_open_files(m.fs), 0);
	simfs_free(m.fs);
	/* Before the first epoch. */
	m.fs = new_checkpoint();
	CHECK(spt_summary_get(&s, simfs_io(m.fs), DIR, fresh(&err)) == 0);
	CHECK(s.logged.epoch == -1 && s.committed.epoch == -1 && s.n == 0);
	CHECK_STR(s.committed.heads, "");
	spt_summary_fini(&s);
	simfs_free(m.fs);
}

/* Memory ends, or a call fails, anywhere in a check or a summary. */
static void
test_faults(void)
{
	struct made m;

	make(&m, 4);
	for (int what = 0; what < 4; what++) {
		long k;

		for (k = 1; k < 5000; k++) {
			struct simfs_plan *plan = simfs_plan(m.fs);
			struct findings x = { 0 };
			struct spt_summary s;
			bool fired;
			int rc;

			*plan = (struct simfs_plan){ .code = EIO };
			if (what % 2 == 0)
				plan->starve = k;
			else
				plan->fail = k;
			rc = what < 2 ? spt_ckpt_check(simfs_io(m.fs), DIR,
					    take, &x, fresh(&err))
				      : spt_summary_get(&s, simfs_io(m.fs), DIR,
					    fresh(&err));
			fired = plan->fired;
			CHECK(rc == 0 || err.kind != SPT_OK);
			if (rc == 0 && what >= 2)
				spt_summary_fini(&s);
			CHECK_INT(plan->held, 0);
			CHECK_INT(simfs_open_files(m.fs), 0);
			if (!fired)
				break;
		}
		CHECK(k > 50);
	}
	simfs_free(m.fs);
}

int
main(void)
{
	test_clean();
	test_agrees();
	test_repair();
	test_summary();
	test_faults();
	return DONE;
}

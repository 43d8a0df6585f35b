#include "ckpt/check.h"
#include "ckpt_crashes.h"

static struct spt_err err;

/* ---- a stage whose state can be worked out for any epoch ----------------- */

#define KEYS 8
#define SIZE 6000 /* of a value: so that deltas outweigh snapshots soon */
#define STATE_MOST 250000 /* of a stage, in two or three files of each kind */

struct model {
	int64_t value[KEYS]; /* 0: the key is not there */
	bool dirty[KEYS], removed[KEYS];
	int saves, deltas;
};

/* What an epoch does; one in five has no rows. */
static bool
has_rows(int64_t epoch)
{
	return epoch % 5 != 3;
}

static void
work(struct model *m, int64_t epoch)
{
	if (!has_rows(epoch))
		return;
	for (int64_t i = 0; i < 3; i++) {
		int k = (int)((epoch * 3 + i * i) % KEYS);

		m->value[k] = epoch * 10 + i + 1;
		m->dirty[k] = true;
		m->removed[k] = false;
	}
	if (epoch % 2 == 1) {
		int k = (int)(epoch % KEYS);

		m->removed[k] = m->value[k] != 0;
		m->value[k] = 0;
		m->dirty[k] = false;
	}
}

static struct model
model_at(int64_t epoch)
{
	struct model m = { 0 };

	for (int64_t k = 0; k <= epoch; k++)
		work(&m, k);
	return m;
}

static int
save(void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	struct model *m = self;
	char val[SIZE];

	m->saves++;
	m->deltas += delta;
	for (int k = 0; k < KEYS; k++) {
		int n =
		    snprintf(val, sizeof val, "%lld", (long long)m->value[k]);

		memset(val + n, 'a' + k, sizeof val - (size_t)n);
		if (m->removed[k] && delta &&
		    out->remove(out->ctx, &k, sizeof k, e) < 0)
			return -1;
		if (m->value[k] != 0 && (m->dirty[k] || !delta) &&
		    out->put(out->ctx, &k, sizeof k, val, sizeof val, e) < 0)
			return -1;
		m->dirty[k] = m->removed[k] = false;
	}
	return 0;
}

static int
load(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct model *m = self;
	const void *key, *val;
	size_t n_key, n_val;
	int rc, k;

	memset(m, 0, sizeof *m);
	while ((rc = in->next(in->ctx, &key, &n_key, &val, &n_val, e)) > 0) {
		if (n_key != sizeof k || n_val != SIZE)
			return spt_fail(e, SPT_EDATA, "not an entry of mine");
		memcpy(&k, key, sizeof k);
		if (k < 0 || k >= KEYS || m->value[k] != 0 ||
		    ((const char *)val)[SIZE - 1] != 'a' + k)
			return spt_fail(e, SPT_EDATA, "not a value of mine");
		m->value[k] = atoll(val);
	}
	return rc;
}

static bool
equal(const struct model *a, const struct model *b)
{
	return memcmp(a->value, b->value, sizeof a->value) == 0;
}

/* ---- a pipe of sread, one stage and swrite, in one process --------------- */

struct pipe {
	struct spt_ckpt c;
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_member *m;
	struct spt_commitlog *commits;
	struct model model;
};

static struct spt_member_conf
conf_of(const struct pipe *p)
{
	struct spt_member_conf conf = { .dir = DIR,
		.query = p->c.uuid,
		.run = p->run.text,
		.restore = p->r.committed,
		.heads = p->r.heads,
		.id = "count-1",
		.has_state = true,
		.args = "{\"k\":1}",
		.schema = "k int" };

	return conf;
}

static void
stop(struct pipe *p)
{
	spt_member_leave(p->m);
	spt_commitlog_close(p->commits);
	end_run(&p->c, &p->run, &p->r);
}

/* The state that is loaded must be that of the restored epoch. */
static int
start(struct pipe *p, struct simfs *fs, const struct spt_member_conf *other,
    struct spt_err *e)
{
	const struct spt_io *io = simfs_io(fs);
	struct spt_member_conf conf;
	struct model want;

	memset(p, 0, sizeof *p);
	if (begin_run(io, &p->c, &p->run, &p->r, e) < 0)
		return -1;
	conf = conf_of(p);
	if (other != NULL) {
		conf.args = other->args;
		conf.accept = other->accept;
		conf.warn = other->warn;
		conf.ctx = other->ctx;
		conf.new_state = other->new_state;
		if (other->id != NULL)
			conf.id = other->id;
	}
	if (spt_member_join(&p->m, io, &conf, e) < 0 ||
	    (spt_member_has_head(p->m) &&
		spt_member_load(p->m, load, &p->model, e) < 0) ||
	    spt_commitlog_open(&p->commits, &p->c, false, e) < 0) {
		stop(p);
		return -1;
	}
	if (conf.new_state)
		return 0;
	want = model_at(p->r.committed);
	CHECK(equal(&p->model, &want));
	return 0;
}

/* One epoch: logged, worked, saved, committed.  *done: commits that returned.
 */
static int
epoch(struct pipe *p, int64_t n, struct spt_err *e)
{
	struct spt_epoch ep = { .epoch = n };
	struct spt_commit commit = { .epoch = n };
	struct spt_buf heads;
	int rc = -1;

	if (n > spt_epochlog_newest(p->r.epochs)) {
		if (spt_epochlog_append(p->r.epochs, &ep, e) < 0)
			return -1;
	} else if (spt_epochlog_get(p->r.epochs, n, &ep, e) != 1) {
		return -1;
	}
	work(&p->model, n);
	if (has_rows(n) && spt_member_save(p->m, n, save, &p->model, e) < 0)
		return -1;
	spt_buf_init(&heads, p->c.io);
	if (spt_heads_set(&heads, NULL, "count-1", spt_member_head(p->m), e) ==
		0 &&
	    (commit.heads = spt_buf_str(&heads, e)) != NULL) {
		memcpy(commit.id, ep.id, SPT_ID_SIZE);
		/* The stage settles while swrite commits: before or after. */
		rc = n % 2 == 0 && has_rows(n)
			 ? spt_member_settle(p->m, n, save, &p->model, e)
			 : 0;
		if (rc == 0)
			rc = spt_commitlog_append(p->commits, &commit, e);
		if (rc == 0 && n % 2 == 1 && has_rows(n))
			rc = spt_member_settle(p->m, n, save, &p->model, e);
	}
	spt_buf_fini(&heads);
	return rc;
}

/* A run up to an epoch.  *committed: promised to the world. */
static int
one_run(struct simfs *fs, int64_t target, int64_t *committed)
{
	struct pipe p;
	int rc = 0;

	if (start(&p, fs, NULL, &err) < 0)
		return -1;
	CHECK(p.r.committed >= *committed && p.r.committed <= *committed + 1);
	*committed = p.r.committed;
	while (rc == 0 && *committed < target) {
		rc = epoch(&p, *committed + 1, &err);
		*committed += rc == 0;
	}
	stop(&p);
	return rc;
}

static size_t
count_files(struct simfs *fs, const char *part)
{
	const char *path;
	size_t n = 0;

	for (size_t k = 0; (path = simfs_file(fs, k)) != NULL; k++)
		n += strstr(path, part) != NULL;
	return n;
}

/* Bytes of all that the stage has. */
static size_t
state_bytes(struct simfs *fs)
{
	static const char folder[] = DIR "/stages/count-1/";
	const char *path;
	size_t all = 0, n;

	for (size_t k = 0; (path = simfs_file(fs, k)) != NULL; k++)
		if (strncmp(path, folder, sizeof folder - 1) == 0 &&
		    simfs_get(fs, path, &n) != NULL)
			all += n;
	return all;
}

/* ---- an ordinary life ---------------------------------------------------- */

static void
test_life(void)
{
	struct simfs *fs = new_checkpoint();
	int64_t done = -1;
	struct pipe p;

	CHECK(start(&p, fs, NULL, fresh(&err)) == 0);
	CHECK_STR(spt_member_head(p.m), "-");
	for (int64_t n = 0; n < 200; n++) {
		if (epoch(&p, n, &err) < 0) {
			printf("%s\n", err.msg);
			CHECK(!"an epoch goes well");
			break;
		}
		CHECK(count_files(fs, "/snapshot-") <= 3);
		CHECK(state_bytes(fs) < STATE_MOST);
	}
	/* Every barrier but the first waits for a delta only. */
	CHECK(p.model.deltas == 159);
	CHECK(p.model.saves > 170 && p.model.saves < 240);
	stop(&p);
	CHECK_INT(simfs_plan(fs)->held, 0);
	CHECK_INT(simfs_open_files(fs), 0);
	done = 199;
	for (int64_t n = 200; n < 260; n += 7) {
		simfs_restart(fs, SIMFS_DROP, 1);
		CHECK(one_run(fs, n, &done) == 0);
		CHECK(count_files(fs, "/snapshot-") <= 3);
	}
	CHECK_INT(simfs_plan(fs)->held, 0);
	simfs_free(fs);
}

/* A save without entries, keys and values of every kind, large entries. */
static int
save_ugly(void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	char *big = self;

	if (out->put(out->ctx, "", 0, "", 0, e) < 0 ||
	    out->put(out->ctx, "a\0b", 3, NULL, 0, e) < 0 ||
	    out->put(out->ctx, "a\0b", 3, "later", 5, e) < 0 ||
	    out->put(out->ctx, big, 700000, big, 700000, e) < 0)
		return -1;
	if (!delta)
		return out->put(out->ctx, "gone", 4, "x", 1, e);
	if (out->put(out->ctx, "gone", 4, "y", 1, e) < 0)
		return -1;
	return out->remove(out->ctx, "gone", 4, e);
}

static int
save_nothing(
    void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	(void)self;
	(void)out;
	(void)delta;
	(void)e;
	return 0;
}

struct seen {
	int empty, later, big, gone, all;
};

static int
load_ugly(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct seen *s = self;
	const void *k, *v;
	size_t nk, nv;
	int rc;

	while ((rc = in->next(in->ctx, &k, &nk, &v, &nv, e)) > 0) {
		s->all++;
		s->empty += nk == 0 && nv == 0;
		s->later += nk == 3 && nv == 5 && memcmp(v, "later", 5) == 0;
		s->big += nk == 700000 && nv == nk && memcmp(k, v, nk) == 0;
		s->gone += nk == 4;
	}
	return rc;
}

static int
load_some(void *self, struct spt_state_in *in, struct spt_err *e)
{
	const void *k, *v;
	size_t nk, nv;

	(void)self;
	return in->next(in->ctx, &k, &nk, &v, &nv, e) < 0 ? -1 : 0;
}

/* Runs of one epoch each: they go on with the files of those before, and what
 * a run left that was not committed is cut off before that. */
static void
test_short_runs(void)
{
	struct simfs *fs = new_checkpoint();
	int64_t done = -1;
	int saves = 0, deltas = 0, cuts = 0;
	struct pipe p;

	for (int64_t n = 0; n < 300; n++) {
		size_t size, now;

		if (start(&p, fs, NULL, fresh(&err)) < 0) {
			printf("epoch %lld: %s\n", (long long)n, err.msg);
			CHECK(!"a run begins");
			break;
		}
		CHECK(state_bytes(fs) < STATE_MOST);
		if (n % 3 == 0 && has_rows(n) && n != 0) {
			/* This one is killed before it commits. */
			char path[100];

			work(&p.model, n);
			CHECK(
			    spt_member_save(p.m, n, save, &p.model, &err) == 0);
			sscanf(spt_member_head(p.m), "%[^:]:%zu", path, &size);
			stop(&p);
			CHECK(start(&p, fs, NULL, fresh(&err)) == 0);
			if (strncmp(path, "delta-", 6) == 0) {
				char file[200];

				snprintf(file, sizeof file,
				    DIR "/stages/count-1/%s", path);
				now = 0;
				if (simfs_get(fs, file, &now) != NULL)
					CHECK(now < size);
				cuts++;
			}
		}
		CHECK(epoch(&p, n, &err) == 0);
		done = n;
		saves += p.model.saves;
		deltas += p.model.deltas;
		stop(&p);
		CHECK(count_files(fs, "/snapshot-") <= 3);
	}
	CHECK_INT(done, 299);
	/* One save an epoch with rows, and nothing that no head names. */
	CHECK_INT(saves, 240);
	CHECK(deltas > 180 && deltas < 200);
	CHECK(cuts > 60);
	CHECK_INT(simfs_plan(fs)->held, 0);
	CHECK_INT(simfs_open_files(fs), 0);
	simfs_free(fs);
}

/* Deltas are counted over runs: 1,000 of them are enough. */
static void
test_many(void)
{
	struct simfs *fs = new_checkpoint();
	struct spt_member_conf conf;
	char heads[200] = "";
	struct pipe p;

	memset(&p, 0, sizeof p);
	CHECK(begin_run(simfs_io(fs), &p.c, &p.run, &p.r, fresh(&err)) == 0);
	conf = conf_of(&p);
	for (int64_t n = 0; n <= 1002; n++) {
		const char *want = n == 0      ? "snapshot-0:"
				   : n <= 1000 ? "delta-0:"
					       : "snapshot-1001:";

		if (n % 100 < 2) {
			snprintf(heads, sizeof heads, "count-1=%s",
			    n != 0 ? spt_member_head(p.m) : "-");
			conf.heads = heads;
			conf.restore = n - 1;
			spt_member_leave(p.m);
			CHECK(spt_member_join(
				  &p.m, simfs_io(fs), &conf, &err) == 0);
			if (n != 0)
				CHECK(spt_member_load(
					  p.m, load_some, NULL, &err) == 0);
		}
		if (n < 1002)
			CHECK(spt_member_save(
				  p.m, n, save_nothing, NULL, &err) == 0);
		CHECK(strncmp(spt_member_head(p.m), want, strlen(want)) == 0);
		CHECK_INT(spt_member_settles(p.m), n > 1000);
	}
	spt_member_leave(p.m);
	end_run(&p.c, &p.run, &p.r);
	simfs_free(fs);
}

static void
test_ugly_entries(void)
{
	struct simfs *fs = new_checkpoint();
	char *big = malloc(700000);
	struct pipe p;
	struct spt_member_conf conf;
	char heads[200];
	struct seen s;

	for (size_t i = 0; i < 700000; i++)
		big[i] = (char)(i * 7);
	for (int deltas = 0; deltas < 3; deltas++) {
		memset(&p, 0, sizeof p);
		CHECK(begin_run(
			  simfs_io(fs), &p.c, &p.run, &p.r, fresh(&err)) == 0);
		conf = conf_of(&p);
		CHECK(spt_member_join(&p.m, simfs_io(fs), &conf, &err) == 0);
		CHECK(spt_member_save(p.m, 0, save_ugly, big, &err) == 0);
		if (deltas > 1)
			CHECK(spt_member_save(
				  p.m, 1, save_nothing, big, &err) == 0);
		if (deltas > 0)
			CHECK(
			    spt_member_save(p.m, 2, save_ugly, big, &err) == 0);
		snprintf(
		    heads, sizeof heads, "count-1=%s", spt_member_head(p.m));
		CHECK(strstr(heads, deltas ? "delta-0" : "snapshot-0") != NULL);
		spt_member_leave(p.m);
		conf.restore = 2;
		conf.heads = heads;
		for (int part = 0; part < 2; part++) {
			CHECK(spt_member_join(
				  &p.m, simfs_io(fs), &conf, fresh(&err)) == 0);
			CHECK(spt_member_has_head(p.m));
			memset(&s, 0, sizeof s);
			CHECK(spt_member_load(p.m, part ? load_some : load_ugly,
				  &s, &err) == 0);
			if (part == 0) {
				CHECK(
				    s.empty == 1 && s.later == 1 && s.big == 1);
				CHECK_INT(s.gone, deltas ? 0 : 1);
				CHECK_INT(s.all, deltas ? 3 : 5);
			}
			spt_member_leave(p.m);
		}
		end_run(&p.c, &p.run, &p.r);
	}
	free(big);
	simfs_free(fs);
}

/* ---- crashes ------------------------------------------------------------- */

/* Of 14 epochs: what is loaded is the state of its epoch (start checks). */
static int
run_work(struct simfs *fs, void *promised, int64_t target)
{
	return one_run(fs, target, promised);
}

static void
check_tidy(struct simfs *fs, const void *promised)
{
	(void)promised;
	CHECK_INT(count_files(fs, ".tmp"), 0);
}

static void
test_crashes(void)
{
	static const int64_t nothing = -1;
	static const struct crash_work work = { .run = run_work,
		.err = &err,
		.check = check_tidy,
		.nothing = &nothing,
		.size = sizeof nothing,
		.target = { 13, 15, 20 },
		.early = 60,
		.states = 600 };

	crash_everywhere(&work);
	fail_everywhere(&work, 60);
}

/* ---- damage -------------------------------------------------------------- */

/* Does a restart work, and with the right state? */
static bool
allowed(struct simfs *fs, bool *refused)
{
	struct pipe p;
	int before = unit_failed;

	*refused = false;
	if (start(&p, fs, NULL, fresh(&err)) < 0) {
		*refused = true;
		return err.kind == SPT_ECHECKPOINT &&
		       strstr(err.msg, "stages/count-1/") != NULL &&
		       strstr(err.msg, "--new-state") != NULL;
	}
	stop(&p);
	return unit_failed == before;
}

/* Every file of the stage: every bit flipped (in one byte of many), every
 * length, and gone. */
static void
test_damage(void)
{
	struct simfs *fs = new_checkpoint();
	int64_t done = -1;
	char path[200];
	size_t files = 0, wrong = 0, refusals[3] = { 0 };
	bool refused;

	CHECK(one_run(fs, 7, &done) == 0);
	for (size_t k = 0; simfs_file(fs, k) != NULL; k++) {
		const uint8_t *p;
		uint8_t *copy;
		size_t size;
		struct simfs *hurt;

		snprintf(path, sizeof path, "%s", simfs_file(fs, k));
		if (strstr(path, "/stages/") == NULL ||
		    strstr(path, "lock") != NULL)
			continue;
		files++;
		p = simfs_get(fs, path, &size);
		copy = malloc(size + 1);
		memcpy(copy, p, size);
		for (size_t i = 0; i < size; i++) {
			/* The heads of records, and some of the rest. */
			if (i > 300 && i % 61 != 0 && i + 100 < size)
				continue;
			hurt = simfs_clone(fs);
			copy[i] ^= (uint8_t)(1 << i % 8);
			simfs_set(hurt, path, copy, size);
			copy[i] ^= (uint8_t)(1 << i % 8);
			if (!allowed(hurt, &refused) && wrong++ < 5)
				printf("%s, byte %zu: %s\n", path, i, err.msg);
			refusals[0] += refused;
			simfs_free(hurt);
			hurt = simfs_clone(fs);
			simfs_set(hurt, path, copy, i);
			if (!allowed(hurt, &refused) && wrong++ < 5)
				printf("%s cut at %zu: %s\n", path, i, err.msg);
			refusals[1] += refused;
			simfs_free(hurt);
		}
		hurt = simfs_clone(fs);
		simfs_remove(hurt, path);
		wrong += !allowed(hurt, &refused);
		refusals[2] += refused;
		simfs_free(hurt);
		free(copy);
	}
	CHECK_INT(wrong, 0);
	printf("damage: %zu files, refused %zu %zu %zu\n", files, refusals[0],
	    refusals[1], refusals[2]);
	CHECK(files >= 3 && refusals[0] > 500 && refusals[1] > 500 &&
	      refusals[2] >= 3);
	simfs_free(fs);
}

/* A state file put in place of another one. */
static void
test_swapped(void)
{
	struct simfs *a = new_checkpoint(), *b = new_checkpoint();
	int64_t done = -1, again = -1;
	bool refused;
	size_t n, swaps = 0;
	char path[200];

	/* Same query, same epochs, but b went two epochs further. */
	CHECK(one_run(a, 5, &done) == 0 && one_run(b, 7, &again) == 0);
	for (size_t k = 0; simfs_file(a, k) != NULL; k++) {
		struct simfs *mixed = simfs_clone(a);
		const uint8_t *p;

		snprintf(path, sizeof path, "%s", simfs_file(a, k));
		p = simfs_get(b, path, &n);
		if (strstr(path, "count-1/") != NULL && p != NULL) {
			simfs_set(mixed, path, p, n);
			CHECK(allowed(mixed, &refused));
			swaps++;
		}
		simfs_free(mixed);
	}
	CHECK(swaps >= 3);
	simfs_free(a);
	simfs_free(b);
}

/* A state of the same epoch and length, but not the one that was committed. */
static void
test_other_state(void)
{
	struct simfs *fs = new_checkpoint();
	struct spt_member_conf conf;
	struct model a = model_at(4), b = model_at(4);
	char heads[200], kept[100000];
	const uint8_t *bytes;
	size_t n;
	struct pipe p;

	b.value[2]++;
	memset(&p, 0, sizeof p);
	CHECK(begin_run(simfs_io(fs), &p.c, &p.run, &p.r, fresh(&err)) == 0);
	conf = conf_of(&p);
	CHECK(spt_member_join(&p.m, simfs_io(fs), &conf, &err) == 0);
	CHECK(spt_member_save(p.m, 4, save, &a, &err) == 0);
	spt_member_leave(p.m);
	bytes = simfs_get(fs, DIR "/stages/count-1/snapshot-4", &n);
	CHECK(n < sizeof kept);
	memcpy(kept, bytes, n < sizeof kept ? n : sizeof kept);
	CHECK(spt_member_join(&p.m, simfs_io(fs), &conf, &err) == 0);
	CHECK(spt_member_save(p.m, 4, save, &b, &err) == 0);
	snprintf(heads, sizeof heads, "count-1=%s", spt_member_head(p.m));
	spt_member_leave(p.m);
	conf.heads = heads;
	conf.restore = 4;
	simfs_set(fs, DIR "/stages/count-1/snapshot-4", kept, n);
	CHECK(spt_member_join(&p.m, simfs_io(fs), &conf, fresh(&err)) == 0);
	CHECK(spt_member_load(p.m, load, &a, &err) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT &&
	      has_text(&err, "not the state that was committed"));
	spt_member_leave(p.m);
	end_run(&p.c, &p.run, &p.r);
	simfs_free(fs);
}

/* ---- arguments, ids, --new-state ----------------------------------------- */

/* What the member asked or said. */
struct told {
	int asked, warnings;
};

static int
accept_some(
    void *ctx, const char *old_args, const char *old_schema, struct spt_err *e)
{
	struct told *told = ctx;

	told->asked++;
	CHECK_STR(old_schema, "k int");
	if (strstr(old_args, "refuse") != NULL)
		return spt_fail(e, SPT_ECHECKPOINT, "because of \"refuse\"");
	return strstr(old_args, "no") == NULL;
}

static void
test_arguments(void)
{
	struct simfs *fs = new_checkpoint();
	struct spt_member_conf other = { .args = "{\"k\":2}" };
	int64_t done = -1;
	struct told told = { 0 };
	struct pipe p;

	CHECK(one_run(fs, 4, &done) == 0);
	/* Nobody says that they are the same. */
	CHECK(start(&p, fs, &other, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "count-1") &&
	      has_text(&err, "--new-state"));
	/* Nothing was changed by that. */
	CHECK(one_run(fs, 5, &done) == 0);
	/* Accepted: the new ones are kept with the first state of them. */
	other.accept = accept_some;
	other.ctx = &told;
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	CHECK_INT(told.asked, 1);
	stop(&p);
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	CHECK_INT(told.asked, 2);
	CHECK(spt_member_save(p.m, done + 1, save, &p.model, &err) == 0);
	stop(&p);
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	CHECK_INT(told.asked, 2);
	stop(&p);
	other.args = "refuse";
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	CHECK(spt_member_save(p.m, done + 1, save, &p.model, &err) == 0);
	stop(&p);
	other.args = "{}";
	CHECK(start(&p, fs, &other, fresh(&err)) == -1);
	CHECK(has_text(&err, "because of \"refuse\"") &&
	      has_text(&err, "--new-state"));
	simfs_free(fs);
}

static void
test_new_state(void)
{
	struct simfs *fs = new_checkpoint();
	struct spt_member_conf other = { .args = "{}", .new_state = true };
	struct spt_member_conf conf;
	int64_t done = -1;
	struct pipe p;

	CHECK(one_run(fs, 4, &done) == 0);
	/* Another id, which was not there at epoch 4: it starts empty, also
	 * after a run that committed nothing. */
	memset(&p, 0, sizeof p);
	for (int k = 0; k < 2; k++) {
		CHECK(begin_run(
			  simfs_io(fs), &p.c, &p.run, &p.r, fresh(&err)) == 0);
		conf = conf_of(&p);
		conf.id = "sum-1";
		if (k == 0) {
			CHECK(spt_member_join(
				  &p.m, simfs_io(fs), &conf, &err) == -1);
			CHECK(has_text(&err, "stage sum-1 was not in"));
			fresh(&err);
		}
		conf.may_be_new = true;
		CHECK(spt_member_join(&p.m, simfs_io(fs), &conf, &err) == 0);
		CHECK(!spt_member_has_head(p.m));
		CHECK_INT(count_files(fs, "sum-1/snapshot-"), 0);
		CHECK(spt_member_save(p.m, 5, save, &p.model, &err) == 0);
		spt_member_leave(p.m);
		end_run(&p.c, &p.run, &p.r);
	}
	/* One that once was there, but not at the epoch of the restart. */
	CHECK(begin_run(simfs_io(fs), &p.c, &p.run, &p.r, fresh(&err)) == 0);
	conf = conf_of(&p);
	conf.heads = "other-1=-";
	CHECK(spt_member_join(&p.m, simfs_io(fs), &conf, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "count-1") &&
	      has_text(&err, "--id"));
	end_run(&p.c, &p.run, &p.r);
	/* The old state is moved aside, whole. */
	other.id = NULL;
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	CHECK(!spt_member_has_head(p.m));
	CHECK(simfs_exists(fs, DIR "/stages/count-1~1/stage"));
	CHECK(count_files(fs, "count-1~1/snapshot-") > 0);
	CHECK_INT(count_files(fs, "count-1/snapshot-"), 0);
	stop(&p);
	/* And again. */
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	CHECK(simfs_exists(fs, DIR "/stages/count-1~2"));
	CHECK(epoch(&p, 5, &err) == 0);
	stop(&p);
	CHECK_INT(simfs_plan(fs)->held, 0);
	simfs_free(fs);
}

static void
test_same_id(void)
{
	struct simfs *fs = new_checkpoint();
	struct spt_member_conf conf;
	struct spt_member *m;
	struct pipe p;

	CHECK(start(&p, fs, NULL, fresh(&err)) == 0);
	conf = conf_of(&p);
	CHECK(spt_member_join(&m, simfs_io(fs), &conf, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "--id"));
	conf.id = "a/b";
	CHECK(spt_member_join(&m, simfs_io(fs), &conf, fresh(&err)) == -1);
	CHECK(err.kind == SPT_EUSAGE);
	/* Without state only the run matters. */
	conf.id = "other";
	conf.has_state = false;
	conf.restore = 17;
	CHECK(spt_member_join(&m, simfs_io(fs), &conf, fresh(&err)) == 0);
	CHECK(!simfs_exists(fs, DIR "/stages/other"));
	spt_member_leave(m);
	conf.run = "1:0";
	CHECK(spt_member_join(&m, simfs_io(fs), &conf, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT);
	stop(&p);
	simfs_free(fs);
}

/* ---- a failed save is the last one --------------------------------------- */

static void
test_failed_save(void)
{
	struct simfs *fs = new_checkpoint();
	struct simfs_plan *plan = simfs_plan(fs);
	struct pipe p;
	char head[SPT_HEAD_SIZE];

	CHECK(start(&p, fs, NULL, fresh(&err)) == 0);
	CHECK(epoch(&p, 0, &err) == 0 && epoch(&p, 1, &err) == 0);
	strcpy(head, spt_member_head(p.m));
	/* A small delta is one write and one sync. */
	plan->calls = 0;
	plan->fail = 2;
	plan->code = EIO;
	CHECK(spt_member_save(p.m, 2, save, &p.model, fresh(&err)) == -1);
	CHECK(plan->fired && has_text(&err, "delta-0: cannot sync"));
	plan->fail = 0;
	CHECK_STR(spt_member_head(p.m), head);
	CHECK(spt_member_save(p.m, 3, save, &p.model, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ESYSTEM && has_text(&err, "earlier save"));
	stop(&p);
	simfs_free(fs);
}

/* ---- old files that cannot be removed ------------------------------------ */

static void
count_warning(void *ctx, const char *line)
{
	CHECK(strstr(line, "/") != NULL);
	((struct told *)ctx)->warnings++;
}

static void
test_untidy(void)
{
	struct simfs *fs = new_checkpoint();
	struct simfs_plan *plan = simfs_plan(fs);
	struct told told = { 0 };
	struct spt_member_conf other = { .args = "{}",
		.accept = accept_some,
		.warn = count_warning,
		.ctx = &told };
	struct spt_commit commit = { .heads = "" };
	int64_t done = -1;
	int rounds = 0;
	struct pipe p;
	size_t before;

	/* Each run with other arguments begins with a snapshot. */
	fresh(&err);
	CHECK(one_run(fs, 10, &done) == 0);
	for (int64_t n = 11; n < 13; n++) {
		char args[40];

		snprintf(args, sizeof args, "{\"k\":%d}", (int)n);
		other.args = args;
		CHECK(start(&p, fs, &other, fresh(&err)) == 0);
		CHECK(epoch(&p, n, &err) == 0);
		stop(&p);
	}
	other.args = "{\"k\":12}";
	CHECK(start(&p, fs, &other, fresh(&err)) == 0);
	work(&p.model, 13);
	CHECK(spt_member_save(p.m, 13, save, &p.model, &err) == 0);
	commit.epoch = 13;
	memset(commit.id, '0', sizeof commit.id - 1);
	CHECK(spt_commitlog_append(p.commits, &commit, &err) == 0);
	before = count_files(fs, "/snapshot-");
	CHECK(spt_member_settles(p.m));
	/* Whichever call it is that fails: nothing but a word. */
	for (plan->fail = 1; rounds == 0 || plan->fired; plan->fail++) {
		plan->calls = 0;
		plan->fired = false;
		plan->code = EACCES;
		CHECK(spt_member_settle(p.m, 13, save, &p.model, fresh(&err)) ==
		      0);
		rounds++;
	}
	CHECK(rounds > 2);
	CHECK_INT(told.warnings, 1);
	CHECK(count_files(fs, "/snapshot-") < before);
	stop(&p);
	simfs_free(fs);
}

int
main(void)
{
	test_life();
	test_short_runs();
	test_many();
	test_ugly_entries();
	test_crashes();
	test_damage();
	test_swapped();
	test_other_state();
	test_arguments();
	test_new_state();
	test_same_id();
	test_failed_save();
	test_untidy();
	return DONE;
}

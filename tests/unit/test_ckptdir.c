#include "ckpt/durable.h"
#include "ckpt/keep.h"
#include "ckpt_harness.h"

#include <sys/stat.h>
#include <unistd.h>

static struct spt_err err;

static char place[] = "/tmp/spate-ckptdir-XXXXXX";

static const char *
in_place(const char *name)
{
	static char path[200];

	snprintf(path, sizeof path, "%s/%s", place, name);
	return path;
}

/* ---- who may use a directory: the real system ---------------------------- */

static void
test_real_directories(void)
{
	const struct spt_io *io = spt_io_system();
	struct spt_ckpt c;
	struct stat st;
	char path[200], uuid[SPT_UUID_SIZE];

	CHECK(mkdtemp(place) != NULL);
	CHECK(spt_ckpt_make(&c, io, in_place("new/"), fresh(&err)) == 0);
	CHECK(!c.known && c.path[0] == '/');
	CHECK(stat(in_place("new"), &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(spt_query_write(&c, "a int, \"b\\\" text\n\x01\x7f", &err) == 0);
	strcpy(uuid, c.uuid);
	spt_ckpt_fini(&c);

	CHECK(spt_ckpt_open(&c, io, in_place("new"), uuid, fresh(&err)) == 0);
	CHECK_STR(c.schema, "a int, \"b\\\" text\n\x01\x7f");
	CHECK_STR(c.uuid, uuid);
	spt_ckpt_fini(&c);
	CHECK(
	    spt_ckpt_open(&c, io, in_place("new"), "other", fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, uuid));
	spt_ckpt_fini(&c);

	/* Never created by those who only open. */
	CHECK(spt_ckpt_open(&c, io, in_place("none"), NULL, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "no such"));
	CHECK(access(in_place("none"), F_OK) != 0);
	spt_ckpt_fini(&c);

	/* A link to a good one. */
	strcpy(path, in_place("new"));
	CHECK(symlink(path, in_place("link")) == 0);
	for (int slash = 0; slash < 2; slash++) {
		CHECK(spt_ckpt_open(&c, io, in_place(slash ? "link/" : "link"),
			  NULL, fresh(&err)) == -1);
		CHECK_INT(err.kind, SPT_ECHECKPOINT);
		spt_ckpt_fini(&c);
	}
	CHECK(spt_ckpt_make(&c, io, in_place("link"), fresh(&err)) == -1);
	CHECK_INT(err.kind, SPT_ECHECKPOINT);
	spt_ckpt_fini(&c);

	/* Open to others. */
	CHECK(chmod(in_place("new"), 0750) == 0);
	CHECK(spt_ckpt_open(&c, io, in_place("new"), NULL, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "0750"));
	spt_ckpt_fini(&c);
	CHECK(chmod(in_place("new"), 0700) == 0);

	/* A file. */
	CHECK(spt_ckpt_make(&c, io, in_place("new/query"), fresh(&err)) == -1);
	CHECK_INT(err.kind, SPT_ECHECKPOINT);
	spt_ckpt_fini(&c);
}

/* A file system on which we are somebody else. */
static uid_t
somebody_else(const struct spt_io *io)
{
	(void)io;
	return geteuid() + 1;
}

static void
test_other_owner(void)
{
	struct spt_io io = *spt_io_system();
	struct spt_ckpt c;

	io.geteuid = somebody_else;
	CHECK(spt_ckpt_open(&c, &io, in_place("new"), NULL, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "belongs to user"));
	spt_ckpt_fini(&c);
	CHECK(spt_ckpt_make(&c, &io, in_place("new"), fresh(&err)) == -1);
	CHECK_INT(err.kind, SPT_ECHECKPOINT);
	spt_ckpt_fini(&c);
}

static void
test_strangers(void)
{
	const struct spt_io *io = spt_io_system();
	struct spt_ckpt c;

	CHECK(mkdir(in_place("mine"), 0700) == 0);
	CHECK(spt_durable_write(io, in_place("mine"), "thesis.tex", 0600, "x",
		  1, fresh(&err)) == 0);
	CHECK(spt_ckpt_make(&c, io, in_place("mine"), fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "thesis.tex"));
	spt_ckpt_fini(&c);
}

/* ---- durable files, under faults ----------------------------------------- */

/* A file is replaced whole or not at all, whatever happens when. */
static void
test_replace(void)
{
	long k, fired = 0;

	for (k = 1;; k++)
		for (int part = 0; part < 3; part++)
			for (int loss = 0; loss < SIMFS_LOSSES; loss++) {
				struct simfs *fs = simfs_new(1);
				const uint8_t *p;
				size_t n = 0;
				int rc;

				simfs_set(fs, "/f", "old", 3);
				simfs_plan(fs)->crash = k;
				simfs_plan(fs)->part = part;
				rc = spt_durable_write(simfs_io(fs), "/", "f",
				    0600, "brand new", 9, fresh(&err));
				if (!simfs_plan(fs)->fired) {
					CHECK_INT(rc, 0);
					simfs_restart(fs, SIMFS_DROP, 1);
					p = simfs_get(fs, "/f", &n);
					CHECK(n == 9);
					simfs_free(fs);
					CHECK(fired > 10);
					return;
				}
				fired++;
				CHECK(rc == -1 && err.kind == SPT_ESYSTEM);
				CHECK_INT(simfs_plan(fs)->held, 0);
				CHECK_INT(simfs_open_files(fs), 0);
				simfs_restart(
				    fs, (enum simfs_loss)loss, (uint64_t)k);
				p = simfs_get(fs, "/f", &n);
				CHECK(p != NULL &&
				      ((n == 3 && memcmp(p, "old", 3) == 0) ||
					  (n == 9 &&
					      memcmp(p, "brand new", 9) == 0)));
				simfs_free(fs);
			}
}

/* Every call fails once: an error with the file's name, nothing left, and no
 * second sync of the same descriptor. */
static void
test_errors(void)
{
	static const int codes[] = { EIO, ENOSPC, EINTR };
	size_t n;
	long k;

	for (k = 1;; k++)
		for (int i = 0; i < 3; i++) {
			struct simfs *fs = simfs_new(1);
			bool fired;
			int rc;

			simfs_set(fs, "/f", "old", 3);
			simfs_plan(fs)->fail = k;
			simfs_plan(fs)->code = codes[i];
			rc = spt_durable_write(simfs_io(fs), "/", "f", 0600,
			    "brand new", 9, fresh(&err));
			fired = simfs_plan(fs)->fired;
			if (rc < 0) {
				CHECK(has_text(&err, "/"));
				CHECK(err.kind == SPT_ESYSTEM &&
				      err.code == codes[i]);
			} else {
				CHECK(!fired || codes[i] == EINTR);
			}
			simfs_get(fs, "/f", &n);
			CHECK(n == 3 || n == 9);
			CHECK(rc < 0 || n == 9);
			CHECK_INT(simfs_plan(fs)->held, 0);
			CHECK_INT(simfs_open_files(fs), 0);
			simfs_free(fs);
			if (!fired)
				return;
		}
}

/* ---- a checkpoint is made ------------------------------------------------ */

static int
make_one(struct simfs *fs)
{
	struct spt_source_run run;
	struct spt_recovery r;
	struct spt_ckpt c;

	if (begin_run(simfs_io(fs), &c, &run, &r, fresh(&err)) < 0)
		return -1;
	end_run(&c, &run, &r);
	return 0;
}

/* Killed or cut off at any operation while it is made, it can be made again,
 * and keeps its name once it has one. */
static void
test_making(void)
{
	struct spt_ckpt c;
	long k, fired = 0;

	for (k = 1;; k++)
		for (int x = 0; x < 3 * SIMFS_LOSSES; x++) {
			struct simfs *fs = simfs_new(1);
			int rc;

			simfs_plan(fs)->crash = k;
			simfs_plan(fs)->part = x % 3;
			rc = make_one(fs);
			if (!simfs_plan(fs)->fired) {
				CHECK_INT(rc, 0);
				simfs_free(fs);
				CHECK(fired > 100);
				return;
			}
			fired++;
			CHECK_INT(simfs_plan(fs)->held, 0);
			CHECK_INT(simfs_open_files(fs), 0);
			simfs_restart(
			    fs, (enum simfs_loss)(x / 3), (uint64_t)k);
			rc = make_one(fs);
			if (rc < 0)
				printf("op %ld, %d: %s\n", k, x, err.msg);
			CHECK_INT(rc, 0);
			simfs_restart(fs, SIMFS_DROP, 1);
			CHECK(spt_ckpt_open(&c, simfs_io(fs), DIR, NULL,
				  fresh(&err)) == 0);
			spt_ckpt_fini(&c);
			simfs_free(fs);
		}
}

/* Memory ends, or a call fails, at any moment: an error, and the next attempt
 * works. */
static void
test_making_faults(void)
{
	for (int what = 0; what < 3; what++) {
		long k;

		for (k = 1;; k++) {
			struct simfs *fs = simfs_new(1);
			struct simfs_plan *p = simfs_plan(fs);
			bool fired;
			int rc;

			if (what == 0)
				p->starve = k;
			else
				p->fail = k;
			p->forever = what == 2;
			p->code = ENOSPC;
			rc = make_one(fs);
			fired = p->fired;
			CHECK(fired ? rc == 0 || err.kind == SPT_ESYSTEM
				    : rc == 0);
			CHECK_INT(p->held, 0);
			CHECK_INT(simfs_open_files(fs), 0);
			simfs_restart(fs, SIMFS_KILLED, 1);
			CHECK_INT(make_one(fs), 0);
			simfs_free(fs);
			if (!fired)
				break;
		}
		CHECK(k > 50);
	}
}

/* Every bit of the query, and every length of it. */
static void
test_query_damage(void)
{
	struct simfs *fs = new_checkpoint();
	size_t size;
	const uint8_t *p = simfs_get(fs, DIR "/query", &size);
	uint8_t *copy = malloc(size);
	struct spt_ckpt c;
	int wrong = 0;

	memcpy(copy, p, size);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		simfs_set(fs, DIR "/query", copy, size);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		wrong += spt_ckpt_open(
			     &c, simfs_io(fs), DIR, NULL, fresh(&err)) == 0 ||
			 err.kind != SPT_ECHECKPOINT ||
			 strstr(err.msg, "query") == NULL;
		spt_ckpt_fini(&c);
	}
	for (size_t n = 0; n < size; n++) {
		simfs_set(fs, DIR "/query", copy, n);
		wrong += spt_ckpt_open(
			     &c, simfs_io(fs), DIR, NULL, fresh(&err)) == 0 ||
			 err.kind != SPT_ECHECKPOINT;
		spt_ckpt_fini(&c);
	}
	CHECK_INT(wrong, 0);
	/* Taken away: nothing was logged, so it may begin anew. */
	simfs_remove(fs, DIR "/query");
	CHECK_INT(make_one(fs), 0);
	free(copy);
	simfs_free(fs);
}

/* ---- kept files ---------------------------------------------------------- */

static void
test_keep(void)
{
	struct simfs *fs = new_checkpoint();
	const struct spt_io *io = simfs_io(fs);
	char hash[SPT_DIGEST_SIZE], again[SPT_DIGEST_SIZE];
	char *kept, *found;
	const uint8_t *p;
	uint8_t big[300000];
	struct spt_ckpt c;
	size_t n;

	CHECK(spt_ckpt_open(&c, io, DIR, NULL, fresh(&err)) == 0);
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)(i * i >> 3);
	simfs_set(fs, "/model.json", big, sizeof big);
	CHECK(spt_keep_file(&c, "/model.json", hash, &kept, &err) == 0);
	p = simfs_get(fs, kept, &n);
	CHECK(p != NULL && n == sizeof big && memcmp(p, big, n) == 0);
	/* It is durable, and the original may change. */
	simfs_set(fs, "/model.json", "other", 5);
	simfs_restart(fs, SIMFS_DROP, 1);
	CHECK(spt_keep_find(&c, hash, &found, fresh(&err)) == 0);
	CHECK_STR(found, kept);
	spt_free(io, found);
	CHECK(spt_keep_file(&c, "/model.json", again, &found, &err) == 0);
	CHECK(strcmp(again, hash) != 0);
	spt_free(io, found);
	/* Damage is seen, and undone where the original is. */
	big[77] ^= 1;
	simfs_set(fs, kept, big, sizeof big);
	CHECK(spt_keep_find(&c, hash, &found, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, hash));
	big[77] ^= 1;
	simfs_set(fs, "/model.json", big, sizeof big);
	CHECK(
	    spt_keep_file(&c, "/model.json", again, &found, fresh(&err)) == 0);
	spt_free(io, found);
	CHECK(spt_keep_find(&c, hash, &found, fresh(&err)) == 0);
	spt_free(io, found);
	simfs_remove(fs, kept);
	CHECK(spt_keep_find(&c, hash, &found, fresh(&err)) == -1);
	CHECK(has_text(&err, "missing"));
	CHECK(spt_keep_find(&c, "../../../etc/passwd", &found, fresh(&err)) ==
	      -1);
	CHECK(spt_keep_file(&c, "/none", hash, &found, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ESYSTEM);
	CHECK(spt_keep_file(&c, "/", hash, &found, fresh(&err)) == -1);
	CHECK(err.kind == SPT_EUSAGE);
	spt_free(io, kept);
	spt_ckpt_fini(&c);
	CHECK_INT(simfs_open_files(fs), 0);
	CHECK_INT(simfs_plan(fs)->held, 0);
	simfs_free(fs);
}

/* Killed at any moment while it is kept, and kept again: then it is durable. */
static void
test_keep_crashes(void)
{
	struct simfs *from = new_checkpoint();
	char hash[SPT_DIGEST_SIZE], *kept;
	struct spt_ckpt c;
	bool fired = true;

	simfs_set(from, "/m", "model", 5);
	for (long k = 1; fired; k++)
		for (int part = 0; part < 3; part++) {
			struct simfs *fs = simfs_clone(from);
			const struct spt_io *io = simfs_io(fs);

			CHECK(
			    spt_ckpt_open(&c, io, DIR, NULL, fresh(&err)) == 0);
			simfs_plan(fs)->crash = k;
			simfs_plan(fs)->part = part;
			if (spt_keep_file(&c, "/m", hash, &kept, &err) == 0)
				spt_free(io, kept);
			fired = simfs_plan(fs)->fired;
			simfs_restart(fs, SIMFS_KILLED, 1);
			CHECK(spt_keep_file(
				  &c, "/m", hash, &kept, fresh(&err)) == 0);
			spt_free(io, kept);
			simfs_restart(fs, SIMFS_DROP, 1);
			CHECK(spt_keep_find(&c, hash, &kept, fresh(&err)) == 0);
			spt_free(io, kept);
			spt_ckpt_fini(&c);
			CHECK_INT(simfs_plan(fs)->held, 0);
			simfs_free(fs);
		}
	simfs_free(from);
}

int
main(void)
{
	char command[300];

	test_real_directories();
	test_other_owner();
	test_strangers();
	test_replace();
	test_errors();
	test_making();
	test_making_faults();
	test_query_damage();
	test_keep();
	test_keep_crashes();
	snprintf(command, sizeof command, "rm -rf '%s'", place);
	CHECK(system(command) == 0);
	return DONE;
}

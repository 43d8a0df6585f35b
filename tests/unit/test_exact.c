/* Exactly once, in one process: a run of several epochs into one or more sinks
 * dies at each of its changes to the system in turn (before it, in the middle
 * of a write, and at the log of commits), and the same is run again until it
 * ends.  Then the sinks hold what a run without failure writes; and at no
 * moment did a directory show part of an epoch. */
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "batch/builder.h"
#include "egress/egress.h"
#include "sink/database.h"
#include "sink_harness.h"

#define EPOCHS 5
#define PLAN(mode)                                                          \
	"[{\"program\":\"swindow\",\"id\":\"a\",\"args\":{\"mode\":\"" mode \
	"\"}}]"

/* ---- a system that dies -----------------------------------------------------
 */

static int64_t lives; /* changes that still work; < 0: no end */
static bool dead;

/* true: this change does not happen any more. */
static bool
dies(void)
{
	if (!dead && lives >= 0 && lives-- == 0)
		dead = true;
	errno = EIO;
	return dead;
}

static int
dying_open(
    const struct spt_io *self, const char *path, int flags, unsigned mode)
{
	(void)self;
	if ((flags & (O_CREAT | O_TRUNC)) != 0 && dies())
		return -1;
	return io->open(io, path, flags, mode);
}

static ssize_t
dying_writev(const struct spt_io *self, int fd, const struct iovec *v, int n)
{
	struct iovec half = v[0];

	(void)self;
	if (dead)
		return io->writev(io, -1, v, n);
	if (!dies())
		return io->writev(io, fd, v, n);
	half.iov_len /= 2;
	CHECK(io->writev(io, fd, &half, 1) == (ssize_t)half.iov_len);
	errno = EIO;
	return -1;
}

static int
dying_fsync(const struct spt_io *self, int fd)
{
	(void)self;
	(void)fd;
	/* Nobody pulls the plug here. */
	return dies() ? -1 : 0;
}

static int
dying_ftruncate(const struct spt_io *self, int fd, off_t n)
{
	(void)self;
	return dies() ? -1 : io->ftruncate(io, fd, n);
}

static int
dying_rename(const struct spt_io *self, const char *from, const char *to)
{
	(void)self;
	return dies() ? -1 : io->rename(io, from, to);
}

static int
dying_unlink(const struct spt_io *self, const char *path)
{
	(void)self;
	return dies() ? -1 : io->unlink(io, path);
}

static int
dying_mkdir(const struct spt_io *self, const char *path, unsigned mode)
{
	(void)self;
	return dies() ? -1 : io->mkdir(io, path, mode);
}

static int64_t memory = -1; /* allocations that still work; < 0: no end */

static void *
dying_realloc(const struct spt_io *self, void *p, size_t n)
{
	(void)self;
	if (memory == 0)
		return NULL;
	if (memory > 0)
		memory--;
	return io->realloc(io, p, n);
}

static struct spt_io dying;

/* ---- the log ---------------------------------------------------------------
 */

static struct {
	int64_t epoch;
	char positions[4096];
	int records;
} logged;

static int
log_open(void *ctx, const struct spt_schema *schema, struct spt_restore *r,
    struct spt_err *err)
{
	(void)ctx;
	(void)schema;
	(void)err;
	r->uuid = "u-1";
	r->epoch = logged.epoch;
	r->positions = logged.positions[0] != '\0' ? logged.positions : NULL;
	return 1;
}

static int
log_put(const char *positions, int64_t epoch, struct spt_err *err)
{
	/* Before, and after: the caller never hears of it. */
	if (dies())
		return spt_fail(err, SPT_ESYSTEM, "killed");
	logged.epoch = epoch;
	CHECK(strlen(positions) < sizeof logged.positions);
	strcpy(logged.positions, positions);
	return dies() ? spt_fail(err, SPT_ESYSTEM, "killed") : 0;
}

static int
log_record(void *ctx, const char *positions, struct spt_err *err)
{
	(void)ctx;
	logged.records++;
	return log_put(positions, -1, err);
}

static int
log_commit(void *ctx, const struct spt_control *barrier, const char *positions,
    struct spt_err *err)
{
	(void)ctx;
	CHECK_INT(barrier->epoch, logged.epoch + 1);
	return log_put(positions, barrier->epoch, err);
}

static const struct spt_commits commits = {
	.open = log_open, .record = log_record, .commit = log_commit
};

/* ---- a run -----------------------------------------------------------------
 */

static struct spt_schema s;
static struct spt_builder r;
static struct spt_egress_conf conf;

static void
make_schema(const char *plan)
{
	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "k", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "n", SPT_INT64, &e) == 0);
	CHECK(spt_meta_set(&s.fields[0].meta, SPT_KEY_GROUP, "1", &e) == 0);
	CHECK(spt_meta_set(&s.meta, SPT_KEY_PLAN, plan, &e) == 0);
	CHECK(spt_meta_set(&s.meta, SPT_KEY_PROFILE, "1", &e) == 0);
	CHECK(spt_meta_set(&s.meta, SPT_KEY_CHECKPOINT, "/c", &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
}

static int
send_control(struct spt_port *port, enum spt_item_kind kind, int64_t epoch)
{
	struct spt_control c;
	char id[32];
	int rc;

	spt_control_init(&c, io, kind);
	c.epoch = epoch;
	c.watermark = SPT_TIME_MIN;
	c.final = kind == SPT_ITEM_BARRIER && epoch == EPOCHS - 1;
	c.reason = SPT_FINISHED;
	snprintf(id, sizeof id, "id-%d", (int)epoch);
	rc = kind == SPT_ITEM_BARRIER
		 ? spt_meta_set(&c.extra, SPT_KEY_ID, id, &e)
		 : 0;
	if (rc == 0)
		rc = port->ops->control(port, &c, &e);
	spt_control_fini(&c);
	return rc;
}

/* Epoch 2 has no rows; the others have two batches. */
static int
send_rows(struct spt_port *port, int64_t epoch)
{
	struct spt_batch b;
	int rc = 0;

	for (int64_t i = 0; i < 2 && epoch != 2 && rc == 0; i++) {
		char k[64];

		snprintf(k, sizeof k, "key of epoch %d", (int)epoch);
		CHECK(spt_builder_str(&r, 0, k, strlen(k), &e) == 0);
		CHECK(spt_builder_int(&r, 1, 10 * epoch + i, &e) == 0);
		spt_builder_end_row(&r);
		spt_builder_batch(&r, &b);
		rc = port->ops->batch(port, &b, &e);
		if (rc == 0)
			rc = port->ops->flush(port, &e);
		spt_builder_reset(&r);
	}
	return rc;
}

static int
run(void)
{
	struct spt_port *port;
	int rc;

	memset(&e, 0, sizeof e);
	if (spt_egress_open(&port, &dying, &conf, &e) < 0)
		return -1;
	rc = port->ops->schema(port, &s, &e);
	for (int64_t n = logged.epoch + 1; n < EPOCHS && rc == 0; n++) {
		rc = send_control(port, SPT_ITEM_BEGIN, n);
		if (rc == 0)
			rc = send_rows(port, n);
		if (rc == 0)
			rc = send_control(port, SPT_ITEM_BARRIER, n);
	}
	if (rc == 0)
		rc = send_control(port, SPT_ITEM_END, 0);
	if (rc == 0)
		rc = port->ops->end(port, &e);
	port->ops->close(port);
	return rc;
}

/* ---- what a reader sees -----------------------------------------------------
 */

static void
show_table(char *text, size_t size)
{
	struct spt_database d = { .name = "db" };
	struct spt_err bad = { 0 };
	sqlite3_stmt *st;
	size_t n = 0;

	text[0] = '\0';
	if (spt__database_open(&d, io, "db", false, 1000, &bad) == 0 &&
	    spt__database_prepare(
		&d, "SELECT k || ' ' || n FROM t", &st, &bad) == 0) {
		while (d.lib.step(st) == SQLITE_ROW)
			n += (size_t)snprintf(text + n, size - n, "%s\n",
			    (const char *)d.lib.column_text(st, 0));
		d.lib.finalize(st);
	}
	spt__database_close(&d);
}

static char lines[64][256]; /* a file each: name and text's hash */
static size_t n_lines;

static int
take(const char *path, const struct stat *st, int what, struct FTW *at)
{
	const char *name = path + at->base;

	(void)st;
	if (what != FTW_F || name[0] == '.' || strcmp(name, "db") == 0)
		return 0;
	CHECK(n_lines < 64);
	snprintf(lines[n_lines++], sizeof lines[0], "%s %lld %016llx\n", path,
	    (long long)st->st_size,
	    (unsigned long long)spt_hash(
		1, get_file(path), (size_t)st->st_size));
	return 0;
}

static int
order(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Reads all files but hidden ones and the database. */
static void
read_files(void)
{
	n_lines = 0;
	CHECK(nftw(".", take, 16, FTW_PHYS) == 0);
	qsort(lines, n_lines, sizeof lines[0], order);
}

static void
show(char text[8192])
{
	size_t n = 0;

	read_files();
	for (size_t i = 0; i < n_lines; i++)
		n += (size_t)snprintf(text + n, 8192 - n, "%s", lines[i]);
	show_table(text + n, 8192 - n);
}

/* Each part that can be seen is one of the reference, as it is there. */
static void
check_parts(const char *want)
{
	read_files();
	for (size_t i = 0; i < n_lines; i++)
		if (strstr(lines[i], "/part-") != NULL)
			CHECK(strstr(want, lines[i]) != NULL);
}

static int
drop(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st;
	(void)what;
	if (at->level > 0)
		CHECK(remove(path) == 0);
	return 0;
}

static void
start_again(void)
{
	CHECK(nftw(".", drop, 16, FTW_PHYS | FTW_DEPTH) == 0);
	logged.epoch = -1;
	logged.positions[0] = '\0';
	logged.records = 0;
	dead = false;
	lives = -1;
}

/* Dies at change a, then at change b of the run after it (-1: does not). */
static bool
die(int64_t a, int64_t b, const char *want)
{
	static char got[8192];
	int64_t at[2] = { a, b };

	start_again();
	for (int i = 0; i < 2; i++) {
		dead = false;
		lives = at[i];
		if (run() == 0)
			break;
		if (!dead)
			CHECK_STR(e.msg, "");
		check_parts(want);
	}
	if (lives >= 0 && !dead && at[0] == a && logged.epoch != EPOCHS - 1)
		CHECK(false);
	if (logged.epoch < EPOCHS - 1 || dead) {
		dead = false;
		lives = -1;
		CHECK(run() == 0);
		CHECK_STR(e.msg, "");
	}
	show(got);
	if (strcmp(got, want) != 0)
		printf("died at %lld, %lld:\n", (long long)a, (long long)b);
	CHECK_STR(got, want);
	return strcmp(got, want) == 0;
}

static int
try_all(const char *const *sinks, size_t n, const char *plan, bool gzip,
    int64_t roll, int64_t pairs)
{
	static char want[8192];
	int64_t points;

	make_schema(plan);
	conf = (struct spt_egress_conf){ .sinks = sinks,
		.n_sinks = n,
		.fd = -1,
		.gzip = gzip,
		.roll = roll,
		.limit = -1,
		.commits = &commits };
	start_again();
	lives = 1 << 30;
	CHECK(run() == 0);
	CHECK_STR(e.msg, "");
	CHECK_INT(logged.records, 1);
	points = (1 << 30) - lives;
	CHECK(points > 2 * EPOCHS);
	show(want);
	CHECK(strlen(want) > 10);
	for (int64_t a = 0; a < points; a++)
		if (!die(a, -1, want))
			break;
	for (int64_t i = 0; i < pairs; i++)
		if (!die(i * 7919 % points, i * 104729 % (points / 2), want))
			break;
	spt_builder_fini(&r);
	spt_schema_fini(&s);
	return (int)points;
}

/* Each allocation fails in turn: an error that says so, and the next run is
 * right. */
static void
without_memory(const char *const *sinks, size_t n, const char *plan)
{
	static char want[8192], got[8192];
	int64_t k = 0;
	int rc = -1;

	make_schema(plan);
	conf = (struct spt_egress_conf){ .sinks = sinks,
		.n_sinks = n,
		.fd = -1,
		.roll = n == 4 ? 80 : 0,
		.limit = -1,
		.commits = &commits };
	start_again();
	CHECK(run() == 0);
	show(want);
	for (; rc < 0 && k < 2000; k++) {
		start_again();
		memory = k;
		rc = run();
		memory = -1;
		CHECK(rc == 0 || e.kind == SPT_ESYSTEM);
		check_parts(want);
		if (rc < 0)
			CHECK(run() == 0);
		show(got);
		CHECK_STR(got, want);
	}
	CHECK(rc == 0 && k > 20);
	spt_builder_fini(&r);
	spt_schema_fini(&s);
}

/* ---- what is refused -------------------------------------------------------
 */

static int
try_sinks(const char *const *sinks, size_t n)
{
	conf.sinks = sinks;
	conf.n_sinks = n;
	return run();
}

static void
refused(void)
{
	static const char *const both[] = { "out.csv", "d/" };
	static const char *const turned[] = { "d/", "out.csv" };
	static const char *const held[] = { "sqlite:db?table=t" };

	make_schema(PLAN("append"));
	start_again();
	conf = (struct spt_egress_conf){ .limit = -1, .commits = &commits };
	lives = 40;
	CHECK(try_sinks(both, 2) == -1 && dead && logged.epoch >= 0);
	dead = false;
	lives = -1;
	CHECK_REFUSED(
	    try_sinks(both, 1), SPT_ECHECKPOINT, "(\"d/\" is missing)");
	CHECK_REFUSED(try_sinks(turned, 2), SPT_ECHECKPOINT,
	    "d/: the checkpoint commits to \"out.csv\" in this place");
	conf.limit = 3;
	CHECK_REFUSED(try_sinks(both, 2), SPT_EUSAGE, "--rows");
	conf.limit = -1;
	conf.sort = "n";
	CHECK(spt_meta_set(&s.meta, SPT_KEY_BOUNDED, "1", &e) == 0);
	CHECK_REFUSED(try_sinks(both, 2), SPT_EUSAGE, "--sort");
	conf.sort = NULL;
	conf.format = "table";
	CHECK_REFUSED(
	    try_sinks(both, 2), SPT_EUSAGE, "d/: a table is for people");
	conf.format = NULL;
	CHECK(try_sinks(both, 2) == 0);

	/* The store has the next epoch, but not this one. */
	start_again();
	CHECK(try_sinks(held, 1) == 0);
	logged.epoch = EPOCHS - 2;
	{
		struct spt_database d = { .name = "db" };

		CHECK(spt__database_open(&d, io, "db", false, 0, &e) == 0);
		CHECK(spt__database_run(
			  &d, "UPDATE spate_epochs SET id = 'other'", &e) == 0);
		spt__database_close(&d);
	}
	CHECK_REFUSED(try_sinks(held, 1), SPT_ECHECKPOINT,
	    "holds epoch 4, but another one (id other, of the checkpoint: "
	    "id-4)");
	spt_builder_fini(&r);
	spt_schema_fini(&s);
}

int
main(void)
{
	static const char *const file[] = { "out.csv" };
	static const char *const stream[] = { "out.arrows" };
	static const char *const parts[] = { "d/" };
	static const char *const streams[] = { "d.arrows/" };
	static const char *const all[] = { "out.ndjson", "d/",
		"sqlite:db?table=t", "out.csv.gz" };
	static const char *const two[] = { "out.csv", "sqlite:db?table=t" };
	int n = 0;

	harness_start(true);
	dying = *io;
	dying.open = dying_open;
	dying.writev = dying_writev;
	dying.fsync = dying_fsync;
	dying.ftruncate = dying_ftruncate;
	dying.rename = dying_rename;
	dying.unlink = dying_unlink;
	dying.mkdir = dying_mkdir;
	dying.realloc = dying_realloc;
	n += try_all(file, 1, PLAN("append"), false, 0, 40);
	n += try_all(file, 1, PLAN("append"), true, 0, 40);
	n += try_all(file, 1, PLAN("complete"), false, 0, 40);
	n += try_all(stream, 1, PLAN("append"), false, 0, 40);
	n += try_all(parts, 1, PLAN("append"), false, 0, 60);
	n += try_all(parts, 1, PLAN("append"), false, 80, 60);
	n += try_all(parts, 1, PLAN("append"), true, 1 << 20, 60);
	n += try_all(streams, 1, PLAN("append"), false, 0, 40);
	n += try_all(streams, 1, PLAN("append"), false, 3000, 40);
	n += try_all(all, 4, PLAN("append"), false, 80, 60);
	n += try_all(two, 2, PLAN("update"), false, 0, 20);
	n += try_all(two, 2, PLAN("complete"), false, 0, 20);
	printf("%d points\n", n);
	without_memory(all, 4, PLAN("append"));
	without_memory(two, 2, PLAN("complete"));
	refused();
	harness_end();
	return DONE;
}

/*
 * fuzz_ckpt - every file of a checkpoint, made of anything.
 *
 * The first byte says which file; the second whether the rest is the file
 * itself, or payloads (a type, two bytes of length, bytes) that are put into
 * good records first, so that a checksum does not stop the fuzzer.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "ckpt/check.h"
#include "ckpt/keep.h"
#include "ckpt/member.h"
#include "ckpt/recover.h"
#include "ckpt/spool.h"
#include "ckpt/statedir.h"
#include "tests/fault/simfs.c"

#define DIR "/c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
	const char *path, *kind, *more;
} files[] = {
	{ DIR "/epochs.log", "epochs.log", "" },
	{ DIR "/commits.log", "commits.log", "" },
	{ DIR "/stages/a/snapshot-3", "snapshot", "a" },
	{ DIR "/stages/a/delta-3", "delta", "a snapshot-3:95:00000000" },
	{ DIR "/stages/a/stage", "stage", "a" },
	{ DIR "/spool/in-1", "spool", "in" },
	{ DIR "/run", "run", "" },
	{ DIR "/query", NULL, NULL },
};

#define FILES_N (sizeof files / sizeof *files)

/* A checkpoint. */
static struct simfs *
make(void)
{
	struct simfs *fs = simfs_new(0);
	const struct spt_io *io = simfs_io(fs);
	struct spt_source_run run;
	struct spt_err e = { 0 };
	struct spt_ckpt c;

	if (spt_ckpt_make(&c, io, DIR, &e) < 0 ||
	    spt_source_enter(&run, &c, NULL, &e) < 0 ||
	    spt_query_write(&c, "a int", &e) < 0)
		abort();
	spt_source_leave(&run);
	spt_ckpt_fini(&c);
	io->mkdir(io, DIR "/stages/a", 0700);
	return fs;
}

/* Puts the fuzzer's bytes into the file; the query's uuid is known. */
static void
fill(struct simfs *fs, size_t which, const char *uuid, bool raw,
    const uint8_t *p, size_t n)
{
	struct spt_err e = { 0 };
	struct spt_buf b;
	uint32_t mark;
	int64_t epoch = 0;

	if (raw || files[which].kind == NULL) {
		simfs_set(fs, files[which].path, p, n);
		return;
	}
	spt_buf_init(&b, simfs_io(fs));
	if (spt_filehead_put(&b, &mark, files[which].kind,
		which == 6 ? "" : uuid, files[which].more, &e) < 0)
		abort();
	while (n >= 3) {
		size_t k = (size_t)p[1] << 8 | p[2];

		k = k < n - 3 ? k : n - 3;
		if (spt_rec_put(
			&b, b.len, &mark, p[0] % 9, epoch, p + 3, k, &e) < 0)
			abort();
		epoch += p[0] < 128;
		p += 3 + k;
		n -= 3 + k;
	}
	simfs_set(fs, files[which].path, b.data, b.len);
	spt_buf_fini(&b);
}

static int
load(void *self, struct spt_state_in *in, struct spt_err *e)
{
	const void *k, *v;
	size_t nk, nv;
	int rc;

	(void)self;
	while ((rc = in->next(in->ctx, &k, &nk, &v, &nv, e)) > 0)
		;
	return rc;
}

/* The mark of the last good record, so that the state's end is accepted. */
static uint32_t
last_mark(struct simfs *fs, const char *path, uint64_t *length)
{
	const struct spt_io *io = simfs_io(fs);
	struct spt_err e = { 0 };
	struct spt_reader r;
	struct spt_rec rec;
	int fd = io->open(io, path, O_RDONLY, 0);

	*length = 0;
	if (fd < 0)
		return 0;
	spt_reader_init(&r, io, fd, path, 0, 0);
	while (spt_reader_next(&r, &rec, &e) > 0)
		;
	*length = r.at;
	spt_reader_fini(&r);
	io->close(io, fd);
	return r.mark;
}

static void
load_state(struct simfs *fs, const struct spt_ckpt *c, const char *file)
{
	struct spt_state_place at = { simfs_io(fs), DIR "/stages/a", c->uuid,
		"a" };
	struct spt_err e = { 0 };
	struct spt_head head = { 0 };
	char path[64];

	strcpy(head.file, file);
	snprintf(path, sizeof path, "%s/%s", at.folder, file);
	head.mark = last_mark(fs, path, &head.length);
	if (spt_state_load(&at, &head, load, NULL, NULL, &e) < 0 &&
	    e.kind == SPT_OK)
		abort();
}

static void
read_spool(const struct spt_ckpt *c)
{
	struct spt_spool_at at, none = { 0, 0 };
	struct spt_spool_reader *r;
	struct spt_err e = { 0 };
	struct spt_spool *s;
	const void *p;
	size_t n;

	if (spt_spool_open(&s, c, "in", none, &e) < 0)
		return;
	if (spt_spool_reader_open(&r, s, none, &e) < 0)
		abort();
	while (spt_spool_reader_next(r, &p, &n, &at, &e) > 0)
		;
	spt_spool_reader_close(r);
	spt_spool_close(s);
}

static int
hear(void *ctx, const struct spt_finding *f, struct spt_err *e)
{
	(void)e;
	*(size_t *)ctx += strlen(f->what) + strlen(f->file);
	return 0;
}

static void
recover(const struct spt_ckpt *c)
{
	struct spt_err e = { 0 };
	struct spt_recovery r;
	struct spt_summary sum;
	int64_t committed, logged;

	if (spt_summary_get(&sum, c->io, DIR, &e) == 0)
		spt_summary_fini(&sum);
	spt_err_clear(&e);
	if (spt_recover(&r, c, &e) < 0)
		return;
	committed = r.committed;
	logged = r.logged;
	spt_recovery_fini(&r);
	/* What was believed is believed again. */
	if (spt_recover(&r, c, &e) < 0 || r.committed != committed ||
	    r.logged != logged)
		abort();
	spt_recovery_fini(&r);
}

/* Reads the file as its owner would. */
static void
use(struct simfs *fs, const struct spt_ckpt *c, size_t which)
{
	struct spt_err e = { 0 };
	char text[SPT_RUN_SIZE], *args, *schema;
	struct spt_ckpt again;
	int64_t number;

	switch (which) {
	case 0:
	case 1:
		recover(c);
		break;
	case 2:
		load_state(fs, c, "snapshot-3");
		break;
	case 3:
		load_state(fs, c, "delta-3");
		break;
	case 4:
		if (spt_stagenote_read(c->io, DIR "/stages/a", c->uuid, "a",
			&args, &schema, &e) > 0) {
			spt_free(c->io, args);
			spt_free(c->io, schema);
		}
		break;
	case 5:
		read_spool(c);
		break;
	case 6:
		if (spt_run_read(c, &number, text, &e) < 0 && e.kind == SPT_OK)
			abort();
		break;
	default:
		if (spt_ckpt_open(&again, c->io, DIR, NULL, &e) < 0 &&
		    e.kind == SPT_OK)
			abort();
		spt_ckpt_fini(&again);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct simfs *fs = make();
	const struct spt_io *io = simfs_io(fs);
	struct spt_err e = { 0 };
	struct spt_ckpt c;
	size_t heard = 0, which;

	if (size < 2 || spt_ckpt_open(&c, io, DIR, NULL, &e) < 0)
		goto done;
	which = data[0] % FILES_N;
	fill(fs, which, c.uuid, data[1] % 2 == 0, data + 2, size - 2);
	if (spt_ckpt_check(io, DIR, hear, &heard, &e) < 0 && e.kind == SPT_OK)
		abort();
	use(fs, &c, which);
	spt_ckpt_fini(&c);
	if (simfs_plan(fs)->held != 0 || simfs_open_files(fs) != 0)
		abort();
done:
	simfs_free(fs);
	return 0;
}

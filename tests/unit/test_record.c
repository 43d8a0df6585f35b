#include "ckpt/keep.h"
#include "ckpt/record.h"
#include "ckpt_harness.h"

static struct spt_err err;

struct made {
	struct simfs *fs;
	uint64_t at[16]; /* where each record begins, and the end */
	size_t n, size;
};

/* A file of n records: payloads of ugly lengths. */
static void
make(struct made *m, size_t n)
{
	static const size_t lengths[] = { 0, 1, 31, 32, 33, 100, 4096 };
	struct spt_buf b;
	uint32_t mark = 0;
	uint8_t p[4096];

	m->fs = simfs_new(1);
	m->n = n;
	spt_buf_init(&b, simfs_io(m->fs));
	for (size_t i = 0; i < n; i++) {
		memset(p, (int)i + 1, sizeof p);
		m->at[i] = b.len;
		CHECK(spt_rec_put(&b, b.len, &mark, SPT_REC_EPOCH, (int64_t)i,
			  p, lengths[i % 7], fresh(&err)) == 0);
	}
	m->at[n] = m->size = b.len;
	simfs_set(m->fs, "/f", b.data, b.len);
	spt_buf_fini(&b);
}

/* Reads all.  Number of good records; *end is the last result, *torn. */
static int
count(struct simfs *fs, int *end, bool *torn, uint64_t *at)
{
	const struct spt_io *io = simfs_io(fs);
	int fd = io->open(io, "/f", O_RDONLY, 0), n = 0, rc;
	struct spt_reader r;
	struct spt_rec rec;

	spt_reader_init(&r, io, fd, "f", 0, 0);
	while ((rc = spt_reader_next(&r, &rec, fresh(&err))) > 0) {
		if (rec.epoch != n || rec.type != SPT_REC_EPOCH ||
		    (rec.n != 0 &&
			(rec.data[0] != n + 1 || rec.data[rec.n - 1] != n + 1)))
			CHECK(!"a good record is what was written");
		n++;
	}
	*end = rc;
	*torn = r.torn;
	*at = r.at;
	spt_reader_fini(&r);
	io->close(io, fd);
	return n;
}

static void
test_round_trip(void)
{
	struct made m;
	uint64_t at;
	bool torn;
	int end;

	make(&m, 14);
	CHECK_INT(count(m.fs, &end, &torn, &at), 14);
	CHECK(end == 0 && !torn && at == m.size);
	simfs_set(m.fs, "/f", "", 0);
	CHECK_INT(count(m.fs, &end, &torn, &at), 0);
	CHECK(end == 0 && !torn && at == 0);
	CHECK_INT(simfs_plan(m.fs)->held, 0);
	simfs_free(m.fs);
}

/* Cut anywhere: the whole records before, then a clean or a torn end. */
static void
test_cut(void)
{
	struct made m;
	const uint8_t *p;
	uint8_t *copy;
	size_t size, whole = 0;
	uint64_t at;
	bool torn;
	int end;

	make(&m, 6);
	p = simfs_get(m.fs, "/f", &size);
	copy = malloc(size);
	memcpy(copy, p, size);
	for (size_t n = 0; n < size; n++) {
		while (whole < m.n && m.at[whole + 1] <= n)
			whole++;
		simfs_set(m.fs, "/f", copy, n);
		if (count(m.fs, &end, &torn, &at) != (int)whole || end != 0 ||
		    torn != (m.at[whole] != n) || at != m.at[whole]) {
			printf("cut at %zu\n", n);
			CHECK(!"a cut is seen");
			break;
		}
	}
	CHECK(whole == m.n - 1);
	free(copy);
	simfs_free(m.fs);
}

/* Any bit: in the last record it is torn, before it is damage and named. */
static void
test_flips(void)
{
	struct made m;
	const uint8_t *p;
	uint8_t *copy;
	size_t size, hurt = 0;
	char where[32];
	uint64_t at;
	bool torn;
	int end, good, wrong = 0;

	make(&m, 6);
	p = simfs_get(m.fs, "/f", &size);
	copy = malloc(size);
	memcpy(copy, p, size);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		while (m.at[hurt + 1] <= bit / 8)
			hurt++;
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		simfs_set(m.fs, "/f", copy, size);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		good = count(m.fs, &end, &torn, &at);
		snprintf(where, sizeof where, "f: byte %llu: damaged",
		    (unsigned long long)m.at[hurt]);
		if (good != (int)hurt ||
		    (hurt + 1 == m.n
			    ? end != 0 || !torn
			    : end != -1 || err.kind != SPT_ECHECKPOINT ||
				  strstr(err.msg, where) == NULL))
			wrong++;
	}
	CHECK_INT(wrong, 0);
	free(copy);
	simfs_free(m.fs);
}

/* The length of the last append is durable, its bytes are not. */
static void
test_stretched(void)
{
	struct made m;
	size_t size, extra[] = { 1, 31, 32, 33, 5000, 300000 };
	const uint8_t *p;
	uint8_t *copy;
	uint64_t at;
	bool torn;
	int end;

	make(&m, 4);
	p = simfs_get(m.fs, "/f", &size);
	for (size_t i = 0; i < 6; i++)
		for (int fill = 0; fill < 256; fill += 255) {
			copy = malloc(size + extra[i]);
			memcpy(copy, p, size);
			memset(copy + size, fill, extra[i]);
			simfs_set(m.fs, "/f", copy, size + extra[i]);
			CHECK_INT(count(m.fs, &end, &torn, &at), 4);
			CHECK(end == 0 && torn && at == size);
			free(copy);
			p = simfs_get(m.fs, "/f", &extra[i]);
			extra[i] -= size;
		}
	simfs_free(m.fs);
}

/* Records moved, taken out or taken from another file. */
static void
test_moved(void)
{
	struct made m;
	size_t size;
	const uint8_t *p;
	uint8_t *copy;
	uint64_t at;
	bool torn;
	int end;

	make(&m, 6);
	p = simfs_get(m.fs, "/f", &size);
	copy = malloc(size);
	/* Record 1 is taken out: nothing that follows is in its place. */
	memcpy(copy, p, m.at[1]);
	memcpy(copy + m.at[1], p + m.at[2], size - m.at[2]);
	simfs_set(m.fs, "/f", copy, size - (m.at[2] - m.at[1]));
	CHECK_INT(count(m.fs, &end, &torn, &at), 1);
	CHECK(end == 0 && torn && at == m.at[1]);
	free(copy);
	simfs_free(m.fs);

	/* A record of the right place but of another history. */
	make(&m, 3);
	{
		struct spt_buf b;
		uint32_t mark = 7;

		p = simfs_get(m.fs, "/f", &size);
		spt_buf_init(&b, simfs_io(m.fs));
		CHECK(spt_buf_put(&b, p, size, fresh(&err)) == 0);
		CHECK(spt_rec_put(&b, b.len, &mark, SPT_REC_EPOCH, 3, "x", 1,
			  &err) == 0);
		simfs_set(m.fs, "/f", b.data, b.len);
		spt_buf_fini(&b);
	}
	CHECK_INT(count(m.fs, &end, &torn, &at), 3);
	CHECK(end == -1 && has_text(&err, "does not follow"));
	simfs_free(m.fs);
}

/* A log that grows while it is read. */
static void
test_growing(void)
{
	struct made m;
	const struct spt_io *io;
	struct spt_reader r;
	struct spt_rec rec;
	size_t size, got = 0;
	const uint8_t *p;
	uint8_t *copy;
	int fd, rc;

	make(&m, 7);
	io = simfs_io(m.fs);
	p = simfs_get(m.fs, "/f", &size);
	copy = malloc(size);
	memcpy(copy, p, size);
	simfs_set(m.fs, "/f", "", 0);
	fd = io->open(io, "/f", O_RDONLY, 0);
	spt_reader_init(&r, io, fd, "f", 0, 0);
	for (size_t n = 0; n <= size; n += 7) {
		simfs_set(m.fs, "/f", copy, n);
		while ((rc = spt_reader_next(&r, &rec, fresh(&err))) > 0)
			CHECK(rec.epoch == (int64_t)got++);
		CHECK_INT(rc, 0);
		if (rc != 0)
			break;
	}
	simfs_set(m.fs, "/f", copy, size);
	while (spt_reader_next(&r, &rec, fresh(&err)) > 0)
		got++;
	CHECK_INT(got, 7);
	spt_reader_fini(&r);
	io->close(io, fd);
	free(copy);
	simfs_free(m.fs);
}

static void
test_faults(void)
{
	struct made m;
	uint64_t at;
	bool torn;
	int end, fired = 0;

	make(&m, 7);
	for (long k = 1;; k++) {
		struct simfs *fs = simfs_clone(m.fs);

		simfs_plan(fs)->starve = k;
		simfs_plan(fs)->allocs = 0;
		count(fs, &end, &torn, &at);
		if (!simfs_plan(fs)->fired) {
			CHECK(end == 0);
			simfs_free(fs);
			break;
		}
		fired++;
		CHECK(end == -1 && err.kind == SPT_ESYSTEM);
		simfs_free(fs);
	}
	CHECK(fired >= 1);
	/* Reads that come byte by byte. */
	for (long k = 1; k < 8; k++) {
		struct simfs *fs = simfs_clone(m.fs);

		simfs_plan(fs)->calls = 0;
		simfs_plan(fs)->shorten = k;
		CHECK_INT(count(fs, &end, &torn, &at), 7);
		simfs_free(fs);
	}
	simfs_free(m.fs);
}

static void
test_fields(void)
{
	struct spt_buf b;
	struct spt_fields f;
	const void *p;
	size_t n;

	spt_buf_init(&b, spt_io_system());
	CHECK(spt_field_put_int(&b, INT64_MIN, fresh(&err)) == 0);
	CHECK(spt_field_put(&b, "abc", 3, &err) == 0);
	CHECK(spt_field_put(&b, NULL, 0, &err) == 0);
	f = (struct spt_fields){ b.data, b.len, false };
	CHECK(spt_field_int(&f) == INT64_MIN);
	p = spt_field_bytes(&f, &n);
	CHECK(n == 3 && memcmp(p, "abc", 3) == 0);
	spt_field_bytes(&f, &n);
	CHECK(n == 0 && !f.bad && f.n == 0);
	/* Any cut is bad, and stays so. */
	for (size_t k = 0; k < b.len; k++) {
		f = (struct spt_fields){ b.data, k, false };
		spt_field_int(&f);
		spt_field_bytes(&f, &n);
		spt_field_bytes(&f, &n);
		CHECK(f.bad && n == 0);
		CHECK(spt_field_int(&f) == 0);
	}
	spt_buf_fini(&b);
}

static void
test_filehead(void)
{
	static const char uuid[] = "01234567-89ab-4def-8123-456789abcdef";
	struct simfs *fs = simfs_new(1);
	const struct spt_io *io = simfs_io(fs);
	struct spt_buf b, more;
	struct spt_reader r;
	uint32_t mark;
	int fd;

	spt_buf_init(&b, io);
	spt_buf_init(&more, io);
	CHECK(
	    spt_filehead_put(&b, &mark, "spool", uuid, "in", fresh(&err)) == 0);
	simfs_set(fs, "/f", b.data, b.len);
	fd = io->open(io, "/f", O_RDONLY, 0);
	spt_reader_init(&r, io, fd, "f", 0, 0);
	CHECK(spt_filehead_get(&r, "spool", uuid, &more, fresh(&err)) == 0);
	CHECK(more.len == 2 && memcmp(more.data, "in", 2) == 0);
	spt_reader_fini(&r);
	spt_reader_init(&r, io, fd, "f", 0, 0);
	CHECK(spt_filehead_get(&r, "delta", uuid, NULL, fresh(&err)) == -1);
	CHECK(has_text(&err, "holds \"spool\", expected \"delta\""));
	spt_reader_fini(&r);
	spt_reader_init(&r, io, fd, "f", 0, 0);
	CHECK(spt_filehead_get(&r, "spool", "x", NULL, fresh(&err)) == -1);
	CHECK(has_text(&err, "another query"));
	spt_reader_fini(&r);
	simfs_set(fs, "/f", "", 0);
	spt_reader_init(&r, io, fd, "f", 0, 0);
	CHECK(spt_filehead_get(&r, "spool", uuid, NULL, fresh(&err)) == -1);
	CHECK(has_text(&err, "lost its content"));
	spt_reader_fini(&r);
	io->close(io, fd);
	spt_buf_fini(&b);
	spt_buf_fini(&more);
	simfs_free(fs);
}

/* The digest does not depend on how the bytes come, and sees every bit. */
static void
test_digest(void)
{
	char whole[SPT_DIGEST_SIZE], text[SPT_DIGEST_SIZE];
	struct spt_digest d;
	uint8_t p[100];

	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (uint8_t)(i * 37);
	spt_digest_init(&d);
	spt_digest_put(&d, p, sizeof p);
	spt_digest_text(&d, whole);
	CHECK_STR(whole, "bd91785d6fd63adc060545a8156ee6ae");
	for (size_t step = 1; step < sizeof p; step++) {
		spt_digest_init(&d);
		for (size_t at = 0; at < sizeof p; at += step)
			spt_digest_put(&d, p + at,
			    step < sizeof p - at ? step : sizeof p - at);
		spt_digest_text(&d, text);
		CHECK_STR(text, whole);
	}
	for (size_t bit = 0; bit < 8 * sizeof p; bit++) {
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		spt_digest_init(&d);
		spt_digest_put(&d, p, sizeof p);
		spt_digest_text(&d, text);
		CHECK(memcmp(text, whole, 16) != 0 &&
		      memcmp(text + 16, whole + 16, 16) != 0);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* Zeros count. */
	memset(p, 0, sizeof p);
	spt_digest_init(&d);
	spt_digest_put(&d, p, 7);
	spt_digest_text(&d, whole);
	spt_digest_init(&d);
	spt_digest_put(&d, p, 8);
	spt_digest_text(&d, text);
	CHECK(strcmp(whole, text) != 0);
}

int
main(void)
{
	test_round_trip();
	test_cut();
	test_flips();
	test_stretched();
	test_moved();
	test_growing();
	test_faults();
	test_fields();
	test_filehead();
	test_digest();
	return DONE;
}

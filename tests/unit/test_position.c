/*
 * Positions: text and back, damage refused, files known again by inode and
 * content, and when they come back compressed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "source/seen.h"
#include "unit.h"

static const struct spt_io *io;
static char dir[64] = "/tmp/spate-unit-XXXXXX";

static const char *
at(const char *name)
{
	static char path[4][512];
	static int k;

	k = (k + 1) % 4;
	snprintf(path[k], sizeof path[k], "%s/%s", dir, name);
	return path[k];
}

static void
put(const char *name, const void *p, size_t n, int flags)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | flags, 0666);

	CHECK(write(fd, p, n) == (ssize_t)n);
	close(fd);
}

static void
put_gzip(const char *name, const void *p, size_t n)
{
	gzFile f = gzopen(at(name), "w");

	CHECK(gzwrite(f, p, (unsigned)n) == (int)n);
	gzclose(f);
}

static void
stat_of(const char *name, uint64_t *dev, uint64_t *ino)
{
	struct stat st;

	CHECK(stat(at(name), &st) == 0);
	*dev = (uint64_t)st.st_dev;
	*ino = (uint64_t)st.st_ino;
}

/* A track of the file that has used its first n bytes. */
static struct spt_track *
used(struct spt_seen *s, const char *name, size_t n)
{
	struct spt_err e = { 0 };
	struct spt_track *t;
	uint64_t dev, ino;
	uint8_t *p = malloc(n + 1);
	size_t have = 0, got;

	stat_of(name, &dev, &ino);
	t = spt_seen_add(s, at(name), dev, ino, &e);
	CHECK(t != NULL && spt_track_open(t, true, &e) == 1);
	while (have < n && spt_track_read(t, p + have, n - have, &got, &e) > 0)
		have += got;
	CHECK_INT(have, n);
	spt_track_used(t, p, n, n);
	spt_track_close(t);
	free(p);
	return t;
}

static void
text(void)
{
	struct spt_position p, q;
	struct spt_stretch s, r;
	struct spt_err e = { 0 };
	struct spt_buf out;
	const char *line, *start;

	spt_buf_init(&out, io);
	CHECK(spt_position_init(&p, io, "/a b/%\n\xff", &e) == 0);
	p.id = 7;
	p.dev = UINT64_MAX;
	p.ino = 12;
	p.done = (struct spt_prefix){ 1000, 0xdeadbeef, UINT64_MAX - 1 };
	p.line = 33;
	p.gone = true;
	CHECK(spt_buf_puts(&p.header, "a,\"b\nc\"", &e) == 0);
	s = (struct spt_stretch){ .id = 7,
		.from = 1,
		.to = 5,
		.crc = 3,
		.mtime = -12,
		.last = true };
	CHECK(spt_position_put(&out, &p, &e) == 0);
	CHECK(spt_stretch_put(&out, &s, &e) == 0);
	start = line = spt_buf_str(&out, &e);
	CHECK_STR(line,
	    "file 7 18446744073709551615 12 1000 deadbeef fffffffffffffffe 33 "
	    "g a,\"b%0Ac\" /a%20b/%25%0A%FF\n"
	    "read 7 1 5 00000003 -12 l\n");
	CHECK_INT(spt_stretch_get(&r, &line, &e), 0);
	CHECK_INT(spt_position_get(&q, io, &line, &e), 1);
	CHECK_STR(q.path, p.path);
	CHECK_INT(q.header.len, 7);
	CHECK(q.dev == p.dev && q.done.head == p.done.head && q.gone);
	CHECK(!q.over && q.line == 33 && q.done.crc == 0xdeadbeef);
	CHECK_INT(spt_position_get(&q, io, &line, &e), 0);
	CHECK_INT(spt_stretch_get(&r, &line, &e), 1);
	CHECK(r.mtime == -12 && r.last && r.to == 5);
	CHECK_INT(spt_stretch_get(&r, &line, &e), 0);
	spt_position_fini(&q, io);
	/* Every cut is noticed, but for that at the end of a line. */
	for (size_t n = 6; n < out.len; n++) {
		char *cut = strndup(start, n);

		line = cut;
		memset(&e, 0, sizeof e);
		if (spt_position_get(&q, io, &line, &e) == 1)
			spt_position_fini(&q, io);
		else
			CHECK(e.kind == SPT_ECHECKPOINT);
		if (n < (size_t)(strchr(start, '\n') - start) + 1)
			CHECK(e.kind == SPT_ECHECKPOINT);
		free(cut);
	}
	spt_position_fini(&p, io);
	spt_buf_fini(&out);
}

static void
refuses(const char *line)
{
	struct spt_position q;
	struct spt_stretch r;
	struct spt_err e = { 0 };

	if (line[0] == 'f')
		CHECK_INT(spt_position_get(&q, io, &line, &e), -1);
	else
		CHECK_INT(spt_stretch_get(&r, &line, &e), -1);
	CHECK_INT(e.kind, SPT_ECHECKPOINT);
}

static void
damage(void)
{
	refuses("file 1 1 1 1 1 1 1 - % \n");
	refuses("file 1 1 1 1 1 1 1 - % a b\n");
	refuses("file 1 1 1 -1 1 1 1 - % a\n");
	refuses("file 1 1 1 1 123456789 1 1 - % a\n");
	refuses("file 1 1 1 1 1 1 1 - % a%4\n");
	refuses("file 1 1 1 1 1 1 1 - % a%zz\n");
	refuses("file 1 1 1 18446744073709551616 1 1 1 - % a\n");
	refuses("file  1 1 1 1 1 1 - % a\n");
	refuses("read 1 5 4 0 0 -\n");
	refuses("read 1 5 6 0 --1 -\n");
	refuses("read 1 5 6 0 0 - \n");
	refuses("read 1 5 6 0 0 -");
}

static void
known_by_content(void)
{
	struct spt_err e = { 0 };
	struct spt_seen s;
	struct spt_track *t, *again;
	uint64_t dev, ino;
	char c;
	size_t got;

	spt_seen_init(&s, io);
	put("a", "one\ntwo\n", 8, O_TRUNC);
	t = used(&s, "a", 8);
	stat_of("a", &dev, &ino);
	CHECK(spt_seen_find(&s, dev, ino) == t);
	/* It grows, and is itself. */
	put("a", "three\n", 6, O_APPEND);
	CHECK_INT(spt_track_open(t, true, &e), 1);
	CHECK_INT(spt_track_read(t, &c, 1, &got, &e), 1);
	CHECK(c == 't' && t->read_at == 9);
	CHECK_INT(spt_track_check(t, &e), 1);
	/* Overwritten in place. */
	put("a", "ONE", 3, 0);
	CHECK_INT(spt_track_check(t, &e), 0);
	spt_track_close(t);
	CHECK_INT(spt_track_open(t, true, &e), 0);
	put("a", "one", 3, 0);
	CHECK_INT(spt_track_open(t, true, &e), 1);
	spt_track_close(t);
	/* Shorter. */
	put("a", "one\n", 4, O_TRUNC);
	CHECK_INT(spt_track_open(t, true, &e), 0);
	/* A re-used inode: the old one is gone, but remembered. */
	again = spt_seen_add(&s, at("a"), dev, ino, &e);
	CHECK(spt_seen_find(&s, dev, ino) == again && t->pos.gone);
	CHECK(spt_seen_path(&s, at("a")) == again);
	CHECK(spt_seen_id(&s, 1) == t && spt_seen_id(&s, 2) == again);
	/* Not there at all. */
	unlink(at("a"));
	CHECK_INT(spt_track_open(again, true, &e), 0);
	CHECK_INT(e.kind, SPT_OK);
	spt_seen_fini(&s);
}

static void
too_long(void)
{
	struct spt_err e = { 0 };
	struct spt_track *t;
	struct spt_position twin;

	/* Of 10 bytes used, the last 4 start a record that has not ended. */
	CHECK(spt_track_new(&t, io, "x", &e) == 0);
	spt_track_used(t, "abcdefghij", 10, 6);
	CHECK(t->pos.done.at == 6 && t->ahead.at == 10);
	spt_track_used(t, "kl", 2, 6);
	CHECK(t->pos.done.at == 6 && t->ahead.at == 12);
	spt_track_used(t, "mnopq", 5, 15);
	CHECK(t->pos.done.at == 15 && t->ahead.at == 17);
	CHECK(spt_position_init(&twin, io, "x", &e) == 0);
	spt_prefix_add(&twin.done, "abcdefghijklmno", 15);
	CHECK(t->pos.done.crc == twin.done.crc &&
	      t->pos.done.head == twin.done.head);
	spt_position_fini(&twin, io);
	spt_track_free(t);
}

static void
compressed(void)
{
	static char big[300000];
	struct spt_err e = { 0 };
	struct spt_seen s;
	struct spt_track *t, *short_one, *twin;
	struct stat st;
	size_t got;
	char c;

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (char)('a' + i * i / 7 % 26);
	spt_seen_init(&s, io);
	put("log", big, sizeof big, O_TRUNC);
	put("short", "only this\n", 10, O_TRUNC);
	t = used(&s, "log", 200000);
	short_one = used(&s, "short", 10);
	put_gzip("log.gz", big, sizeof big);
	CHECK_INT(spt_seen_twin(&s, at("log.gz"), false, &twin, &e), 1);
	CHECK(twin == t);
	put_gzip("short.gz", "only this\nand more\n", 19);
	CHECK_INT(spt_seen_twin(&s, at("short.gz"), false, &twin, &e), 1);
	CHECK(twin == short_one);
	/* The same head, another byte later on. */
	big[150000] ^= 1;
	put_gzip("other.gz", big, sizeof big);
	CHECK_INT(spt_seen_twin(&s, at("other.gz"), false, &twin, &e), 0);
	big[150000] ^= 1;
	/* Complete, but shorter than what was read. */
	put_gzip("less.gz", big, 100000);
	CHECK_INT(spt_seen_twin(&s, at("less.gz"), false, &twin, &e), 0);
	put_gzip("none.gz", "something else\n", 15);
	CHECK_INT(spt_seen_twin(&s, at("none.gz"), false, &twin, &e), 0);
	/* Not complete: wait. */
	CHECK(stat(at("log.gz"), &st) == 0);
	CHECK(truncate(at("log.gz"), st.st_size / 3) == 0);
	CHECK_INT(spt_seen_twin(&s, at("log.gz"), false, &twin, &e), 2);
	CHECK(truncate(at("log.gz"), 12) == 0);
	CHECK_INT(spt_seen_twin(&s, at("log.gz"), false, &twin, &e), 2);
	CHECK_INT(spt_seen_twin(&s, at("short"), false, &twin, &e), 0);
	put("copy", "only this\nand more\n", 19, O_TRUNC);
	CHECK_INT(spt_seen_twin(&s, at("copy"), false, &twin, &e), 0);
	CHECK_INT(spt_seen_twin(&s, at("copy"), true, &twin, &e), 1);
	/* The track goes on in the compressed file. */
	put_gzip("log.gz", big, sizeof big);
	free(t->pos.path);
	t->pos.path = strdup(at("log.gz"));
	CHECK(stat(at("log.gz"), &st) == 0);
	spt_seen_move(&s, t, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
	CHECK_INT(spt_track_open(t, false, &e), 1);
	CHECK_INT(spt_track_read(t, &c, 1, &got, &e), 1);
	CHECK(c == big[200000]);
	spt_seen_fini(&s);
}

static void
fold(void)
{
	struct spt_err e = { 0 };
	struct spt_seen s, r;
	struct spt_buf out;
	const char *p;
	struct spt_track *t;

	spt_seen_init(&s, io);
	spt_seen_init(&r, io);
	spt_buf_init(&out, io);
	for (uint64_t i = 1; i <= 200; i++) {
		t = spt_seen_add(&s, "f", 1, i, &e);
		CHECK(t != NULL);
		if (i % 2 == 0)
			spt_track_used(t, "ab", 2, 2);
	}
	CHECK(spt_seen_put(&s, &out, true, &e) == 0);
	/* Later ones with smaller numbers, and changes. */
	spt_track_used(spt_seen_id(&s, 3), "abc", 3, 3);
	spt_track_used(spt_seen_id(&s, 4), "c", 1, 3);
	CHECK(spt_seen_put(&s, &out, false, &e) == 0);
	CHECK(spt_seen_put(&s, &out, false, &e) == 0);
	p = spt_buf_str(&out, &e);
	CHECK_INT(spt_seen_get(&r, &p, &e), 0);
	CHECK(*p == '\0');
	CHECK_INT(r.n, 101);
	CHECK(spt_seen_find(&r, 1, 3)->pos.done.at == 3);
	CHECK(spt_seen_find(&r, 1, 4)->pos.done.at == 3);
	CHECK(spt_seen_find(&r, 1, 200)->pos.done.at == 2);
	CHECK(spt_seen_find(&r, 1, 5) == NULL);
	t = spt_seen_add(&r, "new", 1, 5, &e);
	CHECK(t != NULL && t->pos.id == 201);
	spt_buf_fini(&out);
	spt_seen_fini(&s);
	spt_seen_fini(&r);
}

static void
prune(void)
{
	struct spt_err e = { 0 };
	struct spt_seen s;

	spt_seen_init(&s, io);
	/* One inode, used again and again. */
	for (int i = 0; i < SPT_SEEN_GONE + 100; i++)
		CHECK(spt_seen_add(&s, "f", 1, 1, &e) != NULL);
	CHECK(spt_seen_add(&s, "g", 1, 2, &e) != NULL);
	spt_seen_prune(&s);
	CHECK_INT(s.n, SPT_SEEN_GONE + 2);
	CHECK(spt_seen_id(&s, 1) == NULL);
	CHECK(spt_seen_find(&s, 1, 1) != NULL);
	CHECK_STR(spt_seen_find(&s, 1, 2)->pos.path, "g");
	spt_seen_fini(&s);
}

int
main(void)
{
	char command[128];

	io = spt_io_system();
	if (mkdtemp(dir) == NULL)
		return 1;
	text();
	damage();
	known_by_content();
	too_long();
	compressed();
	fold();
	prune();
	snprintf(command, sizeof command, "rm -rf %s", dir);
	CHECK(system(command) == 0);
	return DONE;
}

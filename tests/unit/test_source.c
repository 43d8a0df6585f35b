/*
 * Sources: gzip by content, any number of members, damage named by its byte;
 * directories by time, then name.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "source/paths.h"
#include "source/source.h"
#include "unit.h"

static const struct spt_io *io;
static char dir[300] = "/tmp/spate-unit-XXXXXX";

static void
put(const char *name, const void *p, size_t n)
{
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	CHECK(write(fd, p, n) == (ssize_t)n);
	close(fd);
}

static size_t
member(uint8_t *out, const void *p, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p,
		.avail_in = (uInt)n,
		.next_out = out,
		.avail_out = 1 << 20 };

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0) == Z_OK);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return (size_t)z.total_out;
}

/* Everything of the file, in reads of at most `step`; -1 with *e. */
static ssize_t
get(const char *name, char *out, size_t step, struct spt_err *e)
{
	struct spt_source *s;
	char path[512];
	size_t n = 0, got;
	int rc;

	memset(e, 0, sizeof *e);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (spt_source_open(&s, io, path, e) < 0)
		return -1;
	while ((rc = spt_source_read(s, out + n, step, &got, e)) > 0)
		n += got;
	spt_source_close(s);
	return rc < 0 ? -1 : (ssize_t)n;
}

static void
plain_and_gzip(void)
{
	static char big[3000000], out[3300000];
	static uint8_t z[1 << 20];
	struct spt_err e;
	size_t n, m;

	for (size_t i = 0; i < sizeof big; i++)
		big[i] = "0123456789abcdef\n"[i * i / 3 % 17];
	put("empty", "", 0);
	CHECK_INT(get("empty", out, 100, &e), 0);
	put("one", "\x1f", 1);
	CHECK_INT(get("one", out, 100, &e), 1);
	put("plain", big, sizeof big);
	CHECK_INT(get("plain", out, 4096, &e), sizeof big);
	CHECK(memcmp(out, big, sizeof big) == 0);
	n = member(z, big, sizeof big);
	put("a.gz", z, n);
	/* A read that is smaller than what a block holds loses nothing. */
	CHECK_INT(get("a.gz", out, 77, &e), sizeof big);
	CHECK(memcmp(out, big, sizeof big) == 0);
	CHECK_INT(get("a.gz", out, 262144, &e), sizeof big);
	m = n + member(z + n, "and more\n", 9);
	m += member(z + m, "", 0);
	memset(z + m, 0, 512);
	put("many.gz", z, m + 512);
	CHECK_INT(get("many.gz", out, 262144, &e), sizeof big + 9);
	CHECK(memcmp(out + sizeof big, "and more\n", 9) == 0);
	put("trail.gz", z, m);
	strcpy((char *)z + m, "garbage");
	put("trail.gz", z, m + 7);
	CHECK_INT(get("trail.gz", out, 262144, &e), -1);
	CHECK_INT(e.kind, SPT_EDATA);
	CHECK(strstr(e.msg, "trail.gz: byte ") != NULL);
	put("cut.gz", z, n - 5);
	CHECK_INT(get("cut.gz", out, 262144, &e), -1);
	CHECK(strstr(e.msg, "ends in the middle") != NULL);
	z[n / 2] ^= 1;
	put("bad.gz", z, n);
	CHECK_INT(get("bad.gz", out, 262144, &e), -1);
	CHECK_INT(e.kind, SPT_EDATA);
	CHECK_INT(get("missing", out, 1, &e), -1);
	CHECK_INT(e.kind, SPT_ESYSTEM);
	CHECK_INT(get(".", out, 1, &e), -1);
	CHECK_INT(e.kind, SPT_ESYSTEM);
}

static void
age(const char *name, time_t t)
{
	struct timespec ts[2] = { { .tv_sec = t }, { .tv_sec = t } };
	char path[512];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	utimensat(AT_FDCWD, path, ts, 0);
}

static void
directories(void)
{
	struct spt_err e = { 0 };
	struct spt_paths l;
	char sub[512], *args[2] = { sub, (char *)(uintptr_t) "-" };
	char base[300];

	strcpy(base, dir);
	snprintf(sub, sizeof sub, "%s/logs", dir);
	CHECK(mkdir(sub, 0777) == 0);
	strcpy(dir, sub);
	put("c", "1", 1);
	put("a", "22", 2);
	put("b", "333", 3);
	put(".hidden", "x", 1);
	age("c", 100);
	age("a", 200);
	age("b", 200);
	strcpy(dir, base);
	CHECK(spt_paths_find(&l, io, args, 1, &e) == 0);
	CHECK_INT(l.n, 3);
	CHECK_STR(l.v[0].name + strlen(sub), "/c");
	CHECK_STR(l.v[1].name + strlen(sub), "/a");
	CHECK_STR(l.v[2].name + strlen(sub), "/b");
	CHECK_INT(l.v[2].size, 3);
	CHECK_INT(l.bytes, 6);
	CHECK_INT(l.v[0].mtime, 100000000);
	spt_paths_fini(&l);
	args[0] = args[1];
	CHECK(spt_paths_find(&l, io, args, 2, &e) < 0);
	CHECK_INT(e.kind, SPT_EUSAGE);
}

int
main(void)
{
	char command[400];

	io = spt_io_system();
	if (mkdtemp(dir) == NULL)
		return 1;
	char room[300];

	strcpy(room, dir);
	plain_and_gzip();
	directories();
	snprintf(command, sizeof command, "rm -rf %s", room);
	CHECK(system(command) == 0);
	return DONE;
}

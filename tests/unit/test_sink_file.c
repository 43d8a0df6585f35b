/* A file that is committed by its length, one that is replaced, gzip in front
 * of them: what recover brings back, and what it refuses. */
#include <sys/stat.h>
#include <zlib.h>

#include "sink_harness.h"

static const struct spt_sink_conf plain = { 0 };
static const struct spt_sink_conf exact = { .uuid = "u-1" };
static const struct spt_sink_conf adding = { .uuid = "u-1", .append = true };

static void
open_file(const struct spt_sink_conf *conf)
{
	memset(&e, 0, sizeof e);
	CHECK(spt_sink_file_exact(&sink, io, "out", conf, &e) == 0);
}

/* A first run that commits epoch 0, "a\n", and dies in epoch 1. */
static void
first_run(const struct spt_sink_conf *conf)
{
	open_file(conf);
	CHECK(recover(-1, true) == 0);
	CHECK(record() == 0);
	put("a\n");
	CHECK(commit(0, "x", false) == 0);
	put("bbbb\n");
	leave();
}

static void
come_back(void)
{
	put_file("out", "old\n");
	open_file(&exact);
	CHECK(recover(-1, true) == 0);
	CHECK(record() == 0);
	CHECK(sink->fresh && sink->due && sink->exact);
	/* Nothing of it before the first byte. */
	CHECK_STR(get_file("out"), "old\n");
	leave();
	CHECK_STR(get_file("out"), "old\n");
	open_file(&exact);
	CHECK(recover(-1, false) == 0);
	CHECK_STR(get_file("out"), "old\n");
	put("a\n");
	leave();
	CHECK_STR(get_file("out"), "a\n");

	/* Killed before the first commit: from the start. */
	open_file(&exact);
	CHECK(recover(-1, false) == 0);
	CHECK(sink->fresh);
	put("b\n");
	CHECK(commit(0, "x", false) == 0);
	CHECK_STR(get_file("out"), "b\n");
	put("garbage");
	leave();
	add_to_file("out", "more garbage");

	open_file(&exact);
	CHECK(recover(0, false) == 0);
	CHECK(!sink->fresh && sink->held == -1);
	CHECK_STR(get_file("out"), "b\n");
	put("c\n");
	CHECK(commit(1, "y", false) == 0);
	CHECK(commit(2, "z", false) == 0);
	finish();
	CHECK_STR(get_file("out"), "b\nc\n");
	open_file(&exact);
	CHECK(recover(2, false) == 0);
	CHECK_STR(get_file("out"), "b\nc\n");
	leave();
	unlink("out");
}

/* An epoch without rows empties the file of before, too. */
static void
no_rows(void)
{
	put_file("out", "old\n");
	open_file(&exact);
	CHECK(recover(-1, true) == 0 && record() == 0);
	CHECK(commit(0, "x", false) == 0);
	CHECK_STR(get_file("out"), "");
	finish();
	open_file(&exact);
	CHECK(recover(0, false) == 0);
	CHECK(sink->fresh);
	finish();
	unlink("out");
}

static void
add(void)
{
	put_file("out", "old");
	first_run(&adding);
	CHECK_STR(get_file("out"), "old\na\nbbbb\n");
	open_file(&adding);
	CHECK(recover(0, false) == 0);
	CHECK_STR(get_file("out"), "old\na\n");
	leave();

	/* Killed before the first commit: what was there stays. */
	put_file("out", "old");
	open_file(&adding);
	CHECK(recover(-1, true) == 0 && record() == 0);
	CHECK(!sink->fresh);
	put("a\n");
	leave();
	CHECK_STR(get_file("out"), "old\na\n");
	open_file(&adding);
	CHECK(recover(-1, false) == 0);
	CHECK_STR(get_file("out"), "old");
	put("b\n");
	leave();
	CHECK_STR(get_file("out"), "old\nb\n");
	unlink("out");
}

static void
refused(void)
{
	static const char *const bad[] = { "", "nonsense",
		"device 1 inode 2 base 0 length 3",
		"device 1 inode 2 base 0 length 3 crc 00000000 more",
		"device 1 inode 2 base 0 length -3 crc 00000000" };
	struct stat st;

	first_run(&exact);
	put_file("out", "a");
	open_file(&exact);
	CHECK_REFUSED(recover(0, false), SPT_ECHECKPOINT,
	    "out: has 1 bytes, but 2 were committed");
	leave();
	CHECK_STR(get_file("out"), "a");

	put_file("out", "x\nbbbb\n");
	open_file(&exact);
	CHECK_REFUSED(recover(0, false), SPT_ECHECKPOINT,
	    "out: byte 2: it is not what was committed");
	leave();
	CHECK_STR(get_file("out"), "x\nbbbb\n");

	put_file("other", "a\nbbbb\n");
	CHECK(stat("out", &st) == 0 && rename("other", "out") == 0);
	open_file(&exact);
	CHECK_REFUSED(
	    recover(0, false), SPT_ECHECKPOINT, "out: is another file");
	leave();
	CHECK_STR(get_file("out"), "a\nbbbb\n");

	unlink("out");
	open_file(&exact);
	CHECK_REFUSED(recover(0, false), SPT_ECHECKPOINT, "out: is gone");
	leave();
	CHECK_STR(get_file("out"), "(none)");

	open_file(&exact);
	CHECK_REFUSED(recover(0, true), SPT_ECHECKPOINT, "no position");
	leave();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		position.len = 0;
		CHECK(spt_buf_puts(&position, bad[i], &e) == 0 &&
		      spt_buf_str(&position, &e) != NULL);
		open_file(&exact);
		CHECK_REFUSED(
		    recover(0, false), SPT_ECHECKPOINT, "not understood");
		leave();
	}
}

/* Gone before anything was committed: begins again. */
static void
gone_early(void)
{
	open_file(&exact);
	CHECK(recover(-1, true) == 0 && record() == 0);
	leave();
	unlink("out");
	open_file(&exact);
	CHECK(recover(-1, false) == 0);
	put("a\n");
	CHECK(commit(0, "x", false) == 0);
	finish();
	CHECK_STR(get_file("out"), "a\n");
	unlink("out");
}

static void
locked(void)
{
	struct spt_sink *other;

	open_file(&exact);
	CHECK(recover(-1, true) == 0);
	other = sink;
	open_file(&exact);
	CHECK_REFUSED(recover(-1, true), SPT_ESYSTEM,
	    "out: another program is writing it");
	leave();
	sink = other;
	leave();

	put_file("out", "keep");
	CHECK(spt_sink_file(&other, io, "out", true, &e) == 0);
	CHECK_REFUSED(spt_sink_file(&sink, io, "out", false, &e), SPT_ESYSTEM,
	    "out: another program is writing it");
	CHECK_STR(get_file("out"), "keep\n");
	other->ops->close(other);
	unlink("out");
}

/* A file that somebody else changes is no file of ours any more. */
static void
interfered(void)
{
	open_file(&exact);
	CHECK(recover(-1, true) == 0 && record() == 0);
	put("a\n");
	add_to_file("out", "mine");
	CHECK_REFUSED(
	    commit(0, "x", false), SPT_ESYSTEM, "another program changed it");
	leave();
	unlink("out");
}

static void
no_file(void)
{
	CHECK(spt_sink_file_exact(&sink, io, "/dev/null", &exact, &e) == 0);
	CHECK(!sink->exact && sink->ops->commit == NULL);
	leave();
	CHECK_REFUSED(
	    spt_sink_file_exact(&sink, io, "no/such/file", &exact, &e) < 0
		? -1
		: recover(-1, true),
	    SPT_ESYSTEM, "no/such/file: cannot open: No such file");
	leave();
}

/* ---- gzip -------------------------------------------------------------- */

static const char *
unpack(const char *path)
{
	static char text[4096];
	gzFile f = gzopen(path, "rb");
	int n = gzread(f, text, sizeof text - 1);

	CHECK(n >= 0 && gzclose(f) == Z_OK);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
open_gzip(void)
{
	struct spt_sink *inner;

	open_file(&exact);
	inner = sink;
	CHECK(spt_sink_gzip(&sink, io, inner, &e) == 0);
}

static void
members(void)
{
	open_gzip();
	CHECK(recover(-1, true) == 0 && record() == 0);
	put("a\n");
	CHECK(commit(0, "x", false) == 0);
	put("b\n");
	CHECK(commit(1, "y", false) == 0);
	put("gone");
	CHECK(commit(2, "z", false) == 0);
	leave();
	CHECK_STR(unpack("out"), "a\nb\ngone");
	/* The log knows epoch 1 only. */
	open_gzip();
	CHECK(recover(-1, true) == 0 && record() == 0);
	put("a\n");
	CHECK(commit(0, "x", false) == 0);
	put("b\n");
	CHECK(commit(1, "y", false) == 0);
	leave();
	add_to_file("out", "\037\213half a member");
	open_gzip();
	CHECK(recover(1, false) == 0);
	CHECK(!sink->fresh);
	put("c\n");
	CHECK(commit(2, "z", false) == 0);
	finish();
	CHECK_STR(unpack("out"), "a\nb\nc\n");
	unlink("out");

	/* Nothing in it is a member too. */
	open_file(&plain);
	leave();
	CHECK(spt_sink_file(&sink, io, "out", false, &e) == 0);
	CHECK(spt_sink_gzip(&sink, io, sink, &e) == 0);
	finish();
	CHECK(get_file("out")[0] == '\037');
	CHECK_STR(unpack("out"), "");
	unlink("out");
}

/* ---- replaced -------------------------------------------------------------
 */

static void
open_replaced(const struct spt_sink_conf *conf)
{
	memset(&e, 0, sizeof e);
	CHECK(spt_sink_replaced(&sink, io, "out", conf, &e) == 0);
}

static void
replace(const struct spt_sink_conf *conf)
{
	put_file("out", "old\n");
	CHECK(chmod("out", 0600) == 0);
	open_replaced(conf);
	if (conf->uuid != NULL)
		CHECK(recover(-1, true) == 0 && record() == 0);
	put("a\n");
	CHECK_STR(get_file("out"), "old\n");
	CHECK(commit(0, "x", true) == 0);
	CHECK_STR(get_file("out"), "a\n");
	/* No rows: the newest result stays. */
	CHECK(commit(1, "y", true) == 0);
	CHECK_STR(get_file("out"), "a\n");
	put("b\n");
	CHECK(commit(2, "z", true) == 0);
	put("half");
	leave();
	CHECK_STR(get_file("out"), "b\n");
	CHECK_STR(names(".out.* out*"), "out ");
	if (conf->uuid != NULL) {
		/* The log knows epoch 1 only: it comes again. */
		open_replaced(conf);
		CHECK(recover(1, false) == 0 && !sink->due);
		put("b\n");
		CHECK(commit(2, "z", true) == 0);
		finish();
		CHECK_STR(get_file("out"), "b\n");
	}
	unlink("out");
}

static void
replace_refused(void)
{
	struct spt_sink *other;

	put_file("out", "old\n");
	open_replaced(&plain);
	other = sink;
	CHECK_REFUSED(spt_sink_replaced(&sink, io, "out", &plain, &e),
	    SPT_ESYSTEM, "out: another program is writing it");
	sink = other;
	put("a\n");
	CHECK(commit(0, "", true) == 0);
	CHECK_REFUSED(spt_sink_replaced(&sink, io, "out", &plain, &e),
	    SPT_ESYSTEM, "out: another program is writing it");
	sink = other;
	finish();
	CHECK(symlink("out", "link") == 0);
	CHECK_REFUSED(spt_sink_replaced(&sink, io, "link", &plain, &e),
	    SPT_EUSAGE, "link: is a symbolic link");
	unlink("out");
	unlink("link");

	open_replaced(&plain);
	other = sink;
	CHECK_REFUSED(spt_sink_replaced(&sink, io, "out", &plain, &e),
	    SPT_ESYSTEM, "out: another program is writing it");
	other->ops->close(other);
	CHECK_STR(names(".out* out*"), "");
}

int
main(void)
{
	harness_start(false);
	come_back();
	no_rows();
	add();
	refused();
	gone_early();
	locked();
	interfered();
	no_file();
	members();
	replace(&plain);
	replace(&exact);
	replace_refused();
	harness_end();
	return DONE;
}

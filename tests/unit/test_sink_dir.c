/* A directory of parts: numbers, what a reader may see, what a crash leaves. */
#include <errno.h>
#include <sys/stat.h>

#include "sink_harness.h"

static const struct spt_sink_conf plain = { .ending = "csv" };
static const struct spt_sink_conf exact = { .uuid = "u-1", .ending = "csv" };
static const struct spt_sink_conf foreign = { .uuid = "u-2", .ending = "csv" };

#define P0 "d/part-0000000000-0000000000.csv "
#define P1 "d/part-0000000001-0000000001.csv "

static void
open_dir(const struct spt_sink_conf *conf)
{
	memset(&e, 0, sizeof e);
	CHECK(spt_sink_parts(&sink, io, "d/", conf, &e) == 0);
}

/* One epoch of one row. */
static void
epoch(int64_t n, const char *text, bool whole)
{
	sink->epoch = n;
	put(text);
	CHECK(commit(n, "id", whole) == 0);
}

static void
clean(void)
{
	CHECK(system("rm -rf d") == 0);
}

/* ---- plain ------------------------------------------------------------- */

static void
numbers(void)
{
	open_dir(&plain);
	sink->epoch = 0;
	put("half");
	CHECK_STR(names("d/part*"), "");
	put(" a row\n");
	CHECK(commit(0, "", true) == 0);
	CHECK_STR(names("d/part*"), P0);
	CHECK_STR(get_file("d/part-0000000000-0000000000.csv"), "half a row\n");
	/* An epoch without rows is no part. */
	CHECK(commit(1, "", true) == 0);
	epoch(2, "b", true);
	CHECK_STR(names("d/part*"), P0 "d/part-0000000002-0000000002.csv ");
	finish();

	/* Goes on behind what is there, whatever its ending. */
	put_file("d/part-0000000005-0000000008.ndjson.gz", "");
	put_file("d/part-9-x.csv", "");
	put_file("d/part-12", "");
	open_dir(&plain);
	epoch(3, "c", true);
	epoch(4, "d", false);
	epoch(6, "e", true);
	CHECK_STR(names("d/part-00000000[01]?-*"),
	    P0 "d/part-0000000002-0000000002.csv "
	       "d/part-0000000005-0000000008.ndjson.gz "
	       "d/part-0000000009-0000000009.csv "
	       "d/part-0000000010-0000000012.csv ");
	CHECK_STR(get_file("d/part-0000000010-0000000012.csv"), "de");
	/* What is not complete is taken back. */
	sink->epoch = 7;
	put("f");
	leave();
	CHECK_STR(names("d/.part*"), "");
	clean();
}

static void
plain_killed(void)
{
	CHECK(mkdir("d", 0777) == 0);
	put_file("d/.part-0000000000.csv", "of a run that was killed");
	open_dir(&plain);
	CHECK_STR(names("d/.part*"), "");
	CHECK_REFUSED(spt_sink_parts(&sink, io, "d", &plain, &e), SPT_ESYSTEM,
	    "d: another program is writing it");
	leave();
	clean();
}

/* ---- under a checkpoint ---------------------------------------------------
 */

static void
first_run(void)
{
	open_dir(&exact);
	CHECK(recover(-1, true) == 0);
	CHECK(sink->fresh && sink->held == -1);
	CHECK(record() == 0);
}

/* Killed after the rename and before the log. */
static void
held(void)
{
	struct stat before, after;

	first_run();
	epoch(0, "a", true);
	leave();
	CHECK(stat("d/part-0000000000-0000000000.csv", &before) == 0);
	open_dir(&exact);
	/* The log knows nothing of epoch 0. */
	CHECK(recover(-1, false) == 0);
	CHECK_INT(sink->held, 0);
	CHECK_STR(sink->held_id, "id");
	CHECK_STR(names("d/part*"), P0);
	CHECK(commit(0, "id", true) == 0);
	CHECK_INT(sink->held, -1);
	epoch(1, "b", true);
	finish();
	CHECK_STR(names("d/part*"), P0 P1);
	CHECK(stat("d/part-0000000000-0000000000.csv", &after) == 0 &&
	      before.st_ino == after.st_ino);

	/* Two ahead is not ours. */
	open_dir(&exact);
	CHECK_REFUSED(recover(-1, false), SPT_ECHECKPOINT,
	    "d/: is at epoch 1, further ahead than the checkpoint (-1)");
	leave();
	CHECK_STR(names("d/part*"), P0 P1);
	/* A part that is none of ours. */
	put_file("d/part-0000000002-0000000002.csv", "");
	open_dir(&exact);
	CHECK_REFUSED(recover(1, false), SPT_ECHECKPOINT,
	    "d/: part-0000000002-0000000002.csv is not of this checkpoint");
	leave();
	clean();
}

static bool deny;

static int
rename_or_die(const struct spt_io *self, const char *from, const char *to)
{
	(void)self;
	if (deny && strncmp(to, "d/part", 6) == 0) {
		errno = EIO;
		return -1;
	}
	return rename(from, to);
}

/* Killed between the mark and the rename. */
static void
before_rename(void)
{
	const struct spt_io *real = io;
	struct spt_io dying = *io;

	dying.rename = rename_or_die;
	io = &dying;
	first_run();
	epoch(0, "a", true);
	deny = true;
	sink->epoch = 1;
	put("b");
	CHECK_REFUSED(commit(1, "id", true), SPT_ESYSTEM, "cannot rename");
	leave();
	deny = false;
	io = real;
	CHECK_STR(names("d/part*"), P0);
	put_file("d/.part-0000000001.csv", "b");
	open_dir(&exact);
	CHECK(recover(0, false) == 0);
	CHECK_INT(sink->held, -1);
	CHECK_STR(names("d/.part*"), "");
	epoch(1, "b", true);
	finish();
	CHECK_STR(get_file("d/part-0000000001-0000000001.csv"), "b");
	clean();
}

/* A part of several epochs. */
static void
roll(void)
{
	char logged[256];

	first_run();
	epoch(0, "a", false);
	epoch(1, "b", false);
	CHECK_STR(names("d/part*"), "");
	put("half of epoch 2");
	leave();
	add_to_file("d/.part-0000000000.csv", "garbage");
	put_file("d/.part-0000000002.csv", "garbage");

	open_dir(&exact);
	CHECK(recover(1, false) == 0);
	CHECK(!sink->fresh && sink->size == 2);
	CHECK_STR(names("d/.part*"), "d/.part-0000000000.csv ");
	epoch(2, "c", true);
	CHECK_STR(
	    names("d/part* d/.part*"), "d/part-0000000000-0000000002.csv ");
	CHECK_STR(get_file("d/part-0000000000-0000000002.csv"), "abc");
	/* The end of a run in order shows the open part. */
	epoch(3, "d", false);
	snprintf(logged, sizeof logged, "%s", (char *)position.data);
	CHECK(commit(3, "id", true) == 0);
	finish();
	CHECK_STR(names("d/.part*"), "");
	position.len = 0;
	CHECK(spt_buf_puts(&position, logged, &e) == 0 &&
	      spt_buf_str(&position, &e) != NULL);
	open_dir(&exact);
	CHECK(recover(3, false) == 0);
	CHECK(sink->fresh && sink->held == -1);
	epoch(4, "e", false);
	leave();
	open_dir(&exact);
	CHECK(recover(4, false) == 0);
	epoch(5, "f", true);
	finish();
	CHECK_STR(names("d/part*"), "d/part-0000000000-0000000002.csv "
				    "d/part-0000000003-0000000003.csv "
				    "d/part-0000000004-0000000005.csv ");
	CHECK_STR(get_file("d/part-0000000004-0000000005.csv"), "ef");
	clean();
}

/* What was committed of an open part must be there. */
static void
roll_refused(void)
{
	first_run();
	epoch(0, "abc", false);
	leave();
	put_file("d/.part-0000000000.csv", "ab");
	open_dir(&exact);
	CHECK_REFUSED(recover(0, false), SPT_ECHECKPOINT,
	    "d/.part-0000000000.csv: has 2 bytes, but 3 were committed");
	leave();
	put_file("d/.part-0000000000.csv", "abx");
	open_dir(&exact);
	CHECK_REFUSED(
	    recover(0, false), SPT_ECHECKPOINT, "not what was committed");
	leave();
	CHECK_STR(get_file("d/.part-0000000000.csv"), "abx");
	unlink("d/.part-0000000000.csv");
	open_dir(&exact);
	CHECK_REFUSED(recover(0, false), SPT_ECHECKPOINT,
	    "d/.part-0000000000.csv: is gone");
	leave();
	clean();
}

static void
not_ours(void)
{
	first_run();
	epoch(0, "a", false);
	leave();
	/* Neither another checkpoint nor a plain run touches it. */
	open_dir(&foreign);
	CHECK_REFUSED(recover(-1, true), SPT_ECHECKPOINT,
	    "d/: belongs to another checkpoint (uuid u-1)");
	leave();
	CHECK_REFUSED(spt_sink_parts(&sink, io, "d", &plain, &e),
	    SPT_ECHECKPOINT, "d: belongs to a checkpoint (uuid u-1)");
	CHECK_STR(names("d/.part*"), "d/.part-0000000000.csv ");

	CHECK(rename("d", "e") == 0);
	open_dir(&exact);
	CHECK_REFUSED(recover(0, false), SPT_ECHECKPOINT, "d/: is gone");
	leave();
	CHECK(system("cp -r e d") == 0);
	open_dir(&exact);
	CHECK_REFUSED(
	    recover(0, false), SPT_ECHECKPOINT, "is another directory");
	leave();
	clean();
	CHECK(rename("e", "d") == 0);
	put_file("d/.spate", "uuid u-1 epoch 7 id x first 0 crc 12345678\n");
	open_dir(&exact);
	CHECK_REFUSED(
	    recover(0, false), SPT_ECHECKPOINT, "d/.spate: is damaged");
	leave();
	CHECK_STR(names("d/.part*"), "d/.part-0000000000.csv ");
	clean();

	CHECK(mkdir("d", 0777) == 0);
	put_file("d/part-0000000000-0000000000.csv", "");
	open_dir(&exact);
	CHECK_REFUSED(recover(-1, true), SPT_ECHECKPOINT,
	    "d/: holds parts already (part-0000000000-0000000000.csv)");
	leave();
	open_dir(&exact);
	CHECK_REFUSED(recover(3, true), SPT_ECHECKPOINT, "no position");
	leave();
	clean();
	put_file("d", "a file");
	CHECK_REFUSED(
	    spt_sink_parts(&sink, io, "d/", &plain, &e), SPT_ESYSTEM, "d: ");
	clean();
}

int
main(void)
{
	harness_start(false);
	numbers();
	plain_killed();
	held();
	before_rename();
	roll();
	roll_refused();
	not_ours();
	harness_end();
	return DONE;
}

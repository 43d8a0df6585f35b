/*
 * Tails: what is found without inotify, after its queue ran over, and from
 * where another run ended.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "source/tail.h"
#include "unit.h"

static struct spt_io fake;
static int64_t clock_ns = INT64_C(1000000000000);
static char dir[64] = "/tmp/spate-unit-XXXXXX";
static char said[512];
static bool blind;    /* there is no inotify */
static int overflows; /* so many events are that the queue ran over */

static int64_t
mono(const struct spt_io *io)
{
	(void)io;
	return clock_ns;
}

static int
inotify_init_(const struct spt_io *io)
{
	return blind ? -1 : spt_io_system()->inotify_init(io);
}

/* Events get lost, and the queue says so. */
static ssize_t
read_(const struct spt_io *io, int fd, void *p, size_t n)
{
	ssize_t r = spt_io_system()->read(io, fd, p, n);
	struct inotify_event v = { .wd = -1, .mask = IN_Q_OVERFLOW };

	if (overflows != 0 && r > 0 && n == 65536) {
		overflows--;
		memcpy(p, &v, sizeof v);
		return sizeof v;
	}
	return r;
}

static void
say(void *ctx, const char *line)
{
	(void)ctx;
	snprintf(said, sizeof said, "%s", line);
}

static const char *
at(const char *name)
{
	static char path[8][512];
	static int k;

	k = (k + 1) % 8;
	snprintf(path[k], sizeof path[k], "%s/%s", dir, name);
	return path[k];
}

static void
append(const char *name, const char *text)
{
	int fd = open(at(name), O_WRONLY | O_CREAT | O_APPEND, 0666);

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* All there is now, up to whole lines, as one text. */
static const char *
take(struct spt_tail *l)
{
	static char all[4096];
	struct spt_err e = { 0 };
	struct spt_track *t;
	size_t n = 0;
	bool last;

	all[0] = '\0';
	while (spt_tail_next(l, &t, &last, &e) > 0) {
		char p[1024];
		size_t got, have = t->rest.len, whole;

		if (have != 0)
			memcpy(p, t->rest.data, have);
		t->rest.len = 0;
		while (
		    spt_track_read(t, p + have, sizeof p - have, &got, &e) > 0)
			have += got;
		for (whole = have; whole > 0 && p[whole - 1] != '\n' && !last;)
			whole--;
		spt_track_used(t, p, whole, t->ahead.at + whole);
		CHECK(spt_track_back(t, p + whole, have - whole, &e) == 0);
		CHECK(spt_tail_done(l, t, have != 0, &e) == 0);
		memcpy(all + n, p, whole);
		all[n += whole] = '\0';
	}
	CHECK_STR(e.msg, "");
	return all;
}

static struct spt_tail *
open_(struct spt_tail_conf *conf, const char *arg, struct spt_seen *seen)
{
	static char *args[1];
	struct spt_err e = { 0 };
	struct spt_tail *l;

	args[0] = (char *)(uintptr_t)arg;
	conf->args = args;
	conf->n_args = 1;
	conf->say = say;
	said[0] = '\0';
	CHECK(spt_tail_open(&l, &fake, conf, seen, &e) == 0);
	return l;
}

static void
without_inotify(void)
{
	struct spt_tail_conf conf = { .follow = true };
	struct spt_seen seen;
	struct spt_tail *l;

	blind = true;
	spt_seen_init(&seen, &fake);
	l = open_(&conf, at("a"), &seen);
	CHECK_INT(spt_tail_fd(l), -1);
	CHECK_STR(take(l), "");
	CHECK(strstr(said, "is not there yet") != NULL);
	append("a", "one\ntw");
	CHECK_STR(take(l), "");
	CHECK_INT(spt_tail_wait(l), 1000);
	clock_ns += 1000000000;
	CHECK_INT(spt_tail_wait(l), 0);
	CHECK_STR(take(l), "one\n");
	append("a", "o\n");
	CHECK(rename(at("a"), at("b")) == 0);
	append("a", "three\n");
	clock_ns += 1000000000;
	/* The old one is given time to end. */
	CHECK_STR(take(l), "two\n");
	CHECK_INT(spt_tail_wait(l), 300);
	append("b", "late");
	clock_ns += 300000000;
	CHECK_STR(take(l), "latethree\n");
	spt_tail_close(l);
	spt_seen_fini(&seen);
	unlink(at("a"));
	unlink(at("b"));
	blind = false;
}

static void
overflow(void)
{
	struct spt_tail_conf conf = { .follow = true };
	struct spt_seen seen;
	struct spt_tail *l;

	mkdir(at("d"), 0777);
	spt_seen_init(&seen, &fake);
	l = open_(&conf, at("d"), &seen);
	append("d/1", "1\n");
	CHECK_STR(take(l), "1\n");
	overflows = 1;
	append("d/2", "2\n");
	append("d/1", "more\n");
	/* No time has passed. */
	CHECK_STR(take(l), "more\n2\n");
	CHECK_INT(overflows, 0);
	append("d/1", "even more\n");
	CHECK_STR(take(l), "even more\n");
	/* A file that is removed has no line that is not complete. */
	append("d/2", "rest");
	CHECK_STR(take(l), "");
	unlink(at("d/2"));
	CHECK_STR(take(l), "rest");
	spt_tail_close(l);
	spt_seen_fini(&seen);
	unlink(at("d/1"));
	rmdir(at("d"));
}

/* The set as it would be logged and read again. */
static void
store(struct spt_seen *seen)
{
	struct spt_err e = { 0 };
	struct spt_buf out;
	const char *p;

	spt_buf_init(&out, &fake);
	CHECK(spt_seen_put(seen, &out, true, &e) == 0);
	spt_seen_fini(seen);
	spt_seen_init(seen, &fake);
	p = spt_buf_str(&out, &e);
	CHECK(spt_seen_get(seen, &p, &e) == 0);
	spt_buf_fini(&out);
}

/* One run that does not follow. */
static const char *
run(struct spt_seen *seen, const char *arg, bool final)
{
	struct spt_tail_conf conf = { .final = final };
	struct spt_tail *l = open_(&conf, arg, seen);
	const char *all = take(l);

	spt_tail_close(l);
	store(seen);
	return all;
}

static void
run_after_run(void)
{
	struct spt_seen seen;
	char command[512];

	spt_seen_init(&seen, &fake);
	append("log", "one\ntw");
	CHECK_STR(run(&seen, at("log"), false), "one\n");
	CHECK_STR(run(&seen, at("log"), false), "");
	append("log", "o\nthr");
	CHECK_STR(run(&seen, at("log"), false), "two\n");
	/* Rotated while nobody looked: its end comes first. */
	append("log", "ee\nfour");
	CHECK(rename(at("log"), at("log.1")) == 0);
	append("log", "five\nsix");
	CHECK_STR(run(&seen, at("log"), false), "three\nfourfive\n");
	append("log", "\n");
	CHECK_STR(run(&seen, at("log"), false), "six\n");
	/* Rotated and compressed. */
	append("log", "seven\n");
	CHECK(rename(at("log"), at("log.2")) == 0);
	snprintf(command, sizeof command, "gzip %s", at("log.2"));
	CHECK(system(command) == 0);
	append("log", "eight\n");
	CHECK_STR(run(&seen, at("log"), false), "seven\neight\n");
	CHECK_STR(said, "");
	/* Copied and truncated. */
	append("log", "nine\n");
	snprintf(command, sizeof command, "cp %s %s", at("log"), at("log.3"));
	CHECK(system(command) == 0);
	CHECK(truncate(at("log"), 0) == 0);
	append("log", "ten\n");
	CHECK_STR(run(&seen, at("log"), false), "nine\nten\n");
	CHECK_STR(said, "");
	/* Gone. */
	unlink(at("log"));
	append("log.x", "unrelated\n");
	CHECK(rename(at("log.x"), at("log")) == 0);
	CHECK_STR(run(&seen, at("log"), false), "unrelated\n");
	CHECK(strstr(said, "is gone") != NULL);
	append("log", "end");
	CHECK_STR(run(&seen, at("log"), true), "end");
	spt_seen_fini(&seen);
}

static void
directory_after_run(void)
{
	struct spt_seen seen;
	char command[1100];

	mkdir(at("e"), 0777);
	spt_seen_init(&seen, &fake);
	append("e/app.log.1", "one\n");
	append("e/app.log", "two\n");
	snprintf(command, sizeof command, "touch -d 2024-01-01 %s",
	    at("e/app.log.1"));
	CHECK(system(command) == 0);
	CHECK_STR(run(&seen, at("e"), false), "one\ntwo\n");
	append("e/app.log", "three\n");
	snprintf(command, sizeof command,
	    "cd %s/e && gzip app.log.1 && mv app.log.1.gz app.log.2.gz && "
	    "mv app.log app.log.1 && echo four >app.log && "
	    "touch -d 2024-01-01 app.log.1",
	    dir);
	CHECK(system(command) == 0);
	CHECK_STR(run(&seen, at("e"), false), "three\nfour\n");
	CHECK_STR(run(&seen, at("e"), false), "");
	/* A compressed file whose end was never read. */
	append("e/app.log", "five\n");
	snprintf(command, sizeof command, "gzip %s", at("e/app.log"));
	CHECK(system(command) == 0);
	CHECK_STR(run(&seen, at("e"), false), "five\n");
	CHECK_STR(run(&seen, at("e"), false), "");
	spt_seen_fini(&seen);
}

int
main(void)
{
	char command[128];

	fake = *spt_io_system();
	fake.mono = mono;
	fake.inotify_init = inotify_init_;
	fake.read = read_;
	if (mkdtemp(dir) == NULL)
		return 1;
	without_inotify();
	overflow();
	run_after_run();
	directory_after_run();
	snprintf(command, sizeof command, "rm -rf %s", dir);
	CHECK(system(command) == 0);
	return DONE;
}

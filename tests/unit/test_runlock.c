#include "ckpt_harness.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct spt_err err;
static char place[] = "/tmp/spate-runlock-XXXXXX";
static char dir[100];

static struct spt_ckpt ckpt; /* the checkpoint, open */

static void
set_up(void)
{
	const struct spt_waiting w = { .no_wait = true };
	struct spt_source_run run;

	CHECK(mkdtemp(place) != NULL);
	snprintf(dir, sizeof dir, "%s/c", place);
	CHECK(spt_ckpt_make(&ckpt, spt_io_system(), dir, fresh(&err)) == 0);
	CHECK(spt_source_enter(&run, &ckpt, &w, &err) == 0);
	CHECK_INT(run.number, 1);
	CHECK(spt_query_write(&ckpt, "a int", &err) == 0);
	spt_source_leave(&run);
}

/* ---- another process ----------------------------------------------------- */

struct other {
	pid_t pid;
	int fd; /* closing it lets the process end */
};

enum role { SOURCE, STAGE, SINK };

/* Starts a process that takes a role, holds it until told to end, and says so.
 * *ok: it got it. */
static struct other
start(enum role role, const char *text, bool *ok)
{
	int down[2], up[2];
	struct other o;
	char c = 0;

	fflush(NULL);
	CHECK(pipe(down) == 0 && pipe(up) == 0);
	o.pid = fork();
	if (o.pid == 0) {
		struct spt_waiting w = { .no_wait = true };
		struct spt_source_run source;
		struct spt_stage_run stage;
		struct spt_err e = { 0 };
		int rc;

		close(down[1]);
		close(up[0]);
		rc = role == SOURCE  ? spt_source_enter(&source, &ckpt, &w, &e)
		     : role == STAGE ? spt_stage_enter(&stage, &ckpt, text, &e)
				     : spt_sink_enter(&stage, &ckpt, text, &e);
		if (write(up[1], rc == 0 ? "y" : "n", 1) != 1 || rc != 0 ||
		    read(down[0], &c, 1) != 0)
			_exit(1);
		_exit(0);
	}
	close(down[0]);
	close(up[1]);
	*ok = read(up[0], &c, 1) == 1 && c == 'y';
	close(up[0]);
	o.fd = down[1];
	return o;
}

static void
end(struct other *o)
{
	int status;

	close(o->fd);
	waitpid(o->pid, &status, 0);
}

static void
kill_it(struct other *o)
{
	kill(o->pid, SIGKILL);
	end(o);
}

/* ---- tests --------------------------------------------------------------- */

static void
test_two_sources(void)
{
	const struct spt_waiting w = { 0 };
	struct spt_source_run run;
	char pid[40];
	struct other o;
	bool ok;

	o = start(SOURCE, NULL, &ok);
	CHECK(ok);
	/* Even who would wait for stages does not wait for a source. */
	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == -1);
	CHECK_INT(err.kind, SPT_ECHECKPOINT);
	snprintf(pid, sizeof pid, "test_runlock (pid %d)", (int)o.pid);
	CHECK(
	    has_text(&err, "in use") &&
	    (strstr(err.msg, pid) != NULL || strstr(err.msg, "(pid ") != NULL));
	kill_it(&o);
	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == 0);
	spt_source_leave(&run);
}

struct said {
	int n, stop_after;
	char line[500];
	struct other *end;
};

static void
say(void *ctx, const char *line)
{
	struct said *s = ctx;

	s->n++;
	snprintf(s->line, sizeof s->line, "%s", line);
	if (s->end != NULL)
		end(s->end);
}

static bool
stop(void *ctx)
{
	struct said *s = ctx;

	return s->stop_after != 0 && s->n >= s->stop_after;
}

/* A new run waits for the stages of the old one, and says for whom. */
static void
test_waiting(void)
{
	struct said said = { 0 };
	struct spt_waiting w = { .say = say, .stop = stop, .ctx = &said };
	struct spt_source_run run;
	struct other o;
	char old[SPT_RUN_SIZE], pid[40];
	int64_t number;
	bool ok;

	CHECK(spt_run_read(&ckpt, &number, old, fresh(&err)) == 1);
	o = start(STAGE, old, &ok);
	CHECK(ok);
	w.no_wait = true;
	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "older run"));
	CHECK_INT(said.n, 0);
	/* The attempt did not leave its lock behind. */
	w.no_wait = false;
	said.stop_after = 1;
	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "stopped"));
	CHECK_INT(said.n, 1);
	snprintf(pid, sizeof pid, "(pid %d)", (int)o.pid);
	CHECK(strstr(said.line, pid) != NULL);
	CHECK(strstr(said.line, "waiting") != NULL);
	/* The run is the old one still. */
	{
		char now[SPT_RUN_SIZE];

		CHECK(spt_run_read(&ckpt, &number, now, fresh(&err)) == 1);
		CHECK_STR(now, old);
	}
	/* It ends while we wait. */
	said = (struct said){ .end = &o };
	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == 0);
	CHECK(said.n == 1 && run.number == number + 1);
	CHECK(strcmp(run.text, old) != 0);
	spt_source_leave(&run);
}

/* Stages of an older run, or with an invented one, are refused, and nothing in
 * the directory changes. */
static void
test_old_stages(void)
{
	struct spt_waiting w = { .no_wait = true };
	struct spt_source_run run;
	struct spt_stage_run stage;
	char old[SPT_RUN_SIZE], path[200], moved[200];
	struct stat before, after;
	int64_t number;

	CHECK(spt_run_read(&ckpt, &number, old, fresh(&err)) == 1);
	CHECK(spt_source_enter(&run, &ckpt, &w, &err) == 0);
	CHECK(spt_stage_enter(&stage, &ckpt, run.text, &err) == 0);
	spt_stage_leave(&stage);
	CHECK(stat(dir, &before) == 0);
	CHECK(spt_stage_enter(&stage, &ckpt, old, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "out of date"));
	CHECK(spt_sink_enter(&stage, &ckpt, old, fresh(&err)) == -1);
	CHECK(spt_stage_enter(&stage, &ckpt, "", fresh(&err)) == -1);
	CHECK(spt_stage_enter(&stage, &ckpt, "99:nonsense", fresh(&err)) == -1);
	CHECK(stat(dir, &after) == 0);
	CHECK(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
	      before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	/* Not even a lock is made. */
	snprintf(path, sizeof path, "%s/lock", dir);
	snprintf(moved, sizeof moved, "%s/moved", place);
	CHECK(rename(path, moved) == 0);
	CHECK(spt_stage_enter(&stage, &ckpt, run.text, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && access(path, F_OK) != 0);
	CHECK(rename(moved, path) == 0);
	spt_source_leave(&run);
}

static void
test_sink(void)
{
	struct spt_waiting w = { .no_wait = true };
	struct spt_source_run run;
	struct spt_stage_run sink;
	struct other o, p;
	bool ok;

	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == 0);
	CHECK_INT(spt_source_has_sink(&run, &err), 0);
	CHECK(spt_source_await_sink(&run, 60, &w, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "swrite"));
	o = start(SINK, run.text, &ok);
	CHECK(ok);
	CHECK_INT(spt_source_has_sink(&run, fresh(&err)), 1);
	CHECK(spt_source_await_sink(&run, 60, &w, &err) == 0);
	/* A second one, while the first lives and after. */
	p = start(SINK, run.text, &ok);
	CHECK(!ok);
	end(&p);
	CHECK(spt_sink_enter(&sink, &ckpt, run.text, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "tee"));
	kill_it(&o);
	CHECK(spt_sink_enter(&sink, &ckpt, run.text, fresh(&err)) == -1);
	CHECK(err.kind == SPT_ECHECKPOINT && has_text(&err, "tee"));
	/* A stage does, though. */
	CHECK(spt_stage_enter(&sink, &ckpt, run.text, fresh(&err)) == 0);
	spt_stage_leave(&sink);
	spt_source_leave(&run);
	/* The next run begins without. */
	CHECK(spt_source_enter(&run, &ckpt, &w, fresh(&err)) == 0);
	CHECK_INT(spt_source_has_sink(&run, &err), 0);
	CHECK(spt_sink_enter(&sink, &ckpt, run.text, &err) == 0);
	CHECK_INT(spt_source_has_sink(&run, &err), 1);
	spt_stage_leave(&sink);
	spt_source_leave(&run);
}

/* Many runs begin at the same moment, again and again: never two at once. */
static void
test_race(void)
{
	enum { PROCESSES = 6, ROUNDS = 150 };
	char path[200];
	int64_t number, last;
	char text[SPT_RUN_SIZE];
	int status, entered = 0;
	pid_t pids[PROCESSES];

	CHECK(spt_run_read(&ckpt, &number, text, fresh(&err)) == 1);
	snprintf(path, sizeof path, "%s/inside", place);
	fflush(NULL);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int r = 0, got = 0; r < ROUNDS; r++) {
			struct spt_waiting w = { .no_wait = true };
			struct spt_source_run run;
			struct spt_stage_run stage;
			struct spt_err e = { 0 };
			int fd;

			if (spt_source_enter(&run, &ckpt, &w, &e) < 0) {
				if (e.kind != SPT_ECHECKPOINT)
					_exit(255);
				usleep(100);
				if (r + 1 == ROUNDS)
					_exit(got);
				continue;
			}
			got += got < 200;
			/* Alone here: the file can be made. */
			fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
			if (fd < 0)
				_exit(254);
			close(fd);
			if (spt_stage_enter(&stage, &ckpt, run.text, &e) < 0)
				_exit(253);
			spt_stage_leave(&stage);
			unlink(path);
			spt_source_leave(&run);
			if (r + 1 == ROUNDS)
				_exit(got);
		}
		_exit(252);
	}
	for (int i = 0; i < PROCESSES; i++) {
		waitpid(pids[i], &status, 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) < 250);
		entered += WEXITSTATUS(status);
	}
	CHECK(spt_run_read(&ckpt, &last, text, fresh(&err)) == 1);
	CHECK(entered > PROCESSES && last == number + entered);
}

/* The lock file is replaced: who comes then locks the new one, and who holds
 * the old one does not count. */
static void
test_replaced(void)
{
	struct spt_lockfile a, b;
	char path[200];

	snprintf(path, sizeof path, "%s/x", place);
	CHECK(spt_lockfile_try(&a, spt_io_system(), path, SPT_LOCK_EXCLUSIVE,
		  fresh(&err)) == -1);
	CHECK_INT(err.kind, SPT_ECHECKPOINT);
	CHECK(spt_lockfile_try(&a, spt_io_system(), path,
		  SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, fresh(&err)) == 1);
	CHECK(spt_lockfile_try(&b, spt_io_system(), path, 0, &err) == 0);
	CHECK(unlink(path) == 0);
	CHECK(spt_lockfile_try(&b, spt_io_system(), path,
		  SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, &err) == 1);
	spt_lockfile_drop(&a);
	spt_lockfile_drop(&b);
	/* A link is not followed. */
	CHECK(unlink(path) == 0 && symlink("/tmp/elsewhere", path) == 0);
	CHECK(spt_lockfile_try(&a, spt_io_system(), path,
		  SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, fresh(&err)) == -1);
	CHECK_INT(err.kind, SPT_ECHECKPOINT);
	spt_lockfile_drop(&a);
}

/* The same in the moment between open and flock. */
static char swapped[200];
static int swaps;

static int
flock_late(const struct spt_io *io, int fd, int operation)
{
	if (swaps++ == 0)
		CHECK(unlink(swapped) == 0);
	return spt_io_system()->flock(io, fd, operation);
}

static void
test_replaced_at_once(void)
{
	struct spt_io io = *spt_io_system();
	struct spt_lockfile a, b;

	snprintf(swapped, sizeof swapped, "%s/y", place);
	io.flock = flock_late;
	CHECK(spt_lockfile_try(&a, &io, swapped,
		  SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, fresh(&err)) == 1);
	CHECK_INT(swaps, 2);
	/* What is locked is what others meet. */
	CHECK(spt_lockfile_try(&b, spt_io_system(), swapped,
		  SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, fresh(&err)) == 0);
	spt_lockfile_drop(&a);
}

int
main(void)
{
	char command[300];

	signal(SIGPIPE, SIG_IGN);
	set_up();
	test_two_sources();
	test_waiting();
	test_old_stages();
	test_sink();
	test_race();
	test_replaced();
	test_replaced_at_once();
	spt_ckpt_fini(&ckpt);
	snprintf(command, sizeof command, "rm -rf '%s'", place);
	CHECK(system(command) == 0);
	return DONE;
}

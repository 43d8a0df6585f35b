/*
 * sink_harness - a folder to write in, files as text, and the steps of a sink
 * under a checkpoint.
 */
#ifndef SPT_SINK_HARNESS_H
#define SPT_SINK_HARNESS_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "sink/sink.h"
#include "unit.h"

static const struct spt_io *io;
static struct spt_err e;
static struct spt_sink *sink;
static struct spt_buf position;
static char folder[64];

/* quick: where a sync costs nothing, if there is such a place. */
static inline void
harness_start(bool quick)
{
	io = spt_io_system();
	strcpy(folder, quick && access("/dev/shm", W_OK) == 0
			   ? "/dev/shm/sink-XXXXXX"
			   : "/tmp/sink-XXXXXX");
	CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
	spt_buf_init(&position, io);
}

static inline void
harness_end(void)
{
	char command[128];

	spt_buf_fini(&position);
	snprintf(command, sizeof command, "cd / && rm -rf %s", folder);
	CHECK(system(command) == 0);
}

static inline void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static inline void
add_to_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* The text of a file; "(none)" if there is none. */
static inline const char *
get_file(const char *path)
{
	static char text[1 << 16];
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return "(none)";
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* The names that a shell pattern finds. */
static inline const char *
names(const char *pattern)
{
	static char text[4096];
	char command[256];
	size_t n;
	FILE *p;

	snprintf(command, sizeof command, "ls -d %s 2>/dev/null | tr '\\n' ' '",
	    pattern);
	p = popen(command, "r");
	CHECK(p != NULL);
	n = fread(text, 1, sizeof text - 1, p);
	text[n] = '\0';
	pclose(p);
	return text;
}

static inline void
put(const char *text)
{
	CHECK(sink->ops->write(sink, text, strlen(text), &e) == 0);
}

/* What was said is kept for the next recover, unless it failed. */
static inline int
keep(struct spt_buf *said, int rc)
{
	if (rc == 0) {
		CHECK(spt_buf_str(said, &e) != NULL);
		spt_buf_fini(&position);
		position = *said;
	} else {
		spt_buf_fini(said);
	}
	return rc;
}

static inline int
commit(int64_t epoch, const char *id, bool whole)
{
	struct spt_sink_epoch ep = { epoch, id, whole };
	struct spt_buf said;

	spt_buf_init(&said, io);
	sink->epoch = epoch;
	return keep(&said, sink->ops->commit(sink, &ep, &said, &e));
}

static inline int
record(void)
{
	struct spt_buf said;

	spt_buf_init(&said, io);
	return keep(&said, sink->ops->record(sink, &said, &e));
}

/* With the position that was said last; none: without. */
static inline int
recover(int64_t epoch, bool none)
{
	struct spt_sink_point at = { epoch,
		none ? NULL : (const char *)position.data };

	memset(&e, 0, sizeof e);
	return sink->ops->recover(sink, &at, &e);
}

/* The end of a process, in order or not: what was not committed is gone. */
static inline void
leave(void)
{
	sink->ops->close(sink);
	sink = NULL;
}

static inline void
finish(void)
{
	CHECK(sink->ops->end(sink, &e) == 0);
	leave();
}

#define CHECK_REFUSED(call, want_kind, text)     \
	do {                                     \
		memset(&e, 0, sizeof e);         \
		CHECK((call) == -1);             \
		CHECK_INT(e.kind, want_kind);    \
		if (strstr(e.msg, text) == NULL) \
			CHECK_STR(e.msg, text);  \
	} while (0)

#endif

/*
 * progress - reads progress.ndjson.  The lines are those that swrite writes,
 * or they are passed over: a member is looked for by its name and its colon,
 * without a parser, and a stage's object has no objects in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "ckpt/progress.h"

#define READ_MAX (32 << 20) /* of a file; it is rotated at 10 M */

/* The whole number behind "key": in a line; false: none. */
static bool
number(const char *line, const char *end, const char *key, int64_t *v)
{
	size_t n = strlen(key);

	for (const char *p = line; p + n + 4 < end; p++) {
		char *stop;

		if (*p != '"' || strncmp(p + 1, key, n) != 0 ||
		    p[n + 1] != '"' || p[n + 2] != ':')
			continue;
		errno = 0;
		*v = strtoll(p + n + 3, &stop, 10);
		return stop != p + n + 3 && stop <= end && errno == 0;
	}
	return false;
}

static struct spt_figures *
find(struct spt_progress *p, const char *id, size_t n)
{
	struct spt_figures *f;

	for (size_t i = 0; i < p->n; i++)
		if (strlen(p->v[i].id) == n && memcmp(p->v[i].id, id, n) == 0)
			return &p->v[i];
	if (p->n == SPT_PROGRESS_STAGES || n == 0 || n > SPT_ID_MAX)
		return NULL;
	f = &p->v[p->n++];
	memcpy(f->id, id, n);
	return f;
}

/* {"stage":"swindow-1","rows_in":..,..}: an object without objects in it. */
static void
take_stage(
    struct spt_progress *p, const char *from, const char *end, bool first)
{
	static const char head[] = "{\"stage\":\"";
	const char *id = from + sizeof head - 1;
	const char *quote;
	struct spt_figures *f;
	int64_t v;

	if ((size_t)(end - from) < sizeof head ||
	    strncmp(from, head, sizeof head - 1) != 0)
		return;
	quote = memchr(id, '"', (size_t)(end - id));
	if (quote == NULL || (f = find(p, id, (size_t)(quote - id))) == NULL)
		return;
	if (number(quote, end, "rows_in", &v))
		f->rows_in = v;
	if (number(quote, end, "rows_out", &v))
		f->rows_out = v;
	if (number(quote, end, "late", &v))
		f->late += v;
	if (number(quote, end, "bad", &v))
		f->bad += v;
	if (number(quote, end, "null_time", &v))
		f->null_time += v;
	if (first)
		p->rows[p->lines % SPT_PROGRESS_RECENT] = f->rows_in;
}

static void
take_line(struct spt_progress *p, const char *line, const char *end)
{
	static const char mark[] = "\"stages\":[";
	int64_t epoch, time, committed;
	const char *at;
	bool first = true;

	if (!number(line, end, "epoch", &epoch) ||
	    !number(line, end, "time", &time) ||
	    !number(line, end, "committed", &committed) || end[-1] != '}' ||
	    (at = memmem(line, (size_t)(end - line), mark, sizeof mark - 1)) ==
		NULL)
		return;
	p->any = true;
	p->epoch = epoch;
	p->time = time;
	p->committed = committed;
	p->watermark = SPT_TIME_MIN;
	if (!number(line, at, "watermark", &p->watermark))
		p->watermark = SPT_TIME_MIN;
	p->at[p->lines % SPT_PROGRESS_RECENT] = committed;
	p->rows[p->lines % SPT_PROGRESS_RECENT] = 0;
	for (at += sizeof mark - 1; at < end && *at == '{'; first = false) {
		const char *stop = memchr(at, '}', (size_t)(end - at));

		if (stop == NULL)
			break;
		take_stage(p, at, stop, first);
		at = stop + 1;
		at += at < end && *at == ',';
	}
	p->lines++;
}

/* All whole lines of a file; that there is none is fine. */
static int
read_file(struct spt_progress *p, const struct spt_ckpt *c, const char *name,
    struct spt_err *e)
{
	struct spt_buf path, text;
	const char *file;
	size_t got = 0, at = 0;
	int fd, rc = -1;

	spt_buf_init(&path, c->io);
	spt_buf_init(&text, c->io);
	if (spt_ckpt_path(c, &path, name, e) < 0 ||
	    (file = spt_buf_str(&path, e)) == NULL)
		goto done;
	fd = c->io->open(c->io, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0) {
		rc = errno == ENOENT ? 0 : spt_fail_errno(e, errno, "%s", file);
		goto done;
	}
	do {
		if ((rc = spt_buf_reserve(&text, 65536, e)) == 0)
			rc = spt_io_read(c->io, fd, text.data + text.len, 65536,
			    &got, file, e);
		text.len += rc > 0 ? got : 0;
	} while (rc > 0 && text.len < READ_MAX);
	c->io->close(c->io, fd);
	while (rc >= 0 && at < text.len) {
		const char *line = (const char *)text.data + at;
		const char *end = memchr(line, '\n', text.len - at);

		if (end == NULL)
			break;
		if (end > line)
			take_line(p, line, end);
		at += (size_t)(end - line) + 1;
	}
	rc = rc < 0 ? -1 : 0;
done:
	spt_buf_fini(&path);
	spt_buf_fini(&text);
	return rc;
}

int
spt_progress_read(
    struct spt_progress *p, const struct spt_ckpt *c, struct spt_err *e)
{
	memset(p, 0, sizeof *p);
	if (read_file(p, c, "progress.ndjson.1", e) < 0)
		return -1;
	return read_file(p, c, "progress.ndjson", e);
}

double
spt_progress_rate(const struct spt_progress *p)
{
	int64_t n = p->lines < SPT_PROGRESS_RECENT ? p->lines
						   : SPT_PROGRESS_RECENT,
		rows = 0;
	spt_time first, last;

	if (n < 2)
		return -1;
	first = p->at[(p->lines - n) % SPT_PROGRESS_RECENT];
	last = p->at[(p->lines - 1) % SPT_PROGRESS_RECENT];
	/* The rows of the first line came before its instant. */
	for (int64_t i = p->lines - n + 1; i < p->lines; i++)
		rows += p->rows[i % SPT_PROGRESS_RECENT];
	return last > first ? (double)rows * 1e6 / (double)(last - first) : -1;
}

void
spt_progress_left_out(const struct spt_progress *p, struct spt_figures *sum)
{
	memset(sum, 0, sizeof *sum);
	for (size_t i = 0; i < p->n; i++) {
		sum->late += p->v[i].late;
		sum->bad += p->v[i].bad;
		sum->null_time += p->v[i].null_time;
	}
}

const struct spt_figures *
spt_progress_of(const struct spt_progress *p, const char *id)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].id, id) == 0)
			return &p->v[i];
	return NULL;
}

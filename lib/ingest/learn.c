/*
 * learn - the format and the schema, before the first row goes out.
 *
 * The first file's bytes stay in the buffer that decoding starts from, so that
 * a pipe is read once.  When it is short, the regular files after it are
 * looked at too, by themselves.  A pipe is given one second from its first
 * row.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_run.h"

#define LEARN_BYTES (4u << 20) /* enough, whatever the rows are */
#define GUESS_BYTES 4096
#define PIPE_NANOS INT64_C(1000000000)

static int
learn_text(struct spt_ingest *g, const struct spt_buf *text, bool last,
    struct spt_err *e)
{
	const char *mark = g->conf->epoch_mark;
	struct spt_buf rest;
	int rc;

	if (mark == NULL)
		return spt_decoder_learn(
		    g->decoder, text->data, text->len, last, e);
	spt_buf_init(&rest, g->io);
	rc = spt_mark_strip(&rest, text->data, text->len, last, mark, e);
	if (rc == 0)
		rc =
		    spt_decoder_learn(g->decoder, rest.data, rest.len, last, e);
	spt_buf_fini(&rest);
	return rc;
}

bool
spt_ingest_has_row(const struct spt_ingest *g)
{
	bool header =
	    !g->conf->decode.no_header &&
	    (strcmp(g->format, "csv") == 0 || strcmp(g->format, "tsv") == 0);
	const uint8_t *p = g->text.data, *end = p + g->text.len;
	int want = header ? 2 : 1;

	while (want > 0 && p < end &&
	       (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		want--;
	}
	return want == 0;
}

/* Sleeps for the pipe, but not beyond *deadline (0: not running yet).  1 read
 * on, 0 time is up or asked to stop, -1. */
static int
wait_pipe(struct spt_ingest *g, int64_t *deadline, struct spt_err *e)
{
	for (;;) {
		int fd = spt_source_fd(g->source), ms = -1;
		bool ready;

		if (spt_source_ready(g->source))
			return 1;
		if (spt_ingest_stopped(g))
			return 0;
		if (*deadline == 0 && spt_ingest_has_row(g))
			*deadline = g->io->mono(g->io) + PIPE_NANOS;
		if (*deadline != 0) {
			int64_t left = *deadline - g->io->mono(g->io);

			if (left <= 0)
				return 0;
			ms = (int)(left / 1000000) + 1;
		}
		if (spt_wait(g->io, &fd, 1, &ready, g->emit.out[0].port->fd,
			g->conf->signals, ms, e) < 0)
			return -1;
		if (ready)
			return 1;
	}
}

/* So many bytes will do, if there is a row in them; one that is too long is
 * none. */
static bool
long_enough(const struct spt_ingest *g, size_t n)
{
	int64_t max = g->conf->decode.max_record;

	if (max == 0)
		max = SPT_MAX_RECORD;
	return n >= LEARN_BYTES && (spt_decoder_learnt(g->decoder) != 0 ||
				       n >= LEARN_BYTES + (size_t)max);
}

/* The first file.  1 enough, 0 not, -1. */
static int
learn_first(struct spt_ingest *g, struct spt_err *e)
{
	size_t next = 0; /* look again at this many bytes */
	int64_t deadline = 0;
	int rc;

	for (;;) {
		if (g->eof || g->text.len >= next) {
			rc = learn_text(g, &g->text, g->eof, e);
			if (rc != 0 || g->eof)
				return rc;
			next = g->text.len * 2;
		}
		if (long_enough(g, g->text.len))
			return 1;
		rc = wait_pipe(g, &deadline, e);
		if (rc > 0)
			rc = spt_ingest_fill(g, e);
		if (rc < 0)
			return -1;
		if (rc == 0 && !g->eof) {
			rc = learn_text(g, &g->text, false, e);
			return rc < 0 ? -1 : 1;
		}
	}
}

/* A later file, read for its rows' types only. */
static int
learn_other(
    struct spt_ingest *g, const struct spt_path *path, struct spt_err *e)
{
	struct spt_source *s;
	struct spt_buf text;
	size_t got, next = 0;
	int rc;

	if (spt_source_open(&s, g->io, path->name, e) < 0)
		return -1;
	spt_buf_init(&text, g->io);
	rc = spt_decoder_file(g->decoder, path->name, path->mtime, e);
	while (rc == 0) {
		bool eof;

		rc = spt_buf_reserve(&text, 65536, e);
		if (rc < 0)
			break;
		rc = spt_source_read(
		    s, text.data + text.len, text.cap - text.len, &got, e);
		text.len += got;
		if (rc < 0)
			break;
		eof = rc == 0;
		rc = 0;
		if (eof || text.len >= next) {
			next = text.len * 2;
			rc = learn_text(g, &text, eof, e);
		}
		if (rc == 0 && long_enough(g, text.len))
			rc = 1;
		if (eof)
			break;
	}
	spt_buf_fini(&text);
	spt_source_close(s);
	return rc;
}

/* The first file with something in it says what it is, unless -f does. */
static int
find_format(struct spt_ingest *g, struct spt_err *e)
{
	char line[256];
	size_t k = 0;

	g->format = g->conf->decode.format;
	if (g->format == NULL && g->restart != NULL)
		g->format = g->restart->format;
	if (g->format != NULL || g->paths.n == 0)
		return 0;
	if (spt_ingest_open(g, 0, e) < 0)
		return -1;
	while (!g->eof && g->text.len < GUESS_BYTES &&
	       (g->text.len == 0 ||
		   memchr(g->text.data, '\n', g->text.len) == NULL)) {
		int rc = spt_ingest_fill(g, e);

		if (rc < 0)
			return -1;
		if (rc == 0 && !g->eof)
			break;
		while (g->eof && g->text.len == 0 && k + 1 < g->paths.n) {
			/* Empty files at the start say nothing. */
			spt_ingest_close_source(g);
			if (spt_ingest_open(g, ++k, e) < 0)
				return -1;
		}
	}
	g->format =
	    spt_decode_guess(g->paths.v[k].name, g->text.data, g->text.len);
	if (k != 0)
		spt_ingest_close_source(g);
	if (g->conf->watched && g->conf->say != NULL) {
		snprintf(line, sizeof line,
		    "%s: taken as %s (-f FORMAT says it)",
		    strcmp(g->paths.v[k].name, "-") == 0 ? "standard input"
							 : g->paths.v[k].name,
		    g->format);
		g->conf->say(g->conf->ctx, line);
	}
	return 0;
}

int
spt_ingest_learn(struct spt_ingest *g, struct spt_err *e)
{
	int rc;

	if (find_format(g, e) < 0)
		return -1;
	if (g->format == NULL)
		return spt_fail(e, SPT_EDATA,
		    "%s: there is no file to read (with -f and -s the result "
		    "is an empty stream)",
		    g->conf->sources[0]);
	if (strcmp(g->format, "arrow") == 0)
		return g->restart == NULL ? 0 : spt_restart_no_arrow(e);
	g->decode.format = g->format;
	if (spt_decoder_open(&g->decoder, g->io, &g->decode, e) < 0)
		return -1;
	if (g->paths.n != 0 && !g->frozen) {
		const struct spt_path *p = &g->paths.v[0];

		if (g->source == NULL && spt_ingest_open(g, 0, e) < 0)
			return -1;
		if (spt_decoder_file(g->decoder, spt_source_name(g->source),
			p->mtime, e) < 0)
			return -1;
		rc = learn_first(g, e);
		for (size_t k = 1; rc == 0 && k < g->paths.n; k++)
			if (g->paths.v[k].size >= 0)
				rc = learn_other(g, &g->paths.v[k], e);
		if (rc < 0)
			return -1;
	}
	return spt_decoder_settle(g->decoder, e);
}

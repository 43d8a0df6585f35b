/*
 * ingest - a run from the first source to the end mark.
 *
 * Rows flow as soon as they are made; only barriers wait for epochs.  A pipe
 * that ends by itself is finite input like a file; with --every it is a stream
 * that may never end, and stages below may not wait for its end.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_run.h"

#define METER_NANOS INT64_C(500000000)
#define ONE_EPOCH_NANOS INT64_C(5000000000)

/* ---- what others see --------------------------------------------------- */

bool
spt_ingest_stopped(const struct spt_ingest *g)
{
	return g->conf->signals != NULL && g->conf->signals->stops > 0;
}

int64_t
spt_ingest_rows_left(const struct spt_ingest *g)
{
	return g->conf->rows < 0 || g->cutter.held ? INT64_MAX
						   : g->conf->rows - g->rows;
}

static const char *
source_name(const struct spt_ingest *g)
{
	if (g->live != NULL && g->live->now != NULL)
		return g->live->now->pos.path;
	return g->source != NULL ? spt_source_name(g->source) : "no file";
}

static void
say_status(const struct spt_ingest *g)
{
	char line[512];

	if (g->conf->say == NULL)
		return;
	snprintf(line, sizeof line, "epoch %lld, %lld rows, %llu bytes, in %s",
	    (long long)g->emit.epoch, (long long)g->rows,
	    (unsigned long long)(g->done_bytes +
				 (g->source != NULL ? spt_source_raw(g->source)
						    : 0)),
	    source_name(g));
	g->conf->say(g->conf->ctx, line);
}

static bool
cuts_epochs(const struct spt_ingest_conf *c)
{
	return c->every != 0 || c->epoch_rows != 0 || c->epoch_size != 0 ||
	       c->epoch_files != 0 || c->epoch_mark != NULL;
}

void
spt_ingest_meter(struct spt_ingest *g)
{
	const struct spt_ingest_conf *c = g->conf;
	int64_t now;

	if (c->signals != NULL && c->signals->status) {
		c->signals->status = 0;
		say_status(g);
	}
	if (c->progress == NULL && !c->watched)
		return;
	now = g->io->mono(g->io);
	if (c->watched && !g->warned_one_epoch && !cuts_epochs(c) &&
	    g->source != NULL && !spt_source_regular(g->source) &&
	    now - g->started > ONE_EPOCH_NANOS) {
		g->warned_one_epoch = true;
		c->say(c->ctx,
		    "reading a pipe as one epoch; --every 1s closes windows "
		    "as it goes");
	}
	if (c->progress != NULL && now - g->said_progress > METER_NANOS) {
		struct spt_ingest_progress p = {
			.bytes =
			    g->done_bytes +
			    (g->source != NULL ? spt_source_raw(g->source) : 0),
			.total = g->paths.bytes,
			.rows = g->rows,
			.elapsed = now - g->started,
			.file = source_name(g),
		};

		g->said_progress = now;
		c->progress(c->ctx, &p);
	}
}

/* ---- the file being read ----------------------------------------------- */

int
spt_ingest_open(struct spt_ingest *g, size_t k, struct spt_err *e)
{
	g->text.len = g->at = 0;
	g->eof = false;
	return spt_source_open(&g->source, g->io, g->paths.v[k].name, e);
}

void
spt_ingest_close_source(struct spt_ingest *g)
{
	if (g->source == NULL)
		return;
	g->done_bytes += spt_source_raw(g->source);
	spt_source_close(g->source);
	g->source = NULL;
}

int
spt_ingest_wait(struct spt_ingest *g, struct spt_err *e)
{
	const struct spt_decode_count *count =
	    g->decoder != NULL ? spt_decoder_count(g->decoder) : NULL;

	if (spt_source_ready(g->source))
		return !spt_ingest_stopped(g);
	for (;;) {
		int fd = spt_source_fd(g->source), ms;
		bool ready;

		/* Is there something at once?  Then keep batches full. */
		if (spt_wait(g->io, &fd, 1, &ready, -1, NULL, 0, e) < 0)
			return -1;
		if (spt_ingest_stopped(g))
			return 0;
		if (ready)
			return 1;
		if (spt_emit_flush(&g->emit, e) < 0 ||
		    spt_badrec_flush(&g->bad, e) < 0)
			return -1;
		ms = g->emit.out[0].declared ? spt_cutter_wait(&g->cutter) : -1;
		if (g->conf->watched && (ms < 0 || ms > 1000))
			ms = 1000;
		if (spt_wait(g->io, &fd, 1, &ready, g->emit.out[0].port->fd,
			g->conf->signals, ms, e) < 0)
			return -1;
		spt_ingest_meter(g);
		if (g->emit.out[0].declared &&
		    spt_cutter_clock(&g->cutter, count, e) < 0)
			return -1;
		if (ready)
			return !spt_ingest_stopped(g);
	}
}

int
spt_ingest_fill(struct spt_ingest *g, struct spt_err *e)
{
	size_t got;
	int rc = spt_ingest_wait(g, e);

	if (rc <= 0)
		return rc;
	spt_buf_drop(&g->text, g->at);
	g->at = 0;
	if (spt_buf_reserve(&g->text, SPT_INGEST_READ, e) < 0)
		return -1;
	rc = spt_source_read(g->source, g->text.data + g->text.len,
	    g->text.cap - g->text.len, &got, e);
	g->text.len += got;
	g->eof = rc == 0;
	return rc < 0 ? -1 : 1;
}

/* ---- the run ----------------------------------------------------------- */

static int
on_bad(void *ctx, const struct spt_bad_record *r, struct spt_err *e)
{
	struct spt_ingest *g = ctx;

	return spt_badrec_put(&g->bad, r, e);
}

static void
on_say(void *ctx, const char *line)
{
	struct spt_ingest *g = ctx;

	if (g->conf->say != NULL)
		g->conf->say(g->conf->ctx, line);
}

/* With --every a pipe is a stream that nobody waits the end of. */
static bool
is_bounded(const struct spt_ingest *g)
{
	if (g->conf->follow || g->restart != NULL)
		return false;
	for (size_t i = 0; i < g->paths.n; i++)
		if (g->conf->every != 0 && g->paths.v[i].size < 0)
			return false;
	return true;
}

static int
describe_stream(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_meta *m = &g->emit.stream;
	struct spt_buf text;
	const char *str;
	int rc = -1;

	spt_buf_init(&text, g->io);
	if (spt_plan_add(&text, NULL, "sread", g->id, g->conf->args, e) < 0)
		goto done;
	str = spt_buf_str(&text, e);
	if (str == NULL || spt_meta_set(m, SPT_KEY_PROFILE, "1", e) < 0 ||
	    spt_meta_set(m, SPT_KEY_PLAN, str, e) < 0)
		goto done;
	rc = is_bounded(g) ? spt_meta_set(m, SPT_KEY_BOUNDED, "1", e) : 0;
done:
	spt_buf_fini(&text);
	return rc;
}

/* Files as they come, or from where the run before has ended. */
static int
start_live(struct spt_ingest *g, struct spt_err *e)
{
	const struct spt_ingest_conf *c = g->conf;
	bool pipe = g->restart != NULL && g->restart->pipe && !c->follow;

	g->paths.bytes = -1;
	if (spt_live_open(g, e) < 0)
		return -1;
	if (g->restart != NULL && spt_restart_positions(g, e) < 0)
		return -1;
	if (!pipe)
		return spt_live_learn(g, e);
	if (spt_paths_find(&g->paths, g->io, c->sources, c->n_sources, e) < 0)
		return -1;
	return spt_ingest_learn(g, e);
}

static int
start(struct spt_ingest *g, const struct spt_ingest_conf *conf,
    const struct spt_io *io, struct spt_port *port, struct spt_err *e)
{
	memset(g, 0, sizeof *g);
	g->conf = conf;
	g->io = io;
	g->started = io->mono(io);
	g->decode = conf->decode;
	g->decode.bad = on_bad;
	g->decode.say = on_say;
	g->decode.ctx = g;
	spt_buf_init(&g->text, io);
	spt_emit_init(&g->emit, io);
	g->emit.out[0].port = port;
	snprintf(
	    g->id, sizeof g->id, "%s", conf->id != NULL ? conf->id : "sread-1");
	spt_cutter_init(&g->cutter, conf, io, &g->emit, g->id);
	if (conf->checkpoint != NULL && spt_restart_open(g, e) < 0)
		return -1;
	if (conf->follow || g->restart != NULL)
		return start_live(g, e);
	if (spt_paths_find(&g->paths, io, conf->sources, conf->n_sources, e) <
	    0)
		return -1;
	return spt_ingest_learn(g, e);
}

static void
end(struct spt_ingest *g)
{
	spt_parallel_close(g);
	if (g->source != NULL)
		spt_source_close(g->source);
	spt_live_close(g);
	spt_restart_close(g);
	spt_badrec_fini(&g->bad);
	spt_emit_fini(&g->emit);
	if (g->decoder != NULL)
		spt_decoder_close(g->decoder);
	spt_buf_fini(&g->text);
	spt_paths_fini(&g->paths);
}

static void
say_losses(const struct spt_ingest *g)
{
	const struct spt_decode_count *n;
	char line[256];

	if (g->decoder == NULL || g->conf->say == NULL)
		return;
	n = spt_decoder_count(g->decoder);
	if (n->bad != 0) {
		snprintf(line, sizeof line, "%lld bad record%s %s%s",
		    (long long)n->bad, n->bad == 1 ? "" : "s",
		    g->bad.what == SPT_BAD_KEEP ? "kept in " : "skipped",
		    g->bad.what == SPT_BAD_KEEP ? g->bad.sink->name : "");
		g->conf->say(g->conf->ctx, line);
	}
	if (n->repaired != 0) {
		snprintf(line, sizeof line,
		    "%lld invalid UTF-8 sequence%s replaced by U+FFFD",
		    (long long)n->repaired, n->repaired == 1 ? "" : "s");
		g->conf->say(g->conf->ctx, line);
	}
	if (n->unmatched != 0 && g->conf->verbose) {
		snprintf(line, sizeof line, "%lld line%s did not match",
		    (long long)n->unmatched, n->unmatched == 1 ? "" : "s");
		g->conf->say(g->conf->ctx, line);
	}
}

/* Under a checkpoint the last epoch is closed only if there is one, and is
 * final only if that was asked for. */
static int
close_last(struct spt_ingest *g, bool *finished, struct spt_err *e)
{
	const struct spt_decode_count *count =
	    g->decoder != NULL ? spt_decoder_count(g->decoder) : NULL;
	bool final = true;

	*finished = !spt_ingest_stopped(g);
	if (g->restart != NULL) {
		final = g->conf->final && !g->over && *finished &&
			spt_ingest_rows_left(g) != 0;
		*finished = final || g->over;
		if (!final && !g->cutter.open && g->live->n == 0)
			return 0;
	}
	return spt_cutter_close(&g->cutter, final, count, e);
}

static int
finish(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_control c;
	bool finished;
	int rc;

	if (close_last(g, &finished, e) < 0 ||
	    spt_badrec_finish(&g->bad, e) < 0)
		return -1;
	spt_control_init(&c, g->io, SPT_ITEM_END);
	c.reason = finished ? SPT_FINISHED : SPT_STOPPED;
	rc = spt_emit_control(&g->emit, &c, e);
	spt_control_fini(&c);
	if (rc < 0 || spt_emit_end(&g->emit, e) < 0)
		return -1;
	return g->restart != NULL ? spt_restart_wait(g, e) : 0;
}

static int
open_bad(struct spt_ingest *g, struct spt_err *e)
{
	if (g->restart == NULL)
		return spt_badrec_open(&g->bad, g->io, g->conf->bad, e);
	return spt_restart_open_bad(g, e);
}

static int
read_all(struct spt_ingest *g, struct spt_err *e)
{
	if (g->live == NULL)
		return g->decoder != NULL ? spt_ingest_text(g, e)
					  : spt_ingest_arrow(g, e);
	if (spt_emit_schema(
		&g->emit, SPT_STREAM, spt_decoder_schema(g->decoder), e) < 0)
		return -1;
	return g->restart != NULL ? spt_restart_run(g, e) : spt_live_run(g, e);
}

int
spt_ingest_run(const struct spt_ingest_conf *conf, const struct spt_io *io,
    struct spt_port *port, struct spt_err *e)
{
	struct spt_ingest g;
	int rc = start(&g, conf, io, port, e);

	if (rc == 0)
		rc = describe_stream(&g, e);
	if (rc == 0 && g.restart != NULL)
		rc = spt_restart_begin(&g, e);
	if (rc == 0)
		rc = open_bad(&g, e);
	if (rc == 0)
		rc = read_all(&g, e);
	if (rc == 0)
		rc = finish(&g, e);
	if (rc == 0)
		say_losses(&g);
	end(&g);
	return rc;
}

static int
print_arrow(struct spt_ingest *g, struct spt_buf *out, struct spt_err *e)
{
	(void)g;
	(void)out;
	return spt_fail(e, SPT_EUSAGE,
	    "an Arrow stream has its schema in it; --print-schema is for "
	    "text");
}

/* A port that nobody writes to: printing a schema makes no stream. */
static const struct spt_port_ops no_ops;

int
spt_ingest_print_schema(const struct spt_ingest_conf *conf,
    const struct spt_io *io, struct spt_buf *out, struct spt_err *e)
{
	struct spt_port none = { .ops = &no_ops, .fd = -1 };
	struct spt_ingest g;
	int rc = start(&g, conf, io, &none, e);

	if (rc == 0)
		rc = g.decoder == NULL
			 ? print_arrow(&g, out, e)
			 : spt_decoder_print_schema(g.decoder, out, e);
	g.emit.out[0].port = NULL;
	end(&g);
	return rc;
}

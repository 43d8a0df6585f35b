/*
 * lanes - at a barrier all of them commit, in order; then the log.  So under a
 * checkpoint nothing is in a sink that the log does not know, but the one
 * epoch that is on its way, and what the sinks said of themselves is in the
 * log before their first byte.
 */
#include <stdio.h>

#include "egress/lanes.h"
#include "egress/positions.h"

/* ---- epochs ------------------------------------------------------------ */

int
spt_lanes_begin(
    struct spt_lanes *g, const struct spt_control *c, struct spt_err *e)
{
	if (g->joins && g->epoch < 0)
		g->epoch = c->epoch - 1;
	g->joins = false;
	if (g->exact && c->epoch != g->epoch + 1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the stream goes on with epoch %lld, and the last one that "
		    "was committed is %lld",
		    (long long)c->epoch, (long long)g->epoch);
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_begin(&g->v[i], c, e) < 0)
			return -1;
	return 0;
}

int
spt_lanes_rows(
    struct spt_lanes *g, const struct spt_batch *b, struct spt_err *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_rows(&g->v[i], b, e) < 0)
			return -1;
	return 0;
}

/* The positions of all lanes, as text. */
static const char *
positions(struct spt_lanes *g, struct spt_err *e)
{
	g->positions.len = 0;
	for (size_t i = 0; i < g->n; i++) {
		struct spt_lane *l = &g->v[i];

		if (spt_positions_put(&g->positions, l->target.name,
			l->position.data, l->position.len, e) < 0)
			return NULL;
	}
	return spt_buf_str(&g->positions, e);
}

static int
commit(struct spt_lanes *g, const struct spt_control *c, struct spt_err *e)
{
	const char *id = spt_meta_get(&c->extra, SPT_KEY_ID), *text;

	if (g->exact && id == NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the barrier of epoch %lld has no id: a program in the "
		    "pipe dropped it",
		    (long long)c->epoch);
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_commit(&g->v[i], g->exact ? id : "", e) < 0)
			return -1;
	if (!g->exact)
		return 0;
	text = positions(g, e);
	if (text == NULL ||
	    g->conf->commits->commit(g->conf->commits->ctx, c, text, e) < 0)
		return -1;
	g->epoch = c->epoch;
	return 0;
}

int
spt_lanes_barrier(struct spt_lanes *g, const struct spt_control *c,
    int64_t rows, struct spt_err *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_barrier(&g->v[i], c, rows, e) < 0)
			return -1;
	return commit(g, c, e);
}

int
spt_lanes_control(
    struct spt_lanes *g, const struct spt_control *c, struct spt_err *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_control(&g->v[i], c, e) < 0)
			return -1;
	return 0;
}

int
spt_lanes_flush(struct spt_lanes *g, struct spt_err *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_flush(&g->v[i], e) < 0)
			return -1;
	return 0;
}

int
spt_lanes_end(struct spt_lanes *g, struct spt_err *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_end(&g->v[i], e) < 0)
			return -1;
	return 0;
}

/* ---- opening ----------------------------------------------------------- */

static void
say(const struct spt_lanes *g, const char *line)
{
	if (g->conf->say != NULL)
		g->conf->say(g->conf->say_ctx, line);
}

/* Options that make a row depend on rows of runs before. */
static int
check_exact(
    const struct spt_lanes *g, enum spt_rows_mode mode, struct spt_err *e)
{
	if (mode == SPT_ROWS_COMPLETE)
		return 0;
	if (g->conf->limit >= 0)
		return spt_fail(e, SPT_EUSAGE,
		    "--rows under a checkpoint is for complete mode");
	if (g->conf->sort != NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "--sort under a checkpoint is for complete mode");
	return 0;
}

static void
say_guarantees(struct spt_lanes *g)
{
	char line[512];

	for (size_t i = 0; i < g->n; i++) {
		if (g->v[i].sink->exact)
			continue;
		snprintf(line, sizeof line,
		    "%s: at least once: rows may come again after a restart",
		    g->v[i].sink->name);
		say(g, line);
	}
}

/* Does the sink itself know which epoch it is at? */
static bool
knows_epoch(const struct spt_lane *l)
{
	return l->target.kind == SPT_TARGET_DIR ||
	       l->target.kind == SPT_TARGET_SQLITE;
}

/* What the checkpoint says of each sink, or NULLs; into v. */
static int
find_positions(const struct spt_lanes *g, const struct spt_restore *r,
    struct spt_buf *v, struct spt_err *e)
{
	const char *rest = r->positions;

	for (size_t i = 0; i < g->n && rest != NULL; i++) {
		const char *name = g->v[i].target.name;
		int rc = spt_positions_get(&rest, name, &v[i], e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s: the checkpoint does not commit to it: name "
			    "the same outputs in the same order",
			    name);
	}
	if (rest != NULL && *rest != '\0')
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the checkpoint commits to more outputs: name the same "
		    "ones in the same order (%.*s is missing)",
		    (int)strcspn(rest, "\n"), rest);
	return 0;
}

/* Brings sinks to the epoch that was committed last: those that know theirs
 * first, for they see when the log has lost commits; only then is a file cut.
 */
static int
recover_all(struct spt_lanes *g, const struct spt_restore *r, struct spt_buf *v,
    struct spt_err *e)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < g->n; i++) {
			struct spt_sink_point at = { .epoch = r->epoch };

			if (knows_epoch(&g->v[i]) != (pass == 0))
				continue;
			if (r->positions != NULL &&
			    (at.position = spt_buf_str(&v[i], e)) == NULL)
				return -1;
			if (spt_lane_recover(&g->v[i], &at, e) < 0)
				return -1;
		}
	return 0;
}

/* Binds the sinks of a query that has committed nothing. */
static int
bind_sinks(struct spt_lanes *g, const struct spt_restore *r, struct spt_err *e)
{
	const char *text;

	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_record(&g->v[i], e) < 0)
			return -1;
	text = positions(g, e);
	if (text == NULL)
		return -1;
	if (r->positions != NULL && strcmp(text, r->positions) == 0)
		return 0;
	return g->conf->commits->record(g->conf->commits->ctx, text, e);
}

static int
recover(struct spt_lanes *g, const struct spt_restore *r, struct spt_err *e)
{
	struct spt_buf *v = spt_alloc_zero(g->io, g->n * sizeof *v, e);
	int rc;

	if (v == NULL)
		return -1;
	for (size_t i = 0; i < g->n; i++)
		spt_buf_init(&v[i], g->io);
	rc = find_positions(g, r, v, e);
	if (rc == 0)
		rc = recover_all(g, r, v, e);
	for (size_t i = 0; i < g->n; i++)
		spt_buf_fini(&v[i]);
	spt_free(g->io, v);
	g->epoch = r->epoch;
	g->joins = r->joins;
	return rc < 0 || r->epoch >= 0 ? rc : bind_sinks(g, r, e);
}

/* What is written is not a part of the checkpoint that it comes from. */
static int
clean_schema(struct spt_lanes *g, const struct spt_schema *s, struct spt_err *e)
{
	static const char *const keys[] = { SPT_KEY_CHECKPOINT, SPT_KEY_QUERY,
		SPT_KEY_RUN, SPT_KEY_RESTORE, SPT_KEY_HEADS };

	if (spt_schema_copy(&g->schema, s, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		spt_meta_remove(&g->schema.meta, keys[i]);
	return 0;
}

int
spt_lanes_open(struct spt_lanes *g, const struct spt_schema *s,
    enum spt_rows_mode mode, struct spt_err *e)
{
	const struct spt_commits *log = g->conf->commits;
	struct spt_restore r = { .epoch = -1 };
	int rc = 0;

	if (clean_schema(g, s, e) < 0)
		return -1;
	/* Whatever can be refused is refused before a file is emptied. */
	for (size_t i = 0; i < g->n; i++) {
		if (spt_lane_check(&g->v[i], &g->schema, mode, e) < 0)
			return -1;
		g->streams = g->streams || g->v[i].arrow;
	}
	if (log != NULL)
		rc = log->open(log->ctx, s, &r, e);
	g->exact = rc == 1;
	if (rc < 0 || (g->exact && check_exact(g, mode, e) < 0))
		return -1;
	for (size_t i = 0; i < g->n; i++) {
		struct spt_lane *l = &g->v[i];

		if (spt_lane_open(l, g->exact ? r.uuid : NULL, e) < 0)
			return -1;
		if (!l->sink->regular && g->fd < 0)
			g->fd = l->sink->fd;
	}
	if (g->exact && recover(g, &r, e) < 0)
		return -1;
	if (g->exact)
		say_guarantees(g);
	for (size_t i = 0; i < g->n; i++)
		if (spt_lane_start(&g->v[i], e) < 0)
			return -1;
	return 0;
}

/* Options that none of the outputs takes, and outputs that are one. */
static int
check_targets(const struct spt_lanes *g, struct spt_err *e)
{
	const struct spt_egress_conf *conf = g->conf;
	bool kinds[SPT_TARGET_SQLITE + 1] = { false };
	bool files;

	for (size_t i = 0; i < g->n; i++) {
		const struct spt_target *t = &g->v[i].target;

		kinds[t->kind] = true;
		for (size_t k = 0; k < i; k++)
			if (spt_target_same(t, &g->v[k].target))
				return spt_fail(e, SPT_EUSAGE,
				    "%s: named twice (%s)", t->name,
				    g->v[k].target.name);
	}
	files = kinds[SPT_TARGET_FILE] || kinds[SPT_TARGET_DIR];
	if (conf->append && !files && !kinds[SPT_TARGET_SQLITE])
		return spt_fail(e, SPT_EUSAGE, "--append needs a FILE");
	if (conf->roll > 0 && !kinds[SPT_TARGET_DIR])
		return spt_fail(e, SPT_EUSAGE,
		    "--roll is for the parts of a directory: name one, as "
		    "archive/");
	if (conf->gzip && !files && !kinds[SPT_TARGET_STDOUT])
		return spt_fail(
		    e, SPT_EUSAGE, "--gzip: a database is not compressed");
	return 0;
}

int
spt_lanes_init(struct spt_lanes *g, const struct spt_io *io,
    const struct spt_egress_conf *conf, struct spt_err *e)
{
	size_t n = conf->n_sinks > 0 ? conf->n_sinks : 1;

	g->io = io;
	g->conf = conf;
	g->fd = -1;
	g->epoch = -1;
	spt_schema_init(&g->schema, io);
	spt_buf_init(&g->positions, io);
	g->v = spt_alloc_zero(io, n * sizeof *g->v, e);
	if (g->v == NULL)
		return -1;
	for (; g->n < n; g->n++) {
		struct spt_lane *l = &g->v[g->n];

		if (spt_lane_init(l, io, conf,
			conf->n_sinks > 0 ? conf->sinks[g->n] : NULL, e) < 0)
			return -1;
		if (l->target.kind == SPT_TARGET_STDOUT)
			g->fd = conf->fd;
	}
	return check_targets(g, e);
}

void
spt_lanes_fini(struct spt_lanes *g)
{
	if (g->io == NULL)
		return;
	for (size_t i = 0; i < g->n; i++)
		spt_lane_fini(&g->v[i]);
	spt_free(g->io, g->v);
	spt_schema_fini(&g->schema);
	spt_buf_fini(&g->positions);
	memset(g, 0, sizeof *g);
}

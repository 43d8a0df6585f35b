/*
 * laneopen - a lane before its first row, and after its last.
 */
#include <stdio.h>

#include "egress/lanerows.h"
#include "wire/in.h"

int
spt_lane_init(struct spt_lane *l, const struct spt_io *io,
    const struct spt_egress_conf *conf, const char *name, struct spt_err *e)
{
	memset(l, 0, sizeof *l);
	l->io = io;
	l->conf = conf;
	spt_buf_init(&l->text, io);
	spt_buf_init(&l->scratch, io);
	spt_buf_init(&l->position, io);
	strcpy(l->id, "-");
	return spt_target_init(&l->target, io, conf, name, e);
}

void
spt_lane_fini(struct spt_lane *l)
{
	if (l->io == NULL)
		return;
	if (l->enc != NULL)
		l->enc->ops->close(l->enc);
	if (l->sink != NULL)
		l->sink->ops->close(l->sink);
	if (l->any_begin)
		spt_control_fini(&l->begin);
	spt_free(l->io, l->v);
	spt_buf_fini(&l->text);
	spt_buf_fini(&l->scratch);
	spt_buf_fini(&l->position);
	spt_target_fini(&l->target);
	memset(l, 0, sizeof *l);
}

int
spt_lane_check(struct spt_lane *l, const struct spt_schema *s,
    enum spt_rows_mode mode, struct spt_err *e)
{
	const struct spt_egress_conf *conf = l->conf;
	bool terminal = conf->terminal && l->target.kind == SPT_TARGET_STDOUT;

	l->schema = s;
	l->ec = (struct spt_encoder_conf){
		.tz = conf->tz,
		.mode = mode,
		.terminal = terminal,
		.color = terminal && conf->color,
		.bounded = spt_schema_bounded(s),
		.divided = conf->barriers,
		.width = conf->width,
		.height = conf->height,
	};
	l->sc = (struct spt_sink_conf){
		.append = conf->append,
		.upsert = mode == SPT_ROWS_UPDATE,
		.replace = mode == SPT_ROWS_COMPLETE,
		.ending = l->target.ending,
		.schema = s,
	};
	if (spt_target_mode(&l->target, conf, mode == SPT_ROWS_COMPLETE, e) < 0)
		return -1;
	l->arrow = l->target.format != NULL &&
		   strcmp(l->target.format, SPT_FORMAT_ARROW) == 0;
	if (l->arrow || l->target.format == NULL)
		return 0;
	return spt_encoder_open(&l->enc, l->io, l->target.format, s, &l->ec, e);
}

static int
open_file(struct spt_lane *l, struct spt_err *e)
{
	const char *path = l->target.name;
	struct stat st;
	bool regular = l->io->stat(l->io, path, &st) < 0 || S_ISREG(st.st_mode);

	if (l->sc.replace && regular)
		return spt_sink_replaced(&l->sink, l->io, path, &l->sc, e);
	if (l->sc.uuid != NULL)
		return spt_sink_file_exact(&l->sink, l->io, path, &l->sc, e);
	return spt_sink_file(&l->sink, l->io, path, l->sc.append, e);
}

int
spt_lane_open(struct spt_lane *l, const char *uuid, struct spt_err *e)
{
	struct spt_sink *inner;
	int rc = -1;

	l->sc.uuid = uuid;
	switch (l->target.kind) {
	case SPT_TARGET_STDOUT:
		rc = spt_sink_descriptor(
		    &l->sink, l->io, l->conf->fd, "standard output", e);
		break;
	case SPT_TARGET_FILE:
		rc = open_file(l, e);
		break;
	case SPT_TARGET_DIR:
		rc = spt_sink_parts(&l->sink, l->io, l->target.name, &l->sc, e);
		break;
	case SPT_TARGET_SQLITE:
		rc = spt_sink_sqlite(&l->sink, l->io, l->target.file,
		    l->target.table, &l->sc, e);
		break;
	}
	if (rc < 0 || !l->target.gzip)
		return rc;
	inner = l->sink;
	l->sink = NULL;
	return spt_sink_gzip(&l->sink, l->io, inner, e);
}

/* ---- the format of a file ------------------------------------------------
 *
 * A file that is gone on with has one format from its first byte to its last,
 * so the format stands in front of its position: "as csv gzip: ".
 */

static bool
has_format(const struct spt_lane *l)
{
	return l->target.kind == SPT_TARGET_FILE && l->target.format != NULL &&
	       l->sink->exact && !l->sc.replace;
}

int
spt__lane_put_format(struct spt_lane *l, struct spt_err *e)
{
	if (!has_format(l))
		return 0;
	return spt_buf_printf(&l->position, e, "as %s%s: ", l->target.format,
	    l->target.gzip ? " gzip" : "");
}

/* The position behind the format, which must be that of this run.  NULL: *e. */
static const char *
skip_format(struct spt_lane *l, const char *position, struct spt_err *e)
{
	const char *end;
	size_t n;

	if (!has_format(l) || strncmp(position, "as ", 3) != 0 ||
	    (end = strchr(position, ':')) == NULL)
		return position;
	n = (size_t)(end - position) + 2;
	l->position.len = 0;
	if (spt__lane_put_format(l, e) < 0)
		return NULL;
	if (l->position.len == n &&
	    strncmp(position, (const char *)l->position.data, n) == 0)
		return position + n;
	spt_fail(e, SPT_ECHECKPOINT,
	    "%s: is written as %.*s under this checkpoint, not as %.*s: say "
	    "the same again, or begin anew with another checkpoint",
	    l->target.name, (int)n - 5, position + 3, (int)l->position.len - 5,
	    (const char *)l->position.data + 3);
	return NULL;
}

int
spt_lane_recover(
    struct spt_lane *l, const struct spt_sink_point *at, struct spt_err *e)
{
	struct spt_sink_point point = *at;

	if (l->sink->exact && l->target.format != NULL &&
	    strcmp(l->target.format, "table") == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: a table is for people: under a checkpoint write csv, "
		    "ndjson or arrow",
		    l->target.name);
	l->epoch = at->epoch;
	if (!l->sink->exact)
		return 0;
	if (point.position != NULL &&
	    (point.position = skip_format(l, point.position, e)) == NULL)
		return -1;
	return l->sink->ops->recover(l->sink, &point, e);
}

int
spt_lane_record(struct spt_lane *l, struct spt_err *e)
{
	l->position.len = 0;
	if (!l->sink->exact)
		return 0;
	return spt__lane_put_format(l, e) < 0
		   ? -1
		   : l->sink->ops->record(l->sink, &l->position, e);
}

/* ---- what is continued ------------------------------------------------- */

/* A file that is continued must have the same header. */
static int
check_header(struct spt_lane *l, struct spt_err *e)
{
	struct spt_buf *t = &l->text;
	int rc = 1;

	if (t->len > 0 && l->sink->ops->begins != NULL)
		rc = l->sink->ops->begins(l->sink, t->data, t->len, e);
	if (rc == 0)
		spt_fail(e, l->sc.uuid != NULL ? SPT_ECHECKPOINT : SPT_EDATA,
		    "%s: cannot append: its first line is not the header of "
		    "these columns, %.*s",
		    l->sink->name, (int)t->len - 1, (const char *)t->data);
	t->len = 0;
	return rc == 1 ? 0 : -1;
}

static bool
same_columns(const struct spt_schema *a, const struct spt_schema *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->fields[i].name, b->fields[i].name) != 0 ||
		    a->fields[i].type != b->fields[i].type)
			return false;
	return true;
}

/* An Arrow file that is continued must have the same columns. */
static int
check_stream(struct spt_lane *l, struct spt_err *e)
{
	const struct spt_schema *there;
	struct spt_in *in;
	bool same = false;
	int rc;

	if (l->target.gzip)
		return 0;
	if (l->io->lseek(l->io, l->sink->fd, 0, SEEK_SET) < 0 ||
	    spt_in_open(&in, l->io, l->sink->fd, l->sink->name, e) < 0)
		return spt_fail(
		    e, SPT_ESYSTEM, "%s: cannot seek", l->sink->name);
	rc = spt_in_get_schema(in, &there, e);
	if (rc == 1)
		same = same_columns(there, l->schema);
	spt_in_close(in);
	if (rc != 1)
		return -1;
	if (!same)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: cannot go on: its columns are not these",
		    l->sink->name);
	if (l->io->lseek(l->io, l->sink->fd, 0, SEEK_END) < 0)
		return spt_fail(
		    e, SPT_ESYSTEM, "%s: cannot seek", l->sink->name);
	return 0;
}

int
spt_lane_start(struct spt_lane *l, struct spt_err *e)
{
	if (l->sink->ops->rows != NULL)
		return 0;
	if (l->sink->fresh)
		return l->sink->due ? spt__lane_open_unit(l, e) : 0;
	/* A part that was open has its header, and is nobody's but ours. */
	if (l->arrow && !l->sink->units) {
		l->open = true;
		return check_stream(l, e);
	}
	if (l->arrow) {
		l->open = true;
		return 0;
	}
	if (spt__lane_open_unit(l, e) < 0)
		return -1;
	return check_header(l, e);
}

/*
 * badrec - a bad record is kept whole: its text if it is UTF-8, else base64,
 * so that nothing of it is lost.
 */
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/utf8.h"
#include "ingest/badrec.h"

#define FLUSH_BYTES 65536

int
spt_badrec_open(struct spt_badrec *b, const struct spt_io *io, const char *how,
    struct spt_err *e)
{
	memset(b, 0, sizeof *b);
	b->io = io;
	spt_buf_init(&b->lines, io);
	if (how == NULL || strcmp(how, "stop") == 0) {
		b->what = SPT_BAD_STOP;
		return 0;
	}
	if (strcmp(how, "skip") == 0) {
		b->what = SPT_BAD_SKIP;
		return 0;
	}
	b->what = SPT_BAD_KEEP;
	return spt_sink_file(&b->sink, io, how, false, e);
}

int
spt_badrec_open_exact(struct spt_badrec *b, const struct spt_io *io,
    const char *how, const struct spt_sink_conf *conf,
    const struct spt_sink_point *at, struct spt_err *e)
{
	struct spt_buf position;
	int rc;

	if (how == NULL || strcmp(how, "stop") == 0 || strcmp(how, "skip") == 0)
		return spt_badrec_open(b, io, how, e);
	memset(b, 0, sizeof *b);
	b->io = io;
	spt_buf_init(&b->lines, io);
	b->what = SPT_BAD_KEEP;
	if (spt_sink_file_exact(&b->sink, io, how, conf, e) < 0)
		return -1;
	if (b->sink->ops->recover == NULL)
		return 0;
	if (b->sink->ops->recover(b->sink, at, e) < 0)
		return -1;
	/* Until something is committed, the file is emptied by every run. */
	spt_buf_init(&position, io);
	rc = at->position == NULL ? b->sink->ops->record(b->sink, &position, e)
				  : 0;
	spt_buf_fini(&position);
	return rc;
}

int
spt_badrec_commit(struct spt_badrec *b, int64_t epoch, struct spt_buf *position,
    struct spt_err *e)
{
	const struct spt_sink_epoch ep = {
		.epoch = epoch, .id = "", .whole = true
	};

	if (b->sink == NULL || b->sink->ops->commit == NULL)
		return 0;
	if (spt_badrec_flush(b, e) < 0 ||
	    b->sink->ops->commit(b->sink, &ep, position, e) < 0)
		return -1;
	return 1;
}

static int
stop(const struct spt_badrec *b, const struct spt_bad_record *r,
    struct spt_err *e)
{
	const char *column = r->column, *remedy = r->remedy;
	const char *takes =
	    b->frozen ? " with another checkpoint takes it; " : " takes it; ";

	return spt_fail(e, SPT_EDATA,
	    "%s: line %lld: %s%s%s%s (%s%s--bad FILE keeps such records and "
	    "goes on)",
	    r->file, (long long)r->line, column != NULL ? "column \"" : "",
	    column != NULL ? column : "", column != NULL ? "\": " : "",
	    r->reason, remedy != NULL ? remedy : "",
	    remedy != NULL ? takes : "");
}

static int
keep(struct spt_badrec *b, const struct spt_bad_record *r, struct spt_err *e)
{
	struct spt_buf *o = &b->lines;

	if (spt_buf_puts(o, "{\"file\":", e) < 0 ||
	    spt_json_put_string(o, r->file, strlen(r->file), e) < 0 ||
	    spt_buf_printf(o, e, ",\"line\":%lld,\"offset\":%llu",
		(long long)r->line, (unsigned long long)r->offset) < 0)
		return -1;
	if (r->column != NULL &&
	    (spt_buf_puts(o, ",\"column\":", e) < 0 ||
		spt_json_put_string(o, r->column, strlen(r->column), e) < 0))
		return -1;
	if (spt_buf_puts(o, ",\"reason\":", e) < 0 ||
	    spt_json_put_string(o, r->reason, strlen(r->reason), e) < 0)
		return -1;
	if (spt_utf8_valid(r->bytes, r->n)) {
		if (spt_buf_puts(o, ",\"text\":", e) < 0 ||
		    spt_json_put_string(o, (const char *)r->bytes, r->n, e) < 0)
			return -1;
	} else if (spt_buf_puts(o, ",\"base64\":\"", e) < 0 ||
		   spt_base64_put(o, r->bytes, r->n, e) < 0 ||
		   spt_buf_putc(o, '"', e) < 0) {
		return -1;
	}
	if (spt_buf_puts(o, "}\n", e) < 0)
		return -1;
	return o->len >= FLUSH_BYTES ? spt_badrec_flush(b, e) : 0;
}

int
spt_badrec_put(
    struct spt_badrec *b, const struct spt_bad_record *r, struct spt_err *e)
{
	switch (b->what) {
	case SPT_BAD_STOP:
		return stop(b, r, e);
	case SPT_BAD_SKIP:
		return 0;
	case SPT_BAD_KEEP:
		return keep(b, r, e);
	}
	return 0;
}

int
spt_badrec_flush(struct spt_badrec *b, struct spt_err *e)
{
	if (b->lines.len == 0)
		return 0;
	if (b->sink->ops->write(b->sink, b->lines.data, b->lines.len, e) < 0)
		return -1;
	b->lines.len = 0;
	return 0;
}

int
spt_badrec_finish(struct spt_badrec *b, struct spt_err *e)
{
	if (b->sink == NULL)
		return 0;
	if (spt_badrec_flush(b, e) < 0)
		return -1;
	return b->sink->ops->end(b->sink, e);
}

void
spt_badrec_fini(struct spt_badrec *b)
{
	if (b->io == NULL)
		return;
	if (b->sink != NULL)
		b->sink->ops->close(b->sink);
	b->sink = NULL;
	spt_buf_fini(&b->lines);
}

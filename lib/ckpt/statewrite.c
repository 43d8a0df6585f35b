/*
 * statewrite - entries, packed into records as they come.
 */
#include <endian.h>

#include "ckpt/statefile.h"

#define RECORD (256u << 10)
#define WRITE (1u << 20) /* a small delta is one write */
#define ENTRY_HEAD 9

void
spt_pen_init(struct spt_pen *p, const struct spt_io *io)
{
	memset(p, 0, sizeof *p);
	p->io = io;
	p->fd = -1;
	spt_buf_init(&p->entries, io);
	spt_buf_init(&p->out, io);
}

void
spt_pen_fini(struct spt_pen *p)
{
	spt_buf_fini(&p->entries);
	spt_buf_fini(&p->out);
}

static int
write_out(struct spt_pen *p, struct spt_err *e)
{
	if (spt_io_write(p->io, p->fd, p->out.data, p->out.len, p->name, e) < 0)
		return -1;
	p->at += p->out.len;
	p->out.len = 0;
	return 0;
}

int
spt_state_more(struct spt_buf *out, const char *id, const struct spt_head *base,
    struct spt_err *e)
{
	char what[SPT_HEAD_SIZE];

	if (base == NULL)
		return spt_buf_puts(out, id, e);
	spt_head_print(base, what);
	return spt_buf_printf(out, e, "%s %s", id, what);
}

int
spt_pen_head(struct spt_pen *p, const char *kind, const char *uuid,
    const char *more, struct spt_err *e)
{
	p->out.len = 0;
	p->at = 0;
	if (spt_filehead_put(&p->out, &p->mark, kind, uuid, more, e) < 0)
		return -1;
	return write_out(p, e);
}

static int
flush(struct spt_pen *p, struct spt_err *e)
{
	if (p->entries.len == 0)
		return 0;
	if (spt_rec_put(&p->out, p->at + p->out.len, &p->mark, SPT_REC_STATE,
		p->epoch, p->entries.data, p->entries.len, e) < 0)
		return -1;
	p->entries.len = 0;
	return p->out.len >= WRITE ? write_out(p, e) : 0;
}

static int
put_entry(struct spt_pen *p, uint8_t op, const void *key, size_t n_key,
    const void *val, size_t n_val, struct spt_err *e)
{
	uint32_t lengths[2];
	uint8_t head[ENTRY_HEAD];

	if (n_key > SPT_RECORD_MAX / 2 || n_val > SPT_RECORD_MAX / 2)
		return spt_fail(e, SPT_ESYSTEM,
		    "%s: an entry of %zu bytes is too long for a state",
		    p->name, n_key > n_val ? n_key : n_val);
	if (p->entries.len != 0 &&
	    p->entries.len + ENTRY_HEAD + n_key + n_val > RECORD &&
	    flush(p, e) < 0)
		return -1;
	lengths[0] = htole32((uint32_t)n_key);
	lengths[1] = htole32((uint32_t)n_val);
	head[0] = op;
	memcpy(head + 1, lengths, sizeof lengths);
	p->count++;
	if (spt_buf_put(&p->entries, head, sizeof head, e) < 0 ||
	    spt_buf_put(&p->entries, key, n_key, e) < 0)
		return -1;
	return spt_buf_put(&p->entries, val, n_val, e);
}

static int
put(void *ctx, const void *key, size_t n_key, const void *val, size_t n_val,
    struct spt_err *e)
{
	return put_entry(ctx, 1, key, n_key, val, n_val, e);
}

static int
remove_(void *ctx, const void *key, size_t n_key, struct spt_err *e)
{
	struct spt_pen *p = ctx;

	/* A snapshot has nothing that could be removed. */
	if (!p->delta)
		return 0;
	return put_entry(p, 2, key, n_key, NULL, 0, e);
}

int
spt_pen_save(struct spt_pen *p, int64_t epoch, bool delta,
    int (*save)(
	void *self, struct spt_state_out *out, bool delta, struct spt_err *e),
    void *self, struct spt_err *e)
{
	struct spt_state_out out = { put, remove_, p };
	struct spt_buf *b = &p->entries;

	p->epoch = epoch;
	p->delta = delta;
	p->count = 0;
	p->entries.len = p->out.len = 0;
	if (save(self, &out, delta, e) < 0 || flush(p, e) < 0 ||
	    spt_field_put_int(b, p->count, e) < 0 ||
	    spt_rec_put(&p->out, p->at + p->out.len, &p->mark, SPT_REC_END,
		epoch, b->data, b->len, e) < 0)
		return -1;
	b->len = 0;
	return write_out(p, e);
}

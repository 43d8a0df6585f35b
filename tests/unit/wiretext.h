/*
 * wiretext - streams in memory, and what is in them as text to compare: a line
 * for the schema, a line a row, a line a control batch.  Values that are null
 * are "null", text stands in quotes, times are "<microseconds>us".
 */
#ifndef SPT_WIRETEXT_H
#define SPT_WIRETEXT_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WIRE_POISON
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WIRE_POISON
#endif
#ifdef WIRE_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#include "wire/in.h"
#include "wire/out.h"

/* ---- a stream out of memory ------------------------------------------------
 */

/* Gives at most `step` bytes at a time, and never beyond the next of the nstop
 * ends in stop.  The room that a read leaves unused is poisoned, so that
 * AddressSanitizer sees who reads what has not arrived. */
struct wire_source {
	const uint8_t *p;
	size_t n, at, step;
	const size_t *stop;
	size_t nstop;
};

static inline int
wire_source_read(
    void *ctx, void *to, size_t room, size_t *got, struct spt_err *e)
{
	struct wire_source *s = ctx;
	size_t n = s->n - s->at;

	(void)e;
	ASAN_UNPOISON_MEMORY_REGION(to, room);
	if (n > room)
		n = room;
	if (s->step != 0 && n > s->step)
		n = s->step;
	for (size_t i = 0; i < s->nstop; i++)
		if (s->at < s->stop[i] && s->at + n > s->stop[i])
			n = s->stop[i] - s->at;
	if (n != 0)
		memcpy(to, s->p + s->at, n);
	s->at += n;
	ASAN_POISON_MEMORY_REGION((uint8_t *)to + n, room - n);
	*got = n;
	return n != 0;
}

/* ---- a stream into memory --------------------------------------------------
 */

/* An io table whose writev appends to `data`, at most `step` bytes a call (0:
 * all), whatever the descriptor. */
struct wire_memory {
	struct spt_io io;
	struct spt_buf data;
	size_t step;
	int calls;
};

static inline ssize_t
wire_memory_writev(
    const struct spt_io *io, int fd, const struct iovec *v, int n)
{
	struct wire_memory *m = io->ctx;
	struct spt_err e = { 0 };
	size_t sum = 0;

	(void)fd;
	m->calls++;
	for (int i = 0; i < n; i++) {
		size_t len = v[i].iov_len;

		if (m->step != 0 && len > m->step - sum)
			len = m->step - sum;
		if (spt_buf_put(&m->data, v[i].iov_base, len, &e) < 0)
			abort();
		sum += len;
		if (m->step != 0 && sum == m->step)
			break;
	}
	return (ssize_t)sum;
}

static inline int
wire_memory_fcntl(const struct spt_io *io, int fd, int command, int arg)
{
	(void)io;
	(void)fd;
	(void)command;
	(void)arg;
	errno = EBADF; /* what one hears of a descriptor that is no pipe */
	return -1;
}

static inline void
wire_memory_init(struct wire_memory *m)
{
	memset(m, 0, sizeof *m);
	m->io = *spt_io_system();
	m->io.writev = wire_memory_writev;
	m->io.fcntl = wire_memory_fcntl;
	m->io.ctx = m;
	spt_buf_init(&m->data, spt_io_system());
}

/* ---- text ------------------------------------------------------------------
 */

static inline void
wire_check(int rc)
{
	if (rc < 0)
		abort();
}

static inline void
wire_put_string(struct spt_buf *b, const char *p, size_t n)
{
	struct spt_err e = { 0 };

	wire_check(spt_buf_putc(b, '"', &e));
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '"' || c == '\\' || c < 0x20)
			wire_check(spt_buf_printf(
			    b, &e, c < 0x20 ? "\\x%02x" : "\\%c", c));
		else
			wire_check(spt_buf_putc(b, (char)c, &e));
	}
	wire_check(spt_buf_putc(b, '"', &e));
}

static inline void
wire_put_pairs(struct spt_buf *b, const struct spt_meta *m)
{
	struct spt_err e = { 0 };

	for (size_t i = 0; i < m->n; i++) {
		wire_check(spt_buf_printf(b, &e, " %s=", m->v[i].key));
		wire_put_string(b, m->v[i].value, strlen(m->v[i].value));
	}
}

static inline void
wire_put_schema(struct spt_buf *b, const struct spt_schema *s)
{
	struct spt_err e = { 0 };

	wire_check(spt_buf_puts(b, "schema", &e));
	wire_put_pairs(b, &s->meta);
	wire_check(spt_buf_putc(b, '\n', &e));
	for (size_t i = 0; i < s->n; i++) {
		wire_check(spt_buf_puts(b, "column ", &e));
		wire_put_string(
		    b, s->fields[i].name, strlen(s->fields[i].name));
		wire_check(spt_buf_printf(
		    b, &e, " %s", spt_type_name(s->fields[i].type)));
		wire_put_pairs(b, &s->fields[i].meta);
		wire_check(spt_buf_putc(b, '\n', &e));
	}
}

static inline void
wire_put_value(struct spt_buf *b, const struct spt_col *c, int64_t i)
{
	struct spt_err e = { 0 };
	const char *p;
	size_t n;

	if (spt_col_null(c, i)) {
		wire_check(spt_buf_puts(b, "null", &e));
		return;
	}
	switch (c->type) {
	case SPT_BOOL:
		wire_check(spt_buf_puts(
		    b, spt_bit(c->bits, i) ? "true" : "false", &e));
		break;
	case SPT_FLOAT64:
		wire_check(spt_buf_printf(b, &e, "%.17g", c->floats[i]));
		break;
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		wire_put_string(b, p, n);
		break;
	default:
		wire_check(
		    spt_buf_printf(b, &e, "%lld%s", (long long)c->ints[i],
			c->type == SPT_TIMESTAMP ? "us" : ""));
	}
}

static inline void
wire_put_rows(struct spt_buf *b, const struct spt_batch *v)
{
	struct spt_err e = { 0 };

	for (int64_t i = 0; i < v->rows; i++) {
		wire_check(spt_buf_puts(b, "row", &e));
		for (size_t k = 0; k < v->n; k++) {
			wire_check(spt_buf_putc(b, ' ', &e));
			wire_put_value(b, &v->cols[k], i);
		}
		wire_check(spt_buf_putc(b, '\n', &e));
	}
}

static inline void
wire_put_control(struct spt_buf *b, const struct spt_control *c)
{
	struct spt_err e = { 0 };
	struct spt_meta pairs;

	spt_meta_init(&pairs, spt_io_system());
	wire_check(spt_control_put(c, &pairs, &e));
	wire_check(spt_buf_puts(b, "control", &e));
	wire_put_pairs(b, &pairs);
	wire_check(spt_buf_putc(b, '\n', &e));
	spt_meta_fini(&pairs);
}

static inline void
wire_put_item(struct spt_buf *b, const struct spt_item *item)
{
	if (item->kind == SPT_ITEM_BATCH)
		wire_put_rows(b, &item->batch);
	else
		wire_put_control(b, &item->control);
}

/* All that is in a stream.  0: it ended with its mark, -1: *e; text has what
 * came before. */
static inline int
wire_text(struct spt_buf *text, const struct spt_io *io,
    struct wire_source *from, struct spt_err *e)
{
	struct spt_bytes_in bytes = { wire_source_read, from };
	const struct spt_schema *s;
	const struct spt_item *item;
	struct spt_in *in;
	int rc;

	rc = spt_in_open_bytes(&in, io, bytes, "input", e);
	if (rc == 0)
		rc = spt_in_get_schema(in, &s, e);
	if (rc > 0) {
		wire_put_schema(text, s);
		while ((rc = spt_in_get(in, &item, e)) > 0)
			wire_put_item(text, item);
	}
	/* At the mark all that was read is used up. */
	if (rc == 0 && spt_in_bytes(in) != from->at)
		abort();
	spt_in_close(in);
	return rc;
}

#endif

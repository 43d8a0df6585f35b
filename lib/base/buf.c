#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

void
spt_buf_init(struct spt_buf *b, const struct spt_io *io)
{
	memset(b, 0, sizeof *b);
	b->io = io;
}

void
spt_buf_fini(struct spt_buf *b)
{
	if (b->data != NULL)
		spt_free(b->io, b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

int
spt_buf_reserve_slow(struct spt_buf *b, size_t more, struct spt_err *e)
{
	if (more > SIZE_MAX - b->len)
		return spt_fail(e, SPT_ESYSTEM, "out of memory");
	return spt_grow(b->io, &b->data, &b->cap, b->len + more, 1, e);
}

int
spt_buf_printf(struct spt_buf *b, struct spt_err *e, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || spt_buf_reserve(b, (size_t)n + 1, e) < 0)
		return spt_fail(e, SPT_ESYSTEM, "cannot format text");
	va_start(ap, fmt);
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
	return 0;
}

const char *
spt_buf_str(struct spt_buf *b, struct spt_err *e)
{
	if (spt_buf_reserve(b, 1, e) < 0)
		return NULL;
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

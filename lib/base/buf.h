/*
 * buf - a growing array of bytes, the one growth policy of the library.
 */
#ifndef SPT_BUF_H
#define SPT_BUF_H

#include <string.h>

#include "base/io.h"

struct spt_buf {
	const struct spt_io *io;
	uint8_t *data; /* NULL while cap is 0 */
	size_t len;
	size_t cap;
};

void spt_buf_init(struct spt_buf *b, const struct spt_io *io);
void spt_buf_fini(struct spt_buf *b);
/* Room for `more` bytes behind len.  0 or -1. */
SPT_MUST int spt_buf_reserve_slow(
    struct spt_buf *b, size_t more, struct spt_err *e);
SPT_MUST int spt_buf_printf(struct spt_buf *b, struct spt_err *e,
    const char *fmt, ...) SPT_PRINTF(3, 4);
/* The bytes with a NUL behind them that len does not count; on loan until the
 * buffer changes.  NULL when out of memory. */
SPT_MUST const char *spt_buf_str(struct spt_buf *b, struct spt_err *e);

SPT_MUST static inline int
spt_buf_reserve(struct spt_buf *b, size_t more, struct spt_err *e)
{
	if (more <= b->cap - b->len)
		return 0;
	return spt_buf_reserve_slow(b, more, e);
}

SPT_MUST static inline int
spt_buf_put(struct spt_buf *b, const void *p, size_t n, struct spt_err *e)
{
	if (spt_buf_reserve(b, n, e) < 0)
		return -1;
	if (n != 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	return 0;
}

SPT_MUST static inline int
spt_buf_puts(struct spt_buf *b, const char *s, struct spt_err *e)
{
	return spt_buf_put(b, s, strlen(s), e);
}

SPT_MUST static inline int
spt_buf_putc(struct spt_buf *b, char c, struct spt_err *e)
{
	return spt_buf_put(b, &c, 1, e);
}

/* Drops the first n bytes. */
static inline void
spt_buf_drop(struct spt_buf *b, size_t n)
{
	b->len -= n;
	if (n != 0 && b->len != 0)
		memmove(b->data, b->data + n, b->len);
}

#endif

#include <string.h>

#include "ingest/ingest_run.h"

ssize_t
spt_mark_find(
    const uint8_t *p, size_t n, bool last, const char *mark, size_t *after)
{
	size_t len = strlen(mark), at = 0;

	while (at < n) {
		const uint8_t *nl = memchr(p + at, '\n', n - at);
		size_t end = nl != NULL ? (size_t)(nl - p) : n;
		size_t text = end;

		if (nl == NULL && !last)
			return -1;
		if (text > at && p[text - 1] == '\r')
			text--;
		if (text - at == len && memcmp(p + at, mark, len) == 0) {
			*after = nl != NULL ? end + 1 : end;
			return (ssize_t)at;
		}
		at = end + 1;
	}
	return -1;
}

int
spt_mark_strip(struct spt_buf *out, const uint8_t *p, size_t n, bool last,
    const char *mark, struct spt_err *e)
{
	size_t after;
	ssize_t at;

	while ((at = spt_mark_find(p, n, last, mark, &after)) >= 0) {
		if (spt_buf_put(out, p, (size_t)at, e) < 0)
			return -1;
		p += after;
		n -= after;
	}
	return spt_buf_put(out, p, n, e);
}

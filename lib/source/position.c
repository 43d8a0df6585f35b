/*
 * position - the text form is read strictly: what is not exactly what put
 * writes is damage.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "source/position.h"

/* The hash is stored, so it is one that never changes: FNV-1a, whose state
 * after n bytes is the hash of n bytes. */
#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

void
spt_prefix_add(struct spt_prefix *d, const void *p, size_t n)
{
	const uint8_t *b = p;

	if (n == 0)
		return;
	if (d->at == 0)
		d->head = FNV_START;
	for (size_t i = 0; i < n && d->at + i < SPT_HEAD_BYTES; i++)
		d->head = (d->head ^ b[i]) * FNV_PRIME;
	d->crc = spt_crc32c(d->crc, p, n);
	d->at += n;
}

int
spt_position_init(struct spt_position *p, const struct spt_io *io,
    const char *path, struct spt_err *e)
{
	memset(p, 0, sizeof *p);
	spt_buf_init(&p->header, io);
	p->line = 1;
	p->path = spt_strdup(io, path, e);
	return p->path != NULL ? 0 : -1;
}

void
spt_position_fini(struct spt_position *p, const struct spt_io *io)
{
	spt_free(io, p->path);
	spt_buf_fini(&p->header);
	p->path = NULL;
}

/* ---- writing ----------------------------------------------------------- */

static int
put_escaped(struct spt_buf *out, const char *p, size_t n, struct spt_err *e)
{
	if (n == 0)
		return spt_buf_putc(out, '%', e);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		int rc = c > ' ' && c < 0x7f && c != '%'
			     ? spt_buf_putc(out, (char)c, e)
			     : spt_buf_printf(out, e, "%%%02X", c);

		if (rc < 0)
			return -1;
	}
	return 0;
}

int
spt_position_put(
    struct spt_buf *out, const struct spt_position *p, struct spt_err *e)
{
	if (spt_buf_printf(out, e,
		"file %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		" %08" PRIx32 " %016" PRIx64 " %" PRId64 " %s ",
		p->id, p->dev, p->ino, p->done.at, p->done.crc, p->done.head,
		p->line,
		p->gone && p->over ? "go"
		: p->gone          ? "g"
		: p->over          ? "o"
				   : "-") < 0 ||
	    put_escaped(out, (const char *)p->header.data, p->header.len, e) <
		0 ||
	    spt_buf_putc(out, ' ', e) < 0 ||
	    put_escaped(out, p->path, strlen(p->path), e) < 0)
		return -1;
	return spt_buf_putc(out, '\n', e);
}

int
spt_stretch_put(
    struct spt_buf *out, const struct spt_stretch *s, struct spt_err *e)
{
	return spt_buf_printf(out, e,
	    "read %" PRId64 " %" PRIu64 " %" PRIu64 " %08" PRIx32 " %" PRId64
	    " %s\n",
	    s->id, s->from, s->to, s->crc, s->mtime, s->last ? "l" : "-");
}

/* ---- reading ----------------------------------------------------------- */

/* A line being taken apart: words that one blank separates. */
struct line {
	const char *p, *end; /* end: its newline */
	bool bad;
};

/* 1: *text begins with the word; the line is behind it. */
static int
begin(struct line *l, const char *word, const char **text, struct spt_err *e)
{
	size_t n = strlen(word);

	if (strncmp(*text, word, n) != 0 || (*text)[n] != ' ')
		return 0;
	l->bad = false;
	l->p = *text + n + 1;
	l->end = strchr(l->p, '\n');
	if (l->end == NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "a line of positions has no end: \"%.80s\"", *text);
	*text = l->end + 1;
	return 1;
}

static const char *
word(struct line *l, size_t *n)
{
	const char *p = l->p, *blank = memchr(p, ' ', (size_t)(l->end - p));

	*n = (size_t)((blank != NULL ? blank : l->end) - p);
	l->p = blank != NULL ? blank + 1 : l->end;
	l->bad = l->bad || *n == 0 || (blank != NULL && l->p == l->end);
	return p;
}

static uint64_t
number(struct line *l, int base, uint64_t max)
{
	char digits[24], *end;
	uint64_t v;
	size_t n;
	const char *p = word(l, &n);

	if (n == 0 || n >= sizeof digits || p[0] == '-' || p[0] == '+') {
		l->bad = true;
		return 0;
	}
	memcpy(digits, p, n);
	digits[n] = '\0';
	errno = 0;
	v = strtoull(digits, &end, base);
	l->bad = l->bad || errno != 0 || *end != '\0' || v > max;
	return v;
}

/* A time may be before 1970. */
static int64_t
signed_number(struct line *l)
{
	bool minus = l->p < l->end && *l->p == '-';
	uint64_t v;

	l->p += minus;
	v = number(l, 10, INT64_MAX);
	return minus ? -(int64_t)v : (int64_t)v;
}

static bool
has_flag(const char *p, size_t n, char flag)
{
	return memchr(p, flag, n) != NULL;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static int
get_escaped(struct line *l, struct spt_buf *out, struct spt_err *e)
{
	size_t n;
	const char *p = word(l, &n);

	out->len = 0;
	if (n == 1 && *p == '%')
		return 0;
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)p[i];

		if (c == '%') {
			int high = i + 2 < n ? hex(p[i + 1]) : -1;

			c = high >= 0 ? hex(p[i + 2]) : -1;
			c = c >= 0 ? high * 16 + c : -1;
			i += 2;
		}
		if (c < 0) {
			l->bad = true;
			return 0;
		}
		if (spt_buf_putc(out, (char)c, e) < 0)
			return -1;
	}
	return 0;
}

static int
finish(const struct line *l, struct spt_err *e)
{
	if (!l->bad && l->p == l->end)
		return 1;
	return spt_fail(e, SPT_ECHECKPOINT, "a line of positions is damaged");
}

int
spt_position_get(struct spt_position *p, const struct spt_io *io,
    const char **text, struct spt_err *e)
{
	struct spt_buf path;
	struct line l;
	const char *flags;
	size_t n;
	int rc = begin(&l, "file", text, e);

	if (rc <= 0)
		return rc;
	memset(p, 0, sizeof *p);
	spt_buf_init(&p->header, io);
	spt_buf_init(&path, io);
	p->id = (int64_t)number(&l, 10, INT64_MAX);
	p->dev = number(&l, 10, UINT64_MAX);
	p->ino = number(&l, 10, UINT64_MAX);
	p->done.at = number(&l, 10, INT64_MAX);
	p->done.crc = (uint32_t)number(&l, 16, UINT32_MAX);
	p->done.head = number(&l, 16, UINT64_MAX);
	p->line = (int64_t)number(&l, 10, INT64_MAX);
	flags = word(&l, &n);
	p->gone = has_flag(flags, n, 'g');
	p->over = has_flag(flags, n, 'o');
	rc = get_escaped(&l, &p->header, e);
	if (rc == 0)
		rc = get_escaped(&l, &path, e);
	if (rc == 0)
		rc = finish(&l, e);
	if (rc == 1) {
		p->path = spt_strndup(io, (const char *)path.data, path.len, e);
		rc = p->path != NULL ? 1 : -1;
	}
	if (rc < 0)
		spt_position_fini(p, io);
	spt_buf_fini(&path);
	return rc;
}

int
spt_stretch_get(struct spt_stretch *s, const char **text, struct spt_err *e)
{
	struct line l;
	const char *flags;
	size_t n;
	int rc = begin(&l, "read", text, e);

	if (rc <= 0)
		return rc;
	s->id = (int64_t)number(&l, 10, INT64_MAX);
	s->from = number(&l, 10, INT64_MAX);
	s->to = number(&l, 10, INT64_MAX);
	s->crc = (uint32_t)number(&l, 16, UINT32_MAX);
	s->mtime = signed_number(&l);
	flags = word(&l, &n);
	s->last = has_flag(flags, n, 'l');
	l.bad = l.bad || s->to < s->from;
	return finish(&l, e);
}

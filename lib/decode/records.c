/*
 * records - how long a record is, and so whether it is too long, is counted
 * without its LF but with a CR before it: the CR may come with one piece and
 * the LF with the next, and the answer must not depend on that.
 *
 * A record that is too long ends where it would have ended otherwise, so that
 * what follows is read as if it had been short; its state of quotes is kept
 * while its bytes are thrown away.
 */
#include <string.h>

#include "decode/records.h"

static const char bom[] = "\xef\xbb\xbf";
#define BOM 3

void
spt_records_init(
    struct spt_records *s, const struct spt_io *io, char delimiter, int64_t max)
{
	memset(s, 0, sizeof *s);
	s->io = io;
	s->csv = delimiter != '\0';
	s->delimiter = delimiter;
	s->max = (size_t)max;
	spt_buf_init(&s->head, io);
	spt_records_rewind(s);
}

void
spt_records_fini(struct spt_records *s)
{
	if (s->io != NULL)
		spt_buf_fini(&s->head);
}

static void
start_record(struct spt_records *s)
{
	s->looked = 0;
	s->skipping = false;
	memset(&s->scan, 0, sizeof s->scan);
}

void
spt_records_rewind(struct spt_records *s)
{
	s->offset = 0;
	s->line = 1;
	s->begun = false;
	start_record(s);
}

void
spt_records_place(
    const struct spt_records *s, uint64_t *offset, int64_t *line, bool *inside)
{
	*offset = s->skipping ? s->start : s->offset;
	*line = s->line;
	*inside = s->skipping;
}

void
spt_records_resume(struct spt_records *s, uint64_t offset, int64_t line)
{
	spt_records_rewind(s);
	s->offset = offset;
	s->line = line;
	s->begun = true;
}

static bool
find_end(struct spt_records *s, const char *p, size_t n, size_t *end)
{
	const char *lf;

	if (s->csv)
		return spt_csv_scan_end(
		    &s->scan, s->delimiter, p, s->looked, n, end);
	lf = n != s->looked ? memchr(p + s->looked, '\n', n - s->looked) : NULL;
	*end = lf != NULL ? (size_t)(lf - p) : n;
	return lf != NULL;
}

static int
keep_head(struct spt_records *s, const char *p, size_t n, struct spt_err *e)
{
	s->head.len = 0;
	s->start = s->offset;
	s->skipping = true;
	return spt_buf_put(&s->head, p, n, e);
}

/* Of a record that is too long n bytes are shown.  The number depends on the
 * record alone, not on how it came. */
static size_t
shown(const struct spt_records *s)
{
	return s->max < SPT_RECORD_HEAD ? s->max + 1 : SPT_RECORD_HEAD;
}

/* The record is p[0..end), and `with` bytes with its end. */
static void
finish(struct spt_records *s, const char *p, size_t end, size_t with,
    struct spt_record *r)
{
	r->line = s->line;
	r->offset = s->offset;
	r->quotes = s->scan.quotes;
	r->too_long = s->skipping || end > s->max;
	r->unclosed = with == end && s->scan.state == SPT_CSV_QUOTED;
	if (s->skipping) {
		r->p = (const char *)s->head.data;
		r->n = s->head.len;
		r->offset = s->start;
	} else if (r->too_long) {
		r->p = p;
		r->n = shown(s);
	} else {
		r->p = p;
		r->n = end != 0 && p[end - 1] == '\r' ? end - 1 : end;
	}
	s->offset += with;
	s->line += s->scan.newlines + 1;
	start_record(s);
}

/* The end is not among the n bytes, and there will be more.  Either they wait,
 * or, when they are too many, they are used up. */
static int
wait_for_end(struct spt_records *s, const char *p, size_t n, size_t *used,
    struct spt_err *e)
{
	s->looked = n;
	if (!s->skipping && n <= s->max)
		return 0;
	if (!s->skipping && keep_head(s, p, shown(s), e) < 0)
		return -1;
	s->offset += n;
	*used += n;
	s->looked = 0;
	return 0;
}

int
spt_records_next(struct spt_records *s, const char *p, size_t n, bool last,
    size_t *used, struct spt_record *r, struct spt_err *e)
{
	size_t end;

	*used = 0;
	if (n < s->looked)
		start_record(s);
	if (!s->begun) {
		size_t k = n < BOM ? n : BOM;
		bool same = k == 0 || memcmp(p, bom, k) == 0;

		if (same && n < BOM && !last)
			return 0;
		s->begun = true;
		if (same && n >= BOM) {
			s->offset = *used = BOM;
			p += BOM;
			n -= BOM;
		}
	}
	if (find_end(s, p, n, &end)) {
		finish(s, p, end, end + 1, r);
		*used += end + 1;
		return 1;
	}
	if (!last)
		return wait_for_end(s, p, n, used, e);
	if (n == 0 && !s->skipping)
		return 0;
	finish(s, p, n, n, r);
	*used += n;
	return 1;
}

bool
spt_records_at_start(const struct spt_records *s)
{
	return s->begun && s->looked == 0 && !s->skipping;
}

void
spt_records_pass(struct spt_records *s, size_t n, int64_t lines)
{
	s->offset += n;
	s->line += lines;
}

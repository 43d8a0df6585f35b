/*
 * csv_scan - the two things that every CSV record goes through: finding its
 * end, and cutting it at the delimiters.  Both are one memchr for a record
 * without quotes.
 */
#include <string.h>

#include "decode/csv.h"

static int64_t
count_newlines(const char *p, size_t n)
{
	const char *end = p + n, *lf;
	int64_t lines = 0;

	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		lines++;
		p = lf + 1;
	}
	return lines;
}

/*
 * From outside of quotes at p[i] to the end of the line, or to the first quote.
 * 1: the line ends at p[*at].  0: it goes on behind n.  2: a quote is at
 * p[*at].
 */
static int
outside(struct spt_csv_scan *s, char delimiter, const char *p, size_t i,
    size_t n, size_t *at)
{
	const char *lf = memchr(p + i, '\n', n - i), *quote;
	size_t end = lf != NULL ? (size_t)(lf - p) : n;

	if (s->state == SPT_CSV_BROKEN) {
		*at = end;
		return lf != NULL;
	}
	quote = memchr(p + i, '"', end - i);
	*at = quote != NULL ? (size_t)(quote - p) : end;
	if (*at != i)
		s->state =
		    p[*at - 1] == delimiter ? SPT_CSV_START : SPT_CSV_PLAIN;
	return quote != NULL ? 2 : lf != NULL;
}

bool
spt_csv_scan_end(struct spt_csv_scan *s, char delimiter, const char *p,
    size_t from, size_t n, size_t *end)
{
	size_t i = from;

	while (i < n) {
		const char *quote;
		int rc;

		switch (s->state) {
		case SPT_CSV_QUOTED:
			quote = memchr(p + i, '"', n - i);
			if (quote == NULL) {
				s->newlines += count_newlines(p + i, n - i);
				return false;
			}
			s->newlines +=
			    count_newlines(p + i, (size_t)(quote - p) - i);
			i = (size_t)(quote - p) + 1;
			s->state = SPT_CSV_QUOTE;
			break;
		case SPT_CSV_QUOTE:
			if (p[i] == '\n') {
				*end = i;
				return true;
			}
			/* A CR may be part of the line's end; if it is not,
			 * the field is broken, and ends with the line too. */
			s->state = p[i] == '"'         ? SPT_CSV_QUOTED
				   : p[i] == delimiter ? SPT_CSV_START
						       : SPT_CSV_BROKEN;
			i++;
			break;
		default:
			rc = outside(s, delimiter, p, i, n, end);
			if (rc != 2)
				return rc == 1;
			s->quotes = true;
			s->state = s->state == SPT_CSV_START ? SPT_CSV_QUOTED
							     : SPT_CSV_BROKEN;
			i = *end + 1;
		}
	}
	return false;
}

void
spt_csv_split_plain(struct spt_csv *c, const char *p, size_t n)
{
	const char *end = p + n;
	size_t i = 0;

	for (;;) {
		const char *d = memchr(p, c->delimiter, (size_t)(end - p));
		const char *stop = d != NULL ? d : end;

		if (i < c->cap) {
			struct spt_cell *cell = &c->v[i];

			cell->kind = stop != p ? SPT_CELL_TEXT : SPT_CELL_NULL;
			cell->p = p;
			cell->n = (size_t)(stop - p);
		}
		i++;
		if (d == NULL)
			break;
		p = d + 1;
	}
	c->n = i;
}

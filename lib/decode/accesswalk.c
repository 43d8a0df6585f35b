/*
 * accesswalk - from field to field by the maps of words and quotes.
 *
 * A usual line has single blanks, three words in front of the time, a time of
 * 26 bytes, a request of three parts, no backslash and no quote in a field.
 * In such a line the first quote is that of the request, and all rules of
 * format_access.c come down to: a word ends at the next blank, a field at the
 * next quote.  Whatever shows that a line is of another kind ends the walk.
 */
#include "decode/accesswalk.h"

#define TIME 26  /* dd/Mon/yyyy:hh:mm:ss +zzzz */
#define CLOCK 20 /* of these in front of the blank */

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* A line under way. */
struct walk {
	const char *p; /* of the map */
	const uint8_t *words, *texts;
	uint32_t at, end;
};

/* The cell [at, end); a lone "-" is null. */
static inline void
put(struct spt_place *c, const struct walk *w, uint32_t at, uint32_t end)
{
	c->at = at;
	c->n = (uint16_t)(end - at);
	c->kind =
	    end - at == 1 && w->p[at] == '-' ? SPT_CELL_NULL : SPT_CELL_TEXT;
}

/* The word that is here and has a blank behind it, or may end the line. */
static inline bool
word(struct walk *w, struct spt_place *c, bool last)
{
	uint32_t end;

	if (w->at >= w->end)
		return false;
	end = spt_linemap_find(w->words, w->at);
	if (end == w->at || (w->p[end] != ' ' && !(last && end >= w->end)))
		return false;
	put(c, w, w->at, end);
	w->at = end + 1;
	return true;
}

/* The field in quotes that is here, with a blank behind it or the end. */
static inline bool
quoted(struct walk *w, struct spt_place *c)
{
	uint32_t close;

	if (w->at >= w->end || w->p[w->at] != '"')
		return false;
	close = spt_linemap_find(w->texts, w->at + 1);
	if (w->p[close] != '"' ||
	    (close + 1 < w->end && w->p[close + 1] != ' '))
		return false;
	put(c, w, w->at + 1, close);
	w->at = close + 2;
	return true;
}

/* 0x80 in each byte of x that is an opening bracket (and perhaps in some above
 * one that is). */
static inline uint64_t
brackets(const char *p)
{
	uint64_t x = spt__eight_bytes(p) ^ ONES * '[';

	return (x - ONES) & ~x & HIGHS;
}

/* `[TIME] `, with no other bracket that could be taken for its start. */
static inline bool
stamp(struct walk *w, struct spt_place *c)
{
	const char *p = w->p + w->at + 1;
	uint32_t blank;

	if (w->end - w->at < TIME + 3 || p[-1] != '[')
		return false;
	blank = spt_linemap_find(w->words, w->at + 1);
	if (blank != w->at + 1 + CLOCK || p[TIME] != ']' ||
	    p[TIME + 1] != ' ' ||
	    spt_linemap_find(w->words, blank + 1) != w->at + TIME + 2)
		return false;
	if ((brackets(p) | brackets(p + 8) | brackets(p + 16) |
		brackets(p + TIME - 8)) != 0)
		return false;
	put(c, w, w->at + 1, w->at + 1 + TIME);
	w->at += TIME + 3;
	return true;
}

/* Are the n bytes at p capital letters?  (8 bytes can be read.) */
static inline bool
is_method(const char *p, uint32_t n)
{
	uint64_t x = spt__eight_bytes(p), keep;

	if (n == 0 || n > 7)
		return false;
	keep = (UINT64_C(1) << 8 * n) - 1;
	x = (x & keep) | (ONES * 'Z' & ~keep);
	return ((x | (x + ONES * (0x7f - 'Z')) | ~(x + ONES * (0x80 - 'A'))) &
		   HIGHS) == 0;
}

/* METHOD PATH PROTOCOL of the request [at, end); the protocol is HTTP/1.1 or
 * such, or HTTP/2 or such. */
static inline bool
request(
    const struct walk *w, struct spt_place *cells, uint32_t at, uint32_t end)
{
	uint32_t method = spt_linemap_find(w->words, at), blank;
	const char *protocol;

	if (end - at < 12 || w->p[method] != ' ' ||
	    !is_method(w->p + at, method - at))
		return false;
	blank = w->p[end - 7] == ' ' ? end - 7 : end - 9;
	protocol = w->p + blank + 1;
	if (w->p[blank] != ' ' || blank < method + 2 ||
	    memcmp(protocol, "HTTP/", 5) != 0 || spt__digit(protocol[5]) > 9)
		return false;
	if (blank == end - 9 &&
	    (protocol[6] != '.' || spt__digit(protocol[7]) > 9))
		return false;
	put(&cells[SPT_ACCESS_METHOD], w, at, method);
	put(&cells[SPT_ACCESS_PATH], w, method + 1, blank);
	put(&cells[SPT_ACCESS_PROTOCOL], w, blank + 1, end);
	return true;
}

static inline bool
line(struct walk *w, bool combined, struct spt_place *cells)
{
	struct spt_place all;

	if (!word(w, &cells[SPT_ACCESS_HOST], false) ||
	    !word(w, &cells[SPT_ACCESS_IDENT], false) ||
	    !word(w, &cells[SPT_ACCESS_USER], false) ||
	    !stamp(w, &cells[SPT_ACCESS_TIME]) || !quoted(w, &all) ||
	    !request(w, cells, all.at, all.at + all.n) ||
	    !word(w, &cells[SPT_ACCESS_STATUS], false) ||
	    !word(w, &cells[SPT_ACCESS_BYTES], !combined))
		return false;
	return !combined || (quoted(w, &cells[SPT_ACCESS_REFERER]) &&
				quoted(w, &cells[SPT_ACCESS_AGENT]));
}

static inline size_t
lines(bool combined, const struct spt_linemap *m, size_t i, size_t n,
    struct spt_place *cells, size_t step)
{
	size_t first = i;

	for (; i < n; i++, cells += step) {
		struct walk w = { m->p, m->other, m->text,
			m->ends[(ptrdiff_t)i - 1] + 1, m->ends[i] };

		if (w.end != w.at && w.p[w.end - 1] == '\r')
			w.end--;
		if (!line(&w, combined, cells))
			break;
	}
	return i - first;
}

size_t
spt__accesswalk_lines(bool combined, const struct spt_linemap *m, size_t i,
    size_t n, struct spt_place *cells, size_t step)
{
	return combined ? lines(true, m, i, n, cells, step)
			: lines(false, m, i, n, cells, step);
}

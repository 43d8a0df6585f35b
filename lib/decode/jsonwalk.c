/*
 * jsonwalk - from value to value: what lies between two values is a step of
 * the trail, where a string or a number ends is in the map.  Values that need
 * more than that, nested ones and words, are passed over by json_scan, as in
 * lines that come by themselves; so what is left to hold equal is strings
 * without escapes and numbers without exponents.
 */
#include "decode/json_scan.h"
#include "decode/jsonwalk.h"

#define LONGEST 20 /* digits of a number, before its point and behind */

/* A line under way. */
struct walk {
	const char *p; /* of the map */
	const uint8_t *texts, *others;
	uint32_t at, end;
};

static inline void
put(struct spt_place *c, enum spt_cell_kind kind, uint32_t at, uint32_t end)
{
	c->at = at;
	c->n = (uint16_t)(end - at);
	c->kind = (uint16_t)kind;
}

/* What is here, the way that lines take which come by themselves. */
static __attribute__((noinline)) uint32_t
scan(const char *p, uint32_t at, uint32_t end, struct spt_place *place)
{
	struct spt__json j = { p, p + at, p + end, NULL };
	struct spt__json_text t;
	enum spt_cell_kind kind = SPT_CELL_NUMBER;

	switch (p[at]) {
	case '"':
		if (!spt__json_string_slow(&j, &t))
			return 0;
		place->at = at + 1;
		place->n = (uint16_t)t.n;
		place->kind = SPT_PLACE_ESCAPED;
		return (uint32_t)(j.p - p);
	case '{':
	case '[':
		kind = SPT_CELL_NESTED;
		break;
	case 't':
		kind = SPT_CELL_TRUE;
		break;
	case 'f':
		kind = SPT_CELL_FALSE;
		break;
	case 'n':
		kind = SPT_CELL_NULL;
		break;
	}
	if (!spt__json_skip(&j, 2))
		return 0;
	put(place, kind, at, (uint32_t)(j.p - p));
	return (uint32_t)(j.p - p);
}

/* The end of the number that starts at `at`; 0: it is none, or long, or has an
 * exponent. */
static inline uint32_t
number_end(const struct walk *w)
{
	uint64_t others = spt_linemap_bits(w->others, w->at);
	const char *p = w->p + w->at;
	bool minus = *p == '-';
	unsigned n;

	p += minus;
	others = others >> minus | UINT64_C(1) << (2 * LONGEST + 2);
	n = (unsigned)__builtin_ctzll(others);
	if (n - 1 >= LONGEST || (n > 1 && *p == '0'))
		return 0;
	p += n;
	if (*p == '.') {
		n = (unsigned)__builtin_ctzll(others >> (n + 1));
		if (n - 1 >= LONGEST)
			return 0;
		p += n + 1;
	}
	return (*p | 0x20) != 'e' ? (uint32_t)(p - w->p) : 0;
}

static inline uint32_t
blanks(const char *p, uint32_t at)
{
	while (p[at] == ' ' || p[at] == '\t' || p[at] == '\r')
		at++;
	return at;
}

/* The value that is here. */
static inline bool
value(struct walk *w, struct spt_place *place)
{
	char c = w->p[w->at];
	uint32_t end = 0;

	if (c == '"') {
		end = spt_linemap_find(w->texts, w->at + 1);
		if (w->p[end] == '"') {
			put(place, SPT_CELL_TEXT, w->at + 1, end);
			w->at = end + 1;
			return true;
		}
		end = 0;
	} else if (c == '-' || spt__digit(c) <= 9) {
		end = number_end(w);
		put(place, SPT_CELL_NUMBER, w->at, end);
	}
	if (end == 0)
		end = scan(w->p, w->at, w->end, place);
	w->at = end;
	return end != 0;
}

/* The step that is here, behind step s.  Mostly steps were found in the order
 * in which they come.  First steps, which begin with the object's brace, are
 * among them, and are no steps behind a value. */
static inline const struct spt__trail_step *
follow(const struct spt__trail *t, const struct spt__trail_step *s, bool first,
    const struct walk *w)
{
	const char *p = w->p + w->at, *end = w->p + w->end;
	int to;

	if ((*p == '{') != first)
		return NULL;
	if (s + 1 < t->v + t->n && spt__trail_here(s + 1, p, end))
		return s + 1;
	to = spt__trail_follow(t, (int)(s - t->v), first, p, end);
	return to != 0 ? t->v + to : NULL;
}

static inline bool
walk(const struct spt__trail *t, struct walk w, struct spt_place *cells)
{
	const struct spt__trail_step *s = t->v;
	struct spt_place nobodys;
	bool first = true;

	for (; first || w.p[w.at] != '}'; first = false) {
		s = follow(t, s, first, &w);
		if (s == NULL || s->below != NULL)
			return false;
		w.at += s->n;
		if (w.p[w.at] <= ' ')
			w.at = blanks(w.p, w.at);
		if (!value(&w, s->column >= 0 ? &cells[s->column] : &nobodys))
			return false;
	}
	return w.at + 1 == w.end || blanks(w.p, w.at + 1) >= w.end;
}

size_t
spt__jsonwalk_lines(const struct spt__trail *t, const struct spt_linemap *m,
    size_t i, size_t n, struct spt_place *cells, size_t step)
{
	struct walk w = { .p = m->p, .texts = m->text, .others = m->other };
	size_t first = i;

	if (t->n == 0)
		return 0;
	for (; i < n; i++, cells += step) {
		w.at = m->ends[(ptrdiff_t)i - 1] + 1;
		w.end = m->ends[i];
		if (m->readable - w.end < SPT__TRAIL_HEAD || !walk(t, w, cells))
			break;
	}
	return i - first;
}

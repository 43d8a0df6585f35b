/*
 * linecell - what the line formats share: filling a cell, passing over blanks,
 * and the place in the line that a message names.  Not installed.
 */
#ifndef SPT_LINECELL_H
#define SPT_LINECELL_H

#include "base/digits.h"
#include "decode/format.h"

/* Text from p to end; a lone "-", by which these logs mean nothing, is null. */
static inline void
spt__cell_put(struct spt_cell *c, const char *p, const char *end)
{
	if (end - p == 1 && *p == '-')
		return;
	c->kind = SPT_CELL_TEXT;
	c->p = p;
	c->n = (size_t)(end - p);
}

static inline const char *
spt__line_blanks(const char *p, const char *end)
{
	while (p < end && spt__is_blank(*p))
		p++;
	return p;
}

/* The first blank at or behind p, or end. */
static inline const char *
spt__line_word(const char *p, const char *end)
{
	while (p < end && !spt__is_blank(*p))
		p++;
	return p;
}

/* The column of at in its line, counted in characters from 1. */
static inline size_t
spt__line_column(const char *line, const char *at)
{
	size_t n = 1;

	for (; line < at; line++)
		n += ((unsigned char)*line & 0xc0) != 0x80;
	return n;
}

#endif

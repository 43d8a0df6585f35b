/*
 * infer - the type of a column from its cells.
 *
 * Nulls say nothing.  All true/false: bool; ints: int; ints and floats: float;
 * times as spt_time_parse takes them: timestamp; anything else, a mixture, or
 * nothing but nulls: string.
 */
#ifndef SPT_INFER_H
#define SPT_INFER_H

#include "decode/format.h"

struct spt_infer {
	unsigned ruled_out; /* a bit for each type it cannot be */
	bool any;           /* a cell that is not null has been seen */
};

/* One more cell.  typed: the format tells text from numbers (JSON), so the
 * text "5" is no number; a time is text in any case. */
void spt_infer_add(struct spt_infer *f, const struct spt_cell *c, bool typed);
enum spt_type spt_infer_type(const struct spt_infer *f);

#endif

/*
 * positions - where all sinks stand, as one text: for each sink a line with
 * its name as a JSON string, and a line with its position.
 */
#ifndef SPT_POSITIONS_H
#define SPT_POSITIONS_H

#include "base/buf.h"

/* position: n bytes without a newline. */
SPT_MUST int spt_positions_put(struct spt_buf *out, const char *name,
    const void *position, size_t n, struct spt_err *e);
/* Takes the next sink off *text, which must have this name.  1: *position is
 * filled; 0: the text is over; -1: another name, or damage
 * (SPT_ECHECKPOINT). */
SPT_MUST int spt_positions_get(const char **text, const char *name,
    struct spt_buf *position, struct spt_err *e);

#endif

/*
 * windowspec - what -w and --offset say.
 */
#ifndef SPT_WINDOWSPEC_H
#define SPT_WINDOWSPEC_H

#include "base/io.h"

/* A row may be in this many windows at most: each is a result. */
#define SPT_WINDOWS_A_ROW 100000

enum spt_window_kind {
	SPT_WINDOW_NONE,    /* one group of rows, for ever */
	SPT_WINDOW_FIXED,   /* tumbling where slide == size, else sliding */
	SPT_WINDOW_SESSION, /* as long as rows follow each other */
	SPT_WINDOW_GIVEN,   /* the rows say their windows: --merge */
};

struct spt_windowspec {
	const struct spt_io *io;
	enum spt_window_kind kind;
	int64_t size, slide; /* microseconds, 0 < slide <= size */
	int64_t offset;      /* |offset| < slide */
	int64_t gap;         /* of sessions, > 0; 0: gap_column says it */
	char *gap_column;    /* or NULL */
};

/* text: "SIZE[/SLIDE]", "gap:DURATION", "gap:@COLUMN", or NULL for no windows;
 * the offset must be 0 but for the first.  SPT_EUSAGE says what is wrong; fini
 * is needed then too. */
SPT_MUST int spt_windowspec_parse(struct spt_windowspec *w,
    const struct spt_io *io, const char *text, int64_t offset,
    struct spt_err *e);
/* A zeroed one is fine. */
void spt_windowspec_fini(struct spt_windowspec *w);

#endif

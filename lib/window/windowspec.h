/*
 * windowspec - what -w and --offset say.
 */
#ifndef SPT_WINDOWSPEC_H
#define SPT_WINDOWSPEC_H

#include "base/io.h"

/* A row may be in this many windows at most: each costs memory. */
#define SPT_WINDOWS_A_ROW 100000

enum spt_window_kind {
	SPT_WINDOW_NONE,  /* one group of rows, for ever */
	SPT_WINDOW_FIXED, /* tumbling where slide == size, else sliding */
};

struct spt_windowspec {
	enum spt_window_kind kind;
	int64_t size, slide; /* microseconds, 0 < slide <= size */
	int64_t offset;      /* |offset| < slide */
};

/* text: "SIZE[/SLIDE]", or NULL for no windows (then offset must be 0).
 * SPT_EUSAGE says what is wrong. */
SPT_MUST int spt_windowspec_parse(struct spt_windowspec *w,
    const struct spt_io *io, const char *text, int64_t offset,
    struct spt_err *e);

#endif

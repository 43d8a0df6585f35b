/*
 * swindow - what the files of the window stage share.  Private to the room.
 */
#ifndef SPT_SWINDOW_H
#define SPT_SWINDOW_H

#include "base/list.h"
#include "window/bound.h"
#include "window/merges.h"
#include "window/pane.h"
#include "window/sessions.h"
#include "window/window.h"

enum spt_window_mode { SPT_APPEND, SPT_UPDATE, SPT_COMPLETE };

/* On schemas: "update" or "complete", where rows are not final. */
#define SPT_KEY_MODE "spate:mode"
/* On the start of partial results: "1", they are of sessions. */
#define SPT_KEY_SESSION "spate:session"

#define SPT_HITS 2048 /* rows that are worked on together */

/* Rows on their way into groups, or sessions: one array for each thing that
 * is known of them. */
struct spt_hits {
	size_t n;
	size_t done;   /* of which aggregates know */
	uint32_t *row; /* in the batch */
	union {
		struct spt_pane **pane;
		struct spt_interval *span; /* of sessions */
	};
	uint64_t *hash; /* of the key */
	uint32_t *key;
	uint32_t *group; /* of the pane, or the session */
	uint8_t **state;
};

struct spt_window {
	const struct spt_io *io;    /* bound.io, or that of the caller */
	const struct spt_io *outer; /* that of the caller */
	/* what was asked for */
	struct spt_windowspec spec;
	enum spt_window_mode mode;
	struct spt_list key_names;
	char *time_name; /* -t, or NULL */
	struct spt_aggs aggs;
	bool partial, merge, verbose;
	int64_t max_groups; /* 0: no limit */
	struct spt_bound bound;
	/* what the input is */
	struct spt_keyset keys;
	struct spt_keydict dict;
	int time_col; /* where windows are; of --merge: the end */
	int start_col;
	int gap_col; /* of sessions with a gap of their own, or -1 */
	int64_t time_shift;
	int64_t delay; /* of the watermark, where there is one */
	int event_key; /* without windows: which key is event time, or -1 */
	bool closes;   /* the watermark closes windows (or event keys) */
	/* what is open */
	struct spt_panes panes;
	struct spt_merges merges; /* of slices */
	struct spt_groups merged; /* of the window that is emitted */
	struct spt_sessions sessions;
	struct spt_pane *current; /* of the last row, or NULL */
	struct spt_pane *other;   /* of the last row that is not there */
	bool current_late;        /* they are late for a window */
	bool other_late;
	spt_time watermark; /* of the previous barrier */
	/* what this epoch did; a row that is late for one of its windows is
	 * late, so rows = counted + late + null_time + no_gap */
	int64_t rows, late, null_time, no_gap;
	int64_t total_late;
	/* on loan while a batch is looked at */
	const struct spt_batch *batch;
	struct spt_emit *out;
	/* what this barrier closes */
	spt_time closing; /* all that ends at or before it ... */
	bool final;       /* ... or everything */
	/* why a window is open: window_why.c */
	spt_time now;              /* spate:time of the last barrier */
	spt_time moved;            /* ... of the one that moved the watermark */
	bool any;                  /* there was a barrier */
	struct spt_interval stuck; /* the oldest window ... */
	spt_time stuck_since;      /* ... since then; said again after */
	int64_t stuck_next;        /* ... so long */
	/* groups in a save that are gone since: length (a size_t) and bytes of
	 * their entry keys, one after the other */
	struct spt_buf removed;
	/* scratch */
	struct spt_hits hits;
	struct spt_marks chosen, order;
	struct spt_buf text;
};

/* window_open.c: finds columns, refuses what cannot work, declares the output,
 * sets all of "what the input is". */
SPT_MUST int spt_window_open(struct spt_window *w, const struct spt_schema *in,
    struct spt_emit *out, struct spt_err *e);

/* window_schema.c */
SPT_MUST int spt_window_declare(const struct spt_window *w,
    const struct spt_schema *in, struct spt_emit *out, struct spt_err *e);

/* window_rows.c: the rows of a batch into groups. */
SPT_MUST int spt_window_take(struct spt_window *w, const struct spt_batch *b,
    struct spt_emit *out, struct spt_err *e);
/* spt_sessions.changes; ctx is the window. */
SPT_MUST int spt_window_session_changes(
    void *ctx, uint32_t i, struct spt_err *e);

/* emission.c: results that this barrier owes, then forgets what it closes. */
SPT_MUST int spt_window_emit(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e);
/* The rest of what is open does not know this pane any more. */
SPT_MUST int spt_window_release(
    struct spt_window *w, struct spt_pane *pane, struct spt_err *e);
/* Does this barrier close what ends then? */
bool spt_window_closed(const struct spt_window *w, spt_time end);
/* results.c
 * One result: key and state of a group.  span is NULL without windows. */
SPT_MUST int spt_window_result(struct spt_window *w,
    const struct spt_interval *span, const uint8_t *key, const uint8_t *state,
    struct spt_emit *out, struct spt_err *e);
/* The groups of which (NULL: all) in order; n says how many. */
SPT_MUST int spt_window_results(struct spt_window *w,
    const struct spt_interval *span, const struct spt_groups *g,
    const uint32_t *which, size_t n, struct spt_emit *out, struct spt_err *e);

/* window_slices.c: emission for windows made of slices. */
SPT_MUST int spt_window_emit_slices(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e);
/* Is the pane in no window that is open behind this barrier? */
bool spt_window_slice_closed(
    const struct spt_window *w, const struct spt_pane *pane);
/* Slices were forgotten, so what was merged of them can be. */
void spt_window_forget_merges(struct spt_window *w);
/* How many windows with rows are open, and the oldest, if any is. */
size_t spt_window_count_slices(
    struct spt_window *w, struct spt_interval *oldest);

/* window_sessions.c: the same for sessions, which it forgets too. */
SPT_MUST int spt_window_emit_sessions(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e);

/* window_why.c */
/* Open windows, and the oldest if there is one; 0 without windows. */
size_t spt_window_count(struct spt_window *w, struct spt_interval *oldest);
/* Groups (of slices, of windows) or sessions that are kept. */
size_t spt_window_groups(const struct spt_window *w);
/* At the end of a barrier: notes when the watermark moves; with -v says why a
 * window stays open. */
void spt_window_watch(struct spt_window *w, spt_time now, struct spt_emit *out);
void spt_window_status(void *self, char *text, size_t n);
/* Too many groups?  SPT_ESYSTEM, with the figures. */
SPT_MUST int spt_window_check(struct spt_window *w, struct spt_err *e);
/* After a failure: says if it was that of the bound.  -1. */
int spt_window_failed(struct spt_window *w, struct spt_err *e);

/* window_state.c */
SPT_MUST int spt_window_save(
    void *self, struct spt_state_out *out, bool delta, struct spt_err *e);
/* Appends windows, keys and aggregates as text: what a state is about. */
SPT_MUST int spt_window_describe(
    const struct spt_window *w, struct spt_buf *b, struct spt_err *e);
/* Remembers that the group, or the session, is gone, if a save has it. */
SPT_MUST int spt_window_removed(struct spt_window *w,
    const struct spt_pane *pane, uint32_t group, struct spt_err *e);
SPT_MUST int spt_window_session_removed(
    struct spt_window *w, uint32_t i, struct spt_err *e);
/* window_load.c */
SPT_MUST int spt_window_load(
    void *self, struct spt_state_in *in, struct spt_err *e);

/* Is what ends at t beyond the watermark of the previous barrier? */
static inline bool
spt_window_late(const struct spt_window *w, spt_time t)
{
	return w->closes && w->watermark != SPT_TIME_MIN && t <= w->watermark;
}

#endif

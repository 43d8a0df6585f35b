/*
 * swindow - what the files of the window stage share.  Private to the room.
 */
#ifndef SPT_SWINDOW_H
#define SPT_SWINDOW_H

#include "base/list.h"
#include "window/pane.h"
#include "window/window.h"

enum spt_window_mode { SPT_APPEND, SPT_UPDATE, SPT_COMPLETE };

/* A row that goes into a group. */
struct spt_hit {
	struct spt_pane *pane;
	uint32_t row, group;
};

#define SPT_HITS 4096 /* collected before aggregates see them */

struct spt_window {
	const struct spt_io *io;
	/* what was asked for */
	struct spt_windowspec spec;
	enum spt_window_mode mode;
	struct spt_list key_names;
	char *time_name; /* -t, or NULL */
	struct spt_aggs aggs;
	/* what the input is */
	struct spt_keyset keys;
	int time_col; /* where spec.kind is not NONE */
	int64_t time_shift;
	int event_key; /* without windows: which key is event time, or -1 */
	bool closes;   /* the watermark closes windows (or event keys) */
	/* what is open */
	struct spt_panes panes;
	struct spt_pane *current; /* of the last row, or NULL */
	spt_time watermark;       /* of the previous barrier */
	/* what this epoch did; a row that is late for one of its windows is
	 * late, so rows = counted + late + null_time */
	int64_t rows, late, null_time;
	int64_t total_late;
	/* what this barrier closes */
	spt_time closing; /* all that ends at or before it ... */
	bool final;       /* ... or everything */
	/* groups in a save that are gone since: length (a size_t) and bytes of
	 * their entry keys, one after the other */
	struct spt_buf removed;
	/* scratch */
	uint64_t seed;
	struct spt_hit *hits;
	size_t n_hits;
	uint8_t **states;
	uint32_t *hit_rows;
	uint64_t *hashes;
	struct spt_marks chosen, order;
	struct spt_buf text;
};

/* window_open.c: finds columns, refuses what cannot work, declares the output,
 * sets all of "what the input is". */
SPT_MUST int spt_window_open(struct spt_window *w, const struct spt_schema *in,
    struct spt_emit *out, struct spt_err *e);

/* emission.c: results that this barrier owes, then forgets what it closes. */
SPT_MUST int spt_window_emit(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e);

/* window_state.c */
SPT_MUST int spt_window_save(
    void *self, struct spt_state_out *out, bool delta, struct spt_err *e);
SPT_MUST int spt_window_load(
    void *self, struct spt_state_in *in, struct spt_err *e);
/* Remembers that the group is gone, if a save has it. */
SPT_MUST int spt_window_removed(struct spt_window *w,
    const struct spt_pane *pane, uint32_t group, struct spt_err *e);

#endif

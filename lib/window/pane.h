/*
 * pane - pieces of time, each with the groups of its rows.
 *
 * A row goes into one pane, and results are made from panes.  A pane is a
 * slice (assign.h), which for tumbling windows is the window; or a window that
 * the input gave; the one pane of rows without windows begins and ends at 0.
 */
#ifndef SPT_PANE_H
#define SPT_PANE_H

#include "window/assign.h"
#include "window/groups.h"

struct spt_pane {
	struct spt_interval span;
	bool fresh; /* a row came since somebody took this off */
	/* of a slice: */
	int64_t unit;
	__int128 first, last; /* its windows */
	struct spt_groups groups;
};

struct spt_panes {
	const struct spt_io *io;
	struct spt_keydict *keys;
	const struct spt_aggs *aggs;
	struct spt_pane **v; /* in no order until spt_panes_sort */
	size_t n, cap;
	uint32_t *slots; /* index + 1; 0: free */
	size_t n_slots;
	uint32_t tracked; /* of groups, see groups.h */
};

void spt_panes_init(struct spt_panes *p, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs);
/* From now on all groups, of panes to come too, keep lists of these flags. */
void spt_panes_track(struct spt_panes *p, uint32_t flags);
void spt_panes_fini(struct spt_panes *p);
/* The pane of that span, made if it is not there; on loan until it is
 * dropped.  NULL: *e. */
SPT_MUST struct spt_pane *spt_panes_get(
    struct spt_panes *p, const struct spt_interval *span, struct spt_err *e);
/* The same, but NULL if it is not there. */
struct spt_pane *spt_panes_find(
    const struct spt_panes *p, const struct spt_interval *span);
/* Orders v by start, then end. */
void spt_panes_sort(struct spt_panes *p);
/* Drops the panes for which drop says so, in the order of v. */
void spt_panes_drop(struct spt_panes *p,
    bool (*drop)(void *ctx, const struct spt_pane *pane), void *ctx);
/* Groups in all panes. */
size_t spt_panes_groups(const struct spt_panes *p);
/* Keys have new numbers: see spt_keydict_keep. */
SPT_MUST int spt_panes_renumber(
    struct spt_panes *p, const uint32_t *moved, struct spt_err *e);
/* keep[number] becomes 1 for keys of groups. */
void spt_panes_keep(const struct spt_panes *p, uint8_t *keep);

#endif

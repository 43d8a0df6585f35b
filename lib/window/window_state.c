/*
 * window_state - what swindow keeps over a restart, entry by entry.
 *
 *	key			value
 *	"c"			text: windows, keys and aggregates; only in
 *				whole saves; another text is refused
 *	"w"			8 bytes each: the watermark of the last
 *				barrier, and how many rows ever came
 *	"g" start end key	the states of one group: start and end of its
 *				slice 8 bytes each, key as in groupkey.h,
 *				states as the files of aggregates say
 *	"s" start key		a session: its end in 8 bytes, then its states
 *
 * Numbers are least byte first.  A delta has "w", the groups that rows came
 * into since the last save, and the removal of those that are gone.  Reading
 * is in window_load.c.
 */
#include <endian.h>

#include "window/swindow.h"

static int
put_word(struct spt_buf *b, int64_t v, struct spt_err *e)
{
	uint64_t word = htole64((uint64_t)v);

	return spt_buf_put(b, &word, 8, e);
}

static int
put_key(const struct spt_keydict *d, uint32_t id, struct spt_buf *b,
    struct spt_err *e)
{
	return spt_buf_put(
	    b, spt_keydict_key(d, id), spt_keydict_len(d, id), e);
}

/* Appends the entry key of a group. */
static int
put_entry_key(struct spt_buf *b, const struct spt_pane *pane, uint32_t i,
    struct spt_err *e)
{
	if (spt_buf_putc(b, 'g', e) < 0 ||
	    put_word(b, pane->span.start, e) < 0 ||
	    put_word(b, pane->span.end, e) < 0)
		return -1;
	return put_key(pane->groups.keys, pane->groups.v[i].key, b, e);
}

/* ... of a session. */
static int
put_session_key(const struct spt_window *w, struct spt_buf *b, uint32_t i,
    struct spt_err *e)
{
	const struct spt_session *v = &w->sessions.v[i];

	if (spt_buf_putc(b, 's', e) < 0 || put_word(b, v->start, e) < 0)
		return -1;
	return put_key(&w->dict, v->key, b, e);
}

int
spt_window_describe(
    const struct spt_window *w, struct spt_buf *b, struct spt_err *e)
{
	if (spt_buf_printf(b, e, "1 windows %d %lld/%lld%+lld gap %lld%s%s",
		(int)w->spec.kind, (long long)w->spec.size,
		(long long)w->spec.slide, (long long)w->spec.offset,
		(long long)w->spec.gap, w->gap_col >= 0 ? " @" : "",
		w->gap_col >= 0 ? w->spec.gap_column : "") < 0)
		return -1;
	for (size_t j = 0; j < w->keys.n; j++)
		if (spt_buf_printf(b, e, "\nkey %s %s",
			spt_type_name(w->keys.cols[j].type),
			w->keys.cols[j].name) < 0)
			return -1;
	for (size_t i = 0; i < w->aggs.n; i++)
		if (spt_buf_putc(b, '\n', e) < 0 ||
		    spt_agg_describe(&w->aggs.v[i], b, e) < 0)
			return -1;
	return 0;
}

/* ---- save ---------------------------------------------------------------- */

/* What was put behind the length at is an entry key. */
static void
end_removed(struct spt_window *w, size_t at)
{
	size_t n = w->removed.len - at - sizeof n;

	memcpy(w->removed.data + at, &n, sizeof n);
}

int
spt_window_removed(struct spt_window *w, const struct spt_pane *pane,
    uint32_t i, struct spt_err *e)
{
	size_t at = w->removed.len;

	if ((pane->groups.v[i].flags & SPT_GROUP_SAVED) == 0)
		return 0;
	if (spt_buf_put(&w->removed, &at, sizeof at, e) < 0 ||
	    put_entry_key(&w->removed, pane, i, e) < 0)
		return -1;
	end_removed(w, at);
	return 0;
}

int
spt_window_session_removed(struct spt_window *w, uint32_t i, struct spt_err *e)
{
	size_t at = w->removed.len;

	if ((w->sessions.v[i].flags & SPT_GROUP_SAVED) == 0)
		return 0;
	if (spt_buf_put(&w->removed, &at, sizeof at, e) < 0 ||
	    put_session_key(w, &w->removed, i, e) < 0)
		return -1;
	end_removed(w, at);
	return 0;
}

static int
save_group(struct spt_window *w, struct spt_pane *pane, uint32_t i,
    struct spt_state_out *out, struct spt_err *e)
{
	size_t n_key;

	w->text.len = 0;
	if (put_entry_key(&w->text, pane, i, e) < 0)
		return -1;
	n_key = w->text.len;
	if (spt_aggs_save(
		&w->aggs, spt_groups_state(&pane->groups, i), &w->text, e) < 0)
		return -1;
	pane->groups.v[i].flags |= SPT_GROUP_SAVED;
	return out->put(out->ctx, w->text.data, n_key, w->text.data + n_key,
	    w->text.len - n_key, e);
}

static int
save_session(struct spt_window *w, uint32_t i, struct spt_state_out *out,
    struct spt_err *e)
{
	struct spt_session *v = &w->sessions.v[i];
	size_t n_key;

	w->text.len = 0;
	if (put_session_key(w, &w->text, i, e) < 0)
		return -1;
	n_key = w->text.len;
	if (put_word(&w->text, v->end, e) < 0 ||
	    spt_aggs_save(
		&w->aggs, spt_sessions_state(&w->sessions, i), &w->text, e) < 0)
		return -1;
	v->flags |= SPT_GROUP_SAVED;
	v->flags &= ~SPT_GROUP_DIRTY;
	return out->put(out->ctx, w->text.data, n_key, w->text.data + n_key,
	    w->text.len - n_key, e);
}

static int
save_sessions(struct spt_window *w, struct spt_state_out *out, bool delta,
    struct spt_err *e)
{
	uint32_t wanted = delta ? SPT_GROUP_DIRTY : SPT_SESSION_LIVE;

	for (uint32_t i = 0; i < w->sessions.n; i++)
		if ((w->sessions.v[i].flags & wanted) != 0 &&
		    save_session(w, i, out, e) < 0)
			return -1;
	return 0;
}

static int
save_removed(struct spt_window *w, struct spt_state_out *out, struct spt_err *e)
{
	size_t n;

	for (size_t at = 0; at < w->removed.len; at += n) {
		memcpy(&n, w->removed.data + at, sizeof n);
		at += sizeof n;
		if (out->remove(out->ctx, w->removed.data + at, n, e) < 0)
			return -1;
	}
	return 0;
}

static int
save_head(struct spt_window *w, struct spt_state_out *out, bool delta,
    struct spt_err *e)
{
	w->text.len = 0;
	if (put_word(&w->text, w->watermark, e) < 0 ||
	    put_word(&w->text, w->aggs.seq, e) < 0 ||
	    out->put(out->ctx, "w", 1, w->text.data, w->text.len, e) < 0)
		return -1;
	if (delta)
		return save_removed(w, out, e);
	w->text.len = 0;
	if (spt_window_describe(w, &w->text, e) < 0)
		return -1;
	return out->put(out->ctx, "c", 1, w->text.data, w->text.len, e);
}

int
spt_window_save(
    void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	struct spt_window *w = self;

	/* Nobody took notes before the first save. */
	if ((w->panes.tracked & SPT_GROUP_DIRTY) == 0)
		delta = false;
	if (save_head(w, out, delta, e) < 0 ||
	    save_sessions(w, out, delta, e) < 0)
		return -1;
	for (size_t p = 0; p < w->panes.n; p++) {
		struct spt_pane *pane = w->panes.v[p];
		struct spt_groups *g = &pane->groups;
		size_t n = delta ? g->dirty.n : g->n;

		for (uint32_t k = 0; k < n; k++)
			if (save_group(
				w, pane, delta ? g->dirty.v[k] : k, out, e) < 0)
				return -1;
		spt_groups_clean(g);
	}
	w->removed.len = 0;
	/* The next save may be a delta to this one. */
	spt_panes_track(&w->panes, SPT_GROUP_DIRTY);
	return 0;
}

/*
 * window_sessions - results of sessions: those that the barrier closes, or in
 * complete mode all.
 */
#include "window/swindow.h"

static bool
session_closed(void *ctx, const struct spt_session *v)
{
	return spt_window_closed(ctx, v->end);
}

static int
emit_session(
    struct spt_window *w, uint32_t i, struct spt_emit *out, struct spt_err *e)
{
	const struct spt_session *v = &w->sessions.v[i];
	struct spt_interval span = { v->start, v->end };

	return spt_window_result(w, &span, spt_keydict_key(&w->dict, v->key),
	    spt_sessions_state(&w->sessions, i), out, e);
}

int
spt_window_emit_sessions(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	bool all = w->mode == SPT_COMPLETE;

	if (all && w->rows == 0)
		return 0;
	if (spt_sessions_sort(
		&w->sessions, all ? NULL : session_closed, w, &w->order, e) < 0)
		return -1;
	for (size_t k = 0; k < w->order.n; k++)
		if (emit_session(w, w->order.v[k], out, e) < 0)
			return -1;
	for (size_t k = 0; k < w->order.n && !all; k++) {
		if (spt_window_session_removed(w, w->order.v[k], e) < 0)
			return -1;
		spt_sessions_remove(&w->sessions, w->order.v[k]);
	}
	return spt_sessions_sweep(&w->sessions, e);
}

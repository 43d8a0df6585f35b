/*
 * window_load - what swindow kept comes back, entry by entry: window_state.c
 * says what they are.
 *
 * A million keys are a million places in memory that nothing has touched yet.
 * So groups wait until there are a few, and what they need is asked for
 * together.
 */
#include <endian.h>

#include "window/swindow.h"

static int64_t
get_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return (int64_t)le64toh(word);
}

static int
damaged(struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT, "the state of swindow is damaged");
}

/* The groups of a pane mostly come together. */
static struct spt_pane *
load_pane(
    struct spt_window *w, const struct spt_interval *span, struct spt_err *e)
{
	struct spt_slice s;

	if (w->current != NULL && w->current->span.start == span->start &&
	    w->current->span.end == span->end)
		return w->current;
	w->current = spt_panes_get(&w->panes, span, e);
	if (w->current == NULL || w->spec.kind != SPT_WINDOW_FIXED)
		return w->current;
	spt_slice_get(&w->spec, span->start, &s);
	w->current->unit = s.unit;
	w->current->first = s.first;
	w->current->last = s.last;
	return w->current;
}

/* Groups on their way into the tables, a few at a time: the memory of their
 * keys is asked for together. */
struct loading {
	struct spt_buf bytes; /* keys and values of entries */
	size_t n;
	uint64_t hash[SPT_KEYDICT_AHEAD];
	struct {
		size_t at, n_key, n_val;
	} v[SPT_KEYDICT_AHEAD];
};

#define GROUP_HEAD 17 /* bytes of an entry key before the group's own */

static int
load_group(struct spt_window *w, const uint8_t *key, size_t n_key, size_t n_val,
    uint64_t hash, struct spt_err *e)
{
	const uint8_t *val = key + n_key;
	struct spt_interval span;
	struct spt_pane *pane;
	uint32_t id, i;
	int rc;

	span.start = get_word(key + 1);
	span.end = get_word(key + 9);
	pane = load_pane(w, &span, e);
	if (pane == NULL ||
	    spt_keydict_put_hashed(&w->dict, key + GROUP_HEAD,
		n_key - GROUP_HEAD, hash, &id, e) < 0 ||
	    spt_groups_at(&pane->groups, id, &i, e) < 0)
		return -1;
	pane->groups.v[i].flags |= SPT_GROUP_SAVED;
	rc = spt_aggs_load(
	    &w->aggs, spt_groups_state(&pane->groups, i), val, n_val, e);
	if (rc == 0)
		return damaged(e);
	return rc < 0 ? -1 : 0;
}

static int
load_waiting(struct spt_window *w, struct loading *l, struct spt_err *e)
{
	spt_keydict_fetch(&w->dict, l->hash, l->n);
	for (size_t k = 0; k < l->n; k++)
		if (load_group(w, l->bytes.data + l->v[k].at, l->v[k].n_key,
			l->v[k].n_val, l->hash[k], e) < 0)
			return -1;
	l->n = l->bytes.len = 0;
	return 0;
}

static int
take_group(struct spt_window *w, struct loading *l, const uint8_t *key,
    size_t n_key, const void *val, size_t n_val, struct spt_err *e)
{
	size_t k;

	if (n_key < GROUP_HEAD ||
	    !spt_keyset_valid(&w->keys, key + GROUP_HEAD, n_key - GROUP_HEAD))
		return damaged(e);
	if (l->n == SPT_KEYDICT_AHEAD && load_waiting(w, l, e) < 0)
		return -1;
	k = l->n++;
	l->hash[k] = spt_keydict_hash(&w->dict, key + GROUP_HEAD);
	l->v[k].at = l->bytes.len;
	l->v[k].n_key = n_key;
	l->v[k].n_val = n_val;
	if (spt_buf_put(&l->bytes, key, n_key, e) < 0)
		return -1;
	return spt_buf_put(&l->bytes, val, n_val, e);
}

static int
load_session(struct spt_window *w, const uint8_t *key, size_t n_key,
    const uint8_t *val, size_t n_val, struct spt_err *e)
{
	struct spt_sessions *s = &w->sessions;
	struct spt_interval span;
	uint32_t id, i;
	int rc;

	if (n_key < 9 || n_val < 8 ||
	    !spt_keyset_valid(&w->keys, key + 9, n_key - 9))
		return damaged(e);
	span.start = get_word(key + 1);
	span.end = get_word(val);
	key += 9;
	n_key -= 9;
	if (spt_keydict_put(&w->dict, key, n_key, &id, e) < 0 ||
	    spt_sessions_add(s, id, &span, &i, e) < 0)
		return -1;
	s->v[i].flags = SPT_SESSION_LIVE | SPT_GROUP_SAVED;
	rc = spt_aggs_load(
	    &w->aggs, spt_sessions_state(s, i), val + 8, n_val - 8, e);
	if (rc == 0)
		return damaged(e);
	return rc < 0 ? -1 : 0;
}

static int
check_description(
    struct spt_window *w, const void *val, size_t n, struct spt_err *e)
{
	w->text.len = 0;
	if (spt_window_describe(w, &w->text, e) < 0)
		return -1;
	if (w->text.len != n || memcmp(w->text.data, val, n) != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the state was kept with other windows, keys or "
		    "aggregates: it was \"%.*s\", now it is \"%.*s\"",
		    (int)(n < 300 ? n : 300), (const char *)val,
		    (int)(w->text.len < 300 ? w->text.len : 300),
		    (const char *)w->text.data);
	return 0;
}

static int
load_entry(struct spt_window *w, struct loading *l, const uint8_t *key,
    size_t n_key, const void *val, size_t n_val, struct spt_err *e)
{
	if (n_key == 1 && key[0] == 'c')
		return check_description(w, val, n_val, e);
	if (n_key == 1 && key[0] == 'w' && n_val == 16) {
		w->watermark = get_word(val);
		w->aggs.seq = get_word((const uint8_t *)val + 8);
		return 0;
	}
	if (n_key > 1 && key[0] == 'g')
		return take_group(w, l, key, n_key, val, n_val, e);
	if (n_key > 1 && key[0] == 's')
		return load_session(w, key, n_key, val, n_val, e);
	return damaged(e);
}

int
spt_window_load(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct spt_window *w = self;
	struct loading l = { .n = 0 };
	const void *key, *val;
	size_t n_key, n_val;
	int rc;

	spt_panes_track(&w->panes, SPT_GROUP_DIRTY);
	spt_buf_init(&l.bytes, w->io);
	while ((rc = in->next(in->ctx, &key, &n_key, &val, &n_val, e)) > 0)
		if (load_entry(w, &l, key, n_key, val, n_val, e) < 0)
			break;
	if (rc == 0)
		rc = load_waiting(w, &l, e);
	spt_buf_fini(&l.bytes);
	w->current = NULL;
	return rc == 0 ? 0 : -1;
}

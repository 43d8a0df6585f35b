/*
 * scorer_state - what sscore keeps over a restart, entry by entry.
 *
 *	key		value
 *	"m"		text: the name of the model in use, below files/
 *	"l"		what lags look back to: doubles, oldest first
 *	"c"		text: kind, columns, lags of what is learned; another
 *			text is refused
 *	"p" name	a part of the learner: doubles
 *	"e"		8 bytes: the epoch that was learned last
 *
 * Numbers are least byte first.  The learner is small and all of it changes in
 * each epoch, so a delta is all of it but "c".
 */
#include <endian.h>
#include <string.h>

#include "score/modelfiles.h"
#include "score/scorer_run.h"

#define MODEL_NAME_MAX 64

static int
put_doubles(struct spt_scorer *s, struct spt_state_out *w, const char *key,
    const double *v, size_t n, struct spt_err *e)
{
	s->text.len = 0;
	if (spt_buf_reserve(&s->text, 8 * n + 1, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &v[i], 8);
		bits = htole64(bits);
		memcpy(s->text.data + 8 * i, &bits, 8);
	}
	return w->put(w->ctx, key, strlen(key), s->text.data, 8 * n, e);
}

/* The text of "c". */
static int
describe(const struct spt_scorer *s, struct spt_buf *b, struct spt_err *e)
{
	const struct spt_learnrows *f = &s->own.features;
	const struct spt_learner *l = &s->own.learner;

	if (spt_buf_printf(b, e, "1 %s%s label %s features", l->kind->name,
		l->kind->per_row ? " per row" : "",
		f->label != NULL ? f->label : "-") < 0)
		return -1;
	for (size_t j = 0; j < f->columns.n; j++)
		if (spt_buf_printf(b, e, " %s", f->columns.v[j]) < 0)
			return -1;
	for (size_t k = 0; k < f->n_lags; k++)
		if (spt_buf_printf(b, e, " lag %lld", (long long)f->lags[k]) <
		    0)
			return -1;
	if (l->kind->task == SPT_CLUSTERING &&
	    spt_buf_printf(b, e, " k %lld", (long long)l->conf.k) < 0)
		return -1;
	return f->intercept ? spt_buf_puts(b, " intercept", e) : 0;
}

static int
save_learner(struct spt_scorer *s, struct spt_state_out *w, bool delta,
    struct spt_err *e)
{
	const struct spt_learner *l = &s->own.learner;
	uint64_t last = htole64((uint64_t)s->last);
	char key[32] = "p";

	for (size_t i = 0; i < l->n_parts; i++) {
		strncpy(key + 1, l->parts[i].name, sizeof key - 2);
		if (put_doubles(s, w, key, l->parts[i].v, l->parts[i].n, e) < 0)
			return -1;
	}
	if (w->put(w->ctx, "e", 1, &last, 8, e) < 0)
		return -1;
	if (delta)
		return 0;
	s->text.len = 0;
	if (describe(s, &s->text, e) < 0)
		return -1;
	return w->put(w->ctx, "c", 1, s->text.data, s->text.len, e);
}

int
spt_scorer_save(
    void *self, struct spt_state_out *w, bool delta, struct spt_err *e)
{
	struct spt_scorer *s = self;
	const double *past = NULL;
	size_t n = 0;

	if (s->learns) {
		if (save_learner(s, w, delta, e) < 0)
			return -1;
		past = spt_learnrows_memory(&s->own.features, &n);
	} else if (s->declared) {
		if (s->label != NULL &&
		    w->put(w->ctx, "m", 1, s->label, strlen(s->label), e) < 0)
			return -1;
		if (s->model.format->memory != NULL)
			past = s->model.format->memory(s->model.self, &n);
	}
	if (n != 0)
		return put_doubles(s, w, "l", past, n, e);
	/* The model before this one may have had lags. */
	return delta && s->declared ? w->remove(w->ctx, "l", 1, e) : 0;
}

/* ---- load ---------------------------------------------------------------- */

static int
damaged(struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT, "the state of sscore is damaged");
}

/* The doubles of a value; they replace those that were in s->text. */
static int
get_doubles(struct spt_scorer *s, const void *val, size_t n_val,
    const double **v, size_t *n, struct spt_err *e)
{
	const void *room;

	if (n_val % 8 != 0)
		return damaged(e);
	*n = n_val / 8;
	s->text.len = 0;
	if (spt_buf_reserve(&s->text, n_val + 1, e) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++) {
		uint64_t bits;

		memcpy(&bits, (const uint8_t *)val + 8 * i, 8);
		bits = le64toh(bits);
		memcpy(s->text.data + 8 * i, &bits, 8);
	}
	room = s->text.data;
	*v = room;
	return 0;
}

static int
check_description(
    struct spt_scorer *s, const void *val, size_t n, struct spt_err *e)
{
	s->text.len = 0;
	if (describe(s, &s->text, e) < 0)
		return -1;
	if (s->text.len == n && memcmp(s->text.data, val, n) == 0)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "what was learned was \"%.*s\", now it is \"%.*s\" (--new-state "
	    "forgets it and begins anew)",
	    (int)(n < 300 ? n : 300), (const char *)val,
	    (int)(s->text.len < 300 ? s->text.len : 300),
	    (const char *)s->text.data);
}

static int
load_learned(struct spt_scorer *s, const char *key, size_t n_key,
    const void *val, size_t n_val, struct spt_err *e)
{
	char name[32] = "";
	const double *v;
	uint64_t last;
	size_t n;

	if (n_key == 1 && key[0] == 'c')
		return check_description(s, val, n_val, e);
	if (n_key == 1 && key[0] == 'e' && n_val == 8) {
		memcpy(&last, val, 8);
		s->last = (int64_t)le64toh(last);
		return 0;
	}
	if (n_key < 2 || n_key > sizeof name || key[0] != 'p' ||
	    get_doubles(s, val, n_val, &v, &n, e) < 0)
		return damaged(e);
	memcpy(name, key + 1, n_key - 1);
	return spt_learner_set(&s->own.learner, name, v, n) ? 0 : damaged(e);
}

static int
load_model(struct spt_scorer *s, const char *val, size_t n, struct spt_err *e)
{
	char name[MODEL_NAME_MAX];
	char now[SPT_MODEL_ID];
	struct spt_err ignored = { 0 };

	if (n >= sizeof name || memchr(val, '\0', n) != NULL)
		return damaged(e);
	memcpy(name, val, n);
	name[n] = '\0';
	if (spt_scorer_use_model(s, name, e) < 0)
		return -1;
	if (s->conf.reload ||
	    spt_modelfiles_id(s->io, s->conf.model, now, &ignored) < 0 ||
	    strcmp(now, s->model.id) == 0)
		return 0;
	s->text.len = 0;
	if (spt_buf_printf(&s->text, e,
		"%s has changed; the checkpoint goes on with the model that it "
		"began with (--reload takes up new ones)",
		s->conf.model) < 0)
		return -1;
	val = spt_buf_str(&s->text, e);
	if (val == NULL)
		return -1;
	spt_emit_say(s->out, val);
	return 0;
}

/* What the lags look back to; a saved model comes before it or after. */
static int
recall(struct spt_scorer *s, struct spt_err *e)
{
	int rc = 1;

	if (s->n_past == 0)
		return 0;
	if (s->learns)
		rc = spt_learnrows_recall(&s->own.features, s->past, s->n_past);
	else if (s->declared && s->model.format->recall != NULL)
		rc = s->model.format->recall(s->model.self, s->past, s->n_past);
	s->n_past = 0;
	return rc == 1 ? 0 : damaged(e);
}

int
spt_scorer_load(void *self, struct spt_state_in *r, struct spt_err *e)
{
	struct spt_scorer *s = self;
	const void *key, *val;
	size_t n_key, n_val;
	const double *v;
	int rc;

	while ((rc = r->next(r->ctx, &key, &n_key, &val, &n_val, e)) > 0) {
		const char *k = key;

		if (n_key == 1 && k[0] == 'l') {
			if (get_doubles(s, val, n_val, &v, &s->n_past, e) < 0 ||
			    spt_grow(s->io, &s->past, &s->cap_past,
				s->n_past + 1, sizeof *s->past, e) < 0)
				return -1;
			memcpy(s->past, v, s->n_past * sizeof *v);
		} else if (s->learns) {
			if (load_learned(s, k, n_key, val, n_val, e) < 0)
				return -1;
		} else if (n_key == 1 && k[0] == 'm') {
			if (load_model(s, val, n_val, e) < 0)
				return -1;
		} else {
			return damaged(e);
		}
	}
	if (rc < 0 || recall(s, e) < 0)
		return -1;
	if (s->learns && !s->own.learner.kind->valid(&s->own.learner))
		return damaged(e);
	return 0;
}

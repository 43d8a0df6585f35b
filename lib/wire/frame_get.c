/*
 * frame_get - what every message has, checked before any of it is believed.
 * Pairs are bounded in number and in bytes, because a few bytes of flatbuffer
 * can point at the same long text many times.
 */
#include <string.h>

#include "base/utf8.h"
#include "wire/frame_get.h"
#include "wire/frame_put.h"
#include "wire/in.h"

/* Keys are looked up one by one: a list of pairs is short, or hostile. */
#define MAX_PAIRS 1024
#define PAIR_COST 64 /* of keeping one, besides its bytes */

int
spt__message_bad(const struct spt__fb *fb, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA, "damaged metadata: %s",
	    fb->bad != NULL ? fb->bad : "a part is missing");
}

int
spt__message_open(
    struct spt__message *m, const uint8_t *p, size_t n, struct spt_err *e)
{
	int64_t version;

	memset(m, 0, sizeof *m);
	m->fb.p = p;
	m->fb.n = n;
	if (!spt__fb_root(&m->fb, &m->root))
		return spt__message_bad(&m->fb, e);
	version = spt__fb_int(&m->fb, &m->root, 0, 2, 0);
	m->type = (int)spt__fb_int(&m->fb, &m->root, 1, 1, 0);
	m->body = spt__fb_int(&m->fb, &m->root, 3, 8, 0);
	if (m->fb.bad == NULL && version != SPT__ARROW_V5)
		return spt_fail(e, SPT_EDATA,
		    "metadata version %lld of the Arrow format (only V5 is "
		    "understood)",
		    (long long)version + 1);
	if (!spt__fb_table(&m->fb, &m->root, 2, &m->header))
		return spt__message_bad(&m->fb, e);
	if (m->body < 0 || m->body > SPT_IN_MAX_BODY || m->body % 8 != 0)
		return spt_fail(e, SPT_EDATA,
		    "a body of %lld bytes (a multiple of 8, at most %u)",
		    (long long)m->body, SPT_IN_MAX_BODY);
	return 0;
}

static bool
is_text(const char *p, size_t n)
{
	return memchr(p, '\0', n) == NULL &&
	       spt_utf8_valid((const uint8_t *)p, n);
}

static bool
reserved(const char *key)
{
	return strncmp(key, "ARROW:", 6) == 0;
}

int
spt__pairs_get(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    struct spt_meta *meta, size_t *budget, struct spt_err *e)
{
	size_t n, first = spt__fb_vector(fb, t, id, 4, &n);

	if (n > MAX_PAIRS)
		return spt_fail(e, SPT_EDATA,
		    "%zu pairs of metadata (at most %d)", n, MAX_PAIRS);
	for (size_t i = 0; i < n; i++) {
		struct spt__table pair;
		const char *key, *value;
		size_t nkey, nvalue, cost;

		if (!spt__fb_element(fb, first, i, &pair))
			break;
		key = spt__fb_string(fb, &pair, 0, &nkey);
		value = spt__fb_string(fb, &pair, 1, &nvalue);
		if (key == NULL || value == NULL)
			return spt__message_bad(fb, e);
		cost = nkey + nvalue + PAIR_COST;
		if (cost > *budget)
			return spt_fail(e, SPT_EDATA, "too much metadata");
		*budget -= cost;
		if (!is_text(key, nkey) || !is_text(value, nvalue) ||
		    reserved(key))
			continue;
		if (spt_meta_set(meta, key, value, e) < 0)
			return -1;
	}
	return fb->bad != NULL ? spt__message_bad(fb, e) : 0;
}

const char *
spt__pairs_find(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    const char *key)
{
	size_t n, first = spt__fb_vector(fb, t, id, 4, &n);

	for (size_t i = 0; i < n; i++) {
		struct spt__table pair;
		const char *k;
		size_t nk;

		if (!spt__fb_element(fb, first, i, &pair))
			return NULL;
		k = spt__fb_string(fb, &pair, 0, &nk);
		if (k != NULL && strcmp(k, key) == 0)
			return spt__fb_string(fb, &pair, 1, &nk);
	}
	return NULL;
}

/*
 * The words of a model: categories, class names, whatever text is compared
 * with.  A table with open addressing; it is never more than half full.
 */
#include <string.h>

#include "base/hash.h"
#include "score/pmml.h"

#define WORDS_MAX (1u << 24)
#define SEED 0x9e3779b97f4a7c15u

/* The slot of a word, or the free one where it belongs. */
static size_t
slot_of(const struct spt_pmml_words *w, const char *p, size_t n)
{
	size_t at = spt_hash(SEED, p, n) & (w->n_slots - 1);

	while (w->slots[at] != 0) {
		const uint32_t k = w->slots[at] - 1;

		if (w->length[k] == n && memcmp(w->text[k], p, n) == 0)
			break;
		at = (at + 1) & (w->n_slots - 1);
	}
	return at;
}

static int
widen(struct spt_pmml *m, struct spt_err *e)
{
	struct spt_pmml_words *w = &m->words;
	const size_t n = w->n_slots == 0 ? 64 : 2 * w->n_slots;
	uint32_t *slots = spt_alloc_zero(m->io, n * sizeof *slots, e);

	if (slots == NULL)
		return -1;
	spt_free(m->io, w->slots);
	w->slots = slots;
	w->n_slots = n;
	for (uint32_t k = 0; k < w->n; k++)
		slots[slot_of(w, w->text[k], w->length[k])] = k + 1;
	return 0;
}

int
spt_pmml_word(
    struct spt_pmml *m, const char *p, size_t n, double *v, struct spt_err *e)
{
	struct spt_pmml_words *w = &m->words;
	size_t at;

	if (2 * w->n >= w->n_slots && widen(m, e) < 0)
		return -1;
	at = slot_of(w, p, n);
	if (w->slots[at] == 0) {
		char *copy;

		if (w->n >= WORDS_MAX)
			return spt_fail(
			    e, SPT_EDATA, "%s: too many words", m->file);
		if (spt_grow(m->io, &w->text, &w->cap, w->n + 1,
			sizeof *w->text, e) < 0 ||
		    spt_grow(m->io, &w->length, &w->cap_length, w->n + 1,
			sizeof *w->length, e) < 0)
			return -1;
		copy = spt_arena_get(&m->arena, n + 1, e);
		if (copy == NULL)
			return -1;
		memcpy(copy, p, n);
		copy[n] = '\0';
		w->text[w->n] = copy;
		w->length[w->n] = (uint32_t)n;
		w->slots[at] = (uint32_t)++w->n;
	}
	*v = w->slots[at] - 1;
	return 0;
}

double
spt_pmml_look_up(const struct spt_pmml *m, const char *p, size_t n)
{
	const struct spt_pmml_words *w = &m->words;
	size_t at;

	if (w->n_slots == 0)
		return SPT_PMML_UNKNOWN;
	at = slot_of(w, p, n);
	return w->slots[at] == 0 ? SPT_PMML_UNKNOWN : w->slots[at] - 1.0;
}

void
spt_pmml_words_fini(struct spt_pmml *m)
{
	spt_free(m->io, m->words.text);
	spt_free(m->io, m->words.length);
	spt_free(m->io, m->words.slots);
}

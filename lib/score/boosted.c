/*
 * boosted - room and names.
 */
#include <string.h>

#include "score/boosted.h"

void
spt_boosted_fini(struct spt_boosted *m)
{
	if (m->io == NULL)
		return;
	spt_features_fini(&m->in);
	spt_forest_fini(&m->forest);
	spt_free(m->io, m->file);
	spt_free(m->io, m->kind);
	spt_free(m->io, m->words);
	spt_free(m->io, m->word_text);
	spt_free(m->io, m->sums);
	spt_free(m->io, m->prediction);
	spt_free(m->io, m->probability);
	spt_free(m->io, m->raw);
	memset(m, 0, sizeof *m);
}

int
spt_boosted_names(
    struct spt_boosted *m, const struct spt_model_conf *conf, struct spt_err *e)
{
	if (spt_features_init(&m->in, m->io, m->features, e) < 0)
		return -1;
	if (conf->n_columns == 0)
		return 0;
	if (conf->n_columns != m->features)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: the model has %zu features, and -c names %zu columns",
		    m->file, m->features, conf->n_columns);
	for (size_t k = 0; k < m->features; k++)
		if (spt_features_name(&m->in, k, conf->columns[k],
			strlen(conf->columns[k]), e) < 0)
			return -1;
	return 1;
}

int
spt_boosted_info(struct spt_boosted *m, struct spt_buf *kind,
    struct spt_model_info *info, struct spt_err *e)
{
	const char *s = spt_buf_str(kind, e);

	m->kind = s == NULL ? NULL : spt_strdup(m->io, s, e);
	if (m->kind == NULL)
		return -1;
	*info = (struct spt_model_info){
		.kind = m->kind,
		.task = m->task,
		.features = m->in.names,
		.n_features = m->features,
	};
	if (m->task == SPT_CLASSIFICATION)
		info->classes = m->groups == 1 ? 2 : m->groups;
	return 0;
}

static int
again(const struct spt_boosted *m, double **p, size_t n, struct spt_err *e)
{
	spt_free(m->io, *p);
	*p = spt_alloc(m->io, n * sizeof **p, e);
	return *p == NULL ? -1 : 0;
}

int
spt_boosted_begin(
    struct spt_boosted *m, const struct spt_batch *b, struct spt_err *e)
{
	const size_t n = (size_t)b->rows,
		     classes = m->groups == 1 ? 2 : m->groups;

	if (b->rows > m->rows) {
		m->rows = 0;
		if (again(m, &m->sums, n * m->groups, e) < 0 ||
		    again(m, &m->prediction, n, e) < 0 ||
		    again(m, &m->probability, n * classes, e) < 0 ||
		    again(m, &m->raw, n * classes, e) < 0)
			return -1;
		m->rows = b->rows;
	}
	return spt_features_fill(&m->in, b, e);
}

void
spt_boosted_two(struct spt_boosted *m, size_t i, double p, double v)
{
	m->probability[2 * i] = 1 - p;
	m->probability[2 * i + 1] = p;
	m->raw[2 * i] = -v;
	m->raw[2 * i + 1] = v;
	m->prediction[i] = p > 0.5;
}

void
spt_boosted_scores(const struct spt_boosted *m, struct spt_scores *out)
{
	*out = (struct spt_scores){ .prediction = m->prediction };
	if (m->task == SPT_CLASSIFICATION) {
		out->probability = m->probability;
		out->raw = m->raw;
	}
}

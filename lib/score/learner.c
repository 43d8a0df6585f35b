/*
 * learner - finds the kind, keeps its parts.
 */
#include <math.h>
#include <string.h>

#include "score/learner.h"
#include "score/sparkrandom.h"

static const struct spt_learn_kind *const kinds[] = {
	&spt__learn_linear,
	&spt__learn_logistic,
	&spt__learn_kmeans,
	&spt__learn_linear_row,
	&spt__learn_logistic_row,
	&spt__learn_kmeans_row,
	&spt__learn_anomaly,
};

void
spt_learn_conf_default(struct spt_learn_conf *conf)
{
	memset(conf, 0, sizeof *conf);
	conf->step = 0.1;
	conf->fraction = 1;
	conf->tolerance = 0.001;
	conf->iterations = 50;
	conf->decay = 1;
	conf->k = 2;
	conf->half_life = 200;
	conf->threshold = 0.995;
}

bool
spt__all_finite(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

double *
spt__learner_part(
    struct spt_learner *l, const char *name, size_t n, struct spt_err *e)
{
	struct spt_learn_part *p = &l->parts[l->n_parts];

	if (n > SPT_LEARN_NUMBERS) {
		spt_fail(
		    e, SPT_EUSAGE, "a model of %zu numbers is too large", n);
		return NULL;
	}
	p->v = spt_alloc_zero(l->io, n * sizeof *p->v, e);
	if (p->v == NULL)
		return NULL;
	p->name = name;
	p->n = p->cap = n;
	p->unit = 1;
	l->n_parts++;
	return p->v;
}

int
spt__learner_start(
    struct spt_learner *l, double *v, size_t n, struct spt_err *e)
{
	const struct spt_learn_conf *c = &l->conf;

	if (c->init == SPT_INIT_RANDOM) {
		struct spt_spark_random r;

		spt_spark_random_seed(&r, c->seed);
		for (size_t i = 0; i < n; i++)
			v[i] = spt_spark_random_gaussian(&r);
	} else if (c->init == SPT_INIT_GIVEN) {
		if (c->n_initial != n)
			return spt_fail(e, SPT_EUSAGE,
			    "--init has %zu numbers, and the model has %zu",
			    c->n_initial, n);
		memcpy(v, c->initial, n * sizeof *v);
	}
	return 0;
}

static int
check(const struct spt_learn_conf *c, size_t d, struct spt_err *e)
{
	const char *what = NULL;

	if (!(c->step > 0) || isinf(c->step))
		what = "--step-size is not above 0";
	else if (!(c->fraction > 0 && c->fraction <= 1))
		what = "--fraction is not above 0 and at most 1";
	else if (!(c->tolerance >= 0 && c->tolerance <= 1))
		what = "--tolerance is not between 0 and 1";
	else if (!(c->reg >= 0) || isinf(c->reg))
		what = "--reg is below 0";
	else if (!(c->decay >= 0) || isinf(c->decay))
		what = "--decay is below 0";
	else if (c->iterations < 1)
		what = "--iterations is below 1";
	else if (c->k < 1 || c->k > 65536)
		what = "--k is not between 1 and 65536";
	else if (!(c->weight >= 0) || isinf(c->weight))
		what = "--weight is below 0";
	else if (!(c->half_life > 0) || isinf(c->half_life))
		what = "--half-life is not above 0";
	else if (!(c->threshold > 0 && c->threshold <= 1))
		what = "--threshold is not above 0 and at most 1";
	else if (c->per_row && c->decay > 1)
		what = "--decay is above 1";
	if (what != NULL)
		return spt_fail(e, SPT_EUSAGE, "%s", what);
	if (d == 0 || d > SPT_LEARN_FEATURES)
		return spt_fail(e, SPT_EUSAGE,
		    "%zu features, and a model has 1 to %d", d,
		    SPT_LEARN_FEATURES);
	return 0;
}

int
spt_learner_init(struct spt_learner *l, const struct spt_io *io,
    const struct spt_learn_conf *conf, size_t d, struct spt_err *e)
{
	memset(l, 0, sizeof *l);
	l->io = io;
	l->conf = *conf;
	l->d = d;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i]->name, conf->kind) == 0 &&
		    (kinds[i]->per_row == conf->per_row ||
			kinds[i] == &spt__learn_anomaly))
			l->kind = kinds[i];
	if (l->kind == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": not one of linear, logistic, kmeans, anomaly",
		    conf->kind);
	if (check(conf, d, e) < 0)
		return -1;
	if (l->kind->init(l, e) < 0) {
		spt_learner_fini(l);
		return -1;
	}
	l->conf.initial = NULL;
	l->conf.kind = l->kind->name;
	return 0;
}

void
spt_learner_fini(struct spt_learner *l)
{
	for (size_t i = 0; i < l->n_parts; i++)
		spt_free(l->io, l->parts[i].v);
	l->n_parts = 0;
	if (l->scratch != NULL)
		spt_free(l->io, l->scratch);
	l->scratch = NULL;
}

int
spt_learner_set(
    struct spt_learner *l, const char *name, const double *v, size_t n)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		struct spt_learn_part *p = &l->parts[i];

		if (strcmp(p->name, name) != 0)
			continue;
		if (n > p->cap || n % p->unit != 0 ||
		    (!p->growing && n != p->cap))
			return 0;
		if (n != 0)
			memcpy(p->v, v, n * sizeof *v);
		p->n = n;
		return 1;
	}
	return 0;
}

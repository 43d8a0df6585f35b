/*
 * pmmlensemble - the segments of a MiningModel while it is loaded.  Private to
 * lib/score.
 */
#ifndef SPT_PMMLENSEMBLE_H
#define SPT_PMMLENSEMBLE_H

#include "score/pmml.h"

/* multipleModelMethod */
enum spt_pmml_method {
	SPT_PMML_AVERAGE,
	SPT_PMML_WEIGHTED_AVERAGE,
	SPT_PMML_SUM,
	SPT_PMML_WEIGHTED_SUM,
	SPT_PMML_MEDIAN,
	SPT_PMML_WEIGHTED_MEDIAN,
	SPT_PMML_MAX,
	SPT_PMML_MAJORITY,
	SPT_PMML_WEIGHTED_MAJORITY,
	SPT_PMML_FIRST,
	SPT_PMML_CHAIN,
};

struct spt_pmml_segment {
	const xmlNode *at, *model;
	double weight;
	uint32_t counts; /* its predicate */
	struct spt_pmml_result r;
};

struct spt_pmml_ensemble {
	struct spt_pmml_load *l;
	const struct spt_pmml_place *p;
	enum spt_pmml_method method;
	bool skip_missing;
	struct spt_pmml_segment *v;
	size_t n;
};

/* Columns of the whole, from those of its segments.  Not of a chain. */
SPT_MUST int spt_pmml_mix(
    struct spt_pmml_ensemble *x, struct spt_pmml_result *r);

#endif

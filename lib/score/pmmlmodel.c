/*
 * A model as such: its fields, its target, which kind it is of, what is done to
 * its result, and the names under which others find that.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

static const struct kind {
	const char *name;
	int (*take)(struct spt_pmml_load *l, const struct spt_pmml_place *p,
	    struct spt_pmml_result *r);
} kinds[] = {
	{ "RegressionModel", spt_pmml_regression },
	{ "GeneralRegressionModel", spt_pmml_general },
	{ "TreeModel", spt_pmml_tree },
	{ "MiningModel", spt_pmml_mining },
	{ "ClusteringModel", spt_pmml_clustering },
};

static const struct kind *
kind_of(const xmlNode *x)
{
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (spt_pmml_is(x, kinds[k].name))
			return &kinds[k];
	return NULL;
}

bool
spt_pmml_is_model(const xmlNode *x)
{
	return kind_of(x) != NULL;
}

/* ---- fields ------------------------------------------------------------ */

static int
add_derived(
    struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *all)
{
	for (const xmlNode *x = all == NULL ? NULL : spt_pmml_child(all);
	     x != NULL; x = spt_pmml_next(x)) {
		const char *name;

		if (spt_pmml_is(x, "DefineFunction"))
			continue;
		if (!spt_pmml_is(x, "DerivedField"))
			return spt_pmml_refuse(l, x);
		if (spt_pmml_need(l, x, "name", &name) < 0 ||
		    spt_pmml_enter(l, s, x, name, SPT_PMML_DERIVED, 0) < 0)
			return -1;
	}
	return 0;
}

/* Does a field of a model inside of another need treatment once more? */
static bool
is_treated(const xmlNode *x)
{
	const char *outliers = spt_pmml_attr(x, "outliers");
	const char *missing = spt_pmml_attr(x, "missingValueTreatment");

	return spt_pmml_attr(x, "missingValueReplacement") != NULL ||
	       (outliers != NULL && strcmp(outliers, "asIs") != 0) ||
	       (missing != NULL && strcmp(missing, "returnInvalid") == 0);
}

static int
add_field(struct spt_pmml_load *l, const xmlNode *x, bool top, uint32_t *input,
    struct spt_pmml_place *p)
{
	static const char *const uses[] = { "active", "target", "predicted",
		"supplementary", "group", "order", "frequencyWeight",
		"analysisWeight", NULL };
	const char *name;
	size_t use;

	if (!spt_pmml_is(x, "MiningField"))
		return spt_pmml_refuse(l, x);
	if (spt_pmml_choice(l, x, "usageType", uses, &use) < 0 ||
	    spt_pmml_need(l, x, "name", &name) < 0)
		return -1;
	if ((use == 1 || use == 2) && spt_pmml_element(l->fields, name) != NULL)
		p->target = spt_pmml_element(l->fields, name);
	if (use != 0 || (!top && !is_treated(x)))
		return 0;
	return spt_pmml_enter(l, p->scope, x, name, SPT_PMML_MINED, (*input)++);
}

/* The type of what is predicted. */
static int
target_type(struct spt_pmml_load *l, struct spt_pmml_place *p)
{
	p->data =
	    p->task == SPT_CLASSIFICATION ? SPT_PMML_STRING : SPT_PMML_DOUBLE;
	if (p->target == NULL || p->task == SPT_CLUSTERING)
		return 0;
	if (spt_pmml_type(l, p->target, p->data, &p->data) < 0)
		return -1;
	if (p->task == SPT_REGRESSION && p->data != SPT_PMML_FLOAT)
		p->data = SPT_PMML_DOUBLE;
	return 0;
}

int
spt_pmml_enter_model(struct spt_pmml_load *l, struct spt_pmml_scope *scope,
    const xmlNode *x, const xmlNode *target, struct spt_pmml_place *p)
{
	static const char *const tasks[] = { "regression", "classification",
		"clustering", NULL };
	const xmlNode *schema = spt_pmml_find(x, "MiningSchema");
	const char *text = spt_pmml_attr(x, "isScorable");
	uint32_t input = 0;
	size_t task;

	*p = (struct spt_pmml_place){ .x = x };
	if (text != NULL && strcmp(text, "false") == 0)
		return spt_pmml_fail(l, x, "says that it is not scorable");
	if (spt_pmml_need(l, x, "functionName", &text) < 0 ||
	    spt_pmml_choice(l, x, "functionName", tasks, &task) < 0)
		return -1;
	if (schema == NULL)
		return spt_pmml_fail(l, x, "there is no MiningSchema in it");
	text = spt_pmml_attr(x, "x-mathContext");
	p->single = text != NULL && strcmp(text, "float") == 0;
	p->task = (enum spt_model_task)task;
	p->scope = spt_pmml_scope(l, scope);
	if (p->scope == NULL)
		return -1;
	for (const xmlNode *f = spt_pmml_child(schema); f != NULL;
	     f = spt_pmml_next(f))
		if (add_field(l, f, scope == NULL, &input, p) < 0)
			return -1;
	if (p->target == NULL && p->task == SPT_CLASSIFICATION)
		p->target = target;
	if (scope == NULL && add_derived(l, p->scope, l->functions) < 0)
		return -1;
	if (add_derived(l, p->scope, spt_pmml_find(x, "LocalTransformations")) <
	    0)
		return -1;
	return target_type(l, p);
}

/* ---- the model --------------------------------------------------------- */

int
spt_pmml_model(struct spt_pmml_load *l, struct spt_pmml_scope *scope,
    struct spt_pmml_scope *above, const xmlNode *x, const xmlNode *target,
    struct spt_pmml_result *r)
{
	const struct kind *kind = kind_of(x);
	struct spt_pmml_place p;

	*r = (struct spt_pmml_result){ 0 };
	if (kind == NULL)
		return spt_pmml_refuse(l, x);
	if (spt_pmml_enter_model(l, scope, x, target, &p) < 0)
		return -1;
	r->task = p.task;
	r->data = p.data;
	if (kind->take(l, &p, r) < 0 || spt_pmml_targets(l, &p, r) < 0)
		return -1;
	if (p.task == SPT_REGRESSION && p.data == SPT_PMML_FLOAT &&
	    spt_pmml_cast(l, x, SPT_PMML_FLOAT, &r->prediction) < 0)
		return -1;
	return above == NULL ? 0 : spt_pmml_output(l, &p, above, r);
}

/*
 * The head of a LightGBM model: sizes, objective, names.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/lightgbm.h"

#define MAX_GROUPS 100000

static const struct objective {
	const char *name;
	enum spt_lightgbm_link link;
	enum spt_model_task task;
} objectives[] = {
	{ "regression", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "regression_l1", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "huber", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "fair", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "quantile", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "mape", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "lambdarank", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "rank_xendcg", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "custom", SPT_LGB_IDENTITY, SPT_REGRESSION },
	{ "poisson", SPT_LGB_EXP, SPT_REGRESSION },
	{ "gamma", SPT_LGB_EXP, SPT_REGRESSION },
	{ "tweedie", SPT_LGB_EXP, SPT_REGRESSION },
	{ "cross_entropy", SPT_LGB_LOGISTIC, SPT_REGRESSION },
	{ "cross_entropy_lambda", SPT_LGB_LOG1P, SPT_REGRESSION },
	{ "binary", SPT_LGB_LOGISTIC, SPT_CLASSIFICATION },
	{ "multiclass", SPT_LGB_SOFTMAX, SPT_CLASSIFICATION },
	{ "multiclassova", SPT_LGB_EACH, SPT_CLASSIFICATION },
};

/* ---- the text ---------------------------------------------------------- */

int
spt_lightgbm_value(struct spt_lightgbm_text section, const char *key,
    struct spt_lightgbm_text *value)
{
	const char *p = section.p, *end = section.p + section.n;
	const size_t n = strlen(key);

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *line = stop == NULL ? end : stop;

		if (line > p && line[-1] == '\r')
			line--;
		if ((size_t)(line - p) >= n && memcmp(p, key, n) == 0 &&
		    (p + n == line || p[n] == '=')) {
			value->p = p + n == line ? line : p + n + 1;
			value->n = (size_t)(line - value->p);
			return 1;
		}
		p = stop == NULL ? end : stop + 1;
	}
	return 0;
}

int
spt_lightgbm_word(
    struct spt_lightgbm_text *text, struct spt_lightgbm_text *word)
{
	const char *end;

	while (text->n != 0 && text->p[0] == ' ') {
		text->p++;
		text->n--;
	}
	if (text->n == 0)
		return 0;
	end = memchr(text->p, ' ', text->n);
	word->p = text->p;
	word->n = end == NULL ? text->n : (size_t)(end - text->p);
	text->p += word->n;
	text->n -= word->n;
	return 1;
}

int
spt_lightgbm_count(const struct spt_lightgbm *x,
    struct spt_lightgbm_text section, const char *key, int64_t most, size_t *n,
    struct spt_err *e)
{
	struct spt_lightgbm_text v = { 0 };
	int64_t i = -1;

	if (!spt_lightgbm_value(section, key, &v) ||
	    spt_int_parse(v.p, v.n, &i) != 1 || i < 0 || i > most)
		return spt_fail(e, SPT_EDATA,
		    "%s: \"%s\" is not a number from 0 to %lld", x->m.file, key,
		    (long long)most);
	*n = (size_t)i;
	return 0;
}

bool
spt_lightgbm_is(struct spt_lightgbm_text word, const char *s)
{
	return word.n == strlen(s) && memcmp(word.p, s, word.n) == 0;
}

/* ---- the objective: "binary sigmoid:1" --------------------------------- */

static int
take_parameter(struct spt_lightgbm *x, struct spt_lightgbm_text word)
{
	static const char sigmoid[] = "sigmoid:";
	const size_t n = sizeof sigmoid - 1;

	if (spt_lightgbm_is(word, "sqrt"))
		x->link = SPT_LGB_SQUARE;
	if (word.n > n && memcmp(word.p, sigmoid, n) == 0)
		return spt_float_parse(word.p + n, word.n - n, &x->sigmoid) ==
				   1 &&
			       isfinite(x->sigmoid) && x->sigmoid > 0
			   ? 0
			   : -1;
	return 0;
}

static int
take_objective(struct spt_lightgbm *x, struct spt_lightgbm_text head,
    struct spt_lightgbm_text *name, struct spt_err *e)
{
	struct spt_lightgbm_text v = { 0 }, word;
	const struct objective *o = NULL;

	*name = (struct spt_lightgbm_text){ .p = "custom", .n = 6 };
	if (spt_lightgbm_value(head, "objective", &v) &&
	    spt_lightgbm_word(&v, &word))
		*name = word;
	for (size_t k = 0; k < sizeof objectives / sizeof *objectives; k++)
		if (spt_lightgbm_is(*name, objectives[k].name))
			o = &objectives[k];
	if (o == NULL)
		return spt_fail(e, SPT_EDATA,
		    "%s: objective \"%.*s\" is not supported", x->m.file,
		    (int)(name->n < 60 ? name->n : 60), name->p);
	x->link = o->link;
	x->m.task = o->task;
	x->sigmoid = 1;
	while (spt_lightgbm_word(&v, &word))
		if (take_parameter(x, word) < 0)
			return spt_fail(e, SPT_EDATA,
			    "%s: a parameter of the objective is bad",
			    x->m.file);
	if ((x->link == SPT_LGB_SOFTMAX || x->link == SPT_LGB_EACH) ==
	    (x->m.groups == 1))
		return spt_fail(e, SPT_EDATA,
		    "%s: objective \"%.*s\" with num_class=%zu", x->m.file,
		    (int)name->n, name->p, x->m.groups);
	return 0;
}

/* ---- names ------------------------------------------------------------- */

static int
take_names(struct spt_lightgbm *x, struct spt_lightgbm_text head,
    const struct spt_model_conf *conf, struct spt_err *e)
{
	struct spt_lightgbm_text v = { 0 }, word;
	const int rc = spt_boosted_names(&x->m, conf, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	spt_lightgbm_value(head, "feature_names", &v);
	for (size_t k = 0; k < x->m.features; k++) {
		if (!spt_lightgbm_word(&v, &word))
			return spt_fail(e, SPT_EDATA,
			    "%s: %zu names for %zu features", x->m.file, k,
			    x->m.features);
		if (spt_features_name(&x->m.in, k, word.p, word.n, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- all of it --------------------------------------------------------- */

static int
describe(struct spt_lightgbm *x, struct spt_lightgbm_text version,
    struct spt_lightgbm_text objective, struct spt_model_info *info,
    struct spt_err *e)
{
	struct spt_buf text;
	int rc;

	spt_buf_init(&text, x->m.io);
	rc = spt_buf_printf(&text, e, "LightGBM %.*s (%.*s)",
	    (int)(version.n < 20 ? version.n : 20), version.p, (int)objective.n,
	    objective.p);
	if (rc == 0)
		rc = spt_boosted_info(&x->m, &text, info, e);
	spt_buf_fini(&text);
	return rc;
}

static int
take_head(struct spt_lightgbm *x, struct spt_lightgbm_text head,
    struct spt_lightgbm_text *objective, struct spt_err *e)
{
	size_t classes, last;

	if (spt_lightgbm_count(x, head, "num_tree_per_iteration", MAX_GROUPS,
		&x->m.groups, e) < 0 ||
	    spt_lightgbm_count(x, head, "num_class", MAX_GROUPS, &classes, e) <
		0 ||
	    spt_lightgbm_count(x, head, "max_feature_idx",
		SPT_FOREST_FEATURES - 1, &last, e) < 0)
		return -1;
	if (x->m.groups == 0 || x->m.groups != classes)
		return spt_fail(e, SPT_EDATA,
		    "%s: num_class=%zu with num_tree_per_iteration=%zu",
		    x->m.file, classes, x->m.groups);
	x->m.features = last + 1;
	return take_objective(x, head, objective, e);
}

int
spt_lightgbm_take(struct spt_lightgbm *x, struct spt_lightgbm_text text,
    const struct spt_model_conf *conf, struct spt_model_info *info,
    struct spt_err *e)
{
	const char *trees = memmem(text.p, text.n, "\nTree=", 6);
	struct spt_lightgbm_text head = text, rest = { 0 }, name = { 0 },
				 infos = { 0 }, version = { .p = "" }, v;
	size_t n;

	if (trees == NULL)
		return spt_fail(e, SPT_EDATA,
		    "%s: not a model of LightGBM, or one without trees",
		    x->m.file);
	head.n = (size_t)(trees + 1 - text.p);
	rest.p = trees + 1;
	rest.n = text.n - head.n;
	spt_lightgbm_value(head, "feature_infos", &infos);
	spt_lightgbm_value(head, "version", &version);
	if (take_head(x, head, &name, e) < 0 ||
	    take_names(x, head, conf, e) < 0)
		return -1;
	if (spt_forest_init(&x->m.forest, x->m.io,
		&(struct spt_forest_shape){ .features = x->m.features,
		    .outputs = x->m.groups,
		    .leaf_width = 1 },
		e) < 0)
		return spt_err_where(e, "%s", x->m.file);
	if (spt_lightgbm_trees(x, rest, &n, e) < 0 ||
	    spt_lightgbm_words(x, rest, infos, e) < 0)
		return -1;
	x->divisor =
	    spt_lightgbm_value(head, "average_output", &v) && n >= x->m.groups
		? (double)(n / x->m.groups)
		: 1;
	return describe(x, version, name, info, e);
}

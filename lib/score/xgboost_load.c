/*
 * The parts of the file but for its trees.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/modelfile.h"
#include "score/ubjson.h"
#include "score/xgboost.h"

#define MAX_GROUPS 100000

static const struct objective {
	const char *name;
	enum spt_xgboost_link link;
	enum spt_xgboost_link base; /* that the base score went through */
	enum spt_model_task task;
} objectives[] = {
	{ "reg:squarederror", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY,
	    SPT_REGRESSION },
	{ "reg:linear", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY, SPT_REGRESSION },
	{ "reg:squaredlogerror", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY,
	    SPT_REGRESSION },
	{ "reg:absoluteerror", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY,
	    SPT_REGRESSION },
	{ "reg:pseudohubererror", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY,
	    SPT_REGRESSION },
	{ "reg:quantileerror", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY,
	    SPT_REGRESSION },
	{ "reg:logistic", SPT_XGB_LOGISTIC, SPT_XGB_LOGISTIC, SPT_REGRESSION },
	{ "reg:gamma", SPT_XGB_EXP, SPT_XGB_EXP, SPT_REGRESSION },
	{ "reg:tweedie", SPT_XGB_EXP, SPT_XGB_EXP, SPT_REGRESSION },
	{ "count:poisson", SPT_XGB_EXP, SPT_XGB_EXP, SPT_REGRESSION },
	{ "survival:cox", SPT_XGB_EXP, SPT_XGB_EXP, SPT_REGRESSION },
	{ "survival:aft", SPT_XGB_EXP, SPT_XGB_EXP, SPT_REGRESSION },
	{ "rank:pairwise", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY, SPT_REGRESSION },
	{ "rank:ndcg", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY, SPT_REGRESSION },
	{ "rank:map", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY, SPT_REGRESSION },
	{ "binary:logistic", SPT_XGB_LOGISTIC, SPT_XGB_LOGISTIC,
	    SPT_CLASSIFICATION },
	{ "binary:logitraw", SPT_XGB_IDENTITY, SPT_XGB_IDENTITY,
	    SPT_REGRESSION },
	{ "binary:hinge", SPT_XGB_HINGE, SPT_XGB_IDENTITY, SPT_REGRESSION },
	{ "multi:softmax", SPT_XGB_SOFTMAX, SPT_XGB_IDENTITY,
	    SPT_CLASSIFICATION },
	{ "multi:softprob", SPT_XGB_SOFTMAX, SPT_XGB_IDENTITY,
	    SPT_CLASSIFICATION },
};

/* ---- members ----------------------------------------------------------- */

const json_t *
spt_xgboost_member(const struct spt_xgboost *x,
    const struct spt_xgboost_file *f, const json_t *object, const char *name,
    json_type type, struct spt_err *e)
{
	const json_t *v = f->js.object_get(object, name);

	if (v != NULL && json_typeof(v) == type)
		return v;
	spt_fail(e, SPT_EDATA, "%s: not a model of XGBoost: \"%s\" %s",
	    x->m.file, name, v == NULL ? "is missing" : "is of another type");
	return NULL;
}

int
spt_xgboost_count(const struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *object, const char *name, int64_t most, size_t *n,
    struct spt_err *e)
{
	const json_t *v =
	    spt_xgboost_member(x, f, object, name, JSON_STRING, e);
	int64_t i = -1;

	if (v == NULL)
		return -1;
	if (spt_int_parse(f->js.string_value(v), f->js.string_length(v), &i) !=
		1 ||
	    i < 0 || i > most)
		return spt_fail(e, SPT_EDATA,
		    "%s: \"%s\" is not a number from 0 to %lld", x->m.file,
		    name, (long long)most);
	*n = (size_t)i;
	return 0;
}

/* ---- base score -------------------------------------------------------- */

static float
unlink_base(enum spt_xgboost_link link, float base)
{
	switch (link) {
	case SPT_XGB_LOGISTIC:
		return -logf(1.0f / base - 1.0f);
	case SPT_XGB_EXP:
		return logf(base);
	default:
		return base;
	}
}

/* "0.5", or since 3.1 "[0.5,0.2]": one for all sums, or one each. */
static int
take_base(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *param, enum spt_xgboost_link link, struct spt_err *e)
{
	const json_t *v =
	    spt_xgboost_member(x, f, param, "base_score", JSON_STRING, e);
	const char *p;
	size_t n = 0;

	if (v == NULL)
		return -1;
	p = f->js.string_value(v);
	p += *p == '[';
	while (n < x->m.groups) {
		const size_t len = strcspn(p, ",]");
		double d = NAN;

		if (spt_float_parse(p, len, &d) != 1)
			break;
		x->base[n++] = (double)unlink_base(link, (float)d);
		if (!isfinite(x->base[n - 1]))
			break;
		p += len;
		if (*p != ',')
			break;
		p++;
	}
	for (size_t k = 1; n == 1 && k < x->m.groups; k++)
		x->base[k] = x->base[0];
	if ((n != 1 && n != x->m.groups) || !isfinite(x->base[n - 1]))
		return spt_fail(e, SPT_EDATA,
		    "%s: \"base_score\" does not fit the objective and %zu "
		    "sums: %s",
		    x->m.file, x->m.groups, f->js.string_value(v));
	return 0;
}

/* ---- names ------------------------------------------------------------- */

static int
take_names(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *learner, const struct spt_model_conf *conf, struct spt_err *e)
{
	const json_t *names = f->js.object_get(learner, "feature_names");
	const size_t known = json_is_array(names) ? f->js.array_size(names) : 0;
	const int rc = spt_boosted_names(&x->m, conf, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (known != x->m.features)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: the model has no names for its %zu features: say "
		    "with -c which columns they are, in its order",
		    x->m.file, x->m.features);
	for (size_t k = 0; k < known; k++) {
		const json_t *v = f->js.array_get(names, k);

		if (!json_is_string(v))
			return spt_fail(e, SPT_EDATA,
			    "%s: \"feature_names\" has something else than "
			    "text",
			    x->m.file);
		if (spt_features_name(&x->m.in, k, f->js.string_value(v),
			f->js.string_length(v), e) < 0)
			return -1;
	}
	return 0;
}

/* ---- loading ----------------------------------------------------------- */

static int
take_linear(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *booster, struct spt_err *e)
{
	const size_t n = (x->m.features + 1) * x->m.groups;
	const json_t *model =
	    spt_xgboost_member(x, f, booster, "model", JSON_OBJECT, e);
	const json_t *weights = model == NULL ? NULL
					      : spt_xgboost_member(x, f, model,
						    "weights", JSON_ARRAY, e);

	if (weights == NULL)
		return -1;
	if (f->js.array_size(weights) != n)
		return spt_fail(e, SPT_EDATA,
		    "%s: %zu weights for %zu features and %zu sums", x->m.file,
		    f->js.array_size(weights), x->m.features, x->m.groups);
	x->linear = true;
	/* gblinear takes the first base score for all classes. */
	for (size_t k = 1; k < x->m.groups; k++)
		x->base[k] = x->base[0];
	x->weights = spt_alloc(x->m.io, (n + 1) * sizeof *x->weights, e);
	for (size_t k = 0; x->weights != NULL && k < n; k++) {
		const json_t *v = f->js.array_get(weights, k);

		x->weights[k] = (double)(float)f->js.number_value(v);
		if (!json_is_number(v) || !isfinite(x->weights[k]))
			return spt_fail(e, SPT_EDATA,
			    "%s: weight %zu is no number", x->m.file, k);
	}
	return x->weights == NULL ? -1 : 0;
}

static int
take_booster(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *learner, struct spt_err *e)
{
	const json_t *booster = spt_xgboost_member(
	    x, f, learner, "gradient_booster", JSON_OBJECT, e);
	const json_t *weights = NULL, *name;

	if (booster == NULL || (name = spt_xgboost_member(x, f, booster, "name",
				    JSON_STRING, e)) == NULL)
		return -1;
	if (strcmp(f->js.string_value(name), "gblinear") == 0)
		return take_linear(x, f, booster, e);
	if (strcmp(f->js.string_value(name), "dart") == 0) {
		weights = spt_xgboost_member(
		    x, f, booster, "weight_drop", JSON_ARRAY, e);
		booster =
		    spt_xgboost_member(x, f, booster, "gbtree", JSON_OBJECT, e);
		if (weights == NULL || booster == NULL)
			return -1;
	} else if (strcmp(f->js.string_value(name), "gbtree") != 0) {
		return spt_fail(e, SPT_EDATA,
		    "%s: booster \"%s\" is not supported (gbtree, dart and "
		    "gblinear are)",
		    x->m.file, f->js.string_value(name));
	}
	if (spt_xgboost_words(x, f, booster, e) < 0)
		return -1;
	return spt_xgboost_trees(x, f, booster, weights, e);
}

static const struct objective *
find_objective(const struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *learner, struct spt_err *e)
{
	const json_t *v =
	    spt_xgboost_member(x, f, learner, "objective", JSON_OBJECT, e);
	const char *name;

	if (v == NULL ||
	    (v = spt_xgboost_member(x, f, v, "name", JSON_STRING, e)) == NULL)
		return NULL;
	name = f->js.string_value(v);
	for (size_t k = 0; k < sizeof objectives / sizeof *objectives; k++)
		if (strcmp(name, objectives[k].name) == 0)
			return &objectives[k];
	spt_fail(e, SPT_EDATA, "%s: objective \"%s\" is not supported",
	    x->m.file, name);
	return NULL;
}

static int
take_sizes(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *param, const struct objective *o, struct spt_err *e)
{
	size_t targets = 1;

	if (spt_xgboost_count(x, f, param, "num_feature", SPT_FOREST_FEATURES,
		&x->m.features, e) < 0 ||
	    spt_xgboost_count(
		x, f, param, "num_class", MAX_GROUPS, &x->m.groups, e) < 0)
		return -1;
	if (f->js.object_get(param, "num_target") != NULL &&
	    spt_xgboost_count(
		x, f, param, "num_target", MAX_GROUPS, &targets, e) < 0)
		return -1;
	if (targets > 1)
		return spt_fail(e, SPT_EDATA,
		    "%s: a model of %zu targets; only one is supported",
		    x->m.file, targets);
	if ((o->link == SPT_XGB_SOFTMAX) != (x->m.groups > 1))
		return spt_fail(e, SPT_EDATA, "%s: %s with %zu classes",
		    x->m.file, o->name, x->m.groups);
	if (x->m.groups == 0)
		x->m.groups = 1;
	x->base = spt_alloc_zero(x->m.io, x->m.groups * sizeof *x->base, e);
	return x->base == NULL ? -1 : 0;
}

static int
describe(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const struct objective *o, struct spt_model_info *info, struct spt_err *e)
{
	const json_t *v = f->js.object_get(f->root, "version");
	struct spt_buf text;
	int rc;

	spt_buf_init(&text, x->m.io);
	rc = spt_buf_puts(&text, "XGBoost", e);
	for (size_t k = 0;
	     rc == 0 && json_is_array(v) && k < f->js.array_size(v); k++)
		rc = spt_buf_printf(&text, e, "%c%lld", k == 0 ? ' ' : '.',
		    (long long)f->js.integer_value(f->js.array_get(v, k)));
	if (rc == 0)
		rc = spt_buf_printf(&text, e, " (%s)", o->name);
	if (rc == 0)
		rc = spt_boosted_info(&x->m, &text, info, e);
	spt_buf_fini(&text);
	return rc;
}

int
spt_xgboost_take(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const struct spt_model_conf *conf, struct spt_model_info *info,
    struct spt_err *e)
{
	const struct objective *o;
	const json_t *learner, *param;

	if (!json_is_object(f->root))
		return spt_fail(
		    e, SPT_EDATA, "%s: not a model of XGBoost", x->m.file);
	learner = spt_xgboost_member(x, f, f->root, "learner", JSON_OBJECT, e);
	if (learner == NULL ||
	    (param = spt_xgboost_member(x, f, learner, "learner_model_param",
		 JSON_OBJECT, e)) == NULL ||
	    (o = find_objective(x, f, learner, e)) == NULL)
		return -1;
	x->link = o->link;
	x->m.task = o->task;
	if (take_sizes(x, f, param, o, e) < 0 ||
	    take_base(x, f, param, o->base, e) < 0 ||
	    take_names(x, f, learner, conf, e) < 0 ||
	    take_booster(x, f, learner, e) < 0)
		return -1;
	return describe(x, f, o, info, e);
}

int
spt_xgboost_text(const struct spt_xgboost *x, const char *path,
    struct spt_buf *text, struct spt_err *e)
{
	struct spt_buf packed;
	int rc;

	spt_buf_init(&packed, x->m.io);
	rc = spt_modelfile_read(x->m.io, path, SPT_MODELFILE_MAX, &packed, e);
	/* In JSON a quote or a blank follows the brace. */
	if (rc == 0 && packed.len > 1 &&
	    memchr("\" \t\r\n}", packed.data[1], 6) != NULL) {
		*text = packed;
		return 0;
	}
	if (rc == 0 && spt_ubjson_print(packed.data, packed.len, text, e) < 0)
		rc = spt_err_where(e, "%s", path);
	spt_buf_fini(&packed);
	return rc;
}

/*
 * sscore - score rows with a saved model, or learn while they stream by
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "bin/tool.h"
#include "score/modelport.h"
#include "score/scorer.h"

#define MAX_MEMORY (INT64_C(1) << 30)

struct opts {
	const char *columns, *as, *bad;
	bool raw, model_id, reload;
	const char *learn, *label, *lags, *save;
	bool per_row, train_first, intercept;
	const char *step, *fraction, *tolerance, *reg, *decay, *half_life;
	const char *unit, *init, *weight, *threshold;
	int64_t iterations, k, max_memory;
};

#define AT(field) offsetof(struct opts, field)

static const struct spt_opt options[] = {
	{ 'c', "columns", SPT_OPT_TEXT, AT(columns), "COLUMNS",
	    "the features, in the model's order", NULL },
	{ 0, "as", SPT_OPT_TEXT, AT(as), "NAME",
	    "name of the prediction, and NAME_... of the others", NULL },
	{ 0, "raw", SPT_OPT_FLAG, AT(raw), NULL,
	    "add the raw scores of a classifier", NULL },
	{ 0, "model-id", SPT_OPT_FLAG, AT(model_id), NULL,
	    "add the fingerprint of the model", NULL },
	{ 'b', "bad", SPT_OPT_FILE, AT(bad), "stop|skip|FILE",
	    "bad rows: stop (default), skip, or keep in FILE", NULL },
	{ 0, "reload", SPT_OPT_FLAG, AT(reload), NULL,
	    "take MODEL up again when it has changed", NULL },
	{ 0, "learn", SPT_OPT_CHOICE, AT(learn), "KIND", "learn from the rows",
	    "linear,logistic,kmeans,anomaly" },
	{ 0, "label", SPT_OPT_TEXT, AT(label), "COLUMN",
	    "what is to be predicted", NULL },
	{ 0, "lags", SPT_OPT_TEXT, AT(lags), "N,...",
	    "features too: the label, this many rows before", NULL },
	{ 0, "intercept", SPT_OPT_FLAG, AT(intercept), NULL, "a feature too: 1",
	    NULL },
	{ 0, "per-row", SPT_OPT_FLAG, AT(per_row), NULL,
	    "learn after each row, not at the end of an epoch", NULL },
	{ 0, "train-first", SPT_OPT_FLAG, AT(train_first), NULL,
	    "learn from an epoch, then score it", NULL },
	{ 0, "save", SPT_OPT_FILE, AT(save), "FILE",
	    "write the model there at the end of each epoch", NULL },
	{ 0, "step-size", SPT_OPT_TEXT, AT(step), "X",
	    "of gradient descent, default 0.1", NULL },
	{ 0, "iterations", SPT_OPT_COUNT, AT(iterations), "N",
	    "of gradient descent an epoch, default 50", NULL },
	{ 0, "fraction", SPT_OPT_TEXT, AT(fraction), "X",
	    "of the rows in each iteration, default 1", NULL },
	{ 0, "tolerance", SPT_OPT_TEXT, AT(tolerance), "X",
	    "stop iterating when a step is shorter, default 0.001", NULL },
	{ 0, "reg", SPT_OPT_TEXT, AT(reg), "X", "regularisation, default 0",
	    NULL },
	{ 0, "k", SPT_OPT_COUNT, AT(k), "N", "clusters, default 2", NULL },
	{ 0, "decay", SPT_OPT_TEXT, AT(decay), "X",
	    "weight of the past, an epoch or row later, default 1", NULL },
	{ 0, "half-life", SPT_OPT_TEXT, AT(half_life), "N",
	    "the past weighs half after so many epochs or rows", NULL },
	{ 0, "time-unit", SPT_OPT_CHOICE, AT(unit), "UNIT", "of kmeans' decay",
	    "batches,points" },
	{ 0, "init", SPT_OPT_TEXT, AT(init), "NUMBERS|random[:SEED]",
	    "weights, or centers with ; between them", NULL },
	{ 0, "weight", SPT_OPT_TEXT, AT(weight), "X",
	    "of each initial center, default 0", NULL },
	{ 0, "threshold", SPT_OPT_TEXT, AT(threshold), "X",
	    "an anomaly has at least this score, default 0.995", NULL },
	{ 0, "max-memory", SPT_OPT_SIZE, AT(max_memory), "SIZE",
	    "stop with status 3 when an epoch's rows need more", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "sscore",
	.line = "score rows with a saved model, or learn while they stream by",
	.operands = "[MODEL]",
	.example = "sread sensors.csv | sscore --learn anomaly -c value | "
		   "smap --same 'select(.anomaly)' | swrite",
	.options = options,
	.min_operands = 0,
	.max_operands = 1,
	.file_operands = true,
	.stateful = true,
};

/* ---- options ------------------------------------------------------------- */

static int
number(const char *text, const char *name, double *v, struct spt_err *e)
{
	if (text == NULL)
		return 0;
	if (spt_float_parse(text, strlen(text), v) != 1 || isnan(*v))
		return spt_fail(
		    e, SPT_EUSAGE, "--%s: \"%s\" is no number", name, text);
	return 0;
}

/* --init: "0.5,1" or "0,0;10,10" or "random:7". */
static int
parse_init(const char *text, struct spt_learn_conf *l, struct spt_buf *numbers,
    struct spt_err *e)
{
	static const char word[] = "random";
	size_t n = sizeof word - 1;
	const void *given;

	if (text == NULL)
		return 0;
	if (strncmp(text, word, n) == 0 &&
	    (text[n] == '\0' ||
		(text[n] == ':' && spt_int_parse(text + n + 1,
				       strlen(text + n + 1), &l->seed) == 1))) {
		l->init = SPT_INIT_RANDOM;
		return 0;
	}
	for (;;) {
		double v;

		n = strcspn(text, ",;");
		if (spt_float_parse(text, n, &v) != 1 || !isfinite(v))
			return spt_fail(e, SPT_EUSAGE,
			    "--init: \"%.*s\" is no number", (int)n, text);
		if (spt_buf_put(numbers, &v, sizeof v, e) < 0)
			return -1;
		if (text[n] == '\0')
			break;
		text += n + 1;
	}
	l->init = SPT_INIT_GIVEN;
	given = numbers->data;
	l->initial = given;
	l->n_initial = numbers->len / sizeof(double);
	return 0;
}

static int
parse_forgetting(
    const struct opts *o, struct spt_learn_conf *l, struct spt_err *e)
{
	double half = 0;

	if (o->decay != NULL && o->half_life != NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "--decay and --half-life say the same: one of them");
	l->points = o->unit != NULL && strcmp(o->unit, "points") == 0;
	if (number(o->decay, "decay", &l->decay, e) < 0 ||
	    number(o->half_life, "half-life", &half, e) < 0)
		return -1;
	if (o->half_life == NULL)
		return 0;
	if (!(half > 0) || isinf(half))
		return spt_fail(
		    e, SPT_EUSAGE, "--half-life: %g is not above 0", half);
	l->half_life = half;
	l->decay = exp(log(0.5) / half);
	return 0;
}

/* Options that the kind does not know are no options of it. */
static int
check_kind(const struct opts *o, struct spt_err *e)
{
	bool kmeans = strcmp(o->learn, "kmeans") == 0;
	bool anomaly = strcmp(o->learn, "anomaly") == 0;
	bool sgd = !kmeans && !anomaly && !o->per_row;
	const struct {
		bool said, right;
		const char *name;
	} said[] = {
		{ o->step != NULL, sgd, "step-size" },
		{ o->iterations != 0, sgd, "iterations" },
		{ o->fraction != NULL, sgd, "fraction" },
		{ o->tolerance != NULL, sgd, "tolerance" },
		{ o->reg != NULL, !kmeans && !anomaly, "reg" },
		{ o->decay != NULL, kmeans || (!sgd && !anomaly), "decay" },
		{ o->half_life != NULL, !sgd, "half-life" },
		{ o->unit != NULL, kmeans, "time-unit" },
		{ o->k != 0, kmeans, "k" },
		{ o->weight != NULL, kmeans, "weight" },
		{ o->init != NULL, !anomaly, "init" },
		{ o->threshold != NULL, anomaly, "threshold" },
	};

	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (said[i].said && !said[i].right)
			return spt_fail(e, SPT_EUSAGE,
			    "--%s: --learn %s%s has no use for it",
			    said[i].name, o->learn,
			    o->per_row ? " --per-row" : "");
	return 0;
}

static int
parse_learn(const struct opts *o, struct spt_scorer_conf *c,
    struct spt_buf *numbers, struct spt_err *e)
{
	struct spt_learn_conf *l = &c->learn;

	spt_learn_conf_default(l);
	if (o->learn == NULL)
		return 0;
	l->kind = o->learn;
	l->per_row = o->per_row;
	if (o->iterations != 0)
		l->iterations = o->iterations;
	if (o->k != 0)
		l->k = o->k;
	if (check_kind(o, e) < 0 ||
	    number(o->step, "step-size", &l->step, e) < 0 ||
	    number(o->fraction, "fraction", &l->fraction, e) < 0 ||
	    number(o->tolerance, "tolerance", &l->tolerance, e) < 0 ||
	    number(o->reg, "reg", &l->reg, e) < 0 ||
	    number(o->weight, "weight", &l->weight, e) < 0 ||
	    number(o->threshold, "threshold", &l->threshold, e) < 0 ||
	    parse_forgetting(o, l, e) < 0)
		return -1;
	return parse_init(o->init, l, numbers, e);
}

/* Either a model or --learn, and what belongs to it. */
static int
check_mode(const struct opts *o, int n_operands, struct spt_err *e)
{
	static const char both[] = "a MODEL scores, --learn makes one: ";

	if (o->learn == NULL && n_operands == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "what is missing: sscore MODEL, or sscore --learn KIND");
	if (o->learn != NULL && n_operands != 0)
		return spt_fail(e, SPT_EUSAGE, "%sone of them", both);
	if (o->learn != NULL)
		return o->reload ? spt_fail(e, SPT_EUSAGE,
				       "%s--reload belongs to a MODEL", both)
				 : 0;
	if (o->label != NULL || o->lags != NULL || o->per_row ||
	    o->train_first || o->intercept || o->save != NULL ||
	    o->step != NULL || o->fraction != NULL || o->tolerance != NULL ||
	    o->reg != NULL || o->decay != NULL || o->half_life != NULL ||
	    o->unit != NULL || o->init != NULL || o->weight != NULL ||
	    o->threshold != NULL || o->iterations != 0 || o->k != 0)
		return spt_fail(
		    e, SPT_EUSAGE, "%soptions of learning need --learn", both);
	return 0;
}

static void
set_bad(const struct opts *o, struct spt_scorer_conf *c, struct spt_run *run)
{
	c->bad = SPT_BAD_STOP;
	if (o->bad == NULL || strcmp(o->bad, "stop") == 0)
		return;
	c->bad = SPT_BAD_SKIP;
	if (strcmp(o->bad, "skip") == 0)
		return;
	c->bad = SPT_BAD_KEEP;
	run->side = o->bad;
	run->side_format = "ndjson";
}

/* ---- the plan ------------------------------------------------------------ */

/* What was said, for spate:plan. */
static int
describe(struct spt_buf *out, const struct opts *o, const struct spt_run *run,
    struct spt_err *e)
{
	const char *model = run->n_operands != 0 ? run->operands[0] : NULL;
	int n = 0;

	if (spt_buf_putc(out, '{', e) < 0 ||
	    (model != NULL &&
		(spt_buf_puts(out, "\"model\":", e) < 0 ||
		    spt_json_put_string(out, model, strlen(model), e) < 0)))
		return -1;
	n = model != NULL;
	for (const struct spt_opt *t = options; t->name != NULL; t++) {
		const void *at = (const char *)o + t->at;
		const char *text;
		int rc;

		if (t->kind == SPT_OPT_FLAG ? !*(const bool *)at
		    : t->kind == SPT_OPT_COUNT || t->kind == SPT_OPT_SIZE
			? *(const int64_t *)at == 0
			: *(const char *const *)at == NULL)
			continue;
		if (spt_buf_printf(
			out, e, "%s\"%s\":", n++ != 0 ? "," : "", t->name) < 0)
			return -1;
		if (t->kind == SPT_OPT_FLAG) {
			rc = spt_buf_puts(out, "true", e);
		} else if (t->kind == SPT_OPT_COUNT ||
			   t->kind == SPT_OPT_SIZE) {
			rc = spt_buf_printf(
			    out, e, "%lld", (long long)*(const int64_t *)at);
		} else {
			text = *(const char *const *)at;
			rc = spt_json_put_string(out, text, strlen(text), e);
		}
		if (rc < 0)
			return -1;
	}
	return spt_buf_putc(out, '}', e);
}

/* ---- the process --------------------------------------------------------- */

static int
prepare(struct spt_run *run, const struct opts *o, struct spt_scorer **stage,
    struct spt_err *e)
{
	struct spt_scorer_conf c = { .columns = o->columns,
		.out = { o->as, o->raw, o->model_id },
		.reload = o->reload,
		.label = o->label,
		.lags = o->lags,
		.intercept = o->intercept,
		.train_first = o->train_first,
		.verbose = run->verbose && !run->quiet,
		.max_memory = o->max_memory != 0 ? o->max_memory : MAX_MEMORY };
	struct spt_buf numbers;
	int rc;

	spt_buf_init(&numbers, run->io);
	set_bad(o, &c, run);
	rc = check_mode(o, run->n_operands, e);
	if (rc == 0 && o->learn == NULL)
		c.model = run->operands[0];
	if (rc == 0 && o->bad != NULL && strcmp(o->bad, "-") == 0)
		rc = spt_fail(e, SPT_EUSAGE,
		    "-b -: standard output is the stream of rows: name a file");
	if (rc == 0)
		rc = parse_learn(o, &c, &numbers, e);
	if (rc == 0)
		rc = spt_scorer_new(stage, run->io, &c, e);
	spt_buf_fini(&numbers);
	if (rc < 0 || o->save == NULL)
		return rc;
	rc = spt_modelport_open(&run->second, run->io, o->save, e);
	if (rc < 0)
		spt_scorer_stage.close(*stage);
	return rc;
}

int
main(int argc, char *argv[])
{
	struct spt_scorer *stage;
	struct spt_err e = { 0 };
	struct opts o = { 0 };
	struct spt_buf args;
	struct spt_run run;
	const char *text;
	int status;

	spt_tool_start(&run, &tool, &o, argc, argv);
	spt_buf_init(&args, run.io);
	if (describe(&args, &o, &run, &e) < 0 ||
	    (text = spt_buf_str(&args, &e)) == NULL ||
	    prepare(&run, &o, &stage, &e) < 0)
		status = spt_tool_finish(&run, &e);
	else
		status = spt_tool_stage(&run, &spt_scorer_stage, stage, text);
	spt_buf_fini(&args);
	return status;
}

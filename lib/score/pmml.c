/*
 * A PMML document as a model: found out, loaded, bound, applied.
 */
#include <math.h>
#include <string.h>

#include "score/modelfile.h"
#include "score/pmml.h"

#define TILE_CELLS (1u << 21) /* doubles in all columns of a tile */
#define TILE_MAX 1024         /* rows */
#define TILE_MIN 16

static void
free_model(void *self)
{
	struct spt_pmml *m = self;
	struct spt_arena arena;
	const struct spt_io *io;

	if (m == NULL)
		return;
	io = m->io;
	for (size_t k = 0; k < m->n_forests; k++)
		spt_forest_fini(m->forests[k]);
	spt_free(io, m->forests);
	spt_pmml_words_fini(m);
	spt_free(io, m->cols);
	spt_free(io, m->steps);
	spt_free(io, m->room);
	spt_free(io, m->refused);
	spt_free(io, m->reasons);
	spt_free(io, m->prediction);
	spt_free(io, m->probability);
	spt_free(io, m->label);
	spt_free(io, m->fate);
	spt_free(io, m->bad);
	arena = m->arena;
	spt_arena_fini(&arena);
	spt_free(io, m);
}

/* ---- the document ------------------------------------------------------ */

static int
enter_all(struct spt_pmml_load *l, const xmlNode *in, const char *kind,
    struct spt_pmml_scope **to)
{
	*to = spt_pmml_scope(l, NULL);
	if (*to == NULL)
		return -1;
	for (const xmlNode *x = in == NULL ? NULL : spt_pmml_child(in);
	     x != NULL; x = spt_pmml_next(x)) {
		const char *name;

		if (!spt_pmml_is(x, kind))
			continue;
		if (spt_pmml_need(l, x, "name", &name) < 0 ||
		    spt_pmml_enter(l, *to, x, name, SPT_PMML_ELEMENT, 0) < 0)
			return -1;
	}
	return 0;
}

/* The one element that is a model; others are refused by name. */
static int
find_model(struct spt_pmml_load *l, const xmlNode *root, const xmlNode **model)
{
	*model = NULL;
	for (const xmlNode *x = spt_pmml_child(root); x != NULL;
	     x = spt_pmml_next(x)) {
		if (spt_pmml_is(x, "Header") ||
		    spt_pmml_is(x, "MiningBuildTask") ||
		    spt_pmml_is(x, "DataDictionary") ||
		    spt_pmml_is(x, "TransformationDictionary"))
			continue;
		if (!spt_pmml_is_model(x))
			return spt_pmml_refuse(l, x);
		if (*model != NULL)
			return spt_pmml_fail(l, x, "there is a second model");
		*model = x;
	}
	if (*model == NULL)
		return spt_pmml_fail(l, root, "there is no model in it");
	return 0;
}

static int
describe(struct spt_pmml_load *l, const xmlNode *model, const char *version)
{
	struct spt_buf text;
	const char *s = NULL;

	spt_buf_init(&text, l->m->io);
	if (spt_buf_printf(&text, l->e, "PMML %.10s %s", version,
		(const char *)model->name) == 0)
		s = spt_buf_str(&text, l->e);
	if (s != NULL)
		l->m->kind =
		    spt_arena_copy(&l->m->arena, s, strlen(s) + 1, l->e);
	spt_buf_fini(&text);
	return l->m->kind == NULL ? -1 : 0;
}

/* The texts that predictions stand for: the classes, else all words. */
static int
take_labels(struct spt_pmml_load *l)
{
	struct spt_pmml *m = l->m;
	const struct spt_pmml_result *r = &m->result;

	if (r->data != SPT_PMML_STRING || m->words.n == 0)
		return 0;
	m->n_labels = r->n != 0 ? r->n : m->words.n;
	m->labels = spt_pmml_get(l, m->n_labels, sizeof *m->labels);
	m->label_of = spt_pmml_get(l, m->words.n, sizeof *m->label_of);
	if (m->labels == NULL || m->label_of == NULL)
		return -1;
	memset(m->label_of, 0xff, m->words.n * sizeof *m->label_of);
	for (size_t k = 0; k < m->n_labels; k++) {
		const size_t word = r->n != 0 ? (size_t)r->value[k] : k;

		m->labels[k] = m->words.text[word];
		m->label_of[word] = (int32_t)k;
	}
	return 0;
}

static int
make_room(struct spt_pmml_load *l)
{
	struct spt_pmml *m = l->m;
	const size_t n = m->n_cols;

	m->tile = TILE_CELLS / n;
	m->tile = m->tile < TILE_MIN   ? TILE_MIN
		  : m->tile > TILE_MAX ? TILE_MAX
				       : m->tile;
	m->room = spt_alloc_zero(m->io, n * m->tile * sizeof *m->room, l->e);
	m->refused = spt_alloc_zero(m->io, m->tile * sizeof *m->refused, l->e);
	if (m->room == NULL || m->refused == NULL)
		return -1;
	for (size_t k = 0; k < n; k++) {
		struct spt_pmml_col *c = &m->cols[k];

		c->x = m->room + k * m->tile;
		for (size_t i = 0; c->fixed && i < m->tile; i++)
			c->x[i] = c->value;
	}
	return 0;
}

static int
take(struct spt_pmml_load *l, const xmlNode *root,
    const struct spt_model_conf *conf)
{
	const xmlNode *model, *schema;
	const char *version;

	if (root == NULL || !spt_pmml_is(root, "PMML"))
		return spt_fail(l->e, SPT_EDATA,
		    "%s: the document is not a <PMML>", l->m->file);
	if (spt_pmml_need(l, root, "version", &version) < 0)
		return -1;
	if (strncmp(version, "3.", 2) != 0 && strncmp(version, "4.", 2) != 0)
		return spt_pmml_fail(l, root,
		    "version %.20s (3.x and 4.x are supported)", version);
	if (find_model(l, root, &model) < 0)
		return -1;
	l->dictionary = spt_pmml_find(root, "DataDictionary");
	l->functions = spt_pmml_find(root, "TransformationDictionary");
	schema = spt_pmml_find(model, "MiningSchema");
	if (l->dictionary == NULL || schema == NULL)
		return spt_pmml_fail(l, l->dictionary == NULL ? root : model,
		    "there is no %s in it",
		    l->dictionary == NULL ? "DataDictionary" : "MiningSchema");
	if (describe(l, model, version) < 0 ||
	    enter_all(l, l->dictionary, "DataField", &l->fields) < 0 ||
	    enter_all(l, l->functions, "DefineFunction", &l->define) < 0 ||
	    spt_pmml_inputs(l, schema, conf) < 0 ||
	    spt_pmml_model(l, NULL, NULL, model, NULL, &l->m->result) < 0)
		return -1;
	if (take_labels(l) < 0)
		return -1;
	return make_room(l);
}

static int
take_text(struct spt_pmml_load *l, const struct spt_buf *text,
    const struct spt_model_conf *conf)
{
	xmlDoc *doc = spt__xml_parse(
	    &l->xml, (const char *)text->data, text->len, conf->path, l->e);
	int rc;

	if (doc == NULL)
		return -1;
	rc = take(l, l->xml.DocGetRootElement(doc), conf);
	l->xml.FreeDoc(doc);
	return rc;
}

static int
load(void **self, const struct spt_io *io, const struct spt_model_conf *conf,
    struct spt_model_info *info, struct spt_err *e)
{
	struct spt_pmml *m = spt_alloc_zero(io, sizeof *m, e);
	struct spt_pmml_load l = { .m = m, .e = e };
	struct spt_buf text;
	int rc = -1;

	if (m == NULL)
		return -1;
	m->io = io;
	spt_arena_init(&m->arena, io);
	spt_buf_init(&text, io);
	m->file =
	    spt_arena_copy(&m->arena, conf->path, strlen(conf->path) + 1, e);
	if (m->file != NULL && spt__xml_load(&l.xml, e) == 0 &&
	    spt_modelfile_read(io, conf->path, SPT_MODELFILE_MAX, &text, e) ==
		0)
		rc = take_text(&l, &text, conf);
	spt__xml_unload(&l.xml);
	spt_buf_fini(&text);
	if (rc < 0) {
		free_model(m);
		return -1;
	}
	*self = m;
	*info = (struct spt_model_info){
		.kind = m->kind,
		.task = m->result.task,
		.classes = m->result.n,
		.labels = m->labels,
		.n_labels = m->n_labels,
		.features = m->names,
		.n_features = m->n_inputs,
	};
	return 0;
}

/* XML whose first element is PMML. */
static bool
looks(const struct spt_io *io, const char *path, const char *head, size_t n)
{
	const char *p;

	(void)io;
	(void)path;
	if (head == NULL)
		return false;
	p = memmem(head, n, "<PMML", 5);
	return p != NULL && p + 5 < head + n && strchr(" \t\r\n>", p[5]) &&
	       memchr(head, '<', n) != NULL;
}

/* ---- binding ----------------------------------------------------------- */

static int
bind(void *self, const struct spt_schema *in, struct spt_err *e)
{
	struct spt_pmml *m = self;

	for (size_t k = 0; k < m->n_inputs; k++) {
		struct spt_pmml_input *x = &m->inputs[k];
		int at;

		if (!x->used)
			continue;
		at = spt_schema_need(in, x->name, e);
		if (at < 0)
			return spt_err_where(e, "the model's input");
		x->column = (size_t)at;
		x->type = in->fields[at].type;
		if (x->type == SPT_TIMESTAMP ||
		    (x->type == SPT_UTF8 && x->data != SPT_PMML_STRING))
			return spt_fail(e, SPT_EUSAGE,
			    "column \"%s\" is a %s, and the model wants a %s",
			    x->name, spt_type_name(x->type),
			    x->data == SPT_PMML_STRING    ? "string"
			    : x->data == SPT_PMML_BOOLEAN ? "bool"
							  : "number");
	}
	return 0;
}

/* ---- a batch ----------------------------------------------------------- */

static int
again(
    const struct spt_pmml *m, void *p, size_t n, size_t size, struct spt_err *e)
{
	void *old, *new;

	memcpy(&old, p, sizeof old);
	spt_free(m->io, old);
	new = spt_alloc(m->io, n * size, e);
	memcpy(p, &new, sizeof new);
	return new == NULL ? -1 : 0;
}

static int
make_rows(struct spt_pmml *m, size_t n, struct spt_err *e)
{
	if (n <= m->rows)
		return 0;
	m->rows = 0;
	if (again(m, &m->prediction, n, sizeof *m->prediction, e) < 0 ||
	    again(m, &m->probability, n * m->result.n, sizeof *m->probability,
		e) < 0 ||
	    again(m, &m->label, n, sizeof *m->label, e) < 0 ||
	    again(m, &m->fate, n, sizeof *m->fate, e) < 0)
		return -1;
	m->rows = n;
	return 0;
}

/* A row that is refused. */
static int
put_bad(struct spt_pmml *m, size_t row, uint32_t why, struct spt_err *e)
{
	if (spt_grow(m->io, &m->bad, &m->bad_cap, m->n_bad + 1, sizeof *m->bad,
		e) < 0)
		return -1;
	m->bad[m->n_bad] = m->reasons[why - 1];
	m->bad[m->n_bad++].row = (int64_t)row;
	return 0;
}

/* The results of a tile, which starts at m->first. */
static int
put_tile(struct spt_pmml *m, size_t n, size_t *unscored, struct spt_err *e)
{
	const struct spt_pmml_result *r = &m->result;
	const double *x = m->cols[r->prediction].x;

	for (size_t i = 0; i < n; i++) {
		const size_t row = m->first + i;
		const bool word = x[i] >= 0 && x[i] < (double)m->words.n;
		int32_t label = 0;

		m->prediction[row] = x[i];
		m->fate[row] = SPT_SCORED;
		if (m->labels != NULL) {
			label = word ? m->label_of[(size_t)x[i]] : -1;
			m->prediction[row] = label;
		}
		m->label[row] = label < 0 ? 0 : label;
		if (m->refused[i] != 0) {
			m->fate[row] = SPT_SCORE_BAD;
			if (put_bad(m, row, m->refused[i], e) < 0)
				return -1;
		} else if (isnan(x[i]) || label < 0) {
			m->fate[row] = SPT_SCORE_NULL;
		}
		*unscored += m->fate[row] != SPT_SCORED;
	}
	for (size_t k = 0; k < r->n; k++) {
		const double *p = m->cols[r->probability[k]].x;

		for (size_t i = 0; i < n; i++)
			m->probability[(m->first + i) * r->n + k] = p[i];
	}
	return 0;
}

static int
predict(void *self, const struct spt_batch *b, struct spt_scores *out,
    struct spt_err *e)
{
	struct spt_pmml *m = self;
	const size_t rows = (size_t)b->rows;
	size_t unscored = 0;

	if (make_rows(m, rows, e) < 0)
		return -1;
	m->batch = b;
	m->n_bad = 0;
	for (m->first = 0; m->first < rows; m->first += m->tile) {
		const size_t left = rows - m->first;
		const size_t n = left < m->tile ? left : m->tile;

		memset(m->refused, 0, n * sizeof *m->refused);
		for (size_t k = 0; k < m->n_steps; k++)
			m->steps[k].run(m, &m->steps[k], n);
		if (put_tile(m, n, &unscored, e) < 0)
			return -1;
	}
	*out = (struct spt_scores){
		.prediction = m->prediction,
		.label = m->labels != NULL ? m->label : NULL,
		.fate = unscored != 0 ? m->fate : NULL,
		.bad = m->bad,
		.n_bad = m->n_bad,
	};
	/* PMML knows no scores behind the probabilities. */
	if (m->result.n != 0)
		out->probability = out->raw = m->probability;
	return 0;
}

const struct spt_model_format spt_pmml_format = {
	.name = "PMML",
	.looks = looks,
	.load = load,
	.bind = bind,
	.predict = predict,
	.free = free_model,
};

/*
 * pmml - models in PMML 3 and 4, the XML of the Data Mining Group
 * (https://dmg.org/pmml/v4-4-1/GeneralStructure.html).
 *
 * When a model is loaded, everything in it (transformations, predicates, the
 * models themselves) becomes one straight list of steps; each reads columns
 * that are there and fills new ones.  Fields become columns when something
 * asks for them, in the scope in which they are declared: what nobody asks for
 * costs nothing, and a field that needs itself is found at once.  A batch goes
 * through the list a tile of rows at a time.
 *
 * A column is of doubles.  Missing is NaN; true and false are 1 and 0; text is
 * its number in the model's list of words, and text that the model does not
 * know is -1.
 */
#ifndef SPT_PMML_H
#define SPT_PMML_H

#include "base/arena.h"
#include "score/forest.h"
#include "score/model.h"
#include "score/xml_load.h"

extern const struct spt_model_format spt_pmml_format;

/* ---- between the files of the loader ----------------------------------- */

#define SPT_PMML_COLUMNS (1u << 20)
#define SPT_PMML_NONE UINT32_MAX
#define SPT_PMML_UNKNOWN (-1.0) /* a word that the model does not know */

enum spt_pmml_data {
	SPT_PMML_STRING,
	SPT_PMML_INTEGER,
	SPT_PMML_FLOAT, /* values are rounded to single precision */
	SPT_PMML_DOUBLE,
	SPT_PMML_BOOLEAN,
};

/* What the text of an input goes through before it is looked up. */
enum spt_pmml_case {
	SPT_PMML_UPPER = 1,
	SPT_PMML_LOWER,
	SPT_PMML_TRIM,
};
#define SPT_PMML_CASES 4

struct spt_pmml_col {
	enum spt_pmml_data data;
	bool fixed; /* a constant: value */
	double value;
	double *x; /* a tile of rows */
	/* Text as the stream has it: input + 1, and what was done to it. */
	uint32_t input;
	enum spt_pmml_case cases[SPT_PMML_CASES];
};

struct spt_pmml;

/* One step.  It fills the columns `out`, out + 1, ... for n rows. */
struct spt_pmml_step {
	void (*run)(
	    struct spt_pmml *m, const struct spt_pmml_step *s, size_t n);
	uint32_t out;
	uint32_t n_in;
	const uint32_t *in;
	const void *data; /* its own */
};

/* An active field of the top model, and the column that it comes from. */
struct spt_pmml_input {
	const char *name;
	enum spt_pmml_data data;
	bool used;
	size_t column; /* of the stream */
	enum spt_type type;
};

/* Words and their numbers. */
struct spt_pmml_words {
	const char **text;
	uint32_t *length, *slots; /* slots: number + 1 */
	size_t n, cap, cap_length, n_slots;
};

/* What a model gives: columns. */
struct spt_pmml_result {
	enum spt_model_task task;
	enum spt_pmml_data data; /* of the prediction */
	uint32_t prediction;
	/* Classes: their values (numbers of words, or numbers), and a column
	 * of probabilities for each; n 0: it has none. */
	size_t n;
	const double *value;
	const uint32_t *probability;
};

struct spt_pmml {
	const struct spt_io *io;
	struct spt_arena arena; /* whatever lasts as long as the model */
	const char *file, *kind;
	struct spt_pmml_input *inputs;
	const char **names; /* of the inputs */
	size_t n_inputs;
	struct spt_pmml_words words;
	struct spt_pmml_col *cols;
	size_t n_cols, cols_cap;
	struct spt_pmml_step *steps;
	size_t n_steps, steps_cap;
	struct spt_forest **forests;
	size_t n_forests, forests_cap;
	struct spt_pmml_result result;
	/* Predictions that are words: the words of the classes, or all. */
	const char **labels;
	size_t n_labels;
	int32_t *label_of; /* by the word's number: label, or -1 */
	double *room;      /* columns x tile */
	size_t tile;
	/* Of the batch at hand. */
	const struct spt_batch *batch;
	size_t first;      /* row of the tile */
	uint32_t *refused; /* a tile: why the row is bad + 1, or 0 */
	/* Why rows are bad, as steps find it. */
	struct spt_score_bad *reasons;
	size_t n_reasons, reasons_cap;
	/* Of a whole batch. */
	size_t rows;
	double *prediction, *probability;
	int32_t *label;
	uint8_t *fate;
	struct spt_score_bad *bad;
	size_t n_bad, bad_cap;
};

struct spt_pmml_scope; /* names and what they stand for */

/* The model being loaded. */
struct spt_pmml_load {
	struct spt_pmml *m;
	struct spt_xml xml;
	const xmlNode *dictionary;     /* DataDictionary */
	const xmlNode *functions;      /* TransformationDictionary, or NULL */
	struct spt_pmml_scope *fields; /* of the dictionary: by name */
	struct spt_pmml_scope *define; /* DefineFunction: by name */
	unsigned depth;                /* of fields that need fields */
	struct spt_err *e;             /* of the load */
};

/* ---- pmmlxml: elements and attributes ---------------------------------- */

/* -1: SPT_EDATA with file, line and element in front. */
int spt_pmml_fail(struct spt_pmml_load *l, const xmlNode *at, const char *fmt,
    ...) SPT_PRINTF(3, 4);
/* "<x> is not supported" */
int spt_pmml_refuse(struct spt_pmml_load *l, const xmlNode *at);
bool spt_pmml_is(const xmlNode *x, const char *name);
/* The first child element, and the next; Extension is passed over. */
const xmlNode *spt_pmml_child(const xmlNode *x);
const xmlNode *spt_pmml_next(const xmlNode *x);
/* The first child of that name, or NULL. */
const xmlNode *spt_pmml_find(const xmlNode *x, const char *name);
size_t spt_pmml_count(const xmlNode *x, const char *name);
/* The value of an attribute, on loan from the document; NULL: none. */
const char *spt_pmml_attr(const xmlNode *x, const char *name);
const char *spt_pmml_text(const xmlNode *x); /* what stands in it; maybe "" */
/* The same, but it must be there. */
SPT_MUST int spt_pmml_need(struct spt_pmml_load *l, const xmlNode *x,
    const char *name, const char **value);
/* A number; `otherwise` when there is none.  NaN: it must be there. */
SPT_MUST int spt_pmml_number(struct spt_pmml_load *l, const xmlNode *x,
    const char *name, double otherwise, double *v);
/* The place of the attribute's value in a NULL-ended list; 0 without one. */
SPT_MUST int spt_pmml_choice(struct spt_pmml_load *l, const xmlNode *x,
    const char *name, const char *const *list, size_t *at);
/* The dataType, or `otherwise`. */
SPT_MUST int spt_pmml_type(struct spt_pmml_load *l, const xmlNode *x,
    enum spt_pmml_data otherwise, enum spt_pmml_data *data);
/* A value of that type: a number, or the number of a word. */
SPT_MUST int spt_pmml_value(struct spt_pmml_load *l, const xmlNode *x,
    const char *text, enum spt_pmml_data data, double *v);
/* The values of an Array or a sparse one; *v is in the model's arena. */
SPT_MUST int spt_pmml_array(struct spt_pmml_load *l, const xmlNode *x,
    enum spt_pmml_data data, double **v, size_t *n);
/* Zeroed memory that lasts as long as the model. */
SPT_MUST void *spt_pmml_get(struct spt_pmml_load *l, size_t n, size_t size);

/* ---- pmmlwords --------------------------------------------------------- */

/* The number of a word, which becomes one of the list. */
SPT_MUST int spt_pmml_word(
    struct spt_pmml *m, const char *p, size_t n, double *v, struct spt_err *e);
/* Its number, or SPT_PMML_UNKNOWN. */
double spt_pmml_look_up(const struct spt_pmml *m, const char *p, size_t n);
void spt_pmml_words_fini(struct spt_pmml *m);

/* ---- pmmlstep: columns and steps --------------------------------------- */

SPT_MUST int spt_pmml_column(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, uint32_t *col);
SPT_MUST int spt_pmml_constant(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, double v, uint32_t *col);
/* Appends a step; in (n of them) is copied, data is not. */
SPT_MUST int spt_pmml_do(struct spt_pmml_load *l,
    void (*run)(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n),
    uint32_t out, const uint32_t *in, size_t n, const void *data);
/* A column with one step that fills it. */
SPT_MUST int spt_pmml_make(struct spt_pmml_load *l, const xmlNode *at,
    void (*run)(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n),
    enum spt_pmml_data data, const uint32_t *in, size_t n, const void *own,
    uint32_t *col);
/* The column as one of another type: itself, or a new one. */
SPT_MUST int spt_pmml_cast(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, uint32_t *col);

/* ---- pmmlscope --------------------------------------------------------- */

/* What a name stands for before it is a column. */
enum spt_pmml_entry {
	SPT_PMML_COLUMN,  /* it is */
	SPT_PMML_DERIVED, /* DerivedField */
	SPT_PMML_MINED,   /* MiningField: the field above, treated */
	SPT_PMML_ELEMENT, /* no column: an element by its name */
};

SPT_MUST struct spt_pmml_scope *spt_pmml_scope(
    struct spt_pmml_load *l, struct spt_pmml_scope *up);
/* A new name.  col: its column, or the input of a MINED one.  SPT_EDATA: the
 * scope has it already. */
SPT_MUST int spt_pmml_enter(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *at, const char *name, enum spt_pmml_entry kind,
    uint32_t col);
/* The element of that name in this very scope, or NULL. */
const xmlNode *spt_pmml_element(
    const struct spt_pmml_scope *s, const char *name);
/* The column of a field.  -1: no such field, or it needs itself. */
SPT_MUST int spt_pmml_field(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *at, const char *name, uint32_t *col);
/* The same for the field that an attribute names. */
SPT_MUST int spt_pmml_field_of(struct spt_pmml_load *l,
    struct spt_pmml_scope *s, const xmlNode *at, const char *attribute,
    uint32_t *col);

/* ---- pmmlfield: DataField, MiningField --------------------------------- */

/* The inputs: active fields of the top model. */
SPT_MUST int spt_pmml_inputs(struct spt_pmml_load *l, const xmlNode *schema,
    const struct spt_model_conf *conf);
SPT_MUST int spt_pmml_input_column(struct spt_pmml_load *l, const xmlNode *at,
    size_t input, const enum spt_pmml_case *cases, uint32_t *col);
/* A MiningField's column, checked and treated: what the scope above has under
 * its name; above NULL (the top model): that input of the stream. */
SPT_MUST int spt_pmml_mined(struct spt_pmml_load *l,
    struct spt_pmml_scope *above, const xmlNode *field, uint32_t input,
    uint32_t *col);
/* Fills a tile of a column that comes from the stream. */
void spt_pmml_fill(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n);

/* ---- pmmlexpr, pmmlnorm, pmmlapply: expressions ------------------------ */

/* An expression's column. */
SPT_MUST int spt_pmml_expr(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col);
SPT_MUST int spt_pmml_norm_continuous(struct spt_pmml_load *l,
    struct spt_pmml_scope *s, const xmlNode *x, uint32_t *col);
SPT_MUST int spt_pmml_norm_discrete(struct spt_pmml_load *l,
    struct spt_pmml_scope *s, const xmlNode *x, uint32_t *col);
SPT_MUST int spt_pmml_discretize(struct spt_pmml_load *l,
    struct spt_pmml_scope *s, const xmlNode *x, uint32_t *col);
SPT_MUST int spt_pmml_map_values(struct spt_pmml_load *l,
    struct spt_pmml_scope *s, const xmlNode *x, uint32_t *col);
SPT_MUST int spt_pmml_apply(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col);
/* NaN in a column becomes what the attribute of x says, if it is there. */
SPT_MUST int spt_pmml_otherwise(struct spt_pmml_load *l, const xmlNode *x,
    const char *attribute, uint32_t *col);
/* The built-in function `name` of columns. */
SPT_MUST int spt_pmml_call(struct spt_pmml_load *l, const xmlNode *x,
    const char *name, const uint32_t *in, size_t n, uint32_t *col);

/* An interval of a DataField or a DiscretizeBin. */
struct spt_pmml_interval {
	double low, high;
	bool low_open, high_open;
};
SPT_MUST int spt_pmml_interval(
    struct spt_pmml_load *l, const xmlNode *x, struct spt_pmml_interval *to);
bool spt_pmml_within(const struct spt_pmml_interval *i, double v);

/* ---- pmmlpredicate ----------------------------------------------------- */

/* A simple test of one column, as trees want it. */
enum spt_pmml_op {
	SPT_PMML_EQUAL,
	SPT_PMML_NOT_EQUAL,
	SPT_PMML_LESS,
	SPT_PMML_LESS_OR_EQUAL,
	SPT_PMML_GREATER,
	SPT_PMML_GREATER_OR_EQUAL,
	SPT_PMML_IS_MISSING,
	SPT_PMML_IS_NOT_MISSING,
	SPT_PMML_IS_IN,
	SPT_PMML_IS_NOT_IN,
	SPT_PMML_TRUE,
	SPT_PMML_FALSE,
};

struct spt_pmml_test {
	enum spt_pmml_op op;
	uint32_t col;
	const double *v; /* what it is compared with */
	size_t n;
};

/* The predicate of a node, a segment or a rule (a child of x).  What is no
 * simple test becomes a column of its own, and the test is col = 1. */
SPT_MUST int spt_pmml_predicate(struct spt_pmml_load *l,
    struct spt_pmml_scope *s, const xmlNode *x, struct spt_pmml_test *test);
/* As a column of 1, 0 and NaN (unknown). */
SPT_MUST int spt_pmml_test_column(struct spt_pmml_load *l, const xmlNode *at,
    const struct spt_pmml_test *test, uint32_t *col);

/* ---- models ------------------------------------------------------------ */

/* What a model is in: its fields, and the field that it predicts. */
struct spt_pmml_place {
	struct spt_pmml_scope *scope;
	const xmlNode *x;      /* the model's element */
	const xmlNode *target; /* DataField, or NULL */
	enum spt_model_task task;
	enum spt_pmml_data data; /* of the target */
	bool single; /* x-mathContext: sums are of single precision */
};

bool spt_pmml_is_model(const xmlNode *x);
/* A model, its Targets and its Output (which goes into names of `above`,
 * NULL: nobody wants it). */
SPT_MUST int spt_pmml_model(struct spt_pmml_load *l,
    struct spt_pmml_scope *scope, struct spt_pmml_scope *above,
    const xmlNode *x, const xmlNode *target, struct spt_pmml_result *r);
/* The place of a model that is inside of another one. */
SPT_MUST int spt_pmml_enter_model(struct spt_pmml_load *l,
    struct spt_pmml_scope *scope, const xmlNode *x, const xmlNode *target,
    struct spt_pmml_place *p);

SPT_MUST int spt_pmml_regression(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_result *r);
SPT_MUST int spt_pmml_general(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_result *r);
SPT_MUST int spt_pmml_tree(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_result *r);
SPT_MUST int spt_pmml_mining(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_result *r);
SPT_MUST int spt_pmml_clustering(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_result *r);
SPT_MUST int spt_pmml_targets(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_result *r);
SPT_MUST int spt_pmml_output(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_scope *above,
    const struct spt_pmml_result *r);

/* ---- pmmlclasses ------------------------------------------------------- */

/* Classes in the making: those of the target first. */
struct spt_pmml_classes {
	double *v;
	size_t n, cap;
};

SPT_MUST int spt_pmml_classes_target(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_classes *c);
/* Its place; a new one is appended. */
SPT_MUST int spt_pmml_class(
    struct spt_pmml_load *l, struct spt_pmml_classes *c, double v, size_t *at);
/* r->n, r->value, r->probability and r->prediction: new columns. */
SPT_MUST int spt_pmml_classes_columns(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, const struct spt_pmml_classes *c,
    struct spt_pmml_result *r);
/* The first greatest of n columns becomes the prediction; NaN among them: no
 * prediction. */
SPT_MUST int spt_pmml_classes_vote(
    struct spt_pmml_load *l, const struct spt_pmml_result *r);

/* ---- pmmlforest: trees that are summed up ------------------------------ */

enum spt_pmml_leaf {
	SPT_PMML_SCORE,    /* its number */
	SPT_PMML_SHARES,   /* probabilities of the classes */
	SPT_PMML_VOTE,     /* 1 for the class */
	SPT_PMML_DECISION, /* probabilities, and the value of the class */
};

struct spt_pmml_trees {
	enum spt_pmml_leaf leaf;
	struct spt_pmml_classes *classes;
	size_t width;
	bool single;
	/* Columns that tests look at, in the order of the features. */
	uint32_t *columns;
	size_t n_columns, columns_cap;
	uint32_t *feature_of; /* column: feature + 1 */
	size_t known;
	/* Trees until they go into the forest; the newest starts at first_*. */
	struct spt_tree_node *nodes;
	size_t n_nodes, nodes_cap, first_node;
	double *values; /* leaves x width */
	size_t n_leaves, values_cap, first_leaf;
	struct spt_pmml_kept *trees;
	size_t n_trees, trees_cap;
};

void spt_pmml_trees_init(struct spt_pmml_trees *t, enum spt_pmml_leaf leaf,
    struct spt_pmml_classes *classes, bool single);
/* What a leaf gives: width values, of a Node; NULL: no prediction. */
SPT_MUST int spt_pmml_leaf(struct spt_pmml_load *l, struct spt_pmml_trees *t,
    const struct spt_pmml_place *p, const xmlNode *node, double weight,
    uint32_t *leaf);
/* Collects the classes that the tree speaks of; *shares: it has any
 * ScoreDistribution. */
SPT_MUST int spt_pmml_trees_classes(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, struct spt_pmml_classes *c, bool *shares);
/* Takes one TreeModel; its leaves are multiplied by weight (pmmlgrow). */
SPT_MUST int spt_pmml_trees_add(struct spt_pmml_load *l,
    struct spt_pmml_trees *t, const struct spt_pmml_place *p, double weight);
/* The newest tree is whole. */
SPT_MUST int spt_pmml_trees_keep(
    struct spt_pmml_load *l, struct spt_pmml_trees *t, const xmlNode *at);
/* The step that fills the columns out, out + 1, ... with the sums, divided. */
SPT_MUST int spt_pmml_trees_end(struct spt_pmml_load *l,
    struct spt_pmml_trees *t, uint32_t out, double divisor);
void spt_pmml_trees_fini(struct spt_pmml_load *l, struct spt_pmml_trees *t);

#endif

/*
 * features - columns of a batch as the numbers that a model computes with.
 *
 * int64, float64 and bool (0 or 1) are numbers; a null is NaN.  Where the model
 * has a list of words for a column, its value is a word's place in the list;
 * what is not in the list is NaN.
 */
#ifndef SPT_FEATURES_H
#define SPT_FEATURES_H

#include "batch/batch.h"

struct spt_feature {
	size_t column; /* of the stream */
	enum spt_type type;
	const struct spt_word *words; /* sorted, on loan; NULL: none */
	size_t n_words;
	bool whole;  /* the words are whole numbers, and so is the column */
	double *own; /* room for the values that are no double yet */
};

struct spt_word {
	const char *text;
	size_t n;
	double code;
};

struct spt_features {
	const struct spt_io *io;
	struct spt_feature *v;
	size_t n;
	const char **names;     /* n, copies */
	const double **columns; /* n: what fill has made of the batch */
	int64_t rows;           /* that the features' own room is for */
};

/* n features, to be named one by one; none of them has words. */
SPT_MUST int spt_features_init(struct spt_features *f, const struct spt_io *io,
    size_t n, struct spt_err *e);
/* Names feature k by its column. */
SPT_MUST int spt_features_name(struct spt_features *f, size_t k,
    const char *name, size_t n, struct spt_err *e);
/* A zeroed struct is fine. */
void spt_features_fini(struct spt_features *f);

/* Sorts words for spt_feature.words. */
void spt_words_sort(struct spt_word *words, size_t n);

/* -1: SPT_EUSAGE with the name of the column that is not there or no number. */
SPT_MUST int spt_features_bind(
    struct spt_features *f, const struct spt_schema *in, struct spt_err *e);

/* columns[k][row], on loan until the next call, and no longer than b. */
SPT_MUST int spt_features_fill(
    struct spt_features *f, const struct spt_batch *b, struct spt_err *e);

#endif

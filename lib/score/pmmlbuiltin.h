/*
 * pmmlbuiltin - the built-in functions, of one row's arguments each.  Private
 * to lib/score.
 */
#ifndef SPT_PMMLBUILTIN_H
#define SPT_PMMLBUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#define SPT_PMML_ARGUMENTS 1000

/* What the result is. */
enum spt_pmml_gives {
	SPT_PMML_GIVES_COMMON, /* the widest type of the arguments */
	SPT_PMML_GIVES_REAL,   /* the same, but no integer */
	SPT_PMML_GIVES_WHOLE,
	SPT_PMML_GIVES_TRUTH,
	SPT_PMML_GIVES_CHOICE, /* the common type of all but the first */
};

/* What the arguments are. */
enum spt_pmml_takes {
	SPT_PMML_OF_NUMBERS,
	SPT_PMML_OF_LIKE, /* of one type, or cast to it */
	SPT_PMML_OF_ANYTHING,
};

struct spt_pmml_builtin {
	const char *name;
	size_t least, most;
	enum spt_pmml_takes takes;
	enum spt_pmml_gives gives;
	bool sees_missing; /* else a missing argument makes it missing */
	/* Truth is 1 or 0, missing NaN.  NULL: of + - * /. */
	double (*of)(const double *a, size_t n);
};

/* NULL: there is none of that name. */
const struct spt_pmml_builtin *spt_pmml_builtin(const char *name);

#endif

/*
 * exprname - the functions of jq that are compiled.  Not installed.
 */
#ifndef SPT_EXPRNAME_H
#define SPT_EXPRNAME_H

#include <stdbool.h>
#include <stddef.h>

enum spt_fn {
	SPT_FN_NONE,
	SPT_FN_TRUE,
	SPT_FN_FALSE,
	SPT_FN_NULL,
	SPT_FN_NOT,
	SPT_FN_EMPTY,
	SPT_FN_NOW,
	SPT_FN_ERROR,
	SPT_FN_SELECT,
	SPT_FN_DEL,
	SPT_FN_HAS,
	SPT_FN_IN,
	SPT_FN_TYPE,
	SPT_FN_MATH,
	SPT_FN_LENGTH,
	SPT_FN_DOWNCASE,
	SPT_FN_UPCASE,
	SPT_FN_TOSTRING,
	SPT_FN_TONUMBER,
	SPT_FN_STARTS,
	SPT_FN_ENDS,
	SPT_FN_LTRIM,
	SPT_FN_RTRIM,
	SPT_FN_CONTAINS,
	SPT_FN_TEST,
	SPT_FN_SPLIT, /* only before [n] */
};

struct spt_fn_entry {
	const char *name;
	int args;
	enum spt_fn fn;
	double (*math)(double);
};

/* NULL: not compiled. */
const struct spt_fn_entry *spt_fn_find(const char *name, int args);

#endif

/*
 * exprname - the mathematical functions are those of the C library, as they
 * are in libjq: the same digits come out.
 */
#include <math.h>
#include <string.h>

#include "expr/exprname.h"

static const struct spt_fn_entry functions[] = {
	{ "true", 0, SPT_FN_TRUE, NULL },
	{ "false", 0, SPT_FN_FALSE, NULL },
	{ "null", 0, SPT_FN_NULL, NULL },
	{ "not", 0, SPT_FN_NOT, NULL },
	{ "empty", 0, SPT_FN_EMPTY, NULL },
	{ "now", 0, SPT_FN_NOW, NULL },
	{ "error", 0, SPT_FN_ERROR, NULL },
	{ "error", 1, SPT_FN_ERROR, NULL },
	{ "select", 1, SPT_FN_SELECT, NULL },
	{ "del", 1, SPT_FN_DEL, NULL },
	{ "has", 1, SPT_FN_HAS, NULL },
	{ "IN", 1, SPT_FN_IN, NULL },
	{ "type", 0, SPT_FN_TYPE, NULL },
	{ "length", 0, SPT_FN_LENGTH, NULL },
	{ "ascii_downcase", 0, SPT_FN_DOWNCASE, NULL },
	{ "ascii_upcase", 0, SPT_FN_UPCASE, NULL },
	{ "tostring", 0, SPT_FN_TOSTRING, NULL },
	{ "tonumber", 0, SPT_FN_TONUMBER, NULL },
	{ "startswith", 1, SPT_FN_STARTS, NULL },
	{ "endswith", 1, SPT_FN_ENDS, NULL },
	{ "ltrimstr", 1, SPT_FN_LTRIM, NULL },
	{ "rtrimstr", 1, SPT_FN_RTRIM, NULL },
	{ "contains", 1, SPT_FN_CONTAINS, NULL },
	{ "test", 1, SPT_FN_TEST, NULL },
	{ "split", 1, SPT_FN_SPLIT, NULL },
	{ "floor", 0, SPT_FN_MATH, floor },
	{ "ceil", 0, SPT_FN_MATH, ceil },
	{ "round", 0, SPT_FN_MATH, round },
	{ "trunc", 0, SPT_FN_MATH, trunc },
	{ "sqrt", 0, SPT_FN_MATH, sqrt },
	{ "fabs", 0, SPT_FN_MATH, fabs },
	{ "log", 0, SPT_FN_MATH, log },
	{ "log2", 0, SPT_FN_MATH, log2 },
	{ "log10", 0, SPT_FN_MATH, log10 },
	{ "exp", 0, SPT_FN_MATH, exp },
	{ "exp2", 0, SPT_FN_MATH, exp2 },
	{ "cbrt", 0, SPT_FN_MATH, cbrt },
};

const struct spt_fn_entry *
spt_fn_find(const char *name, int args)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (functions[i].args == args &&
		    strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

/*
 * json_load - Jansson, found at run time: only models that are written in
 * JSON need it.  Not installed.
 *
 * Only what is in the table may be called; json_incref and json_decref of
 * <jansson.h> may not, since they want json_delete from the linker.
 */
#ifndef SPT_JSON_LOAD_H
#define SPT_JSON_LOAD_H

#include <jansson.h>

#include "base/io.h"

/* The functions in use, under their names without "json_". */
#define SPT_JANSSON_FUNCTIONS(X) \
	X(loadb)                 \
	X(delete)                \
	X(object_get)            \
	X(object_size)           \
	X(object_iter)           \
	X(object_iter_next)      \
	X(object_iter_key)       \
	X(object_iter_value)     \
	X(array_size)            \
	X(array_get)             \
	X(string_value)          \
	X(string_length)         \
	X(integer_value)         \
	X(real_value)            \
	X(number_value)

#define SPT_JANSSON_POINTER(f) __typeof__(json_##f) *f;

struct spt_jansson {
	void *library;
	SPT_JANSSON_FUNCTIONS(SPT_JANSSON_POINTER)
};

/* 0; -1 with SPT_ESYSTEM when the library, or something in it, is missing. */
SPT_MUST int spt__jansson_load(struct spt_jansson *t, struct spt_err *e);
/* A zeroed table is fine.  Nothing that the functions made may be left. */
void spt__jansson_unload(struct spt_jansson *t);

/* The text as JSON; one value, no repeated keys, NUL characters allowed in
 * strings.  NULL: SPT_EDATA with line and column, the file's name in front. */
SPT_MUST json_t *spt__jansson_parse(const struct spt_jansson *t,
    const char *text, size_t n, const char *file, struct spt_err *e);
/* Frees what spt__jansson_parse made.  NULL is fine. */
void spt__jansson_free(const struct spt_jansson *t, json_t *v);

#endif

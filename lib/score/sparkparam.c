/*
 * Parameters are JSON values of whatever type; each is asked for as what it
 * should be, and refused by its name when it is something else.
 */
#include <math.h>

#include "score/sparkmeta.h"

json_t *
spt_spark_param(const struct spt_spark_meta *m, const char *name)
{
	json_t *map = m->json->object_get(m->root, "paramMap");
	json_t *v = map != NULL ? m->json->object_get(map, name) : NULL;

	if (v != NULL)
		return v;
	map = m->json->object_get(m->root, "defaultParamMap");
	return map != NULL ? m->json->object_get(map, name) : NULL;
}

static bool
as_number(const struct spt_spark_meta *m, const json_t *j, double *v)
{
	const char *s;

	if (json_is_number(j)) {
		*v = m->json->number_value(j);
		return true;
	}
	s = json_is_string(j) ? m->json->string_value(j) : "";
	if (strcmp(s, "NaN") == 0)
		*v = NAN;
	else if (strcmp(s, "Inf") == 0 || strcmp(s, "Infinity") == 0)
		*v = INFINITY;
	else if (strcmp(s, "-Inf") == 0 || strcmp(s, "-Infinity") == 0)
		*v = -INFINITY;
	else
		return false;
	return true;
}

int
spt_spark_number(const struct spt_spark_meta *m, const char *name,
    double otherwise, double *v, struct spt_err *e)
{
	json_t *j = spt_spark_param(m, name);

	*v = otherwise;
	if (j != NULL && !as_number(m, j, v))
		return spt_spark_fail(
		    m, e, "parameter \"%s\" is no number", name);
	return 0;
}

int
spt_spark_bool(const struct spt_spark_meta *m, const char *name, bool otherwise,
    bool *v, struct spt_err *e)
{
	json_t *j = spt_spark_param(m, name);

	*v = j == NULL ? otherwise : json_is_true(j);
	if (j != NULL && !json_is_boolean(j))
		return spt_spark_fail(
		    m, e, "parameter \"%s\" is neither true nor false", name);
	return 0;
}

/* The text is copied, so that it outlives the metadata. */
static int
copy_text(const struct spt_spark_meta *m, const char *name, const json_t *j,
    const char **v, struct spt_err *e)
{
	size_t n;

	if (!json_is_string(j))
		return spt_spark_fail(
		    m, e, "parameter \"%s\" is not made of text", name);
	n = m->json->string_length(j);
	if (memchr(m->json->string_value(j), '\0', n) != NULL)
		return spt_spark_fail(
		    m, e, "parameter \"%s\" has a NUL character", name);
	*v = spt_arena_copy(m->arena, m->json->string_value(j), n + 1, e);
	return *v == NULL ? -1 : 0;
}

int
spt_spark_text(const struct spt_spark_meta *m, const char *name,
    const char *otherwise, const char **v, struct spt_err *e)
{
	json_t *j = spt_spark_param(m, name);

	*v = otherwise;
	return j == NULL ? 0 : copy_text(m, name, j, v, e);
}

int
spt_spark_texts(const struct spt_spark_meta *m, const char *name,
    struct spt_spark_texts *v, struct spt_err *e)
{
	json_t *j = spt_spark_param(m, name);

	*v = (struct spt_spark_texts){ 0 };
	if (j == NULL)
		return 0;
	if (!json_is_array(j))
		return spt_spark_fail(
		    m, e, "parameter \"%s\" is no list", name);
	v->n = m->json->array_size(j);
	v->v = spt_arena_get(m->arena, (v->n + 1) * sizeof *v->v, e);
	if (v->v == NULL)
		return -1;
	for (size_t i = 0; i < v->n; i++)
		if (copy_text(m, name, m->json->array_get(j, i), &v->v[i], e) <
		    0)
			return -1;
	return 0;
}

int
spt_spark_number_list(const struct spt_spark_meta *m, const char *name,
    json_t *list, double **v, size_t *n, struct spt_err *e)
{
	if (!json_is_array(list))
		return spt_spark_fail(
		    m, e, "parameter \"%s\" is no list", name);
	*n = m->json->array_size(list);
	*v = spt_arena_get(m->arena, (*n + 1) * sizeof **v, e);
	if (*v == NULL)
		return -1;
	for (size_t i = 0; i < *n; i++)
		if (!as_number(m, m->json->array_get(list, i), &(*v)[i]))
			return spt_spark_fail(m, e,
			    "parameter \"%s\" is not a list of numbers", name);
	return 0;
}

int
spt_spark_numbers(const struct spt_spark_meta *m, const char *name, double **v,
    size_t *n, struct spt_err *e)
{
	json_t *j = spt_spark_param(m, name);

	*v = NULL;
	*n = 0;
	return j == NULL ? 0 : spt_spark_number_list(m, name, j, v, n, e);
}

int
spt_spark_count(const struct spt_spark_meta *m, const char *name, size_t max,
    size_t *v, struct spt_err *e)
{
	json_t *j = m->json->object_get(m->root, name);
	json_int_t i = json_is_integer(j) ? m->json->integer_value(j) : -1;

	if (i < 0 || (unsigned long long)i > max)
		return spt_spark_fail(m, e,
		    "\"%s\" is not there, or no whole number up to %zu", name,
		    max);
	*v = (size_t)i;
	return 0;
}

/* One column, as a list. */
static int
one_text(const struct spt_spark_meta *m, const char *name,
    struct spt_spark_texts *v, struct spt_err *e)
{
	v->v = spt_arena_get(m->arena, sizeof *v->v, e);
	v->n = 1;
	return v->v == NULL ? -1 : spt_spark_text(m, name, NULL, v->v, e);
}

int
spt_spark_columns(const struct spt_spark_meta *m, struct spt_spark_texts *in,
    struct spt_spark_texts *out, struct spt_err *e)
{
	if (spt_spark_texts(m, "inputCols", in, e) < 0)
		return -1;
	if (in->n != 0) {
		if (spt_spark_texts(m, "outputCols", out, e) < 0)
			return -1;
		if (in->n != out->n)
			return spt_spark_fail(m, e,
			    "%zu inputCols, but %zu outputCols", in->n, out->n);
		return 0;
	}
	if (one_text(m, "inputCol", in, e) < 0 ||
	    one_text(m, "outputCol", out, e) < 0)
		return -1;
	if (in->v[0] == NULL || out->v[0] == NULL)
		return spt_spark_fail(
		    m, e, "no %s", in->v[0] == NULL ? "inputCol" : "outputCol");
	return 0;
}

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spark_rows.h"

static void
die(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

static void
must(int rc, const struct spt_err *e)
{
	if (rc < 0)
		die("spark_rows", e->msg);
}

const char *
spark_path(const char *name)
{
	static char path[4096];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof path, "%s/tests/data/spark/%s",
	    srcdir != NULL ? srcdir : ".", name);
	return path;
}

void
spark_rows_read(struct spark_rows *r, const char *name)
{
	struct spt_err e = { 0 };
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *f;

	memset(r, 0, sizeof *r);
	must(spt__jansson_load(&r->json, &e), &e);
	f = fopen(spark_path(name), "r");
	if (f == NULL)
		die(spark_path(name), "cannot open");
	while ((n = getline(&line, &cap, f)) > 0) {
		r->v = realloc(r->v, (r->n + 1) * sizeof *r->v);
		r->v[r->n] =
		    spt__jansson_parse(&r->json, line, (size_t)n, name, &e);
		if (r->v[r->n++] == NULL)
			die(name, e.msg);
	}
	free(line);
	fclose(f);
}

void
spark_rows_free(struct spark_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		spt__jansson_free(&r->json, r->v[i]);
	free(r->v);
	spt__jansson_unload(&r->json);
}

double
spark_number(const struct spark_rows *r, const json_t *v)
{
	const char *s = json_is_string(v) ? r->json.string_value(v) : "";

	if (json_is_number(v))
		return r->json.number_value(v);
	return strcmp(s, "Infinity") == 0    ? INFINITY
	       : strcmp(s, "-Infinity") == 0 ? -INFINITY
					     : NAN;
}

static const struct column {
	const char *name;
	enum spt_type type;
} columns[] = {
	{ "id", SPT_INT64 },
	{ "a", SPT_FLOAT64 },
	{ "b", SPT_FLOAT64 },
	{ "n", SPT_INT64 },
	{ "d", SPT_FLOAT64 },
	{ "s", SPT_UTF8 },
	{ "t", SPT_UTF8 },
	{ "flag", SPT_BOOL },
	{ "y", SPT_FLOAT64 },
	{ "pos", SPT_FLOAT64 },
	{ "c2", SPT_FLOAT64 },
	{ "c3", SPT_FLOAT64 },
	{ "word", SPT_UTF8 },
};
#define COLUMNS (sizeof columns / sizeof *columns)

static void
put(const struct spark_rows *r, struct spt_builder *b, size_t col,
    enum spt_type type, const json_t *v)
{
	struct spt_err e = { 0 };

	if (v == NULL || json_is_null(v))
		must(spt_builder_null(b, col, &e), &e);
	else if (type == SPT_INT64)
		must(spt_builder_int(b, col, r->json.integer_value(v), &e), &e);
	else if (type == SPT_BOOL)
		must(spt_builder_bool(b, col, json_is_true(v), &e), &e);
	else if (type == SPT_UTF8)
		must(spt_builder_str(b, col, r->json.string_value(v),
			 r->json.string_length(v), &e),
		    &e);
	else
		must(spt_builder_float(b, col, spark_number(r, v), &e), &e);
}

/* The elements as a text, NaN as null. */
static void
put_text(const struct spark_rows *r, struct spt_builder *b, size_t col,
    const json_t *v)
{
	char text[1000] = "[";
	struct spt_err e = { 0 };
	size_t n = r->json.array_size(v);

	if (!json_is_array(v)) {
		must(spt_builder_null(b, col, &e), &e);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		double x = spark_number(r, r->json.array_get(v, i));
		char one[40] = "null";

		/* No array can say infinity, but one that is too large. */
		if (isinf(x))
			strcpy(one, x > 0 ? "1e999" : "-1e999");
		else if (!isnan(x))
			snprintf(one, sizeof one, "%.17g", x);
		if (i > 0)
			strcat(text, " , ");
		strcat(text, one);
	}
	strcat(text, "]");
	must(spt_builder_str(b, col, text, strlen(text), &e), &e);
}

static void
put_apart(const struct spark_rows *r, struct spt_builder *b, size_t col,
    size_t width, const json_t *v)
{
	for (size_t i = 0; i < width; i++)
		put(r, b, col + i, SPT_FLOAT64,
		    json_is_array(v) ? r->json.array_get(v, i) : NULL);
}

void
spark_rows_batch(const struct spark_rows *r, const struct spark_rows *extra,
    bool apart, struct spt_schema *s, struct spt_builder *b)
{
	struct spt_err e = { 0 };
	json_t *first = extra->json.object_get(extra->v[0], "features");
	size_t width = json_is_array(first) ? extra->json.array_size(first) : 0;

	spt_schema_init(s, spt_io_system());
	for (size_t c = 0; c < COLUMNS; c++)
		must(spt_schema_add(s, columns[c].name, columns[c].type, &e),
		    &e);
	if (width != 0 && !apart)
		must(spt_schema_add(s, "features", SPT_UTF8, &e), &e);
	for (size_t i = 0; apart && i < width; i++) {
		char name[24];

		snprintf(name, sizeof name, "f%zu", i);
		must(spt_schema_add(s, name, SPT_FLOAT64, &e), &e);
	}
	must(spt_builder_init(b, spt_io_system(), s, &e), &e);
	for (size_t i = 0; i < r->n; i++) {
		json_t *v = extra->json.object_get(extra->v[i], "features");

		for (size_t c = 0; c < COLUMNS; c++)
			put(r, b, c, columns[c].type,
			    r->json.object_get(r->v[i], columns[c].name));
		if (width != 0 && apart)
			put_apart(extra, b, COLUMNS, width, v);
		else if (width != 0)
			put_text(extra, b, COLUMNS, v);
		spt_builder_end_row(b);
	}
}

/*
 * fuzz_mapspec - the text of smap's -s, and the columns in its state: what is
 * accepted reads back the same from what is written of it.
 */
#include <stdlib.h>
#include <string.h>

#include "expr/mapstate.h"

#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct entry {
	const void *val;
	size_t n;
	bool read;
	struct spt_buf put;
};

static int
next(void *ctx, const void **key, size_t *n_key, const void **val,
    size_t *n_val, struct spt_err *e)
{
	struct entry *s = ctx;

	(void)e;
	if (s->read)
		return 0;
	s->read = true;
	*key = "columns";
	*n_key = 7;
	*val = s->val;
	*n_val = s->n;
	return 1;
}

static int
put(void *ctx, const void *key, size_t n_key, const void *val, size_t n_val,
    struct spt_err *e)
{
	struct entry *s = ctx;

	HOLDS(n_key == 7 && memcmp(key, "columns", 7) == 0);
	return spt_buf_put(&s->put, val, n_val, e);
}

/* As the text of -s. */
static void
check_text(const char *text)
{
	struct spt_mapspec a, b;
	struct spt_buf one, two;
	struct spt_err e = { 0 };

	spt_mapspec_init(&a, spt_io_system());
	spt_mapspec_init(&b, spt_io_system());
	spt_buf_init(&one, spt_io_system());
	spt_buf_init(&two, spt_io_system());
	if (spt_mapspec_parse(&a, text, &e) < 0) {
		HOLDS(e.kind == SPT_EUSAGE);
	} else {
		HOLDS(spt_mapspec_print(&a, -1, 0, &one, &e) == 0);
		HOLDS(spt_mapspec_parse(&b, spt_buf_str(&one, &e), &e) == 0);
		HOLDS(spt_mapspec_print(&b, -1, 0, &two, &e) == 0);
		HOLDS(one.len == two.len &&
		      memcmp(one.data, two.data, one.len) == 0);
		HOLDS(a.schema.n == b.schema.n);
		for (size_t k = 0; k < a.schema.n; k++)
			HOLDS(strcmp(a.schema.fields[k].name,
				  b.schema.fields[k].name) == 0);
	}
	spt_mapspec_fini(&a);
	spt_mapspec_fini(&b);
	spt_buf_fini(&one);
	spt_buf_fini(&two);
}

/* As a saved state, on an input with the column x. */
static void
check_state(const uint8_t *data, size_t size)
{
	struct entry s = { .val = data, .n = size };
	struct spt_state_in r = { next, &s };
	struct spt_state_out w = { put, NULL, &s };
	struct spt_mapspec spec;
	struct spt_schema in;
	struct spt_err e = { 0 };
	int rc;

	spt_buf_init(&s.put, spt_io_system());
	spt_mapspec_init(&spec, spt_io_system());
	spt_schema_init(&in, spt_io_system());
	HOLDS(spt_schema_add(&in, "x", SPT_INT64, &e) == 0);
	rc = spt_mapstate_load(&spec, &in, &r, &e);
	if (rc < 0) {
		HOLDS(e.kind == SPT_ECHECKPOINT);
	} else {
		HOLDS(spt_mapstate_save(&spec, &w, &e) == 0);
		HOLDS(s.put.len == size &&
		      (size == 0 || memcmp(s.put.data, data, size) == 0));
	}
	spt_mapspec_fini(&spec);
	spt_schema_fini(&in);
	spt_buf_fini(&s.put);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size != 0)
		memcpy(text, data, size);
	text[size] = '\0';
	check_text(text);
	check_state(data, size);
	free(text);
	return 0;
}

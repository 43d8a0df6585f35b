/*
 * fuzz_json - lines of JSON against libjq, and along the trail against without
 * it.
 *
 * What we take libjq takes, with the same members, kinds, texts and numbers.
 * What it takes and we refuse is one of two things: a number that is none by
 * RFC 8259 ("01", ".5", "nan"), or a control character in a string.  What it
 * refuses and we take is a half of a surrogate pair, which becomes U+FFFD.
 * (It also reads a number up to a NUL and takes that for its end.)
 */
#include <float.h>
#include <jv.h>
#include <math.h>
#include <stdio.h>

#include "fuzzlines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libjq loses memory over some texts that it refuses. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

struct name {
	char *p;
	size_t n;
};

/* One reader of the lines: the format, and where the cells are. */
struct reader {
	void *self;
	struct spt_arena arena;
	struct spt_cell v[FUZZ_COLUMNS];
	struct spt_cells cells;
};

struct both {
	struct name names[FUZZ_COLUMNS]; /* in the order they turned up */
	int n;
	struct reader trail, plain;
};

static int
find(struct spt_cells *c, const char *name, size_t n, struct spt_err *e)
{
	struct both *b = c->ctx;
	struct name *to;

	(void)e;
	for (int i = 0; i < b->n; i++)
		if (b->names[i].n == n && memcmp(b->names[i].p, name, n) == 0)
			return i;
	if (b->n == FUZZ_COLUMNS)
		return -1;
	to = &b->names[b->n];
	to->p = malloc(n);
	HOLDS(to->p != NULL);
	memcpy(to->p, name, n);
	to->n = n;
	return b->n++;
}

static void
reader_open(struct reader *r, struct both *b, bool fixed)
{
	static const struct spt_decode_conf conf;
	struct spt_err e = { .kind = SPT_OK };

	spt_arena_init(&r->arena, spt_io_system());
	HOLDS(
	    spt_format_ndjson.open(&r->self, spt_io_system(), &conf, &e) == 0);
	r->cells = (struct spt_cells){
		.v = r->v,
		.n = FUZZ_COLUMNS,
		.arena = &r->arena,
		.find = find,
		.ctx = b,
		.fixed = fixed,
	};
}

static int
reader_line(struct reader *r, const char *p, size_t n, struct spt_err *e)
{
	e->kind = SPT_OK;
	e->msg[0] = '\0';
	memset(r->v, 0, sizeof r->v);
	spt_arena_reset(&r->arena);
	return spt_format_ndjson.line(r->self, p, n, &r->cells, e);
}

static void
reader_close(struct reader *r)
{
	spt_format_ndjson.close(r->self);
	spt_arena_fini(&r->arena);
}

static jv
parse(const char *p, size_t n)
{
	jv v;

	if (__lsan_disable != NULL)
		__lsan_disable();
	v = jv_parse_sized(p, (int)n);
	if (__lsan_enable != NULL)
		__lsan_enable();
	return v;
}

static double
number(const struct spt_cell *c)
{
	char text[20001];

	HOLDS(c->n < sizeof text);
	memcpy(text, c->p, c->n);
	text[c->n] = '\0';
	return strtod(text, NULL);
}

/* The cell against libjq's value, which it consumes. */
static void
same_value(const struct spt_cell *c, jv v)
{
	double a, b;
	jv again;

	switch (c->kind) {
	case SPT_CELL_NULL:
		HOLDS(jv_get_kind(v) == JV_KIND_NULL ||
		      jv_get_kind(v) == JV_KIND_INVALID);
		break;
	case SPT_CELL_TRUE:
		HOLDS(jv_get_kind(v) == JV_KIND_TRUE);
		break;
	case SPT_CELL_FALSE:
		HOLDS(jv_get_kind(v) == JV_KIND_FALSE);
		break;
	case SPT_CELL_NUMBER:
		HOLDS(jv_get_kind(v) == JV_KIND_NUMBER);
		a = number(c);
		b = jv_number_value(v);
		HOLDS(a == b || (isinf(a) && fabs(b) >= DBL_MAX));
		break;
	case SPT_CELL_TEXT:
		HOLDS(jv_get_kind(v) == JV_KIND_STRING);
		HOLDS((size_t)jv_string_length_bytes(jv_copy(v)) == c->n);
		HOLDS(c->n == 0 || memcmp(jv_string_value(v), c->p, c->n) == 0);
		break;
	case SPT_CELL_NESTED:
		again = parse(c->p, c->n);
		HOLDS(jv_is_valid(again) && jv_equal(again, jv_copy(v)));
	}
	jv_free(v);
}

static void
same_members(struct both *b, jv all)
{
	int found = 0;

	HOLDS(jv_get_kind(all) == JV_KIND_OBJECT);
	for (int i = 0; i < b->n; i++) {
		const struct name *name = &b->names[i];
		jv key = jv_string_sized(name->p, (int)name->n);
		jv v = jv_object_get(jv_copy(all), key);

		found += jv_is_valid(v);
		same_value(&b->trail.v[i], v);
	}
	HOLDS(b->n == FUZZ_COLUMNS || found <= jv_object_length(jv_copy(all)));
	if (b->n == FUZZ_COLUMNS)
		return;
	/* Each key of libjq's is one of ours, but those that nothing can be
	 * named. */
	jv_object_foreach(all, key, v)
	{
		size_t n = (size_t)jv_string_length_bytes(jv_copy(key));
		const char *p = jv_string_value(key);

		if (n != 0 && memchr(p, '\0', n) == NULL)
			found--;
		jv_free(key);
		jv_free(v);
	}
	HOLDS(found == 0);
}

/* The place that the message names, as an offset. */
static size_t
place(const struct spt_err *e)
{
	const char *at = strstr(e->msg, "at byte ");

	HOLDS(at != NULL);
	return (size_t)strtoul(at + strlen("at byte "), NULL, 10) - 1;
}

/* May libjq take what we refuse at this place? */
static bool
known_difference(const char *p, size_t n, const struct spt_err *e)
{
	size_t at = place(e);

	if (memchr(p, '\0', n) != NULL)
		return true;
	if (strstr(e->msg, "control character") != NULL)
		return at < n && (unsigned char)p[at] < 0x20;
	for (size_t i = at == 0 ? 0 : at - 1; i < n && i <= at; i++)
		if (strchr("+-.0123456789eEnN", p[i]) != NULL && p[i] != '\0')
			return true;
	return false;
}

/* Has the text an escape of a half of a pair? */
static bool
has_surrogate(const char *p, size_t n)
{
	for (size_t i = 0; i + 4 <= n; i++)
		if (memcmp(p + i, "\\u", 2) == 0 && (p[i + 2] | 32) == 'd' &&
		    strchr("89abcdefABCDEF", p[i + 3]) != NULL)
			return true;
	return false;
}

static void
one(void *ctx, const char *p, size_t n)
{
	struct spt_err e1, e2;
	struct both *b = ctx;
	jv all;
	int rc;

	rc = reader_line(&b->plain, p, n, &e2);
	HOLDS(reader_line(&b->trail, p, n, &e1) == rc);
	HOLDS(e1.kind == e2.kind && strcmp(e1.msg, e2.msg) == 0);
	if (rc == 0)
		return;
	all = parse(p, n);
	if (rc < 0) {
		if (jv_get_kind(all) == JV_KIND_OBJECT)
			HOLDS(known_difference(p, n, &e1));
		jv_free(all);
		return;
	}
	for (int i = 0; i < FUZZ_COLUMNS; i++) {
		const struct spt_cell *x = &b->trail.v[i], *y = &b->plain.v[i];

		HOLDS(x->kind == y->kind && x->n == y->n);
		HOLDS(x->n == 0 || memcmp(x->p, y->p, x->n) == 0);
		if (x->kind == SPT_CELL_TEXT)
			HOLDS(spt_utf8_valid((const uint8_t *)x->p, x->n));
	}
	if (jv_is_valid(all))
		same_members(b, all);
	else
		HOLDS(has_surrogate(p, n));
	jv_free(all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct both b = { .n = 0 };

	if (size > 20000)
		return 0;
	reader_open(&b.trail, &b, true);
	reader_open(&b.plain, &b, false);
	fuzz_lines(data, size, one, &b);
	reader_close(&b.trail);
	reader_close(&b.plain);
	for (int i = 0; i < b.n; i++)
		free(b.names[i].p);
	return 0;
}

/*
 * fuzz_syslog - lines of system logs, and the same bytes as logfmt, which has
 * a grammar as small.
 */
#include "fuzzlines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MESSAGE 4
#define DATA 8
#define COLUMNS 9

struct target {
	void *syslog;
	struct spt_arena arena;
};

/* Braces and brackets of JSON text match, and no control is in it. */
static void
check_json(const struct spt_cell *c)
{
	char stack[4];
	size_t depth = 0;
	bool quoted = false;

	HOLDS(c->n >= 2 && c->p[0] == '{' && c->p[c->n - 1] == '}');
	for (size_t i = 0; i < c->n; i++) {
		char ch = c->p[i];

		HOLDS((unsigned char)ch >= 0x20);
		if (ch == '"')
			quoted = !quoted;
		if (quoted && ch == '\\')
			i++;
		if (quoted)
			continue;
		if (ch == '{' || ch == '[') {
			HOLDS(depth < sizeof stack);
			stack[depth++] = ch;
		} else if (ch == '}' || ch == ']') {
			HOLDS(depth > 0 && stack[--depth] == ch - 2);
		}
	}
	HOLDS(!quoted && depth == 0);
}

static void
check_syslog(struct target *t, const char *p, size_t n)
{
	struct spt_cell v[COLUMNS];
	struct spt_cells c = { .v = v, .n = COLUMNS, .arena = &t->arena };

	if (fuzz_line(&spt_format_syslog, t->syslog, p, n, &c) <= 0)
		return;
	for (size_t i = 0; i <= MESSAGE; i++)
		HOLDS(fuzz_within(&v[i], p, n));
	HOLDS(v[MESSAGE].kind == SPT_CELL_NULL ||
	      v[MESSAGE].p + v[MESSAGE].n == p + n);
	if (v[DATA].kind != SPT_CELL_NULL)
		check_json(&v[DATA]);
}

/* Takes any name; some are wanted by nobody. */
static int
find(struct spt_cells *c, const char *name, size_t n, struct spt_err *e)
{
	(void)e;
	HOLDS(n > 0);
	return (unsigned char)name[0] % (int)(c->n + 1) - 1;
}

static void
check_logfmt(struct target *t, const char *p, size_t n)
{
	struct spt_cell v[FUZZ_COLUMNS];
	struct spt_cells c = {
		.v = v, .n = FUZZ_COLUMNS, .arena = &t->arena, .find = find
	};

	if (fuzz_line(&spt_format_logfmt, NULL, p, n, &c) <= 0)
		return;
	for (size_t i = 0; i < c.n; i++) {
		HOLDS(v[i].kind <= SPT_CELL_TRUE);
		if (v[i].kind == SPT_CELL_TEXT)
			HOLDS(v[i].n <= n);
	}
}

static void
one(void *ctx, const char *p, size_t n)
{
	struct target *t = ctx;

	spt_arena_reset(&t->arena);
	check_syslog(t, p, n);
	check_logfmt(t, p, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spt_decode_conf conf = { .format = "syslog" };
	struct spt_err e = { .kind = SPT_OK };
	struct target t;

	spt_arena_init(&t.arena, spt_io_system());
	HOLDS(
	    spt_format_syslog.open(&t.syslog, spt_io_system(), &conf, &e) == 0);
	fuzz_lines(data, size, one, &t);
	spt_format_syslog.close(t.syslog);
	spt_arena_fini(&t.arena);
	return 0;
}

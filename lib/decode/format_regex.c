/*
 * format_regex - lines by a pattern of PCRE2: named groups are columns, in the
 * order in which they stand in the pattern.
 *
 * The pattern may match anywhere in the line, as with grep.  A group that took
 * no part is null; one that matched nothing is an empty string.  With (?J)
 * several groups may share a name: they are one column, whose value is that of
 * the first that took part.
 *
 * Patterns come from the command line, but what they meet does not: a line can
 * make a careless pattern search for hours.  So work, depth and memory of a
 * match are limited, and a line that reaches a limit is a bad record.  \C,
 * which could cut a character in half, is refused.
 */
#include "decode/linecell.h"
#include "decode/pcre2_load.h"

#define MATCH_LIMIT 1000000       /* steps of backtracking */
#define DEPTH_LIMIT 250000        /* nested backtracking points */
#define HEAP_LIMIT (16 * 1024)    /* KiB */
#define JIT_STACK_MIN (32 * 1024) /* bytes */
#define JIT_STACK_MAX (1 << 20)

struct group {
	uint32_t number;
	size_t column;
	const char *name; /* in the compiled pattern */
};

struct regex {
	const struct spt_io *io;
	struct spt_pcre2 lib;
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	pcre2_jit_stack *stack; /* NULL: no JIT */
	struct group *groups;   /* n_groups, by number */
	size_t n_groups;
	const char **columns;
	size_t n_columns;
	bool skips;
};

static int
no_memory(struct spt_err *e)
{
	return spt_fail(e, SPT_ESYSTEM, "pattern: out of memory");
}

static int
compile(struct regex *r, const char *pattern, struct spt_err *e)
{
	struct spt_pcre2 *lib = &r->lib;
	pcre2_compile_context *context = lib->compile_context_create(NULL);
	PCRE2_UCHAR text[256] = "";
	PCRE2_SIZE at = 0;
	int code = 0;

	if (context == NULL)
		return no_memory(e);
	lib->set_newline(context, PCRE2_NEWLINE_LF);
	r->code = lib->compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, context);
	lib->compile_context_free(context);
	if (r->code != NULL)
		return 0;
	lib->get_error_message(code, text, sizeof text);
	if (code < 0) /* not UTF-8: nothing to show */
		return spt_fail(e, SPT_EUSAGE, "pattern: %s at byte %zu",
		    (const char *)text, at);
	return spt_fail(e, SPT_EUSAGE,
	    "pattern: %s at offset %zu, behind "
	    "\"%.*s\"",
	    (const char *)text, at, (int)at, pattern);
}

/* The named groups by number, from the table that is sorted by name. */
static int
read_groups(struct regex *r, struct spt_err *e)
{
	uint32_t n = 0, size = 0;
	PCRE2_SPTR entry = NULL;

	r->lib.pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &n);
	r->lib.pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	r->lib.pattern_info(r->code, PCRE2_INFO_NAMETABLE, &entry);
	if (n == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "the pattern has no named group, and these become the "
		    "columns: '^(?<time>\\S+ \\S+) (?<action>\\w+)'");
	r->groups = spt_alloc_zero(r->io, n * sizeof *r->groups, e);
	r->columns = spt_alloc_zero(r->io, n * sizeof *r->columns, e);
	if (r->groups == NULL || r->columns == NULL)
		return -1;
	for (uint32_t i = 0; i < n; i++, entry += size) {
		struct group g = { .number = (uint32_t)entry[0] << 8 | entry[1],
			.name = (const char *)entry + 2 };
		size_t k = r->n_groups++;

		for (; k > 0 && r->groups[k - 1].number > g.number; k--)
			r->groups[k] = r->groups[k - 1];
		r->groups[k] = g;
	}
	return 0;
}

static void
name_columns(struct regex *r)
{
	for (size_t i = 0; i < r->n_groups; i++) {
		struct group *g = &r->groups[i];

		for (g->column = 0; g->column < r->n_columns; g->column++)
			if (strcmp(r->columns[g->column], g->name) == 0)
				break;
		if (g->column == r->n_columns)
			r->columns[r->n_columns++] = g->name;
	}
}

static int
prepare_match(struct regex *r, struct spt_err *e)
{
	struct spt_pcre2 *lib = &r->lib;

	r->data = lib->match_data_create_from_pattern(r->code, NULL);
	r->limits = lib->match_context_create(NULL);
	if (r->data == NULL || r->limits == NULL)
		return no_memory(e);
	lib->set_match_limit(r->limits, MATCH_LIMIT);
	lib->set_depth_limit(r->limits, DEPTH_LIMIT);
	lib->set_heap_limit(r->limits, HEAP_LIMIT);
	/* Without JIT (not built in, or forbidden to make code) it is slower,
	 * not different. */
	if (lib->jit_compile(r->code, PCRE2_JIT_COMPLETE) != 0)
		return 0;
	r->stack = lib->jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
	if (r->stack == NULL)
		return no_memory(e);
	lib->jit_stack_assign(r->limits, NULL, r->stack);
	return 0;
}

static void
close_regex(void *self)
{
	struct regex *r = self;

	if (r == NULL)
		return;
	if (r->lib.library != NULL) {
		r->lib.match_data_free(r->data);
		r->lib.match_context_free(r->limits);
		r->lib.jit_stack_free(r->stack);
		r->lib.code_free(r->code);
	}
	spt__pcre2_unload(&r->lib);
	spt_free(r->io, r->groups);
	spt_free(r->io, r->columns);
	spt_free(r->io, r);
}

static int
open_regex(void **self, const struct spt_io *io,
    const struct spt_decode_conf *conf, struct spt_err *e)
{
	struct regex *r;

	if (conf->pattern == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "the format regex needs a pattern (-p or -P)");
	r = spt_alloc_zero(io, sizeof *r, e);
	if (r == NULL)
		return -1;
	r->io = io;
	r->skips = conf->pattern_skips;
	if (spt__pcre2_load(&r->lib, e) < 0 ||
	    compile(r, conf->pattern, e) < 0 || read_groups(r, e) < 0 ||
	    prepare_match(r, e) < 0) {
		close_regex(r);
		return -1;
	}
	name_columns(r);
	*self = r;
	return 0;
}

static size_t
count_columns(void *self)
{
	const struct regex *r = self;

	return r->n_columns;
}

static const char *
name_column(void *self, size_t i)
{
	const struct regex *r = self;

	return r->columns[i];
}

/* A match that failed, for whatever reason. */
static int
refuse(const struct regex *r, int rc, struct spt_err *why)
{
	PCRE2_UCHAR text[256] = "";

	switch (rc) {
	case PCRE2_ERROR_NOMATCH:
		return r->skips ? 0
				: spt_fail(why, SPT_EDATA,
				      "does not match the pattern");
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
		return spt_fail(why, SPT_EDATA,
		    "match limit exceeded: the pattern can match this line in "
		    "too many ways");
	case PCRE2_ERROR_NOMEMORY:
		return no_memory(why);
	default:
		r->lib.get_error_message(rc, text, sizeof text);
		return spt_fail(
		    why, SPT_EDATA, "pattern: %s", (const char *)text);
	}
}

static int
match_line(void *self, const char *p, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	struct regex *r = self;
	PCRE2_SPTR line = (PCRE2_SPTR)(n == 0 ? "" : p);
	const PCRE2_SIZE *at;
	int rc;

	rc = r->lib.match(
	    r->code, line, n, 0, PCRE2_NO_UTF_CHECK, r->data, r->limits);
	/* The interpreter keeps its stack on the heap, which may be larger. */
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = r->lib.match(r->code, line, n, 0,
		    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, r->data, r->limits);
	if (rc < 0)
		return refuse(r, rc, why);
	at = r->lib.get_ovector_pointer(r->data);
	for (size_t i = 0; i < r->n_groups; i++) {
		const PCRE2_SIZE *g = at + 2 * (size_t)r->groups[i].number;
		struct spt_cell *cell = &c->v[r->groups[i].column];

		if (g[0] == PCRE2_UNSET || cell->kind != SPT_CELL_NULL)
			continue;
		cell->kind = SPT_CELL_TEXT;
		cell->p = (const char *)line + g[0];
		cell->n = g[1] - g[0];
	}
	return 1;
}

const struct spt_format spt_format_regex = {
	.name = "regex",
	.open = open_regex,
	.close = close_regex,
	.n_columns = count_columns,
	.column = name_column,
	.line = match_line,
};

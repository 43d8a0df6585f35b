/*
 * fuzz_expr - the compiler of smap: what its parser takes libjq takes too, and
 * what it compiles gives the rows that libjq gives.
 */
#include "tests/unit/map_harness.h"

#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

#define COLUMNS "i int, f float, s string, b bool, t timestamp"
#define MAX 400 /* bytes of program */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libjq 1.6 itself loses memory in ltrimstr and where startswith fails. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libjq";
}

static const char rows[] = "1|0.5|/a/b|t|1431857103123456\n"
			   "~|~|~|~|~\n"
			   "-7|nan|12|f|0\n"
			   "9007199254740993|-0.0|\xc3\xa9,b|t|-1\n"
			   "500|1e300||f|1500000000000000\n";

static int
skip_bad(void *ctx, const struct spt_map_bad *b, struct spt_err *e)
{
	(void)ctx;
	(void)b;
	(void)e;
	return 0;
}

/* What comes out, the caller's; *schema for -s. */
static char *
run(struct spt_map_conf *conf, char *schema, size_t size, bool *fast)
{
	struct spt_err e = { 0 };
	struct spt_buf spec;
	struct mapping m;
	char *out;
	int rc = mapping_open(&m, COLUMNS, true, conf);

	/* Whatever the parser takes is a right program. */
	HOLDS(rc == 0 || m.e.kind != SPT_EUSAGE);
	m.out.time = 1600000000000000;
	out = strdup(rc == 0 ? mapping_epoch(&m, rows) : "failed");
	HOLDS(out != NULL);
	spt_buf_init(&spec, spt_io_system());
	if (schema != NULL &&
	    spt_mapspec_print(&m.map.spec, -1, SPT_BOOL, &spec, &e) == 0)
		snprintf(schema, size, "%s", spt_buf_str(&spec, &e));
	*fast = m.map.fast_on;
	spt_buf_fini(&spec);
	mapping_close(&m);
	return out;
}

static void
compare(const char *program)
{
	struct spt_map_conf conf = { .program = program, .bad = skip_bad };
	char schema[8192], *fast, *slow;
	bool compiled, ignored;

	fast = run(&conf, schema, sizeof schema, &compiled);
	conf.by_rows = true;
	conf.schema = compiled ? schema : NULL;
	slow = run(&conf, NULL, 0, &ignored);
	HOLDS(!compiled || strcmp(fast, slow) == 0);
	free(fast);
	free(slow);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char program[MAX + 1], why[SPT_EXPR_WHY];
	struct spt_err e = { 0 };
	struct spt_arena arena;
	struct spt_tree *tree;
	int rc;

	if (size > MAX || memchr(data, '\0', size) != NULL)
		return 0;
	if (size != 0)
		memcpy(program, data, size);
	program[size] = '\0';
	spt_arena_init(&arena, spt_io_system());
	rc = spt_tree_parse(&tree, &arena, program, why, &e);
	HOLDS(rc == 1 || (rc == 0 && why[0] != '\0'));
	spt_arena_fini(&arena);
	if (rc == 1)
		compare(program);
	return 0;
}

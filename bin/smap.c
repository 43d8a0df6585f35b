/*
 * smap - rewrite, filter and split rows with a jq expression.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "bin/tool.h"
#include "expr/map.h"
#include "wire/in.h"

struct opts {
	const char *schema, *bad;
	bool same, explain;
};

static const struct spt_opt options[] = {
	{ 's', "schema", SPT_OPT_TEXT, offsetof(struct opts, schema), "SCHEMA",
	    "columns of the results: 'name type, ...'", NULL },
	{ 0, "same", SPT_OPT_FLAG, offsetof(struct opts, same), NULL,
	    "the results have the columns of the input", NULL },
	{ 'b', "bad", SPT_OPT_FILE, offsetof(struct opts, bad),
	    "stop|skip|FILE",
	    "bad records: stop (default), skip, or keep in FILE", NULL },
	{ 0, "explain", SPT_OPT_FLAG, offsetof(struct opts, explain), NULL,
	    "say what is compiled and what the columns are, and exit", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "smap",
	.line = "rewrite, filter and split rows with a jq expression",
	.operands = "EXPRESSION",
	.example = "sread access.log | smap 'select(.status >= 500) | "
		   "{path, kb: (.bytes / 1024)}' | swrite",
	.options = options,
	.min_operands = 1,
	.max_operands = 1,
	.stateful = true,
};

/* ---- bad records ------------------------------------------------------- */

static int
skip_bad(void *ctx, const struct spt_map_bad *b, struct spt_err *e)
{
	(void)ctx;
	(void)b;
	(void)e;
	return 0;
}

static int
set_bad(const char *how, struct spt_map_conf *conf, struct spt_run *run,
    struct spt_err *e)
{
	if (how == NULL || strcmp(how, "stop") == 0)
		return 0;
	if (strcmp(how, "-") == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "-b -: standard output is the stream of results: name a "
		    "file");
	if (strcmp(how, "skip") == 0) {
		conf->bad = skip_bad;
		return 0;
	}
	run->side = how;
	run->side_format = "ndjson";
	return 0;
}

/* ---- the process ------------------------------------------------------- */

/* libjq would abort.  Nothing may be allocated here. */
static void
no_memory(void *ctx)
{
	static const char text[] = "smap: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);

	(void)ctx;
	(void)ignored;
	_exit(SPT_ESYSTEM);
}

/* What libjq would read behind the program's back: ~/.jq, the zone. */
static void
hide_environment(void)
{
	unsetenv("HOME");
	setenv("TZ", "UTC0", 1);
	tzset();
}

/* The options as JSON, for the plan. */
static int
describe(const struct spt_map_conf *c, struct spt_buf *out, struct spt_err *e)
{
	if (spt_buf_puts(out, "{\"expression\":", e) < 0 ||
	    spt_json_put_string(out, c->program, strlen(c->program), e) < 0)
		return -1;
	if (c->schema != NULL &&
	    (spt_buf_puts(out, ",\"schema\":", e) < 0 ||
		spt_json_put_string(out, c->schema, strlen(c->schema), e) < 0))
		return -1;
	return spt_buf_puts(out, c->same ? ",\"same\":true}" : "}", e);
}

/* --explain: no row is read. */
static int
explain(struct spt_map *map, const struct spt_run *run)
{
	const struct spt_schema *schema;
	struct spt_in *in = NULL;
	struct spt_err e = { 0 };
	struct spt_buf text;

	spt_buf_init(&text, run->io);
	if (isatty(STDIN_FILENO))
		spt_fail(&e, SPT_EUSAGE,
		    "standard input is a terminal, not a stream: sread FILE | "
		    "smap --explain ...");
	else if (spt_in_open(
		     &in, run->io, STDIN_FILENO, "standard input", &e) == 0 &&
		 spt_in_get_schema(in, &schema, &e) >= 0 &&
		 spt_map_explain(map, schema, &text, &e) == 0)
		(void)!spt_io_write(run->io, STDOUT_FILENO, text.data, text.len,
		    "standard output", &e);
	spt_map_fini(map);
	if (in != NULL)
		spt_in_close(in);
	spt_buf_fini(&text);
	return spt_tool_finish(run, &e);
}

int
main(int argc, char *argv[])
{
	struct opts o = { 0 };
	struct spt_map_conf conf = { .nomem = no_memory };
	struct spt_err e = { 0 };
	struct spt_buf args;
	struct spt_run run;
	struct spt_map map;
	const char *text;
	int status;

	spt_tool_start(&run, &tool, &o, argc, argv);
	hide_environment();
	spt_buf_init(&args, run.io);
	conf.program = run.operands[0];
	conf.schema = o.schema;
	conf.same = o.same;
	if (set_bad(o.bad, &conf, &run, &e) < 0 ||
	    describe(&conf, &args, &e) < 0 ||
	    (text = spt_buf_str(&args, &e)) == NULL ||
	    spt_map_init(&map, run.io, &conf, &e) < 0)
		status = spt_tool_finish(&run, &e);
	else if (o.explain)
		status = explain(&map, &run);
	else
		status = spt_tool_stage(&run, &spt_map_stage, &map, text);
	spt_buf_fini(&args);
	return status;
}

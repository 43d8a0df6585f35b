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
#include "sink/sink.h"

struct opts {
	const char *schema, *bad;
	bool same;
};

static const struct spt_opt options[] = {
	{ 's', "schema", SPT_OPT_TEXT, offsetof(struct opts, schema), "SCHEMA",
	    "columns of the results: 'name type, ...'", NULL },
	{ 0, "same", SPT_OPT_FLAG, offsetof(struct opts, same), NULL,
	    "the results have the columns of the input", NULL },
	{ 'b', "bad", SPT_OPT_FILE, offsetof(struct opts, bad),
	    "stop|skip|FILE",
	    "bad records: stop (default), skip, or keep in FILE", NULL },
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

/* A line of JSON with the keys that sread has too; text is the row. */
static int
keep_bad(void *ctx, const struct spt_map_bad *b, struct spt_err *e)
{
	struct spt_sink *sink = ctx;
	struct spt_buf line;
	int rc = -1;

	spt_buf_init(&line, spt_io_system());
	if (spt_buf_printf(&line, e, "{\"epoch\":%lld,\"row\":%lld,\"reason\":",
		(long long)b->epoch, (long long)b->row) == 0 &&
	    spt_json_put_string(&line, b->reason, strlen(b->reason), e) == 0 &&
	    spt_buf_puts(&line, ",\"text\":", e) == 0 &&
	    spt_json_put_string(&line, b->json, b->n, e) == 0 &&
	    spt_buf_puts(&line, "}\n", e) == 0)
		rc = sink->ops->write(sink, line.data, line.len, e);
	spt_buf_fini(&line);
	return rc;
}

static int
open_bad(const char *how, const struct spt_io *io, struct spt_sink **sink,
    struct spt_map_conf *conf, struct spt_err *e)
{
	if (how == NULL || strcmp(how, "stop") == 0)
		return 0;
	conf->bad = skip_bad;
	if (strcmp(how, "skip") == 0)
		return 0;
	if (spt_sink_file(sink, io, how, false, e) < 0)
		return -1;
	conf->bad = keep_bad;
	conf->ctx = *sink;
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

int
main(int argc, char *argv[])
{
	struct opts o = { 0 };
	struct spt_map_conf conf = { .nomem = no_memory };
	struct spt_sink *sink = NULL;
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
	if (describe(&conf, &args, &e) < 0 ||
	    (text = spt_buf_str(&args, &e)) == NULL ||
	    spt_map_init(&map, run.io, &conf, &e) < 0) {
		status = spt_tool_finish(&run, &e);
	} else if (open_bad(o.bad, run.io, &sink, &map.conf, &e) < 0) {
		spt_map_fini(&map);
		status = spt_tool_finish(&run, &e);
	} else {
		status = spt_tool_stage(&run, &spt_map_stage, &map, text);
		if (status == 0 && sink != NULL && sink->ops->end(sink, &e) < 0)
			status = spt_tool_finish(&run, &e);
	}
	if (sink != NULL)
		sink->ops->close(sink);
	spt_buf_fini(&args);
	return status;
}

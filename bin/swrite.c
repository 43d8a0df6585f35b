/*
 * swrite - write the rows of a stream as text, as a table, or as a stream.
 */
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "bin/terminal.h"
#include "bin/tool.h"
#include "egress/commits.h"

struct opts {
	const char *format, *sort, *tz;
	int64_t rows, roll;
	bool append, gzip, barriers;
};

#define AT(field) offsetof(struct opts, field)

static const struct spt_opt options[] = {
	{ 'f', "format", SPT_OPT_CHOICE, AT(format), "FORMAT",
	    "default: by the name of FILE, else csv, or table on a terminal",
	    "csv,tsv,ndjson,table,arrow" },
	{ 'a', "append", SPT_OPT_FLAG, AT(append), NULL,
	    "add to FILE, do not replace it", NULL },
	{ 'z', "gzip", SPT_OPT_FLAG, AT(gzip), NULL,
	    "compress files, parts and standard output", NULL },
	{ 0, "roll", SPT_OPT_SIZE, AT(roll), "SIZE",
	    "in DIR/, begin a new part when one has this size", NULL },
	{ 'n', "rows", SPT_OPT_COUNT, AT(rows), "ROWS",
	    "write so many rows (complete mode: of each epoch)", NULL },
	{ 0, "sort", SPT_OPT_TEXT, AT(sort), "[-]COLUMN,...",
	    "sort input that ends, or each epoch in complete mode", NULL },
	{ 0, "tz", SPT_OPT_TEXT, AT(tz), "ZONE",
	    "print times in this zone (default UTC)", NULL },
	{ 0, "barriers", SPT_OPT_FLAG, AT(barriers), NULL,
	    "add a line for each epoch, for tests", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "swrite",
	.line = "write the rows of a stream as text, as a table, or as a "
		"stream",
	.operands = "[FILE | DIR/ | sqlite:FILE?table=NAME | -]...",
	.example = "sread access.log | swindow -k status count | "
		   "swrite --sort -count -n 10",
	.options = options,
	.max_operands = -1,
	.file_operands = true,
};

/* ---- the stage: rows as they are -------------------------------------------
 */

static int
open_(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	(void)self;
	(void)n_in;
	return spt_emit_schema(out, SPT_STREAM, in[0], e);
}

static int
batch(void *self, int input, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	(void)self;
	(void)input;
	return spt_emit_batch(out, SPT_STREAM, b, e);
}

static const struct spt_stage stage = {
	.name = "swrite",
	.min_inputs = 1,
	.max_inputs = 1,
	.open = open_,
	.batch = batch,
};

/* ---- the program ------------------------------------------------------------
 */

/* The options as JSON text for the plan: those that change rows. */
static int
describe(const struct opts *o, struct spt_buf *args, struct spt_err *e)
{
	if (spt_buf_puts(args, "{\"sort\":", e) < 0)
		return -1;
	if (o->sort == NULL
		? spt_buf_puts(args, "null", e) < 0
		: spt_json_put_string(args, o->sort, strlen(o->sort), e) < 0)
		return -1;
	if (spt_buf_printf(args, e, ",\"rows\":%lld}", (long long)o->rows) < 0)
		return -1;
	return spt_buf_str(args, e) != NULL ? 0 : -1;
}

static int
run_stage(struct spt_run *run, const struct spt_egress_conf *conf,
    const char *args, struct spt_err *e)
{
	struct spt_loop l = {
		.io = run->io,
		.stage = &stage,
		.id = run->id,
		.args = args,
		.in = { { STDIN_FILENO, "standard input" } },
		.n_in = 1,
		.signals = run->signals,
		.say = spt_tool_say,
		.say_ctx = run,
	};

	if (isatty(STDIN_FILENO))
		return spt_fail(e, SPT_EUSAGE,
		    "standard input is a terminal, not a stream: "
		    "sread FILE | swrite ...");
	if (spt_egress_open(&l.out[SPT_STREAM], run->io, conf, e) < 0)
		return -1;
	return spt_loop_run(&l, e);
}

static void
set_conf(struct spt_egress_conf *conf, const struct opts *o,
    struct spt_run *run, const struct spt_tz *tz)
{
	spt_terminal_conf(conf, STDOUT_FILENO);
	conf->format = o->format;
	conf->append = o->append;
	conf->limit = o->rows;
	conf->sort = o->sort;
	conf->barriers = o->barriers;
	conf->tz = tz;
	conf->gzip = o->gzip;
	conf->roll = o->roll;
	conf->say = spt_tool_say;
	conf->say_ctx = run;
	conf->sinks = (const char *const *)run->operands;
	conf->n_sinks = (size_t)run->n_operands;
}

int
main(int argc, char *argv[])
{
	struct opts o = { .rows = -1 };
	struct spt_egress_conf conf;
	struct spt_commits commits = { 0 };
	struct spt_tz *tz = NULL;
	struct spt_err e = { 0 };
	struct spt_run run;
	struct spt_buf args;
	int rc = 0;

	spt_tool_start(&run, &tool, &o, argc, argv);
	spt_buf_init(&args, run.io);
	if (o.tz != NULL && spt_tz_open(&tz, run.io, o.tz, &e) < 0)
		rc = spt_err_where(&e, "--tz");
	set_conf(&conf, &o, &run, tz);
	if (rc == 0)
		rc = spt_commits_open(&commits, run.io, &e);
	conf.commits = &commits;
	if (rc == 0)
		rc = describe(&o, &args, &e);
	if (rc == 0)
		rc = run_stage(&run, &conf, (const char *)args.data, &e);
	spt_commits_close(&commits);
	spt_buf_fini(&args);
	spt_tz_free(tz);
	return spt_tool_finish(&run, &e);
}

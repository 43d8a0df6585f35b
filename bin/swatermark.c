/*
 * swatermark - say which column is event time, and how late rows may be
 */
#include "base/json.h"
#include "base/time.h"
#include "bin/tool.h"
#include "window/watermark.h"

struct opts {
	int64_t idle, ahead;
	const char *bad;
};

static const struct spt_opt options[] = {
	{ 0, "idle", SPT_OPT_DURATION, offsetof(struct opts, idle), "DURATION",
	    "move on by the clock after a silence this long", NULL },
	{ 0, "max-ahead", SPT_OPT_DURATION, offsetof(struct opts, ahead),
	    "DURATION", "refuse rows further ahead of the clock", NULL },
	{ 'b', "bad", SPT_OPT_CHOICE, offsetof(struct opts, bad), "ACTION",
	    "what to do with such rows", "stop,skip" },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "swatermark",
	.line = "say which column is event time, and how late rows may be",
	.operands = "COLUMN [DELAY]",
	.example = "sread access.log | swatermark time 10m | "
		   "swindow -w 1h count | swrite",
	.options = options,
	.min_operands = 1,
	.max_operands = 2,
	.stateful = true,
};

static int
put_duration(
    struct spt_buf *out, const char *name, int64_t us, struct spt_err *e)
{
	char text[SPT_DURATION_TEXT];

	if (us < 0)
		return 0;
	spt_duration_print(text, us);
	return spt_buf_printf(out, e, ",\"%s\":\"%s\"", name, text);
}

/* What spate:plan says of this stage. */
static int
describe(
    struct spt_buf *out, const struct spt_watermark_conf *c, struct spt_err *e)
{
	if (spt_buf_puts(out, "{\"column\":", e) < 0 ||
	    spt_json_put_string(out, c->column, strlen(c->column), e) < 0 ||
	    put_duration(out, "delay", c->delay, e) < 0 ||
	    put_duration(out, "idle", c->idle, e) < 0 ||
	    put_duration(out, "max_ahead", c->ahead, e) < 0 ||
	    (c->skip && spt_buf_puts(out, ",\"bad\":\"skip\"", e) < 0))
		return -1;
	return spt_buf_putc(out, '}', e);
}

/* What the command line asks for. */
static int
configure(struct spt_watermark_conf *c, const struct opts *o,
    const struct spt_run *run, struct spt_err *e)
{
	*c = (struct spt_watermark_conf){ .column = run->operands[0],
		.idle = o->idle,
		.ahead = o->ahead,
		.skip = o->bad != NULL && strcmp(o->bad, "skip") == 0 };
	if (o->bad != NULL && o->ahead < 0)
		return spt_fail(e, SPT_EUSAGE,
		    "-b is about rows that --max-ahead refuses: say how far "
		    "ahead a row may be");
	if (run->n_operands < 2)
		return 0;
	return spt_duration_parse(run->operands[1], false, &c->delay, e);
}

int
main(int argc, char *argv[])
{
	struct opts o = { .idle = -1, .ahead = -1 };
	struct spt_watermark_conf conf;
	struct spt_watermark *stage;
	struct spt_err e = { 0 };
	struct spt_buf args;
	struct spt_run run;
	int status;

	spt_tool_start(&run, &tool, &o, argc, argv);
	spt_buf_init(&args, run.io);
	if (configure(&conf, &o, &run, &e) < 0 ||
	    describe(&args, &conf, &e) < 0 ||
	    spt_watermark_new(&stage, run.io, &conf, &e) < 0)
		status = spt_tool_finish(&run, &e);
	else
		status = spt_tool_stage(
		    &run, &spt_watermark_stage, stage, spt_buf_str(&args, &e));
	spt_buf_fini(&args);
	return status;
}

/*
 * swatermark - say which column is event time, and how late rows may be
 */
#include "base/json.h"
#include "base/time.h"
#include "bin/tool.h"
#include "window/watermark.h"

static const struct spt_opt options[] = {
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
};

/* What spate:plan says of this stage. */
static int
describe(
    struct spt_buf *out, const char *column, int64_t delay, struct spt_err *e)
{
	char text[SPT_DURATION_TEXT];

	spt_duration_print(text, delay);
	if (spt_buf_puts(out, "{\"column\":", e) < 0 ||
	    spt_json_put_string(out, column, strlen(column), e) < 0 ||
	    spt_buf_puts(out, ",\"delay\":", e) < 0 ||
	    spt_json_put_string(out, text, strlen(text), e) < 0)
		return -1;
	return spt_buf_putc(out, '}', e);
}

int
main(int argc, char *argv[])
{
	struct spt_watermark *stage;
	struct spt_err e = { 0 };
	struct spt_buf args;
	struct spt_run run;
	int64_t delay = 0;
	int status;

	spt_tool_start(&run, &tool, NULL, argc, argv);
	spt_buf_init(&args, run.io);
	if ((run.n_operands > 1 &&
		spt_duration_parse(run.operands[1], false, &delay, &e) < 0) ||
	    describe(&args, run.operands[0], delay, &e) < 0 ||
	    spt_watermark_new(&stage, run.io, run.operands[0], delay, &e) < 0)
		status = spt_tool_finish(&run, &e);
	else
		status = spt_tool_stage(
		    &run, &spt_watermark_stage, stage, spt_buf_str(&args, &e));
	spt_buf_fini(&args);
	return status;
}

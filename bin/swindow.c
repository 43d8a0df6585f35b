/*
 * swindow - group rows by windows of time and by keys, and aggregate them
 */
#include "base/json.h"
#include "base/time.h"
#include "bin/tool.h"
#include "window/window.h"

struct opts {
	const char *window, *keys, *time, *mode, *late, *accuracy;
	int64_t offset, max_groups, max_memory;
	bool partial, merge;
};

static const struct spt_opt options[] = {
	{ 'w', "window", SPT_OPT_TEXT, offsetof(struct opts, window),
	    "SIZE[/SLIDE]",
	    "windows of this length each slide; gap:D: sessions", NULL },
	{ 0, "offset", SPT_OPT_OFFSET, offsetof(struct opts, offset), "D",
	    "move the starts of windows by this much", NULL },
	{ 'k', "keys", SPT_OPT_TEXT, offsetof(struct opts, keys), "COLUMNS",
	    "group by these columns too", NULL },
	{ 'g', "group", SPT_OPT_TEXT, offsetof(struct opts, keys), "COLUMNS",
	    "the same", NULL },
	{ 't', "time", SPT_OPT_TEXT, offsetof(struct opts, time), "COLUMN",
	    "the time of windows, where no swatermark says it", NULL },
	{ 'm', "mode", SPT_OPT_CHOICE, offsetof(struct opts, mode), "MODE",
	    "results once closed, as they change, or all",
	    "append,update,complete" },
	{ 0, "late", SPT_OPT_FILE, offsetof(struct opts, late), "FILE",
	    "keep late rows there, as a stream", NULL },
	{ 0, "partial", SPT_OPT_FLAG, offsetof(struct opts, partial), NULL,
	    "write states that can be merged, not results", NULL },
	{ 0, "merge", SPT_OPT_FLAG, offsetof(struct opts, merge), NULL,
	    "merge such states; windows and keys are theirs", NULL },
	{ 0, "accuracy", SPT_OPT_TEXT, offsetof(struct opts, accuracy),
	    "FRACTION", "relative error of quantiles, default 0.01", NULL },
	{ 0, "max-groups", SPT_OPT_COUNT, offsetof(struct opts, max_groups),
	    "N", "stop with status 3 when more are open", NULL },
	{ 0, "max-memory", SPT_OPT_SIZE, offsetof(struct opts, max_memory),
	    "SIZE", "stop with status 3 when groups need more", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "swindow",
	.line = "group rows by windows of time and by keys, and aggregate them",
	.operands = "[NAME=]AGGREGATE[:COLUMN[:ARGUMENT]]...",
	.example = "sread access.log | swindow -w 10m -k status count "
		   "sum:bytes | swrite",
	.options = options,
	.min_operands = 0,
	.max_operands = -1,
	.stateful = true,
};

static int
put_text(
    struct spt_buf *out, const char *name, const char *text, struct spt_err *e)
{
	if (text == NULL)
		return 0;
	if (spt_buf_printf(out, e, "\"%s\":", name) < 0 ||
	    spt_json_put_string(out, text, strlen(text), e) < 0)
		return -1;
	return spt_buf_putc(out, ',', e);
}

/* What spate:plan says of this stage. */
static int
describe(struct spt_buf *out, const struct opts *o, const struct spt_run *run,
    struct spt_err *e)
{
	char offset[SPT_DURATION_TEXT];

	spt_duration_print(offset, o->offset);
	if (spt_buf_putc(out, '{', e) < 0 ||
	    put_text(out, "window", o->window, e) < 0 ||
	    put_text(out, "offset", o->offset != 0 ? offset : NULL, e) < 0 ||
	    put_text(out, "keys", o->keys, e) < 0 ||
	    put_text(out, "time", o->time, e) < 0 ||
	    put_text(out, "mode", o->mode, e) < 0 ||
	    put_text(out, "accuracy", o->accuracy, e) < 0 ||
	    (o->partial && spt_buf_puts(out, "\"partial\":true,", e) < 0) ||
	    (o->merge && spt_buf_puts(out, "\"merge\":true,", e) < 0) ||
	    spt_buf_puts(out, "\"aggregates\":[", e) < 0)
		return -1;
	for (int i = 0; i < run->n_operands; i++) {
		const char *a = run->operands[i];

		if ((i != 0 && spt_buf_putc(out, ',', e) < 0) ||
		    spt_json_put_string(out, a, strlen(a), e) < 0)
			return -1;
	}
	return spt_buf_puts(out, "]}", e);
}

int
main(int argc, char *argv[])
{
	struct opts o = { .mode = "append" };
	struct spt_window_conf conf;
	struct spt_window *stage;
	struct spt_err e = { 0 };
	struct spt_buf args;
	struct spt_run run;
	int status;

	spt_tool_start(&run, &tool, &o, argc, argv);
	conf = (struct spt_window_conf){ .window = o.window,
		.offset = o.offset,
		.keys = o.keys,
		.time = o.time,
		.mode = o.mode,
		.aggs = run.operands,
		.n_aggs = run.n_operands,
		.accuracy = o.accuracy,
		.partial = o.partial,
		.merge = o.merge,
		.verbose = run.verbose && !run.quiet,
		.max_groups = o.max_groups,
		.max_memory = o.max_memory };
	run.side = o.late;
	spt_buf_init(&args, run.io);
	if (o.late != NULL && strcmp(o.late, "-") == 0)
		spt_fail(&e, SPT_EUSAGE,
		    "--late -: standard output is the stream of results: "
		    "name a file");
	if (e.kind != SPT_OK || describe(&args, &o, &run, &e) < 0 ||
	    spt_window_new(&stage, run.io, &conf, &e) < 0)
		status = spt_tool_finish(&run, &e);
	else
		status = spt_tool_stage(
		    &run, &spt_window_stage, stage, spt_buf_str(&args, &e));
	spt_buf_fini(&args);
	return status;
}

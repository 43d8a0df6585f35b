/*
 * sread - read sources, parse them into typed rows, and cut them into epochs.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "bin/tool.h"
#include "ingest/ingest.h"

#define MAX_JOBS 64
#define EPOCH_BYTES (INT64_C(256) << 20) /* under a checkpoint */

struct opts {
	const char *format, *schema, *columns, *match, *match_some, *bad;
	const char *delimiter, *tz, *mark, *checkpoint;
	int64_t rows, year, max_record, jobs;
	int64_t every, tick, epoch_rows, epoch_size, epoch_files;
	bool no_header, print_schema, follow, final, no_wait, spool;
};

#define AT(field) offsetof(struct opts, field)

static const struct spt_opt options[] = {
	{ 'f', "format", SPT_OPT_CHOICE, AT(format), "FORMAT",
	    "what the sources are",
	    "csv,tsv,ndjson,clf,combined,logfmt,syslog,lines,regex,arrow" },
	{ 's', "schema", SPT_OPT_TEXT, AT(schema), "SCHEMA",
	    "types of columns: 'name type, ...'", NULL },
	{ 'c', "columns", SPT_OPT_TEXT, AT(columns), "COLUMNS",
	    "keep these columns, in this order", NULL },
	{ 'p', "pattern", SPT_OPT_TEXT, AT(match), "PATTERN",
	    "regex: named groups are columns, each line must match", NULL },
	{ 'P', "pattern-some", SPT_OPT_TEXT, AT(match_some), "PATTERN",
	    "regex: the same, lines that do not match are not rows", NULL },
	{ 'b', "bad", SPT_OPT_FILE, AT(bad), "stop|skip|FILE",
	    "bad records: stop (default), skip, or keep in FILE", NULL },
	{ 'F', "follow", SPT_OPT_FLAG, AT(follow), NULL,
	    "read on as files grow, are rotated, or appear", NULL },
	{ 'C', "checkpoint", SPT_OPT_FILE, AT(checkpoint), "DIR",
	    "go on where the last run has ended, exactly once", NULL },
	{ 0, "final", SPT_OPT_FLAG, AT(final), NULL,
	    "with -C: the input is over at its end, for good", NULL },
	{ 0, "no-wait", SPT_OPT_FLAG, AT(no_wait), NULL,
	    "with -C: do not wait for stages of an older run", NULL },
	{ 0, "spool", SPT_OPT_FLAG, AT(spool), NULL,
	    "with -C: keep what is read of files that may vanish", NULL },
	{ 'n', "rows", SPT_OPT_COUNT, AT(rows), "ROWS",
	    "stop after so many rows", NULL },
	{ 'j', "jobs", SPT_OPT_COUNT, AT(jobs), "N",
	    "parse with N threads (default 2)", NULL },
	{ 'd', "delimiter", SPT_OPT_TEXT, AT(delimiter), "CHAR",
	    "csv: what separates fields", NULL },
	{ 0, "no-header", SPT_OPT_FLAG, AT(no_header), NULL,
	    "csv, tsv: the first record is a row; columns c1, c2, ...", NULL },
	{ 0, "tz", SPT_OPT_TEXT, AT(tz), "ZONE",
	    "zone of times that have none (default UTC)", NULL },
	{ 0, "year", SPT_OPT_COUNT, AT(year), "Y",
	    "year of times that have none", NULL },
	{ 0, "max-record", SPT_OPT_SIZE, AT(max_record), "SIZE",
	    "a longer record is bad (default 1M)", NULL },
	{ 0, "print-schema", SPT_OPT_FLAG, AT(print_schema), NULL,
	    "print the text for -s and exit", NULL },
	{ 0, "every", SPT_OPT_DURATION, AT(every), "DURATION",
	    "close an epoch so often, if it has rows (with -F: 1s)", NULL },
	{ 0, "tick", SPT_OPT_DURATION, AT(tick), "DURATION",
	    "with --every: an empty epoch so often (default 10s)", NULL },
	{ 0, "epoch-rows", SPT_OPT_COUNT, AT(epoch_rows), "N",
	    "close an epoch after N rows", NULL },
	{ 0, "epoch-size", SPT_OPT_SIZE, AT(epoch_size), "SIZE",
	    "close an epoch after so many bytes of input", NULL },
	{ 0, "epoch-files", SPT_OPT_COUNT, AT(epoch_files), "N",
	    "close an epoch after N files", NULL },
	{ 0, "epoch-mark", SPT_OPT_TEXT, AT(mark), "LINE",
	    "a line that is no row but closes an epoch", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "sread",
	.line = "read sources, parse them into typed rows, cut them into "
		"epochs",
	.operands = "[SOURCE...]",
	.example = "sread -f combined access.log | swindow -k status count | "
		   "swrite",
	.options = options,
	.max_operands = -1,
	.file_operands = true,
};

static bool shown; /* a line of progress is on the terminal */

/* One line that is written over and over. */
static void
show_progress(void *run_, const struct spt_ingest_progress *p)
{
	const struct spt_run *run = run_;
	char bytes[SPT_NUMBER_TEXT], left[64] = "";
	double seconds = (double)p->elapsed / 1e9;

	if (run->quiet || seconds < 2)
		return;
	shown = true;
	spt_size_print(bytes, (int64_t)p->bytes);
	if (p->total > 0 && p->bytes > 0)
		snprintf(left, sizeof left, ", %d%%, %.0f s left",
		    (int)(100 * p->bytes / (uint64_t)p->total),
		    seconds * (double)p->total / (double)p->bytes - seconds);
	/* The cursor waits at its start: what others print goes over it. */
	fprintf(stderr, "%s: %s, %lld rows, %.0f rows/s%s\033[K\r", p->file,
	    bytes, (long long)p->rows, (double)p->rows / seconds, left);
}

static int
set_delimiter(const char *text, char *delimiter, struct spt_err *e)
{
	if (text == NULL)
		return 0;
	if (strcmp(text, "\\t") == 0 || strcmp(text, "tab") == 0)
		text = "\t";
	if (strlen(text) != 1 || strchr("\"\r\n", *text) != NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "-d: \"%s\": one byte that is no quote and no line end",
		    text);
	*delimiter = *text;
	return 0;
}

static int
set_pattern(const struct opts *o, struct spt_decode_conf *d, struct spt_err *e)
{
	const char *p = o->match != NULL ? o->match : o->match_some;

	if (o->match != NULL && o->match_some != NULL)
		return spt_fail(e, SPT_EUSAGE, "-p or -P, not both");
	if (p != NULL && d->format == NULL)
		d->format = "regex";
	if (p != NULL && strcmp(d->format, "regex") != 0)
		return spt_fail(e, SPT_EUSAGE,
		    "-%c is for -f regex, not for -f %s",
		    o->match != NULL ? 'p' : 'P', d->format);
	d->pattern = p;
	d->pattern_skips = o->match_some != NULL;
	return 0;
}

static int
print_schema(const struct spt_run *run, const struct spt_ingest_conf *conf,
    struct spt_err *e)
{
	struct spt_buf text;
	int rc;

	spt_buf_init(&text, run->io);
	rc = spt_ingest_print_schema(conf, run->io, &text, e);
	if (rc == 0)
		rc = spt_buf_putc(&text, '\n', e);
	if (rc == 0)
		rc = spt_io_write(run->io, STDOUT_FILENO, text.data, text.len,
		    "standard output", e);
	spt_buf_fini(&text);
	return rc;
}

static int
put_text(
    struct spt_buf *b, const char *name, const char *value, struct spt_err *e)
{
	if (value == NULL)
		return 0;
	if (spt_buf_printf(b, e, "%s\"%s\":", b->len > 1 ? "," : "", name) < 0)
		return -1;
	return spt_json_put_string(b, value, strlen(value), e);
}

static int
put_number(
    struct spt_buf *b, const char *name, int64_t value, struct spt_err *e)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", (long long)value);
	return value != 0 ? put_text(b, name, text, e) : 0;
}

/* The options that change what a row is, as JSON.  NULL: *e. */
static const char *
describe(const struct opts *o, struct spt_buf *b, struct spt_err *e)
{
	if (spt_buf_putc(b, '{', e) < 0 ||
	    put_text(b, "format", o->format, e) < 0 ||
	    put_text(b, "schema", o->schema, e) < 0 ||
	    put_text(b, "columns", o->columns, e) < 0 ||
	    put_text(b, "pattern", o->match, e) < 0 ||
	    put_text(b, "pattern-some", o->match_some, e) < 0 ||
	    put_text(b, "delimiter", o->delimiter, e) < 0 ||
	    put_text(b, "no-header", o->no_header ? "yes" : NULL, e) < 0 ||
	    put_text(b, "tz", o->tz, e) < 0 ||
	    put_number(b, "year", o->year, e) < 0 ||
	    put_number(b, "max-record", o->max_record, e) < 0 ||
	    put_text(b, "epoch-mark", o->mark, e) < 0 ||
	    spt_buf_putc(b, '}', e) < 0)
		return NULL;
	return spt_buf_str(b, e);
}

/* Options that go with others only. */
static int
check_checkpoint(const struct opts *o, struct spt_err *e)
{
	const char *alone = o->final     ? "--final"
			    : o->no_wait ? "--no-wait"
			    : o->spool   ? "--spool"
					 : NULL;

	if (alone != NULL && o->checkpoint == NULL)
		return spt_fail(
		    e, SPT_EUSAGE, "%s is for a checkpoint (-C DIR)", alone);
	if (o->final && o->follow)
		return spt_fail(e, SPT_EUSAGE,
		    "--final ends the input, -F never does: one of them");
	return 0;
}

/* A second thread pays where this is what a pipeline waits for, and costs
 * little where it is not; more of them are the user's to ask for. */
static int
default_jobs(void)
{
	cpu_set_t may;

	return sched_getaffinity(0, sizeof may, &may) == 0 &&
		       CPU_COUNT(&may) > 1
		   ? 2
		   : 1;
}

static int
set_conf(const struct opts *o, struct spt_run *run, struct spt_tz **tz,
    struct spt_ingest_conf *c, struct spt_err *e)
{
	struct spt_decode_conf *d = &c->decode;

	d->format = o->format;
	d->schema = o->schema;
	d->columns = o->columns;
	d->no_header = o->no_header;
	d->year = (int)o->year;
	d->max_record = o->max_record;
	if (o->year > 9999)
		return spt_fail(e, SPT_EUSAGE, "--year: 1 to 9999");
	if (o->bad != NULL && strcmp(o->bad, "-") == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "-b -: standard output is the stream of rows: name a "
		    "file, or skip");
	if (o->jobs > MAX_JOBS)
		return spt_fail(e, SPT_EUSAGE, "-j: 1 to %d", MAX_JOBS);
	if (o->max_record > (1 << 30))
		return spt_fail(e, SPT_EUSAGE, "--max-record: at most 1G");
	if (set_delimiter(o->delimiter, &d->delimiter, e) < 0 ||
	    set_pattern(o, d, e) < 0 || check_checkpoint(o, e) < 0)
		return -1;
	if (o->tz != NULL && spt_tz_open(tz, run->io, o->tz, e) < 0)
		return spt_err_where(e, "--tz");
	d->tz = *tz;
	c->sources = run->operands;
	c->n_sources = run->n_operands;
	c->bad = o->bad;
	c->rows = o->rows;
	c->jobs = o->jobs != 0 ? (int)o->jobs : default_jobs();
	c->follow = o->follow;
	c->checkpoint = o->print_schema ? NULL : o->checkpoint;
	c->final = o->final;
	c->no_wait = o->no_wait;
	c->spool = o->spool;
	c->every = o->every >= 0 ? o->every : o->follow ? SPT_SECOND : 0;
	c->tick = o->tick;
	c->epoch_rows = o->epoch_rows;
	c->epoch_size = o->epoch_size >= 0      ? o->epoch_size
			: o->checkpoint != NULL ? EPOCH_BYTES
						: 0;
	c->epoch_files = o->epoch_files;
	c->epoch_mark = o->mark;
	c->id = run->id;
	c->signals = run->signals;
	c->watched = isatty(STDERR_FILENO) && !run->quiet;
	c->verbose = run->verbose;
	c->say = spt_tool_say;
	c->ctx = run;
	if (c->watched && !isatty(STDOUT_FILENO))
		c->progress = show_progress;
	return 0;
}

int
main(int argc, char *argv[])
{
	struct opts o = { .rows = -1,
		.every = -1,
		.epoch_size = -1,
		.tick = 10 * SPT_SECOND };
	struct spt_ingest_conf conf = { 0 };
	struct spt_tz *tz = NULL;
	struct spt_port *port;
	struct spt_err e = { 0 };
	struct spt_run run;
	struct spt_buf args;
	int rc;

	spt_tool_start(&run, &tool, &o, argc, argv);
	spt_buf_init(&args, run.io);
	conf.args = describe(&o, &args, &e);
	rc = conf.args != NULL ? set_conf(&o, &run, &tz, &conf, &e) : -1;
	if (rc == 0 && o.print_schema)
		rc = print_schema(&run, &conf, &e);
	else if (rc == 0)
		rc = spt_tool_stdout(&run, &port, &e);
	if (rc == 0 && !o.print_schema)
		rc = spt_ingest_run(&conf, run.io, port, &e);
	if (shown)
		fputs("\r\033[K", stderr);
	spt_buf_fini(&args);
	spt_tz_free(tz);
	return spt_tool_finish(&run, &e);
}

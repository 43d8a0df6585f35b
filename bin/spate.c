/*
 * spate - look after pipelines: what a checkpoint holds, and whether it is
 * sound.  Nothing here takes part in a run: status and doctor only read, while
 * others work, and say what they found at that moment.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bin/tool.h"
#include "ckpt/check.h"

#define WATCH_MS 1000 /* between two looks of --watch */

struct opts {
	const char *format;
	bool watch, repair;
};

#define AT(field) offsetof(struct opts, field)

static const struct spt_opt options[] = {
	{ 'f', "format", SPT_OPT_CHOICE, AT(format), "FORMAT",
	    "status: for people, or one object a look", "text,ndjson" },
	{ 0, "watch", SPT_OPT_FLAG, AT(watch), NULL,
	    "status: look again every second", NULL },
	{ 0, "repair", SPT_OPT_FLAG, AT(repair), NULL,
	    "doctor: remove what no restart needs", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_tool tool = {
	.name = "spate",
	.line = "look after pipelines: status and soundness of checkpoints",
	.operands = "status|doctor DIR",
	.example = "spate status jobs/clicks",
	.options = options,
	.min_operands = 2,
	.max_operands = 2,
	.file_operands = true,
};

/* ---- status -------------------------------------------------------------- */

/* One look: into the buffer, then out at once. */
static int
look(const struct spt_run *run, const struct opts *o, const char *dir,
    struct spt_buf *out, struct spt_err *e)
{
	bool json = o->format != NULL && strcmp(o->format, "text") != 0;

	out->len = 0;
	if (o->watch && !json && isatty(STDOUT_FILENO) &&
	    spt_buf_puts(out, "\033[H\033[2J", e) < 0)
		return -1;
	if (spt_ckpt_status(out, run->io, dir, json, e) < 0)
		return -1;
	return spt_io_write(
	    run->io, STDOUT_FILENO, out->data, out->len, "standard output", e);
}

static int
status(const struct spt_run *run, const struct opts *o, const char *dir,
    struct spt_err *e)
{
	struct pollfd p = { .fd = run->signals->wake_fd, .events = POLLIN };
	struct spt_buf out;
	int rc;

	spt_buf_init(&out, run->io);
	do {
		rc = look(run, o, dir, &out, e);
		if (rc == 0 && o->watch && run->signals->stops == 0)
			(void)run->io->poll(run->io, &p, 1, WATCH_MS);
	} while (rc == 0 && o->watch && run->signals->stops == 0);
	spt_buf_fini(&out);
	return rc;
}

/* ---- doctor -------------------------------------------------------------- */

struct visit {
	const struct spt_run *run;
	int harmless, repairable, broken;
	struct spt_buf out;
};

static int
tell(void *ctx, const struct spt_finding *f, struct spt_err *e)
{
	static const char *const words[] = { [SPT_HARMLESS] = "harmless",
		[SPT_REPAIRABLE] = "left over",
		[SPT_BROKEN] = "BROKEN" };
	struct visit *v = ctx;

	if (f->verdict == SPT_SPARE)
		return 0;
	v->harmless += f->verdict == SPT_HARMLESS;
	v->repairable += f->verdict == SPT_REPAIRABLE;
	v->broken += f->verdict == SPT_BROKEN;
	if (spt_buf_printf(&v->out, e, "%s: %s: ", words[f->verdict], f->file) <
	    0)
		return -1;
	if (f->byte >= 0 &&
	    spt_buf_printf(&v->out, e, "byte %lld: ", (long long)f->byte) < 0)
		return -1;
	if (spt_buf_puts(&v->out, f->what, e) < 0)
		return -1;
	if (f->advice != NULL && f->advice[0] != '\0' &&
	    spt_buf_printf(&v->out, e, " (%s)", f->advice) < 0)
		return -1;
	return spt_buf_putc(&v->out, '\n', e);
}

static int
conclude(struct visit *v, const char *dir, struct spt_err *e)
{
	if (v->harmless + v->repairable + v->broken == 0)
		return spt_buf_printf(&v->out, e, "%s: all is well\n", dir);
	return 0;
}

static int
doctor(const struct spt_run *run, const struct opts *o, const char *dir,
    struct spt_err *e)
{
	struct visit v = { .run = run };
	int removed = 0, rc = 0;

	spt_buf_init(&v.out, run->io);
	if (o->repair)
		rc = spt_ckpt_repair(run->io, dir, &removed, e);
	if (rc == 0 && removed != 0)
		rc = spt_buf_printf(&v.out, e, "removed %d file%s\n", removed,
		    removed == 1 ? "" : "s");
	if (rc == 0)
		rc = spt_ckpt_check(run->io, dir, tell, &v, e);
	if (rc == 0)
		rc = conclude(&v, dir, e);
	if (rc == 0)
		rc = spt_io_write(run->io, STDOUT_FILENO, v.out.data, v.out.len,
		    "standard output", e);
	spt_buf_fini(&v.out);
	if (rc == 0 && v.broken != 0)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: %d thing%s broken: the next run would be refused", dir,
		    v.broken, v.broken == 1 ? " is" : "s are");
	return rc;
}

int
main(int argc, char *argv[])
{
	struct opts o = { 0 };
	struct spt_err e = { 0 };
	struct spt_run run;
	const char *verb;

	spt_tool_start(&run, &tool, &o, argc, argv);
	verb = run.operands[0];
	if (strcmp(verb, "status") != 0 && strcmp(verb, "doctor") != 0)
		(void)!spt_fail(&e, SPT_EUSAGE,
		    "\"%s\": what to do? status or doctor", verb);
	else if (strcmp(verb, "status") == 0 && o.repair)
		(void)!spt_fail(&e, SPT_EUSAGE, "--repair is for doctor");
	else if (strcmp(verb, "doctor") == 0 && (o.watch || o.format != NULL))
		(void)!spt_fail(
		    &e, SPT_EUSAGE, "--watch and -f are for status");
	else if (strcmp(verb, "status") == 0)
		(void)!status(&run, &o, run.operands[1], &e);
	else
		(void)!doctor(&run, &o, run.operands[1], &e);
	return spt_tool_finish(&run, &e);
}

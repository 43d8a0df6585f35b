/*
 * spate - look after pipelines: what a checkpoint holds, and whether it is
 * sound.
 *
 * Nothing here takes part in a run: status and doctor only read, while others
 * work, and say what they found at that moment.  The figures of status come
 * from progress.ndjson, which swrite writes for people: a line that cannot be
 * read is passed over, and without the file there are simply no figures.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "bin/tool.h"
#include "ckpt/check.h"

#define RECENT 10           /* epochs that rates are taken over */
#define READ_MAX (32 << 20) /* of a file of progress; it is rotated at 10 M */
#define WATCH_MS 1000       /* between two looks of --watch */
#define MAX_STAGES 64       /* whose figures are kept apart */
#define NAME_MAX_ SPT_ID_MAX + 1

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

/* ---- progress.ndjson ------------------------------------------------------
 */

/* The figures of one stage: of the newest epoch, and added up. */
struct figures {
	char id[NAME_MAX_];
	int64_t rows_in, rows_out;
	int64_t late, bad, null_time; /* of all lines there are */
};

struct progress {
	bool any;
	int64_t epoch;
	spt_time time, committed, watermark; /* SPT_TIME_MIN: none */
	/* The last lines: rows that the first stage took, and when. */
	int64_t rows[RECENT];
	spt_time at[RECENT];
	int64_t lines;
	struct figures v[MAX_STAGES];
	size_t n;
};

/* The whole number behind "key": in a line; false: none. */
static bool
number(const char *line, const char *end, const char *key, int64_t *v)
{
	size_t n = strlen(key);

	for (const char *p = line; p + n + 4 < end; p++) {
		char *stop;

		if (*p != '"' || strncmp(p + 1, key, n) != 0 ||
		    p[n + 1] != '"' || p[n + 2] != ':')
			continue;
		errno = 0;
		*v = strtoll(p + n + 3, &stop, 10);
		return stop != p + n + 3 && stop <= end && errno == 0;
	}
	return false;
}

static struct figures *
find(struct progress *p, const char *id, size_t n)
{
	struct figures *f;

	for (size_t i = 0; i < p->n; i++)
		if (strlen(p->v[i].id) == n && memcmp(p->v[i].id, id, n) == 0)
			return &p->v[i];
	if (p->n == MAX_STAGES || n == 0 || n > SPT_ID_MAX)
		return NULL;
	f = &p->v[p->n++];
	memcpy(f->id, id, n);
	return f;
}

/* {"stage":"swindow-1","rows_in":..,..}: an object without objects in it. */
static void
take_stage(struct progress *p, const char *from, const char *end, bool first)
{
	static const char head[] = "{\"stage\":\"";
	const char *id = from + sizeof head - 1;
	const char *quote;
	struct figures *f;
	int64_t v;

	if ((size_t)(end - from) < sizeof head ||
	    strncmp(from, head, sizeof head - 1) != 0)
		return;
	quote = memchr(id, '"', (size_t)(end - id));
	if (quote == NULL || (f = find(p, id, (size_t)(quote - id))) == NULL)
		return;
	if (number(quote, end, "rows_in", &v))
		f->rows_in = v;
	if (number(quote, end, "rows_out", &v))
		f->rows_out = v;
	if (number(quote, end, "late", &v))
		f->late += v;
	if (number(quote, end, "bad", &v))
		f->bad += v;
	if (number(quote, end, "null_time", &v))
		f->null_time += v;
	if (first)
		p->rows[p->lines % RECENT] = f->rows_in;
}

static void
take_line(struct progress *p, const char *line, const char *end)
{
	static const char mark[] = "\"stages\":[";
	int64_t epoch, time, committed;
	const char *at;
	bool first = true;

	if (!number(line, end, "epoch", &epoch) ||
	    !number(line, end, "time", &time) ||
	    !number(line, end, "committed", &committed) || end[-1] != '}' ||
	    (at = memmem(line, (size_t)(end - line), mark, sizeof mark - 1)) ==
		NULL)
		return;
	p->any = true;
	p->epoch = epoch;
	p->time = time;
	p->committed = committed;
	p->watermark = SPT_TIME_MIN;
	if (!number(line, at, "watermark", &p->watermark))
		p->watermark = SPT_TIME_MIN;
	p->at[p->lines % RECENT] = committed;
	p->rows[p->lines % RECENT] = 0;
	for (at += sizeof mark - 1; at < end && *at == '{'; first = false) {
		const char *stop = memchr(at, '}', (size_t)(end - at));

		if (stop == NULL)
			break;
		take_stage(p, at, stop, first);
		at = stop + 1;
		at += at < end && *at == ',';
	}
	p->lines++;
}

/* All whole lines of a file; that there is none is fine. */
static int
read_progress(struct progress *p, const struct spt_ckpt *c, const char *name,
    struct spt_err *e)
{
	struct spt_buf path, text;
	const char *file;
	size_t got = 0, at = 0;
	int fd, rc = -1;

	spt_buf_init(&path, c->io);
	spt_buf_init(&text, c->io);
	if (spt_ckpt_path(c, &path, name, e) < 0 ||
	    (file = spt_buf_str(&path, e)) == NULL)
		goto done;
	fd = c->io->open(c->io, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0) {
		rc = errno == ENOENT ? 0 : spt_fail_errno(e, errno, "%s", file);
		goto done;
	}
	do {
		if ((rc = spt_buf_reserve(&text, 65536, e)) == 0)
			rc = spt_io_read(c->io, fd, text.data + text.len, 65536,
			    &got, file, e);
		text.len += rc > 0 ? got : 0;
	} while (rc > 0 && text.len < READ_MAX);
	c->io->close(c->io, fd);
	while (rc >= 0 && at < text.len) {
		const char *line = (const char *)text.data + at;
		const char *end = memchr(line, '\n', text.len - at);

		if (end == NULL)
			break;
		if (end > line)
			take_line(p, line, end);
		at += (size_t)(end - line) + 1;
	}
	rc = rc < 0 ? -1 : 0;
done:
	spt_buf_fini(&path);
	spt_buf_fini(&text);
	return rc;
}

/* Rows a second over the last lines; -1: cannot be said. */
static double
rate(const struct progress *p)
{
	int64_t n = p->lines < RECENT ? p->lines : RECENT, rows = 0;
	spt_time first, last;

	if (n < 2)
		return -1;
	first = p->at[(p->lines - n) % RECENT];
	last = p->at[(p->lines - 1) % RECENT];
	/* The rows of the first line came before its instant. */
	for (int64_t i = p->lines - n + 1; i < p->lines; i++)
		rows += p->rows[i % RECENT];
	return last > first ? (double)rows * 1e6 / (double)(last - first) : -1;
}

static void
add_up(const struct progress *p, struct figures *sum)
{
	memset(sum, 0, sizeof *sum);
	for (size_t i = 0; i < p->n; i++) {
		sum->late += p->v[i].late;
		sum->bad += p->v[i].bad;
		sum->null_time += p->v[i].null_time;
	}
}

/* ---- status ----------------------------------------------------------------
 */

struct status {
	const struct spt_run *run;
	const struct opts *o;
	struct spt_summary s;
	struct progress p;
	spt_time now;
	struct spt_buf out;
};

static const char *
none_if_empty(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "nobody";
}

/* "2026-..Z, 5s ago", cut to what people want to know. */
static int
put_instant(struct status *t, spt_time at, struct spt_err *e)
{
	char when[SPT_TIME_TEXT], ago[SPT_DURATION_TEXT];
	int64_t us = t->now - at;

	spt_time_print(
	    when, at - ((at % SPT_SECOND) + SPT_SECOND) % SPT_SECOND, NULL);
	if (us < 0)
		return spt_buf_puts(&t->out, when, e);
	spt_duration_print(ago, us - us % SPT_SECOND);
	return spt_buf_printf(&t->out, e, "%s, %s ago", when, ago);
}

static const struct figures *
figures_of(const struct status *t, const char *id)
{
	for (size_t i = 0; i < t->p.n; i++)
		if (strcmp(t->p.v[i].id, id) == 0)
			return &t->p.v[i];
	return NULL;
}

static int
put_epochs(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->s;
	int64_t behind = s->logged.epoch - s->committed.epoch;

	if (s->committed.epoch < 0) {
		if (spt_buf_puts(&t->out, "committed  nothing yet", e) < 0)
			return -1;
	} else if (spt_buf_printf(&t->out, e, "committed  epoch %lld%s, ",
		       (long long)s->committed.epoch,
		       s->committed.final ? " (final)" : "") < 0 ||
		   put_instant(t, s->committed.time, e) < 0) {
		return -1;
	}
	if (spt_buf_puts(&t->out, "\nlag        ", e) < 0)
		return -1;
	if (behind <= 0)
		return spt_buf_puts(&t->out, "none\n", e);
	return spt_buf_printf(&t->out, e,
	    "%lld epoch%s read and not committed\n", (long long)behind,
	    behind == 1 ? "" : "s");
}

static int
put_figures(struct status *t, struct spt_err *e)
{
	const struct progress *p = &t->p;
	double per_second = rate(p);
	struct figures sum;
	int rc;

	if (!p->any)
		return 0;
	add_up(p, &sum);
	if (spt_buf_printf(&t->out, e, "rows       %lld in epoch %lld",
		(long long)(p->n != 0 ? p->v[0].rows_in : 0),
		(long long)p->epoch) < 0 ||
	    (per_second >= 0 && spt_buf_printf(&t->out, e, ", %.1f a second",
				    per_second) < 0) ||
	    spt_buf_puts(&t->out, "\nwatermark  ", e) < 0)
		return -1;
	rc = p->watermark == SPT_TIME_MIN
		 ? spt_buf_puts(
		       &t->out, t->s.committed.final ? "end" : "none", e)
		 : put_instant(t, p->watermark, e);
	if (rc < 0)
		return -1;
	return spt_buf_printf(&t->out, e,
	    "\nleft out   %lld late, %lld bad, %lld without a time\n",
	    (long long)sum.late, (long long)sum.bad, (long long)sum.null_time);
}

static int
put_stages(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->s;
	char size[SPT_NUMBER_TEXT];

	for (size_t i = 0; i < s->n; i++) {
		const struct spt_summary_stage *g = &s->v[i];
		const struct figures *f = figures_of(t, g->id);

		spt_size_print(size, (int64_t)g->bytes);
		if (spt_buf_printf(&t->out, e, "stage      %s: %s of state",
			g->id, size) < 0)
			return -1;
		if (f != NULL &&
		    spt_buf_printf(&t->out, e, ", %lld rows in, %lld out",
			(long long)f->rows_in, (long long)f->rows_out) < 0)
			return -1;
		if (g->holders[0] != '\0' &&
		    spt_buf_printf(&t->out, e, ", %s", g->holders) < 0)
			return -1;
		if (spt_buf_putc(&t->out, '\n', e) < 0)
			return -1;
	}
	spt_size_print(size, (int64_t)s->spool_bytes);
	if (s->spool_bytes != 0 &&
	    spt_buf_printf(&t->out, e, "spool      %s\n", size) < 0)
		return -1;
	spt_size_print(size, (int64_t)s->files_bytes);
	if (s->files_bytes != 0 &&
	    spt_buf_printf(&t->out, e, "files      %s\n", size) < 0)
		return -1;
	return 0;
}

static int
put_text(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->s;

	if (spt_buf_printf(&t->out, e, "query      %s, since ", s->ckpt.uuid) <
		0 ||
	    put_instant(t, s->ckpt.created, e) < 0)
		return -1;
	if (s->source[0] != '\0') {
		if (spt_buf_printf(&t->out, e,
			"\nrunning    run %lld: %s; sink: %s\n",
			(long long)s->run, s->source,
			none_if_empty(s->sink)) < 0)
			return -1;
	} else if (spt_buf_printf(&t->out, e, "\nrunning    no (%lld run%s)\n",
		       (long long)s->run, s->run == 1 ? "" : "s") < 0) {
		return -1;
	}
	if (put_epochs(t, e) < 0 || put_figures(t, e) < 0)
		return -1;
	return put_stages(t, e);
}

/* ---- status as NDJSON ------------------------------------------------------
 */

static int
put_key(struct spt_buf *b, const char *key, const char *text, struct spt_err *e)
{
	if (spt_buf_printf(b, e, ",\"%s\":", key) < 0)
		return -1;
	if (text == NULL || text[0] == '\0')
		return spt_buf_puts(b, "null", e);
	return spt_json_put_string(b, text, strlen(text), e);
}

static int
put_time(struct spt_buf *b, const char *key, spt_time at, struct spt_err *e)
{
	char text[SPT_TIME_TEXT] = "";

	if (at != SPT_TIME_MIN)
		spt_time_print(text, at, NULL);
	return put_key(b, key, text, e);
}

static int
put_json_stages(struct status *t, struct spt_err *e)
{
	struct spt_buf *b = &t->out;

	if (spt_buf_puts(b, ",\"stages\":[", e) < 0)
		return -1;
	for (size_t i = 0; i < t->s.n; i++) {
		const struct spt_summary_stage *g = &t->s.v[i];
		const struct figures *f = figures_of(t, g->id);

		if (spt_buf_puts(b, i != 0 ? ",{\"id\":" : "{\"id\":", e) < 0 ||
		    spt_json_put_string(b, g->id, strlen(g->id), e) < 0 ||
		    spt_buf_printf(b, e, ",\"state_bytes\":%llu",
			(unsigned long long)g->bytes) < 0 ||
		    put_key(b, "head", g->what, e) < 0 ||
		    put_key(b, "holder", g->holders, e) < 0)
			return -1;
		if (f != NULL &&
		    spt_buf_printf(b, e,
			",\"rows_in\":%lld,\"rows_out\":%lld,\"late\":%lld",
			(long long)f->rows_in, (long long)f->rows_out,
			(long long)f->late) < 0)
			return -1;
		if (spt_buf_putc(b, '}', e) < 0)
			return -1;
	}
	return spt_buf_putc(b, ']', e);
}

static int
put_ndjson(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->s;
	struct spt_buf *b = &t->out;
	double per_second = rate(&t->p);
	struct figures sum;

	add_up(&t->p, &sum);
	if (spt_buf_puts(b, "{\"query\":", e) < 0 ||
	    spt_json_put_string(b, s->ckpt.uuid, strlen(s->ckpt.uuid), e) < 0 ||
	    put_time(b, "created", s->ckpt.created, e) < 0 ||
	    spt_buf_printf(b, e, ",\"run\":%lld", (long long)s->run) < 0 ||
	    put_key(b, "source", s->source, e) < 0 ||
	    put_key(b, "sink", s->sink, e) < 0 ||
	    spt_buf_printf(b, e,
		",\"logged\":%lld,\"committed\":%lld,\"final\":%s",
		(long long)s->logged.epoch, (long long)s->committed.epoch,
		s->committed.final ? "true" : "false") < 0 ||
	    put_time(b, "committed_at",
		s->committed.epoch < 0 ? SPT_TIME_MIN : s->committed.time,
		e) < 0 ||
	    put_time(b, "watermark", t->p.any ? t->p.watermark : SPT_TIME_MIN,
		e) < 0 ||
	    spt_buf_printf(b, e, ",\"rows\":%lld,\"rows_per_second\":",
		(long long)(t->p.n != 0 ? t->p.v[0].rows_in : 0)) < 0 ||
	    (per_second < 0 ? spt_buf_puts(b, "null", e) < 0
			    : spt_buf_printf(b, e, "%.1f", per_second) < 0) ||
	    spt_buf_printf(b, e,
		",\"late\":%lld,\"bad\":%lld,\"null_time\":%lld"
		",\"spool_bytes\":%llu,\"files_bytes\":%llu",
		(long long)sum.late, (long long)sum.bad,
		(long long)sum.null_time, (unsigned long long)s->spool_bytes,
		(unsigned long long)s->files_bytes) < 0 ||
	    put_json_stages(t, e) < 0)
		return -1;
	return spt_buf_puts(b, "}\n", e);
}

static int
look(struct status *t, const char *dir, struct spt_err *e)
{
	const struct spt_io *io = t->run->io;
	bool json = t->o->format != NULL && strcmp(t->o->format, "text") != 0;
	int rc;

	memset(&t->p, 0, sizeof t->p);
	t->out.len = 0;
	t->now = io->now(io);
	if (spt_summary_get(&t->s, io, dir, e) < 0)
		return -1;
	rc = read_progress(&t->p, &t->s.ckpt, "progress.ndjson.1", e);
	if (rc == 0)
		rc = read_progress(&t->p, &t->s.ckpt, "progress.ndjson", e);
	if (rc == 0 && t->o->watch && !json && isatty(STDOUT_FILENO))
		rc = spt_buf_puts(&t->out, "\033[H\033[2J", e);
	if (rc == 0)
		rc = json ? put_ndjson(t, e) : put_text(t, e);
	if (rc == 0)
		rc = spt_io_write(io, STDOUT_FILENO, t->out.data, t->out.len,
		    "standard output", e);
	spt_summary_fini(&t->s);
	return rc;
}

static int
status(const struct spt_run *run, const struct opts *o, const char *dir,
    struct spt_err *e)
{
	struct status t = { .run = run, .o = o };
	struct pollfd p = { .fd = run->signals->wake_fd, .events = POLLIN };
	int rc;

	spt_buf_init(&t.out, run->io);
	do {
		rc = look(&t, dir, e);
		if (rc == 0 && o->watch && run->signals->stops == 0)
			(void)run->io->poll(run->io, &p, 1, WATCH_MS);
	} while (rc == 0 && o->watch && run->signals->stops == 0);
	spt_buf_fini(&t.out);
	return rc;
}

/* ---- doctor ----------------------------------------------------------------
 */

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

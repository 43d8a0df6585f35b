/*
 * tool - the skeleton of every program.
 *
 * The option table is the single source: getopt_long's tables, --help, the
 * messages and the completions (by the hidden --options-table) come from it.
 * The only process-wide state of a program is here: what the signal handlers
 * have seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/time.h"
#include "bin/terminal.h"
#include "bin/tool.h"
#include "egress/egress.h"

#define MAX_OPTIONS 64
#define FIRST_LONG 256 /* value of the first option without a letter */

struct common {
	bool help, version, quiet, verbose, new_state;
	const char *id;
};

static const struct spt_opt common_options[] = {
	{ 0, "id", SPT_OPT_TEXT, offsetof(struct common, id), "NAME",
	    "name of this stage in the plan", NULL },
	{ 'q', "quiet", SPT_OPT_FLAG, offsetof(struct common, quiet), NULL,
	    "say nothing but errors", NULL },
	{ 'v', "verbose", SPT_OPT_FLAG, offsetof(struct common, verbose), NULL,
	    "say more", NULL },
	{ 'h', "help", SPT_OPT_FLAG, offsetof(struct common, help), NULL,
	    "print this and exit", NULL },
	{ 'V', "version", SPT_OPT_FLAG, offsetof(struct common, version), NULL,
	    "print the version and exit", NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct spt_opt stateful_options[] = {
	{ 0, "new-state", SPT_OPT_FLAG, offsetof(struct common, new_state),
	    NULL, "start empty where the checkpoint has a state of this stage",
	    NULL },
	{ 0, NULL, SPT_OPT_FLAG, 0, NULL, NULL, NULL },
};

/* One parse: the options of the program, then the common ones. */
struct parse {
	const struct spt_tool *tool;
	const struct spt_opt *opt[MAX_OPTIONS];
	void *base[MAX_OPTIONS]; /* the struct that opt[i]->at is in */
	int n;
	struct option longs[MAX_OPTIONS + 1];
	char shorts[3 * MAX_OPTIONS];
};

/* ---- signals ----------------------------------------------------------- */

static struct spt_signals signals = { .wake_fd = -1 };
static int wake_write = -1;

static void
on_signal(int sig)
{
	int saved = errno;
	ssize_t ignored;

	if (sig == SIGUSR1) {
		signals.status = 1;
	} else if (++signals.stops > 1) {
		/* The second one is not a request any more. */
		signal(sig, SIG_DFL);
		raise(sig);
	}
	ignored = write(wake_write, "", 1);
	(void)ignored;
	errno = saved;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int p[2];

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) == 0) {
		signals.wake_fd = p[0];
		wake_write = p[1];
	}
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	/* Some parents leave it ignored; a reader that left must end us. */
	signal(SIGPIPE, SIG_DFL);
}

/* ---- options ----------------------------------------------------------------
 */

static void
add_options(struct parse *p, const struct spt_opt *o, void *base)
{
	for (; o->name != NULL && p->n < MAX_OPTIONS; o++) {
		struct option *l = &p->longs[p->n];
		char *s = p->shorts + strlen(p->shorts);

		p->opt[p->n] = o;
		p->base[p->n] = base;
		l->name = o->name;
		l->has_arg =
		    o->kind == SPT_OPT_FLAG ? no_argument : required_argument;
		l->val = FIRST_LONG + p->n;
		if (o->letter != 0) {
			*s++ = o->letter;
			if (o->kind != SPT_OPT_FLAG)
				*s++ = ':';
			*s = '\0';
		}
		p->n++;
	}
}

static bool
among(const char *choices, const char *s)
{
	size_t n = strlen(s);

	for (const char *c = choices; c != NULL; c = strchr(c, ',')) {
		c += *c == ',';
		if (strncmp(c, s, n) == 0 && (c[n] == ',' || c[n] == '\0'))
			return n != 0;
	}
	return false;
}

static int
set_option(
    const struct spt_opt *o, void *base, const char *arg, struct spt_err *e)
{
	void *at = (char *)base + o->at;
	int rc = 0;

	switch (o->kind) {
	case SPT_OPT_FLAG:
		*(bool *)at = true;
		break;
	case SPT_OPT_CHOICE:
		if (!among(o->choices, arg))
			rc = spt_fail(e, SPT_EUSAGE, "\"%s\": not one of %s",
			    arg, o->choices);
		/* fall through */
	case SPT_OPT_TEXT:
	case SPT_OPT_FILE:
		*(const char **)at = arg;
		break;
	case SPT_OPT_COUNT:
		rc = spt_count_parse(arg, at, e);
		break;
	case SPT_OPT_SIZE:
		rc = spt_size_parse(arg, at, e);
		break;
	case SPT_OPT_DURATION:
		rc = spt_duration_parse(arg, false, at, e);
		break;
	case SPT_OPT_OFFSET:
		rc = spt_duration_parse(arg, true, at, e);
		break;
	}
	return rc < 0 ? spt_err_where(e, "--%s", o->name) : 0;
}

/* "-5s" is most likely meant as a value.  word is the argument in which getopt
 * stopped. */
static int
refuse_letter(const char *word, struct spt_err *e)
{
	if (word[0] == '-' && strchr("0123456789.", word[1]) != NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": a number or duration here cannot be negative "
		    "(what begins with - and is no option goes behind --)",
		    word);
	return spt_fail(e, SPT_EUSAGE, "unknown option -%c", optopt);
}

static int
parse_options(struct parse *p, int argc, char *argv[], struct spt_err *e)
{
	int c, at;

	opterr = 0;
	while ((c = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
		if (c == ':' || (c == '?' && optopt >= FIRST_LONG))
			return spt_fail(e, SPT_EUSAGE, "%s needs a value",
			    argv[optind - 1]);
		if (c == '?' && optopt != 0 && strchr(p->shorts, optopt))
			return spt_fail(
			    e, SPT_EUSAGE, "-%c needs a value", optopt);
		if (c == '?' && optopt != 0)
			return refuse_letter(optind < argc &&
						     argv[optind][0] == '-' &&
						     argv[optind][1] == optopt
						 ? argv[optind]
						 : argv[optind - 1],
			    e);
		if (c == '?')
			return spt_fail(e, SPT_EUSAGE, "unknown option %s",
			    argv[optind - 1]);
		for (at = 0; at < p->n; at++)
			if (c == FIRST_LONG + at || c == p->opt[at]->letter)
				break;
		if (set_option(p->opt[at], p->base[at], optarg, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- help -------------------------------------------------------------------
 */

static void
print_help(const struct parse *p)
{
	const struct spt_tool *t = p->tool;

	printf("%s - %s\n\nusage: %s [OPTION...]%s%s\n\n", t->name, t->line,
	    t->name, t->operands[0] != '\0' ? " " : "", t->operands);
	for (int i = 0; i < p->n; i++) {
		const struct spt_opt *o = p->opt[i];
		char left[64];

		snprintf(left, sizeof left, "  %c%c%s--%s%s%s",
		    o->letter != 0 ? '-' : ' ',
		    o->letter != 0 ? o->letter : ' ',
		    o->letter != 0 ? ", " : "  ", o->name,
		    o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
		printf("%-28s %s", left, o->help);
		if (o->choices != NULL)
			printf(" (%s)", o->choices);
		putchar('\n');
	}
	printf(
	    "\nexample: %s\nmanual:  man %s, man spate\n", t->example, t->name);
}

static void
print_table(const struct parse *p)
{
	static const char *const kinds[] = { "flag", "text", "file", "choice",
		"count", "size", "duration", "offset" };

	for (int i = 0; i < p->n; i++) {
		const struct spt_opt *o = p->opt[i];

		printf("%.*s\t%s\t%s\t%s\t%s\t%s\n", o->letter != 0, &o->letter,
		    o->name, kinds[o->kind], o->arg != NULL ? o->arg : "",
		    o->choices != NULL ? o->choices : "", o->help);
	}
	printf("operands\t%s\n", p->tool->file_operands ? "files" : "none");
}

/* stdout may be a full disk even for --help. */
static _Noreturn void
exit_printed(const struct spt_tool *tool)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "%s: standard output: %s\n", tool->name,
		    strerror(errno));
		exit(SPT_ESYSTEM);
	}
	exit(0);
}

/* ---- start and finish -------------------------------------------------- */

static int
check_operands(const struct spt_tool *t, int n, struct spt_err *e)
{
	if (n < t->min_operands)
		return spt_fail(e, SPT_EUSAGE, "what is missing: %s %s",
		    t->name, t->operands);
	if (t->max_operands >= 0 && n > t->max_operands)
		return spt_fail(e, SPT_EUSAGE,
		    "too many arguments: %s [OPTION...] %s", t->name,
		    t->operands);
	return 0;
}

/* A closed 0, 1 or 2 would be taken by the first file that is opened.  They
 * are opened the wrong way round, so that their use fails as before. */
static void
fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null",
		    fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
	while (fd >= 0 && fd < 3);
	if (fd >= 3)
		close(fd);
}

void
spt_tool_start(struct spt_run *run, const struct spt_tool *tool, void *opts,
    int argc, char *argv[])
{
	struct parse p = { .tool = tool };
	struct common common = { 0 };
	struct spt_err e = { 0 };

	fill_standard_fds();
	memset(run, 0, sizeof *run);
	run->tool = tool;
	run->io = spt_io_system();
	run->signals = &signals;
	strcpy(p.shorts, ":");
	add_options(&p, tool->options, opts);
	if (tool->stateful)
		add_options(&p, stateful_options, &common);
	add_options(&p, common_options, &common);
	if (argc == 2 && strcmp(argv[1], "--options-table") == 0) {
		print_table(&p);
		exit_printed(tool);
	}
	if (parse_options(&p, argc, argv, &e) < 0) {
		spt_tool_finish(run, &e);
		exit(SPT_EUSAGE);
	}
	if (common.help) {
		print_help(&p);
		exit_printed(tool);
	}
	if (common.version) {
		printf("%s (spate) %s\n", tool->name, PACKAGE_VERSION);
		exit_printed(tool);
	}
	run->operands = argv + optind;
	run->n_operands = argc - optind;
	run->quiet = common.quiet;
	run->verbose = common.verbose;
	run->id = common.id;
	run->new_state = common.new_state;
	if (check_operands(tool, run->n_operands, &e) < 0) {
		spt_tool_finish(run, &e);
		exit(SPT_EUSAGE);
	}
	catch_signals();
}

int
spt_tool_finish(const struct spt_run *run, const struct spt_err *e)
{
	if (e->kind == SPT_OK)
		return 0;
	fprintf(stderr, "%s: %s%s%s%s\n", run->tool->name, e->msg,
	    e->kind == SPT_EUSAGE ? " (" : "",
	    e->kind == SPT_EUSAGE ? run->tool->name : "",
	    e->kind == SPT_EUSAGE ? " --help)" : "");
	return (int)e->kind;
}

void
spt_tool_say(void *run_, const char *line)
{
	const struct spt_run *run = run_;

	if (!run->quiet)
		fprintf(stderr, "%s: %s\n", run->tool->name, line);
}

int
spt_tool_stdout(struct spt_run *run, struct spt_port **port, struct spt_err *e)
{
	static struct spt_egress_conf conf;

	if (!isatty(STDOUT_FILENO))
		return spt_port_stream(
		    port, run->io, STDOUT_FILENO, "standard output", e);
	spt_terminal_conf(&conf, STDOUT_FILENO);
	return spt_egress_open(port, run->io, &conf, e);
}

/* ---- a side output under a checkpoint: the loop keeps its place ---------- */

static int
side_restore(void *ctx, const struct spt_schema *s, struct spt_restore *r,
    struct spt_err *e)
{
	(void)s;
	/* A stage may get a side output, or lose it, between two runs. */
	r->joins = true;
	return spt_loop_side_restore(
	    ctx, 1, &r->uuid, &r->epoch, &r->positions, e);
}

static int
side_record(void *ctx, const char *positions, struct spt_err *e)
{
	return spt_loop_side_record(ctx, 1, positions, e);
}

static int
side_commit(void *ctx, const struct spt_control *barrier, const char *positions,
    struct spt_err *e)
{
	(void)barrier;
	return spt_loop_side_commit(ctx, 1, positions, e);
}

/* Opens the outputs; those that are open stay in l. */
static int
open_outputs(struct spt_run *run, struct spt_loop *l,
    struct spt_egress_conf *side, struct spt_commits *places, struct spt_err *e)
{
	if (spt_tool_stdout(run, &l->out[SPT_STREAM], e) < 0)
		return -1;
	if (run->side == NULL)
		return 0;
	*side = (struct spt_egress_conf){
		.format = run->side_format != NULL ? run->side_format : "arrow",
		.sinks = &run->side,
		.n_sinks = 1,
		.fd = -1,
		.limit = -1,
		.commits = places
	};
	*places =
	    (struct spt_commits){ side_restore, side_record, side_commit, l };
	return spt_egress_open(&l->out[1], run->io, side, e);
}

int
spt_tool_stage(struct spt_run *run, const struct spt_stage *stage, void *self,
    const char *args)
{
	struct spt_egress_conf side;
	struct spt_commits places;
	struct spt_err e = { 0 };
	struct spt_loop l = {
		.io = run->io,
		.stage = stage,
		.self = self,
		.id = run->id,
		.args = args,
		.new_state = run->new_state,
		.in = { { STDIN_FILENO, "standard input" } },
		.n_in = 1,
		.signals = run->signals,
		.say = spt_tool_say,
		.say_ctx = run,
		.out = { [2] = run->second },
	};

	if (isatty(STDIN_FILENO))
		spt_fail(&e, SPT_EUSAGE,
		    "standard input is a terminal, not a stream: "
		    "sread FILE | %s ...",
		    stage->name);
	if (e.kind == SPT_OK && open_outputs(run, &l, &side, &places, &e) == 0)
		return spt_loop_run(&l, &e) < 0 ? spt_tool_finish(run, &e) : 0;
	if (l.out[SPT_STREAM] != NULL)
		l.out[SPT_STREAM]->ops->close(l.out[SPT_STREAM]);
	if (run->second != NULL)
		run->second->ops->close(run->second);
	if (stage->close != NULL)
		stage->close(self);
	return spt_tool_finish(run, &e);
}

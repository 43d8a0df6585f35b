/*
 * tool - the skeleton that all programs share: options, usage, errors,
 * signals, terminal.  Only here and in the programs: argv, stderr, exit.
 */
#ifndef SPT_TOOL_H
#define SPT_TOOL_H

#include "stage/loop.h"

enum spt_opt_kind {
	SPT_OPT_FLAG,     /* bool */
	SPT_OPT_TEXT,     /* const char * */
	SPT_OPT_FILE,     /* const char *, completed as a file name */
	SPT_OPT_CHOICE,   /* const char *, one of choices */
	SPT_OPT_COUNT,    /* int64_t, 10 or 10k 5M; not negative */
	SPT_OPT_SIZE,     /* int64_t bytes, 64K 256M; not negative */
	SPT_OPT_DURATION, /* int64_t microseconds; not negative */
	SPT_OPT_OFFSET,   /* int64_t microseconds, sign allowed */
};

/* One option.  The table drives parsing, --help, completions, and a test
 * compares it with the manual.  Ended by a NULL name. */
struct spt_opt {
	char letter; /* or 0 */
	const char *name;
	enum spt_opt_kind kind;
	size_t at;           /* offsetof the field in the program's options */
	const char *arg;     /* "COLUMNS"; NULL for flags */
	const char *help;    /* one line, lower case */
	const char *choices; /* "csv,tsv,ndjson" or NULL */
};

struct spt_tool {
	const char *name;
	const char *line;     /* what it does, as in the manual's NAME */
	const char *operands; /* "[SOURCE...]", "COLUMN [DELAY]", "" */
	const char *example;  /* one runnable line for --help */
	const struct spt_opt *options;
	int min_operands, max_operands; /* max -1: any */
	bool file_operands;             /* complete operands as file names */
	bool stateful; /* keeps state in a checkpoint: --new-state */
};

/* What the skeleton found out. */
struct spt_run {
	const struct spt_tool *tool;
	const struct spt_io *io;
	struct spt_signals *signals;
	char **operands;
	int n_operands;
	bool quiet, verbose, new_state;
	const char *id;
	/* Set by the program before spt_tool_stage: the file that side output
	 * 1 becomes, as an Arrow stream; NULL: it is not wanted. */
	const char *side;
	const char *side_format; /* as swrite -f; NULL: arrow */
	/* Side output 2, a port that the program opened, or NULL.
	 * spt_tool_stage closes it. */
	struct spt_port *second;
};

/* Parses the command line into opts (zeroed or with defaults) and *run; does
 * -h, -V and usage errors itself (exit 0 or 2).  Installs signal handlers. */
void spt_tool_start(struct spt_run *run, const struct spt_tool *tool,
    void *opts, int argc, char *argv[]);

/* Prints "name: where: what" to stderr if *e failed.  The exit status. */
int spt_tool_finish(const struct spt_run *run, const struct spt_err *e);

/* One line to stderr, unless -q. */
void spt_tool_say(void *run, const char *line);

/* Runs a one-input stage from standard input to standard output (a table
 * when that is a terminal).  args: JSON object for the plan, or NULL.
 * Returns the exit status. */
int spt_tool_stage(struct spt_run *run, const struct spt_stage *stage,
    void *self, const char *args);

/* The port for standard output: the stream, or a table on a terminal. */
SPT_MUST int spt_tool_stdout(
    struct spt_run *run, struct spt_port **port, struct spt_err *e);

#endif

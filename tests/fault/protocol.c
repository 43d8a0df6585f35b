/*
 * protocol - the restart protocol as a small model, explored to the end.
 *
 * usage: protocol [RUNS]              table and file, with every rule
 *        protocol [RUNS] mutants      take away each rule: a violation must be
 * found protocol [RUNS] without RULE show what happens then
 *
 * RUNS runs (3) of one query read three rows: a source, a stage that keeps a
 * state, a sink, and pipes of one message between them.  Every program may be
 * killed between any two of its steps; power may fail, and then of everything
 * that was not synced any part may be lost; the next run may begin while
 * programs of older ones still work.  Epochs are cut wherever they can be.
 * All interleavings are visited, breadth first, so that a violation comes with
 * a shortest way to it.
 *
 * What must hold:
 *   whole     Whoever looks at the sink sees rows in order, none lost, none
 *             double, in whole epochs, each with the state that the rows up to
 *             it give.  (Of a file: up to the length that was committed last.)
 *   stays     An epoch whose commit was synced is never gone again.
 *   recovers  A run that is not hurt, and that got the lock, ends well: nobody
 *             refuses, nobody waits for ever.
 *   complete  Then the sink has all rows.
 *
 * What stands for what: "log" is epochs.log (run.c, epochlog.c), "commits"
 * commits.log (commitlog.c), each with the number of entries that are synced;
 * an epoch's id is the log up to it.  "files" are the stage's states
 * (statedir.c).  A write with its rename is one step, its fsync another.  A
 * table takes rows, epoch and id in one transaction (sqlitesink.c); a file
 * takes rows as they come and is cut to the committed length (exactfile.c).
 *
 * A state is a plain struct whose unused parts are zero, so that two are equal
 * when their bytes are.  Of those that were seen only 128 bits of a hash are
 * kept, and the step that led there.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 3
#define LONGEST 2 /* rows of an epoch */
#define RUNS 3
#define FILES 6
#define UNITS 12

/* ---- the rules
 * ---------------------------------------------------------------
 */

enum rule {
	LOG_SYNCED,
	STATE_SYNCED,
	LOAD_HEAD,
	KEEP_TWO,
	RERUN,
	LOGS_REWRITTEN,
	ONE_SOURCE,
	AWAIT_SINK,
	WAIT_STAGES,
	COMPARE_RUN,
	LOCK_FIRST,
	SINK_FIRST,
	SINK_SYNCED,
	COMMIT_SYNCED,
	SKIP_HELD,
	HELD_SYNCED,
	ONE_TRANSACTION,
	CUT_FILE,
	NO_END,
	N_RULES
};

static const struct {
	const char *name, *text;
	char sink; /* t, f: it is a rule of one kind of sink only */
} rules[N_RULES] = {
	{ "log-synced-before-barrier",
	    "an epoch is synced in epochs.log before its barrier leaves", 0 },
	{ "state-synced-before-barrier",
	    "a stage's state is synced before it forwards the barrier", 0 },
	{ "load-the-head",
	    "a stage loads the head of the committed epoch, not its newest "
	    "file",
	    0 },
	{ "keep-two",
	    "the state of the committed epoch and of the one before it stay",
	    0 },
	/* A file takes back whatever was not committed, so that it may be cut
	 * otherwise. */
	{ "rerun-as-logged", "an epoch that was logged is cut again as it was",
	    't' },
	{ "logs-rewritten",
	    "a run makes both logs durable before it believes them", 0 },
	{ "one-source", "lock.source: one source at a time", 0 },
	{ "await-the-sink",
	    "no barrier and no end leaves before the sink has attached", 0 },
	{ "wait-for-stages",
	    "a new run begins when no stage of an older one holds the lock",
	    0 },
	{ "compare-the-run",
	    "a stage goes on only if the run is that of its header", 0 },
	{ "lock-before-reading-run",
	    "a stage takes the lock first and reads the run then", 0 },
	{ "sink-before-commit",
	    "commits.log follows the sink, not the other way round", 0 },
	{ "sink-synced-before-commit",
	    "the sink is synced before commits.log says so", 0 },
	{ "commit-synced",
	    "commits.log is synced before the next epoch is taken", 0 },
	{ "skip-what-is-held",
	    "an epoch that the sink has already is not written again", 't' },
	{ "held-is-synced",
	    "what the sink has already is made durable before it counts", 't' },
	{ "one-transaction",
	    "rows and the number of their epoch go in one transaction", 't' },
	{ "cut-the-file", "a file is cut to the length that was committed",
	    'f' },
	{ "no-end-no-commit",
	    "a stream that stops without its end is not committed", 0 },
};

/* ---- lists
 * -------------------------------------------------------------------
 */

/* Up to 15 small numbers in 64 bits: the count, then four bits each.  Rows,
 * and the cuts of a log (start and end in one number). */
#define NOTHING UINT64_MAX /* no list at all */

static bool full; /* a list or an array would not hold more: cut off there */

static unsigned
length(uint64_t list)
{
	return (unsigned)(list & 15);
}

static unsigned
item(uint64_t list, unsigned i)
{
	return (unsigned)(list >> (4 + 4 * i) & 15);
}

static uint64_t
add(uint64_t list, unsigned v)
{
	unsigned n = length(list);

	if (n == 15) {
		full = true;
		return list;
	}
	return (list & ~(uint64_t)15) | (n + 1) | (uint64_t)v << (4 + 4 * n);
}

/* The first n of them. */
static uint64_t
first(uint64_t list, unsigned n)
{
	if (n >= length(list))
		return list;
	return (list & (((uint64_t)1 << (4 + 4 * n)) - 16)) | n;
}

/* The rows from..to-1 behind those of the list. */
static uint64_t
add_rows(uint64_t list, unsigned from, unsigned to)
{
	for (; from < to; from++)
		list = add(list, from);
	return list;
}

static uint64_t
add_list(uint64_t list, uint64_t more)
{
	for (unsigned i = 0; i < length(more); i++)
		list = add(list, item(more, i));
	return list;
}

static unsigned
start_of(unsigned cut)
{
	return cut & 3;
}

static unsigned
end_of(unsigned cut)
{
	return cut >> 2;
}

/* ---- a state
 * -----------------------------------------------------------------
 */

enum step {
	NONE,
	/* all of them */
	BEGIN,
	CHECKED,
	WORK,
	KILLED,
	REFUSED,
	CUT_OFF,
	DONE,
	/* the source */
	RUN,
	READ,
	ROWS_,
	LOG,
	SYNC,
	BARRIER,
	WAIT,
	/* the stage */
	SAVE,
	SYNC_STATE,
	FORWARD,
	/* the sink */
	WRITE,
	NUMBER,
	SYNC_SINK,
	COMMIT,
	SYNC_COMMIT,
};

/* What an epoch is when the sink gets its barrier. */
struct epoch {
	uint64_t taken, mark, state;
	int8_t n;
	bool is;
};

struct program {
	uint8_t step;
	int8_t n;    /* epoch */
	uint8_t cut; /* of the epoch to be logged */
	int8_t held; /* the sink has this epoch already; -1 none */
	/* A commit that is written before its sink (only without that rule):
	 * late is what is still to be written then. */
	uint8_t length;
	uint64_t state, mark; /* stage: its rows; sink: those of the commit */
	uint64_t taken;       /* sink: rows since the last barrier */
	struct epoch late;
};

struct message {
	uint8_t kind; /* 0 none, r rows, b barrier, e end */
	int8_t n;
	uint8_t cut;
	uint64_t mark, state;
};

struct run {
	struct program program[3]; /* source, stage, sink */
	struct {
		int8_t is, run, epoch;
		uint64_t head;
	} header;
	struct message pipe[2];
};

struct unit {
	uint8_t kind; /* 0 none, r row, s state, t an epoch of a table */
	int8_t n;     /* epoch, or row */
	bool numbered;
	uint64_t taken, state, mark;
};

struct disk {
	uint64_t log;
	uint8_t run, log_synced, commits_synced, sink_synced, reported;
	uint8_t n_commits, n_files, n_units;
	struct {
		uint64_t state;
		uint8_t length;
	} commit[FILES];
	struct {
		int8_t epoch;
		uint64_t durable, found; /* NOTHING: no such file */
	} file[FILES];
	struct unit unit[UNITS];
};

struct state {
	struct disk disk;
	uint8_t n_runs;
	struct run run[RUNS];
};

enum { SOURCE, STAGE, SINK };

/* ---- the search
 * --------------------------------------------------------------
 */

struct seen {
	uint64_t hash[2];
	uint32_t parent;
	uint16_t what; /* of says[] */
	int8_t run, n;
};

struct move {
	struct state to;
	const char *what;
	int run, n;
	bool alone; /* only a neighbour sees it */
};

struct wave {
	struct state *v;
	uint32_t *number;
	size_t n, cap;
};

static struct {
	bool file;
	int broken; /* the rule that is taken away, or -1 */
	int runs;
	struct seen *seen;
	size_t n_seen, cap_seen;
	uint32_t *table; /* number in seen, plus one */
	size_t slots;
	struct move move[512];
	int n_moves;
	bool cut_off; /* some states were beyond the bounds */
	const char *says[128];
	const char *wrong;
} m;

static bool
rule(enum rule r)
{
	return (int)r != m.broken;
}

static bool
alive(const struct program *p)
{
	return p->step < KILLED || p->step > DONE;
}

static bool
locked(const struct program *p)
{
	return alive(p) && p->step != BEGIN && p->step != CHECKED;
}

static struct move *
offer(const struct state *s, int run, const char *what, int n)
{
	struct move *v = &m.move[m.n_moves++];

	if (m.n_moves == sizeof m.move / sizeof m.move[0]) {
		fprintf(stderr, "model: too many moves\n");
		exit(3);
	}
	v->to = *s;
	v->what = what;
	v->run = run;
	v->n = n;
	v->alone = false;
	return v;
}

/* A move of a program of the run: to *p it comes, with nothing of before. */
static struct program *
go(const struct state *s, int run, int who, enum step step, const char *what,
    int n)
{
	struct move *v = offer(s, run, what, n);
	struct program *p = &v->to.run[run].program[who];

	memset(p, 0, sizeof *p);
	p->step = (uint8_t)step;
	return p;
}

static struct state *
last(void)
{
	return &m.move[m.n_moves - 1].to;
}

/* The last move is seen by a neighbour only. */
static void
alone(void)
{
	m.move[m.n_moves - 1].alone = true;
}

/* ---- the source
 * --------------------------------------------------------------
 */

static void
source_rows(const struct state *s, int i, int n)
{
	const struct disk *d = &s->disk;
	unsigned n_log = length(d->log), start = 0;
	struct program *p;
	struct message *out;

	if (n > 0 && (unsigned)n <= n_log)
		start = end_of(item(d->log, (unsigned)n - 1));
	if (s->run[i].pipe[0].kind != 0)
		return;
	if ((unsigned)n < n_log && rule(RERUN)) {
		p = go(s, i, SOURCE, BARRIER,
		    "source sends rows again of epoch", n);
		p->n = (int8_t)n;
		out = &last()->run[i].pipe[0];
		out->kind = 'r';
		out->cut = (uint8_t)item(d->log, (unsigned)n);
		alone();
		return;
	}
	if (start == ROWS) {
		go(s, i, SOURCE, WAIT, "source has nothing more", n)->n =
		    (int8_t)n;
		alone();
		return;
	}
	for (unsigned end = start + 1; end <= start + LONGEST && end <= ROWS;
	     end++) {
		p = go(s, i, SOURCE, LOG, "source sends rows up to", (int)end);
		p->n = (int8_t)n;
		p->cut = (uint8_t)(start | end << 2);
		out = &last()->run[i].pipe[0];
		out->kind = 'r';
		out->cut = p->cut;
		alone();
	}
}

static void
source_begin(const struct state *s, int i)
{
	bool other = false;

	for (int k = 0; k < s->n_runs; k++) {
		const struct program *p = &s->run[k].program[SOURCE];

		other = other || (alive(p) && p->step != BEGIN);
	}
	if (other && rule(ONE_SOURCE))
		go(s, i, SOURCE, REFUSED, "source is refused", -1);
	else
		go(s, i, SOURCE, RUN, "source locks lock.source", -1);
}

static void
source_run(const struct state *s, int i)
{
	struct program *p;

	for (int k = 0; k < s->n_runs; k++)
		if (rule(WAIT_STAGES) && (locked(&s->run[k].program[STAGE]) ||
					     locked(&s->run[k].program[SINK])))
			return;
	p = go(s, i, SOURCE, READ, "source writes run", s->disk.run + 1);
	p->n = (int8_t)++last()->disk.run;
}

static void
source_read(const struct state *s, int i)
{
	int e = s->disk.n_commits - 1;
	struct program *p =
	    go(s, i, SOURCE, ROWS_, "source reads the logs", -1);
	struct state *t = last();

	if (rule(LOGS_REWRITTEN)) {
		t->disk.log_synced = (uint8_t)length(t->disk.log);
		t->disk.commits_synced = t->disk.n_commits;
	}
	p->n = (int8_t)(e + 1);
	t->run[i].header.is = 1;
	t->run[i].header.run = s->run[i].program[SOURCE].n;
	t->run[i].header.epoch = (int8_t)e;
	t->run[i].header.head = e >= 0 ? s->disk.commit[e].state : 0;
}

static void
source_log(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[SOURCE];
	struct program *p = go(s, i, SOURCE, rule(LOG_SYNCED) ? SYNC : BARRIER,
	    "source logs epoch", from->n);
	struct disk *d = &last()->disk;

	/* Another source may have been there (only without its lock). */
	p->n = from->n;
	d->log = add(first(d->log, (unsigned)from->n), from->cut);
	if (d->log_synced > length(d->log))
		d->log_synced = (uint8_t)length(d->log);
}

static void
source(const struct state *s, int i)
{
	const struct run *r = &s->run[i];
	const struct program *p = &r->program[SOURCE];
	bool room = r->pipe[0].kind == 0;
	struct message *out;

	if (p->step == BEGIN) {
		source_begin(s, i);
	} else if (p->step == RUN) {
		source_run(s, i);
	} else if (p->step == READ) {
		source_read(s, i);
	} else if (!alive(&r->program[STAGE])) {
		go(s, i, SOURCE, CUT_OFF, "source finds no reader", -1);
		alone();
	} else if ((p->step == BARRIER || p->step == WAIT) &&
		   rule(AWAIT_SINK) && alive(&r->program[SINK]) &&
		   !locked(&r->program[SINK])) {
		return;
	} else if (p->step == ROWS_) {
		source_rows(s, i, p->n);
	} else if (p->step == LOG) {
		source_log(s, i);
	} else if (p->step == SYNC) {
		go(s, i, SOURCE, BARRIER, "source syncs epochs.log", -1)->n =
		    p->n;
		last()->disk.log_synced = (uint8_t)length(s->disk.log);
	} else if (p->step == BARRIER && room) {
		go(s, i, SOURCE, ROWS_, "source sends barrier", p->n)->n =
		    (int8_t)(p->n + 1);
		out = &last()->run[i].pipe[0];
		out->kind = 'b';
		out->n = p->n;
		out->mark = first(s->disk.log, (unsigned)p->n + 1);
		alone();
	} else if (p->step == WAIT && room && s->disk.n_commits >= p->n) {
		go(s, i, SOURCE, DONE, "source sends the end", -1);
		last()->run[i].pipe[0].kind = 'e';
		alone();
	}
}

/* ---- entering, of both the stage and the sink -------------------------------
 */

/* True: it is in; else what it does instead was offered. */
static bool
enter(const struct state *s, int i, int who)
{
	const struct run *r = &s->run[i];
	bool right = r->header.run == (int8_t)s->disk.run || !rule(COMPARE_RUN);

	if (!r->header.is) {
		if (!alive(&r->program[SOURCE])) {
			go(s, i, who, CUT_OFF,
			    who == STAGE ? "stage finds no stream"
					 : "sink finds no stream",
			    -1);
			alone();
		}
		return false;
	}
	if (rule(LOCK_FIRST) ? right : r->program[who].step == CHECKED)
		return true;
	if (right)
		go(s, i, who, CHECKED,
		    who == STAGE ? "stage reads run" : "sink reads run", -1);
	else
		go(s, i, who, REFUSED,
		    who == STAGE ? "stage is refused" : "sink is refused", -1);
	return false;
}

/* ---- the stage
 * ---------------------------------------------------------------
 */

static void
stage_load(const struct state *s, int i)
{
	const struct disk *d = &s->disk;
	int e = s->run[i].header.epoch;
	uint64_t head = s->run[i].header.head, found = NOTHING;
	struct program *p = go(s, i, STAGE, WORK, "stage locks, loads", e);

	if (e < 0)
		return;
	for (int k = 0; k < d->n_files; k++)
		if (d->file[k].found != NOTHING &&
		    (d->file[k].epoch == e || !rule(LOAD_HEAD)))
			found = d->file[k].found;
	if (found == NOTHING || (rule(LOAD_HEAD) && found != head))
		p->step = REFUSED;
	else
		p->state = found;
}

static void
stage_save(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[STAGE];
	struct program *p =
	    go(s, i, STAGE, rule(STATE_SYNCED) ? SYNC_STATE : FORWARD,
		"stage saves epoch", from->n);
	struct disk *d = &last()->disk, old = *d;
	int oldest = d->n_commits - (rule(KEEP_TWO) ? 2 : 1), k = 0;
	bool put = false;

	*p = *from;
	p->step = rule(STATE_SYNCED) ? SYNC_STATE : FORWARD;
	memset(d->file, 0, sizeof d->file);
	for (int j = 0; j <= old.n_files; j++) {
		if (!put &&
		    (j == old.n_files || old.file[j].epoch >= from->n)) {
			put = true;
			if (from->n >= oldest && k < FILES) {
				d->file[k].epoch = from->n;
				d->file[k].durable = NOTHING;
				if (j < old.n_files &&
				    old.file[j].epoch == from->n)
					d->file[k].durable =
					    old.file[j].durable;
				d->file[k++].found = from->state;
			}
		}
		if (j == old.n_files || old.file[j].epoch == from->n ||
		    old.file[j].epoch < oldest)
			continue;
		if (k == FILES) {
			full = true;
			break;
		}
		d->file[k++] = old.file[j];
	}
	d->n_files = (uint8_t)k;
}

static void
stage_input(const struct state *s, int i)
{
	const struct run *r = &s->run[i];
	const struct program *from = &r->program[STAGE];
	const struct message *in = &r->pipe[0];
	struct program *p;
	struct run *to;

	if (!alive(&r->program[SINK])) {
		go(s, i, STAGE, CUT_OFF, "stage finds no reader", -1);
		alone();
		return;
	}
	if (in->kind == 0) {
		if (!alive(&r->program[SOURCE])) {
			go(s, i, STAGE, CUT_OFF, "stage finds no end", -1);
			alone();
		}
		return;
	}
	if (in->kind != 'b' && r->pipe[1].kind != 0)
		return;
	p = go(s, i, STAGE,
	    in->kind == 'b'   ? SAVE
	    : in->kind == 'e' ? DONE
			      : WORK,
	    in->kind == 'b'   ? "stage takes barrier"
	    : in->kind == 'e' ? "stage forwards the end"
			      : "stage takes rows of cut",
	    in->kind == 'b' ? in->n : in->cut);
	alone();
	to = &last()->run[i];
	memset(&to->pipe[0], 0, sizeof to->pipe[0]);
	if (in->kind == 'e') {
		to->pipe[1] = *in;
		return;
	}
	p->state = from->state;
	if (in->kind == 'b') {
		p->n = in->n;
		p->mark = in->mark;
		return;
	}
	p->state = add_rows(from->state, start_of(in->cut), end_of(in->cut));
	to->pipe[1] = *in;
}

static void
stage(const struct state *s, int i)
{
	const struct run *r = &s->run[i];
	const struct program *from = &r->program[STAGE];
	struct program *p;
	struct message *out;

	if (from->step == BEGIN || from->step == CHECKED) {
		if (enter(s, i, STAGE))
			stage_load(s, i);
	} else if (from->step == WORK) {
		stage_input(s, i);
	} else if (from->step == SAVE) {
		stage_save(s, i);
	} else if (from->step == SYNC_STATE) {
		p = go(s, i, STAGE, FORWARD, "stage syncs its state", from->n);
		*p = *from;
		p->step = FORWARD;
		for (int k = 0; k < s->disk.n_files; k++)
			if (s->disk.file[k].epoch == from->n)
				last()->disk.file[k].durable =
				    s->disk.file[k].found;
	} else if (!alive(&r->program[SINK])) {
		go(s, i, STAGE, CUT_OFF, "stage finds no reader", -1);
		alone();
	} else if (r->pipe[1].kind == 0) {
		go(s, i, STAGE, WORK, "stage forwards barrier", from->n)
		    ->state = from->state;
		out = &last()->run[i].pipe[1];
		out->kind = 'b';
		out->n = from->n;
		out->mark = from->mark;
		out->state = from->state;
		alone();
	}
}

/* ---- the sink
 * ----------------------------------------------------------------
 */

static void
append(struct disk *d, struct unit u)
{
	if (d->n_units == UNITS)
		full = true;
	else
		d->unit[d->n_units++] = u;
}

static bool
sink_is_locked(const struct state *s)
{
	for (int k = 0; k < s->n_runs; k++)
		if (locked(&s->run[k].program[SINK]))
			return true;
	return false;
}

/* It has its locks: what is there? */
static void
sink_recover(const struct state *s, int i)
{
	const struct disk *d = &s->disk;
	int e = s->run[i].header.epoch, ahead = -1 - e;
	struct program *p = go(s, i, SINK, WORK, "sink locks, recovers to", e);
	struct disk *to = &last()->disk;
	unsigned n = e >= 0 && e < d->n_commits ? d->commit[e].length : 0;

	p->held = -1;
	for (int k = 0; k < d->n_units; k++)
		ahead += d->unit[k].numbered;
	if (d->n_commits - 1 != e || sink_is_locked(s) ||
	    (m.file ? d->n_units < n : ahead != 0 && ahead != 1)) {
		memset(p, 0, sizeof *p);
		p->step = REFUSED;
	} else if (m.file && rule(CUT_FILE)) {
		memset(to->unit + n, 0, (UNITS - n) * sizeof to->unit[0]);
		to->n_units = (uint8_t)n;
		if (to->sink_synced > n)
			to->sink_synced = (uint8_t)n;
	} else if (!m.file && ahead == 1) {
		if (rule(HELD_SYNCED))
			to->sink_synced = d->n_units;
		if (rule(SKIP_HELD))
			p->held = (int8_t)(e + 1);
	}
}

/* A stream that stops: as if its barrier had come, without the rule. */
static void
sink_eof(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[SINK];
	unsigned n = s->disk.n_commits, top = 0;
	struct program *p;

	if (rule(NO_END) || length(from->taken) == 0) {
		go(s, i, SINK, CUT_OFF, "sink finds no end", -1);
		alone();
		return;
	}
	for (unsigned k = 0; k < length(from->taken); k++)
		if (item(from->taken, k) + 1 > top)
			top = item(from->taken, k) + 1;
	p = go(s, i, SINK, WRITE, "sink takes the end of file for an end", -1);
	alone();
	p->taken = from->taken;
	p->held = from->held;
	p->n = (int8_t)n;
	p->mark = first(s->disk.log, n + 1);
	p->state = add_rows(0, 0, top);
}

static void
sink_rows(const struct state *s, int i, uint8_t cut)
{
	const struct program *from = &s->run[i].program[SINK];
	struct program *p =
	    go(s, i, SINK, WORK, "sink takes rows up to", end_of(cut));
	struct state *t = last();

	p->taken = add_rows(from->taken, start_of(cut), end_of(cut));
	p->held = from->held;
	memset(&t->run[i].pipe[1], 0, sizeof t->run[i].pipe[1]);
	for (unsigned r = start_of(cut); m.file && r < end_of(cut); r++)
		append(&t->disk, (struct unit){ .kind = 'r', .n = (int8_t)r });
	if (!m.file)
		alone();
}

static void
sink_barrier(const struct state *s, int i, const struct message *in)
{
	const struct program *from = &s->run[i].program[SINK];
	bool now = rule(SINK_FIRST) || from->held == in->n;
	struct program *p =
	    go(s, i, SINK, now ? WRITE : COMMIT, "sink takes barrier", in->n);

	alone();
	p->held = from->held;
	p->n = in->n;
	p->state = in->state;
	memset(&last()->run[i].pipe[1], 0, sizeof *in);
	if (now) {
		p->taken = from->taken;
		p->mark = in->mark;
		return;
	}
	p->length = (uint8_t)(s->disk.n_units + 1);
	p->late =
	    (struct epoch){ from->taken, in->mark, in->state, in->n, true };
}

static void
sink_input(const struct state *s, int i)
{
	const struct run *r = &s->run[i];
	const struct message in = r->pipe[1];

	if (in.kind == 0) {
		if (!alive(&r->program[STAGE]))
			sink_eof(s, i);
	} else if (in.kind == 'e') {
		go(s, i, SINK, DONE, "sink ends", -1);
		memset(&last()->run[i].pipe[1], 0, sizeof in);
		alone();
	} else if (in.kind == 'r') {
		sink_rows(s, i, in.cut);
	} else {
		sink_barrier(s, i, &in);
	}
}

/* An epoch becomes visible. */
static void
sink_write(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[SINK];
	int n = from->n;
	enum step next = rule(SINK_SYNCED) ? SYNC_SINK : COMMIT;
	struct unit u = { .kind = m.file ? 's' : 't', .state = from->state };
	struct program *p;

	if (from->held == n) {
		p = go(s, i, SINK, COMMIT, "sink has already epoch", n);
		alone();
		p->held = -1;
		p->n = (int8_t)n;
		p->state = from->state;
		if (s->disk.unit[n].mark != from->mark) {
			memset(p, 0, sizeof *p);
			p->step = REFUSED;
		}
		return;
	}
	if (!m.file) {
		u.n = (int8_t)n;
		u.taken = from->taken;
		u.mark = from->mark;
		u.numbered = rule(ONE_TRANSACTION);
		if (!u.numbered)
			next = NUMBER;
	}
	p = go(s, i, SINK, next, "sink writes epoch", n);
	p->held = -1;
	p->n = (int8_t)n;
	p->state = from->state;
	p->late.is = !rule(SINK_FIRST);
	append(&last()->disk, u);
}

static void
sink_commit(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[SINK];
	struct program *p =
	    go(s, i, SINK, SYNC_COMMIT, "sink logs commit", from->n);
	struct disk *d = &last()->disk;

	if (d->n_commits != from->n) {
		memset(p, 0, sizeof *p);
		p->step = REFUSED;
		return;
	}
	*p = *from;
	p->step = SYNC_COMMIT;
	if (d->n_commits == FILES) {
		full = true;
		return;
	}
	d->commit[d->n_commits].state = from->state;
	d->commit[d->n_commits++].length =
	    from->late.is ? from->length : s->disk.n_units;
}

static void
sink_sync_commit(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[SINK];
	struct program *p = go(s, i, SINK, from->late.is ? WRITE : WORK,
	    "sink syncs commits.log", -1);
	struct disk *d = &last()->disk;

	if (rule(COMMIT_SYNCED))
		d->commits_synced = d->n_commits;
	if (d->reported < d->n_commits)
		d->reported = d->n_commits;
	p->held = from->held;
	if (from->late.is) {
		p->taken = from->late.taken;
		p->mark = from->late.mark;
		p->state = from->late.state;
		p->n = from->late.n;
	}
}

static void
sink(const struct state *s, int i)
{
	const struct program *from = &s->run[i].program[SINK];
	struct program *p;

	if (from->step == BEGIN || from->step == CHECKED) {
		if (enter(s, i, SINK))
			sink_recover(s, i);
	} else if (from->step == WORK) {
		sink_input(s, i);
	} else if (from->step == WRITE) {
		sink_write(s, i);
	} else if (from->step == NUMBER) {
		p = go(s, i, SINK, SYNC_SINK, "sink notes epoch", from->n);
		*p = *from;
		p->step = SYNC_SINK;
		last()->disk.unit[s->disk.n_units - 1].numbered = true;
	} else if (from->step == SYNC_SINK) {
		p = go(s, i, SINK, from->late.is ? WORK : COMMIT,
		    "sink syncs itself", from->n);
		last()->disk.sink_synced = s->disk.n_units;
		p->held = from->held;
		if (!from->late.is) {
			p->n = from->n;
			p->state = from->state;
		}
	} else if (from->step == COMMIT) {
		sink_commit(s, i);
	} else {
		sink_sync_commit(s, i);
	}
}

/* ---- what goes wrong
 * ---------------------------------------------------------
 */

static void
begin_runs(const struct state *s)
{
	const struct run *r = &s->run[s->n_runs - 1];
	struct state *t;

	if (s->n_runs == m.runs ||
	    (s->n_runs > 0 && alive(&r->program[SOURCE]) &&
		r->program[SOURCE].step != BEGIN))
		return;
	t = &offer(s, s->n_runs, "begins", -1)->to;
	for (int k = 0; k < 3; k++)
		t->run[t->n_runs].program[k].step = BEGIN;
	t->n_runs++;
}

static void
kills(const struct state *s)
{
	static const char *const says[3] = { "source is killed",
		"stage is killed", "sink is killed" };

	/* The last one is to show what is left. */
	for (int i = 0; i < s->n_runs && i < m.runs - 1; i++)
		for (int who = 0; who < 3; who++)
			if (alive(&s->run[i].program[who]))
				go(s, i, who, KILLED, says[who], -1);
}

static void
drop_files(struct disk *d)
{
	int k = 0;

	for (int j = 0; j < d->n_files; j++)
		if (d->file[j].found != NOTHING)
			d->file[k++] = d->file[j];
	memset(d->file + k, 0, (FILES - (size_t)k) * sizeof d->file[0]);
	d->n_files = (uint8_t)k;
}

/* Of the k-th state and those behind it, each may be there or not. */
static void
lose_files(struct state *t, int k, const struct state *before)
{
	struct disk *d = &t->disk;

	for (; k < d->n_files; k++)
		if (d->file[k].durable != d->file[k].found)
			break;
	if (k == d->n_files) {
		struct state u = *t;

		drop_files(&u.disk);
		if (memcmp(&u, before, sizeof u) != 0)
			offer(&u, -1, "power fails", -1);
		return;
	}
	for (int kept = 0; kept < 2; kept++) {
		struct state u = *t;
		uint64_t v = kept ? d->file[k].found : d->file[k].durable;

		u.disk.file[k].durable = u.disk.file[k].found = v;
		lose_files(&u, k + 1, before);
	}
}

static void
lose_units(const struct state *t, const struct state *before)
{
	for (unsigned n = t->disk.sink_synced; n <= t->disk.n_units; n++) {
		struct state u = *t;

		memset(u.disk.unit + n, 0, (UNITS - n) * sizeof u.disk.unit[0]);
		u.disk.n_units = u.disk.sink_synced = (uint8_t)n;
		lose_files(&u, 0, before);
	}
}

static void
outages(const struct state *s)
{
	const struct disk *d = &s->disk;
	struct state t = *s;

	for (int i = 0; i < t.n_runs; i++) {
		for (int who = 0; who < 3; who++) {
			struct program *p = &t.run[i].program[who];

			if (alive(p)) {
				memset(p, 0, sizeof *p);
				p->step = KILLED;
			}
		}
		memset(t.run[i].pipe, 0, sizeof t.run[i].pipe);
	}
	for (unsigned l = d->log_synced; l <= length(d->log); l++)
		for (unsigned c = d->commits_synced; c <= d->n_commits; c++) {
			struct state u = t;

			u.disk.log = first(d->log, l);
			u.disk.log_synced = (uint8_t)l;
			memset(u.disk.commit + c, 0,
			    (FILES - c) * sizeof u.disk.commit[0]);
			u.disk.n_commits = u.disk.commits_synced = (uint8_t)c;
			lose_units(&u, s);
		}
}

/* ---- what must hold
 * ----------------------------------------------------------
 */

/* Rows 0, 1, 2, ... and no others? */
static bool
in_order(uint64_t rows)
{
	return rows == add_rows(0, 0, length(rows));
}

static const char *
check_file(const struct disk *d)
{
	unsigned n = d->n_commits != 0 ? d->commit[d->n_commits - 1].length : 0;
	uint64_t rows = 0, done = 0;

	if (d->n_units < n)
		return "stays: the file is shorter than committed";
	for (unsigned k = 0; k < n; k++) {
		const struct unit *u = &d->unit[k];

		if (u->kind == 'r')
			rows = add(rows, (unsigned)u->n);
		else if (u->state != rows)
			return "whole: a state that is not that of its rows";
		else
			done = rows;
	}
	if (!in_order(rows) || rows != done)
		return "whole: rows in the file are lost or double";
	return d->n_commits < d->reported ? "stays: a commit is gone" : NULL;
}

static const char *
check_table(const struct disk *d)
{
	uint64_t rows = 0;

	for (int k = 0; k < d->n_units; k++) {
		const struct unit *u = &d->unit[k];

		rows = add_list(rows, u->taken);
		if (u->n != k || u->state != rows || !in_order(rows))
			return "whole: rows in the table are lost or double";
		if (!u->numbered && k + 1 < d->n_units)
			return "whole: an epoch has no number";
	}
	return d->n_units < d->reported
		   ? "stays: an epoch is gone from the table"
		   : NULL;
}

/* Nothing goes on: did those who were not hurt end well? */
static const char *
check_quiet(const struct state *s)
{
	unsigned rows = 0;

	for (int k = 0; k < s->disk.n_units; k++)
		rows += m.file ? s->disk.unit[k].kind == 'r'
			       : length(s->disk.unit[k].taken);
	for (int i = 0; i < s->n_runs; i++) {
		const struct program *p = s->run[i].program;
		bool hurt = p[SOURCE].step == REFUSED, done = true;

		for (int k = 0; k < 3; k++) {
			hurt = hurt || p[k].step == KILLED;
			done = done && p[k].step == DONE;
		}
		if (!hurt && !done)
			return "recovers: a run that nobody hurt does not end "
			       "well";
		if (!hurt && rows != ROWS)
			return "complete: a run ends and not all rows are "
			       "there";
	}
	return NULL;
}

/* ---- the search
 * --------------------------------------------------------------
 */

static void
forget_run(struct run *r, bool *numbers)
{
	bool killed = false, entering = false;

	for (int k = 0; k < 3; k++)
		killed = killed || r->program[k].step == KILLED;
	/* Why the others of its run ended shows nothing. */
	for (int k = 0; killed && k < 3; k++)
		if (!alive(&r->program[k]))
			r->program[k].step = KILLED;
	for (int k = 0; k < 2; k++)
		if (!alive(&r->program[k + 1]))
			memset(&r->pipe[k], 0, sizeof r->pipe[k]);
	for (int k = STAGE; k <= SINK; k++)
		entering = entering || r->program[k].step == BEGIN ||
			   r->program[k].step == CHECKED;
	if (!entering)
		memset(&r->header, 0, sizeof r->header);
	*numbers =
	    *numbers ||
	    (entering && (r->header.is || r->program[SOURCE].step == READ));
}

/* Forgets what nobody can ever see again: then more states are one. */
static void
tidy(struct state *s)
{
	bool numbers = false;

	for (int i = 0; i < s->n_runs; i++)
		forget_run(&s->run[i], &numbers);
	if (!numbers)
		s->disk.run = 0;
}

/* Fills m.move.  A step that only moves a message, or ends a program that is
 * cut off, changes nothing that others than its neighbours see, and it stays
 * possible until it is done: it is explored alone, at once.  That it might have
 * been prevented by a kill shows nothing new, because its receiver can be
 * killed before it acts. */
static const char *
expand(const struct state *s)
{
	static void (*const programs[3])(
	    const struct state *, int) = { source, stage, sink };

	m.n_moves = 0;
	full = false;
	for (int i = 0; i < s->n_runs; i++)
		for (int who = 0; who < 3; who++) {
			int from = m.n_moves;

			if (!alive(&s->run[i].program[who]))
				continue;
			programs[who](s, i);
			if (m.n_moves == from || !m.move[from].alone)
				continue;
			memmove(m.move, m.move + from,
			    (size_t)(m.n_moves - from) * sizeof m.move[0]);
			m.n_moves -= from;
			return NULL;
		}
	if (m.n_moves == 0) {
		const char *wrong = check_quiet(s);

		if (wrong != NULL)
			return wrong;
	}
	begin_runs(s);
	kills(s);
	if (s->n_runs < m.runs)
		outages(s);
	return NULL;
}

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static void
hash(const struct state *s, uint64_t out[2])
{
	uint64_t word;

	_Static_assert(sizeof *s % sizeof word == 0, "whole words");
	out[0] = 1;
	out[1] = UINT64_C(0x5851f42d4c957f2d);
	for (size_t at = 0; at < sizeof *s; at += sizeof word) {
		memcpy(&word, (const char *)s + at, sizeof word);
		out[0] = mix(out[0], word);
		out[1] = mix(out[1] + 1, word ^ out[0]);
	}
}

static void *
more(void *p, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return p;
	*cap = *cap != 0 ? *cap * 2 : 1024;
	p = realloc(p, *cap * size);
	if (p == NULL) {
		fprintf(stderr, "model: out of memory\n");
		exit(3);
	}
	return p;
}

static void
rehash(void)
{
	free(m.table);
	m.slots = m.slots != 0 ? m.slots * 2 : 4096;
	m.table = calloc(m.slots, sizeof m.table[0]);
	if (m.table == NULL) {
		fprintf(stderr, "model: out of memory\n");
		exit(3);
	}
	for (size_t k = 0; k < m.n_seen; k++) {
		size_t at = m.seen[k].hash[0] & (m.slots - 1);

		while (m.table[at] != 0)
			at = (at + 1) & (m.slots - 1);
		m.table[at] = (uint32_t)k + 1;
	}
}

static uint16_t
number_of(const char *what)
{
	uint16_t k = 0;

	while (m.says[k] != NULL && m.says[k] != what)
		k++;
	m.says[k] = what;
	return k;
}

/* Is it new?  Then it is noted how it came. */
static bool
remember(const struct state *s, uint32_t parent, const struct move *v)
{
	uint64_t h[2];
	size_t at;

	if (m.n_seen * 2 >= m.slots)
		rehash();
	hash(s, h);
	for (at = h[0] & (m.slots - 1); m.table[at] != 0;
	     at = (at + 1) & (m.slots - 1)) {
		const struct seen *k = &m.seen[m.table[at] - 1];

		if (k->hash[0] == h[0] && k->hash[1] == h[1])
			return false;
	}
	m.seen = more(m.seen, m.n_seen, &m.cap_seen, sizeof m.seen[0]);
	m.seen[m.n_seen] = (struct seen){ { h[0], h[1] }, parent,
		v != NULL ? number_of(v->what) : 0,
		(int8_t)(v != NULL ? v->run : -1),
		(int8_t)(v != NULL ? v->n : -1) };
	m.table[at] = (uint32_t)++m.n_seen;
	return true;
}

static void
push(struct wave *w, const struct state *s)
{
	size_t cap = w->cap;

	w->v = more(w->v, w->n, &cap, sizeof w->v[0]);
	w->number = more(w->number, w->n, &w->cap, sizeof w->number[0]);
	w->v[w->n] = *s;
	w->number[w->n++] = (uint32_t)m.n_seen - 1;
}

/* The moves from the k-th of a wave; the new states go to `to`.  Where it goes
 * wrong m.wrong says how; *at is the state then. */
static void
follow(const struct wave *w, size_t k, struct wave *to, uint32_t *at)
{
	m.wrong = expand(&w->v[k]);
	*at = w->number[k];
	if (full)
		m.cut_off = true;
	for (int j = 0; j < m.n_moves && m.wrong == NULL && !full; j++) {
		struct state *t = &m.move[j].to;

		tidy(t);
		if (!remember(t, w->number[k], &m.move[j]))
			continue;
		push(to, t);
		if (memcmp(&t->disk, &w->v[k].disk, sizeof t->disk) == 0)
			continue;
		m.wrong = m.file ? check_file(&t->disk) : check_table(&t->disk);
		*at = (uint32_t)m.n_seen - 1;
	}
}

/* How it came to that state, from the beginning. */
static void
show(uint32_t at)
{
	const struct seen *s = &m.seen[at];

	if (at == 0)
		return;
	show(s->parent);
	printf("    ");
	if (s->run >= 0)
		printf("run %d: ", s->run);
	printf("%s", m.says[s->what]);
	if (s->n >= 0)
		printf(" %d", s->n);
	printf("\n");
}

/* All states; m.wrong, if there is a bad one, and which. */
static uint32_t
explore(bool file, int broken, int runs)
{
	static const struct state nothing;
	struct wave now = { 0 }, next = { 0 };
	uint32_t at = 0;

	m.file = file;
	m.broken = broken;
	m.runs = runs;
	m.n_seen = 0;
	m.slots = 0;
	m.wrong = NULL;
	m.cut_off = false;
	remember(&nothing, 0, NULL);
	push(&now, &nothing);
	while (now.n != 0 && m.wrong == NULL) {
		struct wave was = now;

		next.n = 0;
		for (size_t k = 0; k < now.n && m.wrong == NULL; k++)
			follow(&now, k, &next, &at);
		now = next;
		next = was;
	}
	free(now.v);
	free(now.number);
	free(next.v);
	free(next.number);
	return at;
}

/* ---- what is asked
 * -----------------------------------------------------------
 */

static int
all(int runs)
{
	int failed = 0;

	for (int file = 0; file < 2; file++) {
		uint32_t at = explore(file, -1, runs);

		printf("model: %s: %s", file ? "file" : "table",
		    m.wrong != NULL ? m.wrong : "");
		if (m.wrong == NULL)
			printf("%zu states of %d runs, %s", m.n_seen, runs,
			    m.cut_off ? "TOO MANY for its bounds"
				      : "all right");
		printf("\n");
		if (m.wrong != NULL)
			show(at);
		failed += m.wrong != NULL || m.cut_off;
		fflush(stdout);
	}
	return failed;
}

/* With as few runs as show it. */
static int
without(int r, bool file, int runs, bool way)
{
	uint32_t at = 0;
	int n;

	if (rules[r].sink != 0 && rules[r].sink != (file ? 'f' : 't'))
		return 0;
	for (n = 2; n <= runs; n++) {
		at = explore(file, r, n);
		if (m.wrong != NULL)
			break;
	}
	printf("model: %s: without %s: %s", file ? "file" : "table",
	    rules[r].name, m.wrong != NULL ? m.wrong : "NOT SEEN");
	if (m.wrong != NULL)
		printf(" (%d runs)", n);
	printf("\n");
	if (m.wrong != NULL && way)
		show(at);
	fflush(stdout);
	return m.wrong == NULL;
}

int
main(int argc, char *argv[])
{
	int runs = argc > 1 ? atoi(argv[1]) : RUNS, failed = 0;
	bool mutants = argc == 3 && strcmp(argv[2], "mutants") == 0;
	bool one = argc == 4 && strcmp(argv[2], "without") == 0;
	bool known = false;

	if (runs < 2 || runs > RUNS || (argc > 2 && !mutants && !one)) {
		fprintf(stderr,
		    "usage: protocol [RUNS [mutants | without RULE]]\n");
		for (int r = 0; r < N_RULES; r++)
			fprintf(stderr, "  %-27s %s\n", rules[r].name,
			    rules[r].text);
		return 2;
	}
	if (argc <= 2)
		failed = all(runs);
	for (int r = 0; r < N_RULES && argc > 2; r++) {
		if (one && strcmp(argv[3], rules[r].name) != 0)
			continue;
		known = true;
		for (int file = 0; file < 2; file++)
			failed += without(r, file, runs, one);
	}
	free(m.seen);
	free(m.table);
	return failed != 0 || (one && !known);
}

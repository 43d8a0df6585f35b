/*
 * Several threads on one text: whatever the text is, rows, epochs, figures,
 * bad records and errors are those of one thread.
 *
 * Texts are made of good and ugly records by a generator; pieces and reads are
 * so small that their borders come to lie everywhere.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/number.h"
#include "ingest/crew.h"
#include "ingest/ingest.h"
#include "ingest/piece.h"
#include "unit.h"

/* ---- an io table that counts and is unkind ------------------------------ */

static const struct spt_io *real;
static struct spt_io io;
static pthread_t self;
static size_t read_most = 1 << 20;
static atomic_long allocs, fail_at; /* 0: never */
static atomic_int by_others;        /* allocations of other threads */

static ssize_t
read_some(const struct spt_io *table, int fd, void *p, size_t n)
{
	(void)table;
	return real->read(real, fd, p, n < read_most ? n : read_most);
}

static void *
count_alloc(const struct spt_io *table, void *p, size_t n)
{
	(void)table;
	if (!pthread_equal(pthread_self(), self))
		by_others++;
	return ++allocs == fail_at ? NULL : real->realloc(real, p, n);
}

/* ---- a port that writes everything down --------------------------------- */

struct notes {
	struct spt_port port;
	struct spt_buf text;
};

static int
note_schema(
    struct spt_port *port, const struct spt_schema *s, struct spt_err *e)
{
	struct notes *o = (struct notes *)port;

	return spt_buf_printf(&o->text, e, "%zu columns\n", s->n);
}

static void
note_cell(struct spt_buf *t, const struct spt_col *c, int64_t i)
{
	struct spt_err e = { 0 };
	char text[SPT_NUMBER_TEXT];
	const char *p;
	size_t n;
	int rc;

	if (spt_col_null(c, i)) {
		rc = spt_buf_puts(t, "null", &e);
	} else if (c->type == SPT_UTF8) {
		p = spt_col_str(c, i, &n);
		rc = spt_buf_printf(t, &e, "[%.*s]", (int)n, p);
	} else if (c->type == SPT_FLOAT64) {
		spt_float_print(text, c->floats[i]);
		rc = spt_buf_puts(t, text, &e);
	} else {
		rc = spt_buf_printf(t, &e, "%lld", (long long)c->ints[i]);
	}
	if (rc < 0)
		abort();
}

static int
note_batch(struct spt_port *port, const struct spt_batch *b, struct spt_err *e)
{
	struct notes *o = (struct notes *)port;

	for (int64_t i = 0; i < b->rows; i++) {
		for (size_t k = 0; k < b->n; k++) {
			note_cell(&o->text, &b->cols[k], i);
			if (spt_buf_putc(&o->text, ',', e) < 0)
				return -1;
		}
		if (spt_buf_putc(&o->text, '\n', e) < 0)
			return -1;
	}
	return 0;
}

static int
note_control(
    struct spt_port *port, const struct spt_control *c, struct spt_err *e)
{
	struct notes *o = (struct notes *)port;
	const char *progress = spt_meta_get(&c->extra, SPT_KEY_PROGRESS);

	return spt_buf_printf(&o->text, e, "kind %d epoch %lld final %d %s\n",
	    (int)c->kind, (long long)c->epoch, c->final,
	    progress != NULL ? progress : "");
}

static int
do_nothing(struct spt_port *port, struct spt_err *e)
{
	(void)port;
	(void)e;
	return 0;
}

static void
leave(struct spt_port *port)
{
	(void)port;
}

static const struct spt_port_ops ops = {
	.schema = note_schema,
	.batch = note_batch,
	.control = note_control,
	.flush = do_nothing,
	.end = do_nothing,
	.close = leave,
};

/* ---- a run -------------------------------------------------------------- */

struct result {
	int rc;
	struct spt_err e;
	struct notes notes;
	struct spt_buf said, bad;
};

static char dir[64] = "/tmp/spate-unit-XXXXXX";
static char bad_path[128];

static void
note_said(void *result, const char *line)
{
	struct result *r = result;
	struct spt_err e = { 0 };

	CHECK(spt_buf_printf(&r->said, &e, "%s\n", line) == 0);
}

static void
read_bad(struct result *r)
{
	FILE *f = fopen(bad_path, "r");
	char some[4096];
	struct spt_err e = { 0 };
	size_t n;

	while (f != NULL && (n = fread(some, 1, sizeof some, f)) != 0)
		CHECK(spt_buf_put(&r->bad, some, n, &e) == 0);
	if (f != NULL)
		fclose(f);
	unlink(bad_path);
}

static void
run(struct result *r, const struct spt_ingest_conf *like, int jobs)
{
	struct spt_ingest_conf conf = *like;

	memset(r, 0, sizeof *r);
	spt_buf_init(&r->notes.text, real);
	spt_buf_init(&r->said, real);
	spt_buf_init(&r->bad, real);
	r->notes.port.ops = &ops;
	r->notes.port.fd = -1;
	conf.jobs = jobs;
	conf.say = note_said;
	conf.ctx = r;
	r->rc = spt_ingest_run(&conf, &io, &r->notes.port, &r->e);
	read_bad(r);
}

static void
forget(struct result *r)
{
	spt_buf_fini(&r->notes.text);
	spt_buf_fini(&r->said);
	spt_buf_fini(&r->bad);
}

static bool
same(const struct spt_buf *a, const struct spt_buf *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Rows that were out before a failure may be more or fewer, so of failures the
 * message is compared. */
static bool
equal(const struct result *a, const struct result *b)
{
	if (a->rc != b->rc || a->e.kind != b->e.kind ||
	    strcmp(a->e.msg, b->e.msg) != 0)
		return false;
	return a->rc < 0 ||
	       (same(&a->notes.text, &b->notes.text) &&
		   same(&a->said, &b->said) && same(&a->bad, &b->bad));
}

static void
compare(const struct spt_ingest_conf *conf, unsigned seed)
{
	static const int jobs[] = { 2, 3, 8 };
	struct result one, many;

	run(&one, conf, 1);
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
		run(&many, conf, jobs[i]);
		CHECK(equal(&one, &many));
		if (!equal(&one, &many))
			printf("seed %u, %s, %d threads, -b %s: %s | %s\n",
			    seed, conf->decode.format, jobs[i],
			    conf->bad != NULL ? conf->bad : "stop", one.e.msg,
			    many.e.msg);
		forget(&many);
	}
	forget(&one);
}

/* ---- texts -------------------------------------------------------------- */

static unsigned state;

static unsigned
pick(unsigned n)
{
	state = state * 1103515245u + 12345u;
	return (state >> 16) % n;
}

static void
csv_record(FILE *f, unsigned ugly)
{
	static const char *const texts[] = { "a", "plain text", "",
		"\"quoted\"", "\"a,b\"", "\"two\nlines\"",
		"\"many\n\n\nlines\n\"", "\"say \"\"it\"\"\"", "\"\"",
		"\xc3\xa9t\xc3\xa9", "\"\r\n\"" };
	static const char *const bad[] = { "x,y,z\n", "1,2\n", "\"x\"y,1,2.5\n",
		"a\"b,1,2\n", "a,1,2,4\n", "\n", "\xff\xfe,1,1\n",
		"a,1,1e999\n", "\"a\n\"b,1,2\n", "5\" disk,1,2\n", "\r\n",
		"a,\"1\n\",2\n" };

	if (pick(1000) < ugly) {
		fputs(bad[pick(sizeof bad / sizeof *bad)], f);
		return;
	}
	if (ugly != 0 && pick(400) == 0) {
		fputc('"', f);
		for (unsigned i = pick(4000); i > 0; i--)
			fputc(pick(30) == 0 ? '\n' : 'x', f);
		fputs("\",1,2", f);
	} else {
		fprintf(
		    f, "%s,%u,%u.5", texts[pick(11)], pick(100000), pick(9));
	}
	fputs(pick(3) == 0 ? "\r\n" : "\n", f);
}

static void
json_record(FILE *f, unsigned ugly)
{
	static const char *const bad[] = { "{\"a\":}\n", "[]\n", "\n",
		"{\"b\":\"x\"}\n", "{\"a\":1}}\n", "{\"c\":\"\xff\"}\n", "{" };

	if (pick(1000) < ugly)
		fputs(bad[pick(7)], f);
	else
		fprintf(f, "{\"a\":\"t%u\", \"b\":%u,\"%s\":%u.25}%s",
		    pick(9999), pick(99999), pick(20) != 0 ? "c" : "other",
		    pick(9), pick(5) != 0 ? "\n" : "\r\n");
}

static void
log_record(FILE *f, unsigned ugly)
{
	static const char *const bad[] = { "what is this\n", "\n",
		"h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" x 1\n" };

	if (pick(1000) < ugly)
		fputs(bad[pick(3)], f);
	else
		fprintf(f,
		    "10.0.0.%u - - [10/Oct/2000:13:%02u:36 -0700] \"GET /p%u "
		    "HTTP/1.0\" 200 %u \"-\" \"agent \\\"%u\\\"\"\n",
		    pick(255), pick(60), pick(99), pick(9999), pick(9));
}

static void
word_record(FILE *f, unsigned ugly)
{
	if (pick(1000) < 3 * ugly)
		fputs("nothing\n", f);
	else
		fprintf(f, "k=%u v=%u\n", pick(99999), pick(99));
}

static void
year_record(FILE *f, unsigned ugly)
{
	if (pick(1000) < ugly)
		fputs("<34>nonsense\n", f);
	else
		fprintf(f, "<34>Oct %2u 22:14:%02u host app[%u]: text %u\n",
		    1 + pick(28), pick(60), pick(999), pick(99999));
}

static const struct kind {
	const char *format, *schema, *columns, *pattern, *header;
	void (*record)(FILE *f, unsigned ugly);
} kinds[] = {
	{ "csv", "a string, b int, c float", NULL, NULL, "a,b,c\n",
	    csv_record },
	{ "csv", "a string, b int, c float", "c,a", NULL,
	    "\xef\xbb\xbf\"a\",b,c\r\n", csv_record },
	{ "ndjson", "a string, b int, c float", "a,b,c", NULL, "",
	    json_record },
	{ "combined", NULL, NULL, NULL, "", log_record },
	{ "regex", "k int, v int", NULL, "^k=(?<k>[0-9]+) v=(?<v>[0-9]+)", "",
	    word_record },
	{ "syslog", NULL, NULL, NULL, "", year_record },
};

#define KINDS (sizeof kinds / sizeof *kinds)

static void
write_text(const char *path, const struct kind *k, unsigned ugly)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL);
	if (f == NULL)
		return;
	fputs(k->header, f);
	for (unsigned i = 0; i < 800; i++)
		k->record(f, ugly);
	if (pick(2) == 0) {
		k->record(f, ugly);
		if (pick(2) == 0) /* no newline at the end */
			CHECK(ftruncate(fileno(f), (fflush(f), ftell(f)) - 1) ==
			      0);
	}
	fclose(f);
}

/* ---- tests --------------------------------------------------------------- */

static void
set(struct spt_ingest_conf *conf, const struct kind *k, char *const *paths)
{
	memset(conf, 0, sizeof *conf);
	conf->sources = paths;
	conf->n_sources = 2;
	conf->rows = -1;
	conf->piece = 256 + pick(2000);
	conf->decode.format = k->format;
	conf->decode.schema = k->schema;
	conf->decode.columns = k->columns;
	conf->decode.pattern = k->pattern;
	conf->decode.pattern_skips = k->pattern != NULL;
	conf->decode.max_record = 1500;
}

static void
test_texts(void)
{
	static const unsigned ugly[] = { 0, 2, 20, 300 };
	char path[2][128];
	char *const paths[] = { path[0], path[1] };
	struct spt_ingest_conf conf;

	snprintf(path[0], sizeof path[0], "%s/one", dir);
	snprintf(path[1], sizeof path[1], "%s/two", dir);
	for (unsigned seed = 0; seed < 240; seed++) {
		const struct kind *k = &kinds[seed % KINDS];
		unsigned how;

		state = seed + 1;
		read_most = 50 + pick(3000);
		how = ugly[pick(4)];
		write_text(path[0], k, how);
		write_text(path[1], k, how);
		set(&conf, k, paths);
		conf.bad = pick(4) == 0 ? NULL : pick(2) ? "skip" : bad_path;
		if (pick(4) == 0)
			conf.rows = pick(1800);
		if (pick(3) == 0)
			conf.epoch_rows = conf.piece / 8 + pick(900);
		else if (pick(2) == 0)
			conf.epoch_size = (int64_t)conf.piece * 8 + pick(9000);
		else if (pick(3) == 0)
			conf.epoch_mark = "nothing";
		compare(&conf, seed);
	}
	CHECK(by_others > 0);
	unlink(path[0]);
	unlink(path[1]);
}

/* The k-th allocation fails, whoever makes it: nothing is lost, or the run
 * fails for want of memory. */
static void
test_memory(void)
{
	char path[128];
	char *const paths[] = { path, path };
	struct spt_ingest_conf conf;
	struct result one, r;
	long k = 0, step = 1;

	snprintf(path, sizeof path, "%s/one", dir);
	state = 7;
	read_most = 2000;
	write_text(path, &kinds[0], 5);
	set(&conf, &kinds[0], paths);
	conf.bad = bad_path;
	run(&one, &conf, 1);
	CHECK(one.rc == 0);
	do {
		k += step;
		step = 1 + k / 16;
		allocs = 0;
		fail_at = k;
		run(&r, &conf, 3);
		fail_at = 0;
		if (r.rc == 0)
			CHECK(equal(&one, &r));
		else
			CHECK(r.e.kind == SPT_ESYSTEM);
		forget(&r);
	} while (allocs >= k);
	CHECK(k > 100);
	forget(&one);
	unlink(path);
}

static void
test_cut(void)
{
	static const struct {
		const char *text;
		bool quotes;
		size_t want;
	} cases[] = {
		{ "", true, 0 },
		{ "abc", true, 0 },
		{ "a\nb\nc", false, 4 },
		{ "a\nb\nc", true, 4 },
		{ "a,1,2,3,4,5\nb,\"x\ny", true, 12 },
		{ "a,1\nb,\"x\ny", true, 9 },
		{ "a,1\nb,\"x\ny", false, 9 },
		{ "a,\"1\n2\"\nb,\"3\n", true, 8 },
		{ "a\nb,\"c\n\n\n\n\n\n\n\n\n", true, 15 },
		{ "\"\n", true, 2 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_INT(spt_piece_cut(cases[i].text, strlen(cases[i].text),
			      cases[i].quotes),
		    (long long)cases[i].want);
}

/* ---- the crew by itself -------------------------------------------------- */

struct job {
	int number;
	long sum;
};

static void
add_up(void *job)
{
	struct job *j = job;

	j->sum = 0;
	for (int i = 0; i <= j->number % 1000; i++)
		j->sum += i;
}

static void
test_crew(int threads)
{
	struct job jobs[7], *j;
	struct spt_err e = { 0 };
	struct spt_crew *c;
	int put = 0, got = 0;
	bool good = true;

	CHECK(spt_crew_open(&c, real, threads, 7, add_up, &e) == 0);
	CHECK(spt_crew_get(c, true) == NULL);
	while (got < 5000) {
		if (put < 5000 && spt_crew_out(c) < 7) {
			jobs[put % 7].number = put;
			spt_crew_put(c, &jobs[put % 7]);
			put++;
		}
		j = spt_crew_get(c, put == 5000 || spt_crew_out(c) == 7);
		if (j == NULL)
			continue;
		good &= j->number == got &&
			j->sum == (long)(got % 1000) * (got % 1000 + 1) / 2;
		got++;
	}
	CHECK(good);
	/* It may end with jobs that nobody got, begun or not. */
	for (int i = 0; i < 5; i++)
		spt_crew_put(c, &jobs[i]);
	spt_crew_close(c);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(bad_path, sizeof bad_path, "%s/bad", dir);
	real = spt_io_system();
	self = pthread_self();
	io = *real;
	io.read = read_some;
	io.realloc = count_alloc;
	test_cut();
	test_crew(0);
	test_crew(1);
	test_crew(4);
	test_texts();
	test_memory();
	rmdir(dir);
	return DONE;
}

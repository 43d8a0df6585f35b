/* Sessions: the golden cases, gaps from a column, restarts entry by entry, and
 * the table of sessions against intervals that are joined by hand. */
#include "unit.h"
#include "window_pipe.h"
#include "window/sessions.h"

/* ---- the golden cases ---------------------------------------------------- */

#define B1                                                           \
	"40,hello 40,world 40,spark 40,streaming 41,world 41,hello " \
	"41,structured 41,streaming"

static void
g31_append(void)
{
	struct harness h;

	start(&h, "time timestamp, word string");
	h.keep_side = true;
	CHECK(mark(&h, "time", 30) == 0);
	CHECK(window(&h, "gap:10s", 0, "word", NULL, NULL, "count") == 0);
	CHECK_STR(harness_epoch(&h, B1), "");
	CHECK_STR(harness_epoch(&h, "25,spark 25,streaming"), "");
	CHECK_STR(harness_epoch(&h, "0,spark 0,streaming"), "");
	CHECK_INT(harness_figure(&h, 1, "late"), 2);
	CHECK_STR(harness_side(&h, 1), "0,spark 0,streaming");
	CHECK_STR(harness_epoch(&h, "30,spark 30,streaming"), "");
	CHECK_STR(harness_epoch(&h, "60,hello 60,apache 60,spark"), "");
	CHECK_STR(harness_epoch(&h, "90,structured 90,streaming"),
	    "25,50,spark,3 25,51,streaming,4 40,51,hello,2 40,51,world,2 "
	    "41,51,structured,1");
	CHECK_INT(harness_figure(&h, 1, "windows"), 5);
	CHECK_INT(harness_figure(&h, 1, "groups"), 5);
	CHECK_STR(harness_final(&h, ""),
	    "60,70,apache,1 60,70,hello,1 60,70,spark,1 90,100,streaming,1 "
	    "90,100,structured,1");
	harness_fini(&h);
}

static void
g31_complete(void)
{
	struct harness h;

	start(&h, "time timestamp, word string");
	CHECK(mark(&h, "time", 30) == 0);
	CHECK(window(&h, "gap:10s", 0, "word", NULL, "complete", "count") == 0);
	CHECK_STR(harness_epoch(&h, B1),
	    "40,50,spark,1 40,51,hello,2 40,51,streaming,2 40,51,world,2 "
	    "41,51,structured,1");
	CHECK_STR(harness_epoch(&h, "25,spark 25,streaming"),
	    "25,35,spark,1 25,35,streaming,1 40,50,spark,1 40,51,hello,2 "
	    "40,51,streaming,2 40,51,world,2 41,51,structured,1");
	CHECK_STR(harness_epoch(&h, "30,spark 30,streaming"),
	    "25,50,spark,3 25,51,streaming,4 40,51,hello,2 40,51,world,2 "
	    "41,51,structured,1");
	CHECK_STR(harness_epoch(&h, ""), "");
	CHECK_STR(harness_epoch(&h, "60,hello 60,apache 60,spark"),
	    "25,50,spark,3 25,51,streaming,4 40,51,hello,2 40,51,world,2 "
	    "41,51,structured,1 60,70,apache,1 60,70,hello,1 60,70,spark,1");
	harness_fini(&h);
}

/* The gap of hello is 1 s, of structured 0, of world -10 s, else 10 s. */
static void
g32(const char *type, const char *unit)
{
	static const struct {
		const char *word;
		int gap;
	} gaps[] = { { "hello", 1 }, { "structured", 0 }, { "world", -10 } };
	static const char *const epochs[] = { B1, "25,spark 25,streaming",
		"0,spark 0,streaming", "30,spark 30,streaming",
		"60,hello 60,apache 60,spark", "90,structured 90,streaming" };
	char columns[64], rows[512];
	struct harness h;

	snprintf(columns, sizeof columns,
	    "time timestamp, word string, wait %s", type);
	start(&h, columns);
	CHECK(mark(&h, "time", 30) == 0);
	CHECK(window(&h, "gap:@wait", 0, "word", NULL, NULL, "count") == 0);
	for (int i = 0; i < 6; i++) {
		size_t n = 0;

		for (const char *p = epochs[i]; *p != '\0'; p += *p == ' ') {
			size_t len = strcspn(p, " ");
			int gap = 10;

			for (int k = 0; k < 3; k++)
				if (strncmp(strchr(p, ',') + 1, gaps[k].word,
					strlen(gaps[k].word)) == 0)
					gap = gaps[k].gap;
			n += (size_t)snprintf(rows + n, sizeof rows - n,
			    "%.*s,%d%s ", (int)len, p, gap, unit);
			p += len;
		}
		CHECK_STR(harness_epoch(&h, rows),
		    i < 5 ? ""
			  : "25,50,spark,3 25,51,streaming,4 40,42,hello,2");
	}
	CHECK_INT(harness_figure(&h, 1, "no_gap"), 1);
	CHECK_INT(harness_figure(&h, 1, "counted"), 1);
	harness_fini(&h);
}

/* ---- gaps ---------------------------------------------------------------- */

static void
gaps(void)
{
	struct harness h;

	/* Inclusive: a row at the very end of a session is part of it. */
	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "gap:5s", 0, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(harness_final(&h, "0 5 10 15.000001 -5.000001"),
	    "-5.000001,-0.000001,1 0,15,3 15.000001,20.000001,1");
	harness_fini(&h);

	/* The documentation's: 00:00, 04:30, 10:00 with 5 minutes. */
	start(&h, "time timestamp");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "gap:5m", 0, NULL, NULL, NULL, "count") == 0);
	CHECK_STR(harness_final(&h, "00:00 04:30:00 04:34:30 10:00"),
	    "0,300,1 "
	    "16200,16770,2 "
	    "36000,36300,1");
	harness_fini(&h);

	/* A short gap inside a long session changes nothing; the end is that
	 * of the row that reaches farthest. */
	start(&h, "time timestamp, wait float");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "gap:@wait", 0, NULL, NULL, NULL,
		  "count first:wait "
		  "last:wait") == 0);
	CHECK_STR(harness_final(&h, "0,100 10,0.5 5,null 7,nan 50,2 200,1e300"),
	    "0,100,3,100.0,2.0 200,9223372036854.775391,1,1e+300,1e+300");
	CHECK_INT(harness_figure(&h, 0, "no_gap"), 2);
	harness_fini(&h);

	/* A text that is no duration is not silently nothing. */
	start(&h, "time timestamp, wait string");
	CHECK(harness_bounded(&h) == 0);
	CHECK(window(&h, "gap:@wait", 0, NULL, NULL, NULL, "count") == 0);
	CHECK(strstr(harness_epoch(&h, "0,5m 1,soon"),
		  "failed: -w gap:@wait: ") != NULL);
	CHECK_INT(h.e.kind, SPT_EDATA);
	CHECK(strstr(h.e.msg, "soon") != NULL);
	harness_fini(&h);
}

static void
refusals(void)
{
	static const struct {
		const char *columns, *size, *mode, *keys, *want;
	} cases[] = {
		{ "time timestamp, k string", "gap:5s", "update", "k",
		    "sessions cannot be updated" },
		{ "time timestamp", "gap:5s", "complete", NULL,
		    "say -k COLUMN" },
		{ "time timestamp, k string", "gap:5s", "append", "k",
		    "swatermark time" },
		{ "time timestamp, k bool", "gap:@k", "complete", "k",
		    "a number of seconds" },
		{ "time timestamp, k bool", "gap:@x", "complete", "k",
		    "no column \"x\"" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct harness h;

		start(&h, cases[i].columns);
		CHECK(window(&h, cases[i].size, 0, cases[i].keys, NULL,
			  cases[i].mode, "count") < 0);
		CHECK_INT(h.e.kind, SPT_EUSAGE);
		CHECK(strstr(h.e.msg, cases[i].want) != NULL);
		harness_fini(&h);
	}
}

/* ---- kept ---------------------------------------------------------------- */

/* A delta tells of what a session was before it grew at its start, and of those
 * that became part of another. */
static void
deltas(void)
{
	static struct kept kept;
	struct harness h;

	start(&h, "time timestamp, k string");
	CHECK(mark(&h, "time", 100) == 0);
	CHECK(window(&h, "gap:5s", 0, "k", NULL, NULL, "count") == 0);
	harness_epoch(&h, "10,a 20,a 30,a 10,b");
	CHECK(harness_save(&h, 1, &kept, false) == 0);
	CHECK_INT(kept.puts, 6);
	harness_epoch(&h, "33,a");
	CHECK(harness_save(&h, 1, &kept, true) == 0);
	CHECK_INT(kept.puts, 2);
	CHECK_INT(kept.removes, 0);
	harness_epoch(&h, "8,a");
	CHECK(harness_save(&h, 1, &kept, true) == 0);
	CHECK_INT(kept.puts, 2);
	CHECK_INT(kept.removes, 1);
	harness_epoch(&h, "15,a");
	CHECK(harness_save(&h, 1, &kept, true) == 0);
	CHECK_INT(kept.removes, 1);
	CHECK_INT(kept.n, 5);
	harness_epoch(&h, "24,a 28,a 200,c");
	CHECK(harness_save(&h, 1, &kept, true) == 0);
	/* c, what is left; a and b were emitted. */
	CHECK_INT(kept.n, 3);
	harness_fini(&h);
	kept_fini(&kept);
}

static int left;

static void *
failing(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	return left-- > 0 ? realloc(p, n) : NULL;
}

static void
no_memory(void)
{
	struct spt_io io = *spt_io_system();
	bool done = false;
	int tried = 0;

	io.realloc = failing;
	while (!done) {
		static struct kept kept;
		struct harness h;

		left = 1 << 30;
		start(&h, "time timestamp, k string, wait string");
		CHECK(mark(&h, "time", 1) == 0);
		left = ++tried;
		h.io = &io;
		if (window(&h, "gap:@wait", 0, "k", NULL, NULL,
			"count max:k") == 0) {
			h.links[1].out.builder.io = &io;
			harness_epoch(&h, "9,a,1s 3,a,1s 1,b,2s 6,a,5s 2,c,1s");
			if (h.e.kind == SPT_OK)
				harness_epoch(&h, "2,a,3s 40,long-key,1s");
			if (h.e.kind == SPT_OK)
				done = harness_save(&h, 1, &kept, false) == 0;
		}
		left = 1 << 30;
		CHECK(done || h.e.kind == SPT_ESYSTEM);
		harness_fini(&h);
		kept_fini(&kept);
	}
	CHECK(tried > 30);
}

/* ---- the table ----------------------------------------------------------- */

#define KEYS 3
#define SPANS 400

struct span {
	int64_t start, end;
	bool live;
};

/* What the table must hold: of key k, joined[k]. */
struct model {
	struct span joined[KEYS][SPANS];
	size_t n[KEYS];
};

static void
join(struct model *m, int key, int64_t start, int64_t end)
{
	struct span *v = m->joined[key];
	size_t kept = 0;

	for (size_t i = 0; i < m->n[key]; i++) {
		if (v[i].start <= end && start <= v[i].end) {
			start = v[i].start < start ? v[i].start : start;
			end = v[i].end > end ? v[i].end : end;
		} else {
			v[kept++] = v[i];
		}
	}
	v[kept++] = (struct span){ start, end, true };
	m->n[key] = kept;
}

static bool
has(const struct model *m, uint32_t key, const struct spt_session *s)
{
	for (size_t i = 0; i < m->n[key]; i++)
		if (m->joined[key][i].start == s->start &&
		    m->joined[key][i].end == s->end)
			return true;
	return false;
}

static int
nobody_waits(void *ctx, uint32_t i, struct spt_err *e)
{
	(void)ctx;
	(void)i;
	(void)e;
	return 0;
}

static void
check_table(const struct spt_sessions *s, const struct model *m)
{
	struct spt_err e = { 0 };
	struct spt_marks order = { 0 };
	size_t n = 0;

	for (int k = 0; k < KEYS; k++)
		n += m->n[k];
	CHECK_INT(s->live, n);
	CHECK(spt_sessions_sort(s, NULL, NULL, &order, &e) == 0);
	CHECK_INT(order.n, n);
	for (size_t i = 0; i < order.n; i++) {
		const struct spt_session *v = &s->v[order.v[i]];

		CHECK(has(m, spt_keydict_key(s->keys, v->key)[1], v));
		if (i == 0)
			continue;
		CHECK(s->v[order.v[i - 1]].start <= v->start);
	}
	spt_free(spt_io_system(), order.v);
}

static void
forget(struct spt_sessions *s, struct model *m, int64_t before)
{
	struct spt_err e = { 0 };

	for (uint32_t i = 0; i < s->n; i++)
		if ((s->v[i].flags & SPT_SESSION_LIVE) != 0 &&
		    s->v[i].end <= before)
			spt_sessions_remove(s, i);
	for (int k = 0; k < KEYS; k++) {
		size_t kept = 0;

		for (size_t i = 0; i < m->n[k]; i++)
			if (m->joined[k][i].end > before)
				m->joined[k][kept++] = m->joined[k][i];
		m->n[k] = kept;
	}
	CHECK(spt_sessions_sweep(s, &e) == 0);
}

static void
table(void)
{
	struct spt_keycol col = { 0, SPT_BOOL, "k" };
	struct spt_keyset keys = { 1, &col };
	struct spt_keydict dict;
	struct spt_aggs aggs;
	struct spt_sessions s;
	struct spt_err e = { 0 };

	srandom(5);
	spt_aggs_init(&aggs, spt_io_system());
	aggs.stride = 8;
	for (int round = 0; round < 60; round++) {
		static struct model m;
		int64_t range = 20 + random() % 2000;

		memset(&m, 0, sizeof m);
		spt_keydict_init(
		    &dict, spt_io_system(), &keys, (uint64_t)round);
		spt_sessions_init(&s, spt_io_system(), &dict, &aggs);
		s.changes = nobody_waits;
		for (int i = 0; i < SPANS; i++) {
			int k = (int)(random() % KEYS);
			int64_t from = random() % range,
				to = from + 1 + random() % 20;
			uint8_t bytes[2] = { 1, (uint8_t)k };
			struct spt_interval span = { from, to };
			uint32_t key, at;

			CHECK(spt_keydict_put(&dict, bytes, 2, &key, &e) == 0);
			CHECK(spt_sessions_add(&s, key, &span, &at, &e) == 0);
			CHECK(s.v[at].start <= from && s.v[at].end >= to);
			join(&m, k, from, to);
			if (i % 37 == 0)
				check_table(&s, &m);
			if (i % 101 == 100)
				forget(&s, &m, range / 3);
		}
		check_table(&s, &m);
		forget(&s, &m, INT64_MAX);
		check_table(&s, &m);
		spt_sessions_fini(&s);
		spt_keydict_fini(&dict);
	}
}

/* In random order, and backwards: neither costs more than in order. */
static void
many(void)
{
	char *rows = malloc(8 << 20), *p;
	const char *out;
	struct harness h;

	for (int step = 7919; step >= -1; step -= 7920) {
		p = rows;
		start(&h, "time timestamp");
		CHECK(harness_bounded(&h) == 0);
		CHECK(window(&h, "gap:1s", 0, NULL, NULL, NULL, "count") == 0);
		for (int i = 0; i < 200000; i++)
			p += sprintf(p, "%d ",
			    2 * (int)(((int64_t)i * step) % 200000 +
				      200000 * (step < 0)));
		out = harness_final(&h, rows);
		CHECK_INT(harness_figure(&h, 0, "counted"), 200000);
		CHECK(strstr(out, "3000,3001,1 3002,3003,1") != NULL);
		harness_fini(&h);
	}
	free(rows);
}

int
main(void)
{
	for (batch_rows = 0; batch_rows < 2; batch_rows++) {
		g31_append();
		g31_complete();
		g32("string", "s");
		g32("int", "");
		g32("float", "");
		gaps();
	}
	batch_rows = 0;
	refusals();
	deltas();
	no_memory();
	table();
	many();
	return DONE;
}
